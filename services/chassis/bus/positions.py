"""How far a service has come in each of its sources: read-your-writes, watermarks, holes."""

from __future__ import annotations

from services.chassis.eventlog.database import Database


def watermark(database: Database, source: str) -> int:
    """Give the low watermark: the effect of every event of `source` up to it is committed here.

    0 when nothing is. Statistics speak in it.
    """
    raise NotImplementedError


def watermarks(database: Database) -> dict[str, int]:
    """Give the low watermark of every source heard so far."""
    raise NotImplementedError


def is_done(database: Database, source: str, position: int) -> bool:
    """Say whether the effect of this very event is committed here."""
    raise NotImplementedError


def wait_for(database: Database, source: str, position: int, timeout: float = 2.0) -> bool:
    """Wait up to `timeout` seconds until `is_done`; says whether it is (the web answers 503 if not).
    """
    raise NotImplementedError


def missing(database: Database, source: str, limit: int = 100) -> list[tuple[int, int]]:
    """List holes (first, last) below the highest done position that no held message explains.

    A hole that stays is a message the bus lost; `relay.rewind` of the source heals it.
    """
    raise NotImplementedError
