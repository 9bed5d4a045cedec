"""Shows the tasks: rows from events, and their lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement, Update

COLUMNS = (
    "task_id",
    "process_no",
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
    "statutory_due_at",
    "ready_at",
    "counted_until",
    "suspended",
    "overdue",
    "handler",
)
_SELECT = "SELECT " + ", ".join(COLUMNS) + " FROM task"  # noqa: S608 - our own column names


class TaskRow(msgspec.Struct, frozen=True):
    """One task in a list."""

    task_id: str
    process_no: str
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
    statutory_due_at: datetime | None
    ready_at: datetime | None
    counted_until: datetime | None
    """The latest end of a limit counted here; None when none was."""
    suspended: int
    """How many reasons keep its clocks standing still."""
    overdue: list[str]
    """Limits that passed while it was undecided: PROMISED, STATUTORY, JOINT."""
    handler: str | None


class _Said(msgspec.Struct, frozen=True):
    """Whatever an event about a task may say that its row shows."""

    project_no: str = ""
    task_id: str = ""
    process_no: str = ""
    item_code: str = ""
    department: str = ""
    prerequisites: list[str] | None = None
    accepted_at: datetime | None = None
    promised_limit: int | None = None
    promised_due_at: datetime | None = None
    statutory_due_at: datetime | None = None
    ready_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    completion_kind: int | None = None
    handler: str = ""
    clocks: list[str] = []
    clock: str = ""
    new_due_at: datetime | None = None
    ground: str = ""
    reblocked: list[str] = []
    fresh: bool = False
    due_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.task_id or self.project_no

    @property
    def counted_until(self) -> datetime | None:
        ends = (self.promised_due_at, self.statutory_due_at)
        return max((end for end in ends if end), default=None)


_STATES: Mapping[str, str] = {
    "approval.task-started.v1": "in_progress",
    "approval.task-returned.v1": "open",
    "approval.task-cancelled.v1": "cancelled",
    "approval.task-waived.v1": "waived",
    "approval.task-deemed-consented.v1": "deemed_consented",
    "approval.deemed-consent-overturned.v1": "overturned",
}
_DECIDED: Mapping[str, str] = {
    "approval.task-approved.v1": "approved",
    "approval.task-rejected.v1": "rejected",
    "approval.task-conditionally-approved.v1": "approved_conditionally",
    "approval.late-decision-recorded.v1": "deemed_consented",
}


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes of a task in its row."""
    if event.type in _DECIDED:
        said = event.read(_Said)
        yield _set(
            said.key,
            state=_DECIDED[event.type],
            decided_at=said.decided_at,
            decided_by=said.decided_by,
            completion_kind=said.completion_kind,
        )
        return
    if event.type in _STATES:
        said = event.read(_Said)
        handler = {"handler": said.handler or None} if "task-st" in event.type else {}
        yield _set(said.key, state=_STATES[event.type], **handler)
        return
    match event.type:
        case "approval.task-created.v1":
            yield _created(event, event.read(_Said))
        case "approval.step-recorded.v1":
            key = event.read(_Said).key
            yield Statement("UPDATE task SET steps = steps + 1 WHERE task_id = %s", (key,))
        case "approval.task-ready.v1":
            said = event.read(_Said)
            yield _set(
                said.key,
                state="open",
                ready_at=said.ready_at,
                promised_due_at=said.promised_due_at,
                statutory_due_at=said.statutory_due_at,
                counted_until=said.counted_until,
                suspended=0,
            )
        case "approval.task-reopened.v1":
            said = event.read(_Said)
            state = "blocked" if said.fresh else "open"
            yield _set(
                said.key, state=state, decided_at=None, decided_by=None, completion_kind=None
            )
        case "approval.deemed-consent-voided.v1":
            yield from _voided(event.read(_Said))
        case "approval.clock-suspended.v1" | "approval.clock-resumed.v1":
            yield from _stopped(event)
        case "approval.clock-extended.v1":
            yield from _moved(event.read(_Said))
        case "approval.clock-recalculated.v1":
            said = event.read(_Said)
            if said.task_id and said.clock in ("PROMISED", "STATUTORY"):
                column = "promised_due_at" if said.clock == "PROMISED" else "statutory_due_at"
                yield Statement(
                    f"UPDATE task SET {column} = %s, counted_until = greatest(counted_until, %s)"  # noqa: S608 - one of two names
                    " WHERE task_id = %s",
                    (said.new_due_at, said.new_due_at, said.task_id),
                )
        case "approval.clock-breached.v1":
            said = event.read(_Said)
            if said.task_id:
                yield Statement(
                    "UPDATE task SET overdue = array_append(array_remove(overdue, %s), %s)"
                    " WHERE task_id = %s",
                    (said.clock, said.clock, said.task_id),
                )


