"""The words of enquiries and what can happen to one; fields: `contracts/intake/`."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

from services.intake.domain.rules import IntakeRuleError
from services.kernel.aggregate import Fact
from services.kernel.limits import Limit

ACKNOWLEDGED_WITHIN: Final = Limit(1)
"""Working days in which who is asked to take an enquiry over says yes or no."""


class ContactState(Enum):
    """Where an enquiry stands."""

    OWNED = "owned"
    HANDING_OVER = "handing_over"
    CLOSED = "closed"


class DeclineReason(Enum):
    """Why a clerk does not take an enquiry over. A closed list."""

    NOT_OUR_DUTY = "not_our_duty"
    OTHER_UNIT = "other_unit"
    ABSENT = "absent"


class ContactOutcome(Enum):
    """What came of an enquiry."""

    ANSWERED = "answered"
    CASE_OPENED = "case_opened"
    REFERRED = "referred"
    """To a body that is not in the centre."""


class EnquiryNoTakenError(IntakeRuleError):
    """Another enquiry has this number."""

    code = "enquiry_no_taken"


class WrongContactStateError(IntakeRuleError):
    """It is closed, or nobody was asked to take it over, or somebody is."""

    code = "wrong_contact_state"


class NotOwnerError(IntakeRuleError):
    """Who owns the enquiry does this."""

    code = "not_owner"


class NotReceiverError(IntakeRuleError):
    """Who was asked to take the enquiry over does this."""

    code = "not_receiver"


class CaseMissingError(IntakeRuleError):
    """An enquiry that became a case names it."""

    code = "case_missing"


class FirstContactAssigned(Fact):
    """A clerk was asked first, and owns the enquiry. Stream: contact/<enquiry_no>."""

    TOPIC = "intake.first-contact-assigned.v1"

    enquiry_no: str
    owner: str
    topic: str
    assigned_at: datetime
    has_text: bool
    subject_id: str
    window: str | None = None
    unit: str | None = None


class FirstContactHandOverAsked(Fact):
    """The owner asked another clerk to take it over; owns it until that one says yes."""

    TOPIC = "intake.first-contact-hand-over-asked.v1"

    enquiry_no: str
    owner: str
    receiver: str
    asked_at: datetime
    due_at: datetime
    limit_days: int
    calendar_version: str
    provisional: bool | None = None


class FirstContactHandedOver(Fact):
    """The other clerk said yes, and owns it from now on."""

    TOPIC = "intake.first-contact-handed-over.v1"

    enquiry_no: str
    former_owner: str
    owner: str
    acknowledged_at: datetime
    on_time: bool
    unit: str | None = None


class FirstContactHandOverDeclined(Fact):
    """The other clerk said no; the owner stays."""

    TOPIC = "intake.first-contact-hand-over-declined.v1"

    enquiry_no: str
    owner: str
    receiver: str
    reason: DeclineReason
    declined_at: datetime


class FirstContactHandOverOverdue(Fact):
    """The other clerk said nothing in time; the owner stays, and was not relieved."""

    TOPIC = "intake.first-contact-hand-over-overdue.v1"

    enquiry_no: str
    owner: str
    receiver: str
    due_at: datetime
    detected_at: datetime


class FirstContactClosed(Fact):
    """The enquiry came to its end."""

    TOPIC = "intake.first-contact-closed.v1"

    enquiry_no: str
    owner: str
    outcome: ContactOutcome
    closed_at: datetime
    project_no: str | None = None


CONTACT_FACTS: Final[tuple[type[Fact], ...]] = (
    FirstContactAssigned,
    FirstContactHandOverAsked,
    FirstContactHandedOver,
    FirstContactHandOverDeclined,
    FirstContactHandOverOverdue,
    FirstContactClosed,
)
