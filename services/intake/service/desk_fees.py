"""Fees at the window and in the fee office: set, told, waived, given back, compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from secrets import token_hex
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import NotFoundError
from services.chassis.web import Call, Page, PageQuery, Reply, route
from services.chassis.web.paging import page_of, read_cursor
from services.chassis.web.parts import Crumb
from services.chassis.web.spool import Upload
from services.intake.desk_answers import FeeForm, Few, said
from services.intake.domain import FeeOrder
from services.intake.domain.reconciliation import FileError, Found, read_file, reconcile
from services.intake.fee_answers import (
    NOTICE_DAYS,
    AssessFee,
    FeesQuery,
    IssueNotice,
    RefundFee,
    WaiveFee,
)
from services.intake.pages.desk import Times
from services.intake.pages.desk_fees import (
    differences_table,
    fee_filters,
    fee_page,
    fee_table,
    payments_table,
    totals,
)
from services.intake.pages.desk_words import said_of
from services.intake.projections import catalog_of
from services.intake.projections.desk import sums_of_day
from services.intake.projections.fees import booked, list_payments
from services.intake.service.cases import PAGES
from services.intake.service.desk import CLERK, PRIVATE, go
from services.intake.service.desk_cases import REFUSED, turned
from services.intake.service.fees import FEE_CLERKS, FEE_OFFICERS
from services.kernel.clock.hours import legal_date
from services.kernel.identifiers import stream_id
from services.kernel.texts import CharsetError, utf8

FEES: Final = Crumb("收费", "/desk/fees")
FILE_BYTES: Final = 8 << 20
"""Largest file of a day's payments, in bytes."""


class DayForm(PageQuery, frozen=True, kw_only=True):
    """A day, today when absent."""

    date: Few = ""


