"""The deadline of a fee: its notice ends unpaid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from services.chassis.deadlines import cancel_deadlines, set_deadline
from services.chassis.projection import Change
from services.intake.domain.clocks import breach_at
from services.intake.domain.fee_terms import FeeState
from services.intake.domain.fees import FeeOrder

LAPSE: Final = "fee_lapse"
"""Due in the second after the last one of the notice; its key is the order number."""


def changes(order: FeeOrder) -> Iterable[Change]:
    """Bring the deadline of a fee in line with it."""
    if order.state is FeeState.NOTIFIED and order.due_at is not None:
        yield set_deadline(LAPSE, order.order_no, breach_at(order.due_at))
    elif order.notice_no:
        yield cancel_deadlines((LAPSE,), order.order_no)
