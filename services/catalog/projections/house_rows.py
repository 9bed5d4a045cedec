"""Rows of the organisation, the schemes and the calendars. Pure.

There are hundreds of them, and each may be registered again: what came first is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import TypeVar

import msgspec

from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement

T = TypeVar("T")
Feed = Callable[[Event], Iterable[Change]]


class _Region(msgspec.Struct, frozen=True):
    region: str
    name: str
    level: int
    parent: str | None = None


class _Department(msgspec.Struct, frozen=True):
    department: str
    name: str
    level: int
    region: str
    resident: bool
    since: date
    until: date | None = None
    uscc: str | None = None
    budget_unit: bool | None = None
    network_connected: bool | None = None


class _Hours(msgspec.Struct, frozen=True):
    begins: time
    ends: time


class _Window(msgspec.Struct, frozen=True):
    window: str
    label: str
    kind: str
    since: date
    hours: list[_Hours]
    department: str | None = None


class _Staff(msgspec.Struct, frozen=True):
    staff: str
    unit: str
    roles: list[str]
    since: date
    window: str | None = None


class _Delegation(msgspec.Struct, frozen=True):
    delegation: str
    department: str
    staff: str
    since: date
    document: str
    until: date | None = None
    items: list[str] | None = None


class _Seal(msgspec.Struct, frozen=True):
    seal: str
    department: str
    custodian: str
    since: date


class _Scheme(msgspec.Struct, frozen=True):
    scheme: str
    scheme_version: int
    label: str
    kind: str
    lead: str
    members: msgspec.Raw
    joint_limit_days: int
    joint_extension_days: int
    effective_from: datetime
    cycles: msgspec.Raw = msgspec.Raw(b"[]")


class _Calendar(msgspec.Struct, frozen=True):
    year: int
    calendar_version: int
    document: str
    announced_on: date
    days_off: msgspec.Raw
    work_days: msgspec.Raw
    changed: msgspec.Raw = msgspec.Raw(b"[]")


TABLES: Mapping[str, tuple[str, ...]] = {
    "region": _Region.__struct_fields__,
    "department": (
        "department",
        "name",
        "level",
        "region",
        "resident",
        "since",
        "until",
        "uscc",
        "budget_unit",
        "network_connected",
    ),
    "service_window": (
        "service_window",
        "label",
        "kind",
        "department",
        "since",
        "hours",
        "closed_on",
        "close_reason",
    ),
    "staff": ("staff", "unit", "roles", "service_window", "since", "left_on"),
    "delegation": (
        "delegation",
        "department",
        "staff",
        "since",
        "until",
        "document",
        "items",
        "ended_on",
        "end_reason",
    ),
    "seal": ("seal", "department", "custodian", "since", "suspended_on", "suspend_reason"),
    "scheme": _Scheme.__struct_fields__,
    "calendar": _Calendar.__struct_fields__,
}


def _feed(
    table: str, shape: type[T], row: Callable[[T], Iterable[object]], *, again: bool = True
) -> Feed:
    """Make a feed that inserts the row of an event; `again`: in place of the one there was."""
    key = TABLES[table][0]
    forget = f"DELETE FROM {table} WHERE {key} = %s"  # noqa: S608 - our own names

    def feed(event: Event) -> Iterable[Change]:
        values = tuple(row(event.read(shape)))
        if again and event.version > 1:
            yield Statement(forget, (values[0],))
        yield Insert(table, values)

    return feed


def _window(said: _Window) -> tuple[object, ...]:
    hours = ",".join(f"{h.begins:%H:%M}-{h.ends:%H:%M}" for h in said.hours)
    return (said.window, said.label, said.kind, said.department, said.since, hours, None, None)


def _staff(said: _Staff) -> tuple[object, ...]:
    return (said.staff, said.unit, said.roles, said.window, said.since, None)


def _delegation(said: _Delegation) -> tuple[object, ...]:
    return (
        said.delegation,
        said.department,
        said.staff,
        said.since,
        said.until,
        said.document,
        said.items,
        None,
        None,
    )


def _seal(said: _Seal) -> tuple[object, ...]:
    return (said.seal, said.department, said.custodian, said.since, None, None)


def _department(said: _Department) -> tuple[object, ...]:
    return tuple(getattr(said, name) for name in TABLES["department"])


def _region(said: _Region) -> tuple[object, ...]:
    return msgspec.structs.astuple(said)


def _texts(said: _Scheme | _Calendar) -> tuple[object, ...]:
    """Give the fields in order, what is JSON as it stands."""
    return tuple(
        bytes(value).decode() if isinstance(value, msgspec.Raw) else value
        for value in msgspec.structs.astuple(said)
    )


class _Ended(msgspec.Struct, frozen=True):
    """The end of a window, a seal, a delegation or an assignment."""

    on: date
    window: str = ""
    staff: str = ""
    seal: str = ""
    delegation: str = ""
    reason: str | None = None


def _window_closed(event: Event) -> Iterable[Change]:
    said = event.read(_Ended)
    yield Statement(
        "UPDATE service_window SET closed_on = %s, close_reason = %s WHERE service_window = %s",
        (said.on, said.reason, said.window),
    )


def _staff_left(event: Event) -> Iterable[Change]:
    said = event.read(_Ended)
    yield Statement("UPDATE staff SET left_on = %s WHERE staff = %s", (said.on, said.staff))


def _delegation_ended(event: Event) -> Iterable[Change]:
    said = event.read(_Ended)
    yield Statement(
        "UPDATE delegation SET ended_on = %s, end_reason = %s WHERE delegation = %s",
        (said.on, said.reason, said.delegation),
    )


def _seal_suspended(event: Event) -> Iterable[Change]:
    said = event.read(_Ended)
    yield Statement(
        "UPDATE seal SET suspended_on = %s, suspend_reason = %s WHERE seal = %s",
        (said.on, said.reason, said.seal),
    )


FEEDS: Mapping[str, Feed] = {
    "region-registered": _feed("region", _Region, _region),
    "department-registered": _feed("department", _Department, _department),
    "window-opened": _feed("service_window", _Window, _window),
    "window-closed": _window_closed,
    "staff-assigned": _feed("staff", _Staff, _staff),
    "staff-left": _staff_left,
    "chief-representative-assigned": _feed("delegation", _Delegation, _delegation),
    "delegation-ended": _delegation_ended,
    "approval-seal-registered": _feed("seal", _Seal, _seal),
    "approval-seal-suspended": _seal_suspended,
    "parallel-scheme-published": _feed("scheme", _Scheme, _texts, again=False),
    "work-calendar-published": _feed("calendar", _Calendar, _texts, again=False),
    "work-calendar-amended": _feed("calendar", _Calendar, _texts, again=False),
}
