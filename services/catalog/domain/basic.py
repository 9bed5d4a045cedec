"""The basic directory (基本目录): what may be claimed and implemented at all."""

from __future__ import annotations

from datetime import datetime

import msgspec

from services.catalog.domain.item_events import BasicItemCancelled, BasicItemRegistered
from services.catalog.domain.lineage import check_time
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.terms import Level
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class BasicItemSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What the directory says of an item."""

    catalog_code: str
    name: str
    item_type: str
    levels: list[int]
    effective_from: datetime
    basis: str = ""
    as_published: dict[str, str] | None = None


class BasicItem(Aggregate):
    """An item of the basic directory. Stream: `stream_id("basic", catalog_code)`."""

    def __init__(self) -> None:
        self.catalog_code = ""
        self.said: BasicItemSaid | None = None
        self.cancelled_from: datetime | None = None
        self.cancel_reason = ""

    @classmethod
    def of(cls, catalog_code: str) -> BasicItem:
        """Give the item as it is before it is registered."""
        item = cls.begin(stream_id("basic", catalog_code))
        item.catalog_code = catalog_code
        return item

    def claimable_at(self, at: datetime) -> bool:
        """Say whether a unit may claim it then."""
        gone = self.cancelled_from is not None and self.cancelled_from <= at
        return self.said is not None and not gone

    def offers(self, level: int) -> bool:
        """Say whether the directory gives it to this level."""
        levels = self.said.levels if self.said else []
        return level in levels or Level.SHARED.value in levels

    def register(self, facts: Facts, said: BasicItemSaid) -> bool:
        """Put it into the directory, or say it anew; the same again has no effect (False)."""
        if said == self.said:
            return False
        if self.cancelled_from is not None:
            raise CatalogRuleError(
                "cancelled_basic",
                "基本目录已取消该事项，请用新的基本编码登记。 "
                "The directory has cancelled it; register another under a code of its own.",
                "catalog_code",
            )
        shared = Level.SHARED.value
        if not said.levels or not all(1 <= level <= shared for level in said.levels):
            raise CatalogRuleError(
                "levels",
                "请列出行使层级（1 国家级至 6 村级，7 共有）。 "
                "Name who exercises it: 1 nation to 6 village, 7 shared.",
                "levels",
            )
        self.record(BasicItemRegistered, facts, **msgspec.structs.asdict(said))
        return True

    def cancel(self, facts: Facts, reason: str, effective_from: datetime) -> bool:
        """Take it out of the directory; the same again has no effect (False)."""
        if (self.cancelled_from, self.cancel_reason) == (effective_from, reason):
            return False
        if self.said is None or self.cancelled_from is not None:
            raise unknown_basic("catalog_code")
        check_time(facts, effective_from)
        self.record(
            BasicItemCancelled,
            facts,
            catalog_code=self.catalog_code,
            reason=reason,
            effective_from=effective_from,
        )
        return True

    @applies(BasicItemRegistered)
    def _registered(self, event: BasicItemRegistered) -> None:
        self.catalog_code = event.catalog_code
        self.said = BasicItemSaid(
            catalog_code=event.catalog_code,
            name=event.name,
            item_type=event.item_type,
            levels=event.levels,
            effective_from=event.effective_from,
            basis=event.basis,
            as_published=event.as_published,
        )

    @applies(BasicItemCancelled)
    def _cancelled(self, event: BasicItemCancelled) -> None:
        self.cancelled_from = event.effective_from
        self.cancel_reason = event.reason


def unknown_basic(field: str) -> CatalogRuleError:
    """Give the refusal of a code the directory does not have (any more)."""
    return CatalogRuleError(
        "unknown_basic_item",
        "基本目录中没有该事项或已取消，请先登记或核对基本编码。 "
        "The basic directory has no such item, or no longer; register it, or correct the code.",
        field,
    )
