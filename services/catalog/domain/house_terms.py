"""What may be said of the organisation, a scheme and a year's calendar, before it is a fact.

The fields mirror those of `house_events`; the limits of each are checked where a message is read
(HTTP, import), the rules between them in the aggregates.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from services.catalog.domain.house_events import (
    CalendarDay,
    OfficeHours,
    SchemeKind,
    SchemeMember,
    WindowKind,
)
from services.kernel.aggregate import Fact

Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z._-]+$")]
Title = Annotated[str, Meta(min_length=1, max_length=200)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Document = Annotated[str, Meta(min_length=1, max_length=300)]
RegionCode = Annotated[str, Meta(min_length=6, max_length=12, pattern=r"^[0-9X]+$")]
Level = Annotated[int, Meta(ge=1, le=6, description="1 nation ... 4 county, 5 township, 6 village")]


class RegionSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A region of the county tree."""

    region: RegionCode
    name: Title
    level: Level
    parent: RegionCode | None = None


class DepartmentSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A department as it is from `since` on."""

    department: Code
    name: Title
    level: Level
    region: RegionCode
    resident: bool
    since: date
    until: date | None = None
    uscc: str | None = None
    budget_unit: bool | None = None
    network_connected: bool | None = None


class WindowSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A window as it is from `since` on."""

    window: Code
    label: Title
    kind: WindowKind
    since: date
    hours: Annotated[list[OfficeHours], Meta(min_length=1, max_length=10)]
    department: Code | None = None


class ClosingSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when a window takes nobody, and why."""

    on: date
    reason: Reason


class StaffSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an account serves from `since` on, and as what."""

    staff: Code
    unit: Code
    roles: Annotated[list[Code], Meta(min_length=1, max_length=20)]
    since: date
    window: Code | None = None


class LeavingSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last day of an account."""

    on: date


class DelegationSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may decide for a department, by which document, for what and how long."""

    delegation: Code
    department: Code
    staff: Code
    since: date
    document: Document
    until: date | None = None
    items: Annotated[list[Code], Meta(max_length=2000)] | None = None


class EndSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when a delegation holds no more, and why."""

    on: date
    reason: Reason


class SealSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A seal and the account that keeps it from `since` on."""

    seal: Code
    department: Code
    custodian: Code
    since: date


class SuspensionSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when a seal may not be used, and why."""

    on: date
    reason: Reason


class SchemeSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a parallel-approval scheme; limits in working days."""

    scheme: Code
    scheme_version: Annotated[int, Meta(ge=0, le=9999)] = 0
    """0: the next one."""
    label: Title
    kind: SchemeKind
    lead: Code
    members: Annotated[list[SchemeMember], Meta(max_length=500)]
    joint_limit_days: Annotated[int, Meta(ge=1, le=3650)]
    joint_extension_days: Annotated[int, Meta(ge=0, le=3650)]
    effective_from: Annotated[datetime, Meta(tz=True)]


class CalendarSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A year's arrangement, whole: what is not named is as its weekday says."""

    year: Annotated[int, Meta(ge=1949, le=2999)]
    calendar_version: Annotated[int, Meta(ge=0, le=999)] = 0
    """0: the next one."""
    document: Annotated[str, Meta(max_length=300)]
    announced_on: date
    days_off: Annotated[list[CalendarDay], Meta(max_length=366)]
    work_days: Annotated[list[CalendarDay], Meta(max_length=366)]


S = TypeVar("S", bound=msgspec.Struct)


def said_in(kind: type[S], fact: Fact) -> S:
    """Give what a fact says as what was said, so that the two can be compared."""
    return kind(**{name: getattr(fact, name) for name in kind.__struct_fields__})
