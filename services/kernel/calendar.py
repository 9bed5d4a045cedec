"""Which days offices work: the yearly arrangements of the State Council Office, in their versions.

A day that no arrangement names follows its weekday. A year without an arrangement is provisional:
Monday to Friday, until the arrangement is published and the limits are counted again.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

PROVISIONAL = 0
"""Version of a year for which nothing is published."""

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Edition:
    """One published arrangement of a year, whole: a later version replaces it, it adds nothing."""

    year: int
    version: int
    document: str
    """The document that announces it, such as 国办发明电〔2020〕1号."""
    announced_on: date
    days_off: Mapping[date, str]
    """Mondays to Fridays on which nobody works, with the name of the holiday."""
    work_days: Mapping[date, str]
    """Saturdays and Sundays on which offices work (调休), with the holiday they make up for."""

    def __post_init__(self) -> None:
        if self.version <= PROVISIONAL:
            raise ValueError(f"an edition of {self.year} needs a version from 1 on")
        if both := self.days_off.keys() & self.work_days.keys():
            raise ValueError(f"{min(both)} cannot be off and at work")
        for day in (*self.days_off, *self.work_days):
            if day.year != self.year:
                raise ValueError(f"{day} is not in {self.year}: state it for its own year")


class WorkCalendar:
    """The working days of all time, by one edition a year. Immutable.

    Counting is by position: `through(day)` working days lie up to and including a day, and
    `nth(position)` is the day of a position. Both are a look-up, however far apart the days are.
    Days are given as ordinals there (`date.toordinal()`).
    """

    def __init__(self, editions: Iterable[Edition] = ()) -> None:
        self.years: Mapping[int, Edition] = {one.year: one for one in editions}
        self._off = {day: name for one in self.years.values() for day, name in one.days_off.items()}
        self._on = {day: name for one in self.years.values() for day, name in one.work_days.items()}
        self._labels = {year: f"{year}.{one.version}" for year, one in self.years.items()}
        self._first, self._last = 1, 0
        if self.years:
            self._first = date(min(self.years), 1, 1).toordinal()
            self._last = date(max(self.years), 12, 31).toordinal()
        weekdays = {o for o in range(self._first, self._last + 1) if (o - 1) % 7 < _SATURDAY}
        weekdays.difference_update(day.toordinal() for day in self._off)
        weekdays.update(day.toordinal() for day in self._on)
        self._days = array("l", sorted(weekdays))
        self._before = _weekdays(self._first - 1)
        works = [ordinal in weekdays for ordinal in range(self._first, self._last + 1)]
        self._counts = array("l", accumulate(works, initial=self._before))
        self._shift = self._before + len(self._days) - _weekdays(self._last)
        self.counted: dict[Hashable, Any] = {}
        """Ends that were counted by it already: many limits begin on the same day."""

    @classmethod
    def of(cls, editions: Iterable[Edition], as_of: date | None = None) -> WorkCalendar:
        """Take the highest version of each year among those announced by the end of `as_of`."""
        known = [one for one in editions if as_of is None or one.announced_on <= as_of]
        return cls(sorted(known, key=lambda one: (one.year, one.version)))

    def amended(self, edition: Edition) -> WorkCalendar:
        """Give the calendar with this edition in place of its year's."""
        return WorkCalendar((*self.years.values(), edition))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkCalendar) and self.years == other.years

    __hash__ = None  # type: ignore[assignment]  # compared by content, which holds mappings

    def works(self, day: date) -> bool:
        """Tell whether offices work on this day."""
        return day not in self._off and (day.weekday() < _SATURDAY or day in self._on)

    def name(self, day: date) -> str:
        """Give the holiday because of which this day is off or made up for; "" for other days."""
        return self._off.get(day) or self._on.get(day, "")

    def announced(self, year: int) -> bool:
        """Tell whether this year's arrangement is published."""
        return year in self.years

    def version(self, year: int) -> int:
        """Give the version of this year's arrangement, `PROVISIONAL` when there is none."""
        return self.years[year].version if year in self.years else PROVISIONAL

    def label(self, first: date, last: date) -> str:
        """Name what these days were counted by: `2020.2`, or `2026.1+2027.0` over a year's end."""
        if first.year >= last.year:
            return self._label(last.year)
        return "+".join(self._label(year) for year in range(first.year, last.year + 1))

    def provisional(self, first: date, last: date) -> bool:
        """Tell whether one of these days lies in a year that is not announced."""
        if first.year >= last.year:
            return last.year not in self.years
        return any(year not in self.years for year in range(first.year, last.year + 1))

    def next_working_day(self, day: date) -> date:
        """Give this day, or the first working day after it."""
        return date.fromordinal(self.nth(self.through(day.toordinal() - 1) + 1))

    def through(self, ordinal: int) -> int:
        """Count the working days up to and including this day."""
        if ordinal > self._last:
            return _weekdays(ordinal) + self._shift
        if ordinal < self._first:
            return _weekdays(ordinal)
        return self._counts[ordinal - self._first + 1]

    def nth(self, position: int) -> int:
        """Give the working day with this position; the inverse of `through`."""
        place = position - self._before
        if place <= 0:
            return _weekday(position)
        if place > len(self._days):
            return _weekday(position - self._shift)
        return self._days[place - 1]

    def _label(self, year: int) -> str:
        return self._labels.get(year) or f"{year}.{PROVISIONAL}"


def days_between(first: date, last: date) -> Iterable[date]:
    """Give the days from `first` to `last`, both included."""
    for number in range((last - first).days + 1):
        yield first + number * _DAY


def _weekdays(ordinal: int) -> int:
    """Count the Mondays to Fridays up to this day; ordinal 1 was a Monday."""
    weeks, days = divmod(ordinal, 7)
    return 5 * weeks + min(days, 5)


def _weekday(position: int) -> int:
    """Give the n-th Monday to Friday; the inverse of `_weekdays`."""
    weeks, days = divmod(position - 1, 5)
    return 7 * weeks + days + 1
