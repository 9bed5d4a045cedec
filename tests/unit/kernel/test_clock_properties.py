"""Every clock ends where counting day by day ends (RELIABILITY.md C6).

600 clocks by default; `HYPOTHESIS_PROFILE=nightly` tries 100,000.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.calendar_seed import SEED
from services.kernel.clock import Light, Why, amber_at, explain, light
from services.kernel.limits import Unit
from tests.unit.kernel.reference import (
    CHINA,
    Works,
    in_china,
    slow_calendar_days,
    slow_hours,
    slow_used,
    slow_working_days,
)
from tests.unit.kernel.strategies import FEWER, NIGHTLY, PROFILE, Case, calendars, cases, days

pytestmark = pytest.mark.timeout(7_200 if NIGHTLY else 600)
DAY_UNITS = (Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.IMMEDIATE)


def slow_due(case: Case) -> datetime | None:
    """Give the end by the reference, as a moment."""
    clock, breaks, works = case.clock, case.breaks, case.works
    start, units = clock.started_at, clock.limit.value
    if clock.extension is not None:
        units += clock.extension.units
    if clock.limit.unit is Unit.HOUR:
        return slow_hours(start, units, breaks, works)
    if clock.limit.unit is Unit.CALENDAR_DAY:
        day = slow_calendar_days(start, units, breaks, works)
    elif clock.limit.unit is Unit.WORKING_DAY:
        day = slow_working_days(start, units, breaks, works)
    else:
        day = in_china(start)
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=CHINA)


@PROFILE
@given(cases())
def test_limit_ends_where_counting_one_by_one_ends(case: Case) -> None:
    due = case.clock.due(case.calendar)

    assert (due.at if due else None) == slow_due(case)


@FEWER
@given(cases())
def test_explanation_counts_to_the_same_end(case: Case) -> None:
    due = case.clock.due(case.calendar)

    cells = explain(case.clock, case.calendar)

    assert [cell.day for cell in cells if cell.due] == ([due.day] if due else [])
    assert all(later.day - cell.day == timedelta(1) for cell, later in pairwise(cells))
    assert all(cell.provisional != case.calendar.announced(cell.day.year) for cell in cells)
    assert case.works(cells[-1].day) or not due or case.clock.immediate
    if due:
        assert cells[-1].number == case.clock.units
        seconds = sum(cell.seconds for cell in cells)
        assert seconds == (case.clock.units * 3600 if case.clock.limit.unit is Unit.HOUR else 0)


@FEWER
@given(cases((Unit.WORKING_DAY,)))
def test_each_cell_says_whether_its_day_counts(case: Case) -> None:
    for cell in explain(case.clock, case.calendar)[1:]:
        still = any(
            in_china(since) <= cell.day and (until is None or cell.day < in_china(until))
            for since, until in case.breaks
        )
        assert cell.counted == (case.works(cell.day) and not still)
        assert (cell.why in (Why.WEEKEND, Why.HOLIDAY)) == (not case.works(cell.day))
        assert bool(cell.reasons) == still


@FEWER
@given(cases(DAY_UNITS), st.integers(0, 120))
def test_days_used_are_those_counted_one_by_one(case: Case, later: int) -> None:
    end = case.clock.started_at + timedelta(days=later)

    used = case.clock.stop(end).days_used(case.calendar, end + timedelta(days=9))

    every_day: Works = lambda _: True  # noqa: E731 - a rule as short as a word
    works = every_day if case.clock.limit.unit is Unit.CALENDAR_DAY else case.works
    assert used == slow_used(case.clock.started_at, end, case.breaks, works)


@FEWER
@given(cases(), st.integers(0, 90 * 24))
def test_lights_go_from_green_over_amber_to_red(case: Case, hours: int) -> None:
    clock, calendar = case.clock, case.calendar
    at = clock.started_at + timedelta(hours=hours)
    due, amber = clock.due(calendar), amber_at(clock, calendar)

    shown = light(clock, calendar, at)

    if due is None:
        assert amber is None and shown is not Light.RED
        return
    assert (shown is Light.RED) == due.passed(at)
    if amber is not None:
        assert clock.started_at <= amber <= due.at or clock.started_at > due.at
        assert shown is not Light.AMBER or at >= amber
        assert shown is not Light.GREEN or at < amber


@FEWER
@given(cases(DAY_UNITS))
def test_end_is_the_same_however_the_start_is_written(case: Case) -> None:
    clock = case.clock
    there = type(clock)(
        clock.kind,
        clock.limit,
        clock.started_at.astimezone(UTC),
        clock.suspensions[::-1],
        clock.extension,
    )

    assert there.due(case.calendar) == clock.due(case.calendar)


@FEWER
@given(st.data(), days)
def test_positions_and_days_agree(data: st.DataObject, day: date) -> None:
    calendar, works = data.draw(calendars(day))
    ordinal = day.toordinal()

    assert calendar.works(day) == works(day)
    assert calendar.through(ordinal) - calendar.through(ordinal - 1) == works(day)
    assert (calendar.nth(calendar.through(ordinal)) == ordinal) == works(day)
    following = calendar.next_working_day(day)
    assert works(following) and not any(
        works(day + timedelta(n)) for n in range((following - day).days)
    )


@FEWER
@given(st.integers(1, date.max.toordinal()))
def test_positions_and_days_agree_in_all_of_time(ordinal: int) -> None:
    position = SEED.through(ordinal)

    if position:
        assert SEED.through(SEED.nth(position)) == position
        assert SEED.nth(position) <= ordinal
    assert SEED.nth(position + 1) > ordinal
