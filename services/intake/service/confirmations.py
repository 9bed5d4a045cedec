"""What waits for a supervisor: requests that a case be voided, or deleted as entered in error."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.clock import Clock
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.paging import page_of, read_cursor
from services.intake.desk_answers import ConfirmationsQuery
from services.intake.pages.confirmations import confirmations_page
from services.intake.projections import catalog_of
from services.intake.projections.undoings import UndoingRow, count_undoings, list_undoings
from services.intake.service.case_desk import SUPERVISOR
from services.intake.service.cases import PAGES
from services.intake.service.desk import PRIVATE, QUEUE


class ConfirmationRoutes:
    """The list and its page; a part of intake's service. A case's own page confirms or declines."""

    clock: Clock
    cases: Any

    @route(
        "GET",
        "/confirmations",
        response=Page[UndoingRow],
        query=ConfirmationsQuery,
        roles=SUPERVISOR,
        summary="List what somebody wants voided or deleted and nobody answered yet, oldest first",
    )
    def list_confirmations(self, call: Call[None, ConfirmationsQuery]) -> Page[UndoingRow]:
        return self._confirmations(call.query)

    @route(
        "GET",
        "/desk/confirmations",
        html=True,
        roles=SUPERVISOR,
        query=ConfirmationsQuery,
        summary="What somebody wants voided or deleted, for another supervisor to answer",
    )
    def show_confirmations(self, call: Call[None, ConfirmationsQuery]) -> Reply:
        query, database = call.query, self.cases.database
        page = self._confirmations(query)
        known = catalog_of(database)(sorted({row.item_code for row in page.items}))
        waiting = count_undoings(database, department=query.department, window=query.window)
        text = PAGES.render(
            "desk_confirmations.html",
            call,
            title="待批准的作废和删除",
            english="To be confirmed",
            crumbs=[QUEUE],
            **confirmations_page(query, page, waiting, known, self.clock.now(), call.caller.id),
        )
        return Reply(text, headers=PRIVATE)

    def _confirmations(self, query: ConfirmationsQuery) -> Page[UndoingRow]:
        rows = list_undoings(
            self.cases.database,
            department=query.department,
            window=query.window,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.requested_at, row.project_no))
