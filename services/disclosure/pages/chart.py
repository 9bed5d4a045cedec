"""The chart by month, laid out for SVG: two bars a month, and the numbers for its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT: Final = 262
LEFT: Final = 52
TOP: Final = 36
BOTTOM: Final = 38
SLOT: Final = 46
"""Width of one month, in SVG units."""
MINIMUM_WIDTH: Final = 660


@dataclass(frozen=True)
class Month:
    """One month's numbers."""

    number: int
    """year * 12 + month - 1."""
    accepted: int
    completed: int

    @property
    def name(self) -> str:
        return f"{self.number // 12}-{self.number % 12 + 1:02d}"

    @property
    def year(self) -> str:
        return str(self.number // 12)

    @property
    def short(self) -> str:
        return f"{self.number % 12 + 1}月"


@dataclass(frozen=True)
class Bar:
    """One month's pair of bars."""

    month: Month
    x: float
    slot: float
    width: float
    accepted_y: float
    accepted_height: float
    completed_y: float
    completed_height: float
    shows_year: bool
    shows_label: bool

    @property
    def middle(self) -> float:
        return self.x + self.slot / 2


@dataclass(frozen=True)
class Chart:
    """Everything the template draws."""

    width: float
    height: int
    left: int
    base: float
    bars: list[Bar]
    lines: list[tuple[float, str]]
    """Height and label of each grid line."""


def fill_gaps(months: Sequence[Month]) -> list[Month]:
    """Add the months without cases between the first and the last, at most ten years of them."""
    known = {month.number: month for month in months}
    if not known or max(known) - min(known) > 120:
        return sorted(months, key=lambda month: month.number)
    return [known.get(n, Month(n, 0, 0)) for n in range(min(known), max(known) + 1)]


def draw(months: Sequence[Month]) -> Chart:
    """Lay the months out; the highest grid line is a round number above every bar."""
    top, step = _scale(max((max(m.accepted, m.completed) for m in months), default=0))
    base = float(HEIGHT - BOTTOM)
    room = base - TOP
    width = max(MINIMUM_WIDTH, LEFT + SLOT * len(months) + 8)
    slot = (width - LEFT - 8) / max(len(months), 1)
    every = 1 if slot >= 26 else 3
    bars: list[Bar] = []
    for place, month in enumerate(months):
        accepted, completed = (room * n / top for n in (month.accepted, month.completed))
        bars.append(
            Bar(
                month,
                round(LEFT + slot * place, 2),
                round(slot, 2),
                round(min(slot * 0.34, 22), 2),
                round(base - accepted, 2),
                round(accepted, 2),
                round(base - completed, 2),
                round(completed, 2),
                place == 0 or month.number % 12 == 0,
                place % every == 0,
            )
        )
    lines = [(round(base - room * n / top, 2), f"{n:,}") for n in range(0, top + 1, step)]
    return Chart(width, HEIGHT, LEFT, base, bars, lines)


def _scale(highest: int) -> tuple[int, int]:
    """Give a round top and a step that divides it, for about four grid lines."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * 4 >= highest:
                return step * factor * 4, step * factor
        step *= 10
