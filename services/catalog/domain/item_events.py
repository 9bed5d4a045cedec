"""What can happen to a basic item, to an implementation list, and to a claim (DOMAIN.md 3.2)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from services.catalog.domain.terms import (
    CaseType,
    Guide,
    Implementation,
    Listing,
    Office,
    OpenCases,
    Origin,
    Programme,
    PublicList,
)
from services.kernel.aggregate import Fact


class BasicItemRegistered(Fact):
    """The basic directory (基本目录) has an item. Stream: basic/<catalog_code>."""

    TOPIC = "catalog.basic-item-registered.v1"

    catalog_code: str
    name: str
    item_type: str
    levels: list[int]
    basis: str
    effective_from: datetime
    as_published: dict[str, str] | None = None


class BasicItemCancelled(Fact):
    """The basic directory has it no more; what implements it cannot be claimed again."""

    TOPIC = "catalog.basic-item-cancelled.v1"

    catalog_code: str
    reason: str
    effective_from: datetime


class ItemClaimed(Fact):
    """A unit claims a basic item (事项认领). Stream: claim/<unit>/<catalog_code>."""

    TOPIC = "catalog.item-claimed.v1"

    catalog_code: str
    unit: str
    unit_name: str
    level: int
    batch_no: int
    item_code: str | None = None
    """Implementation code of the unit's own list, when it has one."""
    online_depth: int | None = None
    fully_online: bool | None = None


class ClaimWithdrawn(Fact):
    """The unit no longer offers it."""

    TOPIC = "catalog.claim-withdrawn.v1"

    catalog_code: str
    unit: str
    reason: str


class ImplementationDrafted(Fact):
    """A version is written down for review; replaces an earlier draft of the same version."""

    TOPIC = "catalog.implementation-drafted.v1"

    item_code: str
    item_version: int
    draft: Implementation
    reason: str | None = None


class ImplementationReviewed(Fact):
    """One of the two offices has read the draft as it is now."""

    TOPIC = "catalog.implementation-reviewed.v1"

    item_code: str
    item_version: int
    office: Office
    passed: bool
    comments: str


class ServiceGuidePublished(Fact):
    """The guide of a version is public, all four parts of it."""

    TOPIC = "catalog.service-guide-published.v1"

    item_code: str
    item_version: int
    guide: Guide


class ItemPublished(Fact):
    """One version of an item is public. Stream: item/<item_code>."""

    TOPIC = "catalog.item-published.v1"

    item_code: str
    item_version: int
    name: str
    item_type: str
    case_type: CaseType
    department: str
    department_name: str
    statutory_limit_days: int
    promised_limit_days: int
    lists: list[PublicList]
    effective_from: datetime
    published_at: datetime
    retroactive: bool
    listing: Listing | None = None
    origin: Origin | None = None
    source_document: str | None = None


class FieldChange(msgspec.Struct, frozen=True):
    """One difference between two versions, both sides as text (JSON for anything nested)."""

    field: str
    before: str
    after: str


class ItemRevised(Fact):
    """A version differs from the one before: what, and why. Follows `ItemPublished`."""

    TOPIC = "catalog.item-revised.v1"

    item_code: str
    item_version: int
    item_type: str
    reason: str
    changes: list[FieldChange]
    programme: Programme | None = None


class CaseTypeChanged(Fact):
    """承诺件 became 即办件, or the reverse."""

    TOPIC = "catalog.case-type-changed.v1"

    item_code: str
    item_version: int
    before: CaseType
    after: CaseType


class Burden(msgspec.Struct, frozen=True):
    """What an item asks of people: steps, materials, and working days (as promised)."""

    steps: int
    materials: int
    days: int


class ProcessReengineered(Fact):
    """流程再造: what an item asked before and asks now."""

    TOPIC = "catalog.process-reengineered.v1"

    item_code: str
    item_version: int
    before: Burden
    after: Burden


class FeeSpecAdjusted(Fact):
    """A charge changed; amounts in words where they are not one amount."""

    TOPIC = "catalog.fee-spec-adjusted.v1"

    item_code: str
    item_version: int
    fee: str
    before: str
    after: str
    basis: str


class ItemsMerged(Fact):
    """Several items became this one. On the stream of the item they went into."""

    TOPIC = "catalog.items-merged.v1"

    item_code: str
    merged: list[str]
    """Codes of the items that went into it."""
    effective_from: datetime
    programme: Programme
    open_cases: OpenCases


class ItemSplit(Fact):
    """This item became several others."""

    TOPIC = "catalog.item-split.v1"

    item_code: str
    into: list[str]
    effective_from: datetime
    open_cases: OpenCases


class ItemSplitOff(Fact):
    """This item came out of another one by a split. On its own stream: lineage, walked back."""

    TOPIC = "catalog.item-split-off.v1"

    item_code: str
    split_from: str
    effective_from: datetime


class ItemSuperseded(Fact):
    """This item went into another one by a merge; no new cases from `effective_from` on."""

    TOPIC = "catalog.item-superseded.v1"

    item_code: str
    by: str
    effective_from: datetime
    item_type: str
    programme: Programme
    open_cases: OpenCases


class ItemCancelled(Fact):
    """取消: no new cases from `effective_from` on."""

    TOPIC = "catalog.item-cancelled.v1"

    item_code: str
    reason: str
    effective_from: datetime
    item_type: str
    open_cases: OpenCases


class ItemFrozen(Fact):
    """冻结: no new cases until it is unfrozen, or until `until`."""

    TOPIC = "catalog.item-frozen.v1"

    item_code: str
    reason: str
    effective_from: datetime
    until: datetime | None = None


class ItemUnfrozen(Fact):
    """解冻."""

    TOPIC = "catalog.item-unfrozen.v1"

    item_code: str
    reason: str
    effective_from: datetime


class ManagementModeChanged(Fact):
    """转变管理方式, such as from approval to filing (备案)."""

    TOPIC = "catalog.management-mode-changed.v1"

    item_code: str
    before: str
    after: str
    effective_from: datetime
    reason: str


class ItemReassignedUpward(Fact):
    """转报上级: here only preliminary review and forwarding remain."""

    TOPIC = "catalog.item-reassigned-upward.v1"

    item_code: str
    to_unit: str
    to_level: int
    effective_from: datetime
    reason: str


class ItemDelegatedDown(Fact):
    """承接下放: a higher level handed it down to us."""

    TOPIC = "catalog.item-delegated-down.v1"

    item_code: str
    from_level: int
    effective_from: datetime
    source_document: str
