"""What the shell's components are given: plain values, made by a service, drawn by `parts.html`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Light = Literal["", "green", "amber", "red", "grey"]
"""Never shown by colour alone: each has its icon, and the text says the meaning."""


@dataclass(frozen=True)
class Crumb:
    """One step of the breadcrumb; `href` without the prefix."""

    text: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A published number with everything needed to believe it."""

    name: str
    """Chinese name."""
    english: str
    value: str
    """As shown: rounded, without the unit. "" when there is nothing to divide by."""
    unit: str = ""
    numerator: str = ""
    """In words with its number, `按期办结 952 件`."""
    denominator: str = ""
    as_of: str = ""
    """Moment the figure speaks of, as shown."""
    rounding: str = ""
    """How it was rounded, in words."""
    positions: Mapping[str, int] = field(default_factory=dict)
    """Log position of each service it was computed from."""
    cases_href: str = ""
    cases_text: str = "查看办件"
    """What the link to the list behind it is called."""
    proof_href: str = ""
    light: Light = ""
    light_text: str = ""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One event of a case's timeline."""

    at: str
    title: str
    english: str = ""
    actor: str = ""
    detail: str = ""
    light: Light = ""
    raw: str = ""
    """The event as stored, shown one tap away."""
    anchor: str = ""
    """Where a link to this moment leads; "" when none does."""


@dataclass(frozen=True)
class Cell:
    """A table cell that is more than text."""

    text: str
    href: str = ""
    light: Light = ""


@dataclass(frozen=True)
class Column:
    """A table's column; numbers are set right in tabular figures."""

    title: str
    english: str = ""
    numeric: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A list of things. The first column names the row."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell | str | int]]
    next_href: str = ""
    first_href: str = ""
    csv_href: str = ""
    empty: str = "没有符合条件的记录"
    empty_hint: str = "可以放宽筛选条件再试。Try fewer filters."


@dataclass(frozen=True)
class Option:
    """One choice of a filter."""

    value: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One field of a filter form (GET, so a filtered page has an address)."""

    name: str
    label: str
    value: str = ""
    options: Sequence[Option] = ()
    """A choice when there are options, else a text field of this `kind`."""
    kind: Literal["text", "search", "date", "datetime-local", "number"] = "text"
    hint: str = ""
    error: str = ""


StripKind = Literal["start", "work", "make_up", "weekend", "holiday", "suspended", "moved", "week"]
"""Each has its own mark and its own border, so that it is told apart without colour."""


@dataclass(frozen=True, kw_only=True)
class StripDay:
    """One day of a clock."""

    day: date
    kind: StripKind
    mark: str
    """What stands large in the cell: the number of a counted day, a sign for any other."""
    note: str
    """Why, in a word or two."""
    said: str
    """The day and why it counts or not, as a sentence."""
    tags: Sequence[str] = ()
    """起算, 今天, 截止 and the like."""
    due: bool = False
    now: bool = False


@dataclass(frozen=True, kw_only=True)
class StripWeek:
    """The days of one week, Monday first; drawn as one cell where the strip is folded."""

    days: Sequence[StripDay]
    mark: str
    note: str
    said: str

    @property
    def tags(self) -> Sequence[str]:
        """What its days are marked with."""
        return list(dict.fromkeys(tag for one in self.days for tag in one.tags))

    @property
    def due(self) -> bool:
        """Whether the limit ends in it."""
        return any(one.due for one in self.days)

    @property
    def now(self) -> bool:
        """Whether today, or what takes its place, lies in it."""
        return any(one.now for one in self.days)


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A clock as days: which counted, which not, and why. Made by `strips.strip_of`."""

    title: str
    english: str
    summary: str
    weeks: Sequence[StripWeek]
    folded: bool
    """A long limit: one cell a week; every day stands in the list below."""
    legend: Sequence[tuple[StripKind, str, str]]
    """Kind, its mark, its meaning: of those that occur."""


@dataclass(frozen=True)
class Mark:
    """One bar or dot, placed."""

    label: str
    value: float
    text: str
    x: float
    y: float
    width: float
    height: float
    labelled: bool


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart by month, as geometry in a box of `width` by `height`. Made by `chart_of`."""

    id: str
    title: str
    description: str
    kind: Literal["bar", "line"]
    unit: str
    marks: tuple[Mark, ...]
    grid: tuple[tuple[float, str], ...]
    line: str
    column: str
    width: int = 720
    height: int = 260
    left: int = 56
    base: float = 222.0


def chart_of(
    id: str,
    title: str,
    points: Sequence[tuple[str, float]],
    *,
    unit: str,
    kind: Literal["bar", "line"] = "bar",
    description: str = "",
    column: str = "月份",
    places: int = 0,
) -> Chart:
    """Place points (label, value) in a chart; the table behind it is drawn from the same marks.

    The axis starts at 0. `places` are the decimals shown; `description` is for screen readers,
    default one that names the extremes.
    """
    left, top, base, right = 56.0, 18.0, 222.0, 712.0
    highest = max((value for _, value in points), default=0.0)
    step = _step(highest)
    steps = max(1, math.ceil(highest / step))
    scale = (base - top) / (steps * step)
    slot = (right - left) / max(1, len(points))
    every = max(1, math.ceil(len(points) / 8))
    marks = tuple(
        Mark(
            label,
            value,
            f"{value:,.{places}f}",
            round(left + slot * i + (slot * 0.16 if kind == "bar" else slot / 2), 2),
            round(base - value * scale, 2),
            round(slot * 0.68, 2),
            round(value * scale, 2),
            i % every == 0,
        )
        for i, (label, value) in enumerate(points)
    )
    grid = tuple(
        (round(base - i * step * scale, 2), f"{i * step:,.{0 if step >= 1 else 2}f}")
        for i in range(steps + 1)
    )
    line = " ".join(f"{mark.x},{mark.y}" for mark in marks) if kind == "line" else ""
    return Chart(
        id=id,
        title=title,
        description=description or _describe(marks, unit),
        kind=kind,
        unit=unit,
        marks=marks,
        grid=grid,
        line=line,
        column=column,
    )


def _step(highest: float) -> float:
    """Give a round distance between grid lines, about four of them."""
    if highest < 1e-6:
        return 1.0
    rough = highest / 4
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)


def _describe(marks: Sequence[Mark], unit: str) -> str:
    if not marks:
        return "没有数据。No data."
    high = max(marks, key=lambda mark: mark.value)
    low = min(marks, key=lambda mark: mark.value)
    return (
        f"{marks[0].label} 至 {marks[-1].label}；最高 {high.label} {high.text}{unit}，"
        f"最低 {low.label} {low.text}{unit}。"
    )
