"""What can happen to a hotline ticket (12345). Fields, units and sources: `contracts/intake/`.

Who called and what they said is in none of them: it stands in the vault.
"""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.ticket_terms import Outcome, RefusalGround, ReturnReason, Route
from services.kernel.aggregate import Fact


class TicketReceived(Fact):
    """The hotline took a call, or what came instead of one."""

    TOPIC = "intake.ticket-received.v1"

    ticket_no: str
    channel: str
    topic: str
    subject_id: str
    received_at: datetime
    has_text: bool
    project_no: str | None = None


class TicketRefused(Fact):
    """The hotline does not take it, and says where to go."""

    TOPIC = "intake.ticket-refused.v1"

    ticket_no: str
    ground: RefusalGround
    route: Route
    refused_at: datetime


class TicketDispatched(Fact):
    """A unit has to answer it; its limit runs from here."""

    TOPIC = "intake.ticket-dispatched.v1"

    ticket_no: str
    lead_unit: str
    co_units: list[str]
    dispatched_at: datetime
    due_at: datetime
    limit_days: int
    calendar_version: str
    provisional: bool | None = None


class TicketReturned(Fact):
    """The unit gave it back: it was sent to the wrong one."""

    TOPIC = "intake.ticket-returned.v1"

    ticket_no: str
    unit: str
    reason: ReturnReason
    returned_at: datetime


class TicketRedispatched(Fact):
    """It was ruled who leads; the limit begins anew and the ruling stands."""

    TOPIC = "intake.ticket-redispatched.v1"

    ticket_no: str
    lead_unit: str
    co_units: list[str]
    dispatched_at: datetime
    due_at: datetime
    limit_days: int
    calendar_version: str
    provisional: bool | None = None


class TicketExtended(Fact):
    """A complex one got more time, once."""

    TOPIC = "intake.ticket-extended.v1"

    ticket_no: str
    days: int
    old_due_at: datetime
    new_due_at: datetime
    approver_role: str
    calendar_version: str
    provisional: bool | None = None


class TicketReplied(Fact):
    """The unit answered."""

    TOPIC = "intake.ticket-replied.v1"

    ticket_no: str
    unit: str
    outcome: Outcome
    replied_at: datetime
    on_time: bool
    has_text: bool


class CallbackRecorded(Fact):
    """The hotline asked the caller what they think of the answer."""

    TOPIC = "intake.callback-recorded.v1"

    ticket_no: str
    called_at: datetime
    reached: bool
    has_note: bool
    solved: bool | None = None
    satisfied: bool | None = None


class TicketClosed(Fact):
    """Nothing more follows."""

    TOPIC = "intake.ticket-closed.v1"

    ticket_no: str
    closed_at: datetime
    on_time: bool
    satisfied: bool | None = None


class TicketSupervised(Fact):
    """The limit passed without an answer: the supervisor takes it up. That stays so."""

    TOPIC = "intake.ticket-supervised.v1"

    ticket_no: str
    lead_unit: str
    due_at: datetime
    detected_at: datetime


TICKET_FACTS: tuple[type[Fact], ...] = (
    TicketReceived,
    TicketRefused,
    TicketDispatched,
    TicketReturned,
    TicketRedispatched,
    TicketExtended,
    TicketReplied,
    CallbackRecorded,
    TicketClosed,
    TicketSupervised,
)
