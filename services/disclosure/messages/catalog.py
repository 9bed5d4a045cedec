"""What disclosure reads of catalog's events: what figures are counted from, and names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec


class Listing(msgspec.Struct, frozen=True):
    """The part of a list that figures depend on; None: the list does not say."""

    level: int | None = None
    resident: bool | None = None
    visits: int | None = None
    statutory_unit: str = "WORKING_DAY"
    promised_unit: str = "WORKING_DAY"
    materials: list[msgspec.Raw] = []
    online_depth: int | None = None
    fully_online: bool | None = None


class ItemPublished(msgspec.Struct, frozen=True):
    """`catalog.item-published.v1`."""

    item_code: str
    item_version: int
    name: str
    item_type: str
    case_type: str
    department: str
    statutory_limit_days: int
    promised_limit_days: int
    effective_from: datetime
    department_name: str = ""
    listing: Listing | None = None


class ItemRevised(msgspec.Struct, frozen=True):
    """`catalog.item-revised.v1`."""

    item_code: str
    item_version: int
    item_type: str
    programme: str | None = None


class CaseTypeChanged(msgspec.Struct, frozen=True):
    """`catalog.case-type-changed.v1`."""

    item_code: str
    item_version: int
    before: str
    after: str


class Burden(msgspec.Struct, frozen=True):
    """What an item asks of people."""

    steps: int
    materials: int


class ProcessReengineered(msgspec.Struct, frozen=True):
    """`catalog.process-reengineered.v1`."""

    item_code: str
    item_version: int
    before: Burden
    after: Burden


class FeeSpecAdjusted(msgspec.Struct, frozen=True):
    """`catalog.fee-spec-adjusted.v1`."""

    item_code: str
    item_version: int
    before: str
    after: str


class ItemSplit(msgspec.Struct, frozen=True):
    """`catalog.item-split.v1`."""

    item_code: str
    effective_from: datetime


class ItemSuperseded(msgspec.Struct, frozen=True):
    """`catalog.item-superseded.v1`."""

    item_code: str
    by: str
    effective_from: datetime
    item_type: str
    programme: str


class ItemCancelled(msgspec.Struct, frozen=True):
    """`catalog.item-cancelled.v1`."""

    item_code: str
    effective_from: datetime
    item_type: str


class ItemFrozen(msgspec.Struct, frozen=True):
    """`catalog.item-frozen.v1`."""

    item_code: str
    effective_from: datetime
    until: datetime | None = None


class ItemUnfrozen(msgspec.Struct, frozen=True):
    """`catalog.item-unfrozen.v1`."""

    item_code: str
    effective_from: datetime


class ManagementModeChanged(msgspec.Struct, frozen=True):
    """`catalog.management-mode-changed.v1`."""

    item_code: str
    before: str
    after: str
    effective_from: datetime


class ItemReassignedUpward(msgspec.Struct, frozen=True):
    """`catalog.item-reassigned-upward.v1`."""

    item_code: str
    to_unit: str
    effective_from: datetime


class ItemDelegatedDown(msgspec.Struct, frozen=True):
    """`catalog.item-delegated-down.v1`."""

    item_code: str
    from_level: int
    effective_from: datetime


class ItemClaimed(msgspec.Struct, frozen=True):
    """`catalog.item-claimed.v1`."""

    catalog_code: str
    unit: str
    unit_name: str
    level: int
    item_code: str | None = None
    online_depth: int | None = None
    fully_online: bool | None = None


class ClaimWithdrawn(msgspec.Struct, frozen=True):
    """`catalog.claim-withdrawn.v1`: its stream says which claim."""

    catalog_code: str
    unit: str


class BasicItemRegistered(msgspec.Struct, frozen=True):
    """`catalog.basic-item-registered.v1`."""

    catalog_code: str
    name: str
    item_type: str
    effective_from: datetime


class BasicItemCancelled(msgspec.Struct, frozen=True):
    """`catalog.basic-item-cancelled.v1`."""

    catalog_code: str
    effective_from: datetime


READS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "catalog.basic-item-cancelled.v1": BasicItemCancelled,
    "catalog.basic-item-registered.v1": BasicItemRegistered,
    "catalog.case-type-changed.v1": CaseTypeChanged,
    "catalog.claim-withdrawn.v1": ClaimWithdrawn,
    "catalog.fee-spec-adjusted.v1": FeeSpecAdjusted,
    "catalog.item-cancelled.v1": ItemCancelled,
    "catalog.item-claimed.v1": ItemClaimed,
    "catalog.item-delegated-down.v1": ItemDelegatedDown,
    "catalog.item-frozen.v1": ItemFrozen,
    "catalog.item-published.v1": ItemPublished,
    "catalog.item-reassigned-upward.v1": ItemReassignedUpward,
    "catalog.item-revised.v1": ItemRevised,
    "catalog.item-split.v1": ItemSplit,
    "catalog.item-superseded.v1": ItemSuperseded,
    "catalog.item-unfrozen.v1": ItemUnfrozen,
    "catalog.management-mode-changed.v1": ManagementModeChanged,
    "catalog.process-reengineered.v1": ProcessReengineered,
}
