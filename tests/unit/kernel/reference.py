"""The law's way of counting, one day (or minute) after another; slow, and shares no code with ours.

It takes days from the published editions themselves, so a fault in the calendar shows as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta, timezone

from services.kernel.calendar import Edition

CHINA = timezone(timedelta(hours=8))
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MORNING, AFTERNOON = (time(8, 30), time(12, 0)), (time(14, 0), time(17, 30))

Works = Callable[[date], bool]
Break = tuple[datetime, datetime | None]
"""From when to when it stands still; None: until further notice."""


def slow_works(editions: Iterable[Edition], as_of: date) -> Works:
    """Give the working days as somebody knew them who reads the papers."""
    known: dict[int, Edition] = {}
    for edition in editions:
        before = known.get(edition.year)
        if edition.announced_on <= as_of and (before is None or edition.version > before.version):
            known[edition.year] = edition

    def works(day: date) -> bool:
        edition = known.get(day.year)
        if edition is not None and day in edition.days_off:
            return False
        if edition is not None and day in edition.work_days:
            return True
        return day.isoweekday() <= 5

    return works


def in_china(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _days_of(breaks: Sequence[Break]) -> list[tuple[date, date | None]]:
    return [
        (in_china(since), None if until is None else in_china(until)) for since, until in breaks
    ]


def _paused(day: date, still: Sequence[tuple[date, date | None]]) -> bool:
    return any(since <= day and (until is None or day < until) for since, until in still)


def _for_good(day: date, still: Sequence[tuple[date, date | None]]) -> bool:
    return any(until is None and since <= day for since, until in still)


def slow_working_days(
    start: datetime, days: int, breaks: Sequence[Break], works: Works
) -> date | None:
    day, still = in_china(start), _days_of(breaks)
    while days > 0:
        day += DAY
        if _for_good(day, still):
            return None
        if works(day) and not _paused(day, still):
            days -= 1
    return day


def slow_calendar_days(
    start: datetime, days: int, breaks: Sequence[Break], works: Works
) -> date | None:
    day, still = in_china(start), _days_of(breaks)
    while True:
        day += DAY
        if _for_good(day, still):
            return None
        if _paused(day, still):
            continue
        days -= 1
        if days <= 0 and works(day):
            return day


def slow_hours(
    start: datetime, hours: int, breaks: Sequence[Break], works: Works
) -> datetime | None:
    """Count open minutes; the start is at a whole minute."""
    left = hours * 60
    moment = start.astimezone(CHINA)
    while left > 0:
        if any(until is None and since <= moment for since, until in breaks):
            return None
        clock = moment.time()
        if not works(moment.date()) or clock >= AFTERNOON[1]:
            moment = datetime.combine(moment.date() + DAY, MORNING[0], CHINA)
        elif clock < MORNING[0]:
            moment = datetime.combine(moment.date(), MORNING[0], CHINA)
        elif MORNING[1] <= clock < AFTERNOON[0]:
            moment = datetime.combine(moment.date(), AFTERNOON[0], CHINA)
        else:
            paused = any(since <= moment and moment < (until or moment) for since, until in breaks)
            left -= not paused
            moment += MINUTE
    return moment


def slow_used(start: datetime, end: datetime, breaks: Sequence[Break], works: Works) -> int:
    day, used, still = in_china(start), 0, _days_of(breaks)
    while day < in_china(end):
        day += DAY
        used += works(day) and not _paused(day, still)
    return used
