"""What approval keeps of the catalog beside the common copy, delegations; and its schemes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import msgspec

from services.approval.domain import Delegation, Scheme, SchemeMember
from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Statement, Update

DELEGATION = ("delegation", "department", "staff", "since", "until", "ended_on", "items")


class DelegationGiven(msgspec.Struct, frozen=True):
    """A chief representative may decide (首席代表授权)."""

    delegation: str
    department: str
    staff: str
    since: date
    until: date | None = None
    items: list[str] | None = None


class DelegationEnded(msgspec.Struct, frozen=True):
    """From this day on no more."""

    delegation: str
    on: date


READS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "catalog.chief-representative-assigned.v1": DelegationGiven,
    "catalog.delegation-ended.v1": DelegationEnded,
}


def project(event: Event) -> Iterable[Change]:
    """Give what an event of catalog changes in the delegations."""
    match event.type:
        case "catalog.chief-representative-assigned.v1":
            given = event.read(DelegationGiven)
            yield Statement(
                "INSERT INTO delegation (delegation, department, staff, since, until, items)"
                " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (delegation) DO UPDATE SET"
                " department = excluded.department, staff = excluded.staff, since = excluded.since,"
                " until = excluded.until, items = excluded.items",
                msgspec.structs.astuple(given),
            )
        case "catalog.delegation-ended.v1":
            ended = event.read(DelegationEnded)
            yield Update("delegation", {"delegation": ended.delegation}, {"ended_on": ended.on})


def delegation_for(
    database: Database, department: str, staff: str, item_code: str, day: date
) -> Delegation:
    """Say whether a department names chief representatives, and by what this account is one."""
    rows = database.read(
        "SELECT delegation, staff = %(staff)s AND since <= %(day)s"
        " AND (until IS NULL OR %(day)s <= until) AND (ended_on IS NULL OR %(day)s < ended_on)"
        " AND (items IS NULL OR %(item)s = ANY(items))"
        " FROM delegation WHERE department = %(department)s ORDER BY 2 DESC, 1 LIMIT 1",
        {"department": department, "staff": staff, "item": item_code, "day": day},
    )
    return Delegation(bool(rows), rows[0][0] if rows and rows[0][1] else None)


def scheme_of(database: Database, scheme: str, version: int) -> Scheme | None:
    """Give a version of a scheme; None when it has not arrived."""
    rows = database.read(
        "SELECT kind, lead, joint_limit_days, joint_extension_days, members::text FROM ref_scheme"
        " WHERE scheme = %s AND scheme_version = %s",
        (scheme, version),
    )
    if not rows:
        return None
    kind, lead, joint, more, members = rows[0]
    told = msgspec.json.decode(members, type=list[SchemeMember])
    return Scheme(scheme, version, kind, lead, joint, more, told)
