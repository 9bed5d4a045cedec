"""The table of the annual report and its identity (F09)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.disclosure.domain.annual import (
    Annual,
    Asked,
    IdentityError,
    Line,
    Row,
    annual,
    row_of,
)
from services.disclosure.domain.foi_terms import (
    GROUNDS,
    Category,
    FoiState,
    Ground,
    Outcome,
    Reply,
    Route,
)
from tests.unit.disclosure.foi_world import OFFICER, TIMER, answer, by, received


def some(seed: int, number: int = 400) -> list[Asked]:
    """Make requests of four years, some of them still open."""
    chance = random.Random(seed)
    found = []
    for _ in range(number):
        came = date(2018, 1, 1) + timedelta(days=chance.randrange(4 * 365))
        over = came + timedelta(days=chance.randrange(500)) if chance.random() < 0.9 else None
        row = chance.choice(list(Row)) if over else None
        found.append(Asked(chance.choice(list(Category)), came, over, row))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_f09_what_came_is_accounted_for_in_each_column_and_from_year_to_year(seed: int) -> None:
    asked, before = some(seed), None
    for year in range(2018, 2024):
        table = annual(year, asked)
        table.check(before)
        before = table
    assert sum(annual(2023, asked).carried_forward.values()) == sum(
        one.ended_on is None for one in asked
    )


def test_f09_year_end_with_open_requests() -> None:
    asked = [
        Asked(Category.NATURAL, date(2020, 3, 2), date(2020, 4, 1), Row.GRANTED),
        Asked(Category.NATURAL, date(2020, 12, 21)),
        Asked(Category.COMMERCIAL, date(2019, 12, 30), date(2020, 1, 20), Row.PROCESS),
        Asked(Category.COMMERCIAL, date(2020, 12, 31), date(2021, 1, 4), Row.PARTIAL),
    ]

    table = annual(2020, asked)

    table.check(annual(2019, asked))
    assert (table.new[Category.NATURAL], table.carried_forward[Category.NATURAL]) == (2, 1)
    assert table.carried_over[Category.COMMERCIAL] == 1
    assert table.processed[Row.PROCESS][Category.COMMERCIAL] == 1
    assert table.carried_forward[Category.COMMERCIAL] == 1


def test_f09_table_that_does_not_add_up_is_refused() -> None:
    table = annual(2020, some(1))
    column = Category.RESEARCH
    broken = replace(table, new={**table.new, column: table.new[column] + 1})

    with pytest.raises(IdentityError, match="research"):
        broken.check()
    other: Annual = replace(annual(2019, some(1)), carried_forward=dict.fromkeys(Category, 999))
    with pytest.raises(IdentityError):
        table.check(other)


def test_request_that_is_over_without_a_row_is_found_out() -> None:
    with pytest.raises(IdentityError):
        annual(2020, [Asked(Category.OTHER, date(2020, 1, 2), date(2020, 2, 3))]).check()


def test_every_reply_has_its_row() -> None:
    rows = {
        row_of(FoiState.REPLIED, reply, [ground] if ground else [])
        for reply, grounds in GROUNDS.items()
        for ground in (grounds or {None})
    } | {row_of(state, None, []) for state in (FoiState.ABANDONED, FoiState.NOT_PROCESSED)}

    assert rows | {row_of(FoiState.WITHDRAWN, None, [])} == set(Row)
    assert row_of(FoiState.REPLIED, Reply.PARTIALLY_PROVIDED, [Ground.PROCESS]) is Row.PARTIAL


def test_remedies_count_when_decided_and_as_pending_until_then() -> None:
    suit = (Route.SUIT, False, date(2020, 5, 1), Outcome.CORRECTED, date(2021, 2, 1))
    again = (Route.SUIT, True, date(2020, 9, 1), None, None)
    one = Asked(Category.OTHER, date(2020, 1, 2), date(2020, 2, 3), Row.GRANTED, (suit, again))

    told = {year: annual(year, [one]).remedies for year in (2019, 2020, 2021)}

    assert [told[year][Line.SUIT]["pending"] for year in told] == [0, 1, 0]
    assert told[2021][Line.SUIT]["corrected"] == 1
    assert told[2021][Line.SUIT_AFTER_RECONSIDERATION]["pending"] == 1


def test_request_open_at_the_years_end_is_carried_forward_once() -> None:
    request = received(raw_on=date(2020, 12, 21))
    request.carry_forward(by(TIMER, "2021-01-01", 0), 2019)
    assert request.carried == []
    for _ in range(2):
        request.carry_forward(by(TIMER, "2021-01-01", 0), 2020)
    assert request.carried == [2020]

    answered = answer(received(), "2020-10-20")
    answered.carry_forward(by(OFFICER, "2021-01-01", 0), 2020)

    assert answered.carried == []
