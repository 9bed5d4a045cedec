"""Counts a limit in working days of the calendar that comes with the house."""

from __future__ import annotations

from datetime import datetime

from services.kernel.calendar_seed import SEED
from services.kernel.clock.clock import Clock
from services.kernel.clock.due import Due
from services.kernel.clock.reasons import Kind
from services.kernel.limits import Limit

__all__ = ["Due", "due"]


def due(start: datetime, days: int) -> Due:
    """Count `days` working days from `start`; the start day itself does not count.

    The limit ends with the last second of its last working day in Asia/Shanghai. 0 days (an
    immediate item) ends with the start day, whatever day it is.
    """
    found = Clock(Kind.PROMISED, Limit(days), start).due(SEED)
    assert found is not None  # nothing is suspended
    return found
