"""What intake takes and answers about hotline tickets (12345) over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.intake.answers import Code, Number, Short
from services.intake.application.tickets import TEXT
from services.intake.case_answers import Act
from services.intake.domain import Ticket
from services.intake.domain.ticket_terms import (
    Outcome,
    RefusalGround,
    ReturnReason,
    TicketState,
)
from services.intake.rating_answers import Codes, NotedAct

Channel = Literal["phone", "app", "wechat", "web", "other"]


class ReceiveTicket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call, or what came instead of one. Who called and what they said goes to the vault."""

    channel: Channel
    topic: Code
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    phone: Short = ""
    id_number: Short = ""
    project_no: Number = ""
    """The case it is about, if any."""
    ticket_no: Number = ""
    """A number given elsewhere; made here when absent."""

    def told(self) -> dict[str, str]:
        """Give what goes to the vault, by field."""
        said = {
            "name": self.name,
            "phone": self.phone,
            "document_no": self.id_number,
            TEXT: self.text,
        }
        return {name: text for name, text in said.items() if text}

    def __repr__(self) -> str:
        return "ReceiveTicket(...)"

    __str__ = __repr__


class RefuseTicket(Act, frozen=True, kw_only=True):
    """On which of the listed grounds; the other way follows from it."""

    ground: RefusalGround


class DispatchTicket(Act, frozen=True, kw_only=True):
    """Who leads, and who helps."""

    lead_unit: Code
    co_units: Codes = msgspec.field(default_factory=list)


class ReturnTicket(Act, frozen=True, kw_only=True):
    """Why the unit gives it back."""

    reason: ReturnReason


class ReplyTicket(NotedAct, frozen=True, kw_only=True):
    """What came of it; `note` is what the caller is told."""

    outcome: Outcome


class RecordCallback(NotedAct, frozen=True, kw_only=True):
    """What the caller thinks of the answer; null where they do not say."""

    reached: bool
    solved: bool | None = None
    satisfied: bool | None = None


class TicketsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    state: TicketState | None = None
    unit: Short = ""
    """Leads or helps."""
    topic: Annotated[str, msgspec.Meta(max_length=64)] = ""
    channel: Short = ""
    supervised: bool = False
    due_before: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """Only those to be answered before this moment, and not answered yet."""


class TicketsPageQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the page; an unknown state finds nothing."""

    state: Short = ""
    unit: Short = ""
    topic: Annotated[str, msgspec.Meta(max_length=64)] = ""


class TicketView(msgspec.Struct, frozen=True):
    """A ticket, rebuilt from its events, and how it came to be so."""

    ticket_no: str
    state: str
    channel: str
    topic: str
    subject_id: str
    project_no: str | None
    has_text: bool
    received_at: datetime | None
    ground: str | None
    lead_unit: str
    co_units: list[str]
    dispatched_at: datetime | None
    due_at: datetime | None
    provisional: bool
    ruled: bool
    extended: bool
    replied_at: datetime | None
    on_time: bool | None
    outcome: str | None
    calls: int
    satisfied: bool | None
    supervised: bool
    version: int
    history: list[HistoryEvent]


def ticket_view(ticket: Ticket, history: list[HistoryEvent]) -> TicketView:
    """Show the state of a ticket."""
    return TicketView(
        ticket_no=ticket.ticket_no,
        state=ticket.state.value,
        channel=ticket.channel,
        topic=ticket.topic,
        subject_id=ticket.subject_id,
        project_no=ticket.project_no,
        has_text=ticket.has_text,
        received_at=ticket.received_at,
        ground=ticket.ground.value if ticket.ground else None,
        lead_unit=ticket.lead_unit,
        co_units=ticket.co_units,
        dispatched_at=ticket.dispatched_at,
        due_at=ticket.due_at,
        provisional=ticket.provisional,
        ruled=ticket.ruled,
        extended=ticket.extended,
        replied_at=ticket.replied_at,
        on_time=ticket.on_time,
        outcome=ticket.outcome.value if ticket.outcome else None,
        calls=ticket.calls,
        satisfied=ticket.satisfied,
        supervised=ticket.supervised_at is not None,
        version=ticket.version,
        history=history,
    )
