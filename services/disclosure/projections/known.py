"""What was known when: log positions by the moment their events were recorded.

A position is known at a moment when no counted event at or below it was recorded later. Recording
times are part of what is signed, so a position found here can be checked with an export.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from services.chassis.eventlog.database import Database

KNOWN: Final = ("source", "position", "recorded_at")
OWN: Final = "disclosure"

# Positions follow commits and recording times do not quite: what was recorded earlier may stand
# behind. No transaction is open for minutes, so the lowest position is among the next ten.
_FIRST_LATER: Final = """
SELECT min(position) FROM known WHERE source = %(source)s AND recorded_at > %(at)s
AND recorded_at <= (SELECT min(recorded_at) FROM known
                    WHERE source = %(source)s AND recorded_at > %(at)s) + interval '10 minutes'
"""
_OWN_FIRST_LATER: Final = """
SELECT min(l.position) FROM ledger l JOIN events e ON e.xid = l.xid AND e.id = l.id
WHERE e.recorded_at > %(at)s
"""
_OWN_TIP: Final = "SELECT coalesce(max(position), 0) FROM ledger"


def newest(database: Database, sources: Collection[str]) -> dict[str, int]:
    """Give how far each of these logs may be counted: all before it has taken effect here."""
    rows = database.read(
        "SELECT source,"
        " coalesce((SELECT upper(r) - 1 FROM unnest(done) AS r WHERE lower(r) <= 1), 0) FROM inbox"
    )
    found = {source: int(at) for source, at in rows}
    if OWN in sources:
        found[OWN] = int(database.read(_OWN_TIP)[0][0])
    return {source: found.get(source, 0) for source in sources}


def known_at(database: Database, at: datetime, tips: dict[str, int]) -> dict[str, int]:
    """Give the position of each log that was known at a moment, at most its tip here."""
    positions = {}
    for source, tip in tips.items():
        statement = _OWN_FIRST_LATER if source == OWN else _FIRST_LATER
        [(later,)] = database.read(statement, {"source": source, "at": at})
        positions[source] = tip if later is None else min(tip, int(later) - 1)
    return positions
