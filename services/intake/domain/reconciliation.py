"""A day of the payment platform against our own books: every difference, and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from services.kernel.clock.hours import legal_date
from services.kernel.money import MoneyTextError, read_yuan
from services.kernel.times import TimeTextError, plain, read_time

COLUMNS: Mapping[str, str] = {
    "transaction": "transaction",
    "order": "order",
    "amount": "amount",
    "paid_at": "paid_at",
    "交易流水号": "transaction",
    "缴款单号": "order",
    "金额": "amount",
    "缴费时间": "paid_at",
}
"""Headings of the file, in either language."""


class FileError(ValueError):
    """The file is no list of payments; says the line and the fault, never a value."""


class Difference(Enum):
    """How the two disagree about a transaction."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    OTHER_AMOUNT = "other_amount"
    OTHER_ORDER = "other_order"
    OTHER_DAY = "other_day"
    TWICE_THERE = "twice_there"


@dataclass(frozen=True)
class Booked:
    """One transaction in a book: ours, or a line of the platform's file."""

    transaction_no: str
    order_no: str
    amount_fen: int
    paid_on: date


@dataclass(frozen=True)
class Found:
    """One difference; `here_fen` and `there_fen` in fen, None where the transaction is missing."""

    transaction_no: str
    difference: Difference
    order_no: str
    here_fen: int | None
    there_fen: int | None


def read_file(text: str) -> list[Booked]:
    """Read the platform's file: CSV with a heading, amounts in yuan.

    Raises:
        FileError: a column or a value is missing or unreadable.
    """
    lines = csv.reader(text.splitlines(), strict=True)
    try:
        heading = [COLUMNS.get(plain(name).lower(), "") for name in next(lines, [])]
        missing = {"transaction", "order", "amount", "paid_at"} - set(heading)
        if missing:
            raise FileError(f"line 1: no column {', '.join(sorted(missing))}")
        return [
            _line(dict(zip(heading, line, strict=False)), lines.line_num) for line in lines if line
        ]
    except csv.Error:
        raise FileError(f"line {lines.line_num}: is no CSV") from None


def _line(said: Mapping[str, str], number: int) -> Booked:
    transaction_no, order_no = plain(said["transaction"]), plain(said.get("order", ""))
    if not transaction_no:
        raise FileError(f"line {number}: transaction is missing")
    try:
        fen = read_yuan(said.get("amount", ""))
    except MoneyTextError as error:
        raise FileError(f"line {number}: amount {error}") from None
    try:
        paid_on = legal_date(read_time(said.get("paid_at", "")))
    except TimeTextError as error:
        raise FileError(f"line {number}: paid_at {error}") from None
    return Booked(transaction_no, order_no, fen, paid_on)


def reconcile(there: Iterable[Booked], here: Iterable[Booked], day: date) -> list[Found]:
    """Compare the platform's file of a day with our books, by transaction.

    `here` may hold transactions of other days, so that one booked on another day is told from one
    that is missing.
    """
    ours = {one.transaction_no: one for one in here}
    theirs: dict[str, Booked] = {}
    found: list[Found] = []
    for line in there:
        if line.transaction_no in theirs:
            found.append(_found(Difference.TWICE_THERE, ours.get(line.transaction_no), line))
        else:
            theirs[line.transaction_no] = line
    for number, line in theirs.items():
        found += [_found(kind, ours.get(number), line) for kind in _kinds(ours.get(number), line)]
    found += [
        _found(Difference.MISSING_THERE, one, None)
        for number, one in ours.items()
        if one.paid_on == day and number not in theirs
    ]
    return sorted(found, key=lambda one: (one.transaction_no, one.difference.value))


def _kinds(here: Booked | None, there: Booked) -> Iterator[Difference]:
    if here is None:
        yield Difference.MISSING_HERE
        return
    if here.amount_fen != there.amount_fen:
        yield Difference.OTHER_AMOUNT
    if here.order_no != there.order_no:
        yield Difference.OTHER_ORDER
    if here.paid_on != there.paid_on:
        yield Difference.OTHER_DAY


def _found(difference: Difference, here: Booked | None, there: Booked | None) -> Found:
    one = there or here
    assert one is not None  # a difference has two sides, one at least is there
    return Found(
        one.transaction_no,
        difference,
        one.order_no,
        here.amount_fen if here else None,
        there.amount_fen if there else None,
    )
