"""Counting on a line: every unit gives each moment a position, so that limits become additions.

Between two positions lie as many units as their difference. What is suspended is a stretch of the
line that the limit jumps over; two that overlap are one (K15), an empty one is none (K16).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TypeAlias

from services.kernel.calendar import WorkCalendar
from services.kernel.clock.errors import BeyondCalendarError
from services.kernel.clock.hours import OfficeHours
from services.kernel.times import SHANGHAI

Stretch: TypeAlias = tuple[int, int | None]
"""Positions of the last unit before it and of its last unit; None: it has no end yet."""

LAST_ORDINAL = date.max.toordinal()


class Axis(ABC):
    """One way of counting, by one calendar."""

    units: int = 1
    """Positions in one unit of a limit."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar

    @abstractmethod
    def position(self, moment: datetime) -> int:
        """Give the position of a moment at which something starts or ends."""

    @abstractmethod
    def pause(self, moment: datetime) -> int:
        """Give the position up to which units still count when it stands still from here on."""

    @abstractmethod
    def end(self, position: int, still: Sequence[Stretch]) -> tuple[date, time | None] | None:
        """Give the day, and the time where it is not the end of the day, of a position."""


class WorkingDays(Axis):
    """工作日: the n-th working day strictly after the start (行政许可法 art. 82)."""

    def position(self, moment: datetime) -> int:
        return self.calendar.through(_ordinal(moment))

    def pause(self, moment: datetime) -> int:
        return self.calendar.through(_ordinal(moment) - 1)

    def end(self, position: int, still: Sequence[Stretch]) -> tuple[date, time | None] | None:
        return _date(self.calendar.nth(position)), None


class CalendarDays(Axis):
    """自然日: every day; a last day on which nobody works moves on (民法典 art. 203; K26)."""

    def position(self, moment: datetime) -> int:
        return _ordinal(moment)

    def pause(self, moment: datetime) -> int:
        return _ordinal(moment) - 1

    def end(self, position: int, still: Sequence[Stretch]) -> tuple[date, time | None] | None:
        last = self._working(position)
        for before, until in still:
            if last > before:
                if until is None:
                    return None
                if last <= until:
                    last = self._working(until + 1)
        return _date(last), None

    def _working(self, ordinal: int) -> int:
        return self.calendar.nth(self.calendar.through(ordinal - 1) + 1)


class OfficeTime(Axis):
    """小时: open seconds of working days, from the moment itself (民法典 art. 201)."""

    units = 3600

    def __init__(self, calendar: WorkCalendar, hours: OfficeHours) -> None:
        super().__init__(calendar)
        self.hours = hours
        self._day = hours.seconds

    def position(self, moment: datetime) -> int:
        local = moment.astimezone(SHANGHAI)
        before = self.calendar.through(local.toordinal() - 1) * self._day
        return before + (self.hours.elapsed(local.time()) if self._works(local) else 0)

    def pause(self, moment: datetime) -> int:
        return self.position(moment)

    def end(self, position: int, still: Sequence[Stretch]) -> tuple[date, time | None] | None:
        days, seconds = divmod(position - 1, self._day)
        return _date(self.calendar.nth(days + 1)), self.hours.at(seconds + 1)

    def _works(self, local: datetime) -> bool:
        return self.calendar.works(local.date())


def union(stretches: list[Stretch], start: int) -> list[Stretch]:
    """Unite stretches in order; what lies before the start of the clock is cut off."""
    if len(stretches) > 1:
        stretches.sort(key=_first)
    parts: list[Stretch] = []
    for first, last in stretches:
        before = first if first > start else start
        if parts and ((known := parts[-1][1]) is None or before <= known):
            if known is not None and (last is None or last > known):
                parts[-1] = (parts[-1][0], last)
        elif last is None or last > before:
            parts.append((before, last))
    return parts


def jump(start: int, units: int, still: Sequence[Stretch]) -> int | None:
    """Give the position so many units after the start; None: it stands still before that."""
    target = start + units
    for before, until in still:
        if target <= before:
            break
        if until is None:
            return None
        target += until - before
    return target


def counted(start: int, end: int, still: Sequence[Stretch]) -> int:
    """Count the units between two positions, without what is suspended."""
    lost = sum(
        max(0, (end if until is None else min(until, end)) - before) for before, until in still
    )
    return max(0, end - start - lost)


def _first(stretch: Stretch) -> int:
    return stretch[0]


def _ordinal(moment: datetime) -> int:
    if moment.tzinfo is not SHANGHAI:
        moment = moment.astimezone(SHANGHAI)
    return moment.toordinal()


def _date(ordinal: int) -> date:
    if ordinal > LAST_ORDINAL:
        raise BeyondCalendarError("the limit ends after the year 9999; use a shorter one")
    return date.fromordinal(ordinal)
