"""Published figures: the mode counts, and 100 % means all (X2, S01t, S02t, S07t)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.rounding import Rounding, percent, ratio


@pytest.mark.parametrize(
    ("numerator", "denominator", "places", "mode", "value"),
    [
        (273_411, 273_468, 1, Rounding.FLOOR, "99.9"),
        (273_411, 273_468, 1, Rounding.HALF_UP, "99.9"),
        (7_391, 15_473, 2, Rounding.HALF_UP, "47.77"),
        (7_391, 15_473, 2, Rounding.FLOOR, "47.76"),
        (543, 567, 1, Rounding.HALF_UP, "95.8"),
        (543, 567, 1, Rounding.FLOOR, "95.7"),
        (1_329, 1_434, 2, Rounding.HALF_UP, "92.68"),
        (5, 5, 1, Rounding.HALF_UP, "100.0"),
        (1, 8, 2, Rounding.EXACT, "12.5"),
    ],
)
def test_percent_rounds_as_its_mode_says(
    numerator: int, denominator: int, places: int, mode: Rounding, value: str
) -> None:
    assert percent(numerator, denominator, places, mode) == Decimal(value)


def test_percent_is_undefined_when_there_is_nothing_to_divide_by() -> None:
    assert percent(0, 0) is None
    assert ratio(3, 0) is None


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 6), st.sampled_from(Rounding))
def test_percent_is_never_all_while_something_is_open(
    numerator: int, rest: int, places: int, mode: Rounding
) -> None:
    value = percent(numerator, numerator + rest, places, mode)

    assert value is not None
    assert 0 <= value < 100
