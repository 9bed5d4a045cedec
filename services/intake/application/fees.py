"""What intake can be told of fees: by a window, the payment platform, and a deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from services.chassis.deadlines import Due
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.chassis.reference import Reference
from services.chassis.vault import BodyVault
from services.intake import fee_timers
from services.intake.application.cases import Cases
from services.intake.application.seen import check_seen
from services.intake.domain.case import Case
from services.intake.domain.clocks import count
from services.intake.domain.fee_rules import (
    Charge,
    FeeAlreadySetError,
    Tariff,
    UnknownOrderError,
)
from services.intake.domain.fee_terms import ENDED, Assessment, order_number
from services.intake.domain.fees import FeeOrder
from services.intake.domain.payments import Paid, Payment, PaymentRefusal, Told
from services.intake.domain.refusal import Reply
from services.intake.domain.rules import IntakeRuleError, NotBegunError
from services.intake.refused import keep as keep_refused
from services.kernel.clock import Kind
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id
from services.kernel.limits import Limit

PAYMENT = "payment"
"""The kind of record of the payment platform."""


@dataclass(frozen=True)
class FeeReceipt:
    """Where a fee stands after a command."""

    order_no: str
    project_no: str
    state: str
    amount_fen: int
    stream: str
    version: int


class _Charge(msgspec.Struct, frozen=True):
    name: str
    standard: str
    amount_fen: int | None = None
    basis: str = ""


class _Listing(msgspec.Struct, frozen=True):
    charged: bool | None = None
    fee_basis: str = ""
    fees: list[_Charge] = []


class Fees(Cases):
    """The fees of cases."""

    @command
    def assess_fee(
        self, facts: Facts, project_no: str, said: Assessment, *, key: str | None = None
    ) -> FeeReceipt:
        """Set a fee for a case, by the list it was accepted under.

        Raises:
            NotFoundError: there is no such case.
            FeeAlreadySetError: this charge is open or paid already.
        """
        case = self._case(project_no)
        tariff = self._tariff(case.item_code, case.item_version)
        turn = 1
        while found := self.find(
            FeeOrder, stream_id("fee", number := order_number(project_no, said.fee, turn))
        ):
            if found.state not in ENDED:
                raise FeeAlreadySetError(f"this charge is set already, see order {number}", "fee")
            turn += 1
        order = FeeOrder.assess(
            _of(facts, case.project_no, case.department),
            order_number(project_no, said.fee, turn),
            case,
            tariff,
            said,
        )
        self.keep(order)
        return _receipt(order)

    @command
    def notify_fee(
        self,
        facts: Facts,
        order_no: str,
        days: int,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> FeeReceipt:
        """Issue the payment notice, to be paid within so many working days."""
        order = self._order(order_no, seen)
        limit = Limit(days)
        due = count(Kind.NOTICE, limit, facts.occurred_at, self._catalog(()).calendar)
        order.notify(
            _of(facts, order.project_no, order.department), due, self._case(order.project_no)
        )
        return self._file_fee(order)

    @command
    def waive_fee(
        self,
        facts: Facts,
        order_no: str,
        policy: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> FeeReceipt:
        """Waive an unpaid fee under a policy."""
        order = self._order(order_no, seen)
        order.waive(_of(facts, order.project_no, order.department), policy)
        return self._file_fee(order)

    @command
    def refund_fee(
        self,
        facts: Facts,
        order_no: str,
        transaction_no: str,
        amount_fen: int | None,
        reason: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> FeeReceipt:
        """Give back what a transaction brought; the amount None: all of it."""
        order = self._order(order_no, seen)
        order.refund(
            _of(facts, order.project_no, order.department), transaction_no, amount_fen, reason
        )
        self.keep(order)
        return _receipt(order)

    def take_payments(self, batch: Sequence[Told], now: datetime) -> None:
        """Take transactions of the payment platform; each counts once, however often it is told.

        Raises:
            NotBegunError: the notice of one of them is not out yet.
        """
        self.prefetch(Payment, [_payment(told.paid) for told in batch])
        self.prefetch(FeeOrder, [stream_id("fee", told.paid.order_no) for told in batch])
        for told in batch:
            try:
                self.take_payment(told, now)
            except IntakeRuleError as refusal:
                reply = Reply(
                    data_source=told.paid.data_source,
                    record=PAYMENT,
                    reason_code=refusal.code,
                    reason=str(refusal),
                    row_guid=told.paid.transaction_no,
                    project_no=told.paid.order_no,
                    field=refusal.field or None,
                )
                self.refuse_payment(reply, told.body, now)

    @command
    def take_payment(self, told: Told, now: datetime) -> None:
        """Take one transaction."""
        paid = told.paid
        order = self.find(FeeOrder, stream_id("fee", paid.order_no))
        if order is None:
            raise UnknownOrderError("no fee was set under this order number", "order_no")
        facts = Facts(
            occurred_at=now,
            subject=order.project_no,
            actor=Actor(ActorKind.EXTERNAL, paid.data_source, role="payment_platform"),
            correlation_id=told.correlation_id,
            region=self._region,
            department=order.department,
        )
        payment = self.find(Payment, _payment(paid))
        if payment is not None:
            payment.repeat(facts, paid)
            self.keep(payment)
            return
        at = _at(facts, paid.paid_at)
        order.pay(at, paid, self._case(order.project_no), facts)
        self.keep(Payment.receive(at, paid))
        self._file_fee(order)

    @command
    def refuse_payment(
        self, reply: Reply, body: bytes, now: datetime, correlation_id: str = ""
    ) -> None:
        """Answer a payment record that cannot be taken, and keep it as it came; the same once."""
        self.change(keep_refused(reply, body, now, BodyVault(self._seal, self.database)))
        if self.find(PaymentRefusal, stream_id("refusal", reply.key)) is None:
            about = reply.row_guid or reply.data_source
            facts = Facts(
                occurred_at=now,
                subject=about,
                actor=Actor(ActorKind.SYSTEM, "intake"),
                correlation_id=correlation_id or about,
                region=self._region,
            )
            self.keep(PaymentRefusal.tell(facts, reply))

    def fire(self, due: Due) -> None:
        """Do what the deadline of a fee is for; those of others go on to them."""
        if due.kind == fee_timers.LAPSE:
            self._lapse(due)
        else:
            super().fire(due)

    def _lapse(self, due: Due) -> None:
        """End a notice that was not paid in time; without effect when it was."""
        order = self.find(FeeOrder, stream_id("fee", due.key))
        if order is None:
            return
        facts = Facts(
            occurred_at=due.due_at,
            subject=order.project_no,
            actor=Actor(ActorKind.TIMER, "intake"),
            correlation_id=due.id,
            region=self._region,
            department=order.department,
        )
        order.lapse(facts, due.fired_at)
        self.keep(order)  # its deadline goes with the firing

    def _file_fee(self, order: FeeOrder) -> FeeReceipt:
        """Keep a fee; while its notice is open it has a deadline."""
        self.change(*fee_timers.changes(order))
        self.keep(order)
        return _receipt(order)

    def _order(self, order_no: str, seen: int | None = None) -> FeeOrder:
        order = self.find(FeeOrder, stream_id("fee", order_no))
        if order is None:
            raise NotFoundError("there is no fee of this order number")
        check_seen(self, order, seen)
        return order

    def _case(self, project_no: str) -> Case:
        case = self.find(Case, stream_id("case", project_no))
        if case is None:
            raise NotBegunError("there is no such case, or not yet")
        return case

    def _tariff(self, item_code: str, item_version: int) -> Tariff:
        text = Reference(self.database).listing(item_code, item_version)
        listing = msgspec.json.decode(text or b"null", type=_Listing | None) or _Listing()
        charges = [
            Charge(one.name, one.standard, one.amount_fen, one.basis) for one in listing.fees
        ]
        return Tariff(listing.charged, listing.fee_basis, charges)


def _receipt(order: FeeOrder) -> FeeReceipt:
    return FeeReceipt(
        order.order_no,
        order.project_no,
        order.state.value,
        order.amount_fen,
        str(order.id),
        order.version,
    )


def _payment(paid: Paid) -> UUID:
    return stream_id("payment", paid.transaction_no)


def _of(facts: Facts, project_no: str, department: str) -> Facts:
    """Say which case it is about: the partition it is told in, and the department it counts for."""
    return replace(facts, subject=project_no, department=department)


def _at(facts: Facts, occurred_at: datetime) -> Facts:
    return replace(facts, occurred_at=occurred_at)
