"""What a clerk and the fee office see of fees, the day's payments, and the platform's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.reference import Reference
from services.chassis.web import Page
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Filter, Light, Option, Table
from services.intake.domain import FeeOrder
from services.intake.domain.fee_terms import FeeState
from services.intake.domain.reconciliation import Found
from services.intake.fee_answers import FeesQuery
from services.intake.pages.desk import Times, due_of
from services.intake.pages.desk_words import CHARGED, DIFFERENCES, FEES, PAYMENTS
from services.intake.projections.fees import FeeRow, PaymentRow
from services.kernel.money import yuan


class Charge(msgspec.Struct, frozen=True):
    """One charge of an item's list."""

    name: str
    standard: str = ""
    amount_fen: int | None = None
    basis: str = ""

    @property
    def text(self) -> str:
        """The charge with its standard, for a choice."""
        return f"{self.name}（{self.standard}）" if self.standard else self.name


class _Listing(msgspec.Struct, frozen=True):
    charged: bool | None = None
    fees: list[Charge] = []


@dataclass(frozen=True)
class FeeLine:
    """One fee of a case."""

    order_no: str
    fee: str
    amount: str
    state: str
    light: Light
    due: str
    due_light: Light
    due_said: str
    refund_due: bool


def charges_of(database: Database, item_code: str, version: int) -> Sequence[Charge]:
    """Give what the version of an item lets be charged; none when it is free."""
    text = Reference(database).listing(item_code, version)
    listing = msgspec.json.decode(text or b"null", type=_Listing | None) or _Listing()
    return [] if listing.charged is False else listing.fees


def fee_lines(orders: Sequence[FeeRow], times: Times) -> list[FeeLine]:
    """Give the fees of a case."""
    return [_line(one, times) for one in orders]


def _line(one: FeeRow, times: Times) -> FeeLine:
    state, light = FEES[one.state]
    due_light, due_said = due_of(one.due_at, times) if one.state == "notified" else ("", "")
    return FeeLine(
        one.order_no,
        one.fee,
        yuan(one.amount_fen),
        state,
        light,
        shown_time(one.due_at),
        due_light,
        due_said,
        one.refunds_due > 0,
    )


def fee_filters(query: FeesQuery) -> list[Filter]:
    """Give the filter form of the fees."""
    states = [Option("", "全部"), *(Option(key, text) for key, (text, _) in FEES.items())]
    owed = [Option("", "全部"), Option("true", "有应退款的")]
    return [
        Filter(name="state", label="状态", value=query.state, options=states),
        Filter(
            name="refund_due",
            label="应退款",
            value="true" if query.refund_due else "",
            options=owed,
        ),
        Filter(name="department", label="部门编码", value=query.department),
        Filter(name="project_no", label="办件编号", value=query.project_no),
    ]


def fee_table(query: FeesQuery, page: Page[FeeRow], times: Times, place: str) -> Table:
    """Give the fees as a table; `place` is where the pages of cases are for the caller."""
    told = {
        "state": query.state,
        "refund_due": "true" if query.refund_due else "",
        "department": query.department,
        "project_no": query.project_no,
    }
    kept = {name: value for name, value in told.items() if value}
    rows: list[list[Cell | str | int]] = []
    for row in page.items:
        one = _line(row, times)
        due = Cell(f"{one.due} {one.due_said}", light=one.due_light) if one.due_light else one.due
        rows.append(
            [
                Cell(one.order_no, f"/desk/fees/{one.order_no}"),
                Cell(one.state, light=one.light),
                one.fee,
                f"{one.amount} 元",
                due or "–",
                Cell(row.project_no, f"{place}/{row.project_no}"),
                Cell("应退款", light="red") if one.refund_due else "–",
            ]
        )
    return Table(
        caption="费用，最近核定的在前",
        columns=[
            Column("缴款单号", "Order"),
            Column("状态", "State"),
            Column("收费项目", "Charge"),
            Column("金额", "Amount", numeric=True),
            Column("缴款截止", "Due", numeric=True),
            Column("办件", "Case"),
            Column("退款", "Refund"),
        ],
        rows=rows,
        next_href=f"/desk/fees?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/desk/fees?{urlencode(kept)}" if query.cursor else "",
    )


