"""What is behind a figure that counts happenings or days, and the events behind one case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.chassis.errors import ContractError, NotFoundError
from services.chassis.web import Call, Page, Reply, csv_reply, route
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb
from services.disclosure.happening_answers import (
    CaseFactView,
    CaseQuery,
    DayView,
    HappeningsQuery,
    HappeningView,
    WorkingDaysQuery,
    happening_view,
)
from services.disclosure.inquiry import behind, check_takes, find_measure
from services.disclosure.measures import Answer, Days, Happened, Measure, Question
from services.disclosure.pages import happenings as laid
from services.disclosure.projections import days
from services.disclosure.projections import figures as shown
from services.disclosure.projections.case_facts import list_facts
from services.disclosure.projections.happened_figures import list_rows
from services.disclosure.projections.names import names_at, region_names
from services.disclosure.service.asking import Asking, list_of
from services.disclosure.service.screens import PAGES

CSV_ROWS: Final = 5_000
"""Rows of one CSV file; a longer list goes on at the `next` cursor of the JSON list."""
_HOME: Final = Crumb("办件公示", "/board")


class Happenings(Asking):
    """Routes of the lists behind figures that count no cases and nothing of the catalog."""

    @route(
        "GET",
        "/happenings.json",
        response=Page[HappeningView],
        query=HappeningsQuery,
        public=True,
        after=True,
        summary="What happened behind a figure, with its place in the log",
    )
    def list_happenings(self, call: Call[None, HappeningsQuery]) -> Page[HappeningView]:
        _, _, page = self._happenings(call, call.query.limit)
        return page

    @route(
        "GET",
        "/happenings.csv",
        html=True,
        query=HappeningsQuery,
        public=True,
        after=True,
        summary=f"What happened behind a figure as CSV, at most {CSV_ROWS} rows",
    )
    def download_happenings(self, call: Call[None, HappeningsQuery]) -> Reply:
        measure, _, page = self._happenings(call, CSV_ROWS)
        return _csv(f"happenings-{measure.id}", HappeningView, page.items, page.next)

    @route(
        "GET",
        "/happenings",
        html=True,
        public=True,
        query=HappeningsQuery,
        after=True,
        summary="What happened behind a figure, as a page",
    )
    def show_happenings(self, call: Call[None, HappeningsQuery]) -> str:
        measure, answer, page = self._happenings(call, call.query.limit)
        names = names_at(self._database, answer.question.positions["catalog"])
        return PAGES.render(
            "happenings.html",
            call,
            title=f"{measure.zh}的明细",
            english=f"Behind {measure.id}",
            crumbs=[_HOME],
            view=laid.happening_list(call.query, answer, page, names),
        )

    @route(
        "GET",
        "/working-days.json",
        response=list[DayView],
        query=WorkingDaysQuery,
        public=True,
        after=True,
        summary="The working days behind a figure per day",
    )
    def list_working_days(self, call: Call[None, WorkingDaysQuery]) -> list[DayView]:
        _, found = self._days(call)
        return found

    @route(
        "GET",
        "/working-days.csv",
        html=True,
        query=WorkingDaysQuery,
        public=True,
        after=True,
        summary="The working days behind a figure per day as CSV",
    )
    def download_working_days(self, call: Call[None, WorkingDaysQuery]) -> Reply:
        answer, found = self._days(call)
        return _csv(f"working-days-{answer.measure.id}", DayView, found)

    @route(
        "GET",
        "/working-days",
        html=True,
        query=WorkingDaysQuery,
        public=True,
        after=True,
        summary="The working days behind a figure per day, as a page",
    )
    def show_working_days(self, call: Call[None, WorkingDaysQuery]) -> str:
        answer, found = self._days(call)
        return PAGES.render(
            "working_days.html",
            call,
            title="工作日",
            english=f"Working days behind {answer.measure.id}",
            crumbs=[_HOME],
            view=laid.day_list(answer, found),
        )

    @route(
        "GET",
        "/case.json",
        response=list[CaseFactView],
        query=CaseQuery,
        public=True,
        after=True,
        summary="The events a case is counted by, with their places in the log",
    )
    def list_case(self, call: Call[None, CaseQuery]) -> list[CaseFactView]:
        return self._case_facts(call)

    @route(
        "GET",
        "/case",
        html=True,
        query=CaseQuery,
        public=True,
        after=True,
        summary="The events a case is counted by, as a page",
    )
    def show_case(self, call: Call[None, CaseQuery]) -> str:
        found = self._case_facts(call)
        question, _ = self._question(call.query)
        names = names_at(self._database, question.positions["catalog"])
        return PAGES.render(
            "case.html",
            call,
            title="这件办件怎样计数",
            english="How this case is counted",
            crumbs=[_HOME],
            case_no=call.query.case_no,
            lines=laid.case_lines(found, names),
        )

    def _happenings(
        self, call: Call[None, HappeningsQuery], limit: int
    ) -> tuple[Measure, Answer, Page[HappeningView]]:
        measure = find_measure(call.query.measure)
        counted = behind(measure, call.query.part)
        if not isinstance(counted, Happened):
            raise ContractError(f"{measure.id}: {list_of(counted)} lists this", field="measure")
        question = measure.asked(self._asked_of(measure, call))
        rows = list_rows(
            self._database,
            question,
            counted,
            after=read_cursor(call.query.cursor, tuple[datetime, int]),
            limit=limit + 1,
        )
        page = page_of(rows, limit, lambda row: (row.at, row.id))
        answer = shown.answer(self._database, measure, question)
        regions = region_names(self._database, question.positions["catalog"])
        views = [happening_view(row, regions) for row in page.items]
        return measure, answer, Page(views, page.next)

    def _days(self, call: Call[None, WorkingDaysQuery]) -> tuple[Answer, list[DayView]]:
        measure = find_measure(call.query.measure)
        if Days.WORKING not in measure.counts:
            raise ContractError(f"{measure.id} counts no days", field="measure")
        question, _ = self._asked(call)
        check_takes(measure, question)
        answer = shown.answer(self._database, measure, question)
        asked: Question = answer.question
        known = days.calendar(self._database, asked)
        found = days.list_days(known, *days.span(asked))
        return answer, [DayView(one.day, one.why) for one in found]

    def _case_facts(self, call: Call[None, CaseQuery]) -> list[CaseFactView]:
        question, _ = self._asked(call)
        place = question.positions["intake"]
        found = list_facts(self._database, call.query.case_no, place)
        if not found:
            raise NotFoundError("no case of this number is counted here")
        return [CaseFactView(*row) for row in found]


def _csv(name: str, shape: type[Any], items: Sequence[Any], cursor: str = "") -> Reply:
    header: Sequence[str] = shape.__struct_fields__
    rows = [[getattr(row, field) for field in header] for row in items]
    reply = csv_reply(name, header, rows)
    return replace(reply, headers={**reply.headers, "X-Next-Cursor": cursor})
