"""Who comes on which day of the year and at which hour: working days, rush hours, an epidemic."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Final

from deploy.year.chance import Chance
from services.kernel.calendar_seed import SEED
from services.kernel.times import SHANGHAI

DAY: Final = timedelta(days=1)
MORNING, NOON, AFTERNOON, EVENING = 8 * 60 + 30, 12 * 60, 14 * 60, 17 * 60 + 30
"""Minutes of the day at which the hall opens and closes."""
HALL_MINUTES: Final = NOON - MORNING + EVENING - AFTERNOON
_WEEK: Final = (1.16, 1.06, 1.0, 0.99, 0.89, 0.62, 0.62)
"""Mondays are full; a Saturday or Sunday that is worked is not."""

Weight = Callable[[date], float]
"""How much comes on a day, compared with other days."""


def works(day: date) -> bool:
    """Tell whether offices work."""
    return SEED.works(day)


def hall(day: date) -> float:
    """How full the hall is: open on working days, half empty when the epidemic came."""
    if not works(day):
        return 0.0
    return _WEEK[day.weekday()] * _season(day)


def online(day: date) -> float:
    """How much comes online: on any day, and more of it when people stay at home."""
    home = 1.4 if date(day.year, 2, 3) <= day <= date(day.year, 3, 15) else 1.0
    return home * (_WEEK[day.weekday()] if works(day) else 0.28)


def school(day: date) -> float:
    """How much is paid to schools: in the first weeks of the two terms."""
    if not works(day):
        return 0.05
    terms = (
        (date(day.year, 4, 20), date(day.year, 5, 15)),
        (date(day.year, 9, 1), date(day.year, 9, 30)),
    )
    return 6.0 if any(first <= day <= last for first, last in terms) else 0.12


def _season(day: date) -> float:
    if day.year == 2020 and day.month == 2:
        return 0.38
    if day.year == 2020 and day.month == 3:
        return 0.82
    return 1.06 if day.month in (6, 9, 10) else 1.0


class Days:
    """`count` arrivals between two days, both included, each with its number from 0 on."""

    def __init__(self, count: int, first: date, last: date, weight: Weight) -> None:
        self.count, self.first = count, first
        days = (last - first).days + 1
        weights = [weight(first + n * DAY) for n in range(days)]
        whole = sum(weights)
        if not whole:
            weights, whole = [1.0] * days, float(days)
        # Rounded as they add up, so that they add up to all of them.
        self._until = [int(count * part / whole + 0.5) for part in accumulate(weights)]
        self._until[-1] = count

    def on(self, day: date) -> range:
        """Give the numbers of those who come on a day."""
        place = (day - self.first).days
        if not 0 <= place < len(self._until):
            return range(0)
        return range(self._until[place - 1] if place else 0, self._until[place])

    def day_of(self, number: int) -> date:
        """Give the day on which this one comes."""
        return self.first + bisect_right(self._until, number) * DAY


def counter_time(day: date, chance: Chance) -> datetime:
    """Give a moment at which the hall is open; the first hours are the busiest."""
    share = min(chance.unit(), chance.unit()) ** 0.8
    minute = int(share * (HALL_MINUTES - 12))
    minute += MORNING if minute < NOON - MORNING else AFTERNOON - (NOON - MORNING)
    return _moment(day, minute, chance)


def any_time(day: date, chance: Chance) -> datetime:
    """Give a moment at which somebody is awake and online."""
    return _moment(day, 7 * 60 + int((chance.unit() + chance.unit()) / 2 * 15 * 60), chance)


def _moment(day: date, minute: int, chance: Chance) -> datetime:
    bits = chance.bits()
    return datetime.combine(
        day, time(minute // 60, minute % 60, bits % 60, (bits >> 8) % 1_000_000), SHANGHAI
    )


def after(moment: datetime, minutes: float) -> datetime:
    """Give the moment so many minutes of open hall later."""
    day, at = moment.date(), _opened(moment)
    at += minutes
    while at >= HALL_MINUTES or not works(day):
        if works(day):
            at -= HALL_MINUTES
        day += DAY
    whole = int(at)
    minute = whole + (MORNING if whole < NOON - MORNING else AFTERNOON - (NOON - MORNING))
    seconds = (at - whole) * 60 + moment.second % 7 / 10
    return datetime.combine(day, time(minute // 60, minute % 60), SHANGHAI) + timedelta(
        seconds=min(seconds, 59.9), microseconds=moment.microsecond % 90_000
    )


def _opened(moment: datetime) -> float:
    """Say how many minutes of open hall are over on this day."""
    minute = moment.hour * 60 + moment.minute + moment.second / 60
    if minute >= AFTERNOON:
        return min(minute, EVENING) - AFTERNOON + NOON - MORNING
    return min(max(minute, MORNING), NOON) - MORNING


def working_days_later(day: date, count: int) -> date:
    """Give the day so many working days later."""
    return date.fromordinal(SEED.nth(SEED.through(day.toordinal()) + count))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Give a moment of a day."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)
