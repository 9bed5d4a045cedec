"""Reads the catalog for programs: items, claims, the search."""

from __future__ import annotations

from typing import Any

import msgspec

from services.catalog.pages.differences import Difference, differences
from services.catalog.projections import items
from services.catalog.projections.folding import fold
from services.catalog.projections.items import BasicItem, Claim, ItemVersion, Lineage
from services.catalog.projections.search import Asked, Found, Hit, Key, search
from services.catalog.service.asking import (
    BasicItemsQuery,
    ClaimsQuery,
    CompareQuery,
    ItemsQuery,
    MomentQuery,
    SearchQuery,
    moment,
)
from services.catalog.service.item_pages import ItemPages
from services.catalog.service.reading_house import ReadingHouse
from services.catalog.service.room import own
from services.chassis.errors import NotFoundError
from services.chassis.web import Call, Page, route
from services.chassis.web.histories import page_reply, wants_page
from services.chassis.web.paging import page_of, read_cursor, write_cursor


class Comparison(msgspec.Struct, frozen=True):
    """Two versions of an item: every field that differs, each line of it as text."""

    item_code: str
    a: int
    b: int
    changes: list[Difference]
    same: int
    """Fields that say the same."""


class SearchPage(Page[Hit], frozen=True):
    """One page of hits."""

    total: int = 0


class Reading(ReadingHouse, ItemPages):
    """Routes that read."""

    @route(
        "GET",
        "/items",
        query=ItemsQuery,
        response=SearchPage,
        public=True,
        after=True,
        summary="List items as they are at a moment",
    )
    def list_items(self, call: Call[None, ItemsQuery]) -> SearchPage:
        """The best hits of `q` first; without it by code. `code` is the item's code."""
        call.wait_until_fresh(own)
        return self._found(call.query.asked(self.clock.now()), call.query)

    @route(
        "GET",
        "/search",
        query=SearchQuery,
        response=SearchPage,
        public=True,
        after=True,
        summary="Search items and claims",
    )
    def search(self, call: Call[None, SearchQuery]) -> SearchPage:
        """Exact names first, then names that begin so, then the rest; items before claims."""
        call.wait_until_fresh(own)
        query = call.query
        asked = query.asked(self.clock.now(), query.kind)
        return self._found(msgspec.structs.replace(asked, unit=query.unit), query)

    @route(
        "GET",
        "/items/<code>",
        query=MomentQuery,
        response=list[ItemVersion],
        public=True,
        after=True,
        summary="All versions of an item, newest first; a page for a browser",
    )
    def get_item(self, call: Call[None, MomentQuery]) -> Any:
        """Each version says its range and its status at the moment asked about."""
        call.wait_until_fresh(own)
        if wants_page(call):
            return self.item_page(call, call.query.as_of)
        return self._state(call).versions

    @route(
        "GET",
        "/items/<code>/versions/<int:version>",
        query=MomentQuery,
        response=ItemVersion,
        public=True,
        after=True,
        summary="One version of an item; a page for a browser",
    )
    def get_version(self, call: Call[None, MomentQuery]) -> Any:
        call.wait_until_fresh(own)
        wanted = int(call.path["version"])
        if wants_page(call):
            return self.item_page(call, call.query.as_of, wanted)
        for version in self._state(call).versions:
            if version.item_version == wanted:
                return version
        raise NotFoundError("the item has no such version")

    @route(
        "GET",
        "/items/<code>/lineage",
        response=Lineage,
        public=True,
        after=True,
        summary="Where an item came from, what became of it, and what happened to it",
    )
    def get_lineage(self, call: Call) -> Lineage:
        call.wait_until_fresh(own)
        items.item_at(self.catalog.database, call.path["code"], self.clock.now())
        return items.lineage_of(self.catalog.database, call.path["code"])

    @route(
        "GET",
        "/items/<code>/compare",
        query=CompareQuery,
        response=Comparison,
        public=True,
        after=True,
        summary="Two versions of an item field by field; a page for a browser",
    )
    def compare(self, call: Call[None, CompareQuery]) -> Any:
        call.wait_until_fresh(own)
        state = items.item_at(self.catalog.database, call.path["code"], self.clock.now())
        by_number = {version.item_version: version for version in state.versions}
        numbers = sorted(by_number)
        b = call.query.b or numbers[-1]
        a = call.query.a or max([n for n in numbers if n < b], default=b)
        if a not in by_number or b not in by_number:
            raise NotFoundError("the item has no such version")
        if wants_page(call):
            return page_reply(self.compare_page(call, state, a, b))
        found = differences(by_number[a], by_number[b])
        changed = [difference for difference in found if difference.changed]
        return Comparison(call.path["code"], a, b, changed, len(found) - len(changed))

    @route(
        "GET",
        "/basic-items",
        query=BasicItemsQuery,
        response=Page[BasicItem],
        public=True,
        after=True,
        summary="The basic directory, by code",
    )
    def list_basic_items(self, call: Call[None, BasicItemsQuery]) -> Page[BasicItem]:
        call.wait_until_fresh(own)
        query = call.query
        after = read_cursor(query.cursor, tuple[str]) or ("",)
        rows = items.list_basic_items(
            self.catalog.database,
            moment(query.as_of, self.clock.now()),
            words=[folded for word in query.q.split() if (folded := fold(word))],
            item_type=query.item_type,
            level=query.level,
            after=after[0],
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.catalog_code,))

    @route(
        "GET",
        "/claims",
        query=ClaimsQuery,
        response=Page[Claim],
        public=True,
        after=True,
        summary="Claims that hold at a moment, by unit and code",
    )
    def list_claims(self, call: Call[None, ClaimsQuery]) -> Page[Claim]:
        call.wait_until_fresh(own)
        query = call.query
        rows = items.list_claims(
            self.catalog.database,
            moment(query.as_of, self.clock.now()),
            unit=query.unit,
            level=query.level,
            catalog_code=query.catalog_code,
            batch_no=query.batch_no,
            after=read_cursor(query.cursor, tuple[str, str]) or ("", ""),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.unit, row.catalog_code))

    def _state(self, call: Call[None, MomentQuery]) -> items.ItemState:
        at = moment(call.query.as_of, self.clock.now())
        return items.item_at(self.catalog.database, call.path["code"], at)

    def _found(self, asked: Asked, query: ItemsQuery) -> SearchPage:
        after = read_cursor(query.cursor, Key)
        found: Found = search(self.catalog.database, asked, after, query.limit + 1)
        hits = [hit for _, hit in found.hits[: query.limit]]
        more = len(found.hits) > query.limit
        last = found.hits[query.limit - 1][0] if more else None
        cursor = write_cursor(*msgspec.structs.astuple(last)) if last else ""
        return SearchPage(hits, cursor, found.total)
