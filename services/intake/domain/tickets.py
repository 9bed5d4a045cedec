"""A ticket of the hotline (12345), from the call to its end (DOMAIN.md 2.8, 3.3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from services.intake.domain.clocks import in_time
from services.intake.domain.recounts import LimitKind, OpenLimit, Recounted
from services.intake.domain.ticket_events import (
    CallbackRecorded,
    TicketClosed,
    TicketDispatched,
    TicketExtended,
    TicketReceived,
    TicketRedispatched,
    TicketRefused,
    TicketReplied,
    TicketReturned,
    TicketSupervised,
)
from services.intake.domain.ticket_terms import (
    EXTENDED_BY,
    HANDLED_WITHIN,
    RETURNED_WITHIN,
    ROUTES,
    SUPERVISOR,
    TRIES,
    DispatchRuledError,
    ExtendedAfterDueError,
    ExtendedBeforeError,
    LeadAlsoHelpsError,
    NotCalledBackError,
    NotSupervisorError,
    OtherUnitsTicketError,
    Outcome,
    RefusalGround,
    ReturnedTooLateError,
    ReturnReason,
    TicketNoTakenError,
    TicketState,
    WrongTicketStateError,
)
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Clock, Due, Extension, Kind
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = TicketState


class Ticket(Recounted):
    """One ticket; stream `stream_id("ticket", ticket_no)`."""

    def __init__(self) -> None:
        self.ticket_no = ""
        self.channel = ""
        self.topic = ""
        self.subject_id = ""
        self.project_no: str | None = None
        self.has_text = False
        self.state = TicketState.RECEIVED
        self.received_at: datetime | None = None
        self.ground: RefusalGround | None = None
        self.lead_unit = ""
        self.co_units: list[str] = []
        self.dispatched_at: datetime | None = None
        self.due_at: datetime | None = None
        self.provisional = False
        self.ruled = False
        """Who leads was ruled, so it is not given back."""
        self.extended = False
        self._extension: Extension | None = None
        self.replied_at: datetime | None = None
        self.on_time: bool | None = None
        self.outcome: Outcome | None = None
        self.calls = 0
        self.reached = False
        self.satisfied: bool | None = None
        self.supervised_at: datetime | None = None
        """End of the limit that passed without an answer."""

    @classmethod
    def of(cls, ticket_no: str) -> Self:
        """Give the ticket before anybody called."""
        return cls.begin(ticket_stream(ticket_no))

    @property
    def units(self) -> list[str]:
        """Those that answer it: who leads first."""
        return [self.lead_unit, *self.co_units] if self.lead_unit else []

    @property
    def is_open(self) -> bool:
        """Whether anything more can happen to it."""
        return self.state not in (_S.REFUSED, _S.CLOSED)

    def open_limit(self) -> OpenLimit | None:
        """Give the days for its answer."""
        if self.state is not _S.DISPATCHED or self.dispatched_at is None or self.due_at is None:
            return None
        clock = _clock(self.dispatched_at, self._extension)
        return OpenLimit(LimitKind.TICKET, self.ticket_no, clock, self.due_at)

    def move_limit(self, due_at: datetime) -> None:
        """Remember another end."""
        self.due_at = due_at

    def receive(
        self,
        facts: Facts,
        *,
        ticket_no: str,
        channel: str,
        topic: str,
        subject_id: str,
        has_text: bool,
        project_no: str | None = None,
    ) -> None:
        """Take it in."""
        if self.version:
            raise TicketNoTakenError("another ticket has this number", "ticket_no")
        self.record(
            TicketReceived,
            facts,
            ticket_no=ticket_no,
            channel=channel,
            topic=topic,
            subject_id=subject_id,
            received_at=facts.occurred_at,
            has_text=has_text,
            project_no=project_no,
        )

    def refuse(self, facts: Facts, ground: RefusalGround) -> None:
        """Do not take it, on one of the listed grounds, and name the other way."""
        self._in(_S.RECEIVED)
        self.record(
            TicketRefused,
            facts,
            ticket_no=self.ticket_no,
            ground=ground,
            route=ROUTES[ground],
            refused_at=facts.occurred_at,
        )

    def dispatch(
        self, facts: Facts, lead_unit: str, co_units: Collection[str], calendar: WorkCalendar
    ) -> None:
        """Send it to those who answer it."""
        self._in(_S.RECEIVED)
        told = self._dispatching(facts, lead_unit, co_units, calendar)
        self.record(TicketDispatched, facts, **told)

    def give_back(self, facts: Facts, reason: ReturnReason) -> None:
        """The unit that leads says it was sent to the wrong one."""
        self._in(_S.DISPATCHED)
        self._of_the_lead(facts)
        if self.ruled:
            raise DispatchRuledError("who leads was ruled; it is not given back again")
        if self.dispatched_at is None or facts.occurred_at - self.dispatched_at > RETURNED_WITHIN:
            raise ReturnedTooLateError("a wrong assignment is given back within 24 hours")
        self.record(
            TicketReturned,
            facts,
            ticket_no=self.ticket_no,
            unit=self.lead_unit,
            reason=reason,
            returned_at=facts.occurred_at,
        )

    def rule(
        self, facts: Facts, lead_unit: str, co_units: Collection[str], calendar: WorkCalendar
    ) -> None:
        """Rule who leads after it was given back; that may be the same unit."""
        self._in(_S.RETURNED)
        self._of_the_supervisor(facts)
        told = self._dispatching(facts, lead_unit, co_units, calendar)
        self.record(TicketRedispatched, facts, **told)

    def extend(self, facts: Facts, calendar: WorkCalendar) -> None:
        """Give a complex one five working days more: once, before the limit has passed."""
        self._in(_S.DISPATCHED)
        self._of_the_supervisor(facts)
        old, start = self.due_at, self.dispatched_at
        if self.extended:
            raise ExtendedBeforeError("a ticket is extended once")
        if old is None or start is None or not in_time(facts.occurred_at, old):
            raise ExtendedAfterDueError("more time is granted before the limit has passed")
        due = _due(start, calendar, Extension(EXTENDED_BY, facts.occurred_at, facts.actor.role))
        self.record(
            TicketExtended,
            facts,
            ticket_no=self.ticket_no,
            days=EXTENDED_BY,
            old_due_at=old,
            new_due_at=due.at,
            approver_role=facts.actor.role,
            calendar_version=due.calendar,
            provisional=due.provisional or None,
        )

    def reply(self, facts: Facts, outcome: Outcome, has_text: bool) -> None:
        """The unit that leads answers; late is late, and better than never."""
        self._in(_S.DISPATCHED)
        self._of_the_lead(facts)
        self.record(
            TicketReplied,
            facts,
            ticket_no=self.ticket_no,
            unit=self.lead_unit,
            outcome=outcome,
            replied_at=facts.occurred_at,
            on_time=self.due_at is not None and in_time(facts.occurred_at, self.due_at),
            has_text=has_text,
        )

    def call_back(
        self,
        facts: Facts,
        *,
        reached: bool,
        solved: bool | None,
        satisfied: bool | None,
        has_note: bool,
    ) -> None:
        """Ask the caller; who is not reached says nothing. Not done by those who answered."""
        self._in(_S.REPLIED)
        if facts.actor.unit in self.units:
            raise OtherUnitsTicketError("who answered does not ask what the caller thinks of it")
        self.record(
            CallbackRecorded,
            facts,
            ticket_no=self.ticket_no,
            called_at=facts.occurred_at,
            reached=reached,
            has_note=has_note,
            solved=solved if reached else None,
            satisfied=satisfied if reached else None,
        )

    def close(self, facts: Facts) -> None:
        """End it, once the caller was asked, or could not be reached three times."""
        self._in(_S.REPLIED, _S.FOLLOWED_UP)
        if not self.reached and self.calls < TRIES:
            raise NotCalledBackError(f"ask the caller first, at least {TRIES} times")
        self.record(
            TicketClosed,
            facts,
            ticket_no=self.ticket_no,
            closed_at=facts.occurred_at,
            on_time=bool(self.on_time),
            satisfied=self.satisfied,
        )

    def supervise(self, facts: Facts, detected_at: datetime) -> None:
        """Say once that the limit passed without an answer; without effect when it did not."""
        if self.state is not _S.DISPATCHED or self.due_at is None:
            return
        if in_time(detected_at, self.due_at) or self.supervised_at == self.due_at:
            return
        self.record(
            TicketSupervised,
            facts,
            ticket_no=self.ticket_no,
            lead_unit=self.lead_unit,
            due_at=self.due_at,
            detected_at=detected_at,
        )

    def _dispatching(
        self, facts: Facts, lead_unit: str, co_units: Collection[str], calendar: WorkCalendar
    ) -> dict[str, Any]:
        if lead_unit in co_units:
            raise LeadAlsoHelpsError("who leads is not one of those that help", "co_units")
        due = _due(facts.occurred_at, calendar)
        return {
            "ticket_no": self.ticket_no,
            "lead_unit": lead_unit,
            "co_units": sorted(set(co_units)),
            "dispatched_at": facts.occurred_at,
            "due_at": due.at,
            "limit_days": HANDLED_WITHIN.value,
            "calendar_version": due.calendar,
            "provisional": due.provisional or None,
        }

    def _in(self, *states: TicketState) -> None:
        if self.state not in states:
            raise WrongTicketStateError(f"that cannot be done while it is {self.state.value}")

    def _of_the_lead(self, facts: Facts) -> None:
        if facts.actor.unit != self.lead_unit:
            raise OtherUnitsTicketError("the unit that leads does this")

    def _of_the_supervisor(self, facts: Facts) -> None:
        if facts.actor.role != SUPERVISOR:
            raise NotSupervisorError("only the supervisor does this")
        if facts.actor.unit and facts.actor.unit == self.lead_unit:
            raise NotSupervisorError("nobody does this for their own unit")

    @applies(TicketReceived)
    def _received(self, event: TicketReceived) -> None:
        self.ticket_no, self.channel, self.topic = event.ticket_no, event.channel, event.topic
        self.subject_id, self.project_no = event.subject_id, event.project_no
        self.received_at, self.has_text = event.received_at, event.has_text

    @applies(TicketRefused)
    def _refused(self, event: TicketRefused) -> None:
        self.state, self.ground = _S.REFUSED, event.ground

    @applies(TicketDispatched)
    def _dispatched(self, event: TicketDispatched) -> None:
        self._sent(event)

    @applies(TicketRedispatched)
    def _redispatched(self, event: TicketRedispatched) -> None:
        self._sent(event)
        self.ruled = True

    def _sent(self, event: TicketDispatched | TicketRedispatched) -> None:
        self.state = _S.DISPATCHED
        self.lead_unit, self.co_units = event.lead_unit, list(event.co_units)
        self.dispatched_at, self.due_at = event.dispatched_at, event.due_at
        self.provisional = bool(event.provisional)

    @applies(TicketReturned)
    def _returned(self, event: TicketReturned) -> None:
        self.state, self.due_at = _S.RETURNED, None

    @applies(TicketExtended)
    def _extended(self, event: TicketExtended) -> None:
        self.extended, self.due_at = True, event.new_due_at
        actor = event.facts.actor
        self._extension = Extension(EXTENDED_BY, event.facts.occurred_at, actor.role)
        self.provisional = bool(event.provisional)

    @applies(TicketReplied)
    def _replied(self, event: TicketReplied) -> None:
        self.state, self.replied_at = _S.REPLIED, event.replied_at
        self.on_time, self.outcome = event.on_time, event.outcome

    @applies(CallbackRecorded)
    def _called_back(self, event: CallbackRecorded) -> None:
        self.calls += 1
        if event.reached:
            self.state, self.reached, self.satisfied = _S.FOLLOWED_UP, True, event.satisfied

    @applies(TicketClosed)
    def _closed(self, event: TicketClosed) -> None:
        self.state = _S.CLOSED

    @applies(TicketSupervised)
    def _supervised(self, event: TicketSupervised) -> None:
        self.supervised_at = event.due_at


def ticket_stream(ticket_no: str) -> UUID:
    """Give the stream of a ticket."""
    return stream_id("ticket", ticket_no)


def _clock(start: datetime, extension: Extension | None) -> Clock:
    return Clock(Kind.TICKET, HANDLED_WITHIN, start, extension=extension)


def _due(start: datetime, calendar: WorkCalendar, extension: Extension | None = None) -> Due:
    due = _clock(start, extension).due(calendar)
    if due is None:
        raise ValueError("a limit that nothing suspends has an end")
    return due
