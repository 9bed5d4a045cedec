"""Yellow and red cards (黄牌、红牌): what a unit gets for a limit about to end, or passed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Self
from uuid import UUID

from services.disclosure.domain.supervision_events import CardIssued, CardWithdrawn
from services.disclosure.domain.supervision_terms import (
    CardExcuse,
    CardGround,
    Colour,
    RetractedError,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

UNKNOWN = "UNKNOWN"
"""Unit of a card whose case is not known here."""


@dataclass(frozen=True)
class LimitOf:
    """The limit a card is for; without a task it is that of the whole process."""

    process_no: str
    clock: str
    due_at: datetime
    task_id: str | None = None

    def number(self, colour: Colour) -> str:
        """Give the number of its card of a colour, always the same."""
        due = self.due_at.astimezone(UTC)
        said = [self.process_no, self.task_id or "", self.clock, due.isoformat(), colour.value]
        mark = sha256("|".join(said).encode()).hexdigest()[:12].upper()
        return f"{colour.value[0]}{legal_date(self.due_at):%Y%m%d}-{mark}"


class Card(Aggregate):
    """One card; stream `stream_id("card", warning_no)`."""

    def __init__(self) -> None:
        self.warning_no = ""
        self.colour = Colour.YELLOW
        self.unit = ""
        self.withdrawn = False

    @classmethod
    def of(cls, warning_no: str) -> Self:
        """Give the card before it was issued."""
        return cls.begin(card_stream(warning_no))

    def issue(
        self,
        facts: Facts,
        colour: Colour,
        limit: LimitOf,
        unit: str,
        project_no: str | None = None,
    ) -> None:
        """Issue it; without effect when it was issued and still stands."""
        if self.version and not self.withdrawn:
            return
        number = limit.number(colour)
        passed = colour is Colour.RED
        self.record(
            CardIssued,
            replace(facts, subject=number),
            warning_no=number,
            colour=colour,
            unit=unit or UNKNOWN,
            ground=CardGround.BREACHED if passed else CardGround.APPROACHING,
            process_no=limit.process_no,
            clock=limit.clock,
            due_at=limit.due_at,
            on=legal_date(facts.occurred_at),
            task_id=limit.task_id,
            project_no=project_no,
        )

    def withdraw(self, facts: Facts, reason: CardExcuse) -> None:
        """Take it back.

        Raises:
            RetractedError: it was taken back before.
        """
        if self.withdrawn:
            raise RetractedError("the card was taken back before", "warning_no")
        self.record(
            CardWithdrawn,
            replace(facts, subject=self.warning_no),
            warning_no=self.warning_no,
            colour=self.colour,
            unit=self.unit,
            reason=reason,
            on=legal_date(facts.occurred_at),
        )

    @applies(CardIssued)
    def _issued(self, event: CardIssued) -> None:
        self.warning_no, self.colour, self.unit = event.warning_no, event.colour, event.unit
        self.withdrawn = False

    @applies(CardWithdrawn)
    def _withdrawn(self, event: CardWithdrawn) -> None:
        self.withdrawn = True


def card_stream(warning_no: str) -> UUID:
    """Give the stream of a card."""
    return stream_id("card", warning_no)
