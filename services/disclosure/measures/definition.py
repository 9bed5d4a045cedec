"""What a measure is, what it is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from services.disclosure.measures.quantities import Quantity
from services.kernel.rounding import Rounding, percent, ratio
from services.kernel.times import SHANGHAI


class Source(Enum):
    """Whose definition it is."""

    REPORT = "the county's report (a figure is printed there)"
    DESIGN = "this system (not in the report)"


class Thing(Enum):
    """What a measure counts; decides which filters, groups and lists it has."""

    CASES = "cases"
    ITEMS = "items"
    CHANGES = "changes"
    CLAIMS = "claims"
    HAPPENINGS = "happenings"

    @property
    def filters(self) -> tuple[str, ...]:
        """Filters that restrict it, besides the period."""
        return _FILTERS[self]

    @property
    def groups(self) -> tuple[str, ...]:
        """What it can be broken down by."""
        return _GROUPS[self]


_FILTERS: Final[Mapping[Thing, tuple[str, ...]]] = {
    Thing.CASES: ("region", "department", "item", "channel"),
    Thing.ITEMS: ("region", "department", "item", "item_type", "level"),
    Thing.CHANGES: ("region", "department", "item", "item_type", "level"),
    Thing.CLAIMS: ("region", "department", "item", "item_type", "level"),
    Thing.HAPPENINGS: ("region", "department", "item", "channel"),
}
_GROUPS: Final[Mapping[Thing, tuple[str, ...]]] = {
    Thing.CASES: ("channel", "department", "item", "region", "month", "year"),
    Thing.ITEMS: ("department", "item_type", "level", "region"),
    Thing.CHANGES: ("kind", "department", "item_type", "level", "region", "month", "year"),
    Thing.CLAIMS: ("department", "item_type", "level", "region", "month", "year"),
    Thing.HAPPENINGS: ("region", "department", "item", "channel", "kind", "month", "year"),
}
ALWAYS: Final = ("catalog", "intake", "approval")
"""Logs whose positions stand with every figure, counted from or not."""


class Period(Enum):
    """What `from` and `to` do to a measure."""

    WITHIN = "within"
    """Only what began in the period; without one, everything up to as_of."""
    SINCE = "since"
    """What changed in the period; without `from`, since the beginning of its last day's year."""
    NONE = "none"
    """A stock at as_of: what stood then, whenever it began. A period changes nothing."""


SIGNS: Final[Mapping[str, str]] = {
    "cases": "件",
    "items": "项",
    "claims": "项",
    "percent": "%",
    "days": "个工作日",
    "materials": "份",
    "tasks": "个",
    "yuan": "元",
    "payments": "笔",
    "cases_a_day": "件/工作日",
    "visitors_a_day": "人次/工作日",
    "projects": "个",
    "meetings": "次",
    "principals": "家",
    "certificates": "份",
    "units": "个",
    "charges": "项",
    "entries": "条",
    "visits": "次",
    "persons": "人次",
    "sessions": "次",
    "notices": "份",
    "circulars": "份",
    "points": "分",
    "rank": "名",
    "sheets": "份",
    "enterprises": "家",
    "cards": "张",
    "requests": "件",
    "tickets": "件",
    "departments": "个",
    "windows": "个",
    "staff": "人",
    "regions": "个",
    "schemes": "套",
    "guides": "项",
    "inspections": "次",
}
"""The unit of a value as it is printed behind it."""


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
    item_type: str = ""
    level: str = ""
    """行使层级 as its digit, 1 to 7."""
    as_of_said: bool = True
    """False when nobody named a moment and it is now."""

    @property
    def filters(self) -> dict[str, str]:
        """Give the filters that are set, as they are written in an address."""
        moments = {"from": self.begin, "to": self.end}
        said = {name: moment.isoformat() for name, moment in moments.items() if moment}
        return said | self.words

    @property
    def words(self) -> dict[str, str]:
        """Give the filters that are set and are not moments."""
        names = ("region", "department", "item", "channel", "item_type", "level")
        return {name: word for name in names if (word := getattr(self, name))}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure. `denominator` None: a plain count."""

    id: str
    zh: str
    en: str
    of: Thing = Thing.CASES
    numerator: Quantity
    denominator: Quantity | None = None
    population: str
    population_zh: str
    period: Period = Period.WITHIN
    window: str
    """Which moment the period (from, to) is about."""
    note_zh: str
    """The formula, in one Chinese sentence for the public."""
    unit: str = "cases"
    """One of `SIGNS`."""
    rounding: Rounding = Rounding.EXACT
    places: int = 0
    source: Source = Source.REPORT
    sources: tuple[str, ...] = ("intake",)
    """Services whose log positions decide the figure."""
    scale: int = 0
    """Decimal places of a count that is kept in a smaller unit: 2 for fen shown in yuan."""
    takes: tuple[str, ...] | None = None
    """Filters, where not all that its thing has say something about it."""
    by: tuple[str, ...] | None = None
    """Breakdowns, where not all."""

    @property
    def filters(self) -> tuple[str, ...]:
        """Filters that restrict it, besides the period."""
        return _with_type(self.of.filters if self.takes is None else self.takes)

    @property
    def groups(self) -> tuple[str, ...]:
        """What it can be broken down by."""
        return _with_type(self.of.groups if self.by is None else self.by)

    @property
    def sign(self) -> str:
        """Give the unit as it is printed behind a value."""
        return SIGNS[self.unit]

    @property
    def counts(self) -> tuple[Quantity, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    def value(self, numerator: int, denominator: int | None) -> Decimal | None:
        """Give the figure; None (undefined) when its denominator is empty (S07t)."""
        if self.denominator is None:
            return Decimal(numerator).scaleb(-self.scale)
        divide = percent if self.unit == "percent" else ratio
        return divide(numerator, denominator or 0, self.places, self.rounding)

    def asked(self, question: Question) -> Question:
        """Give the question as this measure understands it; its answer says this one."""
        told = {*ALWAYS, *self.sources}
        if not told.issuperset(question.positions):
            kept = {name: at for name, at in question.positions.items() if name in told}
            question = replace(question, positions=kept)
        if self.period is Period.NONE:
            return replace(question, begin=None, end=None)
        if self.period is Period.SINCE and question.begin is None:
            last = min(question.end or question.as_of, question.as_of).astimezone(SHANGHAI)
            return replace(question, begin=datetime(last.year, 1, 1, tzinfo=SHANGHAI))
        return question


def _with_type(words: tuple[str, ...]) -> tuple[str, ...]:
    """Add the item's type behind the item: what knows the one knows the other by its list."""
    if "item" not in words or "item_type" in words:
        return words
    place = words.index("item") + 1
    return (*words[:place], "item_type", *words[place:])


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
