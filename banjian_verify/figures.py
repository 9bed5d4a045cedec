"""Published figures: what one says, how it is corrected, and what counting it again came to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from banjian_verify.export import EventLine

PUBLISHED: Final = "disclosure.statistic-published.v1"
CORRECTED: Final = "disclosure.statistic-corrected.v1"


@dataclass(frozen=True)
class Figure:
    """A figure as it was published, or as it was corrected later."""

    id: str
    position: int
    """Of the event that published it, in disclosure's log."""
    measure: str
    numerator: int
    denominator: int | None
    value: str | None
    rounding: str
    places: int
    as_of: datetime
    positions: Mapping[str, int]
    """Of each log: up to where it counts."""
    filters: Mapping[str, str]
    corrects: int = 0
    """Position of what it corrects; 0: it was published so."""

    @property
    def said(self) -> tuple[int, int | None, str | None]:
        """Give what it says."""
        return self.numerator, self.denominator, self.value

    def upto(self, log: str) -> int:
        """Give the last position of a log that it may count."""
        return self.positions.get(log, 0)

    @cached_property
    def begin(self) -> datetime | None:
        """Give the first moment of its period, None when it has none."""
        said = self.filters.get("from")
        return None if said is None else datetime.fromisoformat(said)

    @cached_property
    def end(self) -> datetime:
        """Give the last moment that counts: of its period, else its own."""
        said = self.filters.get("to")
        return self.as_of if said is None else min(datetime.fromisoformat(said), self.as_of)

    def within(self, moment: datetime) -> bool:
        """Say whether a moment is in its period and not behind its own."""
        return moment <= self.end and (self.begin is None or moment >= self.begin)

    def corrected(self, event: EventLine) -> tuple[Figure, str]:
        """Give it as an event corrects it, and what is wrong with the correction."""
        said = json.loads(event.state)["data"]
        was = (said["was_numerator"], said.get("was_denominator"), said.get("was_value"))
        wrong = ""
        if was != self.said:
            wrong = f"the correction says it was {was[0]} of {was[1]}, not {self.numerator}"
        elif datetime.fromisoformat(said["as_of"]) != self.as_of or (
            said["measure"] != self.measure
        ):
            wrong = "the correction is of another figure"
        elif any(said["positions"].get(log, 0) < at for log, at in self.positions.items()):
            wrong = "the correction knows less than what it corrects"
        corrected = replace(
            self,
            position=event.position,
            numerator=said["numerator"],
            denominator=said.get("denominator"),
            value=said.get("value"),
            positions=said["positions"],
            corrects=self.position,
        )
        return corrected, wrong

    @classmethod
    def read(cls, event: EventLine) -> Figure:
        """Read a figure from the event that published it."""
        said = json.loads(event.state)["data"]
        return cls(
            str(event.stream),
            event.position,
            said["measure"],
            said["numerator"],
            said.get("denominator"),
            said.get("value"),
            said["rounding"],
            said["places"],
            datetime.fromisoformat(said["as_of"]),
            said["positions"],
            said["filters"],
        )


@dataclass(frozen=True)
class Recount:
    """A figure, and what the events say."""

    figure: Figure
    numerator: int = 0
    denominator: int | None = None
    value: str | None = None
    why_not: str = ""
    """Why it was not counted again."""

    @property
    def same(self) -> bool:
        """Say whether the events say the same."""
        said = self.numerator, self.denominator, self.value
        return not self.why_not and self.figure.said == said
