"""Fees and payments for domain tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.intake.domain import Application, Assessment, Case, Decision, FeeOrder, Paid, Payment
from services.intake.domain.fee_rules import Charge, Tariff
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Due
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI
from tests.unit.facts import CLERK, HOUSE, NOW, facts
from tests.unit.intake.rows import ITEM, later

PLATFORM = Actor(ActorKind.EXTERNAL, "province-payment", role="payment_platform")
FEE_OFFICE = Actor(ActorKind.PERSON, "fee-officer-3", role="fee_officer")
TIMER = Actor(ActorKind.TIMER, "intake")
ORDER = "F000000000000000017"
DUE = Due(datetime(2020, 11, 3, 23, 59, 59, tzinfo=SHANGHAI), "2020.2")
TARIFF = Tariff(
    True,
    "收费标准文件",
    [Charge("工本费", "每证 10 元", 1000), Charge("检测费", "按面积计收", None, "检测收费文件")],
)


def accepted_case(project_no: str = "case-1") -> Case:
    """Give a case that was accepted at a window."""
    said = Application(project_no, "I1", "window", "s-1", NOW)
    case = Case.submit(facts(CLERK, subject=project_no), said)
    case.accept(facts(CLERK, subject=project_no), ITEM, NOW, SEED)
    return case


def ended_case(kind: int, at: datetime, project_no: str = "case-1") -> Case:
    """Give a case that was completed in one of the seven ways."""
    case = accepted_case(project_no)
    case.complete(facts(HOUSE, at, project_no), Decision(kind == 0, kind, at))
    return case


def assessed(said: Assessment | None = None, order_no: str = ORDER) -> FeeOrder:
    said = said or Assessment("工本费")
    return FeeOrder.assess(facts(), order_no, accepted_case(), TARIFF, said)


def notified(order_no: str = ORDER) -> FeeOrder:
    order = assessed(order_no=order_no)
    order.notify(facts(), DUE, accepted_case())
    return order


def paid(number: str = "T1", **changed: Any) -> Paid:
    told: dict[str, Any] = {
        "transaction_no": number,
        "data_source": PLATFORM.id,
        "order_no": ORDER,
        "amount_fen": 1000,
        "channel": "app",
        "paid_at": later(1),
    }
    return Paid(**told | changed)


def pay(
    order: FeeOrder, one: Paid, case: Case | None = None, told_at: datetime | None = None
) -> None:
    """Have an order take a payment, told an hour after it was made unless said otherwise."""
    told = told_at or one.paid_at + timedelta(hours=1)
    order.pay(by(PLATFORM, one.paid_at), one, case or accepted_case(), by(PLATFORM, told))


def by(actor: Actor, at: datetime = NOW) -> Facts:
    return facts(actor, at)


def received(one: Paid) -> Payment:
    return Payment.receive(by(PLATFORM, one.paid_at), one)
