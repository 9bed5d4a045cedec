"""Rows of results at the issuing window, and what is read of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Statement, Update

RESULT = (
    "project_no",
    "state",
    "item_code",
    "department",
    "granted",
    "shelf",
    "shelved_at",
    "collect_by",
    "coded",
    "locked",
    "overdue",
    "handed_over_at",
)


class ResultRow(msgspec.Struct, frozen=True):
    """One result in a list."""

    project_no: str
    state: str
    item_code: str | None
    department: str
    granted: bool
    shelf: str | None
    shelved_at: datetime
    collect_by: datetime
    coded: bool
    """A pick-up code was told."""
    locked: bool
    overdue: bool
    handed_over_at: datetime | None


class _Said(msgspec.Struct, frozen=True):
    project_no: str
    item_code: str | None = None
    department: str = ""
    granted: bool = False
    shelf: str | None = None
    shelved_at: datetime | None = None
    collect_by: datetime | None = None
    code_digest: str = ""
    handed_over_at: datetime | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    match event.type:
        case "intake.result-shelved.v1":
            yield _shelved(event.read(_Said))
        case "intake.pickup-code-issued.v1":
            said = event.read(_Said)
            yield _set(said, coded=True, code_digest=said.code_digest)
        case "intake.result-locked.v1":
            yield _set(event.read(_Said), locked=True)
        case "intake.result-unlocked.v1":
            yield _set(event.read(_Said), locked=False)
        case "intake.result-handed-over.v1":
            said = event.read(_Said)
            yield _set(said, state="handed_over", handed_over_at=said.handed_over_at)
        case "intake.result-collection-overdue.v1":
            yield _set(event.read(_Said), overdue=True)
        case "intake.result-returned.v1":
            yield _set(event.read(_Said), state="returned")


def _shelved(said: _Said) -> Change:
    """Give its row; one that comes back to the shelf begins anew."""
    return Statement(
        "INSERT INTO result_row (project_no, state, item_code, department, granted, shelf,"
        " shelved_at, collect_by, coded, locked, overdue)"
        " VALUES (%s, 'shelved', %s, %s, %s, %s, %s, %s, false, false, false)"
        " ON CONFLICT (project_no) DO UPDATE SET state = 'shelved', item_code = excluded.item_code,"
        " department = excluded.department, granted = excluded.granted, shelf = excluded.shelf,"
        " shelved_at = excluded.shelved_at, collect_by = excluded.collect_by, coded = false,"
        " code_digest = NULL, locked = false, overdue = false, handed_over_at = NULL",
        (
            said.project_no,
            said.item_code,
            said.department,
            said.granted,
            said.shelf,
            said.shelved_at,
            said.collect_by,
        ),
    )


def _set(said: _Said, **values: object) -> Change:
    return Update("result_row", {"project_no": said.project_no}, values)


def list_results(
    database: Database,
    *,
    state: str = "",
    department: str = "",
    locked: bool = False,
    overdue: bool = False,
    numbers: Collection[str] | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[ResultRow]:
    """List results, newest first, from behind the key (shelved_at, project_no).

    Args:
        numbers: only these cases.
    """
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(RESULT)} FROM result_row"  # noqa: S608 - our own column names
        " WHERE (%(state)s = '' OR state = %(state)s)"
        " AND (%(department)s = '' OR department = %(department)s)"
        " AND (NOT %(locked)s OR locked)"
        " AND (NOT %(overdue)s OR (overdue AND state = 'shelved'))"
        " AND (%(numbers)s::text[] IS NULL OR project_no = ANY(%(numbers)s::text[]))"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (shelved_at, project_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY shelved_at DESC, project_no DESC LIMIT %(limit)s",
        {
            "state": state,
            "department": department,
            "locked": locked,
            "overdue": overdue,
            "numbers": None if numbers is None else list(numbers),
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [ResultRow(*row) for row in rows]