def _created(event: Event, said: _Said) -> Change:
    blocked = said.prerequisites is not None
    return Insert(
        "task",
        (
            said.key,
            said.process_no or said.project_no,
            said.project_no,
            "blocked" if blocked else "open",
            said.item_code,
            said.department,
            event.body.occurred_at,
            said.promised_due_at,
            None,
            None,
            None,
            0,
            said.statutory_due_at,
            None if blocked else said.accepted_at,
            None if said.promised_limit is None or blocked else said.counted_until,
            0,
            [],
            None,
        ),
    )


def _voided(said: _Said) -> Iterable[Change]:
    yield Statement(
        "UPDATE task SET state = 'open', promised_due_at = coalesce(%s, promised_due_at),"
        " counted_until = greatest(counted_until, %s), decided_at = NULL, decided_by = NULL,"
        " completion_kind = NULL,"
        " overdue = array_remove(array_remove(overdue, 'PROMISED'), 'JOINT')"
        " WHERE task_id = %s",
        (said.promised_due_at, said.promised_due_at, said.key),
    )
    if said.reblocked:
        yield Statement(
            "UPDATE task SET state = 'blocked', ready_at = NULL, promised_due_at = NULL,"
            " statutory_due_at = NULL, counted_until = NULL, handler = NULL, suspended = 0"
            " WHERE task_id = ANY(%s)",
            (said.reblocked,),
        )


def _stopped(event: Event) -> Iterable[Change]:
    said = event.read(_Said)
    if not said.task_id:
        return
    step = 1 if event.type == "approval.clock-suspended.v1" else -1
    yield Statement(
        "UPDATE task SET suspended = suspended + %s WHERE task_id = %s", (step, said.task_id)
    )
    yield from _moved(said)


def _moved(said: _Said) -> Iterable[Change]:
    """Show the ends of the limits that were touched; one that stands still has none."""
    if not said.task_id:
        return
    for clock, column, due_at in (
        ("PROMISED", "promised_due_at", said.promised_due_at),
        ("STATUTORY", "statutory_due_at", said.statutory_due_at),
    ):
        if clock in said.clocks:
            yield Statement(
                f"UPDATE task SET {column} = %s, counted_until = greatest(counted_until, %s)"  # noqa: S608 - one of two names
                " WHERE task_id = %s",
                (due_at, due_at, said.task_id),
            )


def _set(task_id: str, **values: object) -> Change:
    return Update("task", {"task_id": task_id}, values)


def list_tasks(
    database: Database,
    *,
    department: str = "",
    state: str = "",
    process_no: str = "",
    overdue: bool | None = None,
    suspended: bool | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[TaskRow]:
    """List tasks, newest first, from behind the key (created_at, task_id).

    Only the filters that are given are in the statement, so that each shape has its own index.
    """
    where, given = _where(department, state, process_no, overdue, suspended)
    if after is not None:
        where.append("(created_at, task_id) < (%(moment)s::timestamptz, %(key)s)")
        given |= {"moment": after[0], "key": after[1]}
    rows = database.read(
        _SELECT
        + (" WHERE " + " AND ".join(where) if where else "")
        + " ORDER BY created_at DESC, task_id DESC LIMIT %(limit)s",
        given | {"limit": limit},
    )
    return [TaskRow(*row) for row in rows]


def count_tasks(database: Database, *, department: str = "") -> dict[str, int]:
    """Count what is undecided, of one department or of all: by state, overdue and suspended."""
    scope = " AND department = %(department)s" if department else ""
    rows = database.read(
        "SELECT state, count(*), count(*) FILTER (WHERE overdue <> '{}'),"  # noqa: S608 - a fixed text
        " count(*) FILTER (WHERE suspended > 0) FROM task"
        " WHERE state IN ('blocked', 'open', 'in_progress', 'approved_conditionally')"
        + scope
        + " GROUP BY state",
        {"department": department},
    )
    counts = {state: number for state, number, _, _ in rows}
    counts["overdue"] = sum(row[2] for row in rows)
    counts["suspended"] = sum(row[3] for row in rows)
    return counts


def homes_of(database: Database, project_nos: Collection[str]) -> Mapping[str, str]:
    """Give the process of each of these cases, as far as there is one."""
    rows = database.read(
        "SELECT project_no, process_no FROM task WHERE project_no = ANY(%s)", (list(project_nos),)
    )
    return dict(rows)


def _where(
    department: str, state: str, process_no: str, overdue: bool | None, suspended: bool | None
) -> tuple[list[str], dict[str, object]]:
    given = {"department": department, "state": state, "process_no": process_no}
    where = [f"{name} = %({name})s" for name, value in given.items() if value]
    if overdue is not None:
        where.append("overdue <> '{}'" if overdue else "overdue = '{}'")
    if suspended is not None:
        where.append("suspended > 0" if suspended else "suspended = 0")
    return where, {name: value for name, value in given.items() if value}
