"""What the catalog can be told about the organisation, schemes and calendars.

Every command gives the stream, the number of its last event, and whether anything was new: the
same content again has no effect. What a thing refers to has to be there first; that is looked up
in the log, and only when the thing itself is new. Subject (`<kind>/<key>`) and department of the
facts are filled here, so that every caller's events look the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.catalog.domain.calendars import WorkCalendarYear
from services.catalog.domain.house_terms import (
    CalendarSaid,
    ClosingSaid,
    DelegationSaid,
    DepartmentSaid,
    EndSaid,
    LeavingSaid,
    RegionSaid,
    SchemeSaid,
    SealSaid,
    StaffSaid,
    SuspensionSaid,
    WindowSaid,
)
from services.catalog.domain.items import Item
from services.catalog.domain.organisation import Department, Region, Window
from services.catalog.domain.rules import CatalogRuleError
from services.catalog.domain.schemes import Scheme
from services.catalog.domain.staffing import Delegation, Seal, Staff
from services.catalog.domain.standing import Status
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import Application, command
from services.kernel.aggregate import Aggregate
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

Done = tuple[str, int, bool]


class HouseCommands(Application):
    """The house: regions, departments, windows, staff, delegations, seals, schemes, calendars."""

    @command
    def register_region(self, facts: Facts, said: RegionSaid, *, key: str | None = None) -> Done:
        """Register a region, or its new name."""
        region = self.find(Region, stream_id("region", said.region)) or Region.of(said.region)
        new = region.register(_about(facts, "region", said.region), said)
        if new and said.parent is not None:
            self._need_region(said.parent, "parent")
        return self._kept(region, new)

    @command
    def register_department(
        self, facts: Facts, said: DepartmentSaid, *, key: str | None = None
    ) -> Done:
        """Register a department, or its newest form."""
        code = said.department
        department = self.find(Department, stream_id("department", code)) or Department.of(code)
        new = department.register(_about(facts, "department", code, code), said)
        if new:
            self._need_region(said.region, "region")
        return self._kept(department, new)

    @command
    def open_window(self, facts: Facts, said: WindowSaid, *, key: str | None = None) -> Done:
        """Open a window, or give it its newest form."""
        window = self.find(Window, stream_id("window", said.window)) or Window.of(said.window)
        new = window.open(_about(facts, "window", said.window, said.department or ""), said)
        if new and said.department is not None:
            self._need_department(said.department)
        return self._kept(window, new)

    @command
    def close_window(
        self, facts: Facts, window: str, said: ClosingSaid, *, key: str | None = None
    ) -> Done:
        """Close a window.

        Raises:
            NotFoundError: there is no such window.
        """
        found = self.find(Window, stream_id("window", window))
        if found is None:
            raise NotFoundError("there is no such window", field="window")
        department = found.forms[-1].department or ""
        return self._kept(found, found.close(_about(facts, "window", window, department), said))

    @command
    def assign_staff(self, facts: Facts, said: StaffSaid, *, key: str | None = None) -> Done:
        """Say where an account serves, and as what."""
        staff = self.find(Staff, stream_id("staff", said.staff)) or Staff.of(said.staff)
        new = staff.assign(_about(facts, "staff", said.staff, said.unit), said)
        if new:
            if self.find(Region, stream_id("region", said.unit)) is None:
                self._need_department(said.unit, "unit")
            if said.window is not None:
                self._need_open_window(said.window)
        return self._kept(staff, new)

    @command
    def staff_left(
        self, facts: Facts, staff: str, said: LeavingSaid, *, key: str | None = None
    ) -> Done:
        """Say that an account serves no more.

        Raises:
            NotFoundError: nobody knows the account.
        """
        found = self.find(Staff, stream_id("staff", staff))
        if found is None:
            raise NotFoundError("there is no such account on the staff", field="staff")
        unit = found.assignments[-1].unit
        return self._kept(found, found.leave(_about(facts, "staff", staff, unit), said))

    @command
    def assign_chief(self, facts: Facts, said: DelegationSaid, *, key: str | None = None) -> Done:
        """Let a staff member of a department decide for it."""
        number = said.delegation
        found = self.find(Delegation, stream_id("delegation", number)) or Delegation.of(number)
        new = found.assign(_about(facts, "delegation", number, said.department), said)
        if new:
            self._need_department(said.department)
            self._need_staff(said.staff, said.department, "staff")
        return self._kept(found, new)

    @command
    def end_delegation(
        self, facts: Facts, delegation: str, said: EndSaid, *, key: str | None = None
    ) -> Done:
        """End a delegation.

        Raises:
            NotFoundError: there is no such delegation.
        """
        found = self.find(Delegation, stream_id("delegation", delegation))
        if found is None:
            raise NotFoundError("there is no such delegation", field="delegation")
        department = found.said.department if found.said else ""
        facts = _about(facts, "delegation", delegation, department)
        return self._kept(found, found.end(facts, said))

    @command
    def register_seal(self, facts: Facts, said: SealSaid, *, key: str | None = None) -> Done:
        """Register a seal, or who keeps it from now on."""
        seal = self.find(Seal, stream_id("seal", said.seal)) or Seal.of(said.seal)
        new = seal.register(_about(facts, "seal", said.seal, said.department), said)
        if new:
            self._need_department(said.department)
            self._need_staff(said.custodian, "", "custodian")
        return self._kept(seal, new)

    @command
    def suspend_seal(
        self, facts: Facts, seal: str, said: SuspensionSaid, *, key: str | None = None
    ) -> Done:
        """Forbid the use of a seal.

        Raises:
            NotFoundError: there is no such seal.
        """
        found = self.find(Seal, stream_id("seal", seal))
        if found is None:
            raise NotFoundError("there is no such seal", field="seal")
        facts = _about(facts, "seal", seal, found.forms[-1].department)
        return self._kept(found, found.suspend(facts, said))

    @command
    def publish_scheme(self, facts: Facts, said: SchemeSaid, *, key: str | None = None) -> Done:
        """Publish a version of a parallel-approval scheme.

        Its members are judged as they stand when the version takes effect; an item that ends later
        is refused where a process begins.
        """
        scheme = self.find(Scheme, stream_id("scheme", said.scheme)) or Scheme.of(said.scheme)
        codes = [member.item_code for member in said.members]
        standings = self._standings(codes, said.effective_from)
        new = scheme.publish(_about(facts, "scheme", said.scheme, said.lead), said, standings)
        if new:
            self._need_department(said.lead, "lead")
        return self._kept(scheme, new)

    @command
    def publish_calendar(self, facts: Facts, said: CalendarSaid, *, key: str | None = None) -> Done:
        """Publish the first arrangement of a year."""
        year = self._year(said.year)
        return self._kept(year, year.publish(_about(facts, "calendar", str(said.year)), said))

    @command
    def amend_calendar(self, facts: Facts, said: CalendarSaid, *, key: str | None = None) -> Done:
        """Replace the arrangement of a year by a later one."""
        year = self._year(said.year)
        return self._kept(year, year.amend(_about(facts, "calendar", str(said.year)), said))

    @command
    def arrange_calendar(self, facts: Facts, said: CalendarSaid, *, key: str | None = None) -> Done:
        """Publish a year, or amend it when it is published: what a row of an import means."""
        year = self._year(said.year)
        arrange = year.amend if year.latest else year.publish
        return self._kept(year, arrange(_about(facts, "calendar", str(said.year)), said))

    def _year(self, year: int) -> WorkCalendarYear:
        found = self.find(WorkCalendarYear, stream_id("calendar", str(year)))
        return found or WorkCalendarYear.of(year)

    def _kept(self, aggregate: Aggregate, new: bool) -> Done:
        self.keep(aggregate)
        return str(aggregate.id), aggregate.version, new

    def _need_region(self, region: str, field: str) -> None:
        if self.find(Region, stream_id("region", region)) is None:
            raise CatalogRuleError(
                "unknown_region",
                f"区划 {region} 尚未登记。 Region {region} is not registered; register it first.",
                field,
            )

    def _need_department(self, department: str, field: str = "department") -> None:
        if self.find(Department, stream_id("department", department)) is None:
            raise CatalogRuleError(
                "unknown_department",
                f"部门 {department} 尚未登记。 "
                f"Department {department} is not registered; register it first.",
                field,
            )

    def _need_open_window(self, window: str) -> None:
        found = self.find(Window, stream_id("window", window))
        if found is None or found.closed_on is not None:
            raise CatalogRuleError(
                "unknown_window",
                f"窗口 {window} 未开放。 Window {window} is not open; open it first.",
                "window",
            )

    def _need_staff(self, staff: str, department: str, field: str) -> None:
        found = self.find(Staff, stream_id("staff", staff))
        if found is None or not found.unit or (department and found.unit != department):
            where = department or "any unit"
            raise CatalogRuleError(
                "unknown_staff",
                f"账号 {staff} 不在岗或不属于该部门。 "
                f"Account {staff} does not serve in {where}; assign it there first.",
                field,
            )

    def _standings(self, codes: Sequence[str], at: datetime) -> dict[str, str]:
        """Say of each item why no new cases of it may begin at that moment."""
        self.prefetch(Item, [stream_id("item", code) for code in codes])
        found = {}
        for code in codes:
            item = self.find(Item, stream_id("item", code))
            status = item.status_at(at) if item is not None else None
            if status is not Status.IN_FORCE:
                found[code] = status.value.lower() if status is not None else "unknown"
        return found


def _about(facts: Facts, kind: str, key: str, department: str = "") -> Facts:
    return replace(facts, subject=f"{kind}/{key}", department=department or facts.department)
