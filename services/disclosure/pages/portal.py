"""What the front page shows: a few figures with their year behind them, and how far a case is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.chassis.web.parts import Figure, Light
from services.disclosure.measures import MEASURES, Answer, Measure, Quantity, Question
from services.disclosure.pages.board import figure_of, total
from services.disclosure.pages.chart import Month
from services.disclosure.pages.words import KIND_NAMES, Links, china, number
from services.disclosure.projections.cells import Cell
from services.disclosure.projections.figures import answers
from services.disclosure.projections.names import Names
from services.disclosure.projections.today import CaseSeen
from services.kernel.times import SHANGHAI

LEADS: Final = ("S01", "S02", "S03", "S03c")
"""The figures people look for first."""
MONTHS: Final = 12
WIDTH: Final = 240
HEIGHT: Final = 64
_TOP: Final = 6.0
_BASE: Final = 58.0
SOON: Final = 3
"""Working days left from which on a limit is shown as approaching."""


@dataclass(frozen=True)
class Point:
    """One month of a small chart; `text` is a dash where there is nothing to divide by."""

    name: str
    text: str
    x: float
    y: float
    height: float
    drawn: bool


@dataclass(frozen=True)
class Spark:
    """Twelve months of a figure, small: bars of a count, a line of a rate."""

    id: str
    title: str
    said: str
    bars: bool
    points: Sequence[Point]
    line: str
    width: int = WIDTH
    height: int = HEIGHT
    slot: float = WIDTH / MONTHS


@dataclass(frozen=True)
class Lead:
    """A figure with its months."""

    figure: Figure
    spark: Spark


def leads(question: Question, monthly: Sequence[Cell], year: Sequence[Cell]) -> list[Lead]:
    """Make the figures of the year so far.

    Args:
        monthly: the last `MONTHS` months, by month.
        year: what of the year the figures count, in one cell or none.
    """
    wanted = [MEASURES[name] for name in LEADS]
    links = Links(question)
    last = _month(question.as_of)
    found = {cell.key[0]: cell.counts for cell in monthly}
    shown: Sequence[Answer] = list(answers(question, wanted, total(year)))
    return [
        Lead(
            figure_of(one, links),
            spark(one.measure, [(last - back, found.get(last - back, {})) for back in _BACK]),
        )
        for one in shown
    ]


_BACK: Final = range(MONTHS - 1, -1, -1)


def spark(measure: Measure, months: Sequence[tuple[int, Mapping[Quantity, int]]]) -> Spark:
    """Lay out the months of a measure; the axis of a count starts at 0, that of a rate at 0 too."""
    under = measure.denominator
    values = [
        measure.value(
            counted.get(measure.numerator, 0), None if under is None else counted.get(under, 0)
        )
        for _, counted in months
    ]
    bars = measure.denominator is None
    highest = max([float(one) for one in values if one is not None] + [1.0 if bars else 100.0])
    slot = WIDTH / MONTHS
    points = []
    for place, ((month, _), value) in enumerate(zip(months, values, strict=True)):
        height = (_BASE - _TOP) * float(value or 0) / highest
        points.append(
            Point(
                Month(month, 0, 0).name,
                number(value) + (measure.sign if value is not None else ""),
                round(slot * place + (2 if bars else slot / 2), 2),
                round(_BASE - height, 2),
                round(height, 2),
                value is not None,
            )
        )
    return Spark(
        id=f"spark-{measure.id}",
        title=f"{measure.zh}，最近 {MONTHS} 个月",
        said="；".join(f"{one.name} {one.text}" for one in points),
        bars=bars,
        points=points,
        line=" ".join(f"{one.x},{one.y}" for one in points if one.drawn),
    )


def _month(moment: datetime) -> int:
    here = moment.astimezone(SHANGHAI)
    return here.year * 12 + here.month - 1


def months_begin(moment: datetime) -> datetime:
    """Give the beginning of the first month of the small charts."""
    first = _month(moment) - MONTHS + 1
    return datetime(first // 12, first % 12 + 1, 1, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Step:
    """One step of a case's way."""

    name: str
    english: str
    when: str
    state: str
    """done, now or ahead."""


@dataclass(frozen=True)
class Progress:
    """How far a case is, in words; nothing of whose it is."""

    case_no: str
    item: str
    department: str
    light: Light
    said: str
    steps: Sequence[Step]
    due: str
    passed: int
    allowed: int
    """Working days; 0 when nothing is promised."""
    over: bool

    @property
    def cells(self) -> Sequence[str]:
        """Say of every promised working day whether it is over; none when it is a long limit."""
        if not 0 < self.allowed <= 30:
            return ()
        return ["over" if day < self.passed else "left" for day in range(self.allowed)]


def progress(seen: CaseSeen, names: Names, now: datetime, *, passed: int, allowed: int) -> Progress:
    """Say how far a case is.

    Args:
        passed: working days since it was accepted, up to now or to its completion.
        allowed: working days from then to the promised limit.
    """
    light, said = _light(seen, now, allowed - passed)
    over = seen.completed_at is not None
    steps = [
        Step("受理", "Accepted", china(seen.accepted_at), "done"),
        Step("审批办理", "In hand", "" if over else "正在办理", "done" if over else "now"),
        Step("办结", "Completed", china(seen.completed_at) if over else "", _past(over)),
    ]
    if over and seen.granted_on is not None:
        steps.append(Step("结果公开", "Published", seen.granted_on.isoformat(), "done"))
    return Progress(
        case_no=seen.case_no,
        item=names.items.get(seen.item, seen.item),
        department=names.departments.get(seen.department, seen.department),
        light=light,
        said=said,
        steps=steps,
        due="" if seen.due_at is None else china(seen.due_at),
        passed=max(0, passed),
        allowed=max(0, allowed),
        over=over,
    )


def _past(over: bool) -> str:
    return "done" if over else "ahead"


def _light(seen: CaseSeen, now: datetime, left: int) -> tuple[Light, str]:
    if seen.completed_at is not None:
        how = KIND_NAMES[seen.kind] if seen.kind is not None else ""
        late = seen.due_at is not None and seen.completed_at > seen.due_at
        said = f"已办结（{how}）" if how else "已办结"
        return ("amber", f"{said}，超过承诺时限") if late else ("green", said)
    if seen.due_at is None:
        return "grey", "正在办理"
    if seen.due_at < now:
        return "red", "正在办理，已超过承诺时限"
    if left <= SOON:
        return "amber", f"正在办理，还剩 {max(0, left)} 个工作日"
    return "green", f"正在办理，还剩 {left} 个工作日"
