"""What intake takes and answers over HTTP about fees."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.intake.answers import Number, Short
from services.intake.case_answers import Act

NOTICE_DAYS: Final = 10
"""Working days to pay within when the notice says none; an own setting, no law's."""
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Yuan = Annotated[
    str, msgspec.Meta(max_length=20, description="Yuan as text, `12.50`; absent: see the route.")
]


class AssessFee(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A charge by the list of the case's item."""

    fee: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    """Name of the charge as the list has it."""
    units: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    amount: Yuan = ""
    """Needed where the list states no fixed amount; else it must agree with the list."""
    agency: bool = False
    """For the help of an agent: always refused, agency is free (无偿代理)."""


class IssueNotice(Act, frozen=True, kw_only=True):
    """A payment notice."""

    days: Annotated[int, msgspec.Meta(ge=1, le=90)] = NOTICE_DAYS
    """Working days to pay within."""


class WaiveFee(Act, frozen=True, kw_only=True):
    """A waiver."""

    policy: Words
    """The document it rests on."""


class RefundFee(Act, frozen=True, kw_only=True):
    """Money given back."""

    transaction_no: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    """The transaction that brought it."""
    reason: Words
    amount: Yuan = ""
    """Part of a fee; the whole when absent."""


class FeeDone(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the fee stands now."""

    order_no: str
    project_no: str
    state: str
    amount_fen: int
    amount: str
    """The same in yuan."""
    event: str
    position: int | None = None
    version: int = 0
    """Of the thing after this; say it as `expected_version` or `If-Match` in the next act."""


class FeesQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    state: Short = ""
    department: Annotated[str, msgspec.Meta(max_length=64)] = ""
    project_no: Number = ""
    refund_due: bool = False
    """Only those of which money is to be given back."""


class DayQuery(PageQuery, frozen=True, kw_only=True):
    """A day, in Asia/Shanghai."""

    date: Annotated[str, msgspec.Meta(max_length=40, description="A date; today when absent.")] = ""


class FeeView(msgspec.Struct, frozen=True):
    """A fee, rebuilt from its events. Amounts in fen (0.01 yuan)."""

    order_no: str
    project_no: str
    department: str
    state: str
    item_code: str
    item_version: int
    fee: str
    amount_fen: int
    basis: str
    notice_no: str
    due_at: datetime | None
    transaction_no: str
    paid_at: datetime | None
    refunded_fen: int
    refunds_due: dict[str, int]
    """Money to give back, in fen, by transaction."""
    version: int
    history: list[HistoryEvent]
