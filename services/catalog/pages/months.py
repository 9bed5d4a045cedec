"""A year of the working calendar as twelve months of days."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from services.kernel.calendar import WorkCalendar


@dataclass(frozen=True)
class Cell:
    """One day: `kind` is off, made_up, weekend or work; `mark` is what its corner says."""

    day: date
    kind: str
    mark: str
    label: str
    changed: bool

    @property
    def said(self) -> str:
        """The day in words, for who hovers or cannot see."""
        words = {"off": "放假", "made_up": "上班（调休）", "weekend": "周末休息", "work": "工作日"}
        parts = [f"{self.day.month}月{self.day.day}日", words[self.kind], self.label]
        return "，".join([part for part in parts if part] + (["本版有变"] if self.changed else []))


@dataclass(frozen=True)
class Month:
    """One month, in weeks from Monday; None where a week has days of another month."""

    number: int
    weeks: list[list[Cell | None]]
    work_days: int


def months(known: WorkCalendar, year: int, changed: Collection[date] = ()) -> list[Month]:
    """Lay out a year as this calendar has it."""
    found = []
    for number in range(1, 13):
        weeks = [
            [_cell(known, day, day in changed) if day.month == number else None for day in week]
            for week in calendar.Calendar().monthdatescalendar(year, number)
        ]
        worked = sum(cell.kind in ("work", "made_up") for week in weeks for cell in week if cell)
        found.append(Month(number, weeks, worked))
    return found


def _cell(known: WorkCalendar, day: date, changed: bool) -> Cell:
    works, weekend = known.works(day), day.weekday() >= 5
    if works:
        kind, mark = ("made_up", "班") if weekend else ("work", "")
    else:
        kind, mark = ("weekend", "") if weekend and not known.name(day) else ("off", "休")
    return Cell(day, kind, mark, known.name(day), changed)
