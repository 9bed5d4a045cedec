"""How an item stands at any instant: in force, frozen, or gone, and into what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.catalog.domain.terms import OpenCases, Programme


class Status(Enum):
    """What an item is at one instant; only `IN_FORCE` takes new cases."""

    DRAFT = "DRAFT"
    """No version of it has taken effect."""
    IN_FORCE = "IN_FORCE"
    FROZEN = "FROZEN"
    CANCELLED = "CANCELLED"
    SUPERSEDED = "SUPERSEDED"
    """It went into another item by a merge."""
    SPLIT = "SPLIT"
    """It became several others."""


@dataclass(frozen=True)
class Ending:
    """How an item ended, and what becomes of its open cases. It ends once."""

    status: Status
    since: datetime
    open_cases: OpenCases
    into: tuple[str, ...] = ()
    """Codes of the items it lives on in."""
    reason: str = ""
    programme: Programme | None = None


@dataclass(frozen=True)
class Freeze:
    """A time without new cases; open when neither `until` nor `lifted_at` is known."""

    since: datetime
    reason: str
    until: datetime | None = None
    """The end that was said with it."""
    lifted_at: datetime | None = None
    lift_reason: str = ""

    @property
    def end(self) -> datetime | None:
        """The first instant it no longer holds, None while nobody knows."""
        return min((t for t in (self.until, self.lifted_at) if t is not None), default=None)

    def holds(self, at: datetime) -> bool:
        """Say whether it holds at this instant."""
        return self.since <= at and (self.end is None or at < self.end)

    def meets(self, since: datetime, until: datetime | None) -> bool:
        """Say whether it and another span share an instant."""
        if self.end is not None and self.end <= max(since, self.since):
            return False  # over by then, or lifted before it began
        return until is None or self.since < until


@dataclass(frozen=True)
class Merge:
    """Items that went into this one."""

    merged: tuple[str, ...]
    since: datetime
    programme: Programme
    open_cases: OpenCases


@dataclass(frozen=True)
class SplitOff:
    """The item this one came out of."""

    source: str
    since: datetime


@dataclass(frozen=True)
class Mode:
    """A change of the way an item is managed (转变管理方式)."""

    before: str
    after: str
    since: datetime
    reason: str


@dataclass(frozen=True)
class Handed:
    """Authority that moved between levels: `to_unit` is empty when it came down to us."""

    level: int
    """The other level: that it went up to, or came down from."""
    since: datetime
    why: str
    """The reason, or the document that hands it down."""
    to_unit: str = ""
