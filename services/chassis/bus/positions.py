"""How far a service has come in each of its sources: read-your-writes, watermarks, holes."""

from __future__ import annotations

import time

from services.chassis.eventlog.database import Database

_POLL_S = 0.01
# Everything up to the end of the range that begins at 1 has its effect; what is discarded counts.
_LOW = """
SELECT source, coalesce((SELECT upper(r) - 1 FROM unnest(done) AS r WHERE lower(r) <= 1), 0)
FROM inbox
"""
# Below the last position heard of (taken in or held), what is neither done nor held.
_HOLES = """
WITH heard AS (
    SELECT i.source, i.done + coalesce(h.held, '{}') AS heard
    FROM inbox AS i LEFT JOIN LATERAL (
        SELECT range_agg(int8range(position, position, '[]')) AS held
        FROM held WHERE source = i.source AND position IS NOT NULL AND state <> 'discarded'
    ) AS h ON true
), holes AS (
    SELECT source, unnest(int8multirange(int8range(1, upper(heard))) - heard) AS hole
    FROM heard WHERE NOT isempty(heard)
)
SELECT source, lower(hole), upper(hole) - 1 FROM holes ORDER BY 1, 2
"""


def watermark(database: Database, source: str) -> int:
    """Give the low watermark: the effect of every event of `source` up to it is committed here.

    0 when nothing is. Statistics speak in it.
    """
    rows = database.read(_LOW + " WHERE source = %s", (source,))
    return int(rows[0][1]) if rows else 0


def watermarks(database: Database) -> dict[str, int]:
    """Give the low watermark of every source heard so far."""
    return {source: int(low) for source, low in database.read(_LOW)}


def is_done(database: Database, source: str, position: int) -> bool:
    """Say whether the effect of this very event is committed here."""
    return bool(
        database.read(
            "SELECT true FROM inbox WHERE source = %s AND done @> %s::bigint", (source, position)
        )
    )


def wait_for(database: Database, source: str, position: int, timeout: float = 2.0) -> bool:
    """Wait up to `timeout` seconds until `is_done`; says whether it is (if not: 503)."""
    until = time.monotonic() + timeout
    while not is_done(database, source, position):
        if time.monotonic() >= until:
            return False
        time.sleep(_POLL_S)
    return True


def missing(database: Database, source: str, limit: int = 100) -> list[tuple[int, int]]:
    """List holes (first, last) below the highest position heard of that no held message explains.

    A hole that stays is a message the bus lost; `relay.rewind` of the source heals it. Events on
    their way make holes of a moment.
    """
    return holes(database).get(source, [])[:limit]


def holes(database: Database) -> dict[str, list[tuple[int, int]]]:
    """Give the holes of every source that has some."""
    found: dict[str, list[tuple[int, int]]] = {}
    for source, first, last in database.read(_HOLES):
        found.setdefault(source, []).append((int(first), int(last)))
    return found


def count_missing(database: Database) -> int:
    """Count the events in all holes of all sources."""
    return sum(last - first + 1 for each in holes(database).values() for first, last in each)
