"""The deliveries over HTTP: ordered, carried, signed for, brought back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from services.chassis.errors import NotFoundError, RuleError
from services.chassis.web import Call, Page, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.kernel.facts import Facts
from services.notify.answers import (
    Complete,
    DeliveriesQuery,
    DeliveryView,
    HandOver,
    NotTaken,
    OrderDelivery,
    Told,
    Track,
    delivery_view,
)
from services.notify.application import Sent
from services.notify.domain import Delivery, delivery_stream
from services.notify.projections import DeliveryRow, list_deliveries

ISSUER: Final = frozenset({"issuing_clerk"})
READERS: Final = frozenset({"issuing_clerk", "clerk", "supervisor"})


class DeliveryRoutes:
    """Routes of the nameko service."""

    name: str
    frame: Any
    notices: Any

    @route(
        "POST",
        "/deliveries",
        request=OrderDelivery,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="Order the delivery of a result: pickup, EMS, to the door, electronic",
    )
    def order_delivery(self, call: Call[OrderDelivery]) -> Told:
        said = call.body
        done = self.notices.order_delivery(
            self._facts(call, said.project_no),
            said.project_no,
            said.kind,
            said.certificates,
            said.destination_ref,
            key=call.idempotency_key or None,
        )
        return self._told(call, done)

    @route(
        "POST",
        "/deliveries/<delivery_no>/handover",
        request=HandOver,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="Who carries it has it; nothing is served by that",
    )
    def hand_over(self, call: Call[HandOver]) -> Told:
        return self._act(call, "hand_over", call.body.waybill_no)

    @route(
        "POST",
        "/deliveries/<delivery_no>/tracking",
        request=Track,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="What the carrier says of the parcel; older news have no effect",
    )
    def track(self, call: Call[Track]) -> Told:
        return self._act(call, "track", call.body.waybill_no, call.body.status)

    @route(
        "POST",
        "/deliveries/<delivery_no>/completion",
        request=Complete,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="It was signed for: the day of service in law",
    )
    def complete(self, call: Call[Complete]) -> Told:
        said = call.body
        facts = self._facts(call, self._project_of(call))
        number, at = call.path["delivery_no"], _moment(said.at, facts)
        told = (said.signed_by, at, said.proof_hash)
        key = call.idempotency_key or None
        return self._told(
            call, self.notices.act_on_delivery(facts, number, "complete", *told, key=key)
        )

    @route(
        "POST",
        "/deliveries/<delivery_no>/failure",
        request=NotTaken,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="An attempt failed; the next one may succeed",
    )
    def fail(self, call: Call[NotTaken]) -> Told:
        return self._act(call, "fail", call.body.reason)

    @route(
        "POST",
        "/deliveries/<delivery_no>/return",
        request=NotTaken,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="It came back: nothing was served",
    )
    def come_back(self, call: Call[NotTaken]) -> Told:
        return self._act(call, "come_back", call.body.reason)

    @route(
        "GET",
        "/deliveries",
        query=DeliveriesQuery,
        response=Page[DeliveryRow],
        roles=READERS,
        summary="List deliveries, newest first",
    )
    def list_deliveries(self, call: Call[None, DeliveriesQuery]) -> Page[DeliveryRow]:
        query = call.query
        rows = list_deliveries(
            self.notices.database,
            project_no=query.project_no,
            state=query.state,
            by_other=query.by_other,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.ordered_at, row.delivery_no))

    @route(
        "GET",
        "/deliveries/<delivery_no>",
        response=DeliveryView,
        roles=READERS,
        summary="A delivery and its history",
    )
    def get_delivery(self, call: Call) -> DeliveryView:
        delivery = self._delivery(call)
        events = self.notices.events_of(delivery.id)
        return delivery_view(delivery, [history_event(event) for event in events])

    def _act(self, call: Call[Any, Any], act: str, *said: object) -> Told:
        facts = self._facts(call, self._project_of(call))
        at = _moment(call.body.at, facts)
        number, key = call.path["delivery_no"], call.idempotency_key or None
        return self._told(
            call, self.notices.act_on_delivery(facts, number, act, *said, at, key=key)
        )

    def _delivery(self, call: Call[Any, Any]) -> Delivery:
        stream = delivery_stream(call.path["delivery_no"])
        found: Delivery | None = self.notices.state_of(Delivery, stream)
        if found is None:
            raise NotFoundError("there is no such delivery")
        return found

    def _project_of(self, call: Call[Any, Any]) -> str:
        return self._delivery(call).project_no

    def _facts(self, call: Call[Any, Any], project_no: str) -> Facts:
        return Facts(
            occurred_at=self.notices.received_now(),
            subject=project_no,
            actor=call.caller.actor(min(ISSUER & call.caller.roles)),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
        )

    def _told(self, call: Call[Any, Any], done: Sent) -> Told:
        place = written(call, self.notices.database, self.name, done.stream, done.version)
        return Told(done.delivery_no, done.state, place.event, place.position)


def _moment(said: datetime | None, facts: Facts) -> datetime:
    if said is None:
        return facts.occurred_at
    if said.tzinfo is None:
        raise RuleError("a time needs an offset", field="at")
    return said
