"""Stories of fees and payments, so that every event class of them happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.intake.domain import Payment, PaymentRefusal, Reply
from services.intake.domain.fees import FeeOrder
from services.kernel.aggregate import Aggregate
from tests.unit.facts import HOUSE, facts
from tests.unit.intake.charges import (
    DUE,
    FEE_OFFICE,
    PLATFORM,
    TIMER,
    assessed,
    by,
    notified,
    paid,
    pay,
    received,
)
from tests.unit.intake.rows import later


def paid_fee() -> FeeOrder:
    """Another amount first, then paid, paid twice; the second goes back, then the fee."""
    order = notified()
    pay(order, paid("T0", amount_fen=900))
    pay(order, paid("T1"))
    pay(order, paid("T2", channel="window"))
    order.refund(by(FEE_OFFICE, later(2)), "T2", None, "重复缴费")
    order.refund(by(FEE_OFFICE, later(3)), "T1", 400, "部分退费")
    order.refund(by(FEE_OFFICE, later(4)), "T1", None, "收费依据已取消")
    return order


def lapsed_fee() -> FeeOrder:
    order = notified("F000000000000000018")
    order.lapse(by(TIMER, later(15)), later(15))
    pay(order, paid("T3", order_no="F000000000000000018", paid_at=DUE.at), told_at=later(16))
    return order


def waived_fee() -> FeeOrder:
    order = assessed(order_no="F000000000000000019")
    order.waive(by(FEE_OFFICE), "减税降费文件")
    return order


def told_twice() -> Payment:
    payment = received(paid())
    payment.repeat(by(PLATFORM, later(1)), paid())
    return payment


def refused_payment() -> PaymentRefusal:
    code, reason = "unknown_order", "no fee was set under this order number"
    reply = Reply("province-payment", "payment", code, reason, "T9", "F99", "order_no")
    return PaymentRefusal.tell(facts(HOUSE, subject="T9"), reply)


FEE_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "intake-paid-fee": paid_fee,
    "intake-lapsed-fee": lapsed_fee,
    "intake-waived-fee": waived_fee,
    "intake-payment": told_twice,
    "intake-payment-refusal": refused_payment,
}
