"""The organisation, the schemes and the calendars as they are read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import msgspec

from services.chassis.eventlog.database import Database


class Department(msgspec.Struct, frozen=True):
    """A department in its newest form."""

    department: str
    name: str
    level: int
    region: str
    resident: bool
    since: date
    until: date | None
    uscc: str | None
    budget_unit: bool | None
    network_connected: bool | None


class Window(msgspec.Struct, frozen=True):
    """A window in its newest form."""

    window: str
    label: str
    kind: str
    department: str | None
    since: date
    hours: str
    closed_on: date | None


class Region(msgspec.Struct, frozen=True):
    """A region of the county's tree."""

    region: str
    name: str
    level: int
    parent: str | None
    claims: int
    """Claims that hold now, of the region itself."""


class Member(msgspec.Struct, frozen=True):
    """One item of a scheme, with its name."""

    item_code: str
    department: str
    needs: list[str] = []
    waivable: bool = False


class Scheme(msgspec.Struct, frozen=True):
    """One version of a parallel-approval scheme."""

    scheme: str
    scheme_version: int
    label: str
    kind: str
    lead: str
    members: list[Member]
    joint_limit_days: int
    joint_extension_days: int
    effective_from: datetime
    cycles: list[list[str]]
    names: dict[str, str]
    """Name of each member, by code."""


class Day(msgspec.Struct, frozen=True):
    """A day that is not what its weekday says."""

    day: date
    label: str


class CalendarYear(msgspec.Struct, frozen=True):
    """One version of a year's arrangement."""

    year: int
    calendar_version: int
    document: str
    announced_on: date
    days_off: list[Day]
    work_days: list[Day]
    changed: list[date]


def list_departments(database: Database) -> list[Department]:
    """List every department by code."""
    rows = database.read(
        "SELECT department, name, level, region, resident, since, until, uscc, budget_unit,"
        " network_connected FROM department ORDER BY level, department"
    )
    return [Department(*row) for row in rows]


def list_windows(database: Database, department: str = "") -> list[Window]:
    """List every window by number, those of a department when one is named."""
    rows = database.read(
        "SELECT service_window, label, kind, department, since, hours, closed_on"
        " FROM service_window WHERE %(department)s = '' OR department = %(department)s"
        " ORDER BY service_window",
        {"department": department},
    )
    return [Window(*row) for row in rows]


def list_regions(database: Database, parent: str = "") -> list[Region]:
    """List the regions by code, those directly below `parent` when one is named."""
    rows = database.read(
        "SELECT r.region, r.name, r.level, r.parent, (SELECT count(*) FROM entry AS e"
        " WHERE e.claim AND e.unit = r.region AND e.until IS NULL) FROM region AS r"
        " WHERE %(parent)s = '' OR r.parent = %(parent)s ORDER BY r.region",
        {"parent": parent},
    )
    return [Region(*row) for row in rows]


_SCHEMES: Final = """
SELECT s.scheme, s.scheme_version, s.label, s.kind, s.lead, s.members, s.joint_limit_days,
       s.joint_extension_days, s.effective_from, s.cycles,
       (SELECT coalesce(jsonb_object_agg(n.item_code, n.name), '{}') FROM (
            SELECT DISTINCT ON (v.item_code) v.item_code, v.name FROM item_version AS v
            WHERE v.item_code IN (SELECT m ->> 'item_code' FROM jsonb_array_elements(s.members) m)
            ORDER BY v.item_code, v.item_version DESC) AS n)
FROM scheme AS s ORDER BY s.scheme, s.scheme_version DESC
"""


def list_schemes(database: Database) -> list[Scheme]:
    """List every version of every scheme, the newest of each first."""
    found = []
    for row in database.read(_SCHEMES):
        values = dict(zip(Scheme.__struct_fields__, row, strict=True))
        found.append(msgspec.convert(values, Scheme))
    return found


def calendar_versions(database: Database, year: int | None = None) -> list[CalendarYear]:
    """List the versions of a year's calendar, or of every year, the newest first."""
    rows = database.read(
        "SELECT year, calendar_version, document, announced_on, days_off, work_days, changed"
        " FROM calendar WHERE %(year)s::int IS NULL OR year = %(year)s"
        " ORDER BY year DESC, calendar_version DESC",
        {"year": year},
    )
    names = CalendarYear.__struct_fields__
    return [
        msgspec.convert(dict(zip(names, row, strict=True)), CalendarYear, strict=False)
        for row in rows
    ]


def known_on(versions: list[CalendarYear], day: date | None) -> CalendarYear | None:
    """Give the version that was known on a day (the newest without one), None before the first."""
    return next((v for v in versions if day is None or v.announced_on <= day), None)
