"""Corrections of one's own record (条例 art. 41) over HTTP: asked for, and answered at the desk."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.chassis.clock import SystemClock
from services.chassis.vault import Opening, Purpose
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.disclosure.domain.foi_terms import OFFICER
from services.disclosure.domain.own_records import record_stream
from services.disclosure.projections.own_records import CorrectionRow, list_records
from services.disclosure.record_answers import (
    AskOwnCorrection,
    CorrectionReceipt,
    CorrectionsQuery,
    CorrectionTold,
    DecideCorrection,
    OwnRecordView,
    RegisterOwnCorrection,
    record_view,
)
from services.disclosure.service.foi import OFFICERS, PRIVATE, READERS
from services.disclosure.service.turns import RECORD, actor_of, turn_of
from services.kernel.facts import Facts


class OwnRecordRoutes:
    """Routes about records somebody wants corrected; a part of disclosure's service."""

    name: str
    clock: SystemClock
    figures: Any

    @route(
        "POST",
        "/corrections",
        request=AskOwnCorrection,
        response=CorrectionReceipt,
        public=True,
        status=201,
        summary="Say that a record about oneself is wrong, with what shows it",
    )
    def ask_record_correction(self, call: Call[AskOwnCorrection]) -> CorrectionReceipt:
        """Keep number and code: they alone show how far it is."""
        return self._take_record(call, call.body)

    @route(
        "POST",
        "/corrections/register",
        request=RegisterOwnCorrection,
        response=CorrectionReceipt,
        roles=OFFICERS,
        status=201,
        summary="Enter an application that came on paper",
    )
    def register_record_correction(self, call: Call[RegisterOwnCorrection]) -> CorrectionReceipt:
        return self._take_record(call, call.body)

    @route(
        "GET",
        "/corrections",
        query=CorrectionsQuery,
        response=Page[CorrectionRow],
        roles=READERS,
        summary="List such applications: those that wait, the oldest first; or all",
    )
    def list_record_corrections(self, call: Call[None, CorrectionsQuery]) -> Page[CorrectionRow]:
        return self._page_of_records(call.query)

    @route(
        "GET",
        "/corrections/<correction_no>",
        response=OwnRecordView,
        roles=READERS,
        summary="An application and its history",
    )
    def get_record_correction(self, call: Call) -> OwnRecordView:
        number = call.path["correction_no"]
        record = self.figures.record_correction(number)
        events = self.figures.events_of(record_stream(number))
        return record_view(record, [history_event(event) for event in events])

    @route(
        "GET",
        "/corrections/<correction_no>/texts",
        response=dict[str, str],
        roles=OFFICERS,
        summary="Who asks, and for what; that it is opened is written down",
    )
    def get_record_texts(self, call: Call) -> Reply:
        return Reply(self._record_texts(call), headers=PRIVATE)

    @route(
        "POST",
        "/corrections/<correction_no>/decision",
        request=DecideCorrection,
        response=CorrectionTold,
        roles=OFFICERS,
        summary="Answer: corrected, unfounded, transferred, or referred to another authority",
    )
    def decide_record_correction(self, call: Call[DecideCorrection]) -> CorrectionTold:
        done = self._decide(call, call.body)
        place = written(call, self.figures.database, self.name, done.stream, done.version)
        return CorrectionTold(done.key, done.state, place.event, place.position)

    def _take_record(self, call: Call[Any, Any], said: AskOwnCorrection) -> CorrectionReceipt:
        turn = turn_of(call, self.clock.now(), RECORD)
        paper = said if isinstance(said, RegisterOwnCorrection) else None
        actor = actor_of(call.caller, OFFICER if paper else "")
        done = self.figures.ask_record_correction(
            Facts(turn.now, turn.number, actor, call.correlation_id),
            turn.number,
            turn.code,
            said.told(),
            account="" if paper else call.caller.id,
            received_on=paper.received_on if paper else None,
            key=turn.key,
        )
        return CorrectionReceipt(
            done.key, turn.shown_code, done.state, f"{done.stream}/{done.version}"
        )

    def _decide(self, call: Call[Any, Any], said: DecideCorrection) -> Any:
        number = call.path["correction_no"]
        facts = Facts(self.clock.now(), number, call.caller.actor(OFFICER), call.correlation_id)
        return self.figures.decide_record_correction(
            facts,
            number,
            said.outcome,
            said.letter_no,
            said.authority,
            key=call.idempotency_key or None,
        )

    def _record_texts(self, call: Call[Any, Any]) -> dict[str, str]:
        opening = Opening(call.caller.id, OFFICER, Purpose.CASE_HANDLING, call.correlation_id)
        record = self.figures.record_correction(call.path["correction_no"])
        return dict(self.figures.record_texts(record, opening))

    def _page_of_records(self, query: CorrectionsQuery) -> Page[CorrectionRow]:
        rows = list_records(
            self.figures.database,
            waiting=not query.all,
            after=read_cursor(query.cursor, tuple[date, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.received_on, row.correction_no))
