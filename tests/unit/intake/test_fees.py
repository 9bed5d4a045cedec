"""What may be charged, what pays it, what has to go back (M01-M04; 行政许可法 58, 59, 75)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain import Application, Assessment, Case, FeeOrder, FeeState
from services.intake.domain.fee_events import RefundGround
from services.intake.domain.fee_rules import (
    Charge,
    FeeAmountError,
    FeeStateError,
    FreeAgencyError,
    FreeItemError,
    NotChargeableError,
    RefundNotDueError,
    Tariff,
    TransactionReusedError,
    UnlistedFeeError,
)
from services.intake.domain.fee_terms import order_number
from services.intake.domain.rules import NotBegunError
from tests.unit.facts import facts
from tests.unit.intake.charges import (
    DUE,
    FEE_OFFICE,
    ORDER,
    PLATFORM,
    TARIFF,
    TIMER,
    accepted_case,
    assessed,
    by,
    ended_case,
    notified,
    paid,
    pay,
    received,
)
from tests.unit.intake.rows import later


def told(order: FeeOrder) -> list[str]:
    return [fact.TOPIC.split(".")[1] for fact in order.pending]


def ground(order: FeeOrder) -> RefundGround:
    found: RefundGround = order.pending[-1].ground  # type: ignore[attr-defined]
    return found


def test_assessment_names_the_version_the_amount_is_from() -> None:
    order = assessed(Assessment("工本费", units=3))

    [fact] = order.pending
    assert vars(fact) | {
        "item_version": 2,
        "fee": "工本费",
        "amount_fen": 3000,
        "units": 3,
        "basis": "收费标准文件",
        "standard": "每证 10 元",
    } == vars(fact)
    assert (order.state, order.department) == (FeeState.ASSESSED, "D07")


def test_amount_stands_when_the_list_changes() -> None:
    order = notified()
    dearer = replace(TARIFF, charges=[Charge("工本费", "每证 20 元", 2000)])
    again = FeeOrder.assess(facts(), "F2", accepted_case(), dearer, Assessment("工本费"))

    pay(order, paid(amount_fen=1000))

    assert (order.state, order.amount_fen, again.amount_fen) == (FeeState.PAID, 1000, 2000)


def test_charge_without_a_fixed_amount_needs_one_and_keeps_its_own_basis() -> None:
    with pytest.raises(FeeAmountError):
        assessed(Assessment("检测费"))
    with pytest.raises(FeeAmountError):
        assessed(Assessment("检测费", amount_fen=0))

    order = assessed(Assessment("检测费", amount_fen=35050))

    assert (order.amount_fen, order.basis) == (35050, "检测收费文件")


def test_other_amount_than_the_listed_one_is_refused() -> None:
    with pytest.raises(FeeAmountError, match="五十九"):
        assessed(Assessment("工本费", amount_fen=1001))

    assert assessed(Assessment("工本费", amount_fen=1000)).amount_fen == 1000


def test_listed_amount_of_nothing_is_no_charge() -> None:
    free = replace(TARIFF, charges=[Charge("工本费", "免收", 0)])

    with pytest.raises(FeeAmountError):
        FeeOrder.assess(facts(), "F1", accepted_case(), free, Assessment("工本费"))


def test_free_item_may_not_be_charged_even_for_what_it_lists() -> None:
    free = replace(TARIFF, charged=False)

    with pytest.raises(FreeItemError, match="第五十八条") as refused:
        FeeOrder.assess(facts(), "F1", accepted_case(), free, Assessment("工本费"))

    assert (refused.value.code, refused.value.field) == ("free_item", "fee")


def test_charge_that_is_on_no_list_is_refused_with_the_law() -> None:
    with pytest.raises(UnlistedFeeError, match="第五十九条"):
        assessed(Assessment("加急费"))
    with pytest.raises(UnlistedFeeError):
        FeeOrder.assess(facts(), "F1", accepted_case(), Tariff(None, "", []), Assessment("工本费"))


def test_agency_is_free() -> None:
    with pytest.raises(FreeAgencyError, match="无偿"):
        assessed(Assessment("工本费", agency=True))


def test_only_an_accepted_case_that_stands_is_charged() -> None:
    waiting = Case.submit(facts(), Application("case-1", "I1", "window", "s-1"))
    refused = Case.submit(facts(), Application("case-1", "I1", "window", "s-1"))
    refused.refuse(facts(), "not_on_any_list", "清单之外无审批")

    for case in (waiting, refused, ended_case(2, later(1)), ended_case(3, later(1))):
        with pytest.raises(NotChargeableError):
            FeeOrder.assess(facts(), "F1", case, TARIFF, Assessment("工本费"))
    granted = FeeOrder.assess(facts(), "F1", ended_case(0, later(1)), TARIFF, Assessment("工本费"))
    assert granted.amount_fen == 1000


def test_notice_goes_out_once() -> None:
    order = notified()

    assert (order.state, order.due_at, order.notice_no) == (
        FeeState.NOTIFIED,
        DUE.at,
        f"N{ORDER}",
    )
    with pytest.raises(FeeStateError, match="notified"):
        order.notify(facts(), DUE, accepted_case())


def test_no_notice_goes_out_for_a_case_that_came_to_nothing() -> None:
    order = assessed()

    with pytest.raises(NotChargeableError):
        order.notify(facts(), DUE, ended_case(2, later(1)))


def test_payment_pays_the_fee_at_its_own_time() -> None:
    order = notified()

    pay(order, paid())

    assert told(order)[2:] == ["fee-paid"]
    assert (order.state, order.transaction_no, order.paid_at) == (FeeState.PAID, "T1", later(1))
    assert order.pending[-1].facts.occurred_at == later(1)


@pytest.mark.parametrize(("channel", "online"), [("app", True), ("window", False), ("pos", False)])
def test_payment_is_online_unless_somebody_takes_it(channel: str, online: bool) -> None:
    order = notified()

    pay(order, paid(channel=channel))

    assert order.pending[-1].online is online  # type: ignore[attr-defined]


def test_payment_before_its_notice_waits() -> None:
    order = assessed()

    with pytest.raises(NotBegunError):
        pay(order, paid())

    assert told(order) == ["fee-assessed"]


def test_second_transaction_for_one_notice_is_to_be_given_back() -> None:
    order = notified()
    pay(order, paid("T1"))

    pay(order, paid("T2"))

    assert told(order)[2:] == ["fee-paid", "refund-due"]
    assert (ground(order), order.refunds_due) == (RefundGround.SECOND_PAYMENT, {"T2": 1000})
    assert order.transaction_no == "T1"


@pytest.mark.parametrize("kind", [2, 3])
def test_payment_after_the_case_came_to_nothing_is_to_be_given_back(kind: int) -> None:
    order = notified()

    pay(order, paid(paid_at=later(2)), ended_case(kind, later(2)))

    assert (ground(order), order.state) == (RefundGround.CASE_OVER, FeeState.NOTIFIED)


def test_payment_for_a_case_that_was_taken_back_is_to_be_given_back() -> None:
    order = notified()
    case = Case.submit(facts(), Application("case-1", "I1", "window", "s-1"))
    case.refuse(facts(), "not_on_any_list", "清单之外无审批")

    pay(order, paid(), case)

    assert ground(order) is RefundGround.CASE_OVER


def test_payment_made_before_the_case_came_to_nothing_counts() -> None:
    order = notified()

    pay(order, paid(paid_at=later(1)), ended_case(2, later(2)), told_at=later(3))

    assert order.state is FeeState.PAID


def test_payment_of_a_case_that_was_granted_or_rejected_counts() -> None:
    for kind in (0, 1):
        order = notified()
        pay(order, paid(paid_at=later(3)), ended_case(kind, later(2)))
        assert order.state is FeeState.PAID


@pytest.mark.parametrize("amount_fen", [999, 1001])
def test_payment_of_another_amount_pays_nothing(amount_fen: int) -> None:
    order = notified()

    pay(order, paid(amount_fen=amount_fen))

    assert told(order)[2:] == ["payment-mismatch-detected", "refund-due"]
    assert (ground(order), order.state) == (RefundGround.OTHER_AMOUNT, FeeState.NOTIFIED)
    pay(order, paid("T2"))
    assert order.state is FeeState.PAID


def test_waived_fee_takes_no_money() -> None:
    order = notified()
    order.waive(by(FEE_OFFICE), "减税降费文件")

    pay(order, paid())

    assert (ground(order), order.state) == (RefundGround.WAIVED, FeeState.WAIVED)


def test_paid_fee_is_not_waived() -> None:
    order = notified()
    pay(order, paid())

    with pytest.raises(FeeStateError, match="paid"):
        order.waive(by(FEE_OFFICE), "减税降费文件")


def test_notice_lapses_in_the_second_after_its_last_one_and_once() -> None:
    order = notified()

    order.lapse(by(TIMER, DUE.at), DUE.at)
    assert order.state is FeeState.NOTIFIED
    order.lapse(by(TIMER, DUE.at), DUE.at + timedelta(seconds=1))
    order.lapse(by(TIMER, DUE.at), DUE.at + timedelta(seconds=2))

    assert (order.state, told(order)[2:]) == (FeeState.LAPSED, ["fee-lapsed"])


@pytest.mark.parametrize("lapsed_first", [True, False])
def test_moment_of_the_payment_decides_whatever_is_told_first(lapsed_first: bool) -> None:
    late, in_time = notified(), notified()
    after = DUE.at + timedelta(seconds=1)
    for order in (late, in_time):
        if lapsed_first:
            order.lapse(by(TIMER, DUE.at), after)
    pay(late, paid(paid_at=after))
    pay(in_time, paid(paid_at=DUE.at), told_at=later(30))
    for order in (late, in_time):
        order.lapse(by(TIMER, DUE.at), after)

    assert (ground(late) if lapsed_first else late.refunds_due) in (
        RefundGround.LATE,
        {"T1": 1000},
    )
    assert (late.state, in_time.state) == (FeeState.LAPSED, FeeState.PAID)


def test_paid_fee_does_not_lapse() -> None:
    order = notified()
    pay(order, paid())

    order.lapse(by(TIMER, DUE.at), later(60))

    assert order.state is FeeState.PAID


def test_money_that_was_not_owed_goes_back_whole_and_once() -> None:
    order = notified()
    pay(order, paid("T1"))
    pay(order, paid("T2"))

    with pytest.raises(RefundNotDueError):
        order.refund(by(FEE_OFFICE), "T2", 400, "重复缴费")
    order.refund(by(FEE_OFFICE), "T2", None, "重复缴费")

    assert told(order)[-1] == "payment-returned"
    assert (order.refunds_due, order.state) == ({}, FeeState.PAID)
    with pytest.raises(RefundNotDueError):
        order.refund(by(FEE_OFFICE), "T2", None, "重复缴费")


def test_fee_goes_back_in_parts_up_to_what_was_paid() -> None:
    order = notified()
    pay(order, paid())

    order.refund(by(FEE_OFFICE), "T1", 400, "部分退费")
    assert (order.state, order.refunded_fen) == (FeeState.PAID, 400)
    for too_much in (601, 0, -1):
        with pytest.raises(RefundNotDueError):
            order.refund(by(FEE_OFFICE), "T1", too_much, "多退")
    order.refund(by(FEE_OFFICE), "T1", None, "收费依据已取消")

    assert (order.state, order.refunded_fen) == (FeeState.REFUNDED, 1000)
    with pytest.raises(RefundNotDueError):
        order.refund(by(FEE_OFFICE), "T1", None, "再退")
    pay(order, paid("T2"))
    assert (ground(order), order.state) == (RefundGround.SECOND_PAYMENT, FeeState.REFUNDED)


def test_nothing_goes_back_by_a_transaction_nobody_paid_by() -> None:
    order = notified()
    with pytest.raises(RefundNotDueError):
        order.refund(by(FEE_OFFICE), "", None, "未缴")
    pay(order, paid("T1"))

    with pytest.raises(RefundNotDueError):
        order.refund(by(FEE_OFFICE), "T9", None, "不存在")


def test_transaction_told_again_does_nothing_and_is_said_once() -> None:
    payment = received(paid())

    for _ in range(3):
        payment.repeat(by(PLATFORM), paid())

    assert [fact.TOPIC.split(".")[1] for fact in payment.pending] == [
        "payment-received",
        "payment-duplicate-ignored",
    ]


@pytest.mark.parametrize(
    "changed", [{"amount_fen": 1}, {"order_no": "F2"}, {"paid_at": later(2)}, {"channel": "pos"}]
)
def test_transaction_told_otherwise_is_refused(changed: dict[str, Any]) -> None:
    payment = received(paid())

    with pytest.raises(TransactionReusedError):
        payment.repeat(by(PLATFORM), paid(**changed))


def test_order_number_is_the_same_for_ever_and_its_own_for_each_charge() -> None:
    numbers = {
        order_number(case, fee, turn)
        for case in ("case-1", "case-2")
        for fee in ("工本费", "检测费")
        for turn in (1, 2)
    }

    assert len(numbers) == 8
    assert order_number("case-1", "工本费", 1) == "F980909529529977440"
