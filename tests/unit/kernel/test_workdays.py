"""Working days of the published calendar (K01-K03, K09, K27)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from services.kernel.times import SHANGHAI
from services.kernel.workdays import PROVISIONAL, PUBLISHED, due


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2020, 9, 25), 5, date(2020, 10, 9)),
        (date(2020, 9, 30), 2, date(2020, 10, 10)),
        (date(2020, 9, 7), 20, date(2020, 10, 10)),
        (date(2020, 1, 20), 45, date(2020, 3, 31)),
        (date(2020, 9, 29), 5, date(2020, 10, 13)),
        (date(2026, 12, 21), 8, date(2026, 12, 31)),
    ],
)
def test_limit_ends_with_its_last_working_day(start: date, days: int, end: date) -> None:
    limit = due(datetime(start.year, start.month, start.day, 10, tzinfo=SHANGHAI), days)

    assert limit.at == datetime(end.year, end.month, end.day, 23, 59, 59, tzinfo=SHANGHAI)
    assert limit.calendar == PUBLISHED


def test_limit_of_an_immediate_item_ends_with_the_day() -> None:
    limit = due(datetime(2020, 10, 1, 9, tzinfo=SHANGHAI), 0)

    assert limit.at == datetime(2020, 10, 1, 23, 59, 59, tzinfo=SHANGHAI)


def test_limit_is_provisional_when_the_year_is_not_announced() -> None:
    limit = due(datetime(2026, 12, 21, 9, tzinfo=SHANGHAI), 20)

    assert limit.at.date() == date(2027, 1, 18)
    assert limit.calendar == PROVISIONAL


def test_day_of_a_limit_is_the_day_in_shanghai() -> None:
    late_in_utc = datetime.fromisoformat("2020-09-24T17:00:00+00:00")

    assert due(late_in_utc, 5).at.date() == date(2020, 10, 9)
