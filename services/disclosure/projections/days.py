"""Working days as a figure counts them: by the calendar known at its position and moment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from services.chassis.eventlog.database import Database
from services.disclosure.measures import Question
from services.kernel.calendar import Edition, WorkCalendar, days_between
from services.kernel.calendar_seed import SEED_EDITIONS
from services.kernel.times import SHANGHAI

_DAY = timedelta(days=1)


class Day(NamedTuple):
    """One working day; `why` names the holiday it makes up for, when it is at a weekend."""

    day: date
    why: str


class _Said(msgspec.Struct, frozen=True):
    day: date
    label: str = ""


def calendar(database: Database, question: Question) -> WorkCalendar:
    """Give the calendar of the editions at the catalog's position that were announced by as_of."""
    rows = database.read(
        "SELECT year, version, document, announced_on, days_off::text, work_days::text"
        " FROM ref_calendar WHERE position <= %s",
        (question.positions.get("catalog", 0),),
    )
    told = [
        Edition(year, version, document, announced_on, _days(off), _days(work))
        for year, version, document, announced_on, off, work in rows
    ]
    years = {one.year for one in told}
    editions = [*(one for one in SEED_EDITIONS if one.year not in years), *told]
    return WorkCalendar.of(editions, question.as_of.astimezone(SHANGHAI).date())


def _days(text: str) -> dict[date, str]:
    return {one.day: one.label for one in msgspec.json.decode(text, type=list[_Said])}


def span(question: Question) -> tuple[date, date]:
    """Give the first and last day of a question's period; it has a beginning."""
    if question.begin is None:
        raise ValueError("working days are counted from a day on")
    last = min(question.end or question.as_of, question.as_of)
    return question.begin.astimezone(SHANGHAI).date(), last.astimezone(SHANGHAI).date()


def month_span(question: Question, month: int) -> tuple[date, date]:
    """Give what of one month (year * 12 + month - 1) is in the period."""
    first, last = span(question)
    begins = date(month // 12, month % 12 + 1, 1)
    ends = (begins + timedelta(days=32)).replace(day=1) - _DAY
    return max(first, begins), min(last, ends)


def year_span(question: Question, year: int) -> tuple[date, date]:
    """Give what of one year is in the period."""
    first, last = span(question)
    return max(first, date(year, 1, 1)), min(last, date(year, 12, 31))


def count(known: WorkCalendar, first: date, last: date) -> int:
    """Count working days, both ends included."""
    if last < first:
        return 0
    return known.through(last.toordinal()) - known.through(first.toordinal() - 1)


def list_days(known: WorkCalendar, first: date, last: date) -> list[Day]:
    """List them."""
    return [Day(day, known.name(day)) for day in days_between(first, last) if known.works(day)]
