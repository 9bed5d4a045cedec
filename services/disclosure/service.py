"""Listens and answers: the board, the figures, the cases behind them, published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from services.chassis.bus.positions import is_done
from services.chassis.bus.providers import ApplicationProvider
from services.chassis.bus.subscription import subscribe
from services.chassis.clock import SystemClock
from services.chassis.errors import BanjianError, ContractError, NotFoundError, RuleError
from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.web import Call, Page, Pages, Reply, csv_reply, route
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb
from services.disclosure import messages
from services.disclosure.answers import (
    CaseView,
    FigureView,
    MeasureView,
    Publish,
    Published,
    Recomputed,
    StatView,
    case_view,
    figure_view,
    measure_view,
    published,
    stat_view,
)
from services.disclosure.application import Figures
from services.disclosure.domain import Figure, FigureRuleError
from services.disclosure.inquiry import (
    CasesQuery,
    Filters,
    StatQuery,
    find_measure,
    read_question,
)
from services.disclosure.measures import MEASURES, Answer, Count, Measure, Question
from services.disclosure.pages import board, screens
from services.disclosure.pages.words import Links, rounding
from services.disclosure.projections import READ_MODEL
from services.disclosure.projections import figures as shown
from services.kernel.facts import Facts

PAGES: Final = Pages("disclosure", Path(__file__).parent / "pages" / "templates")
STATISTICIAN: Final = frozenset({"statistician"})
CSV_ROWS: Final = 5_000
"""Rows of one CSV file; a longer list goes on at the `next` cursor of the JSON list."""


class Service:
    """The nameko service."""

    name = "disclosure"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {FigureRuleError: RuleError}
    clock = SystemClock()
    figures: Any = ApplicationProvider(Figures, READ_MODEL)

    @subscribe(reads=messages.READS)
    def on_events(self, batch: Sequence[Event]) -> None:
        """Project a batch; what nobody counts is passed over."""
        with self.figures.unit_of_work() as uow:
            uow.change(*(change for event in batch for change in READ_MODEL.project(event)))

    @route("GET", "/measures", response=list[MeasureView], public=True, summary="All measures")
    def list_measures(self, call: Call) -> list[MeasureView]:
        return [measure_view(measure) for measure in MEASURES.values()]

    @route(
        "GET",
        "/stat/<measure>",
        response=StatView,
        query=StatQuery,
        public=True,
        after=True,
        summary="One statistic at any moment and position",
    )
    def get_stat(self, call: Call[None, StatQuery]) -> StatView:
        measure = find_measure(call.path["measure"])
        question, arrivals = self._asked(call)
        answer = shown.answer(self._database, measure, question)
        by = (call.query.by,) if call.query.by else ()
        cells = shown.cells(self._database, question, measure.counts, by) if by else []
        return stat_view(answer, arrivals, call.query.by, cells)

    @route(
        "GET",
        "/cases.json",
        response=Page[CaseView],
        query=CasesQuery,
        public=True,
        after=True,
        summary="The cases behind a figure",
    )
    def list_cases(self, call: Call[None, CasesQuery]) -> Page[CaseView]:
        _, _, page = self._cases(call, call.query.limit)
        return page

    @route(
        "GET",
        "/cases.csv",
        html=True,
        query=CasesQuery,
        public=True,
        after=True,
        summary=f"The cases behind a figure as CSV, at most {CSV_ROWS} rows",
    )
    def download_cases(self, call: Call[None, CasesQuery]) -> Reply:
        measure, _, page = self._cases(call, CSV_ROWS)
        header = tuple(CaseView.__struct_fields__)
        rows = [[getattr(case, name) for name in header] for case in page.items]
        reply = csv_reply(f"cases-{measure.id}", header, rows)
        return replace(reply, headers={**reply.headers, "X-Next-Cursor": page.next})

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
        asked = call.body
        measure = find_measure(asked.measure)
        question, _ = self._question(asked)
        answer = shown.answer(self._database, measure, question)
        facts = Facts(
            occurred_at=self.clock.now(),
            subject=measure.id,
            actor=call.caller.actor("statistician"),
            correlation_id=call.correlation_id,
        )
        told = self.figures.publish(facts, published(answer), key=call.idempotency_key or None)
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
        question = self._again(figure)
        again = published(shown.answer(self._database, find_measure(figure.measure), question))
        return Recomputed(
            published=figure_view(str(name), figure),
            recomputed=figure_view(str(name), again),
            same=again == figure,
        )

    @route("GET", "/", html=True, public=True, query=Filters, after=True, summary="The board")
    def show_board(self, call: Call[None, Filters]) -> str | Reply:
        error: ContractError | None = None
        try:
            question, arrivals = self._asked(call)
        except ContractError as problem:
            # What was typed stays in the form, next to what is wrong with it.
            error, (question, arrivals) = problem, self._question(Filters())
        by = board.BOARD_BY
        cells = [] if error else shown.cells(self._database, question, tuple(Count), by)
        every = shown.cells(
            self._database,
            Question(question.as_of, question.positions),
            (Count.ACCEPTED,),
            ("channel", "department"),
        )
        names = shown.names(self._database, question.positions["catalog"])
        text = PAGES.render(
            "board.html",
            call,
            title="办件公示",
            english="Cases in figures",
            board=board.build(question, cells, names, arrivals),
            fields=screens.filters(call.query, every, names, error),
            filtered=bool(question.filters) or question.as_of_said,
            wrong=error,
            csv_href=Links(question).cases_csv("S01"),
        )
        return Reply(text, status=400) if error else text

    @route(
        "GET",
        "/cases",
        html=True,
        public=True,
        query=CasesQuery,
        after=True,
        summary="The cases behind a figure, as a page",
    )
    def show_cases(self, call: Call[None, CasesQuery]) -> str:
        measure, answer, page = self._cases(call, call.query.limit)
        names = shown.names(self._database, answer.question.positions["catalog"])
        return PAGES.render(
            "cases.html",
            call,
            title=f"{measure.zh}的办件",
            english=f"Cases behind {measure.id}",
            crumbs=[Crumb("办件公示", "/")],
            view=screens.case_list(call.query, answer, page, names),
        )

    @route("GET", "/how", html=True, public=True, query=Filters, summary="How figures are made")
    def show_method(self, call: Call[None, Filters]) -> str:
        question, arrivals = self._asked(call)
        return PAGES.render(
            "how.html",
            call,
            title="数据从何而来",
            english="How do we know?",
            crumbs=[Crumb("办件公示", "/")],
            measures=list(MEASURES.values()),
            sources=screens.source_lines(arrivals),
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
        summary="How one figure was computed",
    )
    def show_proof(self, call: Call[None, Filters]) -> str:
        measure = find_measure(call.path["measure"])
        question, _ = self._asked(call)
        answer = shown.answer(self._database, measure, question)
        names = shown.names(self._database, question.positions["catalog"])
        return PAGES.render(
            "proof.html",
            call,
            title=f"{measure.zh}是怎样算出来的",
            english=f"How {measure.id} was computed",
            crumbs=[Crumb("办件公示", "/"), Crumb("数据从何而来", "/how")],
            view=screens.proof(answer, names),
        )

    @property
    def _database(self) -> Database:
        database: Database = self.figures.database
        return database

    def _question(self, said: Filters) -> tuple[Question, Mapping[str, shown.Arrival]]:
        arrivals = shown.arrivals(self._database)
        watermarks = {source: arrival.watermark for source, arrival in arrivals.items()}
        return read_question(said, self.clock.now(), watermarks), arrivals

    def _asked(self, call: Call[None, Any]) -> tuple[Question, Mapping[str, shown.Arrival]]:
        call.wait_until_fresh(lambda source, at: is_done(self._database, source, at))
        return self._question(call.query)

    def _again(self, figure: Figure) -> Question:
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
        )

    def _cases(
        self, call: Call[None, CasesQuery], limit: int
    ) -> tuple[Measure, Answer, Page[CaseView]]:
        measure = find_measure(call.query.measure)
        count = measure.numerator
        if call.query.part == "denominator":
            if measure.denominator is None:
                raise ContractError(f"{measure.id} has no denominator", field="part")
            count = measure.denominator
        question, _ = self._asked(call)
        rows = shown.list_cases(
            self._database,
            question,
            count,
            after=read_cursor(call.query.cursor, tuple[datetime, str]),
            limit=limit + 1,
        )
        page = page_of(rows, limit, lambda row: (row.accepted_at, row.case_no))
        answer = shown.answer(self._database, measure, question)
        return measure, answer, Page([case_view(row) for row in page.items], page.next)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("no such figure was published") from None
