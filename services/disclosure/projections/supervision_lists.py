"""Lists of supervision: paged, filtered, the newest first unless said otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar

import msgspec

from services.chassis.eventlog.database import Database

T = TypeVar("T", bound=msgspec.Struct)


class ObligationRow(msgspec.Struct, frozen=True):
    """One thing a unit owes, or did."""

    obligation_no: str
    cycle: str
    unit: str
    period_begin: date
    period_end: date
    due_at: datetime
    state: str
    """owed, met, missed, met_late."""
    met_on: date | None
    evidence: str


class NoticeRow(msgspec.Struct, frozen=True):
    """One rectification notice."""

    notice_no: str
    unit: str
    issues: list[str]
    issued_on: date
    due_on: date | None
    """Last day for the answer; null: none is waited for."""
    state: str
    """issued, answered, verified, retracted."""
    overdue: bool
    """A day for an answer has passed."""
    answer: str
    answered_on: date | None
    remark: str
    verified_on: date | None
    inspection_no: str | None


class CircularRow(msgspec.Struct, frozen=True):
    """One circular, as everybody reads it."""

    circular_no: str
    title: str
    units: list[str]
    published_on: date
    body: str


class LaggingRow(msgspec.Struct, frozen=True):
    """One unit said to lag behind."""

    lagging_no: str
    unit: str
    period: str
    reason: str
    named_on: date
    circular_no: str


class ScoreRow(msgspec.Struct, frozen=True):
    """One quarterly score; `unit` is empty for the county as a whole."""

    score_no: str
    period: str
    unit: str
    score_hundredths: int
    rank: int
    of_units: int
    source_document: str
    said_on: date


class RecordRow(msgspec.Struct, frozen=True):
    """A training, inspection, outreach, count or reported fact; `kind` is the name of its event."""

    kind: str
    record_no: str
    said_on: date
    until_on: date
    unit: str
    title: str
    amount: int
    detail: dict[str, Any]
    retracted: bool


class IssueRow(msgspec.Struct, frozen=True):
    """A problem that was named when the centre asked."""

    issue_no: str
    outreach_no: str
    raised_on: date
    body: str
    resolved_on: date | None
    solution: str


class CardRow(msgspec.Struct, frozen=True):
    """One yellow or red card."""

    warning_no: str
    colour: str
    unit: str
    ground: str
    process_no: str
    task_id: str | None
    project_no: str | None
    clock: str
    due_at: datetime
    issued_on: date
    withdrawn_on: date | None
    excuse: str | None


class SupervisedRow(msgspec.Struct, frozen=True):
    """A unit under supervision, and what it owes again and again."""

    unit: str
    cycles: list[str]


Asked = Mapping[str, Any]
"""Values by name; an empty one restricts nothing."""

_OBLIGATION: Final = {
    "unit": "unit = %(unit)s",
    "cycle": "cycle = %(cycle)s",
    "state": "state = %(state)s",
    "since": "due_at >= %(since)s",
    "until": "due_at < %(until)s",
}
_NOTICE: Final = {
    "unit": "unit = %(unit)s",
    "state": "state = %(state)s",
    "overdue": "overdue",
}
_CARD: Final = {
    "unit": "unit = %(unit)s",
    "colour": "colour = %(colour)s",
    "standing": "withdrawn_on IS NULL",
    "since": "issued_on >= %(since)s",
    "until": "issued_on <= %(until)s",
}
_RECORD: Final = {
    "kind": "kind = %(kind)s",
    "unit": "unit = %(unit)s",
    "since": "said_on >= %(since)s",
    "until": "said_on <= %(until)s",
    "standing": "NOT retracted",
}


def obligations(
    database: Database, asked: Asked, after: tuple[datetime, str] | None, limit: int
) -> list[ObligationRow]:
    """List obligations, what is due first first."""
    order = ("due_at", "obligation_no")
    return _list(
        database, ObligationRow, "supervision_obligation", _OBLIGATION, asked, order, after, limit
    )


def missed(database: Database, unit: str, limit: int) -> list[ObligationRow]:
    """List what was not done in time and still is not, the newest first; `unit`: of one only."""
    asked = {"unit": unit, "state": "missed"}
    order = ("due_at", "obligation_no")
    return _newest(
        database, ObligationRow, "supervision_obligation", _OBLIGATION, asked, order, None, limit
    )


def notices(
    database: Database, asked: Asked, after: tuple[date, str] | None, limit: int
) -> list[NoticeRow]:
    """List notices."""
    order = ("issued_on", "notice_no")
    return _newest(database, NoticeRow, "supervision_notice", _NOTICE, asked, order, after, limit)


def open_notices(database: Database, unit: str, limit: int) -> list[NoticeRow]:
    """List the notices that wait for somebody, what is due first first; `unit`: of one only."""
    fields = ", ".join(NoticeRow.__struct_fields__)
    rows = database.read(
        f"SELECT {fields} FROM supervision_notice WHERE state IN ('issued', 'answered')"  # noqa: S608 - our own column names
        " AND (%(unit)s = '' OR unit = %(unit)s) ORDER BY due_on, notice_no LIMIT %(limit)s",
        {"unit": unit, "limit": limit},
    )
    return [NoticeRow(*row) for row in rows]


def notice(database: Database, notice_no: str) -> NoticeRow | None:
    """Give one notice."""
    fields = ", ".join(NoticeRow.__struct_fields__)
    sql = f"SELECT {fields} FROM supervision_notice WHERE notice_no = %s"  # noqa: S608 - our own column names
    rows = database.read(sql, (notice_no,))
    return NoticeRow(*rows[0]) if rows else None


def cards(
    database: Database, asked: Asked, after: tuple[date, str] | None, limit: int
) -> list[CardRow]:
    """List cards."""
    order = ("issued_on", "warning_no")
    return _newest(database, CardRow, "supervision_card", _CARD, asked, order, after, limit)


def cards_by_unit(database: Database, since: date, unit: str = "") -> list[tuple[str, int, int]]:
    """Count the cards that stand since a day: unit, red, yellow; those with most first."""
    rows = database.read(
        "SELECT unit, count(*) FILTER (WHERE colour = 'RED'),"
        " count(*) FILTER (WHERE colour = 'YELLOW') FROM supervision_card"
        " WHERE withdrawn_on IS NULL AND issued_on >= %(since)s"
        " AND (%(unit)s = '' OR unit = %(unit)s) GROUP BY unit ORDER BY 2 DESC, 3 DESC, 1",
        {"since": since, "unit": unit},
    )
    return [(str(one), int(red), int(yellow)) for one, red, yellow in rows]


def records(
    database: Database, asked: Asked, after: tuple[date, str] | None, limit: int
) -> list[RecordRow]:
    """List trainings, inspections, outreach, counts, reported facts."""
    order = ("said_on", "record_no")
    return _newest(database, RecordRow, "supervision_record", _RECORD, asked, order, after, limit)


def circulars(database: Database, after: tuple[date, str] | None, limit: int) -> list[CircularRow]:
    """List the circulars that stand."""
    asked = {"standing": True}
    known = {"standing": "NOT retracted"}
    order = ("published_on", "circular_no")
    return _newest(database, CircularRow, "supervision_circular", known, asked, order, after, limit)


def circular(database: Database, circular_no: str) -> CircularRow | None:
    """Give one circular that stands."""
    fields = ", ".join(CircularRow.__struct_fields__)
    rows = database.read(
        f"SELECT {fields} FROM supervision_circular WHERE circular_no = %s AND NOT retracted",  # noqa: S608 - our own column names
        (circular_no,),
    )
    return CircularRow(*rows[0]) if rows else None


def lagging(database: Database, circular_no: str = "", limit: int = 200) -> list[LaggingRow]:
    """List the units said to lag behind, all or those of a circular."""
    fields = ", ".join(LaggingRow.__struct_fields__)
    rows = database.read(
        f"SELECT {fields} FROM supervision_lagging WHERE NOT retracted"  # noqa: S608 - our own column names
        " AND (%(no)s = '' OR circular_no = %(no)s) ORDER BY named_on DESC, unit LIMIT %(limit)s",
        {"no": circular_no, "limit": limit},
    )
    return [LaggingRow(*row) for row in rows]


def scores(database: Database, unit: str = "", limit: int = 200) -> list[ScoreRow]:
    """List the scores of a unit, or of the county as a whole, the oldest first."""
    fields = ", ".join(ScoreRow.__struct_fields__)
    rows = database.read(
        f"SELECT {fields} FROM supervision_score WHERE NOT retracted AND unit = %s"  # noqa: S608 - our own column names
        " ORDER BY period DESC LIMIT %s",
        (unit, limit),
    )
    return [ScoreRow(*row) for row in reversed(rows)]


def issues(database: Database, outreach_no: str = "", limit: int = 500) -> list[IssueRow]:
    """List the problems that were named, those not solved first."""
    fields = ", ".join(f"i.{name}" for name in IssueRow.__struct_fields__)
    rows = database.read(
        f"SELECT {fields} FROM supervision_issue i JOIN supervision_record r"  # noqa: S608 - our own column names
        " ON r.kind = 'outreach-held' AND r.record_no = i.outreach_no AND NOT r.retracted"
        " WHERE (%(no)s = '' OR outreach_no = %(no)s)"
        " ORDER BY resolved_on IS NOT NULL, raised_on DESC, issue_no LIMIT %(limit)s",
        {"no": outreach_no, "limit": limit},
    )
    return [IssueRow(*row) for row in rows]


def supervised(database: Database) -> list[SupervisedRow]:
    """List the units that owe something again and again."""
    rows = database.read(
        "SELECT unit, array_agg(cycle ORDER BY cycle) FROM supervised WHERE ended_on IS NULL"
        " GROUP BY unit ORDER BY unit"
    )
    return [SupervisedRow(unit, list(cycles)) for unit, cycles in rows]


def unit_of_limit(database: Database, process_no: str, project_no: str | None) -> str:
    """Give the department of a case or, without one, that which leads; "" when not known."""
    if project_no is None:
        sql = "SELECT lead FROM project_lead WHERE process_no = %s"
        rows = database.read(sql, (process_no,))
    else:
        sql = "SELECT department FROM cases WHERE case_no = %s ORDER BY since DESC LIMIT 1"
        rows = database.read(sql, (project_no,))
    return str(rows[0][0] or "") if rows else ""


def liability_dues(database: Database, liability_nos: Collection[str]) -> list[datetime]:
    """Give the ends of the limits that somebody answers for under these numbers."""
    rows = database.read(
        "SELECT due_at FROM card_liability WHERE liability_no = ANY(%s)", (list(liability_nos),)
    )
    return [row[0] for row in rows]


def _newest(
    database: Database,
    shape: type[T],
    table: str,
    known: Mapping[str, str],
    asked: Asked,
    order: tuple[str, str],
    after: tuple[Any, str] | None,
    limit: int,
) -> list[T]:
    return _list(database, shape, table, known, asked, order, after, limit, newest=True)


def _list(
    database: Database,
    shape: type[T],
    table: str,
    known: Mapping[str, str],
    asked: Asked,
    order: tuple[str, str],
    after: tuple[Any, str] | None,
    limit: int,
    *,
    newest: bool = False,
) -> list[T]:
    values: dict[str, Any] = {**asked, "limit": limit}
    where = [condition for name, condition in known.items() if asked.get(name)]
    way, sign = ("DESC", "<") if newest else ("", ">")
    if after is not None:
        values |= {"place": after[0], "key": after[1]}
        where.append(f"({order[0]}, {order[1]}) {sign} (%(place)s, %(key)s)")
    rows = database.read(
        f"SELECT {', '.join(shape.__struct_fields__)} FROM {table}"  # noqa: S608 - our own names
        f"{' WHERE ' + ' AND '.join(where) if where else ''}"
        f" ORDER BY {order[0]} {way}, {order[1]} {way} LIMIT %(limit)s",
        values,
    )
    return [shape(*row) for row in rows]
