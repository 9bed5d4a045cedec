"""A transaction of the payment platform, taken once; and the reply to one that cannot be taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from services.intake.domain.fee_events import (
    PaymentDuplicateIgnored,
    PaymentReceived,
    PaymentRefused,
)
from services.intake.domain.fee_rules import TransactionReusedError
from services.intake.domain.refusal import Reply
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

OFFLINE = frozenset({"window", "cash", "pos", "bank"})
"""Channels by which somebody pays in the presence of somebody else."""


@dataclass(frozen=True)
class Paid:
    """One transaction as the platform tells it. `transaction_no` is unique on the platform."""

    transaction_no: str
    data_source: str
    order_no: str
    amount_fen: int
    channel: str
    paid_at: datetime

    @property
    def online(self) -> bool:
        """Whether it was paid online; a channel nobody knows counts as that."""
        return self.channel not in OFFLINE


@dataclass(frozen=True)
class Told:
    """One message of the platform, translated."""

    paid: Paid
    correlation_id: str
    body: bytes = field(default=b"", repr=False)
    """As it came, to be kept if it is refused; never logged."""


class Payment(Aggregate):
    """One transaction. Stream: `stream_id("payment", transaction_no)`."""

    def __init__(self) -> None:
        self.paid: Paid | None = None
        self.repeated = False

    @classmethod
    def receive(cls, facts: Facts, paid: Paid) -> Self:
        """Take a transaction."""
        payment = cls.begin(stream_id("payment", paid.transaction_no))
        payment.record(PaymentReceived, facts, **vars(paid))
        return payment

    def repeat(self, facts: Facts, paid: Paid) -> None:
        """Take it again: nothing happens, which is said once (M01).

        Raises:
            TransactionReusedError: it was told with other content before.
        """
        if paid != self.paid:
            raise TransactionReusedError("this transaction was told with other content before")
        if not self.repeated:
            self.record(
                PaymentDuplicateIgnored,
                facts,
                transaction_no=paid.transaction_no,
                data_source=paid.data_source,
                order_no=paid.order_no,
            )

    @applies(PaymentReceived)
    def _received(self, event: PaymentReceived) -> None:
        self.paid = Paid(
            event.transaction_no,
            event.data_source,
            event.order_no,
            event.amount_fen,
            event.channel,
            event.paid_at,
        )

    @applies(PaymentDuplicateIgnored)
    def _repeated(self, event: PaymentDuplicateIgnored) -> None:
        self.repeated = True


class PaymentRefusal(Aggregate):
    """One reply, told once. Stream: `stream_id("refusal", reply.key)`."""

    @classmethod
    def tell(cls, facts: Facts, reply: Reply) -> Self:
        """Refuse a record; `row_guid` of the reply is the transaction, `project_no` the order."""
        refusal = cls.begin(stream_id("refusal", reply.key))
        refusal.record(
            PaymentRefused,
            facts,
            data_source=reply.data_source,
            reason_code=reply.reason_code,
            reason=reply.reason,
            transaction_no=reply.row_guid,
            order_no=reply.project_no,
            field=reply.field,
        )
        return refusal
