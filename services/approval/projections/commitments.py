"""Rows of commitment letters, and the register that is read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement, Update

COMMITMENT = (
    "commitment_no",
    "process_no",
    "project_no",
    "task_id",
    "department",
    "scheme",
    "state",
    "promised",
    "received",
    "requested_at",
    "due_at",
    "extended",
    "decided_at",
    "ended_at",
    "broken",
    "reason",
)
RUNNING = ("signed", "decided", "rectifying")


class CommitmentRow(msgspec.Struct, frozen=True):
    """One letter in the register."""

    commitment_no: str
    process_no: str
    project_no: str
    task_id: str
    department: str
    scheme: str
    state: str
    promised: int
    """Papers that were promised."""
    received: int
    """Papers that came."""
    requested_at: datetime
    due_at: datetime | None
    extended: bool
    decided_at: datetime | None
    ended_at: datetime | None
    broken: bool
    """Its day passed without the papers; that stays so."""
    reason: str | None


class CommitmentCounts(msgspec.Struct, frozen=True):
    """The register in figures."""

    running: int
    """Promised, and waited for."""
    overdue: int
    """Of these: the day has passed."""
    kept: int
    broken: int
    others: int
    """Refused, withdrawn, lapsed with their prerequisite, or not signed yet."""


class _Said(msgspec.Struct, frozen=True):
    commitment_no: str
    process_no: str = ""
    project_no: str = ""
    task_id: str = ""
    department: str = ""
    scheme: str = ""
    materials: list[msgspec.Raw] = []
    eligible: bool = False
    due_at: datetime | None = None
    new_due_at: datetime | None = None
    decided_at: datetime | None = None
    fulfilled_at: datetime | None = None
    reason: str = ""
    cause: str = ""


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    at = event.body.occurred_at
    match event.type.removeprefix("approval."):
        case "commitment-requested.v1":
            said = event.read(_Said)
            row = (
                *(said.commitment_no, said.process_no, said.project_no, said.task_id),
                *(said.department, said.scheme, "requested", len(said.materials), 0),
                *(at, None, False, None, None, False, None),
            )
            yield Insert("commitment_row", row)
        case "commitment-eligibility-checked.v1":
            said = event.read(_Said)
            if said.eligible:
                yield _set(said, state="eligible")
        case "commitment-refused.v1":
            said = event.read(_Said)
            yield _set(said, state="refused", ended_at=at, reason=said.reason)
        case "commitment-letter-signed.v1":
            said = event.read(_Said)
            yield _set(said, state="signed", due_at=said.due_at)
        case "conditional-decision-made.v1":
            said = event.read(_Said)
            yield _set(said, state="decided", decided_at=said.decided_at)
        case "commitment-material-received.v1":
            yield Statement(
                "UPDATE commitment_row SET received = received + 1 WHERE commitment_no = %s",
                (event.read(_Said).commitment_no,),
            )
        case "commitment-fulfilled.v1":
            said = event.read(_Said)
            yield _set(said, state="fulfilled", ended_at=said.fulfilled_at)
        case "commitment-deadline-extended.v1":
            said = event.read(_Said)
            yield _set(said, extended=True, due_at=said.new_due_at)
        case "commitment-due-recalculated.v1":
            said = event.read(_Said)
            yield _set(said, due_at=said.new_due_at)
        case "commitment-breached.v1":
            said = event.read(_Said)
            yield _set(said, state="breached", broken=True, ended_at=said.due_at)
        case "pre-decision-lapsed.v1":
            said = event.read(_Said)
            yield _set(said, state="lapsed", ended_at=at, reason=said.cause)
        case "case-deemed-withdrawn.v1":
            yield _set(event.read(_Said), state="deemed_withdrawn")
        case "rectification-ordered.v1":
            said = event.read(_Said)
            yield _set(said, state="rectifying", due_at=said.due_at, ended_at=None)
        case "commitment-revocation-ordered.v1":
            yield _set(event.read(_Said), state="revoked", ended_at=at)
        case "commitment-withdrawn.v1":
            yield _set(event.read(_Said), state="withdrawn", ended_at=at)


def _set(said: _Said, **values: object) -> Change:
    return Update("commitment_row", {"commitment_no": said.commitment_no}, values)


def list_commitments(
    database: Database,
    *,
    department: str = "",
    state: str = "",
    scheme: str = "",
    project_no: str = "",
    process_no: str = "",
    outcome: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[CommitmentRow]:
    """List letters, newest first, from behind the key (requested_at, commitment_no).

    Args:
        outcome: `running`, `kept` or `broken`; "" for all.
    """
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(COMMITMENT)} FROM commitment_row"  # noqa: S608 - our own column names
        " WHERE (%(department)s = '' OR department = %(department)s)"
        " AND (%(state)s = '' OR state = %(state)s) AND (%(scheme)s = '' OR scheme = %(scheme)s)"
        " AND (%(project_no)s = '' OR project_no = %(project_no)s)"
        " AND (%(process_no)s = '' OR process_no = %(process_no)s)"
        " AND (%(outcome)s <> 'running' OR state = ANY(%(running)s))"
        " AND (%(outcome)s <> 'kept' OR state = 'fulfilled')"
        " AND (%(outcome)s <> 'broken' OR broken)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (requested_at, commitment_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY requested_at DESC, commitment_no DESC LIMIT %(limit)s",
        {
            "department": department,
            "state": state,
            "scheme": scheme,
            "project_no": project_no,
            "process_no": process_no,
            "outcome": outcome,
            "running": list(RUNNING),
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [CommitmentRow(*row) for row in rows]


def count_commitments(database: Database, at: datetime, department: str = "") -> CommitmentCounts:
    """Count the register at this moment; kept and broken are apart, late is broken."""
    rows = database.read(
        "SELECT count(*) FILTER (WHERE state = ANY(%(running)s)),"
        " count(*) FILTER (WHERE state = ANY(%(running)s) AND due_at < %(at)s),"
        " count(*) FILTER (WHERE state = 'fulfilled' AND NOT broken),"
        " count(*) FILTER (WHERE broken), count(*) FROM commitment_row"
        " WHERE %(department)s = '' OR department = %(department)s",
        {"running": list(RUNNING), "at": at, "department": department},
    )
    running, overdue, kept, broken, total = rows[0]
    rectifying = database.read(
        "SELECT count(*) FROM commitment_row WHERE state = 'rectifying'"
        " AND (%(department)s = '' OR department = %(department)s)",
        {"department": department},
    )[0][0]
    return CommitmentCounts(
        running, overdue, kept, broken, total - running - kept - broken + rectifying
    )
