"""Rows of fees and of the payments the platform told, and what is read of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement, Update
from services.intake.domain.reconciliation import Booked
from services.kernel.clock.hours import legal_date

FEE = (
    "order_no",
    "project_no",
    "department",
    "state",
    "item_code",
    "item_version",
    "fee",
    "amount_fen",
    "assessed_at",
    "notice_no",
    "due_at",
    "transaction_no",
    "paid_at",
    "refunded_fen",
    "refunds_due",
)
PAYMENT = (
    "transaction_no",
    "data_source",
    "order_no",
    "amount_fen",
    "channel",
    "paid_at",
    "paid_on",
    "outcome",
)
TABLES: Mapping[str, tuple[str, ...]] = {"fee_row": FEE, "payment_row": PAYMENT}


class FeeRow(msgspec.Struct, frozen=True):
    """One fee in a list. Amounts in fen (0.01 yuan)."""

    order_no: str
    project_no: str
    department: str
    state: str
    item_code: str
    item_version: int
    fee: str
    amount_fen: int
    assessed_at: datetime
    notice_no: str | None
    due_at: datetime | None
    transaction_no: str | None
    paid_at: datetime | None
    refunded_fen: int
    refunds_due: int
    """Transactions that are still to be given back."""


class PaymentRow(msgspec.Struct, frozen=True):
    """One transaction of the platform."""

    transaction_no: str
    data_source: str
    order_no: str
    amount_fen: int
    channel: str
    paid_at: datetime
    paid_on: date
    """Day of the payment in Asia/Shanghai."""
    outcome: str
    """`paid`, `refund_due`, `returned` or `refunded` (all of it)."""


class _Assessed(msgspec.Struct, frozen=True):
    order_no: str
    project_no: str
    item_code: str
    item_version: int
    fee: str
    amount_fen: int


class _Noticed(msgspec.Struct, frozen=True):
    order_no: str
    notice_no: str
    due_at: datetime


class _Received(msgspec.Struct, frozen=True):
    transaction_no: str
    data_source: str
    order_no: str
    amount_fen: int
    channel: str
    paid_at: datetime


class _Moved(msgspec.Struct, frozen=True):
    order_no: str
    transaction_no: str = ""
    amount_fen: int = 0
    paid_at: datetime | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    match event.type:
        case "intake.fee-assessed.v1":
            yield _assessed(event)
        case "intake.payment-notice-issued.v1":
            noticed = event.read(_Noticed)
            yield _fee(
                noticed.order_no,
                state="notified",
                notice_no=noticed.notice_no,
                due_at=noticed.due_at,
            )
        case "intake.payment-received.v1":
            yield _received(event.read(_Received))
        case "intake.fee-paid.v1":
            paid = event.read(_Moved)
            yield _fee(
                paid.order_no,
                state="paid",
                transaction_no=paid.transaction_no,
                paid_at=paid.paid_at,
            )
        case "intake.refund-due.v1":
            yield from _owed(event.read(_Moved), 1, "refund_due")
        case "intake.payment-returned.v1":
            yield from _owed(event.read(_Moved), -1, "returned")
        case "intake.fee-refunded.v1":
            yield from _refunded(event.read(_Moved))
        case "intake.fee-waived.v1":
            yield _fee(event.read(_Moved).order_no, state="waived")
        case "intake.fee-lapsed.v1":
            yield _fee(event.read(_Moved).order_no, state="lapsed")


def _assessed(event: Event) -> Change:
    said = event.read(_Assessed)
    return Insert(
        "fee_row",
        (
            said.order_no,
            said.project_no,
            event.body.department,
            "assessed",
            said.item_code,
            said.item_version,
            said.fee,
            said.amount_fen,
            event.body.occurred_at,
            *(None,) * 4,
            0,
            0,
        ),
    )


def _received(said: _Received) -> Change:
    return Insert(
        "payment_row",
        (
            said.transaction_no,
            said.data_source,
            said.order_no,
            said.amount_fen,
            said.channel,
            said.paid_at,
            legal_date(said.paid_at),
            "paid",
        ),
    )


def _fee(order_no: str, **values: object) -> Change:
    return Update("fee_row", {"order_no": order_no}, values)


def _owed(said: _Moved, step: int, outcome: str) -> Iterable[Change]:
    yield Statement(
        "UPDATE fee_row SET refunds_due = refunds_due + %s WHERE order_no = %s",
        (step, said.order_no),
    )
    yield _outcome(said, outcome)


def _refunded(said: _Moved) -> Iterable[Change]:
    yield Statement(
        "UPDATE fee_row SET refunded_fen = refunded_fen + %s, state = CASE"
        " WHEN refunded_fen + %s >= amount_fen THEN 'refunded' ELSE state END WHERE order_no = %s",
        (said.amount_fen, said.amount_fen, said.order_no),
    )
    yield Statement(
        "UPDATE payment_row p SET outcome = 'refunded' FROM fee_row f"
        " WHERE p.transaction_no = %s AND f.order_no = %s AND f.state = 'refunded'",
        (said.transaction_no, said.order_no),
    )


def _outcome(said: _Moved, outcome: str) -> Change:
    return Update("payment_row", {"transaction_no": said.transaction_no}, {"outcome": outcome})


def list_fees(
    database: Database,
    *,
    state: str = "",
    department: str = "",
    project_no: str = "",
    refund_due: bool = False,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[FeeRow]:
    """List fees, newest first, from behind the key (assessed_at, order_no)."""
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(FEE)} FROM fee_row"  # noqa: S608 - our own column names
        " WHERE (%(state)s = '' OR state = %(state)s)"
        " AND (%(department)s = '' OR department = %(department)s)"
        " AND (%(project_no)s = '' OR project_no = %(project_no)s)"
        " AND (NOT %(refund_due)s OR refunds_due > 0)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (assessed_at, order_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY assessed_at DESC, order_no DESC LIMIT %(limit)s",
        {
            "state": state,
            "department": department,
            "project_no": project_no,
            "refund_due": refund_due,
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [FeeRow(*row) for row in rows]


def list_payments(
    database: Database, day: date, *, after: str = "", limit: int = 50
) -> list[PaymentRow]:
    """List the transactions paid on this day in Asia/Shanghai, by number, from behind `after`."""
    rows = database.read(
        f"SELECT {', '.join(PAYMENT)} FROM payment_row"  # noqa: S608 - our own column names
        " WHERE paid_on = %s AND transaction_no > %s ORDER BY transaction_no LIMIT %s",
        (day, after, limit),
    )
    return [PaymentRow(*row) for row in rows]


def booked(database: Database, day: date, named: Collection[str]) -> list[Booked]:
    """Give what is booked of this day, and of other days what a platform's file names."""
    rows = database.read(
        "SELECT transaction_no, order_no, amount_fen, paid_on FROM payment_row"
        " WHERE paid_on = %s OR transaction_no = ANY(%s)",
        (day, list(named)),
    )
    return [Booked(*row) for row in rows]
