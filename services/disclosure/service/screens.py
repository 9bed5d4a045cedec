"""Pages: the board, and what is behind a figure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from services.chassis.errors import ContractError
from services.chassis.web import Call, Pages, Reply, route
from services.chassis.web.parts import Crumb
from services.disclosure.inquiry import CasesQuery, EntriesQuery, Filters
from services.disclosure.measures import Count, Question
from services.disclosure.pages import board, catalog, screens
from services.disclosure.pages.words import Links
from services.disclosure.projections import figures as shown
from services.disclosure.projections.names import names_at
from services.disclosure.service.asking import Asking

PAGES: Final = Pages("disclosure", Path(__file__).parents[1] / "pages" / "templates")


class Screens(Asking):
    """Routes that answer pages."""

    @route(
        "GET",
        "/board",
        html=True,
        public=True,
        query=Filters,
        after=True,
        summary="The board: every figure of the cases, and of the catalog",
    )
    def show_board(self, call: Call[None, Filters]) -> str | Reply:
        error: ContractError | None = None
        try:
            question, arrivals = self._asked(call)
        except ContractError as problem:
            # What was typed stays in the form, next to what is wrong with it.
            error, (question, arrivals) = problem, self._question(Filters())
        by = board.BOARD_BY
        cells = [] if error else shown.cells(self._database, question, tuple(Count), by)
        listed = None if error else self._catalog_section(question)
        every = shown.cells(
            self._database,
            Question(question.as_of, question.positions),
            (Count.ACCEPTED,),
            ("channel", "department"),
        )
        names = names_at(self._database, question.positions["catalog"])
        text = PAGES.render(
            "board.html",
            call,
            title="办件公示",
            english="Cases in figures",
            board=board.build(question, cells, names, arrivals),
            catalog=listed,
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
        names = names_at(self._database, answer.question.positions["catalog"])
        return PAGES.render(
            "cases.html",
            call,
            title=f"{measure.zh}的办件",
            english=f"Cases behind {measure.id}",
            crumbs=[Crumb("办件公示", "/board")],
            view=screens.case_list(call.query, answer, page, names),
        )

    @route(
        "GET",
        "/entries",
        html=True,
        public=True,
        query=EntriesQuery,
        after=True,
        summary="The items, changes or claims behind a figure of the catalog, as a page",
    )
    def show_entries(self, call: Call[None, EntriesQuery]) -> str:
        measure, answer, page = self._entries(call, call.query.limit)
        names = names_at(self._database, answer.question.positions["catalog"])
        return PAGES.render(
            "entries.html",
            call,
            title=f"{measure.zh}的明细",
            english=f"Behind {measure.id}",
            crumbs=[Crumb("办件公示", "/board")],
            view=catalog.entry_list(call.query, answer, page, names),
        )

    def _catalog_section(self, question: Question) -> catalog.Section | None:
        """Compute the catalog's figures; channels and single items do not cut them."""
        cut = replace(question, channel="", item="")
        answers = shown.catalog_answers(self._database, cut, catalog.MEASURES_SHOWN)
        return catalog.section(answers, left_out=bool(question.channel or question.item))
