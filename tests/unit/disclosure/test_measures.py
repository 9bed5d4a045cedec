"""Measures: declared once, rounded as they say, written down as they are."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.disclosure.handbook import PATH, text
from services.disclosure.measures import MEASURES, Count
from services.disclosure.pages.words import COUNT_NAMES
from services.kernel.rounding import Rounding, percent


def test_the_handbook_is_what_the_measures_say() -> None:
    assert PATH.read_text("utf-8") == text(), "run python -m services.disclosure.handbook"


def test_every_count_is_used_and_has_a_name() -> None:
    assert {count for measure in MEASURES.values() for count in measure.counts} == set(Count)
    assert set(COUNT_NAMES) == set(Count)


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
