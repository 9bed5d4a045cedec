"""What approval can be told of single tasks: by intake, by outside systems, by officers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from services.approval import timers
from services.approval.application.base import Base, task_stream
from services.approval.domain import Assignment, NoProcessError, Process, Step, Verdict
from services.chassis.eventlog.application import command
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Facts

Place = tuple[str, int]
"""Stream and number of the last event of a command."""


class Tasks(Base):
    """The tasks of the departments, one by one."""

    @command
    def create(self, facts: Facts, said: Assignment, calendar: WorkCalendar | None = None) -> None:
        """Give a department an accepted case; a case that was accepted again is reopened.

        Args:
            calendar: what its limits were counted by; asked for when absent.
        """
        process = self.find(Process, task_stream(said.project_no))
        if process is None:
            process = Process.create(facts, self._complete(said))
        else:
            process.accepted_again(facts, "accepted again")
        self.file(process, calendar)

    @command
    def record_step(self, facts: Facts, project_no: str, step: Step) -> None:
        """File a reported step."""
        process = self.process_of_task(project_no)
        process.record_step(facts, step, project_no)
        self.file(process)

    @command
    def take_result(self, facts: Facts, project_no: str, verdict: Verdict) -> None:
        """Decide as an outside system reports."""
        process = self.process_of_task(project_no)
        process.decide_as_reported(facts, verdict, project_no)
        self.file(process)

    @command
    def take_back(self, facts: Facts, project_no: str, row_guid: str, reason: str) -> None:
        """Reopen what stood on a retracted result."""
        process = self.process_of_task(project_no, counting=True)
        process.result_retracted(facts, row_guid, reason, project_no)
        self.file(process)

    @command
    def cancel(self, facts: Facts, project_no: str, row_guid: str, reason: str) -> None:
        """End the task of a case whose acceptance was retracted."""
        process = self.process_of_task(project_no)
        process.cancel(facts, row_guid, reason, project_no)
        self.file(process)

    @command
    def case_ended(
        self, facts: Facts, project_no: str, reason: str, items: Collection[str] = ()
    ) -> None:
        """End the task of a case that intake ended without a decision (P04, P05).

        Without effect for a case that was never accepted: it has no task.

        Args:
            items: the parts that were taken back; by default the whole case.

        Raises:
            NoProcessError: it belongs to a project that has not arrived here yet.
        """
        try:
            process = self.process_of_task(project_no)
        except NoProcessError:
            if self._awaited(self.database, project_no):
                raise
            return
        process.end_case(facts, project_no, reason, items)
        self.file(process)

    @command
    def take_completion(self, facts: Facts, project_no: str, verdict: Verdict) -> None:
        """Follow a case that a window completed; a task that is final by then has no use for it."""
        process = self.process_of_task(project_no)
        task = process.task(project_no)
        if verdict.completion_kind in (0, 1):
            process.decide_as_reported(facts, verdict, task.task_id)
        else:
            process.cancel_task(facts, task.task_id, "completed_at_window")
        self.file(process)

    @command
    def member_accepted(self, facts: Facts, project_no: str) -> None:
        """Follow an acceptance in a project: only one that comes again has an effect here."""
        try:
            process = self.process_of_task(project_no, counting=True)
        except NoProcessError:
            return
        process.accepted_again(facts, "accepted again", project_no)
        self.file(process)

    @command
    def decide(
        self,
        facts: Facts,
        project_no: str,
        granted: bool,
        completion_kind: int,
        reason: str | None = None,
        expected_version: int | None = None,
        *,
        key: str | None = None,
    ) -> Place:
        """Let an officer decide; `facts.occurred_at` is when the database received it.

        Raises:
            NotDelegatedError: the department decides by chief representatives (P25).
        """
        process = self.process_of_task(project_no)
        self.check_version(process, expected_version)
        task = process.task(project_no)
        verdict = Verdict(granted, completion_kind, facts.occurred_at, reason=reason)
        if facts.actor.unit == task.department:
            delegation = self.delegation_for(facts, task.department, task.item_code)
            verdict = replace(verdict, delegation=delegation)
        process.decide(facts, verdict, task.task_id)
        self.file(process)
        return str(process.id), process.version

    def calendar_changed(self, year: int) -> None:
        """Have the limits of open processes that touch this year counted again."""
        self.change(timers.recount_open(year))

    def watch_calendar(self, editions: int, process_nos: Collection[str]) -> None:
        """Have these counted again if another edition commits before this transaction does."""
        if process_nos:
            self.change(timers.recount_if_changed(editions, process_nos))

    def _complete(self, said: Assignment) -> Assignment:
        """Add what the list of its item says silence does, and what else stops its clocks."""
        if said.limits is None or said.item_version is None:
            return said
        known, _ = self.reference.ask([said.item_code]) if self._unread(said) else ({}, None)
        for version in known[said.item_code].versions if said.item_code in known else ():
            self.limits_of(version)
        listed = self._limits.get((said.item_code, said.item_version))
        if listed is None:
            return said
        limits = replace(listed, promised=said.limits.promised, statutory=said.limits.statutory)
        return replace(said, limits=limits)

    def _unread(self, said: Assignment) -> bool:
        return (said.item_code, said.item_version or 0) not in self._limits
