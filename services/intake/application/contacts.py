"""What intake can be told of enquiries and who owns them (首问负责制)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from services.chassis.deadlines import Due, cancel_deadlines, set_deadline
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.chassis.vault import Opening
from services.intake import timers
from services.intake.application.cases import Cases
from services.intake.application.ratings import Done
from services.intake.domain.case import Case
from services.intake.domain.clocks import breach_at
from services.intake.domain.contact_terms import (
    ContactOutcome,
    ContactState,
    DeclineReason,
    EnquiryNoTakenError,
)
from services.intake.domain.contacts import Contact, contact_stream
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

OVERDUE: Final = timers.HAND_OVER
"""Due in the second after the limit's last one; the key is the enquiry_no."""
TEXT: Final = "enquiry_text"
"""The vault field with what was asked."""


class Contacts(Cases):
    """The enquiries of the centre."""

    @command
    def assign_contact(
        self,
        facts: Facts,
        enquiry_no: str,
        topic: str,
        told: Mapping[str, str],
        *,
        key: str | None = None,
    ) -> Done:
        """Take an enquiry; who takes it owns it. What was asked, and by whom, goes to the vault.

        Args:
            told: by vault field; `TEXT` is what was asked.
        """
        if self.find(Contact, contact_stream(enquiry_no)) is not None:
            raise EnquiryNoTakenError("another enquiry has this number", "enquiry_no")
        subject_id = who_asked(enquiry_no)
        about = self._of_contact(facts, enquiry_no)
        contact = Contact.assign(about, enquiry_no, topic, subject_id, TEXT in told)
        if told:
            self.change(self._vault.introducing(subject_id, told))
        self.change(self._vault.holding(subject_id, enquiry_no))
        return self._file_contact(contact)

    @command
    def ask_hand_over(
        self, facts: Facts, enquiry_no: str, receiver: str, *, key: str | None = None
    ) -> Done:
        """Ask another clerk to take it over, within one working day."""
        contact = self._contact(enquiry_no)
        contact.ask(self._of_contact(facts, enquiry_no), receiver, self._catalog(()).calendar)
        return self._file_contact(contact)

    @command
    def acknowledge_hand_over(
        self, facts: Facts, enquiry_no: str, *, key: str | None = None
    ) -> Done:
        """Take it over."""
        contact = self._contact(enquiry_no)
        contact.acknowledge(self._of_contact(facts, enquiry_no))
        return self._file_contact(contact)

    @command
    def decline_hand_over(
        self, facts: Facts, enquiry_no: str, reason: DeclineReason, *, key: str | None = None
    ) -> Done:
        """Do not take it over."""
        contact = self._contact(enquiry_no)
        contact.decline(self._of_contact(facts, enquiry_no), reason)
        return self._file_contact(contact)

    @command
    def close_contact(
        self,
        facts: Facts,
        enquiry_no: str,
        outcome: ContactOutcome,
        project_no: str | None = None,
        *,
        key: str | None = None,
    ) -> Done:
        """End it; what became a case names it."""
        contact = self._contact(enquiry_no)
        if project_no and self.find(Case, stream_id("case", project_no)) is None:
            raise NotFoundError("there is no such case")
        contact.close(self._of_contact(facts, enquiry_no), outcome, project_no)
        return self._file_contact(contact)

    def contact_text(self, contact: Contact, opening: Opening) -> str:
        """Give what was asked; that it was opened is written down."""
        return self._texts(contact.subject_id, [TEXT], opening).get(TEXT, "")

    def recount(self, watched: str, key: str, facts: Facts, calendar: WorkCalendar) -> None:
        """Count the limit again at whose end this deadline is; others go on to theirs."""
        if watched != OVERDUE:
            super().recount(watched, key, facts, calendar)
            return
        contact = self._contact(key)
        if contact.recount_limit(self._of_contact(facts, key), calendar):
            self._file_contact(contact)

    def fire(self, due: Due) -> None:
        """Note that nobody took an enquiry over in time; deadlines of others go on to them."""
        if due.kind != OVERDUE:
            super().fire(due)
            return
        contact = self._contact(due.key)
        facts = Facts(due.due_at, due.key, Actor(ActorKind.SYSTEM, "intake"), due.id)
        contact.note_overdue(self._of_contact(facts, due.key), due.fired_at)
        self.keep(contact)

    def _contact(self, enquiry_no: str) -> Contact:
        contact = self.find(Contact, contact_stream(enquiry_no))
        if contact is None:
            raise NotFoundError("there is no such enquiry")
        return contact

    def _of_contact(self, facts: Facts, enquiry_no: str) -> Facts:
        return replace(facts, subject=enquiry_no, region=self._region)

    def _file_contact(self, contact: Contact) -> Done:
        """Keep an enquiry; while it is open its person is not erased, and its limit watched."""
        number = contact.enquiry_no
        if contact.state is ContactState.CLOSED:
            self.change(self._vault.releasing(contact.subject_id, number))
        if contact.state is ContactState.HANDING_OVER and contact.due_at is not None:
            self.change(set_deadline(OVERDUE, number, breach_at(contact.due_at)))
        else:
            self.change(cancel_deadlines((OVERDUE,), number))
        self.keep(contact)
        return Done(number, contact.state.value, str(contact.id), contact.version)


def who_asked(enquiry_no: str) -> str:
    """Give the reference to who asked; says nothing about the person."""
    return f"s-{stream_id('subject', f'enquiry/{enquiry_no}').hex[:16]}"
