"""What approval can be told of processes: opened, worked on, changed mid-way, passed by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.approval import timers
from services.approval.application.base import joint_limit, task_stream
from services.approval.application.tasks import Place, Tasks
from services.approval.domain import (
    Member,
    NoProcessError,
    Opening,
    Process,
    ReviewMeeting,
    Verdict,
)
from services.approval.domain.meetings import MeetingError
from services.chassis.deadlines import Due
from services.chassis.eventlog.application import command
from services.kernel.clock import Cause
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Processes(Tasks):
    """The processes of projects, and every act on a task that is no decision of its own."""

    @command
    def open_process(
        self,
        facts: Facts,
        process_no: str,
        scheme: str,
        scheme_version: int,
        cases: Sequence[Member],
        accepted_by: str | None = None,
        window: str | None = None,
    ) -> None:
        """Begin the parallel process of a project under this version of its scheme (P03).

        Raises:
            NoProcessError: the scheme, or an item of it, has not arrived here yet.
        """
        if self.find(Process, stream_id("process", process_no)) is not None:
            return
        found = self._schemes(self.database, scheme, scheme_version)
        if found is None:
            raise NoProcessError("this version of the scheme is not here, or not yet")
        known, dated = self.reference.ask({one.item_code for one in cases})
        members = {one.item_code: one for one in found.members}
        told: list[Member] = []
        for case in cases:
            listed = members.get(case.item_code)
            needs = tuple(listed.needs) if listed else ()
            limits = self._limits_at(known, case, facts.occurred_at)
            waivable = bool(listed and listed.waivable)
            told.append(replace(case, needs=needs, waivable=waivable, limits=limits))
        opening = Opening(
            process_no,
            scheme,
            scheme_version,
            found.kind,
            found.lead,
            joint_limit(found),
            found.joint_extension_days,
            told,
            accepted_by,
            window,
        )
        self.file(Process.open(facts, opening, dated.calendar), dated.calendar)
        self.watch_calendar(dated.editions, [process_no])

    @command
    def act(
        self,
        facts: Facts,
        name: str,
        task_id: str,
        arguments: dict[str, Any],
        expected_version: int | None = None,
        *,
        key: str | None = None,
    ) -> Place:
        """Do one of the acts on a task (`start`, `return_task`, `suspend`, ...) by its name."""
        process = self.process_of_task(task_id, counting=True)
        self.check_version(process, expected_version)
        task = process.task(task_id)
        act: Callable[..., object] = getattr(process, _ACTS[name])
        act(facts, task.task_id, **arguments)
        self.file(process)
        return str(process.id), process.version

    @command
    def act_jointly(
        self,
        facts: Facts,
        name: str,
        process_no: str,
        arguments: dict[str, Any],
        expected_version: int | None = None,
        *,
        key: str | None = None,
    ) -> Place:
        """Do one of the acts on the whole (`suspend`, `resume`, `extend`, `withdraw`) by name."""
        process = self.process_of(process_no, counting=True)
        self.check_version(process, expected_version)
        act: Callable[..., object] = getattr(process, _JOINT_ACTS[name])
        act(facts, **arguments)
        self.file(process)
        return str(process.id), process.version

    @command
    def add_department(
        self,
        facts: Facts,
        process_no: str,
        case: Member,
        expected_version: int | None = None,
        *,
        key: str | None = None,
    ) -> Place:
        """Bring a department in mid-way (P08); who accepted the case shall not decide it."""
        process = self.process_of(process_no, counting=True)
        self.check_version(process, expected_version)
        known, dated = self.reference.ask({case.item_code})
        limits = self._limits_at(known, case, facts.occurred_at)
        own = self.find(Process, task_stream(case.project_no))
        accepted_by = own.task().accepted_by if own else None
        process.add_task(
            facts,
            replace(case, limits=limits),
            accepted_by or facts.actor.id,
            facts.actor.window,
        )
        self.file(process, dated.calendar)
        self.watch_calendar(dated.editions, [process_no])
        return str(process.id), process.version

    @command
    def decide_late(
        self,
        facts: Facts,
        task_id: str,
        verdict: Verdict,
        proof: str = "",
        expected_version: int | None = None,
        *,
        key: str | None = None,
    ) -> Place:
        """Take a decision after silence had counted as consent (D02 to D04)."""
        process = self.process_of_task(task_id, counting=True)
        self.check_version(process, expected_version)
        task = process.task(task_id)
        if facts.actor.unit == task.department:
            delegation = self.delegation_for(facts, task.department, task.item_code)
            verdict = replace(verdict, delegation=delegation)
        process.late_decision(facts, task.task_id, verdict, proof)
        self.file(process)
        return str(process.id), process.version

    @command
    def schedule_meeting(
        self,
        facts: Facts,
        meeting_no: str,
        projects: Sequence[str],
        departments: Sequence[str],
        scheduled_at: datetime,
        place: str,
        *,
        key: str | None = None,
    ) -> Place:
        """Call a joint review meeting about processes that are here.

        Raises:
            NoProcessError: one of them is not.
        """
        if self.find(ReviewMeeting, stream_id("meeting", meeting_no)) is not None:
            raise MeetingError("there is a meeting of this number")
        for project in projects:
            self.process_of(project)
        meeting = ReviewMeeting.schedule(
            facts, meeting_no, projects, departments, scheduled_at, place
        )
        self.keep(meeting)
        return str(meeting.id), meeting.version

    @command
    def hold_meeting(
        self,
        facts: Facts,
        meeting_no: str,
        attended: Collection[str],
        minutes_hash: str,
        *,
        key: str | None = None,
    ) -> Place:
        """File that a meeting took place."""
        meeting = self.find(ReviewMeeting, stream_id("meeting", meeting_no))
        if meeting is None:
            raise NoProcessError("there is no meeting of this number")
        meeting.hold(facts, list(attended), minutes_hash)
        self.keep(meeting)
        return str(meeting.id), meeting.version

    def fire(self, due: Due) -> None:
        """Do what a limit's deadline is for; without effect when the process has moved on."""
        if due.kind not in (*timers.KINDS, timers.RECALCULATE):
            return super().fire(due)
        try:
            process = self.process_of_task(due.key, counting=True)
        except NoProcessError:
            return None
        facts = self.own_facts(process, due, due.due_at)
        match due.kind:
            case timers.APPROACHING:
                process.approach(facts, due.key, due.fired_at)
            case timers.PASSING:
                process.pass_by(facts, due.key, due.fired_at)
            case timers.STATUTORY:
                process.breach(facts, due.key, due.fired_at)
            case timers.JOINT_APPROACHING:
                process.approach_joint(facts, due.fired_at)
            case timers.JOINT_BREACH:
                process.breach_joint(facts, due.fired_at)
            case timers.RECALCULATE:
                facts = self.own_facts(process, due, due.fired_at)
                process.recalculate(facts, Cause.CALENDAR_AMENDED)
        return self.file(process, process.calendar, due)

    def _limits_at(self, known: Any, case: Member, at: datetime) -> Any:
        item = known.get(case.item_code)
        version = None
        if item is not None:
            numbered = (one for one in item.versions if one.item_version == case.item_version)
            version = next(numbered, None) if case.item_version else item.in_force(at)
        if version is None:
            raise NoProcessError("this version of an item is not here, or not yet")
        return self.limits_of(version)


_ACTS = {
    "start": "start",
    "return": "return_task",
    "suspend": "suspend",
    "resume": "resume",
    "extend": "extend",
    "notice": "notice_delay",
    "waive": "waive",
    "void": "void",
    "overturn": "overturn",
    "reopen": "reopen_task",
    "cancel": "cancel_task",
}
_JOINT_ACTS = {
    "suspend": "suspend_joint",
    "resume": "resume_joint",
    "extend": "extend_joint",
    "withdraw": "withdraw",
}
