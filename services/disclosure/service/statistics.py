"""Figures for programs: definitions, one statistic, and what is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from services.chassis.errors import ContractError
from services.chassis.web import Call, Page, Reply, csv_reply, route
from services.disclosure.answers import (
    CaseView,
    CheckView,
    EntryView,
    MeasureView,
    StatView,
    check_view,
    measure_view,
    stat_view,
)
from services.disclosure.inquiry import (
    CasesQuery,
    CheckQuery,
    EntriesQuery,
    StatQuery,
    check_takes,
    find_measure,
    read_known_at,
    read_printed,
)
from services.disclosure.measures import MEASURES
from services.disclosure.projections import figures as shown
from services.disclosure.projections.names import Names, names_at
from services.disclosure.service.asking import Asking
from services.kernel.rounding import possible_percent

CSV_ROWS: Final = 5_000
"""Rows of one CSV file; a longer list goes on at the `next` cursor of the JSON list."""


class Statistics(Asking):
    """Routes that answer JSON and CSV."""

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
        check_takes(measure, question, call.query.by)
        answer = shown.answer(self._database, measure, question)
        by = (call.query.by,) if call.query.by else ()
        cells = shown.groups(self._database, measure, question, by) if by else []
        names = names_at(self._database, question.positions["catalog"]) if by else Names({}, {})
        view = stat_view(answer, arrivals, call.query.by, cells, names.of(call.query.by))
        return msgspec.structs.replace(view, known_at=read_known_at(call.query))

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
        return _csv(f"cases-{measure.id}", CaseView, page)

    @route(
        "GET",
        "/entries.json",
        response=Page[EntryView],
        query=EntriesQuery,
        public=True,
        after=True,
        summary="The items, changes or claims behind a figure of the catalog",
    )
    def list_entries(self, call: Call[None, EntriesQuery]) -> Page[EntryView]:
        _, _, page = self._entries(call, call.query.limit)
        return page

    @route(
        "GET",
        "/entries.csv",
        html=True,
        query=EntriesQuery,
        public=True,
        after=True,
        summary=f"What is behind a figure of the catalog as CSV, at most {CSV_ROWS} rows",
    )
    def download_entries(self, call: Call[None, EntriesQuery]) -> Reply:
        measure, _, page = self._entries(call, CSV_ROWS)
        return _csv(f"entries-{measure.id}", EntryView, page)

    @route(
        "GET",
        "/check",
        response=CheckView,
        query=CheckQuery,
        public=True,
        summary="Whether a printed percentage can come from a whole number over a population",
    )
    def check_percentage(self, call: Call[None, CheckQuery]) -> CheckView:
        asked = call.query
        printed = read_printed(asked.printed)
        places = asked.places
        if places is None:
            places = max(0, -int(printed.as_tuple().exponent))
        try:
            return check_view(possible_percent(printed, asked.of, places))
        except ValueError as problem:
            raise ContractError(str(problem), field="printed") from None


def _csv(name: str, shape: type[Any], page: Page[Any]) -> Reply:
    header: Sequence[str] = shape.__struct_fields__
    rows = [[getattr(row, field) for field in header] for row in page.items]
    reply = csv_reply(name, header, rows)
    return replace(reply, headers={**reply.headers, "X-Next-Cursor": page.next})
