"""One delivery, from the order to the service of what it carries (DOMAIN.md 3.5; L01, L02)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.notify.domain.delivery_terms import (
    CARRIED,
    OWN,
    DeliveryKind,
    DeliveryOrder,
    DeliveryState,
    DeliveryStateError,
    DeliveryTimeError,
    NothingToDeliverError,
    OtherParcelError,
    SignedBy,
)

_S = DeliveryState
_UNDER_WAY: Final = (_S.DISPATCHED, _S.IN_TRANSIT, _S.FAILED)


class DeliveryOrdered(Fact):
    """What was issued is to be brought to its holder."""

    TOPIC = "notify.delivery-ordered.v1"

    delivery_no: str
    project_no: str
    kind: DeliveryKind
    certificates: list[str]
    ordered_at: datetime
    destination_ref: str | None = None


class ParcelHandedToCourier(Fact):
    """Who carries it has it. That is no service: the issuing limit runs on."""

    TOPIC = "notify.parcel-handed-to-courier.v1"

    delivery_no: str
    project_no: str
    kind: DeliveryKind
    waybill_no: str
    certificates: list[str]
    handed_at: datetime


class ParcelTracked(Fact):
    """The carrier says where it stands."""

    TOPIC = "notify.parcel-tracked.v1"

    delivery_no: str
    project_no: str
    waybill_no: str
    status: str
    tracked_at: datetime


class DeliveryCompleted(Fact):
    """It was signed for: that moment is the day of service (送达) in law."""

    TOPIC = "notify.delivery-completed.v1"

    delivery_no: str
    project_no: str
    kind: DeliveryKind
    certificates: list[str]
    signed_by: SignedBy
    signed_at: datetime
    proof_hash: str
    by_other: bool
    """Neither the holder nor who the holder named signed (L02)."""


class DeliveryFailed(Fact):
    """Nobody took it; the carrier tries again or brings it back."""

    TOPIC = "notify.delivery-failed.v1"

    delivery_no: str
    project_no: str
    reason: str
    attempts: int
    failed_at: datetime


class ParcelReturned(Fact):
    """It came back: nothing was served (L01)."""

    TOPIC = "notify.parcel-returned.v1"

    delivery_no: str
    project_no: str
    certificates: list[str]
    reason: str
    attempts: int
    returned_at: datetime


DELIVERY_FACTS: Final[tuple[type[Fact], ...]] = (
    DeliveryOrdered,
    ParcelHandedToCourier,
    ParcelTracked,
    DeliveryCompleted,
    DeliveryFailed,
    ParcelReturned,
)


class Delivery(Aggregate):
    """One delivery; stream `stream_id("delivery", delivery_no)`. Errors: `DeliveryRuleError`."""

    def __init__(self) -> None:
        self.delivery_no = ""
        self.project_no = ""
        self.kind = DeliveryKind.WINDOW_PICKUP
        self.state = DeliveryState.ORDERED
        self.certificates: list[str] = []
        self.destination_ref = ""
        self.waybill_no = ""
        self.attempts = 0
        """Those that failed."""
        self.last_at: datetime | None = None
        """When it last moved, by what was told."""
        self.served_at: datetime | None = None
        """The day of service; never set by a parcel that came back (L01)."""
        self.signed_by: SignedBy | None = None
        self.by_other = False
        """Neither the holder nor who the holder named signed (L02)."""
        self.proof_hash = ""

    @classmethod
    def order(cls, facts: Facts, said: DeliveryOrder) -> Self:
        """Order a delivery.

        Raises:
            NothingToDeliverError: it is carried, and nobody says where to.
        """
        if said.kind in CARRIED and not said.destination_ref:
            raise NothingToDeliverError("say where to, by its reference", "destination_ref")
        if len(set(said.certificates)) != len(said.certificates):
            raise NothingToDeliverError("name each certificate once", "certificates")
        delivery = cls.begin(delivery_stream(said.delivery_no))
        delivery.record(
            DeliveryOrdered,
            facts,
            delivery_no=said.delivery_no,
            project_no=said.project_no,
            kind=said.kind,
            certificates=list(said.certificates),
            ordered_at=facts.occurred_at,
            destination_ref=said.destination_ref or None,
        )
        return delivery

    def hand_over(self, facts: Facts, waybill_no: str, at: datetime) -> None:
        """Give it to who carries it; the same parcel again has no effect."""
        if self.waybill_no == waybill_no:
            return
        self._in(_S.ORDERED)
        if self.kind not in CARRIED:
            raise DeliveryStateError(f"{self.kind.value} is not carried by anybody", "waybill_no")
        self._check_time(facts, at)
        self._tell(
            ParcelHandedToCourier,
            facts,
            kind=self.kind,
            waybill_no=waybill_no,
            certificates=self.certificates,
            handed_at=at,
        )

    def track(self, facts: Facts, waybill_no: str, status: str, at: datetime) -> None:
        """Note what the carrier says; what is older than what is known has no effect."""
        self._check_parcel(waybill_no)
        if self.state not in _UNDER_WAY or (self.last_at is not None and at <= self.last_at):
            return
        self._check_time(facts, at)
        self._tell(ParcelTracked, facts, waybill_no=waybill_no, status=status, tracked_at=at)

    def complete(
        self, facts: Facts, signed_by: SignedBy, signed_at: datetime, proof_hash: str
    ) -> None:
        """It was signed for; once.

        Raises:
            DeliveryStateError: it is not under way, or over.
            DeliveryTimeError: before it was handed over, or in the future.
        """
        self._in(*(_UNDER_WAY if self.kind in CARRIED else (_S.ORDERED, _S.FAILED)))
        self._check_time(facts, signed_at)
        self._tell(
            DeliveryCompleted,
            facts,
            kind=self.kind,
            certificates=self.certificates,
            signed_by=signed_by,
            signed_at=signed_at,
            proof_hash=proof_hash,
            by_other=signed_by not in OWN,
        )

    def fail(self, facts: Facts, reason: str, at: datetime) -> None:
        """Nobody took it this time."""
        self._in(*(_UNDER_WAY if self.kind in CARRIED else (_S.ORDERED, _S.FAILED)))
        self._check_time(facts, at)
        self._tell(DeliveryFailed, facts, reason=reason, attempts=self.attempts + 1, failed_at=at)

    def come_back(self, facts: Facts, reason: str, at: datetime) -> None:
        """It is back at the centre and was not served (L01); another delivery may be ordered."""
        self._in(*_UNDER_WAY)
        self._check_time(facts, at)
        self._tell(
            ParcelReturned,
            facts,
            certificates=self.certificates,
            reason=reason,
            attempts=self.attempts,
            returned_at=at,
        )

    def _in(self, *states: DeliveryState) -> None:
        if self.state not in states:
            raise DeliveryStateError(f"that cannot be done while it is {self.state.value}")

    def _check_parcel(self, waybill_no: str) -> None:
        if waybill_no != self.waybill_no:
            raise OtherParcelError("this waybill is another parcel's", "waybill_no")

    def _check_time(self, facts: Facts, at: datetime) -> None:
        if at > facts.occurred_at or (self.last_at is not None and at < self.last_at):
            raise DeliveryTimeError("it is later than what it follows, and not in the future", "at")

    def _tell(self, event: Any, facts: Facts, **fields: Any) -> None:
        names = {"delivery_no": self.delivery_no, "project_no": self.project_no}
        self.record(event, facts, **names, **fields)

    @applies(DeliveryOrdered)
    def _ordered(self, event: DeliveryOrdered) -> None:
        self.delivery_no, self.project_no = event.delivery_no, event.project_no
        self.kind, self.certificates = event.kind, event.certificates
        self.destination_ref = event.destination_ref or ""
        self.last_at = event.ordered_at

    @applies(ParcelHandedToCourier)
    def _handed(self, event: ParcelHandedToCourier) -> None:
        self.state, self.waybill_no = _S.DISPATCHED, event.waybill_no
        self.last_at = event.handed_at

    @applies(ParcelTracked)
    def _tracked(self, event: ParcelTracked) -> None:
        self.state, self.last_at = _S.IN_TRANSIT, event.tracked_at

    @applies(DeliveryCompleted)
    def _completed(self, event: DeliveryCompleted) -> None:
        self.state, self.served_at = _S.DELIVERED, event.signed_at
        self.signed_by, self.proof_hash = event.signed_by, event.proof_hash
        self.by_other = event.by_other
        self.last_at = event.signed_at

    @applies(DeliveryFailed)
    def _failed(self, event: DeliveryFailed) -> None:
        self.state, self.attempts, self.last_at = _S.FAILED, event.attempts, event.failed_at

    @applies(ParcelReturned)
    def _returned(self, event: ParcelReturned) -> None:
        self.state, self.last_at = _S.RETURNED, event.returned_at


def delivery_stream(delivery_no: str) -> UUID:
    """Give the stream of a delivery."""
    return stream_id("delivery", delivery_no)
