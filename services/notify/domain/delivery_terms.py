"""Words of a delivery (DOMAIN.md 3.5): how it goes, where it stands, who signed for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class DeliveryRuleError(Exception):
    """A delivery cannot go that way. `field`: what of the request is wrong."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class DeliveryStateError(DeliveryRuleError):
    """It does not stand where this can happen."""


class DeliveryTimeError(DeliveryRuleError):
    """It happened before what it follows, or in the future."""


class OtherParcelError(DeliveryRuleError):
    """The waybill is another parcel's."""


class NothingToDeliverError(DeliveryRuleError):
    """What is to be delivered, or where to, is not named."""


class DeliveryKind(Enum):
    """How it gets to its holder."""

    WINDOW_PICKUP = "WINDOW_PICKUP"
    EMS = "EMS"
    DOOR = "DOOR"
    """The centre's own people bring it (送证上门)."""
    ELECTRONIC = "ELECTRONIC"


class DeliveryState(Enum):
    """Where a delivery stands."""

    ORDERED = "ordered"
    DISPATCHED = "dispatched"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    FAILED = "failed"
    """An attempt failed; the next one may succeed."""
    RETURNED = "returned"


class SignedBy(Enum):
    """Who signed for it, by their relation to the holder; nobody's name."""

    HOLDER = "holder"
    AGENT = "agent"
    """Named by the holder to receive it."""
    FAMILY = "family"
    """An adult of the household."""
    COLLEAGUE = "colleague"
    """The reception or the person in charge of a body."""
    NEIGHBOUR = "neighbour"
    OTHER = "other"


OWN = frozenset({SignedBy.HOLDER, SignedBy.AGENT})
"""Served on the holder; anybody else's signature is flagged (L02)."""
CARRIED = frozenset({DeliveryKind.EMS, DeliveryKind.DOOR})
"""Somebody carries it, so it is handed over first and may come back."""


@dataclass(frozen=True)
class DeliveryOrder:
    """What is to go where. `destination_ref` refers to the vault and says no place."""

    delivery_no: str
    project_no: str
    kind: DeliveryKind
    certificates: tuple[str, ...]
    """Identifiers; empty: the result of the case that is no certificate."""
    destination_ref: str = ""
