"""Rows of items, basic items and claims. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from services.catalog.projections.folding import fold
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement

TABLES: Mapping[str, tuple[str, ...]] = {
    "item_version": (
        "item_code",
        "item_version",
        "name",
        "item_type",
        "case_type",
        "department",
        "department_name",
        "statutory_limit_days",
        "promised_limit_days",
        "lists",
        "effective_from",
        "published_at",
        "retroactive",
        "origin",
        "source_document",
        "listing",
    ),
    "item_act": ("item_code", "seq", "act", "effective_from", "until", "ends", "said"),
    "lineage": ("item_code", "other", "act", "effective_from"),
    "guide": (
        "item_code",
        "item_version",
        "seq",
        "published_at",
        "materials",
        "criteria",
        "steps",
        "flow",
    ),
    "draft": ("item_code", "seq", "item_version", "draft", "reason", "author", "drafted_at"),
    "review": (
        "item_code",
        "seq",
        "item_version",
        "office",
        "passed",
        "comments",
        "reviewer",
        "reviewed_at",
    ),
    "basic_item": (
        "catalog_code",
        "name",
        "folded",
        "item_type",
        "levels",
        "basis",
        "effective_from",
        "cancelled_from",
        "cancel_reason",
        "as_published",
    ),
    "claim": (
        "unit",
        "catalog_code",
        "seq",
        "unit_name",
        "level",
        "batch_no",
        "item_code",
        "online_depth",
        "fully_online",
        "claimed_at",
    ),
    "entry": (
        "since",
        "until",
        "published_at",
        "version",
        "level",
        "claim",
        "resident",
        "item_type",
        "case_type",
        "code",
        "unit",
        "catalog_code",
        "folded",
        "lists",
        "audience",
        "topics",
    ),
}
ENDING = frozenset({"cancelled", "superseded", "split"})
"""Acts after which an item takes no new cases, for good."""


class _Listed(msgspec.Struct, frozen=True):
    """What a search needs of a listing."""

    catalog_code: str | None = None
    level: int | None = None
    resident: bool | None = None
    audience: list[int] = []
    topics_people: list[str] = []
    topics_business: list[str] = []


class _Published(msgspec.Struct, frozen=True):
    item_code: str
    item_version: int
    name: str
    item_type: str
    case_type: str
    department: str
    department_name: str
    statutory_limit_days: int
    promised_limit_days: int
    lists: list[str]
    effective_from: datetime
    published_at: datetime
    retroactive: bool
    origin: str | None = None
    source_document: str | None = None
    listing: msgspec.Raw = msgspec.Raw(b"null")


_NOTHING_LISTED = _Listed()


def _published(event: Event) -> Iterable[Change]:
    said = event.read(_Published)
    listing = bytes(said.listing).decode()
    listed = (
        _NOTHING_LISTED if listing == "null" else msgspec.json.decode(said.listing, type=_Listed)
    )
    lists = ",".join(said.lists)
    if event.version > 1:
        yield Statement(
            "UPDATE entry SET until = %s WHERE code = %s AND until IS NULL AND NOT claim",
            (said.effective_from, said.item_code),
        )
    yield Insert(
        "item_version",
        (
            said.item_code,
            said.item_version,
            said.name,
            said.item_type,
            said.case_type,
            said.department,
            said.department_name,
            said.statutory_limit_days,
            said.promised_limit_days,
            lists,
            said.effective_from,
            said.published_at,
            said.retroactive,
            said.origin,
            said.source_document,
            None if listing == "null" else listing,
        ),
    )
    yield Insert(
        "entry",
        (
            said.effective_from,
            None,
            said.published_at,
            said.item_version,
            listed.level or 0,
            False,
            bool(listed.resident),
            said.item_type,
            said.case_type,
            said.item_code,
            said.department,
            listed.catalog_code or "",
            fold(said.name),
            lists,
            listed.audience,
            [*listed.topics_people, *listed.topics_business],
        ),
    )


class _Act(msgspec.Struct, frozen=True):
    item_code: str
    effective_from: datetime | None = None
    until: datetime | None = None
    merged: list[str] = []
    into: list[str] = []


def _act(name: str) -> Callable[[Event], Iterable[Change]]:
    def feed(event: Event) -> Iterable[Change]:
        said = event.read(_Act)
        at = said.effective_from or event.body.occurred_at
        yield Insert(
            "item_act",
            (
                said.item_code,
                event.version,
                name,
                at,
                said.until,
                name in ENDING,
                bytes(event.body.data).decode(),
            ),
        )
        for merged in said.merged:
            yield Insert("lineage", (merged, said.item_code, "merged", at))
        for part in said.into:
            yield Insert("lineage", (said.item_code, part, "split", at))

    return feed


class _Guide(msgspec.Struct, frozen=True):
    materials: str
    criteria: str
    steps: str
    flow: str


class _GuidePublished(msgspec.Struct, frozen=True):
    item_code: str
    item_version: int
    guide: _Guide


def _guide(event: Event) -> Iterable[Change]:
    said = event.read(_GuidePublished)
    parts = msgspec.structs.astuple(said.guide)
    at = event.body.occurred_at
    yield Insert("guide", (said.item_code, said.item_version, event.version, at, *parts))


class _Drafted(msgspec.Struct, frozen=True):
    item_code: str
    item_version: int
    draft: msgspec.Raw
    reason: str | None = None


def _drafted(event: Event) -> Iterable[Change]:
    said, body = event.read(_Drafted), event.body
    yield Insert(
        "draft",
        (
            said.item_code,
            event.version,
            said.item_version,
            bytes(said.draft).decode(),
            said.reason or "",
            body.actor.id,
            body.occurred_at,
        ),
    )


class _Reviewed(msgspec.Struct, frozen=True):
    item_code: str
    item_version: int
    office: str
    passed: bool
    comments: str


def _reviewed(event: Event) -> Iterable[Change]:
    said, body = event.read(_Reviewed), event.body
    yield Insert(
        "review",
        (
            said.item_code,
            event.version,
            said.item_version,
            said.office,
            said.passed,
            said.comments,
            body.actor.id,
            body.occurred_at,
        ),
    )


class _Basic(msgspec.Struct, frozen=True):
    catalog_code: str
    name: str
    item_type: str
    levels: list[int]
    basis: str
    effective_from: datetime
    as_published: msgspec.Raw = msgspec.Raw(b"null")


def _basic(event: Event) -> Iterable[Change]:
    said = event.read(_Basic)
    published = bytes(said.as_published).decode()
    if event.version > 1:
        yield Statement("DELETE FROM basic_item WHERE catalog_code = %s", (said.catalog_code,))
    yield Insert(
        "basic_item",
        (
            said.catalog_code,
            said.name,
            fold(said.name),
            said.item_type,
            said.levels,
            said.basis,
            said.effective_from,
            None,
            None,
            None if published == "null" else published,
        ),
    )


class _BasicCancelled(msgspec.Struct, frozen=True):
    catalog_code: str
    reason: str
    effective_from: datetime


def _basic_cancelled(event: Event) -> Iterable[Change]:
    said = event.read(_BasicCancelled)
    yield Statement(
        "UPDATE basic_item SET cancelled_from = %s, cancel_reason = %s WHERE catalog_code = %s",
        (said.effective_from, said.reason, said.catalog_code),
    )


class _Claimed(msgspec.Struct, frozen=True):
    catalog_code: str
    unit: str
    unit_name: str
    level: int
    batch_no: int
    item_code: str | None = None
    online_depth: int | None = None
    fully_online: bool | None = None


def _claimed(event: Event) -> Iterable[Change]:
    said, at = event.read(_Claimed), event.body.occurred_at
    if event.version > 1:
        yield _unclaim(said.unit, said.catalog_code, at)
    yield Insert(
        "claim",
        (
            said.unit,
            said.catalog_code,
            event.version,
            said.unit_name,
            said.level,
            said.batch_no,
            said.item_code,
            said.online_depth,
            said.fully_online,
            at,
        ),
    )
    yield Insert(
        "entry",
        (
            at,
            None,
            at,
            event.version,
            said.level,
            True,
            False,
            said.catalog_code[2:4],
            "",
            f"{said.unit}/{said.catalog_code}",
            said.unit,
            said.catalog_code,
            "",
            "",
            [],
            [],
        ),
    )


class _Withdrawn(msgspec.Struct, frozen=True):
    catalog_code: str
    unit: str


def _withdrawn(event: Event) -> Iterable[Change]:
    said = event.read(_Withdrawn)
    yield _unclaim(said.unit, said.catalog_code, event.body.occurred_at)


def _unclaim(unit: str, catalog_code: str, at: datetime) -> Statement:
    return Statement(
        "UPDATE entry SET until = %s WHERE code = %s AND until IS NULL AND claim",
        (at, f"{unit}/{catalog_code}"),
    )


FEEDS: Mapping[str, Callable[[Event], Iterable[Change]]] = {
    "item-published": _published,
    "service-guide-published": _guide,
    "implementation-drafted": _drafted,
    "implementation-reviewed": _reviewed,
    "basic-item-registered": _basic,
    "basic-item-cancelled": _basic_cancelled,
    "item-claimed": _claimed,
    "claim-withdrawn": _withdrawn,
    "item-revised": _act("revised"),
    "case-type-changed": _act("case_type_changed"),
    "process-reengineered": _act("reengineered"),
    "fee-spec-adjusted": _act("fee_adjusted"),
    "items-merged": _act("merged"),
    "item-split": _act("split"),
    "item-split-off": _act("split_off"),
    "item-superseded": _act("superseded"),
    "item-cancelled": _act("cancelled"),
    "item-frozen": _act("frozen"),
    "item-unfrozen": _act("unfrozen"),
    "management-mode-changed": _act("mode_changed"),
    "item-reassigned-upward": _act("reassigned_upward"),
    "item-delegated-down": _act("delegated_down"),
}
