"""The one place that reads the wall clock; everybody else is given the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Protocol

CHINA: Final = timezone(timedelta(hours=8), "+08:00")
"""Legal time of the county: one zone, no summer time since 1991."""


class Clock(Protocol):
    """What gives the time of a decision."""

    def now(self) -> datetime:
        """Give the present moment with an offset."""


class SystemClock:
    """The machine's clock, told in the county's offset."""

    def now(self) -> datetime:
        return datetime.now(UTC).astimezone(CHINA)


class FixedClock:
    """A clock that stands still until it is moved; for tests and replays."""

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("a clock needs an offset")
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def move(self, by: timedelta) -> None:
        """Move the hands by this much, forwards or backwards."""
        self._moment += by
