"""The arrangements of 2004 to 2026 that come with the house, made from the library's days.

`chinesecalendar` knows each year only as it ended up. Where a year was amended after it had been
announced, the days that changed are stated here, so that the earlier version can be had too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from chinese_calendar import constants

from services.kernel.calendar import Edition, WorkCalendar

LIBRARY = "chinesecalendar 1.11.0"
"""Named as the document of years whose own could not be made certain."""

ANNOUNCED: Mapping[int, tuple[str, date]] = {
    2007: ("国办发明电〔2006〕49号", date(2006, 12, 18)),
    2008: ("国办发明电〔2007〕52号", date(2007, 12, 18)),
    2009: ("国办发明电〔2008〕42号", date(2008, 12, 10)),
    2010: ("国办发明电〔2009〕27号", date(2009, 12, 8)),
    2011: ("国办发明电〔2010〕40号", date(2010, 12, 10)),
    2012: ("国办发明电〔2011〕45号", date(2011, 12, 6)),
    2013: ("国办发明电〔2012〕33号", date(2012, 12, 10)),
    2014: ("国办发明电〔2013〕28号", date(2013, 12, 11)),
    2015: ("国办发明电〔2014〕28号", date(2014, 12, 16)),
    2016: ("国办发明电〔2015〕18号", date(2015, 12, 10)),
    2017: ("国办发明电〔2016〕17号", date(2016, 12, 1)),
    2018: ("国办发明电〔2017〕12号", date(2017, 11, 30)),
    2019: ("国办发明电〔2018〕15号", date(2018, 12, 6)),
    2020: ("国办发明电〔2019〕16号", date(2019, 11, 21)),
    2021: ("国办发明电〔2020〕27号", date(2020, 11, 25)),
    2022: ("国办发明电〔2021〕11号", date(2021, 10, 25)),
    2023: ("国办发明电〔2022〕16号", date(2022, 12, 8)),
    2024: ("国办发明电〔2023〕7号", date(2023, 10, 25)),
    2025: ("国办发明电〔2024〕12号", date(2024, 11, 12)),
    2026: ("国办发明电〔2025〕7号", date(2025, 11, 4)),
}
"""The document of a year and the day it became public."""


@dataclass(frozen=True)
class Amendment:
    """What a later document changed in a year: these days were not so before it."""

    document: str
    announced_on: date
    off_since: tuple[date, ...] = ()
    at_work_since: tuple[date, ...] = ()
    at_work_before: tuple[date, ...] = ()
    """Weekend days on which offices should have worked, and then did not."""


def _new_year(year: int, off: tuple[date, ...] = (), at_work: tuple[date, ...] = ()) -> Amendment:
    """Name what next year's arrangement, which begins in December, changed in this year."""
    return Amendment(*ANNOUNCED[year + 1], off_since=off, at_work_since=at_work)


AMENDED: Mapping[int, Amendment] = {
    2006: _new_year(2006, at_work=(date(2006, 12, 30), date(2006, 12, 31))),
    2007: _new_year(2007, off=(date(2007, 12, 31),), at_work=(date(2007, 12, 29),)),
    2011: _new_year(2011, at_work=(date(2011, 12, 31),)),
    2015: Amendment(
        "国发明电〔2015〕1号",
        date(2015, 5, 13),
        off_since=(date(2015, 9, 3), date(2015, 9, 4)),
        at_work_since=(date(2015, 9, 6),),
    ),
    2018: _new_year(2018, off=(date(2018, 12, 31),), at_work=(date(2018, 12, 29),)),
    2019: Amendment(
        "国办发明电〔2019〕3号",
        date(2019, 3, 22),
        off_since=(date(2019, 5, 2), date(2019, 5, 3)),
        at_work_since=(date(2019, 4, 28), date(2019, 5, 5)),
    ),
    2020: Amendment(
        "国办发明电〔2020〕1号",
        date(2020, 1, 27),
        off_since=(date(2020, 1, 31),),
        at_work_before=(date(2020, 2, 1),),
    ),
}
"""The years that were amended, once each. Of 2020: the Spring Festival was lengthened from
30 January to 2 February, so Friday 31 January and the make-up Saturday 1 February became days off.
"""


def _editions() -> Iterator[Edition]:
    for year in sorted({day.year for day in constants.holidays}):
        document, announced_on = ANNOUNCED.get(year, (LIBRARY, date(year - 1, 12, 31)))
        off = {day: name for day, name in _names(constants.holidays, year) if day.weekday() < 5}
        on = dict(_names(constants.workdays, year))
        amendment = AMENDED.get(year)
        if amendment is None:
            yield Edition(year, 1, document, announced_on, off, on)
            continue
        off_before = {day: name for day, name in off.items() if day not in amendment.off_since}
        on_before = {day: name for day, name in on.items() if day not in amendment.at_work_since}
        on_before |= dict.fromkeys(amendment.at_work_before, "春节")
        on_before = dict(sorted(on_before.items()))
        yield Edition(year, 1, document, announced_on, off_before, on_before)
        yield Edition(year, 2, amendment.document, amendment.announced_on, off, on)


def _names(days: Mapping[date, str], year: int) -> Iterable[tuple[date, str]]:
    return sorted(
        (day, str(constants.Holiday(holiday).chinese))
        for day, holiday in days.items()
        if day.year == year
    )


SEED_EDITIONS: tuple[Edition, ...] = tuple(_editions())
"""All editions of 2004 to 2026, by year and version."""

SEED = WorkCalendar.of(SEED_EDITIONS)
"""The newest version of each year."""

_IN_ORDER = sorted(SEED_EDITIONS, key=lambda one: (one.announced_on, one.year, one.version))
_ANNOUNCEMENTS = [one.announced_on for one in _IN_ORDER]


def calendar_as_of(day: date) -> WorkCalendar:
    """Give the calendar as it was known at the end of this day; later years are provisional."""
    return _known(bisect_right(_ANNOUNCEMENTS, day))


@lru_cache(maxsize=len(SEED_EDITIONS) + 1)
def _known(announcements: int) -> WorkCalendar:
    return WorkCalendar.of(_IN_ORDER[:announcements])
