"""Where a fee stands, what is asked for it, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256


class FeeState(Enum):
    """Where a fee stands."""

    ASSESSED = "assessed"
    NOTIFIED = "notified"
    PAID = "paid"
    REFUNDED = "refunded"
    """All of it; a fee refunded in part is still paid."""
    WAIVED = "waived"
    LAPSED = "lapsed"


ENDED = frozenset({FeeState.REFUNDED, FeeState.WAIVED, FeeState.LAPSED})
"""The same charge may be set again, under another order number."""


@dataclass(frozen=True)
class Assessment:
    """What is to be charged."""

    fee: str
    units: int = 1
    amount_fen: int | None = None
    """Only where the list states no fixed amount; else it must be the listed one."""
    agency: bool = False
    """For the help of an agent, which is free."""


def order_number(project_no: str, fee: str, turn: int) -> str:
    """Give the number of the n-th order of this charge for this case; the same for ever.

    So two clerks who set the same charge at once meet on one stream, and one of them is told.
    """
    digest = sha256(f"{project_no}/{fee}/{turn}".encode()).digest()
    return f"F{int.from_bytes(digest[:8]) % 10**18:018}"
