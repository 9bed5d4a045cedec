"""Enquiries and who owns them (首问负责制) over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.vault import Opening, Purpose
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.intake.application.ratings import Done
from services.intake.domain import Contact
from services.intake.domain.contacts import contact_stream
from services.intake.projections.visits import ContactRow, list_contacts
from services.intake.rating_answers import Told
from services.intake.service.appointments import DESK, number_of
from services.intake.service.ratings import facts_of
from services.intake.visit_answers import (
    AskContact,
    CloseContact,
    ContactsQuery,
    ContactView,
    DeclineHandOver,
    HandOver,
    Text,
    contact_view,
)
from services.kernel.facts import Facts

_CLERK: Final = frozenset({"clerk"})
_PRIVATE: Final = {"Cache-Control": "no-store"}


class ContactRoutes:
    """Routes about enquiries; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/enquiries",
        request=AskContact,
        response=Told,
        roles=_CLERK,
        status=201,
        summary="Take an enquiry: the clerk who is asked first owns it",
    )
    def assign_contact(self, call: Call[AskContact]) -> Told:
        said, key = call.body, call.idempotency_key or None
        number = said.enquiry_no or number_of("E", self.clock.now(), key)
        facts = facts_of(self, call, number, _CLERK)
        done = self.cases.assign_contact(facts, number, said.topic, said.told(), key=key)
        return self._told_of_contact(call, done)

    @route(
        "POST",
        "/enquiries/<enquiry_no>/hand-over",
        request=HandOver,
        response=Told,
        roles=_CLERK,
        summary="Ask another clerk to take it over; until that one says yes the owner stays",
    )
    def ask_hand_over(self, call: Call[HandOver]) -> Told:
        facts, number, key = self._asked(call)
        done = self.cases.ask_hand_over(facts, number, call.body.receiver, key=key)
        return self._told_of_contact(call, done)

    @route(
        "POST",
        "/enquiries/<enquiry_no>/acknowledgement",
        response=Told,
        roles=_CLERK,
        summary="Take it over: who was asked to",
    )
    def acknowledge_hand_over(self, call: Call) -> Told:
        facts, number, key = self._asked(call)
        done = self.cases.acknowledge_hand_over(facts, number, key=key)
        return self._told_of_contact(call, done)

    @route(
        "POST",
        "/enquiries/<enquiry_no>/refusal",
        request=DeclineHandOver,
        response=Told,
        roles=_CLERK,
        summary="Do not take it over; the owner stays",
    )
    def decline_hand_over(self, call: Call[DeclineHandOver]) -> Told:
        facts, number, key = self._asked(call)
        done = self.cases.decline_hand_over(facts, number, call.body.reason, key=key)
        return self._told_of_contact(call, done)

    @route(
        "POST",
        "/enquiries/<enquiry_no>/closing",
        request=CloseContact,
        response=Told,
        roles=_CLERK,
        summary="End it: answered, referred, or a case was opened",
    )
    def close_contact(self, call: Call[CloseContact]) -> Told:
        said = call.body
        facts, number, key = self._asked(call)
        done = self.cases.close_contact(
            facts, number, said.outcome, said.project_no or None, key=key
        )
        return self._told_of_contact(call, done)

    @route(
        "GET",
        "/enquiries",
        query=ContactsQuery,
        response=Page[ContactRow],
        roles=DESK,
        summary="Enquiries, newest first",
    )
    def list_contacts(self, call: Call[None, ContactsQuery]) -> Page[ContactRow]:
        query = call.query
        rows = list_contacts(
            self.cases.database,
            state=query.state.value if query.state else "",
            owner=query.owner,
            receiver=query.receiver,
            overdue=query.overdue,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.assigned_at, row.enquiry_no))

    @route(
        "GET",
        "/enquiries/<enquiry_no>",
        response=ContactView,
        roles=DESK,
        summary="An enquiry and its history",
    )
    def get_contact(self, call: Call) -> ContactView:
        contact = self._contact_of(call)
        events = self.cases.events_of(contact_stream(contact.enquiry_no))
        return contact_view(contact, [history_event(event) for event in events])

    @route(
        "GET",
        "/enquiries/<enquiry_no>/text",
        response=Text,
        roles=DESK,
        summary="What was asked: for the owner, who is asked to take over, and the supervisor",
    )
    def get_contact_text(self, call: Call) -> Reply:
        contact, caller = self._contact_of(call), call.caller
        if caller.id not in (contact.owner, contact.receiver) and (
            "supervisor" not in caller.roles
        ):
            raise NotAllowedError("who owns the enquiry sees what was asked")
        role = min(DESK & caller.roles)
        opening = Opening(caller.id, role, Purpose.CONTACT, call.correlation_id)
        return Reply(Text(self.cases.contact_text(contact, opening)), headers=_PRIVATE)

    def _contact_of(self, call: Call[Any, Any]) -> Contact:
        contact: Contact | None = self.cases.state_of(
            Contact, contact_stream(call.path["enquiry_no"])
        )
        if contact is None:
            raise NotFoundError("there is no such enquiry")
        return contact

    def _asked(self, call: Call[Any, Any]) -> tuple[Facts, str, str | None]:
        number = call.path["enquiry_no"]
        return facts_of(self, call, number, _CLERK), number, call.idempotency_key or None

    def _told_of_contact(self, call: Call[Any, Any], done: Done) -> Told:
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        return Told(done.key, done.state, place.event, place.position)
