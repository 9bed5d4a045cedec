"""What intake knows of the catalog: its copy of items and calendars."""

from __future__ import annotations

from collections.abc import Collection

from services.chassis import reference
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.intake.domain import ItemVersion, Known, ListedItem, Status, StatusKind


class Catalog:
    """The look-up of the copy of the catalog: what is known of items, and the calendar."""

    def __init__(self, database: Database) -> None:
        self._copy = reference.Reference(database)
        self._read: dict[str, tuple[reference.Known, ListedItem]] = {}

    def __call__(self, codes: Collection[str]) -> Known:
        """Ask the copy."""
        found, dated = self._copy.ask(codes)
        items = {code: _listed(known) for code, known in found.items()}
        return Known(items, dated.calendar, dated.editions)

    def believed(self, codes: Collection[str], uow: UnitOfWork) -> Known:
        """Give the same from memory; the unit of work checks that it holds (`Reference`)."""
        found, dated = self._copy.believed(codes, uow)
        items = {code: self._of(code, known) for code, known in found.items()}
        return Known(items, dated.calendar, dated.editions)

    def _of(self, code: str, known: reference.Known) -> ListedItem:
        kept = self._read.get(code)
        if kept is None or kept[0] is not known:
            kept = self._read[code] = (known, _listed(known))
        return kept[1]


catalog_of = Catalog


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
