"""Reading the sealed log, by position, after the sealer: gap-free and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from services.chassis.eventlog.database import Database
from services.chassis.events import Event


def read_log(
    url: str, service: str, after: int = 0, until: int | None = None, batch: int = 5_000
) -> Iterator[list[Event]]:
    """Give the events of `service` with `after < position <= until`, in order, in lists of up to `batch`.

    Ends at the tip (of the moment it gets there). The role of `url` is the service's own or the
    auditor's. Uses COPY, or paging under eventlet, where COPY fails. Memory: one batch.
    """
    raise NotImplementedError
    yield []


def tail(database: Database, service: str, after: int, limit: int) -> list[Event]:
    """Give the next events after a position through the pool, in one round trip (for the relay)."""
    raise NotImplementedError


def tip(database: Database, service: str) -> int:
    """Give the last sealed position, 0 for an empty ledger."""
    raise NotImplementedError


def position_of(database: Database, service: str, stream: UUID, version: int) -> int:
    """Give the sealed position of one event, 0 while it is not sealed."""
    raise NotImplementedError


class Lag(NamedTuple):
    """How far the ledger is behind the log."""

    tip: int
    """Last sealed position."""
    unsealed: int
    """Committed events without a position."""
    oldest_s: float
    """Age of the oldest of them, seconds by the database's clock; 0 when there is none."""
    blocker_s: float
    """Age of the oldest open transaction that has written (in any database), which holds the tail back."""


def lag(database: Database, service: str) -> Lag:
    """Measure the sealer's lag, for metrics and readiness."""
    raise NotImplementedError
