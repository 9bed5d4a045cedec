"""Pages: how do we know? Of a figure as it is, and of every figure that was published."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec

from services.chassis.bus.positions import is_done
from services.chassis.errors import ContractError, UnavailableError
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.disclosure.answers import Publish
from services.disclosure.domain import FigureRuleError
from services.disclosure.inquiry import Filters, check_takes, find_measure, read_known_at
from services.disclosure.measures import MEASURES, Answer, Measure, Question
from services.disclosure.pages import proofs
from services.disclosure.pages.words import Links, rounding
from services.disclosure.projections import figures as shown
from services.disclosure.projections.known import known_at
from services.disclosure.projections.names import NEWEST, names_at
from services.disclosure.projections.rechecks import cases_of, question_of
from services.disclosure.service.publishing import (
    STATISTICIAN,
    FiguresQuery,
    Publishing,
    figure_of,
)
from services.disclosure.service.screens import PAGES

HERE = (Crumb("办件公示", "/board"), Crumb("数据从何而来", "/how"))


class PublishForm(Filters, frozen=True, kw_only=True):
    """What the form of a statistician sends."""

    measure: Annotated[str, msgspec.Meta(max_length=16)] = ""
    printed: Annotated[str, msgspec.Meta(max_length=12)] = ""


class ProofPages(Publishing):
    """Routes that answer the pages behind 'how do we know?'."""

    @route("GET", "/how", html=True, public=True, query=Filters, summary="How figures are made")
    def show_method(self, call: Call[None, Filters]) -> str:
        question, arrivals = self._asked(call)
        return PAGES.render(
            "how.html",
            call,
            title="数据从何而来",
            english="How do we know?",
            crumbs=[HERE[0]],
            measures=list(MEASURES.values()),
            sources=proofs.source_lines(arrivals),
            published=proofs.published_table(
                shown.list_published(self._database, 5),
                "最近公布的数据",
                names_at(self._database, question.positions["catalog"]),
            ),
            links=Links(question),
            rounding=rounding,
        )

    @route(
        "GET",
        "/how/<measure>",
        html=True,
        public=True,
        query=Filters,
        after=True,
        summary="Why one may believe a figure: formula, both times, log positions, signed heads",
    )
    def show_proof(self, call: Call[None, Filters]) -> str:
        return self._proof_page(call, call.path["measure"], call.query)

    @route(
        "POST",
        "/published",
        html=True,
        request=PublishForm,
        roles=STATISTICIAN,
        summary="Publish a figure for ever, by the form",
    )
    def publish_by_form(self, call: Call[PublishForm]) -> Reply:
        said = call.body
        words = {name: getattr(said, name) for name in Filters.__struct_fields__}
        try:
            told = self._publish(
                call, Publish(measure=said.measure, printed=said.printed.strip(), **words)
            )
        except (FigureRuleError, ContractError, UnavailableError) as refusal:
            text = self._proof_page(call, said.measure, said, refused=str(refusal))
            return Reply(text, status=422)
        place = f"{call.base}/published/{told.figure}"
        return Reply("", status=303, headers={"Location": place})

    def _proof_page(
        self, call: Call[Any, Any], name: str, said: Filters, *, refused: str = ""
    ) -> str:
        call.wait_until_fresh(lambda source, at: is_done(self._database, source, at))
        measure = find_measure(name)
        question, _ = self._question(said)
        check_takes(measure, question)
        answer = shown.answer(self._database, measure, question)
        names = names_at(self._database, question.positions["catalog"])
        published = shown.list_published(self._database, 10, measure=measure.id)
        return PAGES.render(
            "proof.html",
            call,
            title=f"凭什么相信“{measure.zh}”",
            english="How do we know?",
            crumbs=HERE,
            view=proofs.proof(
                answer, names, self._knowing(said, measure, question, answer), published
            ),
            asked=said,
            publishes=bool(call.caller.roles & STATISTICIAN),
            printed=getattr(said, "printed", ""),
            refused=refused,
        )

    @route(
        "GET",
        "/published",
        html=True,
        public=True,
        query=FiguresQuery,
        summary="What was published, and what was found of it later, as a page",
    )
    def show_published(self, call: Call[None, FiguresQuery]) -> str:
        page = self._published(call.query)
        said = {"measure": call.query.measure, "limit": call.query.limit, "cursor": page.next}
        href = f"/published?{urlencode(said)}" if page.next else ""
        names = names_at(self._database, NEWEST)
        return PAGES.render(
            "published.html",
            call,
            title="已公布的数据",
            english="Published figures",
            crumbs=HERE,
            table=proofs.published_table(page.items, "公布过的每一个数", names, href),
        )

    @route(
        "GET",
        "/published/<figure>",
        html=True,
        public=True,
        summary="One published figure with its proof and its corrections, as a page",
    )
    def show_published_figure(self, call: Call) -> str:
        said = self._said(call.path["figure"])
        proven = self._proven(said, call.root)
        figure = figure_of(said)
        measure = MEASURES.get(said.measure)
        answer = None
        if measure is not None:
            answer = shown.answer(self._database, measure, question_of(figure))
        names = names_at(self._database, figure.positions.get("catalog", 0))
        causes = [cause for one in proven.figure.corrections for cause in one.causes]
        places = [cause.position for cause in causes if cause.source == "intake"]
        view = proofs.published_proof(
            proven, answer, said.published_at, names, cases_of(self._database, places)
        )
        return PAGES.render(
            "published_figure.html",
            call,
            title=f"凭什么相信这个数：{view.measure_name}",
            english="How do we know?",
            crumbs=[*HERE, Crumb("已公布的数据", "/published")],
            view=view,
        )

    def _knowing(
        self, said: Filters, measure: Measure, question: Question, answer: Answer
    ) -> list[proofs.Knowing]:
        """Ask the same by what was known when its moment was over, and by what is known now."""
        words = question.words | {"as_of": question.as_of.isoformat()}
        moments = {"from": question.begin, "to": question.end}
        words |= {name: at.isoformat() for name, at in moments.items() if at}
        now = self._question(Filters())[0].positions
        then = known_at(self._database, question.as_of, dict(now))
        found = []
        for name, english, positions, told in (
            ("当时已知", "Known at that moment", then, {"known_at": question.as_of.isoformat()}),
            ("现在已知", "Known now", now, {}),
        ):
            href = f"/how/{measure.id}?{urlencode(words | told)}"
            asked = replace(question, positions=positions)
            again = shown.answer(self._database, measure, asked)
            here = dict(positions) == dict(question.positions)
            found.append(proofs.knowing(name, english, again, href, here=here))
        if not any(one.here for one in found):
            moment = read_known_at(said)
            name = f"{moment:%Y-%m-%d %H:%M} 已知" if moment else "本页日志位置"
            found.insert(1, proofs.knowing(name, "This page", answer, "", here=True))
        return found
