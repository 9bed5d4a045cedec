"""What approval decides: a department's task for one case, from its creation to its decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Self

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class ApprovalRuleError(Exception):
    """Root of what approval refuses; one class a rule."""


class AlreadyDecidedError(ApprovalRuleError):
    """The task has its decision, or nothing is left to decide."""


class WrongDepartmentError(ApprovalRuleError):
    """The task belongs to another department."""


class SamePersonError(ApprovalRuleError):
    """Who accepted a case does not decide it (受审分离, A03)."""


class NoTaskError(Exception):
    """There is no task for this case, or not yet."""


class TaskState(Enum):
    """Where a task stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class TaskCreated(Fact):
    """A department has a case to decide."""

    TOPIC = "approval.task-created.v1"

    project_no: str
    item_code: str
    department: str
    promised_due_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str | None = None


class StepRecorded(Fact):
    """A step of the department's work is on file."""

    TOPIC = "approval.step-recorded.v1"

    project_no: str
    row_guid: str
    name: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    handler: str | None = None


class TaskApproved(Fact):
    """The department granted the case."""

    TOPIC = "approval.task-approved.v1"

    project_no: str
    decided_at: datetime
    completion_kind: int
    decided_by: str
    row_guid: str | None = None
    reason: str | None = None


class TaskRejected(Fact):
    """The department ended the case without granting it."""

    TOPIC = "approval.task-rejected.v1"

    project_no: str
    decided_at: datetime
    completion_kind: int
    decided_by: str
    row_guid: str | None = None
    reason: str | None = None


class TaskReopened(Fact):
    """The ground of a decision, or of a cancellation, is gone."""

    TOPIC = "approval.task-reopened.v1"

    project_no: str
    reason: str
    row_guid: str | None = None


class TaskCancelled(Fact):
    """The acceptance the task stood on is gone."""

    TOPIC = "approval.task-cancelled.v1"

    project_no: str
    reason: str
    row_guid: str | None = None


@dataclass(frozen=True)
class Assignment:
    """What a department gets to decide."""

    project_no: str
    item_code: str
    department: str
    promised_due_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str | None = None


@dataclass(frozen=True)
class Step:
    """One finished step; the same `row_guid` is the same step."""

    row_guid: str
    name: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    handler: str | None = None


@dataclass(frozen=True)
class Verdict:
    """A decision; `row_guid` names the reported result it stands on, if any."""

    granted: bool
    completion_kind: int
    decided_at: datetime
    row_guid: str | None = None
    reason: str | None = None


class Task(Aggregate):
    """One department's task for one case. Stream: `stream_id("task", project_no)`."""

    def __init__(self) -> None:
        self.project_no = ""
        self.item_code = ""
        self.department = ""
        self.state = TaskState.OPEN
        self.promised_due_at: datetime | None = None
        self.accepted_by: str | None = None
        self.steps: dict[str, str] = {}
        """Name of each step by its row."""
        self.decided_at: datetime | None = None
        self.decided_by: str | None = None
        self.completion_kind: int | None = None
        self.ground: str | None = None

    @classmethod
    def create(cls, facts: Facts, said: Assignment) -> Self:
        """Give a department a case to decide."""
        task = cls.begin(stream_id("task", said.project_no))
        task.record(TaskCreated, facts, **vars(said))
        return task

    def accepted_again(self, facts: Facts, reason: str) -> None:
        """Reopen a cancelled task whose case was accepted again; else no effect."""
        if self.state is TaskState.CANCELLED:
            self.record(TaskReopened, facts, project_no=self.project_no, reason=reason)

    def record_step(self, facts: Facts, step: Step) -> None:
        """File a step, also after the decision; one that is on file has no effect."""
        if step.row_guid not in self.steps:
            self.record(StepRecorded, facts, project_no=self.project_no, **vars(step))

    def decide(self, facts: Facts, verdict: Verdict) -> None:
        """Let an officer decide.

        Raises:
            AlreadyDecidedError, WrongDepartmentError, SamePersonError: as their names say.
        """
        if self.state is not TaskState.OPEN:
            raise AlreadyDecidedError(f"the task is {self.state.value}")
        if facts.actor.unit != self.department:
            raise WrongDepartmentError("the task belongs to another department")
        if facts.actor.id == self.accepted_by:
            raise SamePersonError("who accepted the case does not decide it")
        self._decide(facts, verdict)

    def decide_as_reported(self, facts: Facts, verdict: Verdict) -> None:
        """Take a decision an outside system reports; a task that is not open keeps its own."""
        if self.state is TaskState.OPEN:
            self._decide(facts, verdict)

    def result_retracted(self, facts: Facts, row_guid: str, reason: str) -> None:
        """Reopen the task if its decision stood on this row; else no effect."""
        if self.ground == row_guid:
            self.record(
                TaskReopened, facts, project_no=self.project_no, reason=reason, row_guid=row_guid
            )

    def cancel(self, facts: Facts, row_guid: str, reason: str) -> None:
        """End a task whose acceptance was retracted; a second time has no effect."""
        if self.state is not TaskState.CANCELLED:
            self.record(
                TaskCancelled, facts, project_no=self.project_no, reason=reason, row_guid=row_guid
            )

    def _decide(self, facts: Facts, verdict: Verdict) -> None:
        self.record(
            TaskApproved if verdict.granted else TaskRejected,
            facts,
            project_no=self.project_no,
            decided_at=verdict.decided_at,
            completion_kind=verdict.completion_kind,
            decided_by=facts.actor.id,
            row_guid=verdict.row_guid,
            reason=verdict.reason,
        )

    @applies(TaskCreated)
    def _created(self, event: TaskCreated) -> None:
        self.project_no = event.project_no
        self.item_code = event.item_code
        self.department = event.department
        self.promised_due_at = event.promised_due_at
        self.accepted_by = event.accepted_by

    @applies(StepRecorded)
    def _step_recorded(self, event: StepRecorded) -> None:
        self.steps[event.row_guid] = event.name

    @applies(TaskApproved)
    def _approved(self, event: TaskApproved) -> None:
        self._close(TaskState.APPROVED, event)

    @applies(TaskRejected)
    def _rejected(self, event: TaskRejected) -> None:
        self._close(TaskState.REJECTED, event)

    @applies(TaskReopened)
    def _reopened(self, event: TaskReopened) -> None:
        self.state = TaskState.OPEN
        self.decided_at = self.decided_by = self.completion_kind = self.ground = None

    @applies(TaskCancelled)
    def _cancelled(self, event: TaskCancelled) -> None:
        self.state = TaskState.CANCELLED

    def _close(self, state: TaskState, event: TaskApproved | TaskRejected) -> None:
        self.state = state
        self.decided_at = event.decided_at
        self.decided_by = event.decided_by
        self.completion_kind = event.completion_kind
        self.ground = event.row_guid
