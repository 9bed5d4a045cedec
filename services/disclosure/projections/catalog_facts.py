"""What an event of the catalog adds to the facts figures are counted from. Pure; only ever adds.

Every row keeps its place in the catalog's log and the moment it takes effect in the world, so that
a figure can be asked for at any (positions, as_of), whatever came later on either axis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from services.chassis.events import Event
from services.chassis.projection import Change, Insert
from services.disclosure.messages.catalog import (
    BasicItemCancelled,
    BasicItemRegistered,
    CaseTypeChanged,
    ClaimWithdrawn,
    FeeSpecAdjusted,
    ItemCancelled,
    ItemClaimed,
    ItemDelegatedDown,
    ItemFrozen,
    ItemPublished,
    ItemReassignedUpward,
    ItemRevised,
    ItemSplit,
    ItemSuperseded,
    ItemUnfrozen,
    Listing,
    ManagementModeChanged,
    ProcessReengineered,
)

ITEMS: Final = (
    *("position", "item", "item_version", "name", "department", "department_name"),
    *("item_type", "level", "region", "immediate", "resident", "visits"),
    *("statutory", "statutory_unit", "promised", "promised_unit", "materials"),
    *("online_depth", "fully_online", "effective_from"),
)
CHANGES: Final = (
    *("position", "item", "item_version", "fact", "at", "until", "item_type", "programme"),
    *("before", "after", "steps_before", "steps_after", "materials_before", "materials_after"),
)
CLAIMS: Final = (
    *("position", "claim", "version", "at", "catalog_code", "unit", "unit_name", "level"),
    *("region", "item", "online_depth", "fully_online"),
)
WITHDRAWALS: Final = ("position", "claim", "version", "at")
BASICS: Final = ("position", "catalog_code", "version", "fact", "at", "name", "item_type")

_SILENT: Final = Listing()


def _item_published(event: Event) -> Iterable[Change]:
    said = event.read(ItemPublished)
    listing = said.listing or _SILENT
    yield Insert(
        "items",
        (
            event.position,
            said.item_code,
            said.item_version,
            said.name,
            said.department,
            said.department_name or said.department,
            said.item_type,
            listing.level,
            event.body.region,
            said.case_type == "IMMEDIATE",
            listing.resident,
            listing.visits,
            said.statutory_limit_days,
            listing.statutory_unit,
            said.promised_limit_days,
            listing.promised_unit,
            len(listing.materials),
            listing.online_depth,
            listing.fully_online,
            said.effective_from,
        ),
    )


def _change(event: Event, item: str, fact: str, **more: object) -> Iterable[Change]:
    """Give one row of `changes`; without a moment of its own it takes effect as it happens."""
    row = {
        "position": event.position,
        "item": item,
        "fact": fact,
        "at": event.body.occurred_at,
    } | more
    return (Insert("changes", tuple(row.get(name) for name in CHANGES)),)


def _revised(event: Event) -> Iterable[Change]:
    said = event.read(ItemRevised)
    return _change(
        event,
        said.item_code,
        "revised",
        item_version=said.item_version,
        item_type=said.item_type,
        programme=said.programme,
    )


def _case_type_changed(event: Event) -> Iterable[Change]:
    said = event.read(CaseTypeChanged)
    return _change(
        event,
        said.item_code,
        "case_type_changed",
        item_version=said.item_version,
        before=said.before,
        after=said.after,
    )


def _reengineered(event: Event) -> Iterable[Change]:
    said = event.read(ProcessReengineered)
    return _change(
        event,
        said.item_code,
        "reengineered",
        item_version=said.item_version,
        steps_before=said.before.steps,
        steps_after=said.after.steps,
        materials_before=said.before.materials,
        materials_after=said.after.materials,
    )


def _fee_adjusted(event: Event) -> Iterable[Change]:
    said = event.read(FeeSpecAdjusted)
    return _change(
        event,
        said.item_code,
        "fee_adjusted",
        item_version=said.item_version,
        before=said.before,
        after=said.after,
    )


def _split(event: Event) -> Iterable[Change]:
    said = event.read(ItemSplit)
    return _change(event, said.item_code, "split", at=said.effective_from)


def _superseded(event: Event) -> Iterable[Change]:
    said = event.read(ItemSuperseded)
    return _change(
        event,
        said.item_code,
        "superseded",
        at=said.effective_from,
        item_type=said.item_type,
        programme=said.programme,
        after=said.by,
    )


def _cancelled(event: Event) -> Iterable[Change]:
    said = event.read(ItemCancelled)
    return _change(
        event, said.item_code, "cancelled", at=said.effective_from, item_type=said.item_type
    )


def _frozen(event: Event) -> Iterable[Change]:
    said = event.read(ItemFrozen)
    return _change(event, said.item_code, "frozen", at=said.effective_from, until=said.until)


def _unfrozen(event: Event) -> Iterable[Change]:
    said = event.read(ItemUnfrozen)
    return _change(event, said.item_code, "unfrozen", at=said.effective_from)


def _mode_changed(event: Event) -> Iterable[Change]:
    said = event.read(ManagementModeChanged)
    return _change(
        event,
        said.item_code,
        "mode_changed",
        at=said.effective_from,
        before=said.before,
        after=said.after,
    )


def _forwarded_up(event: Event) -> Iterable[Change]:
    said = event.read(ItemReassignedUpward)
    return _change(
        event, said.item_code, "forwarded_up", at=said.effective_from, after=said.to_unit
    )


def _delegated_down(event: Event) -> Iterable[Change]:
    said = event.read(ItemDelegatedDown)
    return _change(
        event,
        said.item_code,
        "delegated_down",
        at=said.effective_from,
        before=str(said.from_level),
    )


def _claimed(event: Event) -> Iterable[Change]:
    said = event.read(ItemClaimed)
    yield Insert(
        "claims",
        (
            event.position,
            event.stream,
            event.version,
            event.body.occurred_at,
            said.catalog_code,
            said.unit,
            said.unit_name,
            said.level,
            event.body.region,
            said.item_code,
            said.online_depth,
            said.fully_online,
        ),
    )


def _withdrawn(event: Event) -> Iterable[Change]:
    event.read(ClaimWithdrawn)
    yield Insert(
        "withdrawals", (event.position, event.stream, event.version, event.body.occurred_at)
    )


def _basic(event: Event, fact: str, code: str, at: datetime, *said: str | None) -> Iterable[Change]:
    return (Insert("basics", (event.position, code, event.version, fact, at, *said)),)


def _registered(event: Event) -> Iterable[Change]:
    said = event.read(BasicItemRegistered)
    return _basic(
        event, "registered", said.catalog_code, said.effective_from, said.name, said.item_type
    )


def _basic_cancelled(event: Event) -> Iterable[Change]:
    said = event.read(BasicItemCancelled)
    return _basic(event, "cancelled", said.catalog_code, said.effective_from, None, None)


SHOWN: Final[Mapping[str, Callable[[Event], Iterable[Change]]]] = {
    "catalog.basic-item-cancelled.v1": _basic_cancelled,
    "catalog.basic-item-registered.v1": _registered,
    "catalog.case-type-changed.v1": _case_type_changed,
    "catalog.claim-withdrawn.v1": _withdrawn,
    "catalog.fee-spec-adjusted.v1": _fee_adjusted,
    "catalog.item-cancelled.v1": _cancelled,
    "catalog.item-claimed.v1": _claimed,
    "catalog.item-delegated-down.v1": _delegated_down,
    "catalog.item-frozen.v1": _frozen,
    "catalog.item-published.v1": _item_published,
    "catalog.item-reassigned-upward.v1": _forwarded_up,
    "catalog.item-revised.v1": _revised,
    "catalog.item-split.v1": _split,
    "catalog.item-superseded.v1": _superseded,
    "catalog.item-unfrozen.v1": _unfrozen,
    "catalog.management-mode-changed.v1": _mode_changed,
    "catalog.process-reengineered.v1": _reengineered,
}
