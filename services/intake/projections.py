"""Shows cases and items: rows from events, and the only SQL of this service."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, ReadModel, Statement
from services.intake.domain.items import ItemVersion

_ITEM = (
    "item_code",
    "item_version",
    "name",
    "case_type",
    "department",
    "department_name",
    "promised_limit_days",
    "effective_from",
)
_CASE = (
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
)
_RECORD = ("data_source", "row_guid", "project_no")
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


class _Item(msgspec.Struct, frozen=True):
    item_code: str
    item_version: int
    name: str
    case_type: str
    department: str
    department_name: str
    promised_limit_days: int
    effective_from: datetime


class _Submitted(msgspec.Struct, frozen=True):
    project_no: str
    item_code: str
    channel: str
    submitted_at: datetime


class _Accepted(msgspec.Struct, frozen=True):
    project_no: str
    item_version: int
    item_name: str
    channel: str
    department: str
    accepted_at: datetime
    promised_due_at: datetime | None = None


class _Row(msgspec.Struct, frozen=True):
    project_no: str
    data_source: str | None = None
    row_guid: str | None = None


class _Completed(msgspec.Struct, frozen=True):
    completed_at: datetime
    completion_kind: int
    granted: bool


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
        case "catalog.item-published.v1":
            yield Insert("item_version", msgspec.structs.astuple(event.read(_Item)))
        case "intake.case-submitted.v1":
            said = event.read(_Submitted)
            row = (said.project_no, "submitted", said.item_code, said.channel, said.submitted_at)
            yield Insert("case_row", (*row, *(None,) * (len(_CASE) - len(row))))
        case "intake.case-accepted.v1":
            yield _accepted(event.read(_Accepted))
            yield from _record(event)
        case "intake.step-reported.v1" | "intake.result-reported.v1":
            yield from _record(event)
        case "intake.case-refused.v1":
            yield Statement("UPDATE case_row SET state = 'refused' WHERE project_no = %s", (key,))
        case "intake.case-completed.v1":
            ended = event.read(_Completed)
            yield Statement(
                "UPDATE case_row SET state = 'completed', completed_at = %s, completion_kind = %s,"
                " granted = %s WHERE project_no = %s",
                (ended.completed_at, ended.completion_kind, ended.granted, key),
            )
        case "intake.external-record-corrected.v1":
            yield from _corrected(key, event.read(_Corrected))
        case "intake.external-record-retracted.v1":
            yield from _retracted(key, event.read(_Retracted))


def _accepted(said: _Accepted) -> Change:
    return Statement(
        "UPDATE case_row SET state = 'accepted', item_version = %s, item_name = %s, channel = %s,"
        " department = %s, accepted_at = %s, promised_due_at = %s, completed_at = NULL,"
        " completion_kind = NULL, granted = NULL WHERE project_no = %s",
        (
            said.item_version,
            said.item_name,
            said.channel,
            said.department,
            said.accepted_at,
            said.promised_due_at,
            said.project_no,
        ),
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
        for column in sorted(said.changed.keys() & _CORRECTABLE):
            yield Statement(
                f"UPDATE case_row SET {column} = %s WHERE project_no = %s",  # noqa: S608 - from a fixed set
                (said.changed[column], project_no),
            )
    if said.record == "result":
        for column in sorted(said.changed.keys() & {"completed_at", "completion_kind"}):
            yield Statement(
                f"UPDATE case_row SET {column} = %s WHERE project_no = %s AND state = 'completed'",  # noqa: S608 - from a fixed set
                (said.changed[column], project_no),
            )
        if "result" in said.changed:
            yield Statement(
                "UPDATE case_row SET granted = %s WHERE project_no = %s AND state = 'completed'",
                (said.changed["result"] == "granted", project_no),
            )


def _retracted(project_no: str, said: _Retracted) -> Iterable[Change]:
    if said.record == "accept":
        yield Statement(
            "UPDATE case_row SET state = 'retracted' WHERE project_no = %s", (project_no,)
        )
    if said.record == "result":
        yield Statement(
            "UPDATE case_row SET state = 'accepted', completed_at = NULL, completion_kind = NULL,"
            " granted = NULL WHERE project_no = %s AND state = 'completed'",
            (project_no,),
        )


READ_MODEL = ReadModel(
    service="intake",
    ddl=Path(__file__).with_name("read_model.sql"),
    tables={"item_version": _ITEM, "case_row": _CASE, "record_row": _RECORD},
    sources=("catalog", "intake"),
    project=project,
)


def items_by_code(database: Database, codes: Collection[str]) -> Mapping[str, list[ItemVersion]]:
    """Give every published version of these items; a code that is not published is absent."""
    found: dict[str, list[ItemVersion]] = {}
    rows = database.read(
        f"SELECT {', '.join(_ITEM)} FROM item_version WHERE item_code = ANY(%s)",  # noqa: S608 - our own column names
        (list(codes),),
    )
    for row in rows:
        version = ItemVersion(*row)
        found.setdefault(version.item_code, []).append(version)
    return found


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
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[CaseRow]:
    """List cases, newest first, from behind the key (submitted_at, project_no)."""
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(_CASE)} FROM case_row"  # noqa: S608 - our own column names
        " WHERE (%(state)s = '' OR state = %(state)s)"
        " AND (%(department)s = '' OR department = %(department)s)"
        " AND (%(channel)s = '' OR channel = %(channel)s)"
        " AND (%(item_code)s = '' OR item_code = %(item_code)s)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (submitted_at, project_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY submitted_at DESC, project_no DESC LIMIT %(limit)s",
        {
            "state": state,
            "department": department,
            "channel": channel,
            "item_code": item_code,
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [CaseRow(*row) for row in rows]
