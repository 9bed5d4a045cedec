"""Rows of hotline tickets, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Update

TICKET = (
    "ticket_no",
    "state",
    "channel",
    "topic",
    "project_no",
    "received_at",
    "lead_unit",
    "co_units",
    "dispatched_at",
    "due_at",
    "extended",
    "ruled",
    "replied_at",
    "on_time",
    "satisfied",
    "supervised",
)


class TicketRow(msgspec.Struct, frozen=True):
    """One ticket in a list."""

    ticket_no: str
    state: str
    channel: str
    topic: str
    project_no: str | None
    received_at: datetime
    lead_unit: str | None
    co_units: list[str] | None
    dispatched_at: datetime | None
    due_at: datetime | None
    extended: bool
    ruled: bool
    replied_at: datetime | None
    on_time: bool | None
    """Of the reply."""
    satisfied: bool | None
    supervised: bool
    """A limit passed without a reply."""


class _Said(msgspec.Struct, frozen=True):
    ticket_no: str
    channel: str = ""
    topic: str = ""
    project_no: str | None = None
    received_at: datetime | None = None
    lead_unit: str | None = None
    co_units: list[str] = []
    dispatched_at: datetime | None = None
    due_at: datetime | None = None
    new_due_at: datetime | None = None
    replied_at: datetime | None = None
    on_time: bool | None = None
    reached: bool = False
    satisfied: bool | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    match event.type:
        case "intake.ticket-received.v1":
            said = event.read(_Said)
            row = (said.ticket_no, "received", said.channel, said.topic, said.project_no)
            rest = (None, None, None, None, False, False, None, None, None, False)
            yield Insert("ticket_row", (*row, said.received_at, *rest))
        case "intake.ticket-refused.v1":
            yield _set(event.read(_Said), state="refused")
        case "intake.ticket-dispatched.v1" | "intake.ticket-redispatched.v1":
            said = event.read(_Said)
            yield _set(
                said,
                state="dispatched",
                lead_unit=said.lead_unit,
                co_units=list(said.co_units),
                dispatched_at=said.dispatched_at,
                due_at=said.due_at,
                ruled=event.type == "intake.ticket-redispatched.v1",
            )
        case "intake.ticket-returned.v1":
            yield _set(event.read(_Said), state="returned", due_at=None)
        case "intake.ticket-extended.v1":
            said = event.read(_Said)
            yield _set(said, extended=True, due_at=said.new_due_at)
        case "intake.ticket-replied.v1":
            said = event.read(_Said)
            yield _set(said, state="replied", replied_at=said.replied_at, on_time=said.on_time)
        case "intake.callback-recorded.v1":
            said = event.read(_Said)
            if said.reached:
                yield _set(said, state="followed_up", satisfied=said.satisfied)
        case "intake.ticket-closed.v1":
            yield _set(event.read(_Said), state="closed")
        case "intake.ticket-supervised.v1":
            yield _set(event.read(_Said), supervised=True)


def _set(said: _Said, **values: object) -> Change:
    return Update("ticket_row", {"ticket_no": said.ticket_no}, values)


def list_tickets(
    database: Database,
    *,
    state: str = "",
    unit: str = "",
    topic: str = "",
    channel: str = "",
    supervised: bool = False,
    due_before: datetime | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[TicketRow]:
    """List tickets, newest first, from behind the key (received_at, ticket_no).

    Args:
        unit: leads or helps.
        due_before: only those that are to be answered before this moment, and are not.
    """
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(TICKET)} FROM ticket_row"  # noqa: S608 - our own column names
        " WHERE (%(state)s = '' OR state = %(state)s)"
        " AND (%(unit)s = '' OR lead_unit = %(unit)s OR %(unit)s = ANY(co_units))"
        " AND (%(topic)s = '' OR topic = %(topic)s)"
        " AND (%(channel)s = '' OR channel = %(channel)s)"
        " AND (NOT %(supervised)s OR supervised)"
        " AND (%(due_before)s::timestamptz IS NULL"
        " OR (state = 'dispatched' AND due_at < %(due_before)s::timestamptz))"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (received_at, ticket_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY received_at DESC, ticket_no DESC LIMIT %(limit)s",
        {
            "state": state,
            "unit": unit,
            "topic": topic,
            "channel": channel,
            "supervised": supervised,
            "due_before": due_before,
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [TicketRow(*row) for row in rows]
