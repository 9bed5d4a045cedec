"""Working days counted by the calendar that comes with the house, as intake asks for them."""

from __future__ import annotations

from datetime import date, datetime

from services.kernel.times import SHANGHAI
from services.kernel.workdays import due


def test_limit_ends_with_the_last_second_of_its_last_working_day() -> None:
    limit = due(datetime(2020, 9, 25, 10, tzinfo=SHANGHAI), 5)

    assert limit.at == datetime(2020, 10, 9, 23, 59, 59, tzinfo=SHANGHAI)
    assert (limit.calendar, limit.provisional) == ("2020.2", False)


def test_limit_of_an_immediate_item_ends_with_the_day() -> None:
    limit = due(datetime(2020, 10, 1, 9, tzinfo=SHANGHAI), 0)

    assert limit.at == datetime(2020, 10, 1, 23, 59, 59, tzinfo=SHANGHAI)


def test_limit_is_provisional_when_the_year_is_not_announced() -> None:
    limit = due(datetime(2026, 12, 21, 9, tzinfo=SHANGHAI), 20)

    assert limit.at.date() == date(2027, 1, 18)
    assert (limit.calendar, limit.provisional) == ("2026.1+2027.0", True)
