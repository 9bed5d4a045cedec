"""Decides: a published figure says everything needed to compute it again, and never changes.

What is known later may show that it was another: that is said beside it, as a correction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Self
from uuid import UUID

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.rounding import possible_percent

CAUSES: Final = 20
"""Events named as causes of one correction; of more only the number is told."""


class FigureRuleError(ValueError):
    """This figure cannot be published; the message says why."""


@dataclass(frozen=True)
class Counted:
    """What was counted, and the value it gives: a decimal as text, None: undefined."""

    numerator: int
    value: str | None = None
    denominator: int | None = None


@dataclass(frozen=True)
class Cause:
    """An event because of which a figure is another now: its place in its service's log."""

    source: str
    position: int


@dataclass(frozen=True)
class Recount:
    """A published figure asked again at its own moment, with all that is known now."""

    counted: Counted
    positions: Mapping[str, int]
    causes: Sequence[Cause] = ()
    """Those that came since it was last said and change it, in the order of their logs."""
    more: int = 0
    """How many there are besides."""


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

    @property
    def counted(self) -> Counted:
        """Give what it says, without what it was asked."""
        return Counted(self.numerator, self.value, self.denominator)


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


class StatisticCorrected(Fact):
    TOPIC = "disclosure.statistic-corrected.v1"

    figure: str
    measure: str
    as_of: datetime
    was_numerator: int
    numerator: int
    positions: dict[str, int]
    causes: list[Cause]
    more_causes: int
    was_value: str | None = None
    was_denominator: int | None = None
    value: str | None = None
    denominator: int | None = None


class PublishedFigure(Aggregate):
    """One figure as it was given to the public, and what was found of it later."""

    def __init__(self) -> None:
        self.figure: Figure | None = None
        self.corrected: Recount | None = None
        """What was last said beside it."""

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

    def correct(self, facts: Facts, again: Recount) -> None:
        """Say beside it that it was another; what was said stays. The same again says nothing.

        Raises:
            FigureRuleError: it was counted again knowing less than before.
        """
        figure = self.figure
        if figure is None:
            return
        said = self.corrected or Recount(figure.counted, figure.positions)
        if again.counted == said.counted:
            return
        if any(again.positions.get(name, 0) < at for name, at in said.positions.items()):
            raise FigureRuleError("a figure is not corrected by what was known before it was said")
        self.record(
            StatisticCorrected,
            facts,
            figure=str(self.id),
            measure=figure.measure,
            as_of=figure.as_of,
            was_numerator=said.counted.numerator,
            numerator=again.counted.numerator,
            positions=dict(again.positions),
            causes=list(again.causes),
            more_causes=again.more,
            was_value=said.counted.value,
            was_denominator=said.counted.denominator,
            value=again.counted.value,
            denominator=again.counted.denominator,
        )

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

    @applies(StatisticCorrected)
    def _corrected(self, event: StatisticCorrected) -> None:
        counted = Counted(event.numerator, event.value, event.denominator)
        causes = tuple(event.causes)
        self.corrected = Recount(counted, dict(event.positions), causes, event.more_causes)
