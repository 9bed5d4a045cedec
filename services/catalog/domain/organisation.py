"""What the catalog decides about regions, departments and windows.

Each remembers the forms it has had: the same form again has no effect, a newer one replaces it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from services.catalog.domain.house_events import (
    DepartmentRegistered,
    OfficeHours,
    RegionRegistered,
    WindowClosed,
    WindowKind,
    WindowOpened,
)
from services.catalog.domain.house_terms import (
    ClosingSaid,
    DepartmentSaid,
    RegionSaid,
    WindowSaid,
    said_in,
)
from services.catalog.domain.rules import CatalogRuleError
from services.kernel.aggregate import Aggregate, applies
from services.kernel.codes import USCC_CHARACTERS, uscc_is_valid
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_LEVELS = {6: range(1, 5), 9: range(5, 6), 12: range(6, 7)}
"""Length of a region's code -> levels (行使层级) it can have; GB/T 2260, GB/T 10114."""
_PARENT = {9: 6, 12: 9}
"""Length of a code -> how much of it is the code above."""
_USCC = 18


def check_level(region: str, level: int, field: str = "level") -> None:
    """Raises:
    CatalogRuleError: a body of this level has a region code of another length.
    """
    if len(region) not in _LEVELS:
        raise CatalogRuleError(
            "region_code",
            "区划代码应为 6 位（县及以上）、9 位（乡镇）或 12 位（村）。 "
            "A region code has 6 (county and above), 9 (township) or 12 (village) characters.",
            "region",
        )
    if level not in _LEVELS[len(region)]:
        raise CatalogRuleError(
            "level_region",
            "层级与区划代码长度不符：6 位对应 1-4 级，9 位对应 5 级，12 位对应 6 级。 "
            "Levels 1-4 have codes of 6 characters, level 5 of 9, level 6 of 12.",
            field,
        )


def check_newer(since: date, before: Sequence[DepartmentSaid] | Sequence[WindowSaid]) -> None:
    """Raises:
    CatalogRuleError: a form would begin before the one it replaces.
    """
    if before and since < before[-1].since:
        raise CatalogRuleError(
            "since_order",
            f"新情况的起始日期不得早于现行情况的起始日期 {before[-1].since}。 "
            "A newer form cannot begin before the one it replaces; state a later `since`.",
            "since",
        )


class Region(Aggregate):
    """A region of the county tree. Stream: `stream_id("region", region)`."""

    def __init__(self) -> None:
        self.said: RegionSaid | None = None

    @classmethod
    def of(cls, region: str) -> Region:
        """Give the region as it is before it is registered."""
        return cls.begin(stream_id("region", region))

    def register(self, facts: Facts, said: RegionSaid) -> bool:
        """Register it, or its new name; False when nothing is new.

        Raises:
            CatalogRuleError: code, level and parent contradict each other.
        """
        check_level(said.region, said.level)
        cut = _PARENT.get(len(said.region))
        if cut is not None and said.parent != said.region[:cut]:
            raise CatalogRuleError(
                "region_parent",
                f"上级区划应为本代码的前 {cut} 位。 "
                f"The parent of this region is the first {cut} characters of its code.",
                "parent",
            )
        if said.parent == said.region:
            raise CatalogRuleError(
                "region_parent", "区划不能是自己的上级。 A region is not its own parent.", "parent"
            )
        if said == self.said:
            return False
        self.record(RegionRegistered, facts, **msgspec.structs.asdict(said))
        return True

    @applies(RegionRegistered)
    def _registered(self, event: RegionRegistered) -> None:
        self.said = said_in(RegionSaid, event)


