"""What happens to a task, as it was released first: created, worked on, decided, reopened, ended.

A task of a case of its own is named by its `project_no`; one of a parallel process also says
`process_no` and `task_id`.
"""

from __future__ import annotations

from datetime import datetime

from services.approval.domain.terms import DeemedEffect
from services.kernel.aggregate import Fact
from services.kernel.limits import Unit


class TaskCreated(Fact):
    """A department has a case to decide."""

    TOPIC = "approval.task-created.v1"

    project_no: str
    item_code: str
    department: str
    promised_due_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    process_no: str | None = None
    task_id: str | None = None
    item_version: int | None = None
    window: str | None = None
    prerequisites: list[str] | None = None
    """Tasks it waits for; absent in a process of one."""
    waivable: bool | None = None
    deemed_effect: DeemedEffect | None = None
    promised_limit: int | None = None
    promised_unit: Unit | None = None
    statutory_limit: int | None = None
    statutory_unit: Unit | None = None
    statutory_due_at: datetime | None = None
    also_stops_statutory: list[str] | None = None
    also_stops_promised: list[str] | None = None
    added: bool | None = None
    """It joined a process that was under way (P08)."""


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
    process_no: str | None = None
    task_id: str | None = None


class TaskApproved(Fact):
    """The department granted the case."""

    TOPIC = "approval.task-approved.v1"

    project_no: str
    decided_at: datetime
    completion_kind: int
    decided_by: str
    row_guid: str | None = None
    reason: str | None = None
    process_no: str | None = None
    task_id: str | None = None
    delegation: str | None = None
    commitment_no: str | None = None
    """The commitment whose fulfilment made a conditional decision whole."""


class TaskRejected(Fact):
    """The department ended the case without granting it."""

    TOPIC = "approval.task-rejected.v1"

    project_no: str
    decided_at: datetime
    completion_kind: int
    decided_by: str
    row_guid: str | None = None
    reason: str | None = None
    process_no: str | None = None
    task_id: str | None = None
    delegation: str | None = None
    commitment_no: str | None = None
    """The commitment with which a conditional decision lapsed."""


class TaskReopened(Fact):
    """The ground of a decision, or of a cancellation, is gone."""

    TOPIC = "approval.task-reopened.v1"

    project_no: str
    reason: str
    row_guid: str | None = None
    process_no: str | None = None
    task_id: str | None = None
    fresh: bool | None = None
    """Its limits begin again, with the task-ready that follows."""
    department: str | None = None


class TaskCancelled(Fact):
    """The acceptance the task stood on is gone, or what it waited for."""

    TOPIC = "approval.task-cancelled.v1"

    project_no: str
    reason: str
    row_guid: str | None = None
    process_no: str | None = None
    task_id: str | None = None
    because: str | None = None
    """The task whose end ended this one."""
    department: str | None = None
