"""What approval can be told."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.approval.domain import Assignment, NoTaskError, Step, Task, Verdict
from services.chassis.eventlog.application import Application, command
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Tasks(Application):
    """The tasks of the departments."""

    def expect(self, project_nos: Iterable[str]) -> None:
        """Load the tasks of these cases in one go, for the commands that follow in this unit."""
        self.prefetch(Task, [_stream(number) for number in project_nos])

    @command
    def create(self, facts: Facts, said: Assignment) -> None:
        """Give a department an accepted case; a case that was accepted again is reopened."""
        task = self.find(Task, _stream(said.project_no))
        if task is None:
            task = Task.create(facts, said)
        else:
            task.accepted_again(facts, "accepted again")
        self.keep(task)

    @command
    def record_step(self, facts: Facts, project_no: str, step: Step) -> None:
        """File a reported step."""
        task = self._task(project_no)
        task.record_step(facts, step)
        self.keep(task)

    @command
    def take_result(self, facts: Facts, project_no: str, verdict: Verdict) -> None:
        """Decide as an outside system reports."""
        task = self._task(project_no)
        task.decide_as_reported(facts, verdict)
        self.keep(task)

    @command
    def take_back(self, facts: Facts, project_no: str, row_guid: str, reason: str) -> None:
        """Reopen what stood on a retracted result."""
        task = self._task(project_no)
        task.result_retracted(facts, row_guid, reason)
        self.keep(task)

    @command
    def cancel(self, facts: Facts, project_no: str, row_guid: str, reason: str) -> None:
        """End the task of a case whose acceptance was retracted."""
        task = self._task(project_no)
        task.cancel(facts, row_guid, reason)
        self.keep(task)

    @command
    def decide(
        self,
        facts: Facts,
        project_no: str,
        granted: bool,
        completion_kind: int,
        reason: str | None = None,
        *,
        key: str | None = None,
    ) -> tuple[str, int]:
        """Let an officer decide now; gives stream and number of the event."""
        task = self._task(project_no)
        verdict = Verdict(granted, completion_kind, facts.occurred_at, reason=reason)
        task.decide(facts, verdict)
        self.keep(task)
        return str(task.id), task.version

    def _task(self, project_no: str) -> Task:
        task = self.find(Task, _stream(project_no))
        if task is None:
            raise NoTaskError("there is no task for this case, or not yet")
        return task


def _stream(project_no: str) -> UUID:
    return stream_id("task", project_no)
