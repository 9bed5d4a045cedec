"""What can happen to the organisation, the schemes and the calendar (DOMAIN.md 3.2).

People are account ids here; no event holds a name of one.
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import Enum

import msgspec

from services.kernel.aggregate import Fact


class RegionRegistered(Fact):
    """A region of the county tree. Stream: region/<region>."""

    TOPIC = "catalog.region-registered.v1"

    region: str
    """6 digits county, 9 township, 12 village (placeholder digits may be X)."""
    name: str
    level: int
    parent: str | None = None


class DepartmentRegistered(Fact):
    """A department, new or in its newest form. Stream: department/<department>."""

    TOPIC = "catalog.department-registered.v1"

    department: str
    name: str
    level: int
    region: str
    resident: bool
    """Stands in the hall (进驻)."""
    since: date
    until: date | None = None
    uscc: str | None = None
    """Unified social credit code of the body, 18 characters."""
    budget_unit: bool | None = None
    network_connected: bool | None = None


class WindowKind(Enum):
    """What a window takes."""

    DEPARTMENT = "DEPARTMENT"
    COMPREHENSIVE = "COMPREHENSIVE"
    CENTRAL_INTAKE = "CENTRAL_INTAKE"


class OfficeHours(msgspec.Struct, frozen=True):
    """One stretch of a working day, local time."""

    begins: time
    ends: time


class WindowOpened(Fact):
    """A window, new or in its newest form. Stream: window/<window>."""

    TOPIC = "catalog.window-opened.v1"

    window: str
    label: str
    kind: WindowKind
    since: date
    hours: list[OfficeHours]
    department: str | None = None


class WindowClosed(Fact):
    """The window takes nobody from that day on."""

    TOPIC = "catalog.window-closed.v1"

    window: str
    on: date
    reason: str


class StaffAssigned(Fact):
    """An account serves here, with these roles. Stream: staff/<staff>."""

    TOPIC = "catalog.staff-assigned.v1"

    staff: str
    unit: str
    roles: list[str]
    since: date
    window: str | None = None


class StaffLeft(Fact):
    """The account serves here no more; history keeps it (A04)."""

    TOPIC = "catalog.staff-left.v1"

    staff: str
    on: date


class ChiefRepresentativeAssigned(Fact):
    """首席代表授权: may decide for the department, within scope and dates.

    Stream: delegation/<delegation>.
    """

    TOPIC = "catalog.chief-representative-assigned.v1"

    delegation: str
    department: str
    staff: str
    since: date
    document: str
    until: date | None = None
    items: list[str] | None = None
    """Item codes it is limited to; absent: all of the department."""


class DelegationEnded(Fact):
    """终止授权."""

    TOPIC = "catalog.delegation-ended.v1"

    delegation: str
    on: date
    reason: str


class ApprovalSealRegistered(Fact):
    """审批专用章. Stream: seal/<seal>."""

    TOPIC = "catalog.approval-seal-registered.v1"

    seal: str
    department: str
    custodian: str
    since: date


class ApprovalSealSuspended(Fact):
    """The seal may not be used from that day on."""

    TOPIC = "catalog.approval-seal-suspended.v1"

    seal: str
    on: date
    reason: str


class SchemeKind(Enum):
    """The three parallel-approval schemes of the report."""

    ENTERPRISE_ESTABLISHMENT = "ENTERPRISE_ESTABLISHMENT"
    GOVERNMENT_INVESTMENT = "GOVERNMENT_INVESTMENT"
    PRIVATE_INVESTMENT = "PRIVATE_INVESTMENT"


class SchemeMember(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item of a scheme."""

    item_code: str
    department: str
    needs: list[str] = []
    """Codes of the items it needs first; cycles are lawful, itself is not."""
    waivable: bool = False


class ParallelSchemePublished(Fact):
    """并联审批方案, one version of it. Stream: scheme/<scheme>."""

    TOPIC = "catalog.parallel-scheme-published.v1"

    scheme: str
    scheme_version: int
    label: str
    kind: SchemeKind
    lead: str
    members: list[SchemeMember]
    joint_limit_days: int
    joint_extension_days: int
    effective_from: datetime
    cycles: list[list[str]] | None = None
    """Item codes that need each other, as found at publication."""


class CalendarDay(msgspec.Struct, frozen=True):
    """A day that is not what its weekday says: a weekday off, or a weekend day at work."""

    day: date
    label: str


class WorkCalendarPublished(Fact):
    """The State Council Office's arrangement of a year. Stream: calendar/<year>."""

    TOPIC = "catalog.work-calendar-published.v1"

    year: int
    calendar_version: int
    document: str
    announced_on: date
    days_off: list[CalendarDay]
    """Mondays to Fridays on which nobody works."""
    work_days: list[CalendarDay]
    """Saturdays and Sundays on which offices work (调休)."""


class WorkCalendarAmended(Fact):
    """A later arrangement of the same year, whole; `changed` are the days that differ."""

    TOPIC = "catalog.work-calendar-amended.v1"

    year: int
    calendar_version: int
    document: str
    announced_on: date
    days_off: list[CalendarDay]
    work_days: list[CalendarDay]
    changed: list[date]
