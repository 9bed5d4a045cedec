"""Fees over HTTP: set, notify, waive, refund; the lists, and the payments of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.chassis.bus.envelope import Record
from services.chassis.clock import Clock
from services.chassis.errors import ContractError, NotFoundError
from services.chassis.logs import get_logger
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import (
    history_event,
    moment_of,
    written,
)
from services.chassis.web.paging import page_of, read_cursor
from services.intake.application.fees import FeeReceipt
from services.intake.domain.fee_terms import Assessment
from services.intake.domain.fees import FeeOrder
from services.intake.domain.payments import Told
from services.intake.fee_answers import (
    AssessFee,
    DayQuery,
    FeeDone,
    FeesQuery,
    FeeView,
    IssueNotice,
    RefundFee,
    WaiveFee,
)
from services.intake.messages import payments as messages
from services.intake.messages.records import RefusedError, thread_of
from services.intake.projections import fees as rows
from services.intake.projections.fees import FeeRow, PaymentRow
from services.intake.service.case_desk import seen_by
from services.kernel.clock.hours import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.money import MoneyTextError, read_yuan, yuan

FEE_CLERKS: Final = frozenset({"clerk", "fee_officer"})
FEE_OFFICERS: Final = frozenset({"fee_officer"})
"""Who may give money away."""

log = get_logger()


class FeeRoutes:
    """Routes of the nameko service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/cases/<project_no>/fees",
        request=AssessFee,
        response=FeeDone,
        roles=FEE_CLERKS,
        status=201,
        summary="Set a fee by the list of the case's item; a free item is refused (422)",
    )
    def assess_fee(self, call: Call[AssessFee]) -> Reply:
        """The amount stands, whatever becomes of the list. Idempotent by Idempotency-Key."""
        said, number = call.body, call.path["project_no"]
        wanted = Assessment(said.fee, said.units, _fen(said.amount), said.agency)
        facts, key = self._fee_facts(call, number), call.idempotency_key or None
        return self._fee_done(call, self.cases.assess_fee(facts, number, wanted, key=key), 201)

    @route(
        "POST",
        "/fees/<order_no>/notice",
        request=IssueNotice,
        response=FeeDone,
        roles=FEE_CLERKS,
        status=201,
        summary="Issue the payment notice; it lapses unpaid after its working days",
    )
    def notify_fee(self, call: Call[IssueNotice]) -> Reply:
        number, key = call.path["order_no"], call.idempotency_key or None
        facts = self._fee_facts(call, number)
        return self._fee_done(
            call,
            self.cases.notify_fee(facts, number, call.body.days, seen=seen_by(call), key=key),
            201,
        )

    @route(
        "POST",
        "/fees/<order_no>/waiver",
        request=WaiveFee,
        response=FeeDone,
        roles=FEE_OFFICERS,
        summary="Waive an unpaid fee under a policy",
    )
    def waive_fee(self, call: Call[WaiveFee]) -> Reply:
        number, key = call.path["order_no"], call.idempotency_key or None
        facts = self._fee_facts(call, number)
        return self._fee_done(
            call, self.cases.waive_fee(facts, number, call.body.policy, seen=seen_by(call), key=key)
        )

    @route(
        "POST",
        "/fees/<order_no>/refund",
        request=RefundFee,
        response=FeeDone,
        roles=FEE_OFFICERS,
        summary="Give back the money of a transaction: a collected fee, or what came twice",
    )
    def refund_fee(self, call: Call[RefundFee]) -> Reply:
        said, number, key = call.body, call.path["order_no"], call.idempotency_key or None
        receipt = self.cases.refund_fee(
            self._fee_facts(call, number),
            number,
            said.transaction_no,
            _fen(said.amount),
            said.reason,
            seen=seen_by(call),
            key=key,
        )
        return self._fee_done(call, receipt)

    @route(
        "GET",
        "/fees",
        query=FeesQuery,
        response=Page[FeeRow],
        roles=FEE_CLERKS,
        summary="List fees, newest first",
    )
    def list_fees(self, call: Call[None, FeesQuery]) -> Page[FeeRow]:
        query = call.query
        found = rows.list_fees(
            self.cases.database,
            state=query.state,
            department=query.department,
            project_no=query.project_no,
            refund_due=query.refund_due,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(found, query.limit, lambda row: (row.assessed_at, row.order_no))

    @route(
        "GET",
        "/fees/payments",
        query=DayQuery,
        response=Page[PaymentRow],
        roles=FEE_CLERKS,
        summary="The payments of a day, to compare with the platform's file",
    )
    def list_payments(self, call: Call[None, DayQuery]) -> Page[PaymentRow]:
        """By the day of the payment in Asia/Shanghai, ordered by transaction number."""
        query = call.query
        day = legal_date(_moment(query.date) or self.clock.now())
        [after] = read_cursor(query.cursor, tuple[str]) or ("",)
        found = rows.list_payments(self.cases.database, day, after=after, limit=query.limit + 1)
        return page_of(found, query.limit, lambda row: (row.transaction_no,))

    @route(
        "GET",
        "/fees/<order_no>",
        response=FeeView,
        roles=FEE_CLERKS,
        summary="A fee and its history",
    )
    def get_fee(self, call: Call) -> FeeView:
        """Rebuilt from events."""
        stream = stream_id("fee", call.path["order_no"])
        order = self.cases.state_of(FeeOrder, stream)
        if order is None:
            raise NotFoundError("there is no fee of this order number")
        return FeeView(
            order_no=order.order_no,
            project_no=order.project_no,
            department=order.department,
            state=order.state.value,
            item_code=order.item_code,
            item_version=order.item_version,
            fee=order.fee,
            amount_fen=order.amount_fen,
            basis=order.basis,
            notice_no=order.notice_no,
            due_at=order.due_at,
            transaction_no=order.transaction_no,
            paid_at=order.paid_at,
            refunded_fen=order.refunded_fen,
            refunds_due=order.refunds_due,
            version=order.version,
            history=[history_event(event) for event in self.cases.events_of(stream)],
        )

    def take_payments(self, batch: Sequence[Record], now: datetime) -> None:
        """Take records of the payment platform; those that cannot be taken get a reasoned reply."""
        told: list[Told] = []
        for record in batch:
            thread = thread_of(record.message_id)
            try:
                told.append(messages.translate(record.body, record.source, thread))
            except RefusedError as refused:
                log.info("record_refused", reason=refused.reply.reason_code)
                self.cases.refuse_payment(refused.reply, record.body, now, thread)
        self.cases.take_payments(told, now)

    def _fee_facts(self, call: Call[Any, Any], about: str) -> Facts:
        role = min(call.caller.roles & FEE_CLERKS)
        return Facts(
            occurred_at=self.clock.now(),
            subject=about,
            actor=call.caller.actor(role),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
        )

    def _fee_done(self, call: Call[Any, Any], receipt: FeeReceipt, status: int = 200) -> Reply:
        place = written(call, self.cases.database, self.name, receipt.stream, receipt.version)
        answer = FeeDone(
            receipt.order_no,
            receipt.project_no,
            receipt.state,
            receipt.amount_fen,
            yuan(receipt.amount_fen),
            place.event,
            place.position,
            receipt.version,
        )
        return Reply(answer, status=status)


def _fen(text: str) -> int | None:
    try:
        return read_yuan(text) if text else None
    except MoneyTextError as error:
        raise ContractError(f"amount {error}", field="amount") from None


def _moment(text: str) -> datetime | None:
    try:
        return moment_of(text)
    except ContractError as error:
        raise ContractError(error.message, field="date") from None
