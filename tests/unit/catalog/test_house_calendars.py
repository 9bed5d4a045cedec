"""The calendar of a year: published, amended, and every day of the seed against the library."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import chinese_calendar
import msgspec
import pytest

from services.catalog.domain import CatalogRuleError, WorkCalendarYear
from services.catalog.domain.house_events import CalendarDay, WorkCalendarAmended
from services.catalog.domain.house_terms import CalendarSaid
from services.kernel.times import SHANGHAI
from tests.contract.house_stories import ANNOUNCED, EXTENDED
from tests.unit.facts import facts

NEW_YEAR = CalendarDay(date(2020, 1, 1), "元旦")


def changed(said: CalendarSaid, **values: Any) -> CalendarSaid:
    return msgspec.structs.replace(said, **values)


def published(*said: CalendarSaid) -> WorkCalendarYear:
    year = WorkCalendarYear.of(2020)
    for number, one in enumerate(said):
        (year.amend if number else year.publish)(facts(), one)
    year.collect_events()
    return year


def test_amendment_names_the_days_that_change() -> None:
    year = published(ANNOUNCED)

    assert year.amend(facts(), EXTENDED) is True

    (event,) = year.pending
    assert isinstance(event, WorkCalendarAmended)
    assert event.calendar_version == 2
    assert event.changed == [date(2020, 1, 31), date(2020, 2, 1)]


def test_year_as_of_a_day_is_the_version_announced_by_then() -> None:
    year = published(ANNOUNCED, EXTENDED)

    versions = [
        found.calendar_version if (found := year.as_of(day)) else 0
        for day in (date(2019, 11, 20), date(2019, 11, 21), date(2020, 1, 26), date(2020, 1, 27))
    ]

    assert versions == [0, 1, 1, 2]


def test_story_told_twice_changes_nothing_in_whatever_order_its_days_come() -> None:
    year = published(ANNOUNCED, EXTENDED)
    shuffled = changed(ANNOUNCED, days_off=ANNOUNCED.days_off[::-1])

    assert year.publish(facts(), shuffled) is False
    assert year.publish(facts(), changed(ANNOUNCED, calendar_version=1)) is False
    assert year.amend(facts(), EXTENDED) is False
    assert year.amend(facts(), changed(EXTENDED, calendar_version=2)) is False
    assert year.pending == ()


@pytest.mark.parametrize(
    ("values", "rule", "field"),
    [
        ({"document": "  "}, "document", "document"),
        ({"announced_on": date(2020, 10, 21)}, "announced_in_future", "announced_on"),
        (
            {"days_off": [CalendarDay(date(2021, 1, 1), "元旦")]},
            "day_outside_year",
            "days_off[0].day",
        ),
        ({"days_off": [NEW_YEAR, NEW_YEAR]}, "day_twice", "days_off[1].day"),
        (
            {"days_off": [CalendarDay(date(2020, 1, 25), "春节")]},
            "day_off_on_weekend",
            "days_off[0].day",
        ),
        (
            {"work_days": [CalendarDay(date(2020, 1, 20), "春节")]},
            "work_day_on_weekday",
            "work_days[0].day",
        ),
        ({"calendar_version": 2}, "version_order", "calendar_version"),
    ],
)
def test_calendar_is_refused_when_it_breaks_a_rule(
    values: dict[str, Any], rule: str, field: str
) -> None:
    year = WorkCalendarYear.of(2020)

    with pytest.raises(CatalogRuleError) as refused:
        year.publish(facts(), changed(ANNOUNCED, **values))

    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert year.pending == ()


def test_day_of_the_announcement_is_counted_in_the_county_s_clock() -> None:
    last_evening_in_greenwich = datetime.fromisoformat("2020-10-19T20:00:00+00:00")
    said = changed(ANNOUNCED, announced_on=date(2020, 10, 20))

    assert WorkCalendarYear.of(2020).publish(facts(at=last_evening_in_greenwich), said) is True


def test_published_year_is_amended_not_published_again() -> None:
    year = published(ANNOUNCED)

    with pytest.raises(CatalogRuleError) as again:
        year.publish(facts(), EXTENDED)
    with pytest.raises(CatalogRuleError) as other:
        year.publish(facts(), changed(EXTENDED, calendar_version=1))

    assert (again.value.rule, other.value.rule) == ("already_published", "immutable")


def test_amendment_is_refused_without_a_change_out_of_order_or_before_the_first() -> None:
    year = published(ANNOUNCED)
    cases = {
        "nothing_changes": changed(ANNOUNCED, document="另一文件"),
        "announced_order": changed(EXTENDED, announced_on=date(2019, 11, 20)),
        "version_order": changed(EXTENDED, calendar_version=3),
    }

    for rule, said in cases.items():
        with pytest.raises(CatalogRuleError) as refused:
            year.amend(facts(), said)
        assert refused.value.rule == rule
    with pytest.raises(CatalogRuleError) as unpublished:
        WorkCalendarYear.of(2020).amend(facts(), EXTENDED)

    assert unpublished.value.rule == "not_published"
    assert year.pending == ()


def test_seed_is_lawful_and_equals_the_library_on_every_day() -> None:
    from services.kernel.calendar_seed import SEED_EDITIONS

    years: dict[int, WorkCalendarYear] = {}
    for one in sorted(SEED_EDITIONS, key=lambda one: (one.announced_on, one.year, one.version)):
        said = CalendarSaid(
            year=one.year,
            calendar_version=one.version,
            document=one.document,
            announced_on=one.announced_on,
            days_off=[CalendarDay(day, label) for day, label in one.days_off.items()],
            work_days=[CalendarDay(day, label) for day, label in one.work_days.items()],
        )
        at = datetime(*one.announced_on.timetuple()[:3], tzinfo=SHANGHAI)
        year = years.setdefault(one.year, WorkCalendarYear.of(one.year))
        assert (year.amend if one.version > 1 else year.publish)(facts(at=at), said) is True

    different = []
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        last = years[day.year].versions[years[day.year].latest]
        off = {one.day for one in last.days_off}
        on = {one.day for one in last.work_days}
        works = day in on if day.weekday() >= 5 else day not in off
        if works != bool(chinese_calendar.is_workday(day)):
            different.append(day)
        day += timedelta(days=1)

    assert sorted(years) == list(range(2004, 2027))
    assert [year for year in years if years[year].latest == 2].count(2020) == 1
    assert different == []
