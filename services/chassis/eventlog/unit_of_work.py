"""Everything one transaction will write, kept until the end and written in one round trip."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.mapper import FactMapper
from services.chassis.projection import Change, ReadModel
from services.kernel.aggregate import Fact


class UnitOfWork:
    """Buffered writes and the aggregates they belong to. Reads go on; nothing is written before `commit`.

    `database` and `project` are those of the application that opened it.
    """

    def __init__(
        self, database: Database, mapper: FactMapper, project: ReadModel | None = None
    ) -> None: ...

    def append(self, *facts: Fact) -> None:
        """Add facts in this order; the read model's changes for them follow at once."""

    def change(self, *changes: Change) -> None:
        """Add changes of read models or of the service's own tables, kept in order."""

    def received(self, source: str, positions: Iterable[int]) -> None:
        """Say which positions of `source` this transaction is the effect of; each counts once for ever."""

    def remember(self, key: str, request: bytes, result: bytes) -> None:
        """Add an idempotency key with the digest of its request and the JSON of its result."""

    def commit(self) -> None:
        """Write all in one round trip and one transaction; nothing is sent when nothing changed.

        A lost answer is resolved by sending the same again: the key or the inbox says whether the
        first one counted, so the effect is there exactly once when this returns.

        Raises:
            ConflictError: a stream moved on, or a received position is done already
                (`attributes["sqlstate"] == failures.RECEIVED`); nothing is written.
            UnavailableError: no database; nothing is known to be written, the same may be sent again.
        """

    @property
    def streams(self) -> frozenset[UUID]:
        """Streams that have buffered facts."""
        raise NotImplementedError
