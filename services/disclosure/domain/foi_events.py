"""What can happen to a request for information. Fields, units, sources: `contracts/disclosure/`.

Who asks, and in which words, is in none of them: that stands in the vault.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

from services.disclosure.domain.foi_terms import (
    Category,
    Channel,
    Delivery,
    Form,
    Ground,
    Outcome,
    Point,
    Reply,
    Route,
    Scale,
    Stance,
)
from services.kernel.aggregate import Fact


class Counted(Enum):
    """Which limit was counted again."""

    REPLY = "reply"
    CONSULTATION = "consultation"


class FoiRequestReceived(Fact):
    """Somebody asks for information."""

    TOPIC = "disclosure.foi-request-received.v1"

    request_no: str
    channel: Channel
    raw_on: date
    subject_id: str
    applicant_category: Category
    form_wanted: Form
    delivery: Delivery
    code_digest: str
    received_on: date | None = None
    due_at: datetime | None = None
    limit_days: int | None = None
    calendar_version: str | None = None
    provisional: bool | None = None
    account: str | None = None


class FoiReceiptConfirmed(Fact):
    """Both sides agree on the day of receipt; the clock starts."""

    TOPIC = "disclosure.foi-receipt-confirmed.v1"

    request_no: str
    received_on: date
    due_at: datetime
    limit_days: int
    calendar_version: str
    provisional: bool | None = None


class FoiAssigned(Fact):
    """A unit answers it; `matter` names what is asked for, so that the same is seen."""

    TOPIC = "disclosure.foi-assigned.v1"

    request_no: str
    unit: str
    matter: str | None = None


class FoiCorrectionRequested(Fact):
    """The one notice of what is unclear."""

    TOPIC = "disclosure.foi-correction-requested.v1"

    request_no: str
    notice_no: str
    points: list[Point]
    asked_on: date
    due_on: date


class FoiCorrectionReceived(Fact):
    """The corrected request came: the clock starts again from zero (F06)."""

    TOPIC = "disclosure.foi-correction-received.v1"

    request_no: str
    received_on: date
    due_at: datetime
    limit_days: int
    calendar_version: str
    provisional: bool | None = None


class FoiAbandoned(Fact):
    """It was not corrected in time, without a reason."""

    TOPIC = "disclosure.foi-abandoned.v1"

    request_no: str
    due_on: date
    abandoned_on: date


class ThirdPartyConsulted(Fact):
    """Somebody whose rights it touches was asked; that time does not count."""

    TOPIC = "disclosure.third-party-consulted.v1"

    request_no: str
    party_no: str
    asked_on: date
    answer_due_at: datetime
    limit_days: int
    calendar_version: str
    provisional: bool | None = None


class ThirdPartyReplied(Fact):
    """They answered."""

    TOPIC = "disclosure.third-party-replied.v1"

    request_no: str
    party_no: str
    stance: Stance
    replied_on: date
    due_at: datetime | None = None


class ThirdPartySilent(Fact):
    """They did not: the authority decides by the rules."""

    TOPIC = "disclosure.third-party-silent.v1"

    request_no: str
    party_no: str
    answer_due_at: datetime
    due_at: datetime | None = None


class CoAuthorityConsulted(Fact):
    """An authority that made it too was asked; that time does not count."""

    TOPIC = "disclosure.co-authority-consulted.v1"

    request_no: str
    authority: str
    asked_on: date
    answer_due_at: datetime
    limit_days: int
    calendar_version: str
    provisional: bool | None = None


class CoAuthorityReplied(Fact):
    """It answered."""

    TOPIC = "disclosure.co-authority-replied.v1"

    request_no: str
    authority: str
    stance: Stance
    replied_on: date
    due_at: datetime | None = None


class CoAuthorityDeemedConsented(Fact):
    """It did not: it consents."""

    TOPIC = "disclosure.co-authority-deemed-consented.v1"

    request_no: str
    authority: str
    answer_due_at: datetime
    due_at: datetime | None = None


class FoiExtended(Fact):
    """More time for the reply, once; the applicant was told."""

    TOPIC = "disclosure.foi-extended.v1"

    request_no: str
    days: int
    approver_role: str
    notice_no: str
    calendar_version: str
    old_due_at: datetime | None = None
    new_due_at: datetime | None = None
    provisional: bool | None = None


class FoiReasonsRequested(Fact):
    """So many or so often that the applicant is asked why (art. 35)."""

    TOPIC = "disclosure.foi-reasons-requested.v1"

    request_no: str
    asked_on: date


class FoiReasonsGiven(Fact):
    """The applicant said why; whether that is reasonable was decided."""

    TOPIC = "disclosure.foi-reasons-given.v1"

    request_no: str
    given_on: date
    reasonable: bool


class FoiReasonableDelaySet(Fact):
    """Reasonable, but too much for the usual limit: another one was set."""

    TOPIC = "disclosure.foi-reasonable-delay-set.v1"

    request_no: str
    notice_no: str
    due_at: datetime
    old_due_at: datetime | None = None


class FoiFeeNoticed(Fact):
    """A fee is asked, by one of the two scales."""

    TOPIC = "disclosure.foi-fee-noticed.v1"

    request_no: str
    notice_no: str
    scale: Scale
    quantity: int
    fee_fen: int
    noticed_on: date
    pay_by: date


class FoiFeePaid(Fact):
    """It was paid: the limit is counted again from the next day."""

    TOPIC = "disclosure.foi-fee-paid.v1"

    request_no: str
    fee_fen: int
    paid_on: date
    due_at: datetime
    limit_days: int
    calendar_version: str
    provisional: bool | None = None


class FoiFeeLapsed(Fact):
    """It was not paid: the request is not processed any more."""

    TOPIC = "disclosure.foi-fee-lapsed.v1"

    request_no: str
    pay_by: date
    lapsed_on: date


class FoiReplied(Fact):
    """The reply, with its remedies."""

    TOPIC = "disclosure.foi-replied.v1"

    request_no: str
    reply: Reply
    grounds: list[Ground]
    remedies: str
    form: Form
    letter_no: str
    sealed_by: str
    replied_on: date
    on_time: bool
    where: str | None = None
    earlier_request_no: str | None = None
    public_interest: bool | None = None


class FoiReplyServed(Fact):
    """The applicant has it."""

    TOPIC = "disclosure.foi-reply-served.v1"

    request_no: str
    served_on: date
    delivery: Delivery


class FoiOverdue(Fact):
    """The limit passed without a reply."""

    TOPIC = "disclosure.foi-overdue.v1"

    request_no: str
    due_at: datetime
    detected_at: datetime


class FoiReplySupplemented(Fact):
    """Something was added to the reply (补充答复)."""

    TOPIC = "disclosure.foi-reply-supplemented.v1"

    request_no: str
    reply: Reply
    grounds: list[Ground]
    remedies: str
    supplement_no: str
    supplemented_on: date


class FoiReconsiderationFiled(Fact):
    """The applicant asks for reconsideration."""

    TOPIC = "disclosure.foi-reconsideration-filed.v1"

    request_no: str
    docket_no: str
    filed_on: date


class FoiSuitFiled(Fact):
    """The applicant sues."""

    TOPIC = "disclosure.foi-suit-filed.v1"

    request_no: str
    docket_no: str
    filed_on: date
    after_reconsideration: bool


class FoiOutcomeRecorded(Fact):
    """What came of a remedy."""

    TOPIC = "disclosure.foi-outcome-recorded.v1"

    request_no: str
    docket_no: str
    route: Route
    outcome: Outcome
    decided_on: date


class FoiCarriedForward(Fact):
    """The year ended with it open."""

    TOPIC = "disclosure.foi-carried-forward.v1"

    request_no: str
    year: int


class FoiWithdrawn(Fact):
    """The applicant takes it back."""

    TOPIC = "disclosure.foi-withdrawn.v1"

    request_no: str
    withdrawn_on: date


class FoiClockRecalculated(Fact):
    """The calendar changed: a limit ends on another day."""

    TOPIC = "disclosure.foi-clock-recalculated.v1"

    request_no: str
    clock: Counted
    old_due_at: datetime
    new_due_at: datetime
    calendar_version: str
    party: str | None = None
    provisional: bool | None = None
