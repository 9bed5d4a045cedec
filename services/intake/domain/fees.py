"""A fee: set, notified, paid, refunded; waived or lapsed. What comes too much is to be returned."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from services.intake.domain.case import Case
from services.intake.domain.clocks import in_time
from services.intake.domain.fee_events import (
    FeeAssessed,
    FeeLapsed,
    FeePaid,
    FeeRefunded,
    FeeWaived,
    PaymentMismatchDetected,
    PaymentNoticeIssued,
    PaymentReturned,
    RefundDue,
    RefundGround,
)
from services.intake.domain.fee_rules import (
    FeeStateError,
    FreeAgencyError,
    RefundNotDueError,
    Tariff,
    chargeable,
    over_since,
)
from services.intake.domain.fee_terms import Assessment, FeeState
from services.intake.domain.payments import Paid
from services.intake.domain.rules import NotBegunError
from services.kernel.aggregate import Aggregate, applies
from services.kernel.clock import Due
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class FeeOrder(Aggregate):
    """One charge of one case. Stream: `stream_id("fee", order_no)`."""

    def __init__(self) -> None:
        self.order_no = ""
        self.project_no = ""
        self.item_code = ""
        self.item_version = 0
        self.fee = ""
        self.amount_fen = 0
        self.basis = ""
        self.state = FeeState.ASSESSED
        self.department = ""
        self.notice_no = ""
        self.due_at: datetime | None = None
        self.transaction_no = ""
        """The one that paid it."""
        self.paid_at: datetime | None = None
        self.refunded_fen = 0
        self.refunds_due: dict[str, int] = {}
        """Money to give back, in fen, by transaction."""

    @classmethod
    def assess(
        cls, facts: Facts, order_no: str, case: Case, tariff: Tariff, said: Assessment
    ) -> Self:
        """Set a fee by the list of the version the case is bound to (M04).

        Raises:
            IntakeRuleError: the case is not charged, agency or the item is free, the charge or the
                amount is not listed; see `fee_rules`.
        """
        chargeable(case)
        if said.agency:
            raise FreeAgencyError("代办、代理实行无偿服务,不得收取任何费用。", "agency")
        charge = tariff.charge(said.fee)
        amount_fen = tariff.price(charge, said.units, said.amount_fen)
        order = cls.begin(stream_id("fee", order_no))
        order.record(
            FeeAssessed,
            facts,
            order_no=order_no,
            project_no=case.project_no,
            item_code=case.item_code,
            item_version=case.item_version,
            fee=charge.name,
            amount_fen=amount_fen,
            units=said.units,
            basis=charge.basis or tariff.basis,
            standard=charge.standard,
        )
        return order

    def notify(self, facts: Facts, due: Due, case: Case) -> None:
        """Tell the payer. The day told stands, whatever becomes of the calendar.

        Raises:
            FeeStateError: it was told already, or the fee is over.
            NotChargeableError: the case came to nothing meanwhile.
        """
        chargeable(case)
        self._check({FeeState.ASSESSED}, "a notice goes out once, for a fee that is open")
        self.record(
            PaymentNoticeIssued,
            facts,
            order_no=self.order_no,
            project_no=self.project_no,
            notice_no=f"N{self.order_no}",
            amount_fen=self.amount_fen,
            due_at=due.at,
            calendar_version=due.calendar,
        )

    def pay(self, facts: Facts, paid: Paid, case: Case, told_at: Facts) -> None:
        """Take a transaction: it pays the fee, or is to be given back.

        Args:
            facts: as of the payment. told_at: as of now, when we hear of it.

        In whatever order the platform's message and our own deadline come, the end is the same: the
        moment of the payment decides.

        Raises:
            NotBegunError: no notice is out yet, so that nobody can have paid.
        """
        if self.state is FeeState.ASSESSED:
            raise NotBegunError("no notice of this fee is out yet")
        ground = self._not_owed(paid, case)
        if ground is None:
            self.record(
                FeePaid,
                facts,
                order_no=self.order_no,
                project_no=self.project_no,
                transaction_no=paid.transaction_no,
                channel=paid.channel,
                online=paid.online,
                paid_at=paid.paid_at,
                amount_fen=paid.amount_fen,
                fee=self.fee,
                item_code=self.item_code,
            )
            return
        if ground is RefundGround.OTHER_AMOUNT:
            self.record(
                PaymentMismatchDetected,
                told_at,
                order_no=self.order_no,
                project_no=self.project_no,
                transaction_no=paid.transaction_no,
                expected_fen=self.amount_fen,
                amount_fen=paid.amount_fen,
            )
        self.record(
            RefundDue,
            told_at,
            order_no=self.order_no,
            project_no=self.project_no,
            transaction_no=paid.transaction_no,
            amount_fen=paid.amount_fen,
            ground=ground,
        )

    def refund(
        self, facts: Facts, transaction_no: str, amount_fen: int | None, reason: str
    ) -> None:
        """Give back what a transaction brought: all of it, or part of a fee that was collected.

        Raises:
            RefundNotDueError: nothing is to be given back by it, or not so much.
        """
        due = self.refunds_due.get(transaction_no)
        if due is not None:
            if amount_fen not in (None, due):
                raise RefundNotDueError("money that is not owed goes back whole", "amount")
            self.record(
                PaymentReturned,
                facts,
                order_no=self.order_no,
                project_no=self.project_no,
                transaction_no=transaction_no,
                amount_fen=due,
            )
            return
        if self.state is not FeeState.PAID or transaction_no != self.transaction_no:
            raise RefundNotDueError(
                "nothing is to be given back by this transaction", "transaction_no"
            )
        left = self.amount_fen - self.refunded_fen
        wanted = left if amount_fen is None else amount_fen
        if not 0 < wanted <= left:
            raise RefundNotDueError("not more than was paid can be given back", "amount")
        self.record(
            FeeRefunded,
            facts,
            order_no=self.order_no,
            project_no=self.project_no,
            transaction_no=transaction_no,
            amount_fen=wanted,
            reason=reason,
        )

    def waive(self, facts: Facts, policy: str) -> None:
        """Ask no more for it, under a policy.

        Raises:
            FeeStateError: it is paid or over; a paid one is refunded.
        """
        self._check({FeeState.ASSESSED, FeeState.NOTIFIED}, "only an unpaid fee can be waived")
        self.record(
            FeeWaived,
            facts,
            order_no=self.order_no,
            project_no=self.project_no,
            amount_fen=self.amount_fen,
            policy=policy,
        )

    def lapse(self, facts: Facts, detected_at: datetime) -> None:
        """End the notice if it is unpaid when it is over; else without effect."""
        if self.state is not FeeState.NOTIFIED or self.due_at is None:
            return
        if in_time(detected_at, self.due_at):
            return
        self.record(
            FeeLapsed,
            facts,
            order_no=self.order_no,
            project_no=self.project_no,
            due_at=self.due_at,
            detected_at=detected_at,
        )

    def _check(self, states: set[FeeState], rule: str) -> None:
        if self.state not in states:
            raise FeeStateError(f"{rule}; this one is {self.state.value}")

    def _not_owed(self, paid: Paid, case: Case) -> RefundGround | None:
        if self.state in (FeeState.PAID, FeeState.REFUNDED):
            return RefundGround.SECOND_PAYMENT
        if self.state is FeeState.WAIVED:
            return RefundGround.WAIVED
        over = over_since(case)
        if over is not None and paid.paid_at >= over:
            return RefundGround.CASE_OVER
        if self.due_at is not None and not in_time(paid.paid_at, self.due_at):
            return RefundGround.LATE
        return None if paid.amount_fen == self.amount_fen else RefundGround.OTHER_AMOUNT

    @applies(FeeAssessed)
    def _assessed(self, event: FeeAssessed) -> None:
        self.order_no = event.order_no
        self.project_no = event.project_no
        self.item_code = event.item_code
        self.item_version = event.item_version
        self.fee = event.fee
        self.amount_fen = event.amount_fen
        self.basis = event.basis
        self.department = event.facts.department

    @applies(PaymentNoticeIssued)
    def _notified(self, event: PaymentNoticeIssued) -> None:
        self.state = FeeState.NOTIFIED
        self.notice_no = event.notice_no
        self.due_at = event.due_at

    @applies(FeePaid)
    def _paid(self, event: FeePaid) -> None:
        self.state = FeeState.PAID
        self.transaction_no = event.transaction_no
        self.paid_at = event.paid_at

    @applies(RefundDue)
    def _refund_due(self, event: RefundDue) -> None:
        self.refunds_due = {**self.refunds_due, event.transaction_no: event.amount_fen}

    @applies(PaymentReturned)
    def _returned(self, event: PaymentReturned) -> None:
        self.refunds_due = {
            number: fen
            for number, fen in self.refunds_due.items()
            if number != event.transaction_no
        }

    @applies(FeeRefunded)
    def _refunded(self, event: FeeRefunded) -> None:
        self.refunded_fen += event.amount_fen
        if self.refunded_fen >= self.amount_fen:
            self.state = FeeState.REFUNDED

    @applies(FeeWaived)
    def _waived(self, event: FeeWaived) -> None:
        self.state = FeeState.WAIVED

    @applies(FeeLapsed)
    def _lapsed(self, event: FeeLapsed) -> None:
        self.state = FeeState.LAPSED
