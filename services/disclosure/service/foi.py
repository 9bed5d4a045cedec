"""Requests for information (依申请公开) over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from services.chassis.clock import SystemClock
from services.chassis.errors import NotAllowedError
from services.chassis.vault import Opening, Purpose
from services.chassis.web import Call, Page, Reply, csv_reply, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.disclosure.application.asked import FoiDone
from services.disclosure.application.foi import Wish
from services.disclosure.application.foi_acts import FoiAct, role_for
from services.disclosure.domain.foi import foi_stream
from services.disclosure.domain.foi_terms import OFFICE_HEAD, OFFICER, Channel
from services.disclosure.foi_answers import (
    AnnualView,
    AskProgress,
    AskRequest,
    FoiReceipt,
    FoiTold,
    Progress,
    RegisterRequest,
    RequestsQuery,
    RequestView,
    annual_view,
    progress_of,
    request_view,
)
from services.disclosure.projections.foi import NEVER, FoiRow, Matter, list_requests, matters
from services.disclosure.service.turns import REQUEST, actor_of, turn_of
from services.kernel.clock import legal_date
from services.kernel.facts import Facts

OFFICERS: Final = frozenset({OFFICER})
ACTORS: Final = frozenset({OFFICER, OFFICE_HEAD})
READERS: Final = ACTORS | {"supervisor"}
PRIVATE: Final = {"Cache-Control": "no-store"}
ANNUAL_MOST: Final = 2100


class FoiRoutes:
    """Routes about requests for information; a part of disclosure's service."""

    name: str
    clock: SystemClock
    figures: Any

    @route(
        "POST",
        "/foi/requests",
        request=AskRequest,
        response=FoiReceipt,
        public=True,
        status=201,
        summary="Ask for information by internet; its day of receipt is confirmed by both sides",
    )
    def ask_for_information(self, call: Call[AskRequest]) -> FoiReceipt:
        """Keep number and code: they alone show how far it is."""
        return self._receive(call, call.body)

    @route(
        "POST",
        "/foi/register",
        request=RegisterRequest,
        response=FoiReceipt,
        roles=OFFICERS,
        status=201,
        summary="Enter a request that came in person or by post",
    )
    def register_request(self, call: Call[RegisterRequest]) -> FoiReceipt:
        return self._receive(call, call.body)

    @route(
        "POST",
        "/foi/requests/<request_no>/acts",
        request=cast("type[FoiAct]", FoiAct),
        response=FoiTold,
        roles=ACTORS,
        summary="Do something to a request; `act` says what",
    )
    def act_on_request(self, call: Call[FoiAct]) -> FoiTold:
        done = self._act(call, call.body)
        place = written(call, self.figures.database, self.name, done.stream, done.version)
        return FoiTold(done.key, done.state, place.event, place.position)

    @route(
        "GET",
        "/foi/requests",
        query=RequestsQuery,
        response=Page[FoiRow],
        roles=READERS,
        summary="List requests: what is due first, then what waits for somebody else",
    )
    def list_foi_requests(self, call: Call[None, RequestsQuery]) -> Page[FoiRow]:
        return self._page_of_requests(call.query)

    @route(
        "GET",
        "/foi/requests/<request_no>",
        response=RequestView,
        roles=READERS,
        summary="A request and its history",
    )
    def get_request(self, call: Call) -> RequestView:
        number = call.path["request_no"]
        request = self.figures.request_of(number)
        events = self.figures.events_of(foi_stream(number))
        return request_view(request, [history_event(event) for event in events])

    @route(
        "GET",
        "/foi/requests/<request_no>/texts",
        response=dict[str, str],
        roles=ACTORS,
        summary="Who asks, for what, and the letters; that it is opened is written down",
    )
    def get_request_texts(self, call: Call) -> Reply:
        return Reply(self._texts(call, call.path["request_no"]), headers=PRIVATE)

    @route(
        "POST",
        "/foi/progress",
        request=AskProgress,
        response=Progress,
        public=True,
        summary="How far a request is, by its number and code; nothing about the person",
    )
    def ask_progress(self, call: Call[AskProgress]) -> Reply:
        said = call.body
        request = self.figures.request_by_code(said.request_no.strip(), said.code)
        return Reply(progress_of(request), headers=PRIVATE)

    @route(
        "GET",
        "/foi/matters",
        response=list[Matter],
        roles=READERS,
        summary="What at least three requests asked for: it may become proactive",
    )
    def list_matters(self, call: Call) -> list[Matter]:
        return matters(self.figures.database)

    @route(
        "GET",
        "/foi/annual/<int:year>",
        response=AnnualView,
        public=True,
        summary="The table of the annual report, in the national form",
    )
    def get_annual(self, call: Call) -> AnnualView:
        return annual_view(self.figures.annual_table(year_of(call)))

    @route(
        "GET",
        "/foi/annual/<int:year>/table.csv",
        html=True,
        media="text/csv",
        public=True,
        summary="The table of the annual report as CSV",
    )
    def download_annual(self, call: Call) -> Reply:
        year = year_of(call)
        view = annual_view(self.figures.annual_table(year))
        rows = [
            [name, *(row[column] for column in view.columns)] for name, row in view.rows.items()
        ]
        return csv_reply(f"foi-{year}", ["row", *view.columns], rows)

    def _receive(self, call: Call[Any, Any], said: AskRequest) -> FoiReceipt:
        turn = turn_of(call, self.clock.now(), REQUEST)
        entered = said if isinstance(said, RegisterRequest) else None
        wish = Wish(
            turn.number,
            entered.channel if entered else Channel.INTERNET,
            entered.raw_on if entered else legal_date(turn.now),
            said.category,
            said.form_wanted,
            said.delivery,
            turn.code,
            call.caller.id if call.caller.known and not entered else "",
        )
        actor = actor_of(call.caller, OFFICER if entered else "")
        facts = Facts(turn.now, turn.number, actor, call.correlation_id)
        done = self.figures.receive_request(facts, wish, said.told(), key=turn.key)
        return FoiReceipt(done.key, turn.shown_code, done.state, f"{done.stream}/{done.version}")

    def _act(self, call: Call[Any, Any], act: FoiAct) -> FoiDone:
        role = role_for(act)
        if role not in call.caller.roles:
            raise NotAllowedError(f"this needs the role {role}")
        number = call.path["request_no"]
        facts = Facts(self.clock.now(), number, call.caller.actor(role), call.correlation_id)
        key = call.idempotency_key or None
        done: FoiDone = self.figures.act_on_request(facts, number, act, key=key)
        return done

    def _texts(self, call: Call[Any, Any], number: str) -> dict[str, str]:
        role = min(ACTORS & call.caller.roles)
        opening = Opening(call.caller.id, role, Purpose.CASE_HANDLING, call.correlation_id)
        return dict(self.figures.request_texts(self.figures.request_of(number), opening))

    def _page_of_requests(self, query: RequestsQuery) -> Page[FoiRow]:
        rows = list_requests(
            self.figures.database,
            state="" if query.state == "all" else query.state,
            unit=query.unit,
            matter=query.matter,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.due_at or NEVER, row.request_no))


def year_of(call: Call[Any, Any]) -> int:
    """Read the year of a path; one that never comes is empty like any other."""
    return max(2008, min(int(call.path["year"]), ANNUAL_MOST))
