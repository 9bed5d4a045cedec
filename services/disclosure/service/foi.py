"""Requests for information (依申请公开) over HTTP."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final, cast

from services.chassis.clock import SystemClock
from services.chassis.errors import NotAllowedError
from services.chassis.identity import Caller
from services.chassis.vault import Opening, Purpose
from services.chassis.web import Call, Page, Reply, csv_reply, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.disclosure.application.foi import FoiDone, Wish
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
from services.kernel.clock import legal_date
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI

OFFICERS: Final = frozenset({OFFICER})
ACTORS: Final = frozenset({OFFICER, OFFICE_HEAD})
READERS: Final = ACTORS | {"supervisor"}
PRIVATE: Final = {"Cache-Control": "no-store"}
ANNUAL_MOST: Final = 2100
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RECORD: Final = "G"
"""What the number of a correction of one's own record begins with; that of a request with F."""
CODE_CHARACTERS: Final = 12
"""31 to the 12th: too long to be guessed from its digest."""


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
        return self._receive(call, call.body, Channel.INTERNET)

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
        return self._receive(call, call.body, call.body.channel)

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

    def _receive(self, call: Call[Any, Any], said: AskRequest, channel: Channel) -> FoiReceipt:
        key = call.idempotency_key or None
        now = self.clock.now()
        seed = key or token_hex(16)
        number, code = number_of(now, seed), code_of(seed)
        entered = isinstance(said, RegisterRequest)
        wish = Wish(
            number,
            channel,
            said.raw_on if isinstance(said, RegisterRequest) else legal_date(now),
            said.category,
            said.form_wanted,
            said.delivery,
            code,
            call.caller.id if call.caller.known and not entered else "",
        )
        facts = Facts(
            now, number, actor_of(call.caller, OFFICER if entered else ""), call.correlation_id
        )
        done = self.figures.receive_request(facts, wish, said.told(), key=key)
        return FoiReceipt(done.key, shown_code(code), done.state, f"{done.stream}/{done.version}")

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


def shown_code(code: str) -> str:
    """Give a code in groups of four, as it is told."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def actor_of(caller: Caller, role: str) -> Actor:
    if caller.known:
        return caller.actor(role or "applicant")
    return Actor(ActorKind.EXTERNAL, "public", role="applicant")


def number_of(now: datetime, seed: str, kind: str = "F") -> str:
    """Make a number: kind, date, serial; the same for a repeated request of the day."""
    serial = int.from_bytes(sha256(f"number/{seed}".encode()).digest()[:8]) % 10**9
    return f"{kind}{now.astimezone(SHANGHAI):%Y%m%d}{serial:09}"


def code_of(seed: str) -> str:
    """Make the code from what only the asker's own form knows, so that a repetition tells it."""
    number = int.from_bytes(sha256(f"code/{seed}".encode()).digest())
    found = ""
    for _ in range(CODE_CHARACTERS):
        number, place = divmod(number, len(_ALPHABET))
        found += _ALPHABET[place]
    return found
