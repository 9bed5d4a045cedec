"""What intake knows of the catalog: its copy of items and calendars."""

from __future__ import annotations

from collections.abc import Callable, Collection

from services.chassis import reference
from services.chassis.eventlog.database import Database
from services.intake.domain import ItemVersion, Known, ListedItem, Status, StatusKind


def catalog_of(database: Database) -> Callable[[Collection[str]], Known]:
    """Give the look-up of the copy of the catalog: what is known of items, and the calendar."""
    copy = reference.Reference(database)

    def look_up(codes: Collection[str]) -> Known:
        found, dated = copy.ask(codes)
        items = {code: _listed(known) for code, known in found.items()}
        return Known(items, dated.calendar, dated.editions)

    return look_up


def _listed(known: reference.Known) -> ListedItem:
    return ListedItem(
        [
            ItemVersion(
                item_code=one.item_code,
                item_version=one.item_version,
                name=one.name,
                case_type=one.case_type,
                department=one.department,
                department_name=one.department_name,
                promised=one.promised,
                effective_from=one.effective_from,
                statutory=one.statutory,
                listed=bool(one.lists),
            )
            for one in known.versions
        ],
        [
            Status(StatusKind(one.kind), one.since, one.until, one.successors)
            for one in known.statuses
        ],
    )
