"""Remembers: publishes figures and finds them again."""

from __future__ import annotations

from uuid import UUID

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import Application, command
from services.disclosure.domain import Figure, Printed, PublishedFigure
from services.kernel.facts import Facts


class Figures(Application):
    """What has been said to the public, figure by figure."""

    @command
    def publish(
        self, facts: Facts, figure: Figure, printed: Printed | None = None
    ) -> dict[str, str]:
        """Publish a figure; the same question at the same positions is published once."""
        if self.find(PublishedFigure, figure.stream) is None:
            self.keep(PublishedFigure.publish(facts, figure, printed))
        return {"figure": str(figure.stream), "event": f"{figure.stream}/1"}

    def get_figure(self, figure_id: UUID) -> Figure:
        """Give a published figure.

        Raises:
            NotFoundError: no such figure.
        """
        published = self.find(PublishedFigure, figure_id)
        if published is None or published.figure is None:
            raise NotFoundError("no such figure was published")
        return published.figure
