"""Amounts in yuan are whole fen, exactly (M03)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.money import MOST_FEN, MoneyTextError, read_yuan, yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0.10", 10),
        ("0.2", 20),
        ("12", 1200),
        ("1200.05", 120005),
        ("0.29", 29),  # 0.29 * 100 is 28.999999999999996
        ("10.000", 1000),
        (" 12.50 ", 1250),
        ("１２.５０", 1250),
        ("0", 0),
    ],
)
def test_yuan_is_read_as_whole_fen(text: str, fen: int) -> None:
    assert read_yuan(text) == fen


def test_tenth_and_fifth_of_a_yuan_make_thirty_fen() -> None:
    assert yuan(read_yuan("0.10") + read_yuan("0.20")) == "0.30"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0.005", "too_fine"),
        ("0.101", "too_fine"),
        ("", "not_money"),
        ("-1", "not_money"),
        ("1,200", "not_money"),
        ("1e3", "not_money"),
        ("¥12", "not_money"),
        (".7", "not_money"),
        ("5.", "not_money"),
        ("NaN", "not_money"),
        ("10000000000000.01", "not_money"),
        ("9" * 30, "not_money"),
    ],
)
def test_what_is_no_amount_is_refused_and_not_repeated(text: str, reason: str) -> None:
    with pytest.raises(MoneyTextError) as refused:
        read_yuan(text)

    assert refused.value.reason == reason
    assert not text or text not in str(refused.value)


@given(st.integers(min_value=0, max_value=MOST_FEN))
def test_written_amount_is_read_back(fen: int) -> None:
    assert read_yuan(yuan(fen)) == fen


def test_less_than_nothing_is_written_with_its_sign() -> None:
    assert yuan(-5) == "-0.05"
