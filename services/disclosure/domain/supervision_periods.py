"""The turns of the five cycles: which days one is for, how it is called, and by when it is owed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from services.disclosure.domain.supervision_terms import Cycle, UnknownPeriodError
from services.kernel.calendar import WorkCalendar
from services.kernel.clock.due import LAST_SECOND
from services.kernel.times import SHANGHAI

WITHIN: Final = 0
"""Owed by the last working day of its own period."""
OWED_AFTER: Final[Mapping[Cycle, int]] = {
    Cycle.WEEKLY_UPDATE: WITHIN,
    Cycle.MONTHLY_DISPATCH: WITHIN,
    Cycle.QUARTERLY_MONITORING: 10,
    Cycle.HALF_YEAR_INSPECTION: 20,
    Cycle.ANNUAL_APPRAISAL: 20,
}
"""Working days after the end of the period; a proposal, no law sets them."""
_SEPARATOR: Final = "."
_LETTERS: Final[Mapping[str, Cycle]] = {
    "W": Cycle.WEEKLY_UPDATE,
    "M": Cycle.MONTHLY_DISPATCH,
    "Q": Cycle.QUARTERLY_MONITORING,
    "H": Cycle.HALF_YEAR_INSPECTION,
    "Y": Cycle.ANNUAL_APPRAISAL,
}
_NUMBER: Final = re.compile(r"[12]\d{3}-(?P<letter>[WMQHY])\d{0,2}\.(?P<unit>[0-9A-Za-z._-]+)")


@dataclass(frozen=True)
class Turn:
    """One turn of a cycle."""

    period: str
    """Such as 2020-W38, 2020-M09, 2020-Q3, 2020-H2, 2020-Y."""
    begin: date
    end: date
    due_at: datetime
    calendar_version: str
    provisional: bool

    def number(self, unit: str) -> str:
        """Give the number of the obligation of a unit."""
        return f"{self.period}{_SEPARATOR}{unit}"

    @property
    def next_day(self) -> date:
        """The first day of the turn after this one."""
        return self.end + timedelta(days=1)


def turn_of(cycle: Cycle, day: date, calendar: WorkCalendar) -> Turn:
    """Give the turn of a cycle that a day lies in, and by when it is owed."""
    period, begin, end = _period(cycle, day)
    days = OWED_AFTER[cycle]
    through = calendar.through(end.toordinal())
    last = date.fromordinal(calendar.nth(through + days))
    if last < begin:  # a week of holidays: the first working day after it
        last = calendar.next_working_day(end + timedelta(days=1))
    return Turn(
        period,
        begin,
        end,
        datetime.combine(last, LAST_SECOND, SHANGHAI),
        calendar.label(begin, last),
        calendar.provisional(begin, last),
    )


def read_number(obligation_no: str) -> tuple[str, Cycle]:
    """Give the unit and the cycle of an obligation.

    Raises:
        UnknownPeriodError: it is no number of an obligation.
    """
    found = _NUMBER.fullmatch(obligation_no)
    if found is None:
        raise UnknownPeriodError("an obligation is written 2020-W38.D07", "obligation_no")
    return found["unit"], _LETTERS[found["letter"]]


def _period(cycle: Cycle, day: date) -> tuple[str, date, date]:
    match cycle:
        case Cycle.WEEKLY_UPDATE:
            year, week, weekday = day.isocalendar()
            begin = day - timedelta(days=weekday - 1)
            return f"{year}-W{week:02}", begin, begin + timedelta(days=6)
        case Cycle.MONTHLY_DISPATCH:
            return f"{day.year}-M{day.month:02}", *_months(day.year, day.month, 1)
        case Cycle.QUARTERLY_MONITORING:
            quarter = (day.month - 1) // 3
            return f"{day.year}-Q{quarter + 1}", *_months(day.year, quarter * 3 + 1, 3)
        case Cycle.HALF_YEAR_INSPECTION:
            half = (day.month - 1) // 6
            return f"{day.year}-H{half + 1}", *_months(day.year, half * 6 + 1, 6)
        case Cycle.ANNUAL_APPRAISAL:
            return f"{day.year}-Y", *_months(day.year, 1, 12)


def _months(year: int, month: int, how_many: int) -> tuple[date, date]:
    after = year * 12 + month - 1 + how_many
    return date(year, month, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
