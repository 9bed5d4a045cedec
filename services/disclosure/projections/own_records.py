"""Rows of records somebody wants corrected, for the desk. Nothing in them names a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement

RECORD = ("correction_no", "received_on", "outcome", "authority", "decided_on")
REQUESTED = "disclosure.record-correction-requested.v1"
DECIDED = "disclosure.record-correction-decided.v1"


class CorrectionRow(msgspec.Struct, frozen=True):
    """One application."""

    correction_no: str
    received_on: date
    outcome: str
    """'' while it is open."""
    authority: str
    decided_on: date | None


class _Said(msgspec.Struct, frozen=True):
    correction_no: str
    received_on: date | None = None
    outcome: str = ""
    authority: str = ""
    decided_on: date | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    if event.type == REQUESTED:
        said = event.read(_Said)
        yield Insert("record_correction", (said.correction_no, said.received_on, "", "", None))
    elif event.type == DECIDED:
        said = event.read(_Said)
        yield Statement(
            "UPDATE record_correction SET outcome = %s, authority = %s, decided_on = %s"
            " WHERE correction_no = %s",
            (said.outcome, said.authority, said.decided_on, said.correction_no),
        )


def list_records(
    database: Database,
    *,
    waiting: bool,
    after: tuple[date, str] | None = None,
    limit: int = 50,
) -> list[CorrectionRow]:
    """List applications: those that wait oldest first, or all of them newest first."""
    day, key = after or (None, "")
    order, turn = (">", "") if waiting else ("<", " DESC")
    rows = database.read(
        "SELECT correction_no, received_on, outcome, authority, decided_on FROM record_correction"  # noqa: S608 - our own words
        " WHERE (NOT %(waiting)s OR outcome = '') AND (%(day)s::date IS NULL"
        f" OR (received_on, correction_no) {order} (%(day)s::date, %(key)s))"
        f" ORDER BY received_on{turn}, correction_no{turn} LIMIT %(limit)s",
        {"waiting": waiting, "day": day, "key": key, "limit": limit},
    )
    return [CorrectionRow(*row) for row in rows]
