"""Decides: a published figure says everything needed to compute it again, and never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.rounding import possible_percent


class FigureRuleError(ValueError):
    """This figure cannot be published; the message says why."""


@dataclass(frozen=True)
class Figure:
    """A computed figure, ready to be published. `value` is a decimal as text, None: undefined."""

    measure: str
    numerator: int
    as_of: datetime
    rounding: str
    places: int
    unit: str
    positions: dict[str, int]
    filters: dict[str, str]
    value: str | None = None
    denominator: int | None = None

    @property
    def stream(self) -> UUID:
        """Give the same id for the same question, so that it is published once."""
        asked = [self.measure, self.as_of.isoformat()]
        asked += [f"{name}={place}" for name, place in sorted(self.positions.items())]
        asked += [f"{name}={value}" for name, value in sorted(self.filters.items())]
        return stream_id("figure", "|".join(asked))


@dataclass(frozen=True)
class Printed:
    """A percentage as it will stand on paper, and the whole it is said to be of (0: not said)."""

    value: Decimal
    of: int = 0


def _check(figure: Figure, printed: Printed) -> None:
    if figure.unit != "percent" or not figure.denominator:
        raise FigureRuleError("only a share with a denominator can be printed as a percentage")
    if printed.of not in (0, figure.denominator):
        raise FigureRuleError(
            f"the figure is over {figure.denominator}, not {printed.of}: name the population"
        )
    try:
        found = possible_percent(printed.value, figure.denominator, figure.places)
    except ValueError as problem:
        raise FigureRuleError(f"printed: {problem}") from None
    if not found.possible:
        nearest = " and ".join(map(str, found.nearest))
        raise FigureRuleError(
            f"no whole number over {found.of} is {printed.value} %, neither rounded nor cut off;"
            f" the nearest is {nearest}; check the population"
        )


class StatisticPublished(Fact):
    TOPIC = "disclosure.statistic-published.v1"

    measure: str
    numerator: int
    as_of: datetime
    rounding: str
    places: int
    unit: str
    positions: dict[str, int]
    filters: dict[str, str]
    value: str | None = None
    denominator: int | None = None


class PublishedFigure(Aggregate):
    """One figure as it was given to the public."""

    def __init__(self) -> None:
        self.figure: Figure | None = None

    @classmethod
    def publish(cls, facts: Facts, figure: Figure, printed: Printed | None = None) -> Self:
        """Publish a figure; `printed` is how it will stand on paper, and is checked first.

        Raises:
            FigureRuleError: it speaks of a moment that has not come, or knows of no log, or what
                is to be printed cannot come from it (X10).
        """
        if printed is not None:
            _check(figure, printed)
        if figure.as_of > facts.occurred_at:
            raise FigureRuleError("a figure cannot speak of a moment that has not come (as_of)")
        if not any(figure.positions.values()):
            raise FigureRuleError("no event has arrived yet, so there is nothing to count")
        published = cls.begin(figure.stream)
        published.record(
            StatisticPublished,
            facts,
            measure=figure.measure,
            numerator=figure.numerator,
            as_of=figure.as_of,
            rounding=figure.rounding,
            places=figure.places,
            unit=figure.unit,
            positions=figure.positions,
            filters=figure.filters,
            value=figure.value,
            denominator=figure.denominator,
        )
        return published

    @applies(StatisticPublished)
    def _published(self, event: StatisticPublished) -> None:
        self.figure = Figure(
            event.measure,
            event.numerator,
            event.as_of,
            event.rounding,
            event.places,
            event.unit,
            dict(event.positions),
            dict(event.filters),
            event.value,
            event.denominator,
        )
