"""What intake takes and answers about home visits, extended hours and enquiries over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.intake.answers import Code, Number, Said, Short
from services.intake.application.contacts import TEXT
from services.intake.appointment_answers import Comes, Hours
from services.intake.case_answers import Act
from services.intake.domain.contact_terms import ContactOutcome, ContactState, DeclineReason
from services.intake.domain.contacts import Contact
from services.intake.domain.visit_terms import (
    VisitCancelReason,
    VisitOutcome,
    VisitReason,
    VisitState,
)
from services.intake.domain.visits import HomeVisit

OptionalCode = Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9A-Za-z._-]*$")]


class OrderVisit(Comes, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to, why, and who it is; the place and the person go to the vault."""

    reason: VisitReason
    place: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    subject_id: OptionalCode = ""
    """A person known already; only a clerk says this."""
    item_code: OptionalCode = ""
    project_no: Number = ""
    visit_no: Number = ""
    """A number given elsewhere; made here when absent."""


class ScheduleVisit(Act, frozen=True, kw_only=True):
    """Which clerk goes, and when, with offset."""

    clerk: Code
    starts_at: datetime


class CompleteVisit(Act, frozen=True, kw_only=True):
    """What came of it, and which case began there, if one did."""

    outcome: VisitOutcome
    project_no: Number = ""


class CancelVisit(Act, frozen=True, kw_only=True):
    """Why nobody goes; an applicant's own reason is never `centre`."""

    reason: VisitCancelReason


class VisitsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the visits."""

    state: VisitState | None = None
    clerk: Short = ""


class VisitView(msgspec.Struct, frozen=True):
    """A visit, rebuilt from its events. Where to, is asked for apart."""

    visit_no: str
    state: str
    reason: str
    subject_id: str
    ordered_at: datetime | None
    item_code: str | None
    project_no: str | None
    clerk: str
    starts_at: datetime | None
    outcome: str | None
    version: int
    history: list[HistoryEvent]


def visit_view(visit: HomeVisit, history: list[HistoryEvent]) -> VisitView:
    """Show the state of a visit."""
    return VisitView(
        visit_no=visit.visit_no,
        state=visit.state.value,
        reason=visit.reason.value if visit.reason else "",
        subject_id=visit.subject_id,
        ordered_at=visit.ordered_at,
        item_code=visit.item_code,
        project_no=visit.project_no,
        clerk=visit.clerk,
        starts_at=visit.starts_at,
        outcome=visit.outcome.value if visit.outcome else None,
        version=visit.version,
        history=history,
    )


class TellExtendedHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a case was handled outside of the window's hours; both times with offset."""

    began_at: datetime
    ended_at: datetime
    window: Short = ""
    """The own one when absent."""
    hours: Hours = ""
    """Of the window, `08:30-12:00,14:00-17:30`; the hall's when absent."""


class AskContact(Comes, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody asks; the words and the person go to the vault."""

    topic: Code
    text: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    enquiry_no: Number = ""
    """A number given elsewhere; made here when absent."""

    def told(self) -> dict[str, str]:
        """Give what goes to the vault, by field."""
        return Comes.told(self) | ({TEXT: self.text} if self.text else {})


class HandOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account of the clerk who is asked to take it over."""

    receiver: Code


class DeclineHandOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why not."""

    reason: DeclineReason


class CloseContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of it; `case_opened` names the case."""

    outcome: ContactOutcome
    project_no: Number = ""


class ContactsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the enquiries."""

    state: ContactState | None = None
    owner: Short = ""
    receiver: Short = ""
    overdue: bool = False
    """Only those whose hand-over nobody acknowledged in time."""


class ContactView(msgspec.Struct, frozen=True):
    """An enquiry, rebuilt from its events, and how it came to be so."""

    enquiry_no: str
    state: str
    topic: str
    owner: str
    unit: str
    subject_id: str
    assigned_at: datetime | None
    receiver: str
    due_at: datetime | None
    overdue: bool
    outcome: str | None
    project_no: str | None
    version: int
    history: list[HistoryEvent]


def contact_view(contact: Contact, history: list[HistoryEvent]) -> ContactView:
    """Show the state of an enquiry."""
    return ContactView(
        enquiry_no=contact.enquiry_no,
        state=contact.state.value,
        topic=contact.topic,
        owner=contact.owner,
        unit=contact.unit,
        subject_id=contact.subject_id,
        assigned_at=contact.assigned_at,
        receiver=contact.receiver,
        due_at=contact.due_at,
        overdue=contact.overdue,
        outcome=contact.outcome.value if contact.outcome else None,
        project_no=contact.project_no,
        version=contact.version,
        history=history,
    )


class Text(msgspec.Struct, frozen=True):
    """Words out of the vault."""

    text: Said

    def __repr__(self) -> str:
        return "Text(...)"

    __str__ = __repr__
