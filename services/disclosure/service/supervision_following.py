"""Cards follow approval: yellow for a limit about to end, red for one that passed, both undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.chassis.events import Event
from services.disclosure.domain.supervision_cards import LimitOf
from services.disclosure.domain.supervision_terms import CardExcuse, Colour
from services.disclosure.messages import supervision as said
from services.kernel.facts import Actor, ActorKind, Facts

CLOCKS: Final = ("PROMISED", "STATUTORY", "JOINT")
BOTH: Final = (Colour.YELLOW, Colour.RED)


class SupervisionFollowing:
    """What the service does with approval's events about limits; a part of it."""

    figures: Any

    def follow_limits(self, batch: Sequence[Event]) -> None:
        """Issue and take back cards, in the order of the events."""
        answered: dict[str, datetime] = {}
        for event in batch:
            if event.type == said.LIABLE:
                told = event.read(said.Liable)
                answered[told.liability_no] = told.due_at
            elif event.type in said.CARDS:
                self._follow_limit(event, answered)

    def _follow_limit(self, event: Event, answered: dict[str, datetime]) -> None:
        facts = _facts(event)
        match event.type:
            case said.APPROACHING | said.BREACHED:
                told = event.read(said.LimitSaid)
                limit = LimitOf(told.process_no, told.clock, told.due_at, told.task_id)
                red = event.type == said.BREACHED
                colour = Colour.RED if red else Colour.YELLOW
                self.figures.issue_card(facts, colour, limit, told.project_no, told.department)
            case said.RECALCULATED:
                moved = event.read(said.LimitMoved)
                if moved.old_due_at < moved.new_due_at and facts.occurred_at < moved.new_due_at:
                    limit = LimitOf(moved.process_no, moved.clock, moved.old_due_at, moved.task_id)
                    self.figures.excuse(facts, [limit], BOTH, CardExcuse.LIMIT_MOVED)
            case said.EXCUSED:
                free = event.read(said.Excused)
                unknown = [no for no in free.liability_nos if no not in answered]
                dues = {answered[no] for no in free.liability_nos if no in answered}
                dues |= set(self.figures.dues_of(unknown) if unknown else ())
                limits = [
                    LimitOf(free.process_no, clock, due_at, free.task_id)
                    for due_at in sorted(dues)
                    for clock in CLOCKS
                ]
                reason = CardExcuse.LIABILITY_WITHDRAWN
                self.figures.excuse(facts, limits, (Colour.RED,), reason)


def _facts(event: Event) -> Facts:
    """Say of a card: when the limit was about to end or passed, because of what."""
    body = event.body
    return Facts(
        occurred_at=body.occurred_at,
        subject=body.subject,
        actor=Actor(ActorKind.SYSTEM, "disclosure"),
        correlation_id=body.correlation_id,
        causation_id=event.id,
        region=body.region,
        department=body.department,
    )
