"""The measures: each declared once. API, board, command line and docs read them here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from services.kernel.rounding import Rounding, percent

ONLINE_CHANNELS: Final = ("online", "mobile", "app", "email", "Internet", "e-mail")
"""Channel codes that count as online (网上): the applicant came to no window."""

DELETED_IN_ERROR: Final = 3
"""Completion kind of a record that should never have been: leaves every measure when known."""


class Count(Enum):
    """Sets of cases that can be counted, listed and walked to. Value: what is in it, in words."""

    ACCEPTED = "cases accepted by as_of"
    COMPLETED = "cases completed by as_of, whenever they were accepted"
    ACCEPTED_COMPLETED = "cases accepted by as_of and completed by as_of"
    OPEN = "cases accepted by as_of and not completed by as_of"
    DUE = "accepted cases whose promised deadline is at or before as_of"
    DUE_IN_TIME = "accepted cases whose deadline is at or before as_of, completed by that deadline"
    PROMISED_COMPLETED = "accepted cases with a promised deadline, completed by as_of"
    IN_TIME = "accepted cases completed by as_of and by their promised deadline"
    ONLINE = "cases accepted by as_of that came by an online channel"


class Source(Enum):
    """Whose definition it is."""

    REPORT = "the county's report (a figure is printed there)"
    DESIGN = "this system (not in the report)"


@dataclass(frozen=True)
class Measure:
    """One measure. `denominator` None: a plain count."""

    id: str
    zh: str
    en: str
    numerator: Count
    denominator: Count | None
    population: str
    window: str
    """Which date the period (from, to) is about."""
    note_zh: str
    """The formula, in one Chinese sentence for the public."""
    unit: str = "cases"
    """`cases` or `percent`."""
    rounding: Rounding = Rounding.EXACT
    places: int = 0
    source: Source = Source.REPORT
    sources: tuple[str, ...] = ("intake",)
    """Services whose log positions decide the figure."""

    @property
    def sign(self) -> str:
        """Give the unit as it is printed behind a value."""
        return {"cases": "件", "percent": "%"}[self.unit]

    @property
    def counts(self) -> tuple[Count, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    def value(self, numerator: int, denominator: int | None) -> Decimal | None:
        """Give the figure; None (undefined) when its denominator is empty (S07t)."""
        if self.denominator is None:
            return Decimal(numerator)
        return percent(numerator, denominator or 0, self.places, self.rounding)


@dataclass(frozen=True)
class Question:
    """What a figure is asked for. Instants include their ends; an empty filter means all."""

    as_of: datetime
    positions: Mapping[str, int]
    """Per source: only facts at or below this position of its log count."""
    begin: datetime | None = None
    end: datetime | None = None
    region: str = ""
    department: str = ""
    item: str = ""
    channel: str = ""
    as_of_said: bool = True
    """False when nobody named a moment and it is now."""

    @property
    def filters(self) -> dict[str, str]:
        """Give the filters that are set, as they are written in an address."""
        moments = {"from": self.begin, "to": self.end}
        words = {
            "region": self.region,
            "department": self.department,
            "item": self.item,
            "channel": self.channel,
        }
        said = {name: moment.isoformat() for name, moment in moments.items() if moment}
        return said | {name: word for name, word in words.items() if word}


@dataclass(frozen=True)
class Answer:
    """A computed figure and everything needed to compute it again."""

    measure: Measure
    question: Question
    numerator: int
    denominator: int | None
    value: Decimal | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", self.measure.value(self.numerator, self.denominator))


_ACCEPTED_IN_WINDOW: Final = "accepted in the period"

_ALL: Final = (
    Measure(
        "S01",
        "受理量",
        "Cases accepted",
        Count.ACCEPTED,
        None,
        "all cases, whichever channel; entry errors (kind 3) and retracted records excepted",
        _ACCEPTED_IN_WINDOW,
        "截至统计时点已受理的办件数，误录删除（办结方式3）和已撤回的记录除外。",
    ),
    Measure(
        "S02",
        "办结量",
        "Cases completed",
        Count.COMPLETED,
        None,
        "all cases with a completion of any kind but 3 (entry error); kinds 2 (void) and "
        "4 (forwarded up) count as completed",
        "completed in the period",
        "截至统计时点已办结的办件数，误录删除（办结方式3）除外。",
    ),
    Measure(
        "S03",
        "办结率",
        "Completion rate",
        Count.ACCEPTED_COMPLETED,
        Count.ACCEPTED,
        "the cases of S01; a case completed in the period but accepted before it is not in it",
        _ACCEPTED_IN_WINDOW,
        "期内受理且已办结的办件 ÷ 期内受理的办件。未达100%时不显示为100%。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
    ),
    Measure(
        "S03b",
        "到期办结率",
        "Due completion rate",
        Count.DUE_IN_TIME,
        Count.DUE,
        "accepted cases with a promised deadline at or before as_of; immediate items without "
        "a deadline are not in it",
        _ACCEPTED_IN_WINDOW,
        "承诺时限已到期的办件中，在时限内办结的比例。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        source=Source.DESIGN,
    ),
    Measure(
        "S03c",
        "按时办结率",
        "On-time share of completed cases",
        Count.IN_TIME,
        Count.PROMISED_COMPLETED,
        "completed cases that had a promised deadline, whether or not the deadline has come",
        _ACCEPTED_IN_WINDOW,
        "有承诺时限且已办结的办件中，在时限内办结的比例。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        source=Source.DESIGN,
    ),
    Measure(
        "S04",
        "在办量",
        "Open cases",
        Count.OPEN,
        None,
        "the cases of S01 without a completion by as_of",
        _ACCEPTED_IN_WINDOW,
        "截至统计时点已受理、尚未办结的办件数（受理量减去其中已办结的）。",
    ),
    Measure(
        "S28",
        "网上办件占比",
        "Online share of all cases",
        Count.ONLINE,
        Count.ACCEPTED,
        "the cases of S01; online channels: " + ", ".join(ONLINE_CHANNELS),
        _ACCEPTED_IN_WINDOW,
        "通过网上渠道受理的办件 ÷ 受理量。",
        unit="percent",
        rounding=Rounding.HALF_UP,
        places=2,
        source=Source.DESIGN,
    ),
)

MEASURES: Final[Mapping[str, Measure]] = {measure.id: measure for measure in _ALL}
