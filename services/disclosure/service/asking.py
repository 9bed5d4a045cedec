"""What every route shares: the question of a call, and what is behind a figure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.chassis.bus.positions import is_done
from services.chassis.clock import SystemClock
from services.chassis.errors import ContractError
from services.chassis.eventlog.database import Database
from services.chassis.web import Call, Page
from services.chassis.web.paging import page_of, read_cursor
from services.disclosure.answers import CaseView, EntryView, case_view, entry_view
from services.disclosure.inquiry import (
    CasesQuery,
    EntriesQuery,
    Filters,
    behind,
    check_takes,
    find_measure,
    read_known_at,
    read_question,
)
from services.disclosure.measures import (
    Answer,
    Count,
    Days,
    Happened,
    Measure,
    Quantity,
    Question,
    Tally,
)
from services.disclosure.projections import figures as shown
from services.disclosure.projections.catalog_figures import list_entries
from services.disclosure.projections.known import known_at
from services.disclosure.projections.names import region_names


class Asking:
    """Reads questions against what has arrived here."""

    clock: SystemClock
    figures: Any

    @property
    def _database(self) -> Database:
        database: Database = self.figures.database
        return database

    def _question(self, said: Filters) -> tuple[Question, Mapping[str, shown.Arrival]]:
        arrivals = shown.arrivals(self._database)
        watermarks = {source: arrival.watermark for source, arrival in arrivals.items()}
        moment = read_known_at(said)
        if moment is not None:
            watermarks = known_at(self._database, moment, watermarks)
        return read_question(said, self.clock.now(), watermarks), arrivals

    def _asked(self, call: Call[None, Any]) -> tuple[Question, Mapping[str, shown.Arrival]]:
        call.wait_until_fresh(lambda source, at: is_done(self._database, source, at))
        return self._question(call.query)

    def _asked_of(self, measure: Measure, call: Call[None, Any]) -> Question:
        """Give the question of a call, which has to be one this measure can answer."""
        question, _ = self._asked(call)
        check_takes(measure, question)
        return question

    def _cases(
        self, call: Call[None, CasesQuery], limit: int
    ) -> tuple[Measure, Answer, Page[CaseView]]:
        measure = find_measure(call.query.measure)
        count = behind(measure, call.query.part)
        if not isinstance(count, Count):
            raise ContractError(f"{measure.id}: {list_of(count)} lists this", field="measure")
        question = self._asked_of(measure, call)
        rows = shown.list_cases(
            self._database,
            question,
            count,
            after=read_cursor(call.query.cursor, tuple[datetime, str]),
            limit=limit + 1,
        )
        page = page_of(rows, limit, lambda row: (row.accepted_at, row.case_no))
        answer = shown.answer(self._database, measure, question)
        regions = region_names(self._database, question.positions["catalog"])
        views = [case_view(row, regions) for row in page.items]
        return measure, answer, Page(views, page.next)

    def _entries(
        self, call: Call[None, EntriesQuery], limit: int
    ) -> tuple[Measure, Answer, Page[EntryView]]:
        measure = find_measure(call.query.measure)
        tally = behind(measure, call.query.part)
        if not isinstance(tally, Tally):
            raise ContractError(f"{measure.id}: {list_of(tally)} lists this", field="measure")
        question = measure.asked(self._asked_of(measure, call))
        rows = list_entries(
            self._database,
            question,
            tally,
            after=read_cursor(call.query.cursor, tuple[str, int]),
            limit=limit + 1,
        )
        page = page_of(rows, limit, lambda row: (row.code, row.position))
        answer = shown.answer(self._database, measure, question)
        return measure, answer, Page([entry_view(row) for row in page.items], page.next)


def list_of(count: Quantity) -> str:
    """Name the list of what a quantity counts."""
    kinds = {Count: "/cases", Tally: "/entries", Days: "/working-days", Happened: "/happenings"}
    return kinds[type(count)]
