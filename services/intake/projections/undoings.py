"""What is asked for, to void or delete a case, and waits for another supervisor's answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement

UNDOING: Final = ("project_no", "undoing", "reason", "asked_by", "requested_at")
_ASKED: Final = "intake.case-undo-requested.v1"
_ANSWERS: Final = frozenset(
    {
        "intake.case-undo-declined.v1",
        "intake.case-voided.v1",
        "intake.case-deleted-in-error.v1",
    }
)
_WAITING: Final = """
FROM undoing_row u JOIN case_row c USING (project_no)
WHERE (%(department)s = '' OR c.department = %(department)s)
  AND (%(window)s = '' OR c.window_no = %(window)s)
"""


class UndoingRow(msgspec.Struct, frozen=True):
    """One request that waits, and the case it is about."""

    project_no: str
    undoing: str
    """`voiding` or `deletion`."""
    reason: str
    asked_by: str
    """Account of who asked; somebody else confirms it."""
    requested_at: datetime
    state: str
    """Of the case, which goes on meanwhile."""
    item_code: str
    item_name: str | None
    department: str | None
    window_no: str | None


class _Requested(msgspec.Struct, frozen=True):
    undoing: str
    reason: str
    requested_at: datetime


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in what waits."""
    if event.type == _ASKED:
        said = event.read(_Requested)
        row = (event.subject, said.undoing, said.reason, event.body.actor.id, said.requested_at)
        yield Insert("undoing_row", row)
    elif event.type in _ANSWERS:
        yield Statement("DELETE FROM undoing_row WHERE project_no = %s", (event.subject,))


def list_undoings(
    database: Database,
    *,
    department: str = "",
    window: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[UndoingRow]:
    """List what waits, what was asked for first at the top, from behind the key."""
    said: dict[str, object] = {"department": department, "window": window, "limit": limit}
    behind = ""
    if after is not None:
        said["moment"], said["key"] = after
        behind = "AND (u.requested_at, u.project_no) > (%(moment)s::timestamptz, %(key)s)"
    rows = database.read(
        "SELECT u.project_no, u.undoing, u.reason, u.asked_by, u.requested_at,"
        " c.state, c.item_code, c.item_name, c.department, c.window_no"
        f" {_WAITING} {behind} ORDER BY u.requested_at, u.project_no LIMIT %(limit)s",
        said,
    )
    return [UndoingRow(*row) for row in rows]


def count_undoings(database: Database, *, department: str = "", window: str = "") -> int:
    """Count what waits."""
    said = {"department": department, "window": window}
    return int(database.read(f"SELECT count(*) {_WAITING}", said)[0][0])
