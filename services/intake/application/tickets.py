"""What intake can be told of hotline tickets (12345)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from services.chassis.deadlines import Due, cancel_deadlines, set_deadline
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.chassis.vault import Opening
from services.intake import timers
from services.intake.application.cases import Cases
from services.intake.application.ratings import Done
from services.intake.application.seen import check_seen
from services.intake.domain.clocks import breach_at
from services.intake.domain.ticket_terms import (
    Outcome,
    RefusalGround,
    ReturnReason,
    TicketNoTakenError,
    TicketState,
)
from services.intake.domain.tickets import Ticket, ticket_stream
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

OVERDUE: Final = timers.TICKET
"""Due in the second after the limit's last one; the key is the ticket_no."""
TEXT: Final = "ticket_text"
"""The vault field with what the caller said."""
_TEXTS: Final = (TEXT, "ticket_reply", "ticket_callback")


class Tickets(Cases):
    """The hotline's tickets."""

    @command
    def receive_ticket(
        self,
        facts: Facts,
        ticket_no: str,
        channel: str,
        topic: str,
        told: Mapping[str, str],
        project_no: str | None = None,
        *,
        key: str | None = None,
    ) -> Done:
        """Take a ticket in. Who called, and what they said, goes to the vault and nowhere else.

        Args:
            told: by vault field; `TEXT` is what was said.
        """
        if self.find(Ticket, ticket_stream(ticket_no)) is not None:
            raise TicketNoTakenError("another ticket has this number", "ticket_no")
        ticket = Ticket.of(ticket_no)
        subject_id = caller_of_ticket(ticket_no)
        ticket.receive(
            self._of_ticket(facts, ticket, ticket_no),
            ticket_no=ticket_no,
            channel=channel,
            topic=topic,
            subject_id=subject_id,
            has_text=TEXT in told,
            project_no=project_no,
        )
        if told:
            self.change(self._vault.introducing(subject_id, told))
        self.change(self._vault.holding(subject_id, ticket_no))
        return self._file_ticket(ticket)

    @command
    def refuse_ticket(
        self,
        facts: Facts,
        ticket_no: str,
        ground: RefusalGround,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Do not take it, on a listed ground."""
        ticket = self._ticket(ticket_no, seen)
        ticket.refuse(self._of_ticket(facts, ticket), ground)
        return self._file_ticket(ticket)

    @command
    def dispatch_ticket(
        self,
        facts: Facts,
        ticket_no: str,
        lead_unit: str,
        co_units: Collection[str],
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Send it to the units that answer it."""
        ticket = self._ticket(ticket_no, seen)
        about = replace(self._of_ticket(facts, ticket), department=lead_unit)
        ticket.dispatch(about, lead_unit, co_units, self._catalog(()).calendar)
        return self._file_ticket(ticket)

    @command
    def return_ticket(
        self,
        facts: Facts,
        ticket_no: str,
        reason: ReturnReason,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Give it back, for the unit that leads."""
        ticket = self._ticket(ticket_no, seen)
        ticket.give_back(self._of_ticket(facts, ticket), reason)
        return self._file_ticket(ticket)

    @command
    def rule_ticket(
        self,
        facts: Facts,
        ticket_no: str,
        lead_unit: str,
        co_units: Collection[str],
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Rule who leads, after it was given back."""
        ticket = self._ticket(ticket_no, seen)
        about = replace(self._of_ticket(facts, ticket), department=lead_unit)
        ticket.rule(about, lead_unit, co_units, self._catalog(()).calendar)
        return self._file_ticket(ticket)

    @command
    def extend_ticket(
        self, facts: Facts, ticket_no: str, *, seen: int | None = None, key: str | None = None
    ) -> Done:
        """Give more time, once."""
        ticket = self._ticket(ticket_no, seen)
        ticket.extend(self._of_ticket(facts, ticket), self._catalog(()).calendar)
        return self._file_ticket(ticket)

    @command
    def reply_ticket(
        self,
        facts: Facts,
        ticket_no: str,
        outcome: Outcome,
        text: str = "",
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Answer it, for the unit that leads."""
        ticket = self._ticket(ticket_no, seen)
        ticket.reply(self._of_ticket(facts, ticket), outcome, bool(text))
        self._note(ticket.subject_id, "ticket_reply", text)
        return self._file_ticket(ticket)

    @command
    def record_callback(
        self,
        facts: Facts,
        ticket_no: str,
        reached: bool,
        solved: bool | None = None,
        satisfied: bool | None = None,
        note: str = "",
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Say what the caller thinks of the answer, or that they were not reached."""
        ticket = self._ticket(ticket_no, seen)
        ticket.call_back(
            self._of_ticket(facts, ticket),
            reached=reached,
            solved=solved,
            satisfied=satisfied,
            has_note=bool(note),
        )
        self._note(ticket.subject_id, "ticket_callback", note)
        return self._file_ticket(ticket)

    @command
    def close_ticket(
        self, facts: Facts, ticket_no: str, *, seen: int | None = None, key: str | None = None
    ) -> Done:
        """End it."""
        ticket = self._ticket(ticket_no, seen)
        ticket.close(self._of_ticket(facts, ticket))
        return self._file_ticket(ticket)

    def ticket_texts(self, ticket: Ticket, opening: Opening) -> dict[str, str]:
        """Give what was said and answered, by part; the opening is written down."""
        found = self._texts(ticket.subject_id, list(_TEXTS), opening)
        return {name.removeprefix("ticket_"): text for name, text in found.items()}

    def recount(self, watched: str, key: str, facts: Facts, calendar: WorkCalendar) -> None:
        """Count the limit again at whose end this deadline is; others go on to theirs."""
        if watched != OVERDUE:
            super().recount(watched, key, facts, calendar)
            return
        ticket = self._ticket(key)
        if ticket.recount_limit(self._of_ticket(facts, ticket), calendar):
            self._file_ticket(ticket)

    def fire(self, due: Due) -> None:
        """Do what a deadline of a ticket is for; those of others go on to them."""
        if due.kind != OVERDUE:
            super().fire(due)
            return
        ticket = self._ticket(due.key)
        actor = Actor(ActorKind.SYSTEM, "intake")
        facts = Facts(due.due_at, due.key, actor, due.id)
        ticket.supervise(self._of_ticket(facts, ticket), due.fired_at)
        self.keep(ticket)

    def _ticket(self, ticket_no: str, seen: int | None = None) -> Ticket:
        ticket = self.find(Ticket, ticket_stream(ticket_no))
        if ticket is None:
            raise NotFoundError("there is no such ticket")
        check_seen(self, ticket, seen)
        return ticket

    def _of_ticket(self, facts: Facts, ticket: Ticket, ticket_no: str = "") -> Facts:
        return replace(
            facts,
            subject=ticket.ticket_no or ticket_no,
            region=self._region,
            department=ticket.lead_unit,
        )

    def _file_ticket(self, ticket: Ticket) -> Done:
        """Keep a ticket; while it is open its caller is not erased, and its limit is watched."""
        if not ticket.is_open:
            self.change(self._vault.releasing(ticket.subject_id, ticket.ticket_no))
        if ticket.state is TicketState.DISPATCHED and ticket.due_at is not None:
            self.change(set_deadline(OVERDUE, ticket.ticket_no, breach_at(ticket.due_at)))
        elif ticket.dispatched_at is not None:
            self.change(cancel_deadlines((OVERDUE,), ticket.ticket_no))
        self.keep(ticket)
        return Done(ticket.ticket_no, ticket.state.value, str(ticket.id), ticket.version)


def caller_of_ticket(ticket_no: str) -> str:
    """Give the reference to who called; says nothing about the person."""
    return f"s-{stream_id('subject', f'ticket/{ticket_no}').hex[:16]}"
