"""Why a limit ends when it ends: every day from its start, counted or not, and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from services.kernel.calendar import WorkCalendar, days_between
from services.kernel.clock.axis import counted
from services.kernel.clock.clock import Clock
from services.kernel.clock.hours import legal_date
from services.kernel.clock.reasons import Reason
from services.kernel.limits import Unit
from services.kernel.times import SHANGHAI

_SATURDAY = 5


class Why(Enum):
    """What decides about a day."""

    START = "START"
    """The day of the event itself is not counted (民法典 art. 201)."""
    WORKING_DAY = "WORKING_DAY"
    MAKE_UP = "MAKE_UP"
    """A weekend day on which offices work (调休)."""
    CALENDAR_DAY = "CALENDAR_DAY"
    WEEKEND = "WEEKEND"
    HOLIDAY = "HOLIDAY"
    SUSPENDED = "SUSPENDED"
    MOVED = "MOVED"
    """The last day cannot be a rest day: it is the next working day (民法典 art. 203)."""

    @property
    def chinese(self) -> str:
        """The words a person reads."""
        return _CHINESE[self]


_CHINESE = {
    Why.START: "起算当日不计",
    Why.WORKING_DAY: "工作日",
    Why.MAKE_UP: "调休上班",
    Why.CALENDAR_DAY: "自然日",
    Why.WEEKEND: "周末",
    Why.HOLIDAY: "放假",
    Why.SUSPENDED: "中止计时",
    Why.MOVED: "顺延",
}


@dataclass(frozen=True, slots=True)
class Day:
    """One cell of the clock strip."""

    day: date
    counted: bool
    why: Why
    number: int
    """Units counted by the end of this day; for hours, whole hours."""
    name: str = ""
    """The holiday that makes it a day off or a make-up day."""
    reasons: tuple[Reason, ...] = ()
    """What it is suspended for, also where a day off would not count anyway."""
    provisional: bool = False
    """Its year is not announced yet."""
    due: bool = False
    seconds: int = 0
    """Office seconds counted on it; only for limits in hours."""


def explain(clock: Clock, calendar: WorkCalendar, until: date | None = None) -> list[Day]:
    """List every day from the start to the end of the limit.

    `until` ends the list where the limit has no end because it stands still; by default the last
    day that something happened to it. It cannot shorten the list of a limit that has an end.
    """
    due = clock.due(calendar)
    last = due.day if due is not None else _last_known(clock, until)
    return list(_Days(clock, calendar, due.day if due else None).through(last))


def _last_known(clock: Clock, until: date | None) -> date:
    known = [legal_date(one.since) for one in clock.suspensions]
    return max([legal_date(clock.started_at), *known, *([until] if until else [])])


class _Days:
    """Walks the days one by one, so that it can be compared with the direct count."""

    def __init__(self, clock: Clock, calendar: WorkCalendar, due: date | None) -> None:
        self.clock = clock
        self.calendar = calendar
        self.due = due
        self.start = legal_date(clock.started_at)
        self.unit = Unit.IMMEDIATE if clock.immediate else clock.limit.unit
        self.still = [
            (
                legal_date(one.since),
                date.max if one.until is None else legal_date(one.until),
                one.reason,
            )
            for one in clock.suspensions
        ]

    def through(self, last: date) -> list[Day]:
        """Give the cells up to a day."""
        cells: list[Day] = []
        number = seconds = 0
        for day in days_between(self.start, last):
            works = self.calendar.works(day)
            why = self._why(day, works, number)
            here = self._seconds(day) if self.unit is Unit.HOUR else 0
            seconds += here
            counts = here > 0 or why in (Why.WORKING_DAY, Why.MAKE_UP, Why.CALENDAR_DAY)
            if self.unit is Unit.HOUR:
                counts, number = here > 0, seconds // 3600
            else:
                number += counts
            cells.append(
                Day(
                    day,
                    counts,
                    why,
                    number,
                    self.calendar.name(day),
                    self._reasons(day),
                    not self.calendar.announced(day.year),
                    day == self.due,
                    here,
                )
            )
        return cells

    def _why(self, day: date, works: bool, number: int) -> Why:
        if day == self.start and self.unit is not Unit.HOUR:
            return Why.START
        suspended = any(since <= day < until for since, until, _ in self.still)
        if self.unit is Unit.CALENDAR_DAY:
            if suspended:
                return Why.SUSPENDED
            return Why.CALENDAR_DAY if number < self.clock.units else Why.MOVED
        if not works:
            return Why.WEEKEND if self._weekend(day) else Why.HOLIDAY
        if suspended:
            return Why.SUSPENDED
        return Why.MAKE_UP if self._weekend(day) else Why.WORKING_DAY

    def _reasons(self, day: date) -> tuple[Reason, ...]:
        found = {reason for since, until, reason in self.still if reason and since <= day < until}
        return tuple(sorted(found, key=lambda one: one.value))

    def _seconds(self, day: date) -> int:
        axis, start, still = self.clock.line(self.calendar)
        begin = datetime.combine(day, time(), SHANGHAI)
        due = self.clock.due(self.calendar)
        end = begin + timedelta(days=1)
        if due is not None:
            end = min(end, due.at)
        from_here = max(start, axis.position(begin))
        before = counted(start, from_here, still)
        return max(0, counted(start, axis.position(end), still) - before)

    @staticmethod
    def _weekend(day: date) -> bool:
        return day.weekday() >= _SATURDAY
