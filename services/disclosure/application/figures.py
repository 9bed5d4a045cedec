"""Remembers: publishes figures, finds them again, and says beside them what was found later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.chassis.deadlines import Due, set_deadline
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.disclosure.application.vaulted import Vaulted
from services.disclosure.domain import Counted, Figure, Printed, PublishedFigure
from services.kernel.facts import Actor, ActorKind, Facts

RECHECK: Final = "figure_recheck"
"""Key: `<figure>/<n>`, the n-th recheck of it."""
_STEPS: Final = ((30, 1), (78, 7), (10_000, 30))
"""How often a figure is looked at again: so many times, each after so many days."""


@dataclass(frozen=True)
class Rechecked:
    """A published figure and what it is now."""

    figure: str
    measure: str
    corrected: bool
    """A correction was said just now."""
    said: Counted
    now: Counted
    causes: int = 0


class Figures(Vaulted):
    """What has been said to the public, figure by figure."""

    @command
    def publish(
        self, facts: Facts, figure: Figure, printed: Printed | None = None
    ) -> dict[str, str]:
        """Publish a figure; the same question at the same positions is published once."""
        if self.find(PublishedFigure, figure.stream) is None:
            self.keep(PublishedFigure.publish(facts, figure, printed))
            due = facts.occurred_at + _pause(1)
            self.change(set_deadline(RECHECK, f"{figure.stream}/1", due))
        return {"figure": str(figure.stream), "event": f"{figure.stream}/1"}

    @command
    def recheck(self, facts: Facts, figure_id: UUID) -> Rechecked:
        """Count a published figure again; if it is another now, say so beside it (S04t).

        Raises:
            NotFoundError: no such figure.
        """
        return self._recheck(facts, figure_id)

    def _recheck(self, facts: Facts, figure_id: UUID) -> Rechecked:
        published = self.find(PublishedFigure, figure_id)
        if published is None or published.figure is None:
            raise NotFoundError("no such figure was published")
        figure, before = published.figure, published.corrected
        said = before.counted if before is not None else figure.counted
        positions = before.positions if before is not None else figure.positions
        again = self._rows.recount(figure, said, positions)
        if again is None:
            return Rechecked(str(figure_id), figure.measure, False, said, said)
        published.correct(facts, again)
        corrected = bool(published.pending)
        self.keep(published)
        causes = len(again.causes) + again.more
        return Rechecked(str(figure_id), figure.measure, corrected, said, again.counted, causes)

    def get_figure(self, figure_id: UUID) -> Figure:
        """Give a published figure.

        Raises:
            NotFoundError: no such figure.
        """
        published = self.find(PublishedFigure, figure_id)
        if published is None or published.figure is None:
            raise NotFoundError("no such figure was published")
        return published.figure

    def fire(self, due: Due) -> None:
        """Look at a published figure again, and set when it is looked at next."""
        if due.kind != RECHECK:
            raise NotFoundError(f"nobody knows the deadline {due.kind}")
        name, _, times = due.key.partition("/")
        figure_id, n = UUID(name), int(times)
        measure = self.get_figure(figure_id).measure
        actor = Actor(ActorKind.TIMER, "disclosure")
        self._recheck(Facts(due.fired_at, measure, actor, due.id), figure_id)
        following = due.fired_at + _pause(n + 1)
        self.change(set_deadline(RECHECK, f"{figure_id}/{n + 1}", following))


def _pause(n: int) -> timedelta:
    """Give how long after the one before it the n-th recheck is: a day, a week, then a month."""
    for times, days in _STEPS:
        if n <= times:
            return timedelta(days=days)
        n -= times
    return timedelta(days=_STEPS[-1][1])