class DeskFeePages:
    """Pages of fees; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any
    list_fees: Callable[..., Page[Any]]
    assess_fee: Callable[..., Reply]
    notify_fee: Callable[..., Reply]
    waive_fee: Callable[..., Reply]
    refund_fee: Callable[..., Reply]
    done_at_desk: Callable[..., Reply]

    @route(
        "GET",
        "/desk/fees",
        html=True,
        roles=FEE_CLERKS,
        query=FeesQuery,
        summary="The fees, newest first",
    )
    def show_fees(self, call: Call[None, FeesQuery]) -> Reply:
        place = "/desk/cases" if call.caller.roles & CLERK else "/cases"
        text = PAGES.render(
            "desk_fees.html",
            call,
            title="收费",
            english="Fees",
            filters=fee_filters(call.query),
            table=fee_table(call.query, self.list_fees(call), self._fee_times(), place),
        )
        return Reply(text, headers=PRIVATE)

    @route(
        "GET",
        "/desk/fees/<order_no>",
        html=True,
        roles=FEE_CLERKS,
        summary="One fee: what was set, told and paid, and what can be done",
    )
    def show_fee(self, call: Call) -> Reply:
        return self._fee_page(call, call.path["order_no"])

    @route(
        "POST",
        "/desk/cases/<project_no>/fees",
        html=True,
        roles=CLERK,
        request=FeeForm,
        summary="Set a fee by the list of the case's item",
    )
    def assess_by_form(self, call: Call[FeeForm]) -> Reply:
        form = call.body

        def do() -> None:
            units = form.units if form.units.isdigit() else ""
            body = said(AssessFee, fee=form.fee, units=units, amount=form.amount.strip())
            self.assess_fee(turned(call, form, body))

        return self.done_at_desk(call, "fee", do)

    @route(
        "POST",
        "/desk/fees/<order_no>/notice",
        html=True,
        roles=FEE_CLERKS,
        request=FeeForm,
        summary="Issue the payment notice",
    )
    def notify_fee_by_form(self, call: Call[FeeForm]) -> Reply:
        form = call.body
        days = form.days or str(NOTICE_DAYS)
        return self._act_on_fee(
            call, lambda: self.notify_fee(turned(call, form, said(IssueNotice, days=days)))
        )

    @route(
        "POST",
        "/desk/fees/<order_no>/waiver",
        html=True,
        roles=FEE_OFFICERS,
        request=FeeForm,
        summary="Waive an unpaid fee under a policy",
    )
    def waive_by_form(self, call: Call[FeeForm]) -> Reply:
        form = call.body
        return self._act_on_fee(
            call,
            lambda: self.waive_fee(turned(call, form, said(WaiveFee, policy=form.policy.strip()))),
        )

    @route(
        "POST",
        "/desk/fees/<order_no>/refund",
        html=True,
        roles=FEE_OFFICERS,
        request=FeeForm,
        summary="Give money back",
    )
    def refund_by_form(self, call: Call[FeeForm]) -> Reply:
        form = call.body

        def do() -> None:
            body = said(
                RefundFee,
                transaction_no=form.transaction_no,
                reason=form.reason.strip(),
                amount=form.amount.strip(),
            )
            self.refund_fee(turned(call, form, body))

        return self._act_on_fee(call, do)

    @route(
        "GET",
        "/desk/payments",
        html=True,
        roles=FEE_CLERKS,
        query=DayForm,
        summary="The payments of a day",
    )
    def show_payments(self, call: Call[None, DayForm]) -> Reply:
        return self._payments_page(call, self._day_of(call.query.date), call.query)

    @route(
        "POST",
        "/desk/payments",
        html=True,
        roles=FEE_OFFICERS,
        spooled=True,
        body_bytes=FILE_BYTES,
        summary="Compare the day with the platform's file, and list every difference",
    )
    def reconcile_by_form(self, call: Call[Upload]) -> Reply:
        upload = call.body
        try:
            day = self._day_of(upload.fields.get("date", ""))
            there = read_file(utf8(upload.path.read_bytes(), _charset(upload)).decode())
        except (FileError, CharsetError) as error:
            told = f"平台文件不能读：{error}"
            return self._payments_page(call, self._day_of(""), DayForm(), refused=told)
        finally:
            upload.discard()
        here = booked(self.cases.database, day, {one.transaction_no for one in there})
        found = reconcile(there, here, day)
        return self._payments_page(call, day, DayForm(), found=found, lines=len(there))

    def _act_on_fee(self, call: Call[FeeForm], do: Callable[[], object]) -> Reply:
        number = call.path["order_no"]
        try:
            do()
        except REFUSED as error:
            return self._fee_page(call, number, said_of(error))
        return go(call, f"/desk/fees/{number}")

    def _fee_page(self, call: Call[Any, Any], number: str, refused: str = "") -> Reply:
        stream = stream_id("fee", number)
        order = self.cases.state_of(FeeOrder, stream)
        if order is None:
            raise NotFoundError("there is no fee of this order number")
        text = PAGES.render(
            "desk_fee.html",
            call,
            title=f"缴款单 {number}",
            english="Fee",
            crumbs=[FEES],
            refused=refused,
            officer=bool(call.caller.roles & FEE_OFFICERS),
            clerk=bool(call.caller.roles & CLERK),
            key=token_hex(16),
            days=NOTICE_DAYS,
            **fee_page(order, self.cases.events_of(stream), self._fee_times()),
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _payments_page(
        self,
        call: Call[Any, Any],
        day: date,
        query: DayForm,
        *,
        refused: str = "",
        found: Sequence[Found] | None = None,
        lines: int = 0,
    ) -> Reply:
        [after] = read_cursor(query.cursor, tuple[str]) or ("",)
        database = self.cases.database
        rows = list_payments(database, day, after=after, limit=query.limit + 1)
        page = page_of(rows, query.limit, lambda row: (row.transaction_no,))
        text = PAGES.render(
            "desk_payments.html",
            call,
            title="当日缴款和对账",
            english="The day's payments",
            crumbs=[FEES],
            day=day.isoformat(),
            refused=refused,
            officer=bool(call.caller.roles & FEE_OFFICERS),
            sums=totals(sums_of_day(database, day)),
            table=payments_table(day, page, query.cursor),
            differences=None if found is None else differences_table(day, found),
            found=found,
            lines=lines,
        )
        return Reply(text, status=422 if refused else 200, headers=PRIVATE)

    def _day_of(self, text: str) -> date:
        try:
            return date.fromisoformat(text) if text else legal_date(self.clock.now())
        except ValueError:
            return legal_date(self.clock.now())

    def _fee_times(self) -> Times:
        return Times.of(self.clock.now(), catalog_of(self.cases.database)(()).calendar)


def _charset(upload: Upload) -> str:
    return "gbk" if upload.fields.get("charset") == "gbk" else "utf-8"
