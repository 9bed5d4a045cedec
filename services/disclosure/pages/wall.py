"""The board as a wall display: the day so far, big enough to be read across a hall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.disclosure.measures import MEASURES, Quantity
from services.disclosure.pages.words import number
from services.disclosure.projections.names import Names
from services.disclosure.projections.today import Carded, Day
from services.kernel.times import SHANGHAI

RATES: Final = ("S03", "S03c")
WEEKDAYS: Final = "一二三四五六日"
WIDTH: Final = 1400
HEIGHT: Final = 300
BASE: Final = 250.0
TOP: Final = 34.0
SHOWN_UNITS: Final = 4


@dataclass(frozen=True)
class Big:
    """One big figure."""

    name: str
    english: str
    value: str
    unit: str
    tone: str = ""
    """red or amber when it asks for somebody; it stands with a word, never alone."""


@dataclass(frozen=True)
class Column:
    """An hour's pair of columns, placed."""

    hour: int
    accepted: int
    completed: int
    x: float
    slot: float
    accepted_y: float
    completed_y: float
    now: bool

    @property
    def thick(self) -> float:
        return round(self.slot * 0.36, 2)

    @property
    def middle(self) -> float:
        return round(self.x + self.slot / 2, 2)


@dataclass(frozen=True)
class Unit:
    """A unit with cards."""

    name: str
    red: int
    yellow: int


@dataclass(frozen=True)
class Wall:
    """Everything on the wall."""

    date: str
    time: str
    works: bool
    today: Sequence[Big]
    year: Sequence[Big]
    columns: Sequence[Column]
    red: int
    yellow: int
    units: Sequence[Unit]
    more_units: int
    finished: Sequence[tuple[str, str, str]]
    """Time, item, department."""
    width: int = WIDTH
    height: int = HEIGHT
    base: float = BASE


def build(
    moment: datetime,
    day: Day,
    year: Mapping[Quantity, int],
    cards: Sequence[Carded],
    names: Names,
    *,
    works: bool,
) -> Wall:
    """Make the wall of a moment; `year` counts the year so far, `works` says if it is a workday."""
    here = moment.astimezone(SHANGHAI)
    departments = names.departments
    return Wall(
        date=f"{here.year}年{here.month}月{here.day}日 星期{WEEKDAYS[here.weekday()]}",
        time=f"{here:%H:%M}",
        works=works,
        today=[
            Big("今日受理", "Accepted today", number(day.accepted), "件"),
            Big("今日办结", "Completed today", number(day.completed), "件"),
            Big("在办", "Open", number(day.open), "件"),
            Big("今日到期", "Due today", number(day.due), "件", "amber" if day.due else ""),
            Big("超时未办结", "Overdue", number(day.late), "件", "red" if day.late else ""),
        ],
        year=[
            Big(measure.zh, measure.en, number(value), measure.sign if value is not None else "")
            for measure in (MEASURES[name] for name in RATES)
            for value in (measure.value(*(year[count] for count in measure.counts)),)
        ],
        columns=_columns(day, here.hour),
        red=sum(one.red for one in cards),
        yellow=sum(one.yellow for one in cards),
        units=[
            Unit(departments.get(one.unit, one.unit), one.red, one.yellow)
            for one in cards[:SHOWN_UNITS]
        ],
        more_units=max(0, len(cards) - SHOWN_UNITS),
        finished=[
            (
                f"{one.completed_at.astimezone(SHANGHAI):%H:%M}",
                names.items.get(one.item, one.item),
                departments.get(one.department, one.department),
            )
            for one in day.finished
        ],
    )


def _columns(day: Day, now: int) -> list[Column]:
    highest = max([max(one.accepted, one.completed) for one in day.hours] + [1])
    slot = WIDTH / len(day.hours)
    room = BASE - TOP
    return [
        Column(
            one.hour,
            one.accepted,
            one.completed,
            round(slot * place, 2),
            round(slot, 2),
            round(BASE - room * one.accepted / highest, 2),
            round(BASE - room * one.completed / highest, 2),
            one.hour == now,
        )
        for place, one in enumerate(day.hours)
    ]
