"""A day of the platform against our books: every difference is named, nothing else is."""

from __future__ import annotations

from datetime import date

import pytest

from services.intake.domain.reconciliation import (
    Booked,
    Difference,
    FileError,
    Found,
    read_file,
    reconcile,
)

DAY = date(2020, 10, 22)
HEAD = "transaction,order,amount,paid_at\n"


def one(number: str, fen: int = 1000, order: str = "F1", day: date = DAY) -> Booked:
    return Booked(number, order, fen, day)


def test_file_is_read_in_fen_and_days_of_the_county() -> None:
    text = HEAD + "T1,F1,0.10,2020-10-22 10:05:00\n\nT2,F2,0.20,2020-10-21T23:30:00Z\n"

    assert read_file(text) == [one("T1", 10), one("T2", 20, "F2")]


def test_file_may_have_chinese_headings_in_another_order() -> None:
    text = "金额,交易流水号,备注,缴费时间,缴款单号\n10.00,T1,x,20201022,F1\n"

    assert read_file(text) == [one("T1")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: no column amount, order, paid_at, transaction"),
        ("transaction,order,paid_at\n", "line 1: no column amount"),
        (HEAD + "T1,F1,0.001,20201022\n", "line 2: amount has parts of a fen"),
        (HEAD + "T1,F1,1,20201022\nT2,F1,1,2020-02-30\n", "line 3: paid_at names a day"),
        (HEAD + ",F1,1,20201022\n", "line 2: transaction is missing"),
        (HEAD + "T1,F1\n", "line 2: amount is not"),
        (HEAD + 'T1,"F1,1,20201022\n', "is no CSV"),
    ],
)
def test_file_that_cannot_be_read_is_refused_by_line(text: str, said: str) -> None:
    with pytest.raises(FileError, match=said):
        read_file(text)


def test_books_that_agree_have_no_difference() -> None:
    assert reconcile([one("T1"), one("T2", 5)], [one("T2", 5), one("T1")], DAY) == []


def test_every_difference_is_named_with_both_amounts() -> None:
    there = [
        one("T1"),
        one("T2", 900),
        one("T3", order="F9"),
        one("T4"),
        one("T5"),
        one("T5"),
    ]
    here = [
        one("T2", 1000),
        one("T3"),
        one("T4", day=date(2020, 10, 21)),
        one("T5"),
        one("T6"),
        one("T7", day=date(2020, 10, 21)),
    ]

    assert reconcile(there, here, DAY) == [
        Found("T1", Difference.MISSING_HERE, "F1", None, 1000),
        Found("T2", Difference.OTHER_AMOUNT, "F1", 1000, 900),
        Found("T3", Difference.OTHER_ORDER, "F9", 1000, 1000),
        Found("T4", Difference.OTHER_DAY, "F1", 1000, 1000),
        Found("T5", Difference.TWICE_THERE, "F1", 1000, 1000),
        Found("T6", Difference.MISSING_THERE, "F1", 1000, None),
    ]