class Department(Aggregate):
    """A department and the forms it has had. Stream: `stream_id("department", department)`."""

    def __init__(self) -> None:
        self.forms: list[DepartmentSaid] = []

    @classmethod
    def of(cls, department: str) -> Department:
        """Give the department as it is before it is registered."""
        return cls.begin(stream_id("department", department))

    def register(self, facts: Facts, said: DepartmentSaid) -> bool:
        """Register it, or its newest form; False when nothing is new.

        Raises:
            CatalogRuleError: its level, dates or codes are wrong.
        """
        check_level(said.region, said.level)
        if said.until is not None and said.until < said.since:
            raise CatalogRuleError(
                "dates",
                "截止日期早于起始日期。 It ends before it begins; correct `until`.",
                "until",
            )
        if said.uscc is not None and not _is_uscc(said.uscc):
            raise CatalogRuleError(
                "uscc",
                "统一社会信用代码应为 18 位且校验位正确。 "
                "A unified social credit code has 18 characters and the right check digit.",
                "uscc",
            )
        if said in self.forms:
            return False
        check_newer(said.since, self.forms)
        self.record(DepartmentRegistered, facts, **msgspec.structs.asdict(said))
        return True

    @applies(DepartmentRegistered)
    def _registered(self, event: DepartmentRegistered) -> None:
        self.forms.append(said_in(DepartmentSaid, event))


class Window(Aggregate):
    """A window and the forms it has had. Stream: `stream_id("window", window)`."""

    def __init__(self) -> None:
        self.forms: list[WindowSaid] = []
        self.closings: list[ClosingSaid] = []
        self.closed_on: date | None = None
        """Since when nobody is taken; None while it is open."""

    @classmethod
    def of(cls, window: str) -> Window:
        """Give the window as it is before it is opened."""
        return cls.begin(stream_id("window", window))

    def open(self, facts: Facts, said: WindowSaid) -> bool:
        """Open it, give it its newest form, or open it again; False when nothing is new.

        Raises:
            CatalogRuleError: hours overlap, its department is missing, or it is closed by then.
        """
        check_hours(said.hours)
        if said.kind is WindowKind.DEPARTMENT and said.department is None:
            raise CatalogRuleError(
                "window_department",
                "部门窗口须写明所属部门，否则应为综合窗口。 "
                "Name the department of a department window, or make it COMPREHENSIVE.",
                "department",
            )
        if said in self.forms:
            return False
        check_newer(said.since, self.forms)
        if self.closed_on is not None and said.since < self.closed_on:
            raise CatalogRuleError(
                "window_closed",
                f"窗口自 {self.closed_on} 起关闭，重新开放的日期不得早于该日。 "
                f"It is closed from {self.closed_on} on; open it again from that day or later.",
                "since",
            )
        self.record(WindowOpened, facts, **msgspec.structs.asdict(said))
        return True

    def close(self, facts: Facts, said: ClosingSaid) -> bool:
        """Close it; False when it is closed in these words already.

        Raises:
            CatalogRuleError: it is not open, or would close before it opened.
        """
        if said in self.closings:
            return False
        if not self.forms or self.closed_on is not None:
            raise CatalogRuleError(
                "window_not_open",
                "窗口没有开放，无需关闭。 The window is not open, so it cannot close.",
                "window",
            )
        if said.on < self.forms[-1].since:
            raise CatalogRuleError(
                "dates",
                f"关闭日期不得早于开放日期 {self.forms[-1].since}。 "
                "It cannot close before it opened; state a later day.",
                "on",
            )
        window = self.forms[-1].window
        self.record(WindowClosed, facts, window=window, on=said.on, reason=said.reason)
        return True

    @applies(WindowOpened)
    def _opened(self, event: WindowOpened) -> None:
        self.forms.append(said_in(WindowSaid, event))
        self.closed_on = None

    @applies(WindowClosed)
    def _closed(self, event: WindowClosed) -> None:
        self.closings.append(said_in(ClosingSaid, event))
        self.closed_on = event.on


def check_hours(hours: Sequence[OfficeHours]) -> None:
    """Raises:
    CatalogRuleError: a stretch ends before it begins, or two of them overlap or are out of order.
    """
    for number, one in enumerate(hours):
        begun_before = number > 0 and one.begins < hours[number - 1].ends
        if one.ends <= one.begins or begun_before:
            raise CatalogRuleError(
                "office_hours",
                "办公时间须按先后排列、互不重叠，且结束晚于开始。 "
                "List office hours in order, none overlapping, each ending after it begins.",
                f"hours[{number}]",
            )


def _is_uscc(code: str) -> bool:
    """Say whether it is a credit code; that of a placeholder region has no check digit to check."""
    known = len(code) == _USCC and set(code) <= set(USCC_CHARACTERS)
    return known and ("X" in code[2:8] or uscc_is_valid(code))
