"""What a clock refuses, each rule by its code, and how the two clocks of a case go together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from services.kernel.calendar import WorkCalendar
from services.kernel.calendar_seed import SEED
from services.kernel.clock import (
    ART_45,
    OFFICE_HOURS,
    Clock,
    ClockRuleError,
    Clocks,
    Extension,
    Kind,
    Light,
    OfficeHours,
    Reason,
    Suspension,
    Threshold,
    amber_at,
    errors,
    explain,
    light,
    reasons_in,
)
from services.kernel.limits import Limit, Unit
from services.kernel.times import SHANGHAI

START = datetime(2020, 11, 2, 10, tzinfo=SHANGHAI)
"""A Monday; November 2020 has no holiday."""
DAY = timedelta(days=1)


def clock(kind: Kind = Kind.STATUTORY, value: int = 5, unit: Unit = Unit.WORKING_DAY) -> Clock:
    return Clock(kind, Limit(value, unit), START)


def clocks(**said: list[str]) -> Clocks:
    return Clocks.start(START, statutory=Limit(20), promised=Limit(5), **said)


@pytest.mark.parametrize(
    ("rule", "act"),
    [
        ("does_not_stop", lambda: clock().suspend(Reason.APPLICANT_CAUSE, START, SEED)),
        ("suspended_before_start", lambda: clock().suspend(Reason.HEARING, START - DAY, SEED)),
        ("suspended_after_due", lambda: clock().suspend(Reason.HEARING, START + 9 * DAY, SEED)),
        ("not_suspended", lambda: clock().resume(Reason.HEARING, START)),
        (
            "resumed_too_early",
            lambda: (
                clock().suspend(Reason.HEARING, START + DAY, SEED).resume(Reason.HEARING, START)
            ),
        ),
        ("not_extendable", lambda: clock(Kind.STEP).extend(1, "authority_head", START, SEED)),
        (
            "not_extendable",
            lambda: clock(value=0, unit=Unit.IMMEDIATE).extend(1, "authority_head", START, SEED),
        ),
        ("extension_too_long", lambda: clock().extend(11, "authority_head", START, SEED)),
        ("extension_too_long", lambda: clock().extend(0, "authority_head", START, SEED)),
        ("wrong_approver", lambda: clock().extend(1, "clerk", START, SEED)),
        ("extended_too_late", lambda: clock().extend(1, "authority_head", START + 9 * DAY, SEED)),
        ("not_restartable", lambda: clock().restart(START + DAY)),
        ("not_restartable", lambda: clock(Kind.FOI).restart(START - DAY)),
        ("not_retroactive", lambda: clock().start_as_of(START + DAY)),
        ("stopped", lambda: clock().stop(START).suspend(Reason.HEARING, START, SEED)),
        ("stopped", lambda: clock().stop(START).stop(START)),
        ("stopped_before_start", lambda: clock().stop(START - DAY)),
        ("beyond_calendar", lambda: clock(value=2_100_000).due(SEED)),
        ("unknown_reason", lambda: clocks(also_stops_promised=["LUNCH"])),
        ("does_not_stop", lambda: clocks().suspend(Reason.SURVEY, START, SEED)),
        ("not_suspended", lambda: clocks().resume(Reason.HEARING, START)),
        ("suspended_after_due", lambda: clocks().suspend(Reason.HEARING, START + 60 * DAY, SEED)),
    ],
)
def test_act_is_refused_by_its_rule(rule: str, act: Callable[[], object]) -> None:
    with pytest.raises(ClockRuleError) as refused:
        act()

    assert refused.value.rule == rule
    assert str(refused.value)


def test_every_rule_has_a_code_of_its_own_and_stands_in_the_tree() -> None:
    rules = [kind.rule for kind in ClockRuleError.__subclasses__()]

    assert len(set(rules)) == len(rules)
    for kind in ClockRuleError.__subclasses__():
        assert f"{kind.__name__} " in str(errors.__doc__)
        assert f" {kind.rule} " in str(errors.__doc__)


def test_law_stops_both_clocks_and_the_applicant_only_the_promise() -> None:
    for reason in Reason:
        at = START + DAY
        if reason is Reason.SURVEY:
            continue
        held = clocks().suspend(reason, at, SEED)

        assert held.promised is not None and held.promised.suspended(at)
        assert held.statutory is not None and held.statutory.suspended(at) == (reason in ART_45)


def test_item_adds_a_reason_to_one_of_its_clocks() -> None:
    said = clocks(also_stops_statutory=["applicant_cause", " SURVEY "])

    held = said.suspend(Reason.SURVEY, START, SEED)

    assert held.statutory is not None and held.statutory.suspended_for(Reason.SURVEY)
    assert held.promised == said.promised


def test_hearing_stops_the_statutory_clock_when_the_promise_is_broken_already() -> None:
    later = START + 14 * DAY

    held = clocks().suspend(Reason.HEARING, later, SEED)
    resumed = held.resume(Reason.HEARING, later + DAY)

    assert held.statutory is not None and held.statutory.suspended(later)
    assert held.promised is not None and light(held.promised, SEED, later) is Light.RED
    assert resumed.statutory is not None and len(resumed.statutory.suspensions) == 1


def test_extension_lengthens_both_or_the_statutory_alone_when_the_promise_is_broken() -> None:
    both = clocks().extend(10, "authority_head", START + DAY, SEED)
    one = clocks().extend(10, "authority_head", START + 14 * DAY, SEED)

    assert [running.units for running in both.all] == [30, 15]
    assert [running.units for running in one.all] == [30, 5]


def test_item_with_one_limit_has_one_clock() -> None:
    alone = Clocks.start(START, statutory=None, promised=Limit(0, Unit.IMMEDIATE))

    assert [running.kind for running in alone.all] == [Kind.PROMISED]
    with pytest.raises(ClockRuleError, match="cannot be extended"):
        alone.extend(1, "authority_head", START, SEED)
    assert alone.stop(START + DAY).all[0].stopped_at == START + DAY
    assert alone.start_as_of(START - DAY).all[0].started_at == START - DAY


def test_reasons_are_read_as_an_item_states_them() -> None:
    assert reasons_in(["hearing", "SURVEY"]) == {Reason.HEARING, Reason.SURVEY}
    assert all(reason.chinese for reason in Reason)


def test_stopped_clock_tells_the_days_it_used_and_keeps_its_light() -> None:
    in_time, late = clock().stop(START + 3 * DAY), clock().stop(START + 10 * DAY)
    much_later = START + 90 * DAY

    assert (in_time.days_used(SEED, much_later), late.days_used(SEED, much_later)) == (3, 8)
    assert light(in_time, SEED, much_later) is Light.GREEN
    assert light(late, SEED, much_later) is Light.RED
    assert clock().stop(START).days_used(SEED, much_later) == 0


@pytest.mark.parametrize(
    ("unit", "value", "amber"),
    [
        (Unit.WORKING_DAY, 5, datetime(2020, 11, 6, 23, 59, 59, tzinfo=SHANGHAI)),
        (Unit.WORKING_DAY, 20, datetime(2020, 11, 24, 23, 59, 59, tzinfo=SHANGHAI)),
        (Unit.WORKING_DAY, 1, START),
        (Unit.CALENDAR_DAY, 7, datetime(2020, 11, 6, 23, 59, 59, tzinfo=SHANGHAI)),
        (Unit.CALENDAR_DAY, 30, datetime(2020, 11, 26, 23, 59, 59, tzinfo=SHANGHAI)),
        (Unit.HOUR, 5, datetime(2020, 11, 2, 16, 0, tzinfo=SHANGHAI)),
        (Unit.IMMEDIATE, 0, None),
    ],
)
def test_limit_approaches_at_one_working_day_or_a_fifth(
    unit: Unit, value: int, amber: datetime | None
) -> None:
    assert amber_at(clock(value=value, unit=unit), SEED) == amber


def test_threshold_can_be_another() -> None:
    two_days = Threshold(working_days=2, percent=0)
    running = clock()

    assert amber_at(running, SEED, two_days) == datetime(2020, 11, 5, 23, 59, 59, tzinfo=SHANGHAI)
    shown = [light(running, SEED, START + n * DAY, two_days) for n in (3, 4, 7, 8)]
    assert shown == [Light.GREEN, Light.AMBER, Light.AMBER, Light.RED]


def test_clock_that_stands_still_shows_it_and_explains_as_far_as_it_got() -> None:
    held = clock().suspend(Reason.HEARING, START + 2 * DAY, SEED)

    assert light(held, SEED, START + DAY) is Light.GREEN
    assert light(held, SEED, START + 60 * DAY) is Light.SUSPENDED
    assert [cell.day.day for cell in explain(held, SEED)] == [2, 3, 4]
    assert [cell.counted for cell in explain(held, SEED, (START + 3 * DAY).date())] == [
        False,
        True,
        False,
        False,
    ]


def test_facts_are_taken_as_they_are_when_a_clock_is_made_from_them() -> None:
    whole = Clock(
        Kind.STATUTORY,
        Limit(5),
        START,
        (Suspension(START + DAY, START + 2 * DAY),),
        Extension(99),
    )

    assert whole.units == 104
    assert not explain(whole, SEED)[1].reasons


@pytest.mark.parametrize(
    "spans",
    [
        (),
        ((time(12), time(8)),),
        ((time(8), time(12)), (time(11), time(17))),
    ],
)
def test_office_hours_are_refused_when_they_are_out_of_order(
    spans: tuple[tuple[time, time], ...],
) -> None:
    with pytest.raises(ValueError, match="office hours"):
        OfficeHours(spans)


def test_office_hours_end_a_morning_before_they_begin_an_afternoon() -> None:
    assert OFFICE_HOURS.at(3 * 3600 + 1800) == time(12)
    assert OFFICE_HOURS.at(3 * 3600 + 1801) == time(14, 0, 1)
    assert OFFICE_HOURS.elapsed(time(13)) == 3 * 3600 + 1800
    assert (OFFICE_HOURS.seconds, OFFICE_HOURS.closes) == (7 * 3600, time(17, 30))
    with pytest.raises(ValueError, match="no more"):
        OFFICE_HOURS.at(7 * 3600 + 1)


def test_what_a_calendar_remembers_is_what_it_would_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kernel.clock.clock._REMEMBERED", 8)
    remembering = WorkCalendar(SEED.years.values())
    asked = [
        Clock(Kind.PROMISED, Limit(value), START + hour * timedelta(hours=7), closes=closes)
        for value in (1, 5, 20)
        for hour in range(6)
        for closes in (None, time(17, 30))
    ]
    asked += [one.extend(3, "authority_head", START, SEED) for one in asked[-4:]]
    fresh = [one.due(WorkCalendar(SEED.years.values())) for one in asked]

    assert [one.due(remembering) for one in asked * 2] == fresh * 2
    assert 0 < len(remembering.counted) <= 8
    amended = remembering.amended(replace(SEED.years[2020], version=9, days_off={}))
    assert not amended.counted
