"""Publishes figures for ever, and computes them again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.chassis.errors import NotFoundError
from services.chassis.web import Call, route
from services.disclosure.answers import (
    FigureView,
    Publish,
    Published,
    Recomputed,
    figure_view,
    published,
)
from services.disclosure.domain import Figure, Printed
from services.disclosure.inquiry import check_takes, find_measure, read_printed
from services.disclosure.measures import Question
from services.disclosure.projections import figures as shown
from services.disclosure.service.asking import Asking
from services.kernel.facts import Facts

STATISTICIAN: Final = frozenset({"statistician"})


class Publishing(Asking):
    """Routes of published figures."""

    audit_log: Any

    @route(
        "POST",
        "/figures",
        request=Publish,
        response=Published,
        roles=STATISTICIAN,
        status=201,
        summary="Publish a figure, for ever",
    )
    def publish(self, call: Call[Publish]) -> Published:
        self.audit_log.insist_on_anchors()
        asked = call.body
        measure = find_measure(asked.measure)
        question, _ = self._question(asked)
        check_takes(measure, question)
        printed = Printed(read_printed(asked.printed), asked.of) if asked.printed else None
        answer = shown.answer(self._database, measure, question)
        facts = Facts(
            occurred_at=self.clock.now(),
            subject=measure.id,
            actor=call.caller.actor("statistician"),
            correlation_id=call.correlation_id,
        )
        key = call.idempotency_key or None
        told = self.figures.publish(facts, published(answer), printed, key=key)
        return Published(told["figure"], told["event"], f"/figures/{told['figure']}")

    @route("GET", "/figures", response=list[FigureView], public=True, summary="Published figures")
    def list_figures(self, call: Call) -> list[FigureView]:
        return [figure_view(name, said) for name, said in shown.list_published(self._database)]

    @route(
        "GET",
        "/figures/<figure>",
        response=FigureView,
        public=True,
        summary="One published figure",
    )
    def get_figure(self, call: Call) -> FigureView:
        name = _uuid(call.path["figure"])
        return figure_view(str(name), self.figures.get_figure(name))

    @route(
        "GET",
        "/figures/<figure>/recompute",
        response=Recomputed,
        public=True,
        summary="Compute a published figure again, at the positions it was published with",
    )
    def recompute(self, call: Call) -> Recomputed:
        name = _uuid(call.path["figure"])
        figure: Figure = self.figures.get_figure(name)
        question = _again(figure)
        again = published(shown.answer(self._database, find_measure(figure.measure), question))
        return Recomputed(
            published=figure_view(str(name), figure),
            recomputed=figure_view(str(name), again),
            same=again == figure,
        )


def _again(figure: Figure) -> Question:
    """Give the question a published figure answered."""
    said = figure.filters
    begin, end = said.get("from"), said.get("to")
    return Question(
        as_of=figure.as_of,
        positions=figure.positions,
        begin=datetime.fromisoformat(begin) if begin else None,
        end=datetime.fromisoformat(end) if end else None,
        region=said.get("region", ""),
        department=said.get("department", ""),
        item=said.get("item", ""),
        channel=said.get("channel", ""),
        item_type=said.get("item_type", ""),
        level=said.get("level", ""),
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("no such figure was published") from None
