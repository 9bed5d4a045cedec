"""The table of deadlines: changes that set, move and cancel them, and what fires or shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database
from services.chassis.projection import Statement


@dataclass(frozen=True)
class Deadline:
    """Something to be done at a moment; (kind, key) is its name."""

    kind: str
    key: str
    due_at: datetime
    unless_past: datetime | None = None
    """Not set when the database's clock has passed this moment already."""


@dataclass(frozen=True)
class Due:
    """A deadline whose moment has come: `due_at` is the legal one, `fired_at` when we noticed.

    Both are of the database's clock; they may be far apart after a downtime.
    """

    kind: str
    key: str
    due_at: datetime
    fired_at: datetime

    @property
    def id(self) -> str:
        """Give the idempotency key of this firing."""
        return f"deadline/{self.kind}/{self.key}/{self.due_at.astimezone(UTC).isoformat()}"


@dataclass(frozen=True)
class Claimed:
    """Due deadlines that are ours until the lease ends, under one token."""

    claim: UUID
    dues: Sequence[Due]
    attempts: Sequence[int]
    """Of each of them, this attempt included."""

    def only(self, place: int) -> Claimed:
        """Give one of them alone."""
        return Claimed(self.claim, [self.dues[place]], [self.attempts[place]])


@dataclass(frozen=True)
class Row:
    """One deadline as an operator sees it."""

    kind: str
    key: str
    due_at: datetime
    state: str
    attempts: int
    try_at: datetime
    error: str


@dataclass(frozen=True)
class Counted:
    """How many there are, and for how long the oldest has been due and not fired."""

    pending: int
    parked: int
    overdue_s: float


# Prepared once a connection; in a function it would be planned for every call.
_SET = """
INSERT INTO deadlines AS d (kind, key, due_at, try_at)
SELECT s.kind, s.key, s.due_at, s.due_at
FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
    AS s (kind, key, due_at, late_at)
WHERE s.late_at IS NULL OR s.late_at > now()
ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, try_at = excluded.due_at,
    state = 'pending', attempts = 0, claim = NULL, error = '', set_at = clock_timestamp()
    WHERE d.due_at <> excluded.due_at
"""
# A materialised choice, so that the rows locked are the rows updated, and no more of them.
_CLAIM = """
WITH chosen AS MATERIALIZED (
    SELECT kind, key FROM deadlines WHERE state = 'pending' AND try_at <= now()
    ORDER BY try_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
ours AS (SELECT gen_random_uuid() AS claim)
UPDATE deadlines d SET claim = ours.claim, attempts = d.attempts + 1,
                       try_at = now() + %(lease)s * interval '1 second'
FROM chosen, ours WHERE d.kind = chosen.kind AND d.key = chosen.key
RETURNING d.claim, d.kind, d.key, d.due_at, d.attempts, now()
"""
_NEXT = """
SELECT coalesce(extract(epoch FROM min(try_at) - clock_timestamp()), 'infinity')::float8
FROM deadlines WHERE state = 'pending'
"""
_COUNT = """
SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'parked'),
       greatest(0, extract(epoch FROM now() - min(due_at)))::float8 FROM deadlines
"""


def set_deadline(kind: str, key: str, due_at: datetime) -> Statement:
    """Set a deadline, or move the one of this name; the same moment again changes nothing."""
    return set_deadlines([Deadline(kind, key, due_at)])


def set_deadlines(wanted: Iterable[Deadline]) -> Statement:
    """Set or move several at once, but none whose `unless_past` is over."""
    rows = list(wanted)
    return Statement(
        _SET,
        (
            [row.kind for row in rows],
            [row.key for row in rows],
            [row.due_at for row in rows],
            [row.unless_past for row in rows],
        ),
    )


def cancel_deadlines(kinds: Iterable[str], key: str) -> Statement:
    """Cancel the deadlines of these kinds of one key; those that are not there are not missed."""
    return Statement("DELETE FROM deadlines WHERE kind = ANY(%s) AND key = %s", (list(kinds), key))


def claim(database: Database, limit: int, lease_s: float) -> Claimed | None:
    """Take what is due, oldest first, for as long as the lease; None when nothing is."""
    rows = database.run(_CLAIM, {"limit": limit, "lease": lease_s})
    if not rows:
        return None
    rows.sort(key=lambda row: (row[3], row[1], row[2]))
    return Claimed(
        rows[0][0],
        [Due(kind, key, due_at, fired_at) for _, kind, key, due_at, _, fired_at in rows],
        [row[4] for row in rows],
    )


def fire(claimed: UUID, dues: Sequence[Due]) -> Statement:
    """Take these out; the commit is refused when one was moved, cancelled or taken by another."""
    return Statement(
        "SELECT fire_deadlines(%s, %s::text[], %s::text[], %s::timestamptz[])",
        (claimed, [d.kind for d in dues], [d.key for d in dues], [d.due_at for d in dues]),
    )


def forget(claimed: UUID, due: Due) -> Statement:
    """Take out one that has fired at this very moment before."""
    return Statement(
        "DELETE FROM deadlines WHERE kind = %s AND key = %s AND due_at = %s AND claim = %s",
        (due.kind, due.key, due.due_at, claimed),
    )


def put_back(
    claimed: UUID, due: Due, error: str, wait_s: float | None, counts: bool = True
) -> Statement:
    """Let one be tried again after `wait_s` seconds; None parks it. `counts`: as an attempt."""
    return Statement(
        "UPDATE deadlines SET state = %s, error = %s, claim = NULL, attempts = attempts - %s,"
        " try_at = clock_timestamp() + %s * interval '1 second'"
        " WHERE kind = %s AND key = %s AND claim = %s",
        (
            "parked" if wait_s is None else "pending",
            error[:500],
            0 if counts else 1,
            wait_s or 0,
            due.kind,
            due.key,
            claimed,
        ),
    )


def seconds_to_next(database: Database) -> float:
    """Say how long nothing will be due, by the database's clock; negative when something is."""
    return float(database.read(_NEXT)[0][0])


def count_deadlines(database: Database) -> Counted:
    """Count the deadlines of a service."""
    pending, parked, overdue_s = database.read(_COUNT)[0]
    return Counted(pending, parked, overdue_s or 0.0)


def list_deadlines(
    database: Database, *, state: str = "", kind: str = "", key: str = "", limit: int = 100
) -> list[Row]:
    """List deadlines, the next one first; empty filters match all."""
    rows = database.read(
        "SELECT kind, key, due_at, state, attempts, try_at, error FROM deadlines"
        " WHERE (%(state)s = '' OR state = %(state)s) AND (%(kind)s = '' OR kind = %(kind)s)"
        " AND (%(key)s = '' OR key = %(key)s) ORDER BY due_at, kind, key LIMIT %(limit)s",
        {"state": state, "kind": kind, "key": key, "limit": limit},
    )
    return [Row(*row) for row in rows]


def retry(database: Database, kind: str, key: str) -> None:
    """Let a parked deadline be tried again at once, its attempts forgotten.

    Raises:
        NotFoundError: no parked deadline has this name.
    """
    found = database.run(
        "UPDATE deadlines SET state = 'pending', attempts = 0, claim = NULL, try_at = now()"
        " WHERE kind = %s AND key = %s AND state = 'parked' RETURNING 1",
        (kind, key),
    )
    if not found:
        raise NotFoundError(f"no deadline {kind} of {key} is parked")
