"""Claims (事项认领): a unit of one of the three levels offers an item of the basic directory."""

from __future__ import annotations

import msgspec

from services.catalog.domain.basic import BasicItem, unknown_basic
from services.catalog.domain.item_events import ClaimWithdrawn, ItemClaimed
from services.catalog.domain.rules import CatalogRuleError
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

DEEPEST = 4
"""网办深度, level IV."""


class ClaimSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit claims, and how it offers it."""

    catalog_code: str
    unit: str
    unit_name: str
    level: int
    batch_no: int
    item_code: str | None = None
    online_depth: int | None = None
    fully_online: bool | None = None


def place_of(unit: str, level: int, region: str) -> str:
    """Give the region a claim belongs to: a township's or a village's own, else `region`.

    Below the county the code of a unit is that of its region (GB/T 10114): 9 or 12 characters.
    """
    return unit if len(unit) == {5: 9, 6: 12}.get(level) else region


class Claim(Aggregate):
    """One unit's claim of one item. Stream: `stream_id("claim", "<unit>/<catalog_code>")`."""

    def __init__(self) -> None:
        self.said: ClaimSaid | None = None
        self.withdrawn: str | None = None
        """Why it was withdrawn; None while it stands."""

    @classmethod
    def of(cls, unit: str, catalog_code: str) -> Claim:
        """Give the claim as it is before it is made."""
        return cls.begin(stream_id("claim", f"{unit}/{catalog_code}"))

    @property
    def stands(self) -> bool:
        """Whether the unit offers it."""
        return self.said is not None and self.withdrawn is None

    def make(self, facts: Facts, said: ClaimSaid, basic: BasicItem | None) -> bool:
        """Claim it, or claim it anew with other content; the same again has no effect (False).

        Raises:
            CatalogRuleError: the directory does not have it, or not for this level.
        """
        if self.stands and said == self.said:
            return False
        if basic is None or not basic.claimable_at(facts.occurred_at):
            raise unknown_basic("catalog_code")
        if not basic.offers(said.level):
            raise CatalogRuleError(
                "level",
                "基本目录未将该事项赋予此层级，请核对层级。 "
                "The basic directory does not give it to this level; correct the level.",
                "level",
            )
        if said.batch_no < 0 or not 1 <= (said.online_depth or 1) <= DEEPEST:
            raise CatalogRuleError(
                "range",
                "批次须为非负整数，网办深度为 1 至 4。 "
                "A batch is a number, 0 or more; online depth is 1 to 4.",
                "batch_no" if said.batch_no < 0 else "online_depth",
            )
        self.record(ItemClaimed, facts, **msgspec.structs.asdict(said))
        return True

    def withdraw(self, facts: Facts, reason: str) -> bool:
        """Offer it no longer; the same again has no effect (False)."""
        if self.withdrawn == reason:
            return False
        if self.said is None or not self.stands:
            raise CatalogRuleError(
                "not_claimed",
                "该单位没有认领该事项，请核对单位和基本编码。 "
                "The unit has not claimed it; correct the unit or the code.",
                "catalog_code",
            )
        self.record(
            ClaimWithdrawn,
            facts,
            catalog_code=self.said.catalog_code,
            unit=self.said.unit,
            reason=reason,
        )
        return True

    @applies(ItemClaimed)
    def _claimed(self, event: ItemClaimed) -> None:
        self.withdrawn = None
        self.said = ClaimSaid(
            catalog_code=event.catalog_code,
            unit=event.unit,
            unit_name=event.unit_name,
            level=event.level,
            batch_no=event.batch_no,
            item_code=event.item_code,
            online_depth=event.online_depth,
            fully_online=event.fully_online,
        )

    @applies(ClaimWithdrawn)
    def _withdrawn(self, event: ClaimWithdrawn) -> None:
        self.withdrawn = event.reason
