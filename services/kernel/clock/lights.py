"""Green, amber, red: how near a clock is to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from services.kernel.calendar import WorkCalendar
from services.kernel.clock.axis import WorkingDays, jump
from services.kernel.clock.clock import Clock
from services.kernel.clock.due import LAST_SECOND
from services.kernel.limits import Unit
from services.kernel.times import SHANGHAI


class Light(Enum):
    """What a page shows beside a clock."""

    GREEN = "GREEN"
    AMBER = "AMBER"
    """The limit approaches."""
    RED = "RED"
    """The limit has passed; that stays so, whatever comes later (K18)."""
    SUSPENDED = "SUSPENDED"


@dataclass(frozen=True)
class Threshold:
    """When a limit approaches: at whichever of the two comes first."""

    working_days: int = 1
    percent: int = 20
    """Part of the limit that is left, whole units rounded down."""


THRESHOLD = Threshold()


def amber_at(
    clock: Clock, calendar: WorkCalendar, threshold: Threshold = THRESHOLD
) -> datetime | None:
    """Give the moment from which the limit approaches; None when there is none.

    A limit in days approaches with the end of a day: when one working day is left, that day alone
    is still to come. An immediate item has no such moment, nor has a clock that stands still.
    """
    due = clock.due(calendar)
    if due is None or clock.immediate:
        return None
    axis, start, still = clock.line(calendar)
    units = clock.units * axis.units
    left = units * threshold.percent // 100
    if clock.limit.unit is Unit.WORKING_DAY:
        left = max(left, threshold.working_days)
    found = jump(start, max(0, units - left), still)
    if found is None or found <= start:
        return clock.started_at
    end = axis.end(found, still)
    if end is None:
        return None
    day, moment = end
    at = datetime.combine(day, moment or clock.closes or LAST_SECOND, SHANGHAI)
    if clock.limit.unit is Unit.CALENDAR_DAY:
        last = WorkingDays(calendar).position(due.at) - threshold.working_days
        before = date.fromordinal(calendar.nth(last))
        at = min(at, datetime.combine(before, clock.closes or LAST_SECOND, SHANGHAI))
    return max(at, clock.started_at)


def light(
    clock: Clock, calendar: WorkCalendar, at: datetime, threshold: Threshold = THRESHOLD
) -> Light:
    """Give the light at a moment; a clock that was stopped keeps the light it ended with."""
    if clock.breached(calendar, at):
        return Light.RED
    if clock.stopped_at is not None and clock.stopped_at <= at:
        return Light.GREEN
    if clock.suspended(at):
        return Light.SUSPENDED
    amber = amber_at(clock, calendar, threshold)
    return Light.AMBER if amber is not None and at >= amber else Light.GREEN
