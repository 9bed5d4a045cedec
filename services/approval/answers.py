"""What approval takes and answers over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from services.approval.domain import Process, Task
from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent

Kind = Annotated[int, msgspec.Meta(ge=0, le=6, description="Default: 0 when granted, 1 when not.")]
Reason = Annotated[
    str, msgspec.Meta(max_length=64, pattern="^[a-z0-9_]*$", description="A code, no text.")
]

Version = Annotated[
    Annotated[int, msgspec.Meta(ge=1)] | None,
    msgspec.Meta(description="Refused (409, naming what happened since) when it is not this."),
]


class Decide(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An officer's decision."""

    decision: Literal["approve", "reject"]
    completion_kind: Kind | None = None
    reason: Reason = ""
    expected_version: Version = None


class Decided(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the decision stands in the log."""

    project_no: str
    event: str
    position: int | None = None


class TaskView(msgspec.Struct, frozen=True):
    """A task, rebuilt from its events."""

    project_no: str
    state: str
    item_code: str
    department: str
    promised_due_at: datetime | None
    accepted_by: str | None
    decided_at: datetime | None
    decided_by: str | None
    completion_kind: int | None
    steps: int
    task_id: str = ""
    process_no: str = ""
    version: int = 0
    """Of its process; what `expected_version` is compared with."""
    statutory_due_at: datetime | None = None
    binding_due_at: datetime | None = None
    """When silence counts: the earlier of its promise and the joint limit."""
    ready_at: datetime | None = None
    handler: str | None = None
    suspended: bool = False
    waits_for: list[str] = []
    breaches: dict[str, datetime] = {}
    granted: bool = False
    commitment_no: str | None = None


class TaskHistory(msgspec.Struct, frozen=True):
    """A task and how it came to be so."""

    task: TaskView
    history: list[HistoryEvent]


class TasksQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    department: str = ""
    state: str = ""
    process_no: str = ""
    overdue: bool | None = None
    suspended: bool | None = None


def task_view(process: Process, task: Task) -> TaskView:
    """Show the state of a task."""
    return TaskView(
        project_no=task.project_no,
        state=task.state.value,
        item_code=task.item_code,
        department=task.department,
        promised_due_at=task.promised_due_at,
        accepted_by=task.accepted_by,
        decided_at=task.decided_at,
        decided_by=task.decided_by,
        completion_kind=task.completion_kind,
        steps=len(task.steps),
        task_id=task.task_id,
        process_no=process.process_no,
        version=process.version,
        statutory_due_at=task.statutory_due_at,
        binding_due_at=process.binding_due(task),
        ready_at=task.ready_at,
        handler=task.handler,
        suspended=task.suspended,
        waits_for=process.waits_for(task) if not task.final else [],
        breaches=task.breaches,
        granted=task.granted,
        commitment_no=task.commitment_no,
    )
