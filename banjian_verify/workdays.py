"""Counts working days, by the yearly arrangement (放假安排) that was known at a figure's moment.

The arrangements of 2004 to 2026 are in `arrangements.csv`; a year of which catalog's log speaks is
as it says there.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from banjian_verify.figures import Figure
from banjian_verify.told import SHANGHAI, Told

if TYPE_CHECKING:
    from banjian_verify.books import Books

TOPICS: Final = frozenset(
    {"catalog.work-calendar-published.v1", "catalog.work-calendar-amended.v1"}
)
SATURDAY: Final = 5


@dataclass(frozen=True)
class Arrangement:
    """One version of a year's arrangement, whole."""

    year: int
    version: int
    announced_on: date
    off: frozenset[date]
    """Mondays to Fridays on which nobody works."""
    work: frozenset[date]
    """Saturdays and Sundays on which offices work."""


class Workdays:
    """The arrangements catalog's events tell of; give it every event, in order."""

    def __init__(self) -> None:
        self._told: list[tuple[int, Arrangement]] = []

    def add(self, told: Told) -> None:
        """Take an event."""
        said = told.data
        off, work = (
            frozenset(date.fromisoformat(one["day"]) for one in said[name])
            for name in ("days_off", "work_days")
        )
        announced_on = date.fromisoformat(said["announced_on"])
        one = Arrangement(said["year"], said["calendar_version"], announced_on, off, work)
        self._told.append((told.position, one))

    def count(self, first: date, last: date, known_on: date, upto: int) -> int:
        """Count the working days from `first` to `last`, both included.

        Args:
            known_on: the day by which an arrangement was announced to count.
            upto: position of catalog's log up to which it may count.
        """
        told = [one for position, one in self._told if position <= upto]
        years = {one.year for one in told}
        told += [one for one in arrangements() if one.year not in years]
        told = sorted(
            (one for one in told if one.announced_on <= known_on), key=lambda one: one.version
        )
        valid = {one.year: one for one in told}.values()
        off = {day for one in valid for day in one.off}
        work = {day for one in valid for day in one.work}
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return sum(day in work or (day.weekday() < SATURDAY and day not in off) for day in days)


@dataclass(frozen=True)
class DayCount:
    """Working days of a figure's period, which has a beginning."""

    filters = frozenset[str]()

    def topics(self, figure: Figure) -> frozenset[str]:
        """Name the types of events it is counted from."""
        return TOPICS

    def of(self, books: Books, figure: Figure) -> int:
        """Count.

        Raises:
            ValueError: the figure does not say from when on.
        """
        if figure.begin is None:
            raise ValueError("working days need a first day, and the figure names none")
        first, last, now = (
            one.astimezone(SHANGHAI).date() for one in (figure.begin, figure.end, figure.as_of)
        )
        return books.workdays.count(first, last, now, figure.upto("catalog"))


@cache
def arrangements() -> tuple[Arrangement, ...]:
    """Read the arrangements that come with this verifier."""
    with Path(__file__).with_name("arrangements.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_arrangement(line) for line in csv.DictReader(file))


def _arrangement(line: Mapping[str, str]) -> Arrangement:
    year = line["year"]
    off, work = (
        frozenset(date.fromisoformat(f"{year}-{day}") for day in line[name].split())
        for name in ("off", "work")
    )
    announced_on = date.fromisoformat(line["announced_on"])
    return Arrangement(int(year), int(line["version"]), announced_on, off, work)


WORKING: Final = DayCount()
