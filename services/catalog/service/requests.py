"""What editors and the two offices send, and what they are told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from services.catalog.domain.terms import (
    CaseType,
    Implementation,
    Listing,
    Office,
    OpenCases,
    Programme,
    PublicList,
)

Code = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[0-9A-Za-z._-]+$")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Words = Annotated[str, Meta(max_length=2000)]
Reason = Annotated[str, Meta(min_length=1, max_length=2000)]
Days = Annotated[
    int, Meta(ge=0, le=3650, description="In the unit the listing names; working days without one.")
]
Version = Annotated[int, Meta(ge=1, le=999_999)]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset.")]
Level = Annotated[int, Meta(ge=1, le=7, description="1 nation, 4 county, 6 village, 7 shared.")]
Codes = Annotated[list[Code], Meta(min_length=1, max_length=200)]
Small = Annotated[int, Meta(ge=0, le=999_999)]


class ListingSaid(Listing, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The rest of an implementation list; a field that is not known here is refused."""

    level: Level | None = None
    body_kind: Annotated[int, Meta(ge=1, le=9)] | None = None
    visits: Small | None = None
    online_depth: Annotated[int, Meta(ge=1, le=4)] | None = None
    batch_no: Small | None = None
    plan_cancel_at: Moment | None = None

    def listing(self) -> Listing:
        """Give it as the domain knows it; flags are found, not said."""
        return Listing(**msgspec.structs.asdict(self) | {"flags": []})


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a version says."""

    item_version: Version
    name: Name
    item_type: Annotated[str, Meta(pattern="^[0-9]{2}$")]
    case_type: CaseType
    department: Code
    department_name: Name
    statutory_limit_days: Days
    promised_limit_days: Days
    lists: list[PublicList]
    effective_from: Moment
    listing: ListingSaid | None = None

    def implementation(self) -> Implementation:
        """Give it as the domain knows it."""
        return Implementation(
            name=self.name,
            item_type=self.item_type,
            case_type=self.case_type,
            department=self.department,
            department_name=self.department_name,
            statutory_limit_days=self.statutory_limit_days,
            promised_limit_days=self.promised_limit_days,
            lists=tuple(self.lists),
            effective_from=self.effective_from,
            listing=self.listing.listing() if self.listing else None,
        )


class PublishItem(Said, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of an item, as it is to be published without a draft."""

    item_code: Code
    source_document: Annotated[
        str, Meta(max_length=500, description="Where it had been published: it is taken over.")
    ] = ""
    reason: Words = ""
    programme: Programme | None = None


class DraftItem(Said, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of an item, written down for review."""

    reason: Words = ""


class ReviewDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an office makes of a draft."""

    passed: bool
    comments: Words = ""
    office: Office | None = None
    """Needed only from somebody who may sign for both offices."""


class PublishDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The order to publish a draft."""

    programme: Programme | None = None


class Adjusting(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="act"
):
    """One adjustment (动态调整); without `effective_from` it takes effect now."""

    effective_from: Moment | None = None


class Cancel(Adjusting, frozen=True, kw_only=True, tag="cancel"):
    """取消."""

    reason: Reason
    open_cases: OpenCases = OpenCases.FINISH_UNDER_OLD


class Freeze(Adjusting, frozen=True, kw_only=True, tag="freeze"):
    """冻结, until it is unfrozen, or `until`."""

    reason: Reason
    until: Moment | None = None


class Unfreeze(Adjusting, frozen=True, kw_only=True, tag="unfreeze"):
    """解冻."""

    reason: Reason


class MergeIn(Adjusting, frozen=True, kw_only=True, tag="merge"):
    """合并: other items go into this one."""

    merged: Codes
    programme: Programme = Programme.ADJUSTMENT
    open_cases: OpenCases = OpenCases.FINISH_UNDER_OLD


class SplitUp(Adjusting, frozen=True, kw_only=True, tag="split"):
    """拆分: this item becomes several others."""

    into: Codes
    open_cases: OpenCases = OpenCases.FINISH_UNDER_OLD


class ChangeMode(Adjusting, frozen=True, kw_only=True, tag="change_mode"):
    """转变管理方式."""

    before: Name
    after: Name
    reason: Reason


class ForwardUp(Adjusting, frozen=True, kw_only=True, tag="forward_up"):
    """转报上级."""

    to_unit: Name
    to_level: Level
    reason: Reason


class DelegateDown(Adjusting, frozen=True, kw_only=True, tag="delegate_down"):
    """承接下放."""

    from_level: Level
    source_document: Name


Adjustment = Cancel | Freeze | Unfreeze | MergeIn | SplitUp | ChangeMode | ForwardUp | DelegateDown


class RegisterBasicItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item of the basic directory (基本目录)."""

    catalog_code: Code
    name: Name
    item_type: Annotated[str, Meta(pattern="^[0-9]{2}$")]
    levels: Annotated[list[Level], Meta(min_length=1, max_length=7)]
    effective_from: Moment
    basis: Words = ""


class CancelBasicItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Its end in the basic directory."""

    reason: Reason
    effective_from: Moment


class MakeClaim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A claim (事项认领)."""

    catalog_code: Code
    unit: Code
    unit_name: Name
    level: Level
    batch_no: Small
    item_code: Code | None = None
    online_depth: Annotated[int, Meta(ge=1, le=4)] | None = None
    fully_online: bool | None = None


class WithdrawClaim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The end of a claim."""

    catalog_code: Code
    unit: Code
    reason: Reason


class Published(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a version; `new` is false when this very version was there already."""

    item_code: str
    item_version: int
    new: bool
    event: str
    position: int | None = None


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of it; `new` is false when the very same was on file already."""

    subject: str
    new: bool
    event: str
    position: int | None = None
