"""What people come to the hall for on a day: the sample's resident items as they are that day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from deploy.feed.sample.house import Window, chief, windows
from deploy.feed.sample.items import Item
from deploy.feed.sample.rows import County, county
from services.kernel.times import SHANGHAI

ITEMS_IN_HALL = 567
"""Resident items once the sample's year is over."""


@dataclass(frozen=True)
class Matter:
    """An item people ask for, with how often they do."""

    code: str
    version: int
    name: str
    department: str
    department_name: str
    windows: tuple[Window, ...]
    """Those of its department."""
    chief: str
    """Account of the department's chief representative."""
    immediate: bool
    promised_days: int
    weight: float


@dataclass(frozen=True)
class Directory:
    """The items of the hall that a week draws from."""

    sample: County
    items: tuple[Item, ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(item.code for item in self.items)

    def on(self, day: date) -> list[Matter]:
        """List what takes new cases on `day`, in the version of that day."""
        at = datetime.combine(day, time(), SHANGHAI)
        turns: Counter[int] = Counter()
        found = []
        for item in self.items:
            turn, turns[item.department] = turns[item.department], turns[item.department] + 1
            version = item.version_at(at)
            if version is None:
                continue
            form = version.form
            # A few matters make most of the traffic, as in any hall, and so does what is done
            # while one waits: the report has 57 open cases with 1,300 new ones a day.
            busy = 2.0 if item.department < 10 else 0.7
            asked = 4.0 if form.immediate else 0.6 / (1 + turn)
            found.append(
                Matter(
                    code=item.code,
                    version=version.number,
                    name=item.name,
                    department=item.department_code,
                    department_name=item.department_name,
                    windows=_windows()[item.department],
                    chief=chief(item.department),
                    immediate=form.immediate,
                    promised_days=form.promised,
                    weight=asked * busy,
                )
            )
        return found


def directory(count: int = ITEMS_IN_HALL, sample: County | None = None) -> Directory:
    """Give the hall's items; fewer than all of them: the first `count` that last, in turn.

    Raises:
        ValueError: `count` is outside 1 .. 567.
    """
    made = sample or county()
    if not 1 <= count <= ITEMS_IN_HALL:
        raise ValueError(f"the hall has 1 to {ITEMS_IN_HALL} items, not {count}")
    hall = tuple(item for item in made.items if item.resident)
    if count < ITEMS_IN_HALL:
        hall = tuple(item for item in hall if item.amounts.claimed)[:count]
    return Directory(made, hall)


def common_windows() -> tuple[Window, ...]:
    """Give the windows that belong to no department."""
    return _windows()[None]


@lru_cache(maxsize=1)
def _windows() -> dict[int | None, tuple[Window, ...]]:
    found: dict[int | None, tuple[Window, ...]] = {}
    for window in windows():
        found[window.department] = (*found.get(window.department, ()), window)
    return found
