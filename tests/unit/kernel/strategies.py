"""Clocks of every kind, with starts and breaks where counting goes wrong if it does."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from services.kernel.calendar import Edition, WorkCalendar
from services.kernel.calendar_seed import SEED_EDITIONS, calendar_as_of
from services.kernel.clock import Clock, Extension, Kind, Reason, Suspension
from services.kernel.limits import Limit, Unit
from services.kernel.times import SHANGHAI
from tests.unit.kernel.reference import MINUTE, Break, Works, slow_works

QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("every-day", QUIET, max_examples=600)
settings.register_profile("nightly", QUIET, max_examples=100_000)

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
PROFILE = settings.get_profile("nightly" if NIGHTLY else "every-day")
"""How many clocks the comparison with the slow reference tries."""
FEWER = settings(PROFILE, max_examples=PROFILE.max_examples // 10)

TURNS = (
    *(date(2004, 2, 28), date(2012, 2, 28), date(2020, 2, 27), date(2024, 2, 28)),
    *(date(2006, 12, 28), date(2011, 12, 29), date(2018, 12, 27), date(2019, 12, 30)),
    *(date(2019, 4, 25), date(2020, 1, 17), date(2020, 1, 23), date(2020, 1, 31)),
    *(date(2020, 9, 25), date(2020, 9, 30), date(2003, 12, 29), date(2026, 12, 21)),
)
"""Leap days, year ends, the two amendments, long holidays, both ends of what is announced."""


ALL_UNITS = (*[Unit.WORKING_DAY] * 4, *[Unit.CALENDAR_DAY] * 3, Unit.HOUR, Unit.IMMEDIATE)
"""As often as they are worth trying; an hour takes the reference sixty steps."""


@dataclass(frozen=True)
class Case:
    """A clock and a calendar, and the same for the reference."""

    clock: Clock
    calendar: WorkCalendar
    works: Works

    @property
    def breaks(self) -> list[Break]:
        return [(one.since, one.until) for one in self.clock.suspensions]


days = st.one_of(
    st.builds(lambda turn, n: turn + timedelta(n), st.sampled_from(TURNS), st.integers(-9, 9)),
    st.dates(date(2003, 11, 1), date(2028, 3, 1)),
)
zones = st.sampled_from((SHANGHAI, UTC, timezone(timedelta(hours=-5))))
minutes = st.one_of(
    st.sampled_from(
        (0, 1, 15 * 60 + 59, 16 * 60, 23 * 60 + 59, 8 * 60 + 30, 12 * 60, 17 * 60 + 30)
    ),
    st.integers(0, 24 * 60 - 1),
)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Give whole minutes, in several offsets."""
    minute = draw(minutes)
    at = time(minute // 60, minute % 60)
    return datetime.combine(draw(days), at, draw(zones))


_length = st.timedeltas(timedelta(0), timedelta(30))
lengths = st.one_of(*[_length] * 7, st.none())


@st.composite
def suspensions(draw: st.DrawFn, start: datetime, units: int) -> tuple[Suspension, ...]:
    """Give up to four, in any order; they may overlap, and one may be open.

    Some begin just where the limit might end, where a last day moves into them.
    """
    somewhere = st.timedeltas(timedelta(-5), timedelta(60))
    near_the_end = st.timedeltas(timedelta(units - 2), timedelta(units + 4))
    found = []
    for reason in tuple(Reason)[: draw(st.sampled_from((0, 0, 1, 2, 3, 4)))]:
        since = start + draw(somewhere | near_the_end) // MINUTE * MINUTE
        length = draw(lengths)
        until = None if length is None else since + length // MINUTE * MINUTE
        found.append(Suspension(since, until, reason))
    return tuple(found)


@st.composite
def calendars(draw: st.DrawFn, around: date) -> tuple[WorkCalendar, Works]:
    """Give what was known on some day; now and then a few years only, one of them amended."""
    as_of = draw(st.one_of(st.just(date(2026, 6, 1)), days))
    turned = draw(st.one_of(*[st.just(())] * 3, st.lists(st.integers(0, 90), max_size=4)))
    if not turned:
        return published(as_of)
    dates = [day for n in turned if (day := around + timedelta(n)).year == around.year]
    near = [one for one in SEED_EDITIONS if abs(one.year - around.year) < 2]
    off = {day: "停" for day in dates if day.weekday() < 5}
    on = {day: "补" for day in dates if day.weekday() >= 5}
    near.append(Edition(around.year, 9, "修订", date(2003, 1, 1), off, on))
    return WorkCalendar.of(near, as_of), slow_works(near, as_of)


@cache
def published(as_of: date) -> tuple[WorkCalendar, Works]:
    """Give what was known on a day, made once."""
    return calendar_as_of(as_of), slow_works(SEED_EDITIONS, as_of)


@st.composite
def cases(draw: st.DrawFn, units: tuple[Unit, ...] = ALL_UNITS) -> Case:
    """Give any clock."""
    unit = draw(st.sampled_from(units))
    start = draw(moments())
    most = 10 if unit is Unit.HOUR else 60
    value = 0 if unit is Unit.IMMEDIATE else draw(st.integers(1, most))
    more = 0 if unit is Unit.IMMEDIATE else draw(st.integers(0, most // 3))
    calendar, works = draw(calendars(start.date()))
    extension = Extension(more) if more else None
    stands = draw(suspensions(start, value + more))
    return Case(
        Clock(Kind.STATUTORY, Limit(value, unit), start, stands, extension), calendar, works
    )
