"""What the catalog decides: which service items are public, in which immutable versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class CatalogRuleError(Exception):
    """A rule for items refuses this; `rule` is stable, `field` names what to change."""

    def __init__(self, rule: str, message: str, field: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.field = field


class CaseType(Enum):
    """How cases of an item are done (GB/T 39046-2020 A.6)."""

    IMMEDIATE = "IMMEDIATE"
    PROMISED = "PROMISED"


class PublicList(Enum):
    """The five public lists of the county; what stands on none may not be done."""

    POWER = "POWER"
    RESPONSIBILITY = "RESPONSIBILITY"
    FEE = "FEE"
    INTERMEDIARY = "INTERMEDIARY"
    PUBLIC_SERVICE = "PUBLIC_SERVICE"


class ItemPublished(Fact):
    """One version of an item is public."""

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


@dataclass(frozen=True)
class Implementation:
    """What one version of an item promises (实施清单). Limits in working days."""

    name: str
    item_type: str
    case_type: CaseType
    department: str
    department_name: str
    statutory_limit_days: int
    promised_limit_days: int
    lists: tuple[PublicList, ...]
    effective_from: datetime

    def check(self) -> None:
        """Raises:
        CatalogRuleError: it contradicts itself or the law (DOMAIN.md 2.3, 3.2).
        """
        if not self.lists or len(set(self.lists)) != len(self.lists):
            raise CatalogRuleError(
                "lists", "an item stands on at least one list, and once on each", "lists"
            )
        if (self.case_type is CaseType.IMMEDIATE) != (self.promised_limit_days == 0):
            raise CatalogRuleError(
                "case_type",
                "immediate items promise 0 days, all others at least 1",
                "promised_limit_days",
            )
        if self.promised_limit_days > self.statutory_limit_days:
            raise CatalogRuleError(
                "promised_limit",
                "the promised limit may not be longer than the statutory one",
                "promised_limit_days",
            )


class Item(Aggregate):
    """A service item and its versions. Stream: `stream_id("item", item_code)`."""

    def __init__(self) -> None:
        self.item_code = ""
        self.versions: dict[int, Implementation] = {}

    @property
    def latest(self) -> int:
        """Number of the newest version, 0 before the first."""
        return max(self.versions, default=0)

    @classmethod
    def of(cls, item_code: str) -> Item:
        """Give the item as it is before its first version."""
        item = cls.begin(stream_id("item", item_code))
        item.item_code = item_code
        return item

    def publish(self, facts: Facts, version: int, said: Implementation) -> bool:
        """Publish a version; the same version with the same content has no effect (False).

        A version that is effective before it is published is taken and flagged (V08).

        Raises:
            CatalogRuleError: `said` breaks a rule, versions are out of order, or a published
                version would change.
        """
        said.check()
        if version in self.versions:
            if self.versions[version] == said:
                return False
            raise CatalogRuleError(
                "immutable", "a published version never changes; publish the next", "item_version"
            )
        if version <= self.latest:
            raise CatalogRuleError(
                "version_order", f"the next version is {self.latest + 1}", "item_version"
            )
        before = self.versions.get(self.latest)
        if before is not None and said.effective_from < before.effective_from:
            raise CatalogRuleError(
                "one_effective",
                "a version may not take effect before the one it follows",
                "effective_from",
            )
        self.record(
            ItemPublished,
            facts,
            **vars(said) | {"lists": list(said.lists)},
            item_code=self.item_code,
            item_version=version,
            published_at=facts.occurred_at,
            retroactive=said.effective_from < facts.occurred_at,
        )
        return True

    @applies(ItemPublished)
    def _published(self, event: ItemPublished) -> None:
        self.item_code = event.item_code
        self.versions[event.item_version] = Implementation(
            name=event.name,
            item_type=event.item_type,
            case_type=event.case_type,
            department=event.department,
            department_name=event.department_name,
            statutory_limit_days=event.statutory_limit_days,
            promised_limit_days=event.promised_limit_days,
            lists=tuple(event.lists),
            effective_from=event.effective_from,
        )
