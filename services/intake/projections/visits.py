"""Rows of home visits, extended hours and enquiries, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement, Update

VISIT: Final = (
    "visit_no",
    "state",
    "reason",
    "ordered_at",
    "account",
    "item_code",
    "project_no",
    "clerk",
    "starts_at",
    "outcome",
)
EXTENDED: Final = ("project_no", "window_no", "clerk", "began_at", "ended_at", "working_day")
CONTACT: Final = (
    "enquiry_no",
    "state",
    "topic",
    "owner",
    "unit",
    "assigned_at",
    "receiver",
    "due_at",
    "overdue",
    "outcome",
    "project_no",
    "hand_overs",
)
TABLES: Final[Mapping[str, Sequence[str]]] = {
    "visit_row": VISIT,
    "extended_row": EXTENDED,
    "contact_row": CONTACT,
}


class VisitRow(msgspec.Struct, frozen=True):
    """One home visit in a list. Where to, stands in the vault."""

    visit_no: str
    state: str
    reason: str
    ordered_at: datetime
    account: str | None
    item_code: str | None
    project_no: str | None
    clerk: str | None
    starts_at: datetime | None
    outcome: str | None


class ExtendedRow(msgspec.Struct, frozen=True):
    """One time at which a case was handled outside of hours."""

    project_no: str
    window: str
    clerk: str
    began_at: datetime
    ended_at: datetime
    working_day: bool


class ContactRow(msgspec.Struct, frozen=True):
    """One enquiry in a list."""

    enquiry_no: str
    state: str
    topic: str
    owner: str
    unit: str | None
    assigned_at: datetime
    receiver: str | None
    """Who was asked to take it over."""
    due_at: datetime | None
    overdue: bool
    outcome: str | None
    project_no: str | None
    hand_overs: int


class _Said(msgspec.Struct, frozen=True):
    visit_no: str = ""
    enquiry_no: str = ""
    reason: str = ""
    topic: str = ""
    window: str = ""
    ordered_at: datetime | None = None
    assigned_at: datetime | None = None
    account: str | None = None
    item_code: str | None = None
    project_no: str | None = None
    clerk: str | None = None
    starts_at: datetime | None = None
    outcome: str | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    working_day: bool = False
    owner: str = ""
    unit: str | None = None
    receiver: str | None = None
    due_at: datetime | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    yield from _visits(event)
    yield from _contacts(event)


def _visits(event: Event) -> Iterable[Change]:
    match event.type:
        case "intake.home-visit-ordered.v1":
            said = event.read(_Said)
            row = (said.visit_no, "ordered", said.reason, said.ordered_at, said.account)
            yield Insert("visit_row", (*row, said.item_code, said.project_no, None, None, None))
        case "intake.home-visit-scheduled.v1":
            said = event.read(_Said)
            yield _visit(said, state="scheduled", clerk=said.clerk, starts_at=said.starts_at)
        case "intake.home-visit-completed.v1":
            said = event.read(_Said)
            came = {"outcome": said.outcome, "project_no": said.project_no}
            yield _visit(said, state="completed", **came)
        case "intake.home-visit-cancelled.v1":
            yield _visit(event.read(_Said), state="cancelled")
        case "intake.extended-hours-service-recorded.v1":
            said = event.read(_Said)
            when = (said.began_at, said.ended_at, said.working_day)
            yield Insert("extended_row", (said.project_no, said.window, said.clerk, *when))


def _contacts(event: Event) -> Iterable[Change]:
    match event.type:
        case "intake.first-contact-assigned.v1":
            said = event.read(_Said)
            row = (said.enquiry_no, "owned", said.topic, said.owner, said.unit, said.assigned_at)
            yield Insert("contact_row", (*row, None, None, False, None, None, 0))
        case "intake.first-contact-hand-over-asked.v1":
            said = event.read(_Said)
            yield _contact(
                said,
                state="handing_over",
                receiver=said.receiver,
                due_at=said.due_at,
                overdue=False,
            )
        case "intake.first-contact-handed-over.v1":
            said = event.read(_Said)
            yield Statement(
                "UPDATE contact_row SET state = 'owned', owner = %s, unit = %s, receiver = NULL,"
                " due_at = NULL, hand_overs = hand_overs + 1 WHERE enquiry_no = %s",
                (said.owner, said.unit, said.enquiry_no),
            )
        case "intake.first-contact-hand-over-declined.v1":
            yield _contact(event.read(_Said), state="owned", receiver=None, due_at=None)
        case "intake.first-contact-hand-over-overdue.v1":
            yield _contact(event.read(_Said), overdue=True)
        case "intake.first-contact-closed.v1":
            said = event.read(_Said)
            yield _contact(
                said,
                state="closed",
                receiver=None,
                due_at=None,
                outcome=said.outcome,
                project_no=said.project_no,
            )


def _visit(said: _Said, **values: object) -> Change:
    return Update("visit_row", {"visit_no": said.visit_no}, values)


def _contact(said: _Said, **values: object) -> Change:
    return Update("contact_row", {"enquiry_no": said.enquiry_no}, values)


def list_visits(
    database: Database,
    *,
    state: str = "",
    clerk: str = "",
    account: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[VisitRow]:
    """List home visits, newest first, from behind the key (ordered_at, visit_no)."""
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(VISIT)} FROM visit_row"  # noqa: S608 - our own column names
        " WHERE (%(state)s = '' OR state = %(state)s)"
        " AND (%(clerk)s = '' OR clerk = %(clerk)s)"
        " AND (%(account)s = '' OR account = %(account)s)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (ordered_at, visit_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY ordered_at DESC, visit_no DESC LIMIT %(limit)s",
        _asked(moment, key, limit, state=state, clerk=clerk, account=account),
    )
    return [VisitRow(*row) for row in rows]


def list_extended(database: Database, project_no: str) -> list[ExtendedRow]:
    """List when a case was handled outside of hours, oldest first."""
    rows = database.read(
        f"SELECT {', '.join(EXTENDED)} FROM extended_row"  # noqa: S608 - our own column names
        " WHERE project_no = %s ORDER BY began_at",
        (project_no,),
    )
    return [ExtendedRow(*row) for row in rows]


def list_contacts(
    database: Database,
    *,
    state: str = "",
    owner: str = "",
    receiver: str = "",
    overdue: bool = False,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[ContactRow]:
    """List enquiries, newest first, from behind the key (assigned_at, enquiry_no)."""
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(CONTACT)} FROM contact_row"  # noqa: S608 - our own column names
        " WHERE (%(state)s = '' OR state = %(state)s)"
        " AND (%(owner)s = '' OR owner = %(owner)s)"
        " AND (%(receiver)s = '' OR receiver = %(receiver)s)"
        " AND (NOT %(overdue)s OR overdue)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (assigned_at, enquiry_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY assigned_at DESC, enquiry_no DESC LIMIT %(limit)s",
        _asked(moment, key, limit, state=state, owner=owner, receiver=receiver, overdue=overdue),
    )
    return [ContactRow(*row) for row in rows]


def _asked(moment: datetime | None, key: str, limit: int, **filters: Any) -> dict[str, Any]:
    return {"moment": moment, "key": key, "limit": limit, **filters}
