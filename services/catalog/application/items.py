"""What the catalog can be told about items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.catalog.application.claims import ClaimCommands, Told
from services.catalog.domain.items import Item
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.standing import Merge
from services.catalog.domain.terms import Implementation, Office, OpenCases, Programme
from services.chassis.eventlog.application import command
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class ItemCommands(ClaimCommands):
    """Items: their versions, and what becomes of them.

    An adjustment without `effective_from` takes effect when it is said.
    """

    @command
    def publish(
        self,
        facts: Facts,
        item_code: str,
        version: int,
        said: Implementation,
        source_document: str = "",
        reason: str = "",
        programme: Programme | None = None,
        *,
        key: str | None = None,
    ) -> Told:
        """Take over a version of an item that is published elsewhere, or need not be drafted."""
        item = self._item(item_code) or Item.of(item_code)
        about = replace(facts, subject=item_code, department=said.department)
        new = item.publish(about, version, said, source_document, reason, programme)
        return self._told(item, new)

    @command
    def draft(
        self,
        facts: Facts,
        item_code: str,
        version: int,
        said: Implementation,
        reason: str = "",
        *,
        key: str | None = None,
    ) -> Told:
        """Write a version down for review by both offices."""
        item = self._item(item_code) or Item.of(item_code)
        about = replace(facts, subject=item_code, department=said.department)
        return self._told(item, item.write_draft(about, version, said, reason))

    @command
    def review(
        self,
        facts: Facts,
        item_code: str,
        version: int,
        office: Office,
        passed: bool,
        comments: str = "",
        *,
        key: str | None = None,
    ) -> Told:
        """Say what an office makes of the draft as it is now."""
        item = self._item(item_code) or Item.of(item_code)
        new = item.review(_about(facts, item), version, office, passed, comments)
        return self._told(item, new)

    @command
    def publish_draft(
        self,
        facts: Facts,
        item_code: str,
        version: int,
        programme: Programme | None = None,
        *,
        key: str | None = None,
    ) -> Told:
        """Publish the draft that both offices passed."""
        item = self._item(item_code) or Item.of(item_code)
        return self._told(item, item.publish_draft(_about(facts, item), version, programme))

    @command
    def merge(
        self,
        facts: Facts,
        into: str,
        merged: list[str],
        effective_from: datetime | None,
        programme: Programme = Programme.ADJUSTMENT,
        open_cases: OpenCases = OpenCases.FINISH_UNDER_OLD,
        *,
        key: str | None = None,
    ) -> Told:
        """Let items go into another one; each of them knows, and the other knows them."""
        at = effective_from or facts.occurred_at
        self._prefetch([into, *merged])
        target = self._known(into, "into")
        others = [self._known(code, f"merged[{n}]") for n, code in enumerate(merged)]
        new = target.absorb(_about(facts, target), merged, at, programme, open_cases)
        said = Merge(tuple(sorted(merged)), at, programme, open_cases)
        for n, other in enumerate(others):
            about = _about(facts, other)
            other.be_superseded(about, into, said, f"merged[{n}]")
        self.keep(*others)
        return self._told(target, new)

    @command
    def split(
        self,
        facts: Facts,
        item_code: str,
        into: list[str],
        effective_from: datetime | None,
        open_cases: OpenCases = OpenCases.FINISH_UNDER_OLD,
        *,
        key: str | None = None,
    ) -> Told:
        """Let an item become several others; it knows them, and each of them knows it."""
        at = effective_from or facts.occurred_at
        self._prefetch([item_code, *into])
        source = self._known(item_code)
        parts = [self._known(code, f"into[{n}]") for n, code in enumerate(into)]
        new = source.split(_about(facts, source), into, at, open_cases)
        for part in parts:
            part.come_out_of(_about(facts, part), item_code, at)
        self.keep(*parts)
        return self._told(source, new)

    @command
    def cancel(
        self,
        facts: Facts,
        item_code: str,
        reason: str,
        effective_from: datetime | None,
        open_cases: OpenCases = OpenCases.FINISH_UNDER_OLD,
        *,
        key: str | None = None,
    ) -> Told:
        """End an item for good."""
        at = effective_from or facts.occurred_at
        item = self._known(item_code)
        about = _about(facts, item)
        new = item.cancel(about, reason, at, open_cases)
        return self._told(item, new)

    @command
    def freeze(
        self,
        facts: Facts,
        item_code: str,
        reason: str,
        effective_from: datetime | None,
        until: datetime | None = None,
        *,
        key: str | None = None,
    ) -> Told:
        """Let an item take no new cases for a while."""
        at = effective_from or facts.occurred_at
        item = self._known(item_code)
        return self._told(item, item.freeze(_about(facts, item), reason, at, until))

    @command
    def unfreeze(
        self,
        facts: Facts,
        item_code: str,
        reason: str,
        effective_from: datetime | None,
        *,
        key: str | None = None,
    ) -> Told:
        """Let a frozen item take cases again."""
        at = effective_from or facts.occurred_at
        item = self._known(item_code)
        return self._told(item, item.unfreeze(_about(facts, item), reason, at))

    @command
    def change_mode(
        self,
        facts: Facts,
        item_code: str,
        before: str,
        after: str,
        effective_from: datetime | None,
        reason: str,
        *,
        key: str | None = None,
    ) -> Told:
        """Manage an item another way, such as filing instead of approval."""
        at = effective_from or facts.occurred_at
        item = self._known(item_code)
        new = item.change_mode(_about(facts, item), before, after, at, reason)
        return self._told(item, new)

    @command
    def forward_up(
        self,
        facts: Facts,
        item_code: str,
        to_unit: str,
        to_level: int,
        effective_from: datetime | None,
        reason: str,
        *,
        key: str | None = None,
    ) -> Told:
        """Leave an item to a higher level, but for preliminary review."""
        at = effective_from or facts.occurred_at
        item = self._known(item_code)
        new = item.forward_up(_about(facts, item), to_unit, to_level, at, reason)
        return self._told(item, new)

    @command
    def delegate_down(
        self,
        facts: Facts,
        item_code: str,
        from_level: int,
        effective_from: datetime | None,
        source_document: str,
        *,
        key: str | None = None,
    ) -> Told:
        """Take over an item that a higher level hands down."""
        at = effective_from or facts.occurred_at
        item = self._known(item_code)
        about = _about(facts, item)
        new = item.delegate_down(about, from_level, at, source_document)
        return self._told(item, new)

    def _item(self, item_code: str) -> Item | None:
        return self.find(Item, stream_id("item", item_code))

    def _prefetch(self, codes: Sequence[str]) -> None:
        self.prefetch(Item, [stream_id("item", code) for code in codes])

    def _known(self, item_code: str, field: str = "item_code") -> Item:
        """Give an item with a published version.

        Raises:
            CatalogRuleError: `unknown_item`.
        """
        item = self._item(item_code)
        if item is None or item.newest is None:
            raise CatalogRuleError(
                "unknown_item",
                "没有该事项或尚未公布，请核对编码或先公布。 "
                "There is no such published item; correct the code, or publish it first.",
                field,
            )
        return item


def _about(facts: Facts, item: Item) -> Facts:
    """Give the facts of an event of this item: its code, its department."""
    said = item.newest or (item.draft.said if item.draft else None)
    department = said.department if said else facts.department
    return replace(facts, subject=item.item_code, department=department)
