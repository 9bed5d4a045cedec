"""Finds the value of every line: from its measure, else from what a person reported, else none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Protocol

from services.disclosure.measures import MEASURES, Answer, Measure, Question
from services.disclosure.report.ledger import Cutoff, Line, Take, cutoffs_of
from services.kernel.times import SHANGHAI

FEN: Final = Decimal(100)


@dataclass(frozen=True)
class ReportedFact:
    """A figure no service computes, as somebody reported it."""

    fact_no: str
    code: str
    value: Decimal
    unit: str
    as_of: datetime
    source_document: str
    position: int


@dataclass(frozen=True)
class Month:
    """One month of a measure; `number` is year * 12 + month - 1."""

    number: int
    value: Decimal


class Counted(Protocol):
    """What the report asks of the read model."""

    def answers(self, asked: Sequence[tuple[Measure, Question, str]]) -> Sequence[Answer]:
        """Compute these figures, in this order; a mark, such as 2020Q2, restricts one to it."""

    def months(self, measure: Measure, question: Question) -> Sequence[Month]:
        """Break a measure down by month; nothing where it cannot be."""

    def reported(self, codes: Iterable[str], question: Question) -> Mapping[str, ReportedFact]:
        """Give the newest reported fact of each code known at the positions, as of the moment."""


@dataclass(frozen=True)
class Asked:
    """Which report: its year, its day, and how far the logs are counted."""

    year: int
    as_of: date
    positions: Mapping[str, int]
    one_day: bool = False
    """True: every figure at `as_of`, also where an edition has days of its own."""
    cutoffs: Mapping[Cutoff, date] = field(init=False)

    def __post_init__(self) -> None:
        days = dict.fromkeys(Cutoff, self.as_of)
        found = days if self.one_day else cutoffs_of(self.year, self.as_of)
        object.__setattr__(self, "cutoffs", found)

    def moment(self, cutoff: Cutoff = Cutoff.MAIN) -> datetime:
        """Give the last instant of a cut-off's day in Asia/Shanghai."""
        return end_of(self.cutoffs[cutoff])

    def question(self, line: Line) -> Question:
        """Give the question of a line: its cut-off, and its year where it is no stock."""
        asked = Question(as_of=self.moment(line.cutoff), positions=self.positions)
        # A score is told months after its quarter, so the quarter is a mark and no period.
        if line.stock or line.quarter:
            return asked
        return replace(asked, begin=start_of(date(self.year, 1, 1)))

    def mark(self, line: Line) -> str:
        """Give the quarter a line is about, as events name it."""
        return f"{self.year}Q{line.quarter}" if line.quarter else ""


@dataclass(frozen=True)
class Value:
    """What a line says, and where it is from."""

    line: Line
    amount: Decimal | None = None
    answer: Answer | None = None
    fact: ReportedFact | None = None
    why_none: str = ""


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def end_of(day: date) -> datetime:
    return start_of(day) + timedelta(days=1, microseconds=-1)


def values(lines: Sequence[Line], asked: Asked, counted: Counted) -> dict[str, Value]:
    """Find every line's value, by line id."""
    known = [line for line in lines if line.measure in MEASURES]
    answers = counted.answers(
        [(MEASURES[line.measure], asked.question(line), asked.mark(line)) for line in known]
    )
    by_line = {line.id: answer for line, answer in zip(known, answers, strict=True)}
    latest = max(asked.cutoffs.values())
    question = Question(as_of=end_of(latest), positions=asked.positions)
    codes = [line.reported for line in lines if line.reported]
    facts = counted.reported(codes, question) if codes else {}
    return {line.id: _value(line, by_line.get(line.id), facts.get(line.reported)) for line in lines}


def _value(line: Line, answer: Answer | None, fact: ReportedFact | None) -> Value:
    if answer is not None:
        amount = taken(answer, line.take)
        if line.quarter and not amount:
            return Value(line, answer=answer, why_none="没有登记这个季度的测评")
        why = "" if amount is not None else "分母为零，没有数值"
        # A count nobody ever recorded is not a count: what somebody reported goes first then.
        if amount or fact is None:
            return Value(line, amount, answer, why_none=why)
    if fact is not None:
        return Value(line, fact.value, fact=fact)
    if line.printed and not line.printed.is_figure:
        return Value(line, why_none="不是统计数字")
    why = "没有人填报" if line.reported else "还没有这个指标"
    return Value(line, why_none=why)


def taken(answer: Answer, take: Take) -> Decimal | None:
    """Give the value, the numerator or the denominator of an answer; money in yuan."""
    if take is Take.VALUE:
        return answer.value
    number = answer.numerator if take is Take.NUMERATOR else answer.denominator
    return None if number is None else Decimal(number)
