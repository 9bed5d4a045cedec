"""The sealer: gives committed events their gap-free position and their Merkle leaf, in commit order."""

from __future__ import annotations

from services.chassis.eventlog.database import Database


class Sealer:
    """The only reader of the `(xid, id)` cursor. Any number may run; they take turns by an advisory lock."""

    def __init__(self, database: Database, service: str) -> None:
        """`service` names the schema whose log is sealed."""
        raise NotImplementedError

    def seal(self, limit: int = 5_000) -> int:
        """Seal up to `limit` events in one round trip; give how many (less than `limit`: the tail is reached)."""
        raise NotImplementedError
