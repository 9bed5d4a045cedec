"""Shows processes, liabilities and review meetings: rows from events, and their lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement, Update

PROCESS = (
    "process_no",
    "scheme",
    "scheme_version",
    "kind",
    "lead",
    "state",
    "result",
    "started_at",
    "joint_due_at",
    "joint_overdue",
    "decided_at",
    "tasks",
)
LIABILITY = (
    "liability_no",
    "process_no",
    "task_id",
    "project_no",
    "department",
    "liable",
    "unit",
    "rule",
    "cause",
    "due_at",
    "recorded_at",
    "withdrawn",
)
MEETING = (
    "meeting_no",
    "state",
    "scheduled_at",
    "place",
    "projects",
    "departments",
    "absent",
    "minutes_hash",
    "held_at",
)


class ProcessRow(msgspec.Struct, frozen=True):
    """One process of a project in a list."""

    process_no: str
    scheme: str
    scheme_version: int
    kind: str
    lead: str
    state: str
    """running or decided."""
    result: str | None
    started_at: datetime
    joint_due_at: datetime | None
    joint_overdue: bool
    decided_at: datetime | None
    tasks: int


class LiabilityRow(msgspec.Struct, frozen=True):
    """Who answers for one limit that passed in silence."""

    liability_no: str
    process_no: str
    task_id: str
    project_no: str
    department: str
    liable: str
    """window or department."""
    unit: str
    rule: str
    cause: str
    due_at: datetime
    recorded_at: datetime
    withdrawn: bool


class MeetingRow(msgspec.Struct, frozen=True):
    """One joint review meeting."""

    meeting_no: str
    state: str
    """scheduled or held."""
    scheduled_at: datetime
    place: str
    projects: list[str]
    departments: list[str]
    absent: list[str]
    minutes_hash: str
    held_at: datetime | None


class _Started(msgspec.Struct, frozen=True):
    process_no: str
    scheme: str
    scheme_version: int
    kind: str
    lead: str
    started_at: datetime
    joint_due_at: datetime


class _Said(msgspec.Struct, frozen=True):
    process_no: str = ""
    task_id: str = ""
    clocks: list[str] = []
    clock: str = ""
    joint_due_at: datetime | None = None
    new_due_at: datetime | None = None
    result: str = ""
    decided_at: datetime | None = None
    liability_nos: list[str] = []


class _Liability(msgspec.Struct, frozen=True):
    liability_no: str
    process_no: str
    task_id: str
    project_no: str
    department: str
    liable: str
    unit: str
    rule: str
    cause: str
    due_at: datetime


class _Meeting(msgspec.Struct, frozen=True):
    meeting_no: str
    projects: list[str]
    departments: list[str] = []
    scheduled_at: datetime | None = None
    place: str = ""
    absent: list[str] = []
    minutes_hash: str = ""
    held_at: datetime | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes of a process, of who answers, or of a meeting."""
    match event.type:
        case "approval.parallel-approval-started.v1":
            begun = event.read(_Started)
            fields = msgspec.structs.astuple(begun)
            row = (*fields[:5], "running", None, *fields[5:], False, None, 0)
            yield Insert("process", row)
        case "approval.task-created.v1":
            no = event.read(_Said).process_no
            if no:
                yield Statement("UPDATE process SET tasks = tasks + 1 WHERE process_no = %s", (no,))
        case "approval.clock-suspended.v1" | "approval.clock-resumed.v1":
            yield from _joint(event.read(_Said))
        case "approval.clock-extended.v1":
            yield from _joint(event.read(_Said))
        case "approval.clock-recalculated.v1":
            said = event.read(_Said)
            if not said.task_id:
                yield _set(said.process_no, joint_due_at=said.new_due_at)
        case "approval.clock-breached.v1":
            said = event.read(_Said)
            if not said.task_id:
                yield _set(said.process_no, joint_overdue=True)
        case "approval.process-decided.v1":
            said = event.read(_Said)
            decided = {"result": said.result, "decided_at": said.decided_at}
            yield _set(said.process_no, state="decided", **decided)
        case "approval.process-reopened.v1":
            opened = event.read(_Said)
            yield _set(opened.process_no, state="running", result=None, decided_at=None)
        case "approval.liability-recorded.v1":
            told = event.read(_Liability)
            yield Insert(
                "liability", (*msgspec.structs.astuple(told), event.body.occurred_at, False)
            )
        case "approval.liability-withdrawn.v1":
            yield Statement(
                "UPDATE liability SET withdrawn = true WHERE liability_no = ANY(%s)",
                (event.read(_Said).liability_nos,),
            )
        case "approval.review-meeting-scheduled.v1":
            meeting = event.read(_Meeting)
            yield Insert(
                "meeting",
                (
                    meeting.meeting_no,
                    "scheduled",
                    meeting.scheduled_at,
                    meeting.place,
                    meeting.projects,
                    meeting.departments,
                    [],
                    "",
                    None,
                ),
            )
        case "approval.review-meeting-held.v1":
            meeting = event.read(_Meeting)
            held = {
                "state": "held",
                "held_at": meeting.held_at,
                "absent": meeting.absent,
                "minutes_hash": meeting.minutes_hash,
            }
            yield Update("meeting", {"meeting_no": meeting.meeting_no}, held)


def _joint(said: _Said) -> Iterable[Change]:
    if not said.task_id:
        yield _set(said.process_no, joint_due_at=said.joint_due_at)


def _set(process_no: str, **values: object) -> Change:
    return Update("process", {"process_no": process_no}, values)


def list_processes(
    database: Database,
    *,
    state: str = "",
    kind: str = "",
    lead: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[ProcessRow]:
    """List processes of projects, newest first, from behind the key (started_at, process_no)."""
    filters = {"state": state, "kind": kind, "lead": lead}
    rows = _page(database, "process", PROCESS, filters, ("started_at", "process_no"), after, limit)
    return [ProcessRow(*row) for row in rows]


def list_liabilities(
    database: Database,
    *,
    department: str = "",
    liable: str = "",
    process_no: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[LiabilityRow]:
    """List who answers, newest first, from behind the key (recorded_at, liability_no)."""
    filters = {"department": department, "liable": liable, "process_no": process_no}
    order = ("recorded_at", "liability_no")
    rows = _page(database, "liability", LIABILITY, filters, order, after, limit)
    return [LiabilityRow(*row) for row in rows]


def list_meetings(
    database: Database, *, after: tuple[datetime, str] | None = None, limit: int = 50
) -> list[MeetingRow]:
    """List review meetings, the latest first, from behind the key (scheduled_at, meeting_no)."""
    rows = _page(database, "meeting", MEETING, {}, ("scheduled_at", "meeting_no"), after, limit)
    return [MeetingRow(*row) for row in rows]


def _page(
    database: Database,
    table: str,
    columns: tuple[str, ...],
    filters: dict[str, str],
    order: tuple[str, str],
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[tuple[Any, ...]]:
    """Read one page; only the filters that are given are in the statement."""
    where = [f"{name} = %({name})s" for name, value in filters.items() if value]
    given: dict[str, object] = {name: value for name, value in filters.items() if value}
    if after is not None:
        where.append(f"({order[0]}, {order[1]}) < (%(moment)s::timestamptz, %(key)s)")
        given |= {"moment": after[0], "key": after[1]}
    told = " WHERE " + " AND ".join(where) if where else ""
    return database.read(
        f"SELECT {', '.join(columns)} FROM {table}{told}"  # noqa: S608 - our own names
        f" ORDER BY {order[0]} DESC, {order[1]} DESC LIMIT %(limit)s",
        given | {"limit": limit},
    )
