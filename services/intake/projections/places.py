"""What villages, townships and departments are called, as catalog tells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Statement
from services.intake.messages.places import REGISTERED, RegionRegistered


def project(event: Event) -> Iterable[Change]:
    """Give the row of a region; registered again it has a new name."""
    if event.type == REGISTERED:
        said = event.read(RegionRegistered)
        yield Statement(
            "INSERT INTO place_row (region, name) VALUES (%s, %s)"
            " ON CONFLICT (region) DO UPDATE SET name = excluded.name",
            (said.region, said.name),
        )


def names_of(database: Database, regions: Collection[str]) -> Mapping[str, str]:
    """Give the names of these regions; one that catalog has not told of is not there."""
    if not regions:
        return {}
    rows = database.read(
        "SELECT region, name FROM place_row WHERE region = ANY(%s)", (sorted(set(regions)),)
    )
    return {str(region): str(name) for region, name in rows}


def department_names(database: Database, codes: Collection[str]) -> Mapping[str, str]:
    """Give the names of departments, as their newest items call them."""
    if not codes:
        return {}
    rows = database.read(
        "SELECT DISTINCT ON (department) department, department_name FROM ref_item_version"
        " WHERE department = ANY(%s) ORDER BY department, effective_from DESC",
        (sorted(set(codes)),),
    )
    return {str(code): str(name) for code, name in rows if name}
