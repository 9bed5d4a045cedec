"""Rows of cases and of the outside records they are made of, and what is read of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement
from services.intake.projections import case_turns
from services.intake.projections.case_turns import of_case

CASE = (
    "project_no",
    "state",
    "item_code",
    "channel",
    "submitted_at",
    "item_version",
    "item_name",
    "department",
    "accepted_at",
    "promised_due_at",
    "completed_at",
    "completion_kind",
    "granted",
    "statutory_due_at",
    "counted_until",
    "provisional",
    "breached_at",
    "window_no",
    "standing",
    "ended_at",
    "account",
)
SHOWN = CASE[:-1]
"""What a list shows: everything but whose case it is."""
RECORD = ("data_source", "row_guid", "project_no")
_DONE = "state IN ('completed', 'delivered', 'archived')"
_ENDINGS = frozenset({2, 4, 6})
"""Completion kinds of cases that were voided, forwarded, or withdrawn."""
_CORRECTABLE = frozenset(
    {"channel", "submitted_at", "item_version", "department", "accepted_at", "promised_due_at"}
)


class CaseRow(msgspec.Struct, frozen=True):
    """One case in a list."""

    project_no: str
    state: str
    item_code: str
    channel: str
    submitted_at: datetime
    item_version: int | None
    item_name: str | None
    department: str | None
    accepted_at: datetime | None
    promised_due_at: datetime | None
    completed_at: datetime | None
    completion_kind: int | None
    granted: bool | None
    statutory_due_at: datetime | None = None
    counted_until: datetime | None = None
    """The later end of the limits counted here; None when none was."""
    provisional: bool = False
    breached_at: datetime | None = None
    """End of the promise that passed while the case was open."""
    window_no: str | None = None
    standing: int = 0
    """How many reasons keep its clocks standing still."""
    ended_at: datetime | None = None
    """When it came to nothing: withdrawn, abandoned, forwarded, voided, deleted, not required."""


class _Submitted(msgspec.Struct, frozen=True):
    project_no: str
    item_code: str
    channel: str
    submitted_at: datetime
    window: str | None = None
    account: str | None = None
    drafted: bool = False


class _Drafted(msgspec.Struct, frozen=True):
    project_no: str
    item_code: str
    channel: str
    window: str | None = None
    account: str | None = None


class _Accepted(msgspec.Struct, frozen=True):
    project_no: str
    item_version: int
    item_name: str
    channel: str
    department: str
    accepted_at: datetime
    promised_due_at: datetime | None = None
    promised_limit: int | None = None
    statutory_due_at: datetime | None = None
    provisional: bool = False

    @property
    def counted_until(self) -> datetime | None:
        counted = [self.statutory_due_at]
        if self.promised_limit is not None:
            counted.append(self.promised_due_at)
        return max((due for due in counted if due), default=None)


class _Recalculated(msgspec.Struct, frozen=True):
    clock: str
    new_due_at: datetime
    provisional: bool = False


class _Breached(msgspec.Struct, frozen=True):
    clock: str
    due_at: datetime


class _Row(msgspec.Struct, frozen=True):
    project_no: str
    data_source: str | None = None
    row_guid: str | None = None


class _Completed(msgspec.Struct, frozen=True):
    completed_at: datetime
    completion_kind: int
    granted: bool
    row_guid: str | None = None


class _Corrected(msgspec.Struct, frozen=True):
    record: str
    row_guid: str
    changed: dict[str, str | int]


class _Retracted(msgspec.Struct, frozen=True):
    record: str


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    key = event.subject
    match event.type:
        case "intake.case-drafted.v1":
            begun = event.read(_Drafted)
            yield _row("draft", begun, event, event.body.occurred_at)
        case "intake.case-submitted.v1":
            said = event.read(_Submitted)
            if not said.drafted:
                yield _row("submitted", said, event, said.submitted_at)
            else:
                yield of_case(
                    key,
                    state="submitted",
                    submitted_at=said.submitted_at,
                    department=event.body.department or None,
                )
        case "intake.case-accepted.v1":
            yield _accepted(event.read(_Accepted))
            yield from _record(event)
        case (
            "intake.step-reported.v1"
            | "intake.result-reported.v1"
            | "intake.special-procedure-reported.v1"
            | "intake.material-reported.v1"
        ):
            yield from _record(event)
        case "intake.case-completed.v1":
            yield _completed(key, event.read(_Completed))
        case "intake.external-record-corrected.v1":
            yield from _corrected(key, event.read(_Corrected))
        case "intake.external-record-retracted.v1":
            yield from _retracted(key, event.read(_Retracted))
        case "intake.clock-recalculated.v1":
            yield _recalculated(key, event.read(_Recalculated))
        case "intake.clock-breached.v1":
            breached = event.read(_Breached)
            if breached.clock == "PROMISED":
                yield of_case(key, breached_at=breached.due_at)
        case _:
            yield from case_turns.turned(key, event)


def _row(state: str, said: _Submitted | _Drafted, event: Event, at: datetime) -> Change:
    told = {
        "project_no": said.project_no,
        "state": state,
        "item_code": said.item_code,
        "channel": said.channel,
        "submitted_at": at,
        "department": event.body.department or None,
        "provisional": False,
        "window_no": said.window,
        "standing": 0,
        "account": said.account,
    }
    return Insert("case_row", tuple(told.get(name) for name in CASE))


def _accepted(said: _Accepted) -> Change:
    return of_case(
        said.project_no,
        state="accepted",
        item_version=said.item_version,
        item_name=said.item_name,
        channel=said.channel,
        department=said.department,
        accepted_at=said.accepted_at,
        promised_due_at=said.promised_due_at,
        statutory_due_at=said.statutory_due_at,
        counted_until=said.counted_until,
        provisional=said.provisional,
        **case_turns.OPEN,
    )


def _completed(project_no: str, said: _Completed) -> Change:
    """Only what ended here without a decision may have a state already that says how it ended."""
    if said.row_guid or said.completion_kind not in _ENDINGS:
        values = msgspec.structs.asdict(said)
        del values["row_guid"]
        return of_case(project_no, state="completed", **values)
    return Statement(
        "UPDATE case_row SET completed_at = %s, completion_kind = %s, granted = %s,"
        " state = CASE WHEN state IN ('withdrawn', 'forwarded_up', 'voided') THEN state"
        " ELSE 'completed' END WHERE project_no = %s",
        (said.completed_at, said.completion_kind, said.granted, project_no),
    )


def _recalculated(project_no: str, said: _Recalculated) -> Change:
    column = "promised_due_at" if said.clock == "PROMISED" else "statutory_due_at"
    return Statement(
        f"UPDATE case_row SET {column} = %s, counted_until = greatest(counted_until, %s),"  # noqa: S608 - one of two names
        " provisional = %s WHERE project_no = %s",
        (said.new_due_at, said.new_due_at, said.provisional, project_no),
    )


def _record(event: Event) -> Iterable[Change]:
    said = event.read(_Row)
    if said.row_guid and said.data_source:
        yield Statement(
            "INSERT INTO record_row (data_source, row_guid, project_no) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (said.data_source, said.row_guid, said.project_no),
        )


def _corrected(project_no: str, said: _Corrected) -> Iterable[Change]:
    if said.record == "accept":
        columns = sorted(said.changed.keys() & _CORRECTABLE)
        if columns:
            yield of_case(project_no, **{column: said.changed[column] for column in columns})
        if "promised_due_at" in said.changed:
            yield Statement(
                "UPDATE case_row SET counted_until = greatest(counted_until, promised_due_at)"
                " WHERE project_no = %s AND counted_until IS NOT NULL",
                (project_no,),
            )
    if said.record == "result":
        for column in sorted(said.changed.keys() & {"completed_at", "completion_kind"}):
            yield Statement(
                f"UPDATE case_row SET {column} = %s WHERE project_no = %s AND {_DONE}",  # noqa: S608 - from a fixed set
                (said.changed[column], project_no),
            )
        if "result" in said.changed:
            yield Statement(
                f"UPDATE case_row SET granted = %s WHERE project_no = %s AND {_DONE}",  # noqa: S608 - ours
                (said.changed["result"] == "granted", project_no),
            )


def _retracted(project_no: str, said: _Retracted) -> Iterable[Change]:
    if said.record == "accept":
        yield Statement(
            "UPDATE case_row SET state = 'retracted' WHERE project_no = %s"
            " AND state <> 'deleted_in_error'",
            (project_no,),
        )
    if said.record == "result":
        yield Statement(
            "UPDATE case_row SET state = 'accepted', completed_at = NULL, completion_kind = NULL,"
            " granted = NULL WHERE project_no = %s"
            " AND state IN ('completed', 'delivered', 'archived')",
            (project_no,),
        )


def cases_of_rows(
    database: Database, keys: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], str]:
    """Give the case each of these rows (data_source, row_guid) went to, as far as it did."""
    sources, guids = zip(*keys, strict=True) if keys else ((), ())
    rows = database.read(
        "SELECT data_source, row_guid, project_no FROM record_row WHERE (data_source, row_guid) IN"
        " (SELECT * FROM unnest(%s::text[], %s::text[]))",
        (list(sources), list(guids)),
    )
    return {(row[0], row[1]): row[2] for row in rows}


def list_cases(
    database: Database,
    *,
    state: str = "",
    department: str = "",
    channel: str = "",
    item_code: str = "",
    window: str = "",
    account: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[CaseRow]:
    """List cases, newest first, from behind the key (submitted_at, project_no).

    Drafts only when their state is asked for, or an account. Only the filters that are there stand
    in the query, so that each has its index.
    """
    asked = {
        "state": state,
        "department": department,
        "channel": channel,
        "item_code": item_code,
        "window_no": window,
        "account": account,
    }
    said: dict[str, object] = {name: value for name, value in asked.items() if value}
    conditions = [f"{name} = %({name})s" for name in said]
    if not state and not account:
        conditions.append("state <> 'draft'")
    if after is not None:
        said["moment"], said["key"] = after
        conditions.append("(submitted_at, project_no) < (%(moment)s::timestamptz, %(key)s)")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = database.read(
        f"SELECT {', '.join(SHOWN)} FROM case_row{where}"  # noqa: S608 - our own column names
        " ORDER BY submitted_at DESC, project_no DESC LIMIT %(limit)s",
        said | {"limit": limit},
    )
    return [CaseRow(*row) for row in rows]