def fee_page(order: FeeOrder, events: Sequence[Event], times: Times) -> dict[str, Any]:
    """Give what `desk_fee.html` shows of one fee."""
    state, light = FEES[order.state.value]
    open_ = order.state in (FeeState.ASSESSED, FeeState.NOTIFIED)
    due = order.due_at if order.state is FeeState.NOTIFIED else None
    due_light, due_said = due_of(due, times)
    refundable = dict(order.refunds_due)
    if order.state is FeeState.PAID:
        refundable[order.transaction_no] = order.amount_fen - order.refunded_fen
    return {
        "order": order,
        "state": state,
        "light": light,
        "amount": yuan(order.amount_fen),
        "refunded": yuan(order.refunded_fen) if order.refunded_fen else "",
        "due": shown_time(order.due_at),
        "due_light": due_light,
        "due_said": due_said,
        "can_notify": order.state is FeeState.ASSESSED,
        "can_waive": open_,
        "owed": [(number, yuan(fen)) for number, fen in order.refunds_due.items()],
        "refundable": [(number, yuan(fen)) for number, fen in refundable.items()],
        "moments": timeline(events, CHARGED),
        "shown_time": shown_time,
    }


def payments_table(day: date, page: Page[PaymentRow], cursor: str) -> Table:
    """Give the payments of a day as a table."""
    kept = {"date": day.isoformat()}
    return Table(
        caption=f"{day} 的缴款，按交易流水号",
        columns=[
            Column("交易流水号", "Transaction"),
            Column("结果", "Outcome"),
            Column("缴款单号", "Order"),
            Column("金额", "Amount", numeric=True),
            Column("渠道", "Channel"),
            Column("缴款时间", "Paid at", numeric=True),
        ],
        rows=[
            [
                one.transaction_no,
                Cell(PAYMENTS[one.outcome][0], light=PAYMENTS[one.outcome][1]),
                Cell(one.order_no, f"/desk/fees/{one.order_no}"),
                f"{yuan(one.amount_fen)} 元",
                one.channel,
                shown_time(one.paid_at),
            ]
            for one in page.items
        ],
        next_href=f"/desk/payments?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/desk/payments?{urlencode(kept)}" if cursor else "",
        empty="这一天没有缴款",
        empty_hint="Nothing was paid on this day.",
    )


def differences_table(day: date, found: Sequence[Found]) -> Table:
    """Give the differences between our books and the platform's file."""
    return Table(
        caption=f"{day} 的差异",
        columns=[
            Column("交易流水号", "Transaction"),
            Column("差异", "Difference"),
            Column("缴款单号", "Order"),
            Column("本中心", "Here", numeric=True),
            Column("平台", "There", numeric=True),
        ],
        rows=[
            [
                one.transaction_no,
                Cell(DIFFERENCES[one.difference.value], light="red"),
                one.order_no,
                _money(one.here_fen),
                _money(one.there_fen),
            ]
            for one in found
        ],
        empty="没有差异",
        empty_hint="平台文件和本中心的账完全一致。No differences.",
    )


def totals(sums: Mapping[str, tuple[int, int]]) -> list[tuple[str, Light, int, str]]:
    """Give the sums of a day by outcome: words, light, number, yuan."""
    return [
        (text, light if sums.get(key, (0, 0))[0] else "", *_sum(sums.get(key, (0, 0))))
        for key, (text, light) in PAYMENTS.items()
    ]


def _sum(pair: tuple[int, int]) -> tuple[int, str]:
    return pair[0], yuan(pair[1])


def _money(fen: int | None) -> str:
    return "–" if fen is None else f"{yuan(fen)} 元"
