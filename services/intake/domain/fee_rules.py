"""Everything the law refuses about fees, one class a rule, and which charges an item allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.case import Case
from services.intake.domain.rules import IntakeRuleError
from services.intake.domain.terms import CaseState

ART_58 = "《中华人民共和国行政许可法》第五十八条"
ART_59 = "《中华人民共和国行政许可法》第五十九条"
VOID_KINDS = frozenset({2, 3})
"""Completion kinds of a case that came to nothing: 作废, 误录删除."""
NEVER = frozenset(
    {CaseState.REFUSED, CaseState.RETRACTED, CaseState.NOT_REQUIRED, CaseState.ABANDONED}
)
"""States of a case that came to nothing; a new one of that kind belongs here."""


class FreeItemError(IntakeRuleError):
    """Nothing may be charged for this item (art. 58)."""

    code = "free_item"


class FreeAgencyError(IntakeRuleError):
    """Agency is without pay (无偿代理)."""

    code = "free_agency"


class UnlistedFeeError(IntakeRuleError):
    """The version of the item the case is bound to lists no such charge (art. 59)."""

    code = "unlisted_fee"


class FeeAmountError(IntakeRuleError):
    """The amount is not the listed one, or there is none."""

    code = "fee_amount"


class NotChargeableError(IntakeRuleError):
    """The case is not accepted, or is over: nothing is owed for it."""

    code = "not_chargeable"


class FeeStateError(IntakeRuleError):
    """The fee is not in a state in which this can be done."""

    code = "fee_state"


class FeeAlreadySetError(IntakeRuleError):
    """This charge was set for this case already, and is open or paid."""

    code = "fee_already_set"


class RefundNotDueError(IntakeRuleError):
    """There is nothing to give back by this transaction, or not so much."""

    code = "refund_not_due"


class TransactionReusedError(IntakeRuleError):
    """This transaction was told before, with other content."""

    code = "transaction_reused"


class UnknownOrderError(IntakeRuleError):
    """No fee was ever set under this order number."""

    code = "unknown_order"


@dataclass(frozen=True)
class Charge:
    """One charge of a version's list."""

    name: str
    standard: str
    amount_fen: int | None = None
    """When the standard is one amount."""
    basis: str = ""


@dataclass(frozen=True)
class Tariff:
    """What one version of an item says of charges."""

    charged: bool | None
    basis: str
    charges: Sequence[Charge]

    def charge(self, name: str) -> Charge:
        """Give the charge of this name.

        Raises:
            FreeItemError: the item is free.
            UnlistedFeeError: it is on no list.
        """
        if self.charged is False:
            raise FreeItemError(f"该事项不收费,不得收取任何费用。依据:{ART_58}。", "fee")
        found = next((one for one in self.charges if one.name == name), None)
        if found is None:
            raise UnlistedFeeError(
                f"该收费项目不在受理时的收费清单内,不得收取。依据:{ART_58}、{ART_59}。", "fee"
            )
        return found

    def price(self, charge: Charge, units: int, stated_fen: int | None) -> int:
        """Give what so many units cost.

        Raises:
            FeeAmountError: another amount was stated, or none where the list has no fixed one.
        """
        if charge.amount_fen is None:
            if not stated_fen:
                raise FeeAmountError("the list states no fixed amount: say the amount", "amount")
            return stated_fen
        amount_fen = charge.amount_fen * units
        if stated_fen is not None and stated_fen != amount_fen:
            raise FeeAmountError(f"所收金额与公布的收费标准不符。依据:{ART_59}。", "amount")
        if amount_fen == 0:
            raise FeeAmountError("the list says 0: there is nothing to charge", "amount")
        return amount_fen


def over_since(case: Case) -> datetime | None:
    """Give when a case came to nothing, so that nothing is owed any more; None while it stands.

    Of one that was never accepted the beginning; of one that was withdrawn, forwarded, voided or
    deleted in error the moment of that (M02).
    """
    if case.state in NEVER:
        return case.submitted_at or case.accepted_at
    if case.ended_at is not None:
        return case.ended_at
    return case.completed_at if case.completion_kind in VOID_KINDS else None


def chargeable(case: Case) -> None:
    """Guard an assessment.

    Raises:
        NotChargeableError: the case is not accepted yet, or is over.
    """
    if case.accepted_at is None or over_since(case) is not None:
        raise NotChargeableError("fees are set for cases that are accepted and stand", "project_no")
