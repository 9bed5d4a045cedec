"""The times a clock stands still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.kernel.clock.axis import Axis, Stretch, union
from services.kernel.clock.hours import legal_date
from services.kernel.clock.reasons import Reason


@dataclass(frozen=True, slots=True)
class Suspension:
    """The clock stands still from one moment to another.

    Limits in days count days: the day it is suspended is not counted, the day it is resumed is
    (DOMAIN.md 2.1.2). Limits in hours count from moment to moment.
    """

    since: datetime
    until: datetime | None = None
    """None while it stands still."""
    reason: Reason | None = None

    def covers(self, at: datetime, to_the_moment: bool) -> bool:
        """Tell whether it stands still on the day of `at`, or at that very moment."""
        if to_the_moment:
            return self.since <= at and (self.until is None or at < self.until)
        day = legal_date(at)
        return legal_date(self.since) <= day and (
            self.until is None or day < legal_date(self.until)
        )


def stretches(suspensions: Iterable[Suspension], axis: Axis, start: int) -> list[Stretch]:
    """Unite what is suspended after the start, on a line of counting."""
    pause = axis.pause
    return union(
        [
            (pause(one.since), None if one.until is None else pause(one.until))
            for one in suspensions
        ],
        start,
    )
