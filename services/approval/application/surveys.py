"""What approval can be told of joint site surveys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from services.approval import site_timers
from services.approval.application.base import Base
from services.approval.domain import Notice, Process
from services.approval.domain.survey_events import (
    JointSurveyHeld,
    SurveyCancelled,
    SurveyNotHeld,
    SurveyParticipantAbsent,
)
from services.approval.domain.survey_terms import (
    NoSurveyError,
    NotParticipantError,
    Participant,
    ParticipantKind,
    SurveyAsked,
)
from services.approval.domain.surveys import Survey, survey_stream
from services.approval.domain.task import Task
from services.chassis.deadlines import Due
from services.chassis.eventlog.application import command
from services.kernel.clock import ClockRuleError, Kind, Reason
from services.kernel.facts import Actor, ActorKind, Facts

EXPECTED_DAYS: Final = 5
"""Working days a new time is expected to take to agree after the applicant stayed away, as the
notice says. A setting of the house: the law leaves it to the authority."""
_ENDS: Final = (JointSurveyHeld, SurveyNotHeld, SurveyCancelled)


@dataclass(frozen=True)
class SiteDone:
    """Where something stands after a command; `key` is its number."""

    key: str
    state: str
    stream: str
    version: int


class Surveys(Base):
    """The joint site surveys."""

    @command
    def request_survey(
        self,
        facts: Facts,
        process_no: str,
        participants: Sequence[Participant],
        place: str,
        *,
        key: str | None = None,
    ) -> SiteDone:
        """Ask for a survey of departments that have a task in this process.

        Raises:
            NotParticipantError: a department has none.
        """
        process = self.process_of(process_no)
        tasks = [self._task_of(process, one) for one in participants]
        return self._ask(facts, process, list(zip(participants, tasks, strict=True)), place)

    @command
    def request_resurvey(
        self, facts: Facts, survey_no: str, departments: Sequence[str], *, key: str | None = None
    ) -> SiteDone:
        """Have what was put right looked at again; gives the new survey."""
        survey = self._survey(survey_no)
        process = self.process_of(survey.process_no)
        number = self._free_survey_no(survey.process_no)
        survey.ask_again(self._of_process(facts, survey.process_no), departments, number)
        again = [survey.participants[code] for code in departments]
        asked = [(one, self._task_of(process, one)) for one in again]
        self.keep(survey)
        return self._ask(facts, process, asked, survey.place, survey_no)

    @command
    def act_on_survey(
        self, facts: Facts, survey_no: str, act: str, *said: object, key: str | None = None
    ) -> SiteDone:
        """Do one thing to a survey: a key of `_ACTS`, with what that one takes.

        When the applicant stayed away, the promises of the departments' tasks stand still until a
        new time is agreed or the survey is given up (P12).
        """
        survey = self._survey(survey_no)
        waited = survey.waits_for_applicant
        about = self._of_process(facts, survey.process_no)
        _ACTS[act](survey, about, *said)
        over = any(isinstance(fact, _ENDS) for fact in survey.pending)
        missed = [fact for fact in survey.pending if isinstance(fact, SurveyParticipantAbsent)]
        if waited is not survey.waits_for_applicant or over:
            process = self.process_of(survey.process_no, counting=True)
            for task in self._tasks_of(process, survey):
                if survey.waits_for_applicant and not waited:
                    self._stop_promise(about, process, task, survey)
                elif waited:
                    self._go_on(about, process, task, Reason.APPLICANT_CAUSE, survey)
                if over:
                    self._go_on(about, process, task, Reason.SURVEY)
            for fact in missed:
                if fact.liable and fact.task_id and survey.started_at:
                    process.blame_absence(about, fact.task_id, survey_no, fact, survey.started_at)
            self.file(process)
        return self._file_survey(survey)

    @command
    def suspend_for_survey(
        self,
        facts: Facts,
        survey_no: str,
        clock: Kind,
        notice: Notice,
        *,
        key: str | None = None,
    ) -> SiteDone:
        """Let a clock of the officer's task stand still until the survey is over (P16).

        Raises:
            SurveyStopsNoClockError: its item does not say so; by law a survey stops none.
        """
        survey = self._survey(survey_no)
        survey.check_stops(clock)
        process = self.process_of(survey.process_no, counting=True)
        task = self._task_of(process, survey.participant(facts.actor.unit))
        if task is None:
            raise NotParticipantError("the department has no task in this process")
        about = self._of_process(facts, survey.process_no)
        process.suspend(about, task.task_id, Reason.SURVEY, notice, [clock])
        self.file(process)
        return SiteDone(survey_no, survey.state.value, str(process.id), process.version)

    def fire(self, due: Due) -> None:
        """Do what the end of a survey's day is for; other deadlines go on to their parts."""
        if due.kind != site_timers.SURVEY_DAY:
            return super().fire(due)
        survey = self._survey(due.key)
        survey.end_day(self._by_timer(due, survey.process_no), due.fired_at)
        self.keep(survey)  # no deadline is touched: this one goes with its firing
        return None

    def _ask(
        self,
        facts: Facts,
        process: Process,
        asked: Sequence[tuple[Participant, Task | None]],
        place: str,
        resurvey_of: str | None = None,
    ) -> SiteDone:
        limits = [task.limits for _, task in asked if task is not None]
        said = SurveyAsked(
            survey_no=self._free_survey_no(process.process_no),
            process_no=process.process_no,
            participants=[
                msgspec.structs.replace(one, task_id=task.task_id if task else None)
                for one, task in asked
            ],
            place=place,
            stops_statutory=any(one and _surveys(one.also_stops_statutory) for one in limits),
            stops_promised=any(one and _surveys(one.also_stops_promised) for one in limits),
            resurvey_of=resurvey_of,
        )
        survey = Survey.request(self._of_process(facts, process.process_no), said)
        return self._file_survey(survey)

    def _task_of(self, process: Process, one: Participant) -> Task | None:
        if one.kind is not ParticipantKind.DEPARTMENT:
            return None
        found = next((task for task in process.tasks.values() if task.department == one.code), None)
        if found is None:
            raise NotParticipantError(
                f"department {one.code} has no task in this process", "participants"
            )
        return found

    def _tasks_of(self, process: Process, survey: Survey) -> list[Task]:
        ids = {one.task_id for one in survey.participants.values()}
        return [task for task in process.tasks.values() if task.task_id in ids]

    def _stop_promise(self, facts: Facts, process: Process, task: Task, survey: Survey) -> None:
        """Give notice that the applicant keeps the task waiting; that stops the promise."""
        cause = Reason.APPLICANT_CAUSE
        if not task.undecided or any(one.suspended_for(cause) for one in task.all_clocks):
            return
        notice = Notice(f"{survey.survey_no}-{survey.version}", EXPECTED_DAYS)
        try:
            process.notice_delay(
                _for_department(facts, task),
                task.task_id,
                "survey_applicant_absent",
                "agree_new_survey_time",
                notice,
                to_applicant=True,
                to_window=True,
            )
        except ClockRuleError:
            return  # the promise has passed already; the breach stands

    def _go_on(
        self,
        facts: Facts,
        process: Process,
        task: Task,
        reason: Reason,
        survey: Survey | None = None,
    ) -> None:
        """Let a task's clocks go on that stand still for this, and only what the survey stopped."""
        standing = [
            one.since
            for clock in task.all_clocks
            for one in clock.suspensions
            if one.reason is reason and one.until is None
        ]
        if standing and (survey is None or survey.not_held_at in standing):
            process.resume(_for_department(facts, task), task.task_id, reason)

    def _survey(self, survey_no: str) -> Survey:
        survey = self.find(Survey, survey_stream(survey_no))
        if survey is None:
            raise NoSurveyError("there is no such survey")
        return survey

    def _free_survey_no(self, process_no: str) -> str:
        """Give the next number; taken by another meanwhile, the command runs again."""
        number = 1
        while self.find(Survey, survey_stream(f"{process_no}-S{number}")) is not None:
            number += 1
        return f"{process_no}-S{number}"

    def _file_survey(self, survey: Survey) -> SiteDone:
        self.change(*site_timers.of_survey(survey))
        self.keep(survey)
        return SiteDone(survey.survey_no, survey.state.value, str(survey.id), survey.version)

    def _of_process(self, facts: Facts, process_no: str) -> Facts:
        return replace(facts, subject=process_no, region=facts.region or self._region)

    def _by_timer(self, due: Due, process_no: str) -> Facts:
        actor = Actor(ActorKind.TIMER, "approval")
        return Facts(due.due_at, process_no, actor, due.id, region=self._region)


def _for_department(facts: Facts, task: Task) -> Facts:
    """Say that the house does it for the department of a task."""
    return replace(facts, actor=Actor(ActorKind.SYSTEM, "approval", unit=task.department))


def _surveys(names: Sequence[str]) -> bool:
    return Reason.SURVEY.value in (name.strip().upper() for name in names)


_ACTS: Final[dict[str, Callable[..., None]]] = {
    "propose": Survey.propose,
    "accept_slot": Survey.accept_slot,
    "reschedule": Survey.reschedule,
    "cancel": Survey.cancel,
    "confirm": Survey.confirm,
    "waive": Survey.waive,
    "hold": Survey.hold,
    "fail_to_hold": Survey.fail_to_hold,
    "pass_site": Survey.pass_site,
    "ask_to_rectify": Survey.ask_to_rectify,
    "report_rectified": Survey.report_rectified,
}
