"""Where items go and come from: merge, split, cancellation (DOMAIN.md 3.2), walkable both ways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.catalog.domain.item_events import (
    ItemCancelled,
    ItemsMerged,
    ItemSplit,
    ItemSplitOff,
    ItemSuperseded,
)
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.standing import Ending, Merge, SplitOff, Status
from services.catalog.domain.terms import OpenCases, Programme
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts

LOOKING_BACK = frozenset({"catalog_importer", "exchange"})
"""Roles that report what others decided, so that they may say what took effect before."""


YEARS = range(1949, 2201)
"""Years in which something of a county can take effect."""


def check_time(facts: Facts, effective_from: datetime, field: str = "effective_from") -> None:
    """Raises:
    CatalogRuleError: `retroactive`, it would take effect before it is said (V08), or
        `time_range`.
    """
    if effective_from.year not in YEARS:
        raise time_range(field)
    if effective_from < facts.occurred_at and facts.actor.role not in LOOKING_BACK:
        raise CatalogRuleError(
            "retroactive",
            "生效时间不得早于公布时间，请改为将来的时间。 "
            "It may not take effect before it is published; name a time to come.",
            field,
        )


def time_range(field: str) -> CatalogRuleError:
    """Give the refusal of a year that is none of ours."""
    return CatalogRuleError(
        "time_range",
        f"年份须在 {YEARS.start} 至 {YEARS.stop - 1} 之间。 "
        f"The year has to be from {YEARS.start} to {YEARS.stop - 1}.",
        field,
    )


class Lineage(Aggregate):
    """The part of an item that says how it ends, and what other items have to do with that.

    Every command gives False when it says nothing new.
    """

    def __init__(self) -> None:
        self.item_code = ""
        self.ended: Ending | None = None
        self.merges: list[Merge] = []
        self.split_from: list[SplitOff] = []

    @property
    def item_type(self) -> str:
        """Two digits (GB/T 39046-2020 A.1) as its newest version has them."""
        return ""

    @property
    def came_from(self) -> list[str]:
        """Codes of the items that live on in this one."""
        merged = [code for merge in self.merges for code in merge.merged]
        return [*merged, *(one.source for one in self.split_from)]

    @property
    def went_to(self) -> list[str]:
        """Codes of the items this one lives on in; none while it has not ended so."""
        return list(self.ended.into) if self.ended else []

    def refuse_when_ended(self, at: datetime, field: str = "item_code") -> None:
        """Raises:
        CatalogRuleError: `ended`, the item has ended by `at`.
        """
        if self.ended is not None and self.ended.since <= at:
            raise CatalogRuleError(
                "ended",
                f"事项已{_ENDED[self.ended.status]}，不能再调整；请使用承接它的事项。 "
                f"The item is {self.ended.status.value.lower()}; use the item it went into.",
                field,
            )

    def absorb(
        self,
        facts: Facts,
        merged: Sequence[str],
        effective_from: datetime,
        programme: Programme,
        open_cases: OpenCases,
    ) -> bool:
        """Take other items into this one (合并). They are told by `be_superseded`."""
        said = Merge(tuple(sorted(merged)), effective_from, programme, open_cases)
        if said in self.merges:
            return False
        _check_codes(merged, self.item_code, "merged")
        self.refuse_when_ended(effective_from, "into")
        check_time(facts, effective_from)
        self.record(
            ItemsMerged,
            facts,
            item_code=self.item_code,
            merged=list(said.merged),
            effective_from=effective_from,
            programme=programme,
            open_cases=open_cases,
        )
        return True

    def be_superseded(self, facts: Facts, by: str, merge: Merge, field: str = "item_code") -> bool:
        """End by going into another item."""
        ending = Ending(
            Status.SUPERSEDED, merge.since, merge.open_cases, (by,), programme=merge.programme
        )
        if not self._may_end(facts, ending, field):
            return False
        self.record(
            ItemSuperseded,
            facts,
            item_code=self.item_code,
            by=by,
            effective_from=merge.since,
            item_type=self.item_type,
            programme=merge.programme,
            open_cases=merge.open_cases,
        )
        return True

    def split(
        self, facts: Facts, into: Sequence[str], effective_from: datetime, open_cases: OpenCases
    ) -> bool:
        """End by becoming several others (拆分). They are told by `come_out_of`."""
        ending = Ending(Status.SPLIT, effective_from, open_cases, tuple(sorted(into)))
        if self.ended != ending:
            _check_codes(into, self.item_code, "into", least=2)
        if not self._may_end(facts, ending):
            return False
        self.record(
            ItemSplit,
            facts,
            item_code=self.item_code,
            into=sorted(into),
            effective_from=effective_from,
            open_cases=open_cases,
        )
        return True

    def come_out_of(self, facts: Facts, source: str, effective_from: datetime) -> bool:
        """Remember the item this one was split from."""
        if SplitOff(source, effective_from) in self.split_from:
            return False
        self.refuse_when_ended(effective_from, "into")
        self.record(
            ItemSplitOff,
            facts,
            item_code=self.item_code,
            split_from=source,
            effective_from=effective_from,
        )
        return True

    def cancel(
        self,
        facts: Facts,
        reason: str,
        effective_from: datetime,
        open_cases: OpenCases,
    ) -> bool:
        """End for good (取消)."""
        ending = Ending(Status.CANCELLED, effective_from, open_cases, reason=reason)
        if not self._may_end(facts, ending):
            return False
        self.record(
            ItemCancelled,
            facts,
            item_code=self.item_code,
            reason=reason,
            effective_from=effective_from,
            item_type=self.item_type,
            open_cases=open_cases,
        )
        return True

    def _may_end(self, facts: Facts, ending: Ending, field: str = "item_code") -> bool:
        """Say whether this ending is new; an item that ended otherwise is refused."""
        if self.ended == ending:
            return False
        if self.ended is not None:
            self.refuse_when_ended(max(self.ended.since, ending.since), field)
        check_time(facts, ending.since)
        return True

    @applies(ItemsMerged)
    def _merged(self, event: ItemsMerged) -> None:
        self.merges.append(
            Merge(tuple(event.merged), event.effective_from, event.programme, event.open_cases)
        )

    @applies(ItemSuperseded)
    def _superseded(self, event: ItemSuperseded) -> None:
        self.ended = Ending(
            Status.SUPERSEDED,
            event.effective_from,
            event.open_cases,
            (event.by,),
            programme=event.programme,
        )

    @applies(ItemSplit)
    def _split(self, event: ItemSplit) -> None:
        self.ended = Ending(Status.SPLIT, event.effective_from, event.open_cases, tuple(event.into))

    @applies(ItemSplitOff)
    def _split_off(self, event: ItemSplitOff) -> None:
        self.split_from.append(SplitOff(event.split_from, event.effective_from))

    @applies(ItemCancelled)
    def _cancelled(self, event: ItemCancelled) -> None:
        self.ended = Ending(
            Status.CANCELLED, event.effective_from, event.open_cases, reason=event.reason
        )


_ENDED = {
    Status.CANCELLED: "取消",
    Status.SUPERSEDED: "合并",
    Status.SPLIT: "拆分",
}


def _check_codes(codes: Sequence[str], own: str, field: str, least: int = 1) -> None:
    if len(codes) < least or len(set(codes)) != len(codes) or own in codes:
        raise CatalogRuleError(
            "lineage",
            f"请列出至少 {least} 个其他事项，每个一次，不含本事项。 "
            f"Name at least {least} other items, each once, and not the item itself.",
            field,
        )
