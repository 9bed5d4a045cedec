"""Clock: due dates a second on one core, plain and with a suspension."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import cycle
from typing import Any

import chinese_calendar

from services.kernel.calendar_seed import SEED
from services.kernel.clock import Clock, Kind, Reason, Suspension
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI
from tests.bench.ground import Ground, durability_of
from tests.bench.harness import Goal, Row, Scale, Sides

LIMITS = (1, 3, 5, 7, 10, 15, 20, 20, 30, 45)
FIRST = datetime(2005, 1, 3, 9, 20, tzinfo=SHANGHAI)
CLOCKS = 5_000
BATCH = 500
DAY = timedelta(days=1)

Period = tuple[date, date]


def plain() -> list[Clock]:
    """Give clocks of the usual limits, started all over the years that are announced."""
    return [
        Clock(
            Kind.STATUTORY,
            Limit(LIMITS[number % len(LIMITS)]),
            FIRST + timedelta(days=number * 7919 % 7_700, minutes=number % 480),
        )
        for number in range(CLOCKS)
    ]


def suspended() -> list[Clock]:
    """Give the same, each standing still for ten days from its second day on."""
    return [
        replace(
            one,
            suspensions=(
                Suspension(one.started_at + DAY, one.started_at + 11 * DAY, Reason.HEARING),
            ),
        )
        for one in plain()
    ]


def naive(start: date, days: int, period: Period | None) -> date:
    """Count day by day, asking the library about each."""
    day = start
    while days:
        day += DAY
        if period is not None and period[0] <= day < period[1]:
            continue
        days -= chinese_calendar.is_workday(day)
    return day


def _facts(clock: Clock) -> tuple[date, int, Period | None]:
    period = None
    for one in clock.suspensions:
        assert one.until is not None
        period = (one.since.date(), one.until.date())
    return clock.started_at.date(), clock.limit.value, period


def _rate(count: Callable[[Any], object], work: Sequence[Any], seconds: float) -> float:
    """Count batch after batch, so that looking at the time costs nothing."""
    batches = cycle([work[n : n + BATCH] for n in range(0, len(work), BATCH)])
    done, started = 0, time.perf_counter()
    until = started + seconds
    while (now := time.perf_counter()) < until:
        for one in next(batches):
            count(one)
        done += BATCH
    return done / (now - started)


def _sides(ground: Ground, scale: Scale, clocks: Sequence[Clock]) -> Sides:
    facts = [_facts(one) for one in clocks]
    for clock, fact in zip(clocks, facts, strict=True):
        due = clock.due(SEED)
        if due is None or due.day != naive(*fact):
            raise AssertionError(f"the two sides disagree about {fact}")

    def made(clock: Clock) -> object:
        stands = tuple(Suspension(s.since, s.until, s.reason) for s in clock.suspensions)
        return Clock(clock.kind, clock.limit, clock.started_at, stands).due(SEED)

    return Sides(
        lambda: _rate(lambda clock: clock.due(SEED), clocks, scale.seconds),
        lambda: _rate(lambda fact: naive(*fact), facts, scale.seconds),
        {"the same, clock made of its facts each time": lambda: _rate(made, clocks, scale.seconds)},
        lambda: durability_of(ground.endpoints.database_url),
    )


@contextmanager
def without(ground: Ground, scale: Scale) -> Iterator[Sides]:
    yield _sides(ground, scale, plain())


@contextmanager
def with_one(ground: Ground, scale: Scale) -> Iterator[Sides]:
    yield _sides(ground, scale, suspended())


ROWS = (
    Row(
        "clock",
        "due dates in working days, one core",
        "due dates/s",
        "Clock.due: its moment, the calendar's label, provisional or not",
        "chinesecalendar asked day by day; the date alone",
        Goal(least=50_000),
        without,
        slow=False,
    ),
    Row(
        "clock-suspended",
        "the same with a suspension of ten days",
        "due dates/s",
        "Clock.due",
        "chinesecalendar asked day by day; the date alone",
        Goal(least=50_000),
        with_one,
        slow=False,
    ),
)
