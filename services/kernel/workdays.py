"""Counts a time limit in working days of the published Chinese calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar

from services.kernel.times import SHANGHAI

PUBLISHED = "cn-2004-2026"
"""Calendar version: the years the State Council Office has announced, as `chinesecalendar` has."""
PROVISIONAL = "monday-to-friday"
"""Calendar version of a limit that runs into a year not announced yet: only weekends are off."""

_LAST_MOMENT = time(23, 59, 59)


@dataclass(frozen=True)
class Due:
    """The last moment of a limit and the calendar version it was counted by."""

    at: datetime
    calendar: str


def due(start: datetime, days: int) -> Due:
    """Count `days` working days from `start`; the start day itself does not count.

    The limit ends with the last second of its last working day in Asia/Shanghai. 0 days (an
    immediate item) ends with the start day, whatever day it is.
    """
    day = start.astimezone(SHANGHAI).date()
    calendar = PUBLISHED
    while days > 0:
        day += timedelta(days=1)
        works, announced = _works(day)
        if not announced:
            calendar = PROVISIONAL
        days -= works
    return Due(datetime.combine(day, _LAST_MOMENT, SHANGHAI), calendar)


def _works(day: date) -> tuple[bool, bool]:
    """Tell whether `day` is a working day, and whether that is announced."""
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.weekday() < 5, False
