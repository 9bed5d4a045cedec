"""The rules of one item at one instant: version, materials, limits, calendar, and whether it takes
new cases. The answer to `GET /items/<code>/rules?at=` of every service that keeps a copy.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database
from services.chassis.reference.lookups import ItemVersion, Reference
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Clock, Kind
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI


class LimitRule(msgspec.Struct, frozen=True):
    """One limit of the item, and when it would end for a case accepted at the instant asked."""

    value: int
    unit: str
    due_at: datetime
    calendar: str
    """Editions it is counted by, `2026.1+2027.0`; version 0: that year is not published."""
    provisional: bool


class MaterialRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """One paper the version asks for."""

    name: str
    needed: bool = True
    kind: str = ""
    form: str = ""
    originals: int = 0
    copies: int = 0
    source: str = ""
    shared: bool = False
    basis: str = ""
    note: str = ""


class StatusRule(msgspec.Struct, frozen=True):
    """Why the item takes no new cases."""

    kind: str
    since: datetime
    until: datetime | None
    successors: list[str]


class ItemRules(msgspec.Struct, frozen=True):
    """What applies to a case of this item that is accepted at this instant."""

    item_code: str
    at: datetime
    item_version: int
    name: str
    item_type: str
    case_type: str
    department: str
    department_name: str
    lists: list[str]
    effective_from: datetime
    takes_cases: bool
    """On a list, in force, and neither frozen nor ended."""
    promised: LimitRule
    statutory: LimitRule | None
    materials: list[MaterialRule]
    calendar: str
    """Edition of the instant's own year as it was announced by then."""
    status: StatusRule | None = None


class _Listing(msgspec.Struct, frozen=True):
    materials: list[MaterialRule] = []


def rules_of(database: Database, code: str, at: datetime) -> ItemRules:
    """Say which rules apply to an item at an instant, by the calendar announced by then.

    Raises:
        NotFoundError: no version of it was in force then, as far as this service has heard.
    """
    copy = Reference(database)
    known = copy.ask({code})[0].get(code)
    version = known.in_force(at) if known else None
    if known is None or version is None:
        raise NotFoundError("no version of this item was in force then", field="at")
    day = at.astimezone(SHANGHAI).date()
    calendar = copy.calendar_as_of(day)
    status = known.status(at)
    listing = msgspec.json.decode(copy.listing(code, version.item_version) or b"{}", type=_Listing)
    return ItemRules(
        item_code=code,
        at=at,
        item_version=version.item_version,
        name=version.name,
        item_type=version.item_type,
        case_type=version.case_type,
        department=version.department,
        department_name=version.department_name,
        lists=version.lists,
        effective_from=version.effective_from,
        takes_cases=status is None and bool(version.lists),
        promised=_rule(Kind.PROMISED, version.promised, at, calendar),
        statutory=_statutory(version, at, calendar),
        materials=listing.materials,
        calendar=calendar.label(day, day),
        status=StatusRule(status.kind, status.since, status.until, list(status.successors))
        if status
        else None,
    )


def _statutory(version: ItemVersion, at: datetime, calendar: WorkCalendar) -> LimitRule | None:
    limit = version.statutory
    return None if limit is None else _rule(Kind.STATUTORY, limit, at, calendar)


def _rule(kind: Kind, limit: Limit, at: datetime, calendar: WorkCalendar) -> LimitRule:
    due = Clock(kind, limit, at).due(calendar)
    if due is None:
        raise ValueError("a limit that nothing suspends has an end")
    return LimitRule(limit.value, limit.unit.value, due.at, due.calendar, due.provisional)
