"""Shows the tasks: rows from events, and their lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement

COLUMNS = (
    "project_no",
    "state",
    "item_code",
    "department",
    "created_at",
    "promised_due_at",
    "decided_at",
    "decided_by",
    "completion_kind",
    "steps",
)
_SELECT = "SELECT " + ", ".join(COLUMNS) + " FROM task"  # noqa: S608 - our own column names


class TaskRow(msgspec.Struct, frozen=True):
    """One task in a list."""

    project_no: str
    state: str
    item_code: str
    department: str
    created_at: datetime
    promised_due_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    completion_kind: int | None
    steps: int


class _Created(msgspec.Struct, frozen=True):
    project_no: str
    item_code: str
    department: str
    promised_due_at: datetime | None = None


class _Decided(msgspec.Struct, frozen=True):
    decided_at: datetime
    decided_by: str
    completion_kind: int


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes of a task in its row."""
    key = event.subject
    match event.type:
        case "approval.task-created.v1":
            said = event.read(_Created)
            opened = (said.item_code, said.department, event.body.occurred_at, said.promised_due_at)
            yield Insert("task", (said.project_no, "open", *opened, None, None, None, 0))
        case "approval.step-recorded.v1":
            yield Statement("UPDATE task SET steps = steps + 1 WHERE project_no = %s", (key,))
        case "approval.task-approved.v1" | "approval.task-rejected.v1":
            state = "approved" if event.type == "approval.task-approved.v1" else "rejected"
            ended = event.read(_Decided)
            yield Statement(
                "UPDATE task SET state = %s, decided_at = %s, decided_by = %s, completion_kind = %s"
                " WHERE project_no = %s",
                (state, ended.decided_at, ended.decided_by, ended.completion_kind, key),
            )
        case "approval.task-reopened.v1":
            yield Statement(
                "UPDATE task SET state = 'open', decided_at = NULL, decided_by = NULL,"
                " completion_kind = NULL WHERE project_no = %s",
                (key,),
            )
        case "approval.task-cancelled.v1":
            yield Statement("UPDATE task SET state = 'cancelled' WHERE project_no = %s", (key,))


def list_tasks(
    database: Database,
    *,
    department: str = "",
    state: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[TaskRow]:
    """List tasks, newest first, from behind the key (created_at, project_no)."""
    moment, key = after or (None, "")
    rows = database.read(
        _SELECT + " WHERE (%(department)s = '' OR department = %(department)s)"
        " AND (%(state)s = '' OR state = %(state)s)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (created_at, project_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY created_at DESC, project_no DESC LIMIT %(limit)s",
        {"department": department, "state": state, "moment": moment, "key": key, "limit": limit},
    )
    return [TaskRow(*row) for row in rows]
