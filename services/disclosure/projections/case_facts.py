"""The facts one case is counted by, as they stand in the read model."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from services.chassis.eventlog.database import Database


class CaseFact(NamedTuple):
    """One event a case is counted by; None: it does not say, or changes nothing there."""

    source: str
    position: int
    fact: str
    record: str
    accepted_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    completion_kind: int | None
    channel: str | None
    department: str | None
    item: str | None
    region: str | None


def list_facts(database: Database, case_no: str, upto: int) -> list[CaseFact]:
    """Give a case's facts in the order of intake's log, up to a position."""
    rows = database.read(
        "SELECT source, position, fact, record, accepted_at, due_at, completed_at, kind, channel,"
        " department, item, region FROM facts WHERE case_no = %s AND position <= %s"
        " ORDER BY position LIMIT 500",
        (case_no, upto),
    )
    return [CaseFact(*row) for row in rows]
