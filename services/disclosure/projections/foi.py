"""Rows of requests for information, and what is read of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement
from services.disclosure.domain.annual import Asked, row_of
from services.disclosure.domain.foi_terms import (
    OFTEN,
    Category,
    FoiState,
    Ground,
    Outcome,
    Reply,
    Route,
)

FOI: Final = (
    "request_no",
    "subject_id",
    "account",
    "channel",
    "category",
    "state",
    "waits_for",
    "raw_on",
    "received_on",
    "due_at",
    "unit",
    "matter",
    "extended",
    "overdue",
    "reply",
    "grounds",
    "ended_on",
    "on_time",
    "served_on",
)
REMEDY: Final = (
    "request_no",
    "docket_no",
    "route",
    "again",
    "filed_on",
    "outcome",
    "decided_on",
)


class FoiRow(msgspec.Struct, frozen=True):
    """One request in a list."""

    request_no: str
    subject_id: str
    account: str | None
    channel: str
    category: str
    state: str
    waits_for: str
    raw_on: date
    received_on: date | None
    due_at: datetime | None
    unit: str
    matter: str
    extended: bool
    overdue: bool
    reply: str | None
    grounds: list[str]
    ended_on: date | None
    on_time: bool | None
    served_on: date | None


class Matter(msgspec.Struct, frozen=True):
    """What several requests asked for, and the entry that answers for all, if there is one."""

    matter: str
    requests: int
    request_nos: list[str]
    entry_no: str | None


class _Said(msgspec.Struct, frozen=True):
    request_no: str
    channel: str = ""
    raw_on: date | None = None
    subject_id: str = ""
    applicant_category: str = ""
    account: str | None = None
    received_on: date | None = None
    due_at: datetime | None = None
    new_due_at: datetime | None = None
    unit: str = ""
    matter: str | None = None
    clock: str = ""
    reply: str = ""
    grounds: list[str] = []
    on_time: bool | None = None
    abandoned_on: date | None = None
    lapsed_on: date | None = None
    replied_on: date | None = None
    served_on: date | None = None
    withdrawn_on: date | None = None
    docket_no: str = ""
    filed_on: date | None = None
    after_reconsideration: bool = False
    outcome: str = ""
    decided_on: date | None = None


_NAME: Final = "disclosure."


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    kind = event.type.removeprefix(_NAME).removesuffix(".v1")
    if not kind.startswith(("foi-", "third-party-", "co-authority-")):
        return
    said = event.read(_Said)
    match kind:
        case "foi-request-received":
            yield Insert("foi", _received(said))
        case "foi-receipt-confirmed":
            yield _set(
                said,
                "state = 'registered', waits_for = '', received_on = %s, due_at = %s",
                said.received_on,
                said.due_at,
            )
        case "foi-correction-received":
            yield _set(said, "state = 'registered', waits_for = '', due_at = %s", said.due_at)
        case "foi-assigned":
            columns = "state = 'in_review', unit = %s, matter = coalesce(%s, matter)"
            yield _set(said, columns, said.unit, said.matter)
        case "foi-correction-requested":
            columns = "state = 'correction_pending', waits_for = 'correction', due_at = NULL"
            yield _set(said, columns)
        case "third-party-consulted" | "co-authority-consulted":
            yield _set(said, "waits_for = 'consultation', due_at = NULL")
        case (
            "third-party-replied"
            | "third-party-silent"
            | "co-authority-replied"
            | "co-authority-deemed-consented"
        ):
            waits = "" if said.due_at else "consultation"
            yield _set(said, "waits_for = %s, due_at = %s", waits, said.due_at)
        case "foi-extended":
            yield _set(said, "extended = true, due_at = %s", said.new_due_at)
        case "foi-clock-recalculated":
            if said.clock == "reply":
                yield _set(said, "due_at = %s", said.new_due_at)
        case "foi-reasonable-delay-set":
            yield _set(said, "due_at = %s", said.due_at)
        case "foi-fee-noticed":
            yield _set(said, "waits_for = 'fee', due_at = NULL")
        case "foi-fee-paid":
            yield _set(said, "waits_for = '', due_at = %s", said.due_at)
        case "foi-overdue":
            yield _set(said, "overdue = true")
        case "foi-abandoned":
            yield _over(said, "abandoned", said.abandoned_on)
        case "foi-fee-lapsed":
            yield _over(said, "not_processed", said.lapsed_on)
        case "foi-withdrawn":
            yield _over(said, "withdrawn", said.withdrawn_on)
        case "foi-replied":
            yield _over(said, "replied", said.replied_on)
            columns = "reply = %s, grounds = %s::text[], on_time = %s"
            yield _set(said, columns, said.reply, list(said.grounds), said.on_time)
        case "foi-reply-served":
            yield _set(said, "state = 'closed', served_on = %s", said.served_on)
        case "foi-reconsideration-filed" | "foi-suit-filed":
            route = "suit" if kind == "foi-suit-filed" else "reconsideration"
            row = (said.request_no, said.docket_no, route, said.after_reconsideration)
            yield Insert("foi_remedy", (*row, said.filed_on, None, None))
        case "foi-outcome-recorded":
            yield Statement(
                "UPDATE foi_remedy SET outcome = %s, decided_on = %s"
                " WHERE request_no = %s AND docket_no = %s",
                (said.outcome, said.decided_on, said.request_no, said.docket_no),
            )


def _received(said: _Said) -> tuple[object, ...]:
    known = said.received_on is not None
    return (
        said.request_no,
        said.subject_id,
        said.account,
        said.channel,
        said.applicant_category,
        "registered" if known else "received",
        "" if known else "confirmation",
        said.raw_on,
        said.received_on,
        said.due_at,
        "",
        "",
        False,
        False,
        None,
        [],
        None,
        None,
        None,
    )


def _over(said: _Said, state: str, day: date | None) -> Change:
    return _set(said, "state = %s, waits_for = '', due_at = NULL, ended_on = %s", state, day)


def _set(said: _Said, columns: str, *values: object) -> Change:
    return Statement(
        f"UPDATE foi SET {columns} WHERE request_no = %s",  # noqa: S608 - our own words
        (*values, said.request_no),
    )


def list_requests(
    database: Database,
    *,
    state: str = "",
    unit: str = "",
    account: str = "",
    matter: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[FoiRow]:
    """List requests, what is due first before what waits, then the newest.

    Args:
        state: a state, or `open`, or `overdue`; empty for all.
        after: of the row before: its due_at (the year 9999 for none), its request_no.
    """
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(FOI)} FROM foi"  # noqa: S608 - our own column names
        " WHERE (%(state)s = '' OR state = %(state)s OR (%(state)s = 'open' AND ended_on IS NULL)"
        " OR (%(state)s = 'overdue' AND ended_on IS NULL AND (overdue OR due_at < now())))"
        " AND (%(unit)s = '' OR unit = %(unit)s) AND (%(account)s = '' OR account = %(account)s)"
        " AND (%(matter)s = '' OR matter = %(matter)s)"
        " AND (%(moment)s::timestamptz IS NULL OR (coalesce(due_at, %(never)s), request_no)"
        " > (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY coalesce(due_at, %(never)s), request_no LIMIT %(limit)s",
        {
            "state": state,
            "unit": unit,
            "account": account,
            "matter": matter,
            "moment": moment,
            "key": key,
            "never": NEVER,
            "limit": limit,
        },
    )
    return [FoiRow(*row) for row in rows]


NEVER: Final = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
"""Sorts what has no end in sight last."""


def ordinal_in_month(database: Database, subject_ids: Collection[str], request_no: str) -> int:
    """Give the place of a request among those one person made in its calendar month (M05)."""
    rows = database.read(
        "WITH this AS (SELECT received_on, request_no FROM foi WHERE request_no = %s)"
        " SELECT count(*) FROM foi f, this WHERE f.subject_id = ANY(%s)"
        " AND date_trunc('month', f.received_on) = date_trunc('month', this.received_on)"
        " AND (f.received_on, f.request_no) <= (this.received_on, this.request_no)",
        (request_no, list(subject_ids)),
    )
    return int(rows[0][0])


def matters(database: Database, least: int = OFTEN) -> list[Matter]:
    """List what several requests asked for, most asked first."""
    rows = database.read(
        "SELECT f.matter, count(*), array_agg(f.request_no ORDER BY f.request_no), c.entry_no"
        " FROM foi f LEFT JOIN converted_matter c ON c.matter = f.matter WHERE f.matter <> ''"
        " GROUP BY f.matter, c.entry_no HAVING count(*) >= %s ORDER BY count(*) DESC, f.matter",
        (least,),
    )
    return [Matter(*row) for row in rows]


def assigned_units(database: Database) -> set[str]:
    """Give the codes of all units that ever had a request to answer."""
    return {unit for (unit,) in database.read("SELECT DISTINCT unit FROM foi WHERE unit <> ''")}


def asked_until(database: Database, year: int) -> list[Asked]:
    """Give what the table of a year is counted from: all that was received by its end."""
    dockets: dict[str, list[Any]] = {}
    for number, route, again, filed_on, outcome, decided_on in database.read(
        "SELECT request_no, route, again, filed_on, outcome, decided_on FROM foi_remedy"
        " ORDER BY request_no, docket_no"
    ):
        found = (Route(route), again, filed_on, Outcome(outcome) if outcome else None, decided_on)
        dockets.setdefault(number, []).append(found)
    rows = database.read(
        "SELECT request_no, category, received_on, ended_on, state, reply, grounds FROM foi"
        " WHERE received_on < make_date(%s + 1, 1, 1)",
        (year,),
    )
    return [
        Asked(
            Category(category),
            received_on,
            ended_on,
            row_of(FoiState(state), Reply(reply) if reply else None, map(Ground, grounds))
            if ended_on
            else None,
            tuple(dockets.get(number, ())),
        )
        for number, category, received_on, ended_on, state, reply, grounds in rows
    ]
