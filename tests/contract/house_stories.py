"""Stories of the organisation, the schemes and the calendar, so that each of their events happens.

They happen in 2020; every fact names what it is about, as the application does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time

from services.catalog.domain import (
    Delegation,
    Department,
    Region,
    Scheme,
    Seal,
    Staff,
    Window,
    WorkCalendarYear,
)
from services.catalog.domain.house_events import (
    CalendarDay,
    OfficeHours,
    SchemeKind,
    SchemeMember,
    WindowKind,
)
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
from services.kernel.aggregate import Aggregate
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI
from tests.unit.facts import facts

EDITOR = Actor(ActorKind.PERSON, "editor-1", role="catalog_editor")
FIRST = date(2020, 1, 2)
SPRING = [CalendarDay(date(2020, 1, day), "春节") for day in (24, 27, 28, 29, 30)]
MAKE_UP = [CalendarDay(date(2020, 1, 19), "春节"), CalendarDay(date(2020, 2, 1), "春节")]
ANNOUNCED = CalendarSaid(
    year=2020,
    document="国办发明电〔2019〕16号",
    announced_on=date(2019, 11, 21),
    days_off=SPRING,
    work_days=MAKE_UP,
)
EXTENDED = CalendarSaid(
    year=2020,
    document="国办发明电〔2020〕1号",
    announced_on=date(2020, 1, 27),
    days_off=[*SPRING, CalendarDay(date(2020, 1, 31), "春节")],
    work_days=MAKE_UP[:1],
)


def told(subject: str, at: datetime | None = None) -> Facts:
    """Say that the editor did it, now or then."""
    then = at or datetime(2020, 10, 20, 9, 20, tzinfo=SHANGHAI)
    return facts(EDITOR, then, subject)


def region() -> Region:
    found = Region.of("3412XX001")
    said = RegionSaid(region="3412XX001", name="示例镇", level=5, parent="3412XX")
    found.register(told("region/3412XX001"), said)
    return found


def department() -> Department:
    found = Department.of("D07")
    first = DepartmentSaid(
        department="D07", name="建设局", level=4, region="3412XX", resident=False, since=FIRST
    )
    found.register(told("department/D07"), first)
    newer = DepartmentSaid(
        department="D07",
        name="住房和城乡建设局",
        level=4,
        region="3412XX",
        resident=True,
        since=date(2020, 7, 1),
        until=date(2029, 12, 31),
        uscc="113412XXMB0000001X",
        budget_unit=True,
        network_connected=True,
    )
    found.register(told("department/D07"), newer)
    return found


def window() -> Window:
    found = Window.of("07")
    hours = [OfficeHours(time(8, 30), time(12)), OfficeHours(time(14), time(17, 30))]
    said = WindowSaid(
        window="07",
        label="工程建设窗口",
        kind=WindowKind.DEPARTMENT,
        since=FIRST,
        hours=hours,
        department="D07",
    )
    found.open(told("window/07"), said)
    found.close(told("window/07"), ClosingSaid(on=date(2020, 7, 1), reason="并入综合窗口"))
    again = WindowSaid(
        window="07",
        label="综合窗口",
        kind=WindowKind.COMPREHENSIVE,
        since=date(2020, 9, 1),
        hours=hours,
    )
    found.open(told("window/07"), again)
    return found


def staff() -> Staff:
    found = Staff.of("clerk-12")
    said = StaffSaid(staff="clerk-12", unit="D07", roles=["clerk"], since=FIRST, window="07")
    found.assign(told("staff/clerk-12"), said)
    found.leave(told("staff/clerk-12"), LeavingSaid(on=date(2020, 9, 1)))
    return found


def delegation() -> Delegation:
    found = Delegation.of("SQ-1")
    said = DelegationSaid(
        delegation="SQ-1",
        department="D07",
        staff="officer-21",
        since=FIRST,
        document="建审授〔2020〕1号",
        until=date(2020, 12, 31),
        items=["I1"],
    )
    found.assign(told("delegation/SQ-1"), said)
    found.end(told("delegation/SQ-1"), EndSaid(on=date(2020, 9, 1), reason="岗位调整"))
    return found


def seal() -> Seal:
    found = Seal.of("YZ-07")
    said = SealSaid(seal="YZ-07", department="D07", custodian="officer-21", since=FIRST)
    found.register(told("seal/YZ-07"), said)
    suspended = SuspensionSaid(on=date(2020, 9, 1), reason="保管人变更")
    found.suspend(told("seal/YZ-07"), suspended)
    return found


def scheme() -> Scheme:
    found = Scheme.of("PRIVATE")
    said = SchemeSaid(
        scheme="PRIVATE",
        label="社会投资项目并联审批",
        kind=SchemeKind.PRIVATE_INVESTMENT,
        lead="D07",
        members=[
            SchemeMember("I1", "D07", ["I2"]),
            SchemeMember("I2", "D08", ["I3"]),
            SchemeMember("I3", "D09", ["I1"]),
            SchemeMember("I4", "D09", ["I1"], waivable=True),
        ],
        joint_limit_days=45,
        joint_extension_days=15,
        effective_from=datetime(2020, 11, 1, tzinfo=SHANGHAI),
    )
    found.publish(told("scheme/PRIVATE"), said, {})
    return found


def calendar() -> WorkCalendarYear:
    found = WorkCalendarYear.of(2020)
    announced = datetime(2019, 11, 21, tzinfo=SHANGHAI)
    found.publish(told("calendar/2020", announced), ANNOUNCED)
    found.amend(told("calendar/2020", datetime(2020, 1, 27, tzinfo=SHANGHAI)), EXTENDED)
    return found


HOUSE_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "catalog-region": region,
    "catalog-department": department,
    "catalog-window": window,
    "catalog-staff": staff,
    "catalog-delegation": delegation,
    "catalog-seal": seal,
    "catalog-scheme": scheme,
    "catalog-calendar": calendar,
}
