"""What codes are called: departments, items, regions; by what catalog had said at a position."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert
from services.disclosure.messages.happened import Department, Region

NAMED: Final = ("position", "what", "code", "name")
NEWEST: Final = 2**63 - 1
"""A position behind everything that is here."""


def _department(event: Event) -> Iterable[Change]:
    said = event.read(Department)
    return (Insert("named", (event.position, "department", said.department, said.name)),)


def _region(event: Event) -> Iterable[Change]:
    said = event.read(Region)
    return (Insert("named", (event.position, "region", said.region, said.name)),)


SHOWN: Final[Mapping[str, Callable[[Event], Iterable[Change]]]] = {
    "catalog.department-registered.v1": _department,
    "catalog.region-registered.v1": _region,
}


@dataclass(frozen=True)
class Names:
    """What codes are called; a code without a name is shown as it is."""

    departments: Mapping[str, str]
    items: Mapping[str, str]
    regions: Mapping[str, str] = field(default_factory=dict)
    """Of the county, its townships and villages, as far as they were registered."""
    types: Collection[str] = ()
    """Types of items there are, as codes."""

    def of(self, by: str) -> Mapping[str, str]:
        """Give the names of what a figure is broken down by; empty where codes are the words."""
        known = {"department": self.departments, "item": self.items, "region": self.regions}
        return known.get(by, {})


def names_at(database: Database, catalog: int) -> Names:
    """Read the newest names at this position of catalog's log."""
    departments = database.read(
        "SELECT DISTINCT ON (department) department, department_name FROM items"
        " WHERE position <= %s ORDER BY department, position DESC",
        (catalog,),
    )
    items = database.read(
        "SELECT DISTINCT ON (item) item, name, item_type FROM items"
        " WHERE position <= %s ORDER BY item, position DESC",
        (catalog,),
    )
    registered = _registered(database, catalog)
    return Names(
        dict(departments) | registered["department"],
        {code: name for code, name, _ in items},
        registered["region"],
        {item_type for _, _, item_type in items},
    )


def region_names(database: Database, catalog: int) -> dict[str, str]:
    """Read the newest names of regions at this position of catalog's log."""
    return _registered(database, catalog)["region"]


def unit_names(database: Database) -> dict[str, str]:
    """Give the newest names of departments and regions, by their codes: what a unit can be."""
    departments = database.read(
        "SELECT DISTINCT ON (department) department, department_name FROM items"
        " ORDER BY department, position DESC"
    )
    registered = _registered(database, NEWEST)
    found = dict(departments) | registered["department"] | registered["region"]
    return {str(code): str(name) for code, name in found.items() if name}


def department_codes(database: Database) -> set[str]:
    """Give the codes of all departments that were registered or have an item."""
    rows = database.read(
        "SELECT department FROM items UNION SELECT code FROM named WHERE what = 'department'"
    )
    return {code for (code,) in rows}


def _registered(database: Database, catalog: int) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {"department": {}, "region": {}}
    rows = database.read(
        "SELECT DISTINCT ON (what, code) what, code, name FROM named"
        " WHERE position <= %s ORDER BY what, code, position DESC",
        (catalog,),
    )
    for what, code, name in rows:
        found[what][code] = name
    return found
