"""Publishes figures for ever, computes them again, proves them, and says what was found later."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from services.chassis.audit.proofs import prove_inclusion
from services.chassis.errors import NotFoundError
from services.chassis.events import Event
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.paging import Cursor, Limit, page_of, read_cursor
from services.disclosure.answers import (
    FigureView,
    Proven,
    Publish,
    Published,
    Rechecks,
    Recomputed,
    SourceProof,
    correction_view,
    figure_view,
    published,
    recheck_view,
)
from services.disclosure.domain import Figure, Printed
from services.disclosure.inquiry import check_takes, find_measure, read_printed
from services.disclosure.projections import figures as shown
from services.disclosure.projections.rechecks import question_of
from services.disclosure.service.asking import Asking
from services.kernel.facts import Facts

STATISTICIAN: Final = frozenset({"statistician"})
RECHECKED_AT_ONCE: Final = 100
"""Figures counted again by one call; the answer says where the next goes on."""


class FiguresQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Query of the list of published figures."""

    measure: Annotated[str, msgspec.Meta(max_length=16)] = ""
    cursor: Cursor = ""
    limit: Limit = 50


class Recheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which figures to count again."""

    after: Annotated[
        str,
        msgspec.Meta(
            max_length=36,
            pattern="^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$",
            description="`next` of the call before; empty: from the first on.",
        ),
    ] = ""


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
        return self._publish(call, call.body)

    def _publish(self, call: Call[Any, Any], asked: Publish) -> Published:
        self.audit_log.insist_on_anchors()
        measure = find_measure(asked.measure)
        question, _ = self._question(asked)
        check_takes(measure, question)
        printed = Printed(read_printed(asked.printed), asked.of) if asked.printed else None
        answer = shown.answer(self._database, measure, question)
        facts = self._facts(call, measure.id)
        key = call.idempotency_key or None
        told = self.figures.publish(facts, published(answer), printed, key=key)
        return Published(told["figure"], told["event"], f"/figures/{told['figure']}")

    @route(
        "GET",
        "/figures",
        response=list[FigureView],
        query=FiguresQuery,
        public=True,
        summary="Published figures with their corrections, the newest first; X-Next-Cursor goes on",
    )
    def list_figures(self, call: Call[None, FiguresQuery]) -> Reply:
        page = self._published(call.query)
        views = [said_view(said) for said in page.items]
        return Reply(views, headers={"X-Next-Cursor": page.next})

    @route(
        "GET",
        "/figures/<figure>",
        response=FigureView,
        public=True,
        summary="One published figure with its corrections",
    )
    def get_figure(self, call: Call) -> FigureView:
        return said_view(self._said(call.path["figure"]))

    @route(
        "GET",
        "/figures/<figure>/recompute",
        response=Recomputed,
        public=True,
        summary="Compute a published figure again, at the positions it was published with",
    )
    def recompute(self, call: Call) -> Recomputed:
        name = figure_id(call.path["figure"])
        figure: Figure = self.figures.get_figure(name)
        question = question_of(figure)
        again = published(shown.answer(self._database, find_measure(figure.measure), question))
        return Recomputed(
            published=figure_view(str(name), figure),
            recomputed=figure_view(str(name), again),
            same=again == figure,
        )

    @route(
        "GET",
        "/figures/<figure>/proof",
        response=Proven,
        public=True,
        summary="That a figure was published, as it stands in the signed log",
    )
    def prove_figure(self, call: Call) -> Proven:
        return self._proven(self._said(call.path["figure"]), call.root)

    @route(
        "POST",
        "/figures/recheck",
        request=Recheck,
        response=Rechecks,
        roles=STATISTICIAN,
        summary="Count published figures again; those that are others now are corrected",
    )
    def recheck_figures(self, call: Call[Recheck]) -> Rechecks:
        names = shown.all_published(self._database, call.body.after, RECHECKED_AT_ONCE)
        found = []
        for name in names:
            said = self.figures.get_figure(UUID(name))
            found.append(self.figures.recheck(self._facts(call, said.measure), UUID(name)))
        return Rechecks(
            len(found),
            [recheck_view(one) for one in found if one.corrected],
            names[-1] if len(names) == RECHECKED_AT_ONCE else "",
        )

    def _published(self, query: FiguresQuery) -> Page[shown.Said]:
        rows = shown.list_published(
            self._database,
            query.limit + 1,
            measure=query.measure,
            after=read_cursor(query.cursor, tuple[datetime, str]),
        )
        return page_of(rows, query.limit, lambda said: (said.published_at, said.figure_id))

    def _said(self, text: str) -> shown.Said:
        said = shown.find_published(self._database, str(figure_id(text)))
        if said is None:
            raise NotFoundError("no such figure was published")
        return said

    def _proven(self, said: shown.Said, root: str) -> Proven:
        """Give everything one needs to check offline that a figure was published."""
        events: list[Event] = self.figures.events_of(UUID(said.figure_id))
        event = events[0]
        view = said_view(said)
        inclusion = prove_inclusion(self._database.read, event.position) if event.position else None
        return Proven(
            figure=view,
            event=event.id,
            position=event.position,
            recorded_at=event.recorded_at,
            state=msgspec.json.encode(event.body).decode(),
            inclusion=inclusion,
            sources=[
                SourceProof(
                    name, at, f"{root}/{name}/audit/checkpoint?{urlencode({'position': at})}"
                )
                for name, at in sorted(view.positions.items())
                if at
            ],
            verify=[
                "banjian audit export DIR",
                f"python -m banjian_verify DIR --figure {said.figure_id}",
                f"banjian audit verify DIR --figure {said.figure_id}",
            ],
        )

    def _facts(self, call: Call[Any, Any], subject: str) -> Facts:
        return Facts(
            occurred_at=self.clock.now(),
            subject=subject,
            actor=call.caller.actor("statistician"),
            correlation_id=call.correlation_id,
        )


def said_view(said: shown.Said) -> FigureView:
    """Show a published figure with its corrections."""
    corrections = [correction_view(at, told) for at, told in said.corrections]
    return figure_view(said.figure_id, said.figure, corrections)


def figure_of(said: shown.Said) -> Figure:
    """Give a published figure from the read model's JSON."""
    return msgspec.convert(said.figure, Figure)


def figure_id(text: str) -> UUID:
    """Raises:
    NotFoundError: no figure is named so.
    """
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("no such figure was published") from None
