"""Joint surveys of the site (联合踏勘) of projects that build something."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from deploy.year.chance import Chance
from deploy.year.days import at, working_days_later
from deploy.year.lives.going import Going
from deploy.year.lives.parallel import CLERK, Parallel
from deploy.year.lives.scene import SECOND
from deploy.year.world import SYSTEM, TIMER, Asked, person, told
from services.approval.domain import Notice, Process, breach_at
from services.approval.domain.survey_events import SurveyParticipantAbsent
from services.approval.domain.survey_terms import (
    Attendance,
    DeliveredBy,
    NotHeldCause,
    Participant,
    ParticipantKind,
    Party,
    Rectification,
    Slot,
    SurveyAsked,
)
from services.approval.domain.surveys import Survey
from services.approval.domain.task import Task
from services.kernel.clock import Reason
from services.kernel.facts import Actor, Facts

PUT_RIGHT: Final = frozenset({2, 10, 17})
"""Projects in which a department asks for something to be put right."""
ABSENT: Final = frozenset({5, 14})
"""In which a department does not come, and answers for it."""
OVERDUE: Final = frozenset({8})
"""In which a department says its word a day late."""
STAYED_AWAY: Final = frozenset({11})
"""In which the applicant is not there the first time."""
WATER: Final = "water-supply"
PLACE: Final = "项目建设现场"
LASTS: Final = timedelta(minutes=80)


class Sites(Parallel):
    """How departments look at a site together, before they decide."""

    def survey(
        self,
        number: int,
        process: Process,
        goings: dict[str, Going],
        opened: datetime,
        chance: Chance,
    ) -> datetime:
        """Look at the site of a project; gives when the last word of it was said."""
        tasks = {task.department: task for task in process.tasks.values()}
        day = working_days_later(opened.date(), 2)
        survey = self._asked(process, list(tasks.values()), opened, 1, chance)
        now = self._agreed(survey, opened + timedelta(minutes=50), at(day, 9, 30), chance)
        self._confirmed(survey, goings, tasks.values(), now, chance)
        if number in STAYED_AWAY:
            day = self._stayed_away(survey, process, goings, day, chance)
        missing = {list(tasks)[-1]} if number in ABSENT and len(tasks) > 1 else set()
        ended = self._held(survey, process, goings, tasks, missing, day, chance)
        silent = list(tasks)[-1] if number in OVERDUE else ""
        wrong = next(iter(tasks)) if number in PUT_RIGHT else ""
        for turn, (unit, task) in enumerate(tasks.items()):
            if unit not in missing | {silent, wrong}:
                self._passed(survey, goings[task.project_no].asked, ended, 5 + 4 * turn, chance)
        if silent:
            return self._late_word(survey, goings[tasks[silent].project_no].asked, day, chance)
        if wrong:
            return self._looked_at_again(survey, process, goings, tasks[wrong], day, chance)
        return ended + timedelta(hours=1)

    def _asked(
        self,
        process: Process,
        tasks: Sequence[Task],
        moment: datetime,
        number: int,
        chance: Chance,
        before: Survey | None = None,
    ) -> Survey:
        wanted = [
            Participant(task.department, ParticipantKind.DEPARTMENT, task_id=task.task_id)
            for task in tasks
        ]
        if before is None:
            wanted.append(Participant(WATER, ParticipantKind.UTILITY, required=False))
        asked = SurveyAsked(
            f"{process.process_no}-S{number}",
            process.process_no,
            wanted,
            PLACE,
            resurvey_of=before.survey_no if before else None,
        )
        begun = moment + timedelta(minutes=40)
        survey = Survey.request(self._of(CLERK, begun, process.process_no, chance), asked)
        self._later(survey, begun)
        return survey

    def _agreed(
        self, survey: Survey, moment: datetime, starts: datetime, chance: Chance
    ) -> datetime:
        """Agree on the first of two times; gives when."""
        slots = [Slot(one, one + LASTS) for one in (starts, starts + timedelta(hours=5))]
        survey.propose(self._of(CLERK, moment, survey.process_no, chance), slots)
        self._later(survey, moment)
        return self._taken(survey, moment, starts, chance)

    def _taken(
        self, survey: Survey, moment: datetime, starts: datetime, chance: Chance
    ) -> datetime:
        applicant = person(f"enterprise-{survey.process_no[-4:]}", "", "applicant")
        for party, actor, minutes in (
            (Party.CENTRAL_WINDOW, CLERK, 6),
            (Party.APPLICANT, applicant, chance.between(10, 50)),
        ):
            now = moment + timedelta(minutes=minutes)
            survey.accept_slot(self._of(actor, now, survey.process_no, chance), party, starts)
            self._later(survey, now)
        return now

    def _confirmed(
        self,
        survey: Survey,
        goings: dict[str, Going],
        tasks: Collection[Task],
        now: datetime,
        chance: Chance,
    ) -> None:
        for turn, task in enumerate(tasks, start=1):
            asked, when = goings[task.project_no].asked, now + timedelta(minutes=3 * turn)
            facts = self._of(asked.decider, when, survey.process_no, chance)
            survey.confirm(facts, task.department, _officials(asked))
            self._later(survey, when)

    def _held(
        self,
        survey: Survey,
        process: Process,
        goings: dict[str, Going],
        tasks: dict[str, Task],
        missing: Collection[str],
        day: date,
        chance: Chance,
    ) -> datetime:
        """Hold it; who did not come answers for that. Gives when it ended."""
        assert survey.agreed is not None
        started = survey.agreed.starts_at + timedelta(minutes=chance.between(0, 9))
        ended = started + timedelta(minutes=chance.between(35, 65))
        came = [
            Attendance(unit, _officials(goings[task.project_no].asked))
            for unit, task in tasks.items()
            if unit not in missing
        ]
        if WATER in survey.participants:
            came.append(Attendance(WATER, [f"{WATER}-1"]))
        facts = self._of(CLERK, ended, survey.process_no, chance)
        survey.hold(facts, started, ended, came)
        absent = [one for one in survey.pending if isinstance(one, SurveyParticipantAbsent)]
        self._later(survey, ended)
        for fact in absent:
            if fact.liable and fact.task_id:
                process.blame_absence(facts, fact.task_id, survey.survey_no, fact, started)
        if absent:
            self._written(process, ended, goings)
        return ended

    def _passed(
        self,
        survey: Survey,
        asked: Asked,
        ended: datetime,
        minutes: int,
        chance: Chance,
        on_the_spot: bool = True,
    ) -> datetime:
        now = ended + timedelta(minutes=minutes)
        facts = self._of(asked.decider, now, survey.process_no, chance)
        used = f"SP-{asked.department}-{chance.below(10**6):06}"
        survey.pass_site(facts, asked.department, used, chance.digest(64), on_the_spot)
        self._later(survey, now)
        return now

    def _late_word(self, survey: Survey, asked: Asked, day: date, chance: Chance) -> datetime:
        """Say it the next working day; that the day passed is on file."""
        assert survey.day_ends_at is not None
        due = survey.day_ends_at
        survey.end_day(self._of(TIMER["approval"], due, survey.process_no, chance), breach_at(due))
        self._later(survey, breach_at(due))
        morning = at(working_days_later(day, 1), 9, 10)
        return self._passed(survey, asked, morning, chance.between(0, 40), chance, False)

    def _looked_at_again(
        self,
        survey: Survey,
        process: Process,
        goings: dict[str, Going],
        task: Task,
        day: date,
        chance: Chance,
    ) -> datetime:
        """Ask for something to be put right, and look at it again the next working day."""
        asked, unit, about = goings[task.project_no].asked, task.department, survey.process_no
        wanted = [Rectification(1, "消防车道净宽不足4米，应当拓宽", "建筑设计防火规范第7.1.8条")]
        now = at(day, 15, 20)
        facts = self._of(asked.decider, now, about, chance)
        survey.ask_to_rectify(facts, unit, wanted, DeliveredBy.IN_PERSON, chance.digest(64))
        self._later(survey, now)
        next_day = working_days_later(day, 1)
        now = at(next_day, 8, 40)
        survey.report_rectified(self._of(CLERK, now, about, chance), unit)
        self._later(survey, now)
        now += timedelta(minutes=10)
        survey.ask_again(self._of(CLERK, now, about, chance), [unit], f"{about}-S2")
        self._later(survey, now)
        again = self._asked(process, [task], now - timedelta(minutes=39), 2, chance, survey)
        agreed = self._agreed(again, now + 90 * SECOND, at(next_day, 14, 0), chance)
        self._confirmed(again, goings, [task], agreed, chance)
        ended = self._held(again, process, goings, {unit: task}, (), next_day, chance)
        return self._passed(again, asked, ended, 6, chance)

    def _stayed_away(
        self,
        survey: Survey,
        process: Process,
        goings: dict[str, Going],
        day: date,
        chance: Chance,
    ) -> date:
        """Nobody opens the gate: the promises stand still until another time is agreed (P12)."""
        assert survey.agreed is not None
        now = survey.agreed.starts_at + timedelta(minutes=30)
        survey.fail_to_hold(
            self._of(CLERK, now, survey.process_no, chance), NotHeldCause.APPLICANT, ()
        )
        self._later(survey, now)
        waiting = [
            task for task in process.tasks.values() if task.undecided and task.clocks is not None
        ]
        for task in waiting:
            process.notice_delay(
                self._for(task, process, now, chance),
                task.task_id,
                "survey_applicant_absent",
                "agree_new_survey_time",
                Notice(f"{survey.survey_no}-{survey.version}", 5),
                to_applicant=True,
                to_window=True,
            )
        if waiting:
            self._written(process, now, goings)
        other = working_days_later(day, 1)
        slot = Slot(at(other, 9, 30), at(other, 9, 30) + LASTS)
        now += timedelta(hours=4)
        about = self._of(CLERK, now, survey.process_no, chance)
        survey.reschedule(about, "申请人未到现场，另行约定时间", [slot])
        self._later(survey, now)
        agreed = self._taken(survey, now, slot.starts_at, chance)
        for task in waiting:
            facts = self._for(task, process, agreed, chance)
            process.resume(facts, task.task_id, Reason.APPLICANT_CAUSE)
        if waiting:
            self._written(process, agreed, goings)
        return other

    def _for(self, task: Task, process: Process, moment: datetime, chance: Chance) -> Facts:
        """Say that the house does it for the department of a task."""
        house = Actor(SYSTEM["approval"].kind, "approval", unit=task.department)
        return told(
            moment, process.process_no, house, chance.digest(32), department=task.department
        )


def _officials(asked: Asked) -> list[str]:
    """Give the two who look at a site for a department (art. 34)."""
    return sorted({asked.decider.id, f"{asked.decider.id}-2"})
