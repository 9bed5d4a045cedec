"""What a time limit is: a number, and what it is counted in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """What a limit is counted in (DOMAIN.md 2.4 and 3.7)."""

    WORKING_DAY = "WORKING_DAY"
    """工作日: days of the published calendar on which offices work (行政许可法 art. 82)."""
    CALENDAR_DAY = "CALENDAR_DAY"
    """自然日: every day; a last day on which nobody works moves on (民法典 art. 203)."""
    HOUR = "HOUR"
    """小时: hours within office hours of working days."""
    IMMEDIATE = "IMMEDIATE"
    """当场: before the day of acceptance ends."""


@dataclass(frozen=True)
class Limit:
    """How long something may take. `value` counts units; 0 only with `IMMEDIATE`."""

    value: int
    unit: Unit = Unit.WORKING_DAY

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("a limit is not negative")
