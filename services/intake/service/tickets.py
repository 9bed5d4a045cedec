"""Hotline tickets (12345) over HTTP."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.events import Event
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import (
    history_event,
    moment_of,
    written,
)
from services.chassis.web.paging import page_of, read_cursor
from services.intake.application.ratings import Done
from services.intake.domain import Ticket
from services.intake.domain.tickets import ticket_stream
from services.intake.projections.tickets import TicketRow, list_tickets
from services.intake.rating_answers import Told
from services.intake.service.case_desk import seen_by
from services.intake.service.ratings import facts_of, opening_of, own_unit
from services.intake.ticket_answers import (
    DispatchTicket,
    ReceiveTicket,
    RecordCallback,
    RefuseTicket,
    ReplyTicket,
    ReturnTicket,
    TicketsPageQuery,
    TicketsQuery,
    TicketView,
    ticket_view,
)
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI

OPERATOR: Final = frozenset({"hotline_operator"})
UNIT: Final = frozenset({"unit"})
SUPERVISOR: Final = frozenset({"supervisor"})
READERS: Final = OPERATOR | UNIT | SUPERVISOR
_PRIVATE: Final = {"Cache-Control": "no-store"}


class TicketRoutes:
    """Routes about tickets; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/tickets",
        request=ReceiveTicket,
        response=Told,
        roles=OPERATOR,
        status=201,
        summary="Take a ticket in",
    )
    def receive_ticket(self, call: Call[ReceiveTicket]) -> Told:
        said, key = call.body, call.idempotency_key or None
        number = said.ticket_no or _ticket_no(self.clock.now(), key)
        done = self.cases.receive_ticket(
            facts_of(self, call, number, OPERATOR),
            number,
            said.channel,
            said.topic,
            said.told(),
            said.project_no or None,
            key=key,
        )
        return self._told_of_ticket(call, done)

    @route(
        "POST",
        "/tickets/<ticket_no>/refusal",
        request=RefuseTicket,
        response=Told,
        roles=OPERATOR,
        summary="Do not take it, on a listed ground; the event names the other way",
    )
    def refuse_ticket(self, call: Call[RefuseTicket]) -> Told:
        facts, number, key = self._command(call, OPERATOR)
        done = self.cases.refuse_ticket(
            facts, number, call.body.ground, seen=seen_by(call), key=key
        )
        return self._told_of_ticket(call, done)

    @route(
        "POST",
        "/tickets/<ticket_no>/dispatch",
        request=DispatchTicket,
        response=Told,
        roles=OPERATOR,
        summary="Send it to the units that answer it, within five working days",
    )
    def dispatch_ticket(self, call: Call[DispatchTicket]) -> Told:
        facts, number, key = self._command(call, OPERATOR)
        said = call.body
        done = self.cases.dispatch_ticket(
            facts, number, said.lead_unit, said.co_units, seen=seen_by(call), key=key
        )
        return self._told_of_ticket(call, done)

    @route(
        "POST",
        "/tickets/<ticket_no>/return",
        request=ReturnTicket,
        response=Told,
        roles=UNIT,
        summary="Give a wrong assignment back, within 24 hours",
    )
    def return_ticket(self, call: Call[ReturnTicket]) -> Told:
        facts, number, key = self._command(call, UNIT)
        done = self.cases.return_ticket(
            facts, number, call.body.reason, seen=seen_by(call), key=key
        )
        return self._told_of_ticket(call, done)

    @route(
        "POST",
        "/tickets/<ticket_no>/ruling",
        request=DispatchTicket,
        response=Told,
        roles=SUPERVISOR,
        summary="Rule who leads after it was given back; that stands",
    )
    def rule_ticket(self, call: Call[DispatchTicket]) -> Told:
        facts, number, key = self._command(call, SUPERVISOR)
        said = call.body
        done = self.cases.rule_ticket(
            facts, number, said.lead_unit, said.co_units, seen=seen_by(call), key=key
        )
        return self._told_of_ticket(call, done)

    @route(
        "POST",
        "/tickets/<ticket_no>/extension",
        response=Told,
        roles=SUPERVISOR,
        summary="Give it five working days more: once, before its limit has passed",
    )
    def extend_ticket(self, call: Call) -> Told:
        facts, number, key = self._command(call, SUPERVISOR)
        return self._told_of_ticket(
            call, self.cases.extend_ticket(facts, number, seen=seen_by(call), key=key)
        )

    @route(
        "POST",
        "/tickets/<ticket_no>/reply",
        request=ReplyTicket,
        response=Told,
        roles=UNIT,
        summary="Answer it, for the unit that leads",
    )
    def reply_ticket(self, call: Call[ReplyTicket]) -> Told:
        facts, number, key = self._command(call, UNIT)
        done = self.cases.reply_ticket(
            facts, number, call.body.outcome, call.body.note, seen=seen_by(call), key=key
        )
        return self._told_of_ticket(call, done)

    @route(
        "POST",
        "/tickets/<ticket_no>/callbacks",
        request=RecordCallback,
        response=Told,
        roles=OPERATOR,
        summary="Say what the caller thinks of the answer, or that they were not reached",
    )
    def record_callback(self, call: Call[RecordCallback]) -> Told:
        facts, number, key = self._command(call, OPERATOR)
        said = call.body
        done = self.cases.record_callback(
            facts,
            number,
            said.reached,
            said.solved,
            said.satisfied,
            said.note,
            seen=seen_by(call),
            key=key,
        )
        return self._told_of_ticket(call, done)

    @route(
        "POST",
        "/tickets/<ticket_no>/closing",
        response=Told,
        roles=OPERATOR,
        summary="End it, once the caller was asked or could not be reached three times",
    )
    def close_ticket(self, call: Call) -> Told:
        facts, number, key = self._command(call, OPERATOR)
        return self._told_of_ticket(
            call, self.cases.close_ticket(facts, number, seen=seen_by(call), key=key)
        )

    @route(
        "GET",
        "/tickets",
        query=TicketsQuery,
        response=Page[TicketRow],
        roles=READERS,
        summary="List tickets, newest first; a unit sees its own",
    )
    def list_tickets(self, call: Call[None, TicketsQuery]) -> Page[TicketRow]:
        query = call.query
        return self._page_of_tickets(
            call,
            state=query.state.value if query.state else "",
            channel=query.channel,
            supervised=query.supervised,
            due_before=moment_of(query.due_before),
        )

    @route(
        "GET",
        "/tickets/<ticket_no>",
        response=TicketView,
        roles=READERS,
        summary="A ticket and its history",
    )
    def get_ticket(self, call: Call) -> TicketView:
        ticket, events = self._ticket_of(call)
        return ticket_view(ticket, [history_event(event) for event in events])

    @route(
        "GET",
        "/tickets/<ticket_no>/texts",
        response=dict[str, str],
        roles=READERS,
        summary="What was said and answered; that it is opened is written down",
    )
    def get_ticket_texts(self, call: Call) -> Reply:
        ticket, _ = self._ticket_of(call)
        texts = self.cases.ticket_texts(ticket, opening_of(call, READERS))
        return Reply(texts, headers=_PRIVATE)

    def _page_of_tickets(
        self, call: Call[None, TicketsQuery] | Call[None, TicketsPageQuery], **filters: Any
    ) -> Page[TicketRow]:
        query = call.query
        rows = list_tickets(
            self.cases.database,
            unit=own_unit(call.caller, READERS - UNIT) or query.unit,
            topic=query.topic,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
            **filters,
        )
        return page_of(rows, query.limit, lambda row: (row.received_at, row.ticket_no))

    def _ticket_of(self, call: Call[Any, Any]) -> tuple[Ticket, list[Event]]:
        stream = ticket_stream(call.path["ticket_no"])
        ticket = self.cases.state_of(Ticket, stream)
        if ticket is None:
            raise NotFoundError("there is no such ticket")
        unit = own_unit(call.caller, READERS - UNIT)
        if unit and unit not in ticket.units:
            raise NotAllowedError("this belongs to another department")
        return ticket, self.cases.events_of(stream)

    def _command(
        self, call: Call[Any, Any], roles: frozenset[str]
    ) -> tuple[Facts, str, str | None]:
        number = call.path["ticket_no"]
        return facts_of(self, call, number, roles), number, call.idempotency_key or None

    def _told_of_ticket(self, call: Call[Any, Any], done: Done) -> Told:
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        return Told(done.key, done.state, place.event, place.position, done.version)


def _ticket_no(now: datetime, key: str | None) -> str:
    """Make a ticket number: hotline, date, serial; the same for a repeated request."""
    serial = int.from_bytes(sha256((key or token_hex(16)).encode()).digest()[:8]) % 10**11
    return f"H{now.astimezone(SHANGHAI):%Y%m%d}{serial:011}"
