"""Counting a limit anew, with the end it had before kept beside it (K06, K07, K24)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from services.kernel.calendar import WorkCalendar
from services.kernel.clock.clock import Clock
from services.kernel.clock.due import Due


class Cause(Enum):
    """Why a limit is counted anew."""

    CALENDAR_AMENDED = "CALENDAR_AMENDED"
    RETROACTIVE_START = "RETROACTIVE_START"
    CORRECTION = "CORRECTION"


@dataclass(frozen=True)
class Recalculation:
    """What it was and what it is; None: it stood still, or stands still, without an end."""

    old: Due | None
    new: Due | None
    cause: Cause

    @property
    def moved(self) -> bool:
        """Whether the end itself moved; else only what it is counted by changed."""
        return (self.old and self.old.at) != (self.new and self.new.at)


def recalculate(
    clock: Clock, old: Due | None, calendar: WorkCalendar, cause: Cause
) -> Recalculation | None:
    """Count the clock as it is now by this calendar; None when nothing differs from `old`."""
    new = clock.due(calendar)
    return None if new == old else Recalculation(old, new, cause)
