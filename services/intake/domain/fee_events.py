"""What can happen to a fee and to a payment. Fields, units and sources: `contracts/intake/`."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from services.kernel.aggregate import Fact


class RefundGround(Enum):
    """Why money that was paid is not ours to keep."""

    SECOND_PAYMENT = "second_payment"
    """The notice had been paid by another transaction (M01)."""
    CASE_OVER = "case_over"
    """The case was withdrawn, refused, voided or deleted before it was paid (M02)."""
    WAIVED = "waived"
    """The fee had been waived."""
    LATE = "late"
    """Paid after the notice had ended."""
    OTHER_AMOUNT = "other_amount"
    """Not the amount of the notice."""


class FeeAssessed(Fact):
    """A fee was set, under one version of the item; that amount stands (M04)."""

    TOPIC = "intake.fee-assessed.v1"

    order_no: str
    project_no: str
    item_code: str
    item_version: int
    fee: str
    amount_fen: int
    units: int
    basis: str
    standard: str


class PaymentNoticeIssued(Fact):
    """The payer was told what to pay, and until when."""

    TOPIC = "intake.payment-notice-issued.v1"

    order_no: str
    project_no: str
    notice_no: str
    amount_fen: int
    due_at: datetime
    calendar_version: str


class PaymentReceived(Fact):
    """The payment platform confirmed a transaction; whether it pays a fee is said by others."""

    TOPIC = "intake.payment-received.v1"

    transaction_no: str
    data_source: str
    order_no: str
    amount_fen: int
    channel: str
    paid_at: datetime


class FeePaid(Fact):
    """The fee is paid: this amount is collected."""

    TOPIC = "intake.fee-paid.v1"

    order_no: str
    project_no: str
    transaction_no: str
    channel: str
    online: bool
    paid_at: datetime
    amount_fen: int
    fee: str
    item_code: str


class PaymentDuplicateIgnored(Fact):
    """The platform told a transaction again; nothing was done (M01). Said once a transaction."""

    TOPIC = "intake.payment-duplicate-ignored.v1"

    transaction_no: str
    data_source: str
    order_no: str


class PaymentMismatchDetected(Fact):
    """A transaction over another amount than the notice; it pays nothing."""

    TOPIC = "intake.payment-mismatch-detected.v1"

    order_no: str
    project_no: str
    transaction_no: str
    expected_fen: int
    amount_fen: int


class RefundDue(Fact):
    """Money came that is not owed: somebody has to give it back. It was never collected."""

    TOPIC = "intake.refund-due.v1"

    order_no: str
    project_no: str
    transaction_no: str
    amount_fen: int
    ground: RefundGround


class PaymentReturned(Fact):
    """Money that was not owed went back; it was never collected, so no total falls."""

    TOPIC = "intake.payment-returned.v1"

    order_no: str
    project_no: str
    transaction_no: str
    amount_fen: int


class FeeRefunded(Fact):
    """A collected fee went back, whole or in part: the total collected falls by this amount."""

    TOPIC = "intake.fee-refunded.v1"

    order_no: str
    project_no: str
    transaction_no: str
    amount_fen: int
    reason: str


class FeeWaived(Fact):
    """The fee is not asked for, under a policy."""

    TOPIC = "intake.fee-waived.v1"

    order_no: str
    project_no: str
    amount_fen: int
    policy: str


class FeeLapsed(Fact):
    """The notice ended unpaid."""

    TOPIC = "intake.fee-lapsed.v1"

    order_no: str
    project_no: str
    due_at: datetime
    detected_at: datetime


class PaymentRefused(Fact):
    """The reply to a payment record that could not be taken."""

    TOPIC = "intake.payment-refused.v1"

    data_source: str
    reason_code: str
    reason: str
    transaction_no: str | None = None
    order_no: str | None = None
    field: str | None = None


FACTS: tuple[type[Fact], ...] = (
    FeeAssessed,
    PaymentNoticeIssued,
    PaymentReceived,
    FeePaid,
    PaymentDuplicateIgnored,
    PaymentMismatchDetected,
    RefundDue,
    PaymentReturned,
    FeeRefunded,
    FeeWaived,
    FeeLapsed,
    PaymentRefused,
)
"""All of them; intake publishes each."""
