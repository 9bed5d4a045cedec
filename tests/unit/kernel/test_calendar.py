"""The yearly arrangements: versions, what was known when, and years nobody has announced."""

from __future__ import annotations

from datetime import date

import chinese_calendar
import pytest

from services.kernel.calendar import PROVISIONAL, Edition, WorkCalendar, days_between
from services.kernel.calendar_seed import (
    ANNOUNCED,
    LIBRARY,
    SEED,
    SEED_EDITIONS,
    calendar_as_of,
)


def edition(year: int, version: int = 1, announced_on: date | None = None, **days: str) -> Edition:
    """Give an edition with days such as `off0506="..."`, `on0510="..."`."""
    found: dict[str, dict[date, str]] = {"off": {}, "on": {}}
    for name, label in days.items():
        kind, digits = name[:-4], name[-4:]
        found[kind][date(year, int(digits[:2]), int(digits[2:]))] = label
    announced = announced_on or date(year - 1, 11, 20)
    return Edition(year, version, f"文件 {year}.{version}", announced, found["off"], found["on"])


def test_newest_editions_are_the_days_of_the_library() -> None:
    every = days_between(date(2004, 1, 1), date(2026, 12, 31))

    assert [day for day in every if SEED.works(day) != chinese_calendar.is_workday(day)] == []


@pytest.mark.parametrize(
    ("year", "version", "document", "announced_on"),
    [
        (2019, 1, "国办发明电〔2018〕15号", date(2018, 12, 6)),
        (2019, 2, "国办发明电〔2019〕3号", date(2019, 3, 22)),
        (2020, 1, "国办发明电〔2019〕16号", date(2019, 11, 21)),
        (2020, 2, "国办发明电〔2020〕1号", date(2020, 1, 27)),
        (2015, 2, "国发明电〔2015〕1号", date(2015, 5, 13)),
        (2018, 2, "国办发明电〔2018〕15号", date(2018, 12, 6)),
        (2005, 1, LIBRARY, date(2004, 12, 31)),
    ],
)
def test_edition_names_its_document(
    year: int, version: int, document: str, announced_on: date
) -> None:
    [found] = [one for one in SEED_EDITIONS if (one.year, one.version) == (year, version)]

    assert (found.document, found.announced_on) == (document, announced_on)


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        # Labour Day 2019 was one day; then four, with two Sundays at work.
        (date(2019, 5, 1), False, False),
        (date(2019, 5, 2), True, False),
        (date(2019, 5, 3), True, False),
        (date(2019, 4, 28), False, True),
        (date(2019, 5, 5), False, True),
        # The Spring Festival of 2020 was to end on 30 January, with work on Saturday 1 February.
        (date(2020, 1, 30), False, False),
        (date(2020, 1, 31), True, False),
        (date(2020, 2, 1), True, False),
        (date(2020, 2, 2), False, False),
        (date(2020, 1, 19), True, True),
        # The arrangement of 2012 put a Saturday of 2011 to work.
        (date(2011, 12, 31), False, True),
        (date(2018, 12, 31), True, False),
        (date(2018, 12, 29), False, True),
        (date(2015, 9, 3), True, False),
        (date(2015, 9, 6), False, True),
    ],
)
def test_amendment_changes_a_day_from_its_announcement_on(
    day: date, before: bool, after: bool
) -> None:
    [first, second] = [one for one in SEED_EDITIONS if one.year == day.year]
    eve = date.fromordinal(second.announced_on.toordinal() - 1)

    assert calendar_as_of(first.announced_on).works(day) is before
    assert calendar_as_of(eve).works(day) is before
    assert calendar_as_of(second.announced_on).works(day) is after


def test_every_document_is_public_before_its_year() -> None:
    assert [year for year, (_, day) in ANNOUNCED.items() if day.year != year - 1] == []
    assert sorted(ANNOUNCED) == list(range(2007, 2027))


def test_year_is_provisional_until_it_is_announced() -> None:
    assert not calendar_as_of(date(2019, 11, 20)).announced(2020)
    assert calendar_as_of(date(2019, 11, 21)).announced(2020)
    assert SEED.version(2027) == PROVISIONAL
    assert not SEED.works(date(2027, 1, 2)) and SEED.works(date(2027, 1, 1))


def test_label_names_the_version_of_each_year_of_a_span() -> None:
    assert SEED.label(date(2020, 3, 1), date(2020, 4, 1)) == "2020.2"
    assert SEED.label(date(2026, 12, 22), date(2027, 1, 18)) == "2026.1+2027.0"
    assert SEED.label(date(2018, 12, 1), date(2020, 1, 2)) == "2018.2+2019.2+2020.2"
    assert calendar_as_of(date(2020, 1, 20)).label(date(2020, 2, 1), date(2020, 2, 2)) == "2020.1"


def test_span_is_provisional_when_one_of_its_years_is() -> None:
    assert not SEED.provisional(date(2026, 12, 1), date(2026, 12, 31))
    assert SEED.provisional(date(2026, 12, 22), date(2027, 1, 18))
    assert SEED.provisional(date(2003, 12, 22), date(2004, 1, 18))


def test_highest_version_known_on_the_day_counts() -> None:
    first = edition(2030, 1, date(2029, 11, 1), off0506="劳动节")
    second = edition(2030, 2, date(2030, 3, 1), on0511="劳动节")

    either = [
        WorkCalendar.of(both, date(2030, 3, 1)) for both in ([first, second], [second, first])
    ]

    assert [one.version(2030) for one in either] == [2, 2]
    assert WorkCalendar.of([second, first], date(2030, 2, 28)).version(2030) == 1
    assert WorkCalendar.of([second, first], date(2029, 10, 31)).version(2030) == PROVISIONAL
    assert either[0].works(date(2030, 5, 6)) and either[0].works(date(2030, 5, 11))


def test_amended_calendar_leaves_the_old_one_as_it_was() -> None:
    day = date(2026, 12, 31)
    amended = SEED.amended(edition(2026, 2, off1231="元旦"))

    assert SEED.works(day) and not amended.works(day)
    assert amended.through(day.toordinal()) == SEED.through(day.toordinal()) - (
        len(SEED.years[2026].work_days) - len(SEED.years[2026].days_off) + 1
    )
    assert amended != SEED and WorkCalendar.of(SEED_EDITIONS) == SEED


def test_day_has_the_name_of_its_holiday() -> None:
    assert SEED.name(date(2020, 10, 1)) == "国庆节"
    assert SEED.name(date(2020, 10, 10)) == "国庆节"
    assert SEED.name(date(2020, 10, 12)) == ""


def test_calendar_without_a_year_is_monday_to_friday() -> None:
    bare = WorkCalendar()

    assert bare.next_working_day(date(2020, 10, 3)) == date(2020, 10, 5)
    assert (
        bare.through(date(2020, 10, 9).toordinal()) - bare.through(date(2020, 10, 4).toordinal())
        == 5
    )


@pytest.mark.parametrize(
    ("version", "days", "wrong"),
    [
        (0, {}, "version"),
        (1, {"off0506": "a", "on0506": "b"}, "cannot be off and at work"),
    ],
)
def test_edition_is_refused_when_it_contradicts_itself(
    version: int, days: dict[str, str], wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        edition(2030, version, None, **days)


def test_edition_speaks_for_its_own_year_only() -> None:
    with pytest.raises(ValueError, match="not in 2030"):
        Edition(2030, 1, "", date(2029, 11, 1), {date(2029, 12, 31): "元旦"}, {})
