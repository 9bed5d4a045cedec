"""An enquiry and who owns it: the first clerk asked, until another one says yes (首问负责制)."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from services.intake.domain.clocks import count, in_time
from services.intake.domain.contact_terms import (
    ACKNOWLEDGED_WITHIN,
    CaseMissingError,
    ContactOutcome,
    ContactState,
    DeclineReason,
    FirstContactAssigned,
    FirstContactClosed,
    FirstContactHandedOver,
    FirstContactHandOverAsked,
    FirstContactHandOverDeclined,
    FirstContactHandOverOverdue,
    NotOwnerError,
    NotReceiverError,
    WrongContactStateError,
)
from services.intake.domain.recounts import LimitKind, OpenLimit, Recounted
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Clock, Kind
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = ContactState


class Contact(Recounted):
    """One enquiry; stream `contact_stream(enquiry_no)`."""

    def __init__(self) -> None:
        self.enquiry_no = ""
        self.owner = ""
        self.unit = ""
        self.window = ""
        self.topic = ""
        self.subject_id = ""
        self.state = ContactState.OWNED
        self.assigned_at: datetime | None = None
        self.receiver = ""
        self._asked_at: datetime | None = None
        self.due_at: datetime | None = None
        self.overdue = False
        self.outcome: ContactOutcome | None = None
        self.project_no: str | None = None

    @classmethod
    def assign(
        cls, facts: Facts, enquiry_no: str, topic: str, subject_id: str, has_text: bool
    ) -> Self:
        """The clerk who was asked owns it."""
        contact = cls.begin(contact_stream(enquiry_no))
        contact.record(
            FirstContactAssigned,
            facts,
            enquiry_no=enquiry_no,
            owner=facts.actor.id,
            topic=topic,
            assigned_at=facts.occurred_at,
            has_text=has_text,
            subject_id=subject_id,
            window=facts.actor.window or None,
            unit=facts.actor.unit or None,
        )
        return contact

    def open_limit(self) -> OpenLimit | None:
        """Give the day of who is asked to take it over."""
        if self._asked_at is None or self.due_at is None:
            return None
        clock = Clock(Kind.NOTICE, ACKNOWLEDGED_WITHIN, self._asked_at)
        return OpenLimit(LimitKind.HAND_OVER, self.enquiry_no, clock, self.due_at)

    def move_limit(self, due_at: datetime) -> None:
        """Remember another end."""
        self.due_at = due_at

    def ask(self, facts: Facts, receiver: str, calendar: WorkCalendar) -> None:
        """Ask another clerk to take it over."""
        self._in(_S.OWNED)
        self._by_owner(facts)
        if receiver == self.owner:
            raise NotReceiverError("it is handed over to somebody else", "receiver")
        due = count(Kind.NOTICE, ACKNOWLEDGED_WITHIN, facts.occurred_at, calendar)
        self.record(
            FirstContactHandOverAsked,
            facts,
            enquiry_no=self.enquiry_no,
            owner=self.owner,
            receiver=receiver,
            asked_at=facts.occurred_at,
            due_at=due.at,
            limit_days=ACKNOWLEDGED_WITHIN.value,
            calendar_version=due.calendar,
            provisional=due.provisional or None,
        )

    def acknowledge(self, facts: Facts) -> None:
        """Take it over; late is late, and better than never."""
        self._by_receiver(facts)
        self.record(
            FirstContactHandedOver,
            facts,
            enquiry_no=self.enquiry_no,
            former_owner=self.owner,
            owner=self.receiver,
            acknowledged_at=facts.occurred_at,
            on_time=self.due_at is not None and in_time(facts.occurred_at, self.due_at),
            unit=facts.actor.unit or None,
        )

    def decline(self, facts: Facts, reason: DeclineReason) -> None:
        """Do not take it over."""
        self._by_receiver(facts)
        self.record(
            FirstContactHandOverDeclined,
            facts,
            enquiry_no=self.enquiry_no,
            owner=self.owner,
            receiver=self.receiver,
            reason=reason,
            declined_at=facts.occurred_at,
        )

    def note_overdue(self, facts: Facts, detected_at: datetime) -> None:
        """Say once that nobody took it over in time; without effect when somebody did."""
        if self.state is not _S.HANDING_OVER or self.due_at is None or self.overdue:
            return
        if in_time(detected_at, self.due_at):
            return
        self.record(
            FirstContactHandOverOverdue,
            facts,
            enquiry_no=self.enquiry_no,
            owner=self.owner,
            receiver=self.receiver,
            due_at=self.due_at,
            detected_at=detected_at,
        )

    def close(self, facts: Facts, outcome: ContactOutcome, project_no: str | None = None) -> None:
        """End it: by its owner, while nobody else is asked or after all."""
        self._in(_S.OWNED, _S.HANDING_OVER)
        self._by_owner(facts)
        if outcome is ContactOutcome.CASE_OPENED and not project_no:
            raise CaseMissingError("name the case it became", "project_no")
        self.record(
            FirstContactClosed,
            facts,
            enquiry_no=self.enquiry_no,
            owner=self.owner,
            outcome=outcome,
            closed_at=facts.occurred_at,
            project_no=project_no,
        )

    def _in(self, *states: ContactState) -> None:
        if self.state not in states:
            raise WrongContactStateError(f"that cannot be done while it is {self.state.value}")

    def _by_owner(self, facts: Facts) -> None:
        if facts.actor.id != self.owner:
            raise NotOwnerError("who owns the enquiry does this")

    def _by_receiver(self, facts: Facts) -> None:
        self._in(_S.HANDING_OVER)
        if facts.actor.id != self.receiver:
            raise NotReceiverError("who was asked to take it over does this")

    @applies(FirstContactAssigned)
    def _assigned(self, event: FirstContactAssigned) -> None:
        self.enquiry_no, self.owner, self.topic = event.enquiry_no, event.owner, event.topic
        self.unit, self.window = event.unit or "", event.window or ""
        self.subject_id, self.assigned_at = event.subject_id, event.assigned_at

    @applies(FirstContactHandOverAsked)
    def _asked(self, event: FirstContactHandOverAsked) -> None:
        self.state, self.receiver, self.due_at = _S.HANDING_OVER, event.receiver, event.due_at
        self._asked_at, self.overdue = event.asked_at, False

    @applies(FirstContactHandedOver)
    def _handed_over(self, event: FirstContactHandedOver) -> None:
        self.owner, self.unit = event.owner, event.unit or ""
        self._settled()

    @applies(FirstContactHandOverDeclined)
    def _declined(self, event: FirstContactHandOverDeclined) -> None:
        self._settled()

    def _settled(self) -> None:
        self.state, self.receiver, self.due_at = _S.OWNED, "", None

    @applies(FirstContactHandOverOverdue)
    def _overdue(self, event: FirstContactHandOverOverdue) -> None:
        self.overdue = True

    @applies(FirstContactClosed)
    def _closed(self, event: FirstContactClosed) -> None:
        self._settled()
        self.state, self.outcome, self.project_no = _S.CLOSED, event.outcome, event.project_no


def contact_stream(enquiry_no: str) -> UUID:
    """Give the stream of an enquiry."""
    return stream_id("contact", enquiry_no)
