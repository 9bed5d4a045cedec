"""Decides: a published figure says everything needed to compute it again, and never changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


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
    def publish(cls, facts: Facts, figure: Figure) -> Self:
        """Publish a figure.

        Raises:
            FigureRuleError: it speaks of a moment that has not come, or knows of no log.
        """
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
