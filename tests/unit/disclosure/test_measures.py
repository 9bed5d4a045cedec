"""Measures: declared once, rounded as they say, written down as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.disclosure.handbook import PATH, text
from services.disclosure.measures import (
    MEASURES,
    OVER,
    Count,
    Days,
    Happened,
    Measure,
    Period,
    Question,
    Tally,
    Thing,
)
from services.disclosure.pages.words import COUNT_NAMES
from services.disclosure.projections.catalog_figures import HOW
from services.kernel.rounding import Rounding, percent
from services.kernel.times import SHANGHAI


def test_the_handbook_is_what_the_measures_say() -> None:
    assert PATH.read_text("utf-8") == text(), "run python -m services.disclosure.handbook"


def test_every_count_is_used_and_has_a_name() -> None:
    every = {*Count, *Tally, *Happened, *Days}
    assert {count for measure in MEASURES.values() for count in measure.counts} == every
    assert set(COUNT_NAMES) == every == {*Count, *HOW, *OVER, *Days}
    assert len({count.value for count in every}) == len(every)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.id)
def test_a_measure_says_what_it_is_over(measure: Measure) -> None:
    assert measure.population and measure.population_zh and measure.note_zh and measure.sign
    if measure.of is not Thing.HAPPENINGS:
        assert (measure.of is Thing.CASES) == ("intake" in measure.sources)
    kind = {Thing.CASES: Count, Thing.HAPPENINGS: Happened}.get(measure.of, Tally)
    for count in measure.counts:
        assert isinstance(count, kind | Days)
        if isinstance(count, Happened):
            assert set(OVER[count].sources) <= set(measure.sources)
        if isinstance(count, Days):
            assert "catalog" in measure.sources and measure.period is Period.SINCE
    assert (measure.unit == "percent") <= (measure.denominator is not None)
    assert (measure.rounding is Rounding.EXACT) == (measure.denominator is None)
    assert (measure.period is Period.NONE) == measure.window.startswith("none")


def test_the_averages_and_reductions_are_over_three_populations() -> None:
    """X3, X4, X8: the report's numbers fit only when each names its own."""
    named = {MEASURES[name].population for name in ("S09", "S14", "S15", "S25")}

    assert len(named) == 4
    assert MEASURES["S10"].numerator is not MEASURES["S40c"].numerator


def test_changes_without_a_beginning_are_those_of_the_year() -> None:
    asked = Question(datetime(2020, 12, 31, 20, tzinfo=UTC), {"catalog": 1})

    assert MEASURES["S10"].asked(asked).begin == datetime(2021, 1, 1, tzinfo=SHANGHAI)
    ended = replace(asked, end=datetime(2019, 6, 30, tzinfo=SHANGHAI))
    assert MEASURES["S40"].asked(ended).begin == datetime(2019, 1, 1, tzinfo=SHANGHAI)
    assert MEASURES["S09"].asked(ended).end is None
    assert MEASURES["S22"].asked(ended) == ended == MEASURES["S01"].asked(ended)


@pytest.mark.parametrize(
    ("name", "numerator", "denominator", "value"),
    [
        ("S09", 543, 567, "95.8"),
        ("S10", 62, 180, "34"),
        ("S12", 416, 1_664, "25.0"),
        ("S13", 373, 1_650, "22.6"),
        ("S14", 3_178, 6_805, "46.7"),
        ("S15", 3_630, 537, "6.76"),
        ("S16", 1_814, 567, "3.2"),
        ("S24", 32_637, 32_637, "100.00"),
        ("S24", 32_636, 32_637, "99.99"),
        ("S25", 31_958, 32_637, "97.92"),
        ("S26", 15_016, 32_637, "46.01"),
    ],
)
def test_the_reports_figures_come_from_its_counts(
    name: str, numerator: int, denominator: int, value: str
) -> None:
    assert str(MEASURES[name].value(numerator, denominator)) == value
    assert MEASURES[name].value(0, 0) is None


@pytest.mark.parametrize(
    ("numerator", "denominator", "places", "mode", "value"),
    [
        (273_411, 273_468, 1, Rounding.FLOOR, "99.9"),
        (273_411, 273_468, 1, Rounding.HALF_UP, "99.9"),
        (7_391, 15_473, 2, Rounding.HALF_UP, "47.77"),
        (7_391, 15_473, 2, Rounding.FLOOR, "47.76"),
        (543, 567, 1, Rounding.HALF_UP, "95.8"),
        (1_329, 1_434, 2, Rounding.HALF_UP, "92.68"),
        (5, 5, 2, Rounding.HALF_UP, "100.00"),
        (99_999_999, 100_000_000, 2, Rounding.HALF_UP, "99.99"),
        (0, 3, 2, Rounding.HALF_UP, "0.00"),
    ],
)
def test_rates_are_rounded_as_the_mode_says(
    numerator: int, denominator: int, places: int, mode: Rounding, value: str
) -> None:
    assert str(percent(numerator, denominator, places, mode)) == value


def test_an_empty_denominator_is_undefined() -> None:
    assert MEASURES["S03"].value(0, 0) is None
    assert MEASURES["S01"].value(0, None) == Decimal(0)
