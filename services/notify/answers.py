"""What notify takes and answers over HTTP, of deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.notify.domain import Delivery, DeliveryKind, SignedBy

Number = Annotated[str, msgspec.Meta(min_length=1, max_length=50, pattern="^[0-9A-Za-z._-]+$")]
Certificate = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Reference = Annotated[
    str, msgspec.Meta(max_length=64, pattern="^[0-9A-Za-z._-]*$", description="Into the vault.")
]
Waybill = Annotated[str, msgspec.Meta(min_length=4, max_length=32, pattern="^[0-9A-Za-z-]+$")]
Code = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern="^[a-z0-9_]+$", description="No text.")
]
Digest = Annotated[
    str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of the receipt, in hex.")
]
At = Annotated[
    datetime | None, msgspec.Meta(description="When it happened, with offset; now when absent.")
]


class OrderDelivery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be brought to its holder."""

    project_no: Number
    kind: DeliveryKind
    certificates: Annotated[list[Certificate], msgspec.Meta(max_length=50)] = []
    destination_ref: Reference = ""


class HandOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The carrier has it."""

    waybill_no: Waybill
    at: At = None


class Track(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the carrier says."""

    waybill_no: Waybill
    status: Code
    at: At = None


class Complete(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was signed for."""

    signed_by: SignedBy
    proof_hash: Digest
    at: At = None


class NotTaken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why nobody took it."""

    reason: Code
    at: At = None


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the delivery stands, and where that stands in the log."""

    delivery_no: str
    state: str
    event: str
    position: int | None = None


class DeliveriesQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    project_no: str = ""
    state: str = ""
    by_other: bool | None = None


class DeliveryView(msgspec.Struct, frozen=True):
    """A delivery, rebuilt from its events."""

    delivery_no: str
    project_no: str
    kind: str
    state: str
    certificates: list[str]
    waybill_no: str
    attempts: int
    served_at: datetime | None
    signed_by: str | None
    by_other: bool
    proof_hash: str
    version: int
    history: list[HistoryEvent]


def delivery_view(delivery: Delivery, history: list[HistoryEvent]) -> DeliveryView:
    """Show the state of a delivery."""
    return DeliveryView(
        delivery_no=delivery.delivery_no,
        project_no=delivery.project_no,
        kind=delivery.kind.value,
        state=delivery.state.value,
        certificates=delivery.certificates,
        waybill_no=delivery.waybill_no,
        attempts=delivery.attempts,
        served_at=delivery.served_at,
        signed_by=delivery.signed_by.value if delivery.signed_by else None,
        by_other=delivery.by_other,
        proof_hash=delivery.proof_hash,
        version=delivery.version,
        history=history,
    )
