"""The versions of an item: immutable, in order, one in force at a time; what a new one changes."""

from __future__ import annotations

from datetime import datetime

from services.catalog.domain import differences
from services.catalog.domain.adjusting import Adjustable
from services.catalog.domain.item_events import (
    CaseTypeChanged,
    FeeSpecAdjusted,
    ItemPublished,
    ItemRevised,
    ProcessReengineered,
    ServiceGuidePublished,
)
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.standing import Status
from services.catalog.domain.terms import Implementation, Level, Origin, Programme
from services.kernel.aggregate import applies
from services.kernel.facts import Facts


class Versioned(Adjustable):
    """The part of an item that holds its versions, and says which is in force when."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[int, Implementation] = {}
        self.origins: dict[int, Origin] = {}
        """Where a version comes from, when that was said."""

    @property
    def latest(self) -> int:
        """Number of the newest version, 0 before the first."""
        return max(self.versions, default=0)

    @property
    def newest(self) -> Implementation | None:
        """The newest version, in force or yet to come."""
        return self.versions.get(self.latest)

    @property
    def level(self) -> int:
        """Who exercises it (行使层级); the county when its list does not say."""
        listing = self.newest.listing if self.newest else None
        return (listing.level if listing else None) or Level.COUNTY.value

    @property
    def item_type(self) -> str:
        """Two digits (GB/T 39046-2020 A.1) as the newest version has them."""
        return self.newest.item_type if self.newest else ""

    def version_at(self, at: datetime) -> int | None:
        """Give the version in force at an instant: the highest that has taken effect by then."""
        begun = (n for n, said in self.versions.items() if said.effective_from <= at)
        return max(begun, default=None)

    def status_at(self, at: datetime) -> Status:
        """Say how the item stands at an instant, by all that is known now."""
        if self.ended is not None and self.ended.since <= at:
            return self.ended.status
        if self.version_at(at) is None:
            return Status.DRAFT
        return Status.FROZEN if any(one.holds(at) for one in self.freezes) else Status.IN_FORCE

    def takes_cases_at(self, at: datetime) -> bool:
        """Say whether a new case may begin then (清单之外无审批, V07)."""
        version = self.version_at(at)
        listed = version is not None and bool(self.versions[version].lists)
        return listed and self.status_at(at) is Status.IN_FORCE

    def is_next(self, version: int, said: Implementation, *, drafting: bool = False) -> bool:
        """Say whether this is a new version; what a draft becomes follows the newest directly.

        Raises:
            CatalogRuleError: it would change a published version, or may not come after those.
        """
        known = self.versions.get(version)
        if known is not None:
            if differences.without_flags(known) == differences.without_flags(said):
                return False
            raise CatalogRuleError(
                "immutable",
                f"已公布的版本不得更改，请公布第 {self.latest + 1} 版。 "
                f"A published version never changes; publish version {self.latest + 1}.",
                "item_version",
            )
        before = self.newest
        if version <= self.latest or (drafting and before and version != self.latest + 1):
            raise CatalogRuleError(
                "version_order",
                f"下一版本为第 {self.latest + 1} 版。 The next version is {self.latest + 1}.",
                "item_version",
            )
        self.refuse_when_ended(said.effective_from)
        if before is not None and (
            said.effective_from < before.effective_from
            or (drafting and said.effective_from == before.effective_from)
        ):
            raise CatalogRuleError(
                "one_effective",
                "同一时间只能有一个有效版本：生效时间须晚于上一版本。 "
                "One version is in force at a time; this one takes effect after the one before it.",
                "effective_from",
            )
        return True

    def put_out(
        self,
        facts: Facts,
        version: int,
        said: Implementation,
        origin: Origin | None,
        source_document: str,
        reason: str,
        programme: Programme | None,
    ) -> None:
        """Make a version public, after `is_next`; with it go the facts its differences are."""
        before = self.newest
        self.record(
            ItemPublished,
            facts,
            **vars(said) | {"lists": list(said.lists)},
            item_code=self.item_code,
            item_version=version,
            published_at=facts.occurred_at,
            retroactive=said.effective_from < facts.occurred_at,
            origin=origin,
            source_document=source_document or None,
        )
        which = {"item_code": self.item_code, "item_version": version}
        if before is not None:
            self._revise(facts, which, before, said, reason, programme)
        guide = differences.guide_of(said)
        if guide is not None and guide != differences.guide_of(before):
            self.record(ServiceGuidePublished, facts, **which, guide=guide)

    def _revise(
        self,
        facts: Facts,
        which: dict[str, object],
        before: Implementation,
        after: Implementation,
        reason: str,
        programme: Programme | None,
    ) -> None:
        self.record(
            ItemRevised,
            facts,
            **which,
            item_type=after.item_type,
            reason=reason,
            changes=differences.changes(before, after),
            programme=programme,
        )
        if before.case_type is not after.case_type:
            self.record(
                CaseTypeChanged, facts, **which, before=before.case_type, after=after.case_type
            )
        if differences.reengineered(before, after):
            was, is_now = differences.burden(before), differences.burden(after)
            self.record(ProcessReengineered, facts, **which, before=was, after=is_now)
        for fee, was_charged, charged, basis in differences.fees(before, after):
            self.record(
                FeeSpecAdjusted,
                facts,
                **which,
                fee=fee,
                before=was_charged,
                after=charged,
                basis=basis,
            )

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
            listing=event.listing,
        )
        if event.origin is not None:
            self.origins[event.item_version] = event.origin
