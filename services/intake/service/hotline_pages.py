"""Pages of the hotline (12345): the tickets, and what each role does with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from secrets import token_hex
from typing import Any, Final

from services.chassis.errors import NotFoundError
from services.chassis.web import Call, Reply, route
from services.chassis.web.parts import Crumb
from services.intake.desk_answers import TicketForm, said, words, yes_or_no
from services.intake.pages.desk_words import said_of
from services.intake.pages.tickets import (
    CHANNELS,
    ticket_acts,
    ticket_choices,
    ticket_filters,
    ticket_page,
    ticket_table,
)
from services.intake.service.cases import PAGES
from services.intake.service.desk import PRIVATE, go
from services.intake.service.desk_cases import REFUSED, turned
from services.intake.service.ratings import opening_of
from services.intake.service.tickets import OPERATOR, READERS, SUPERVISOR, UNIT, TicketRoutes
from services.intake.ticket_answers import (
    DispatchTicket,
    ReceiveTicket,
    RecordCallback,
    RefuseTicket,
    ReplyTicket,
    ReturnTicket,
    TicketsPageQuery,
)

HOTLINE: Final = Crumb("热线工单", "/hotline")


def _units(form: TicketForm) -> Mapping[str, Any]:
    return {"lead_unit": form.lead_unit.strip(), "co_units": words(form.co_units)}


ACTS: Final[
    Mapping[
        str,
        tuple[str, frozenset[str], type[Any] | None, Callable[[TicketForm], Mapping[str, Any]]],
    ]
] = {
    "refusal": ("refuse_ticket", OPERATOR, RefuseTicket, lambda form: {"ground": form.ground}),
    "dispatch": ("dispatch_ticket", OPERATOR, DispatchTicket, _units),
    "return": ("return_ticket", UNIT, ReturnTicket, lambda form: {"reason": form.reason}),
    "ruling": ("rule_ticket", SUPERVISOR, DispatchTicket, _units),
    "extension": ("extend_ticket", SUPERVISOR, None, lambda form: {}),
    "reply": (
        "reply_ticket",
        UNIT,
        ReplyTicket,
        lambda form: {"outcome": form.outcome, "note": form.note.strip()},
    ),
    "callbacks": (
        "record_callback",
        OPERATOR,
        RecordCallback,
        lambda form: {
            "reached": yes_or_no(form.reached),
            "solved": yes_or_no(form.solved),
            "satisfied": yes_or_no(form.satisfied),
            "note": form.note.strip(),
        },
    ),
    "closing": ("close_ticket", OPERATOR, None, lambda form: {}),
}


class HotlinePages(TicketRoutes):
    """Pages of the hotline; a part of intake's service."""

    @route(
        "GET",
        "/hotline",
        html=True,
        public=True,
        query=TicketsPageQuery,
        summary="The hotline's tickets; who is not signed in is led there",
    )
    def show_tickets(self, call: Call[None, TicketsPageQuery]) -> Reply:
        if call.caller.known:
            call.caller.require_role(*READERS)
            return self._tickets_page(call, call.query)
        text = PAGES.render(
            "tickets_sign_in.html", call, title="热线工单", english="Hotline tickets"
        )
        return Reply(text, status=401, headers=PRIVATE)

    @route(
        "POST",
        "/hotline",
        html=True,
        roles=OPERATOR,
        request=TicketForm,
        summary="Take a call in",
    )
    def receive_by_form(self, call: Call[TicketForm]) -> Reply:
        form = call.body
        try:
            body = said(
                ReceiveTicket,
                channel=form.channel,
                topic=form.topic.strip(),
                text=form.text.strip(),
                name=form.name.strip(),
                phone=form.phone.strip(),
                project_no=form.project_no.strip(),
            )
            done = self.receive_ticket(turned(call, form, body))
        except REFUSED as error:
            query = TicketsPageQuery()
            return self._tickets_page(call, query, said_of(error), form)
        return go(call, f"/hotline/{done.key}")

    @route("GET", "/hotline/<ticket_no>", html=True, roles=READERS, summary="A ticket's page")
    def show_ticket(self, call: Call) -> Reply:
        return self._ticket_page(call)

    @route(
        "POST",
        "/hotline/<ticket_no>/texts",
        html=True,
        roles=READERS,
        request=TicketForm,
        summary="Open what was said and answered; that is written down",
    )
    def open_ticket_texts(self, call: Call[TicketForm]) -> Reply:
        ticket, _ = self._ticket_of(call)
        return self._ticket_page(
            call, texts=self.cases.ticket_texts(ticket, opening_of(call, READERS))
        )

    @route(
        "POST",
        "/hotline/<ticket_no>/<act>",
        html=True,
        roles=READERS,
        request=TicketForm,
        summary="Dispatch, return, rule, extend, answer, call back, refuse or end a ticket",
    )
    def ticket_by_form(self, call: Call[TicketForm]) -> Reply:
        form, what = call.body, call.path["act"]
        if what not in ACTS:
            raise NotFoundError("there is no such act")
        name, roles, shape, fields = ACTS[what]
        call.caller.require_role(*roles)
        try:
            body = said(shape, **fields(form)) if shape is not None else None
            getattr(self, name)(turned(call, form, body))
        except REFUSED as error:
            return self._ticket_page(call, refused=said_of(error), tried=what)
        return go(call, f"/hotline/{call.path['ticket_no']}")

    def _tickets_page(
        self,
        call: Call[Any, Any],
        query: TicketsPageQuery,
        refused: str = "",
        form: TicketForm | None = None,
    ) -> Reply:
        page = self._page_of_tickets(replace(call, query=query), state=query.state)
        text = PAGES.render(
            "tickets.html",
            call,
            title="热线工单",
            english="Hotline tickets",
            filters=ticket_filters(query),
            table=ticket_table(query, page),
            operator=bool(call.caller.roles & OPERATOR),
            channels=CHANNELS,
            form=form or TicketForm(channel="phone", key=token_hex(16)),
            refused=refused,
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _ticket_page(
        self,
        call: Call[Any, Any],
        *,
        refused: str = "",
        tried: str = "",
        texts: Mapping[str, str] | None = None,
    ) -> Reply:
        ticket, events = self._ticket_of(call)
        caller = call.caller
        text = PAGES.render(
            "ticket.html",
            call,
            title=f"工单 {ticket.ticket_no}",
            english="Ticket",
            crumbs=[HOTLINE],
            refused=refused,
            tried=tried,
            key=token_hex(16),
            acts=ticket_acts(ticket, caller.roles, caller.unit),
            texts=texts,
            form=call.body if isinstance(call.body, TicketForm) else TicketForm(),
            **ticket_choices(),
            **ticket_page(ticket, events, self.clock.now()),
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)
