"""Regions, departments, windows: given what was said, when more is said, then facts or an error."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import msgspec
import pytest

from services.catalog.domain import CatalogRuleError, Department, Region, Window
from services.catalog.domain.house_events import (
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
)
from tests.unit.facts import facts

VILLAGE = RegionSaid(region="3412XX001001", name="示例村", level=6, parent="3412XX001")
BUREAU = DepartmentSaid(
    department="D07",
    name="住房和城乡建设局",
    level=4,
    region="3412XX",
    resident=True,
    since=date(2020, 1, 2),
)
MORNING = OfficeHours(time(8, 30), time(12))
AFTERNOON = OfficeHours(time(14), time(17, 30))
WINDOW = WindowSaid(
    window="07",
    label="工程建设窗口",
    kind=WindowKind.DEPARTMENT,
    since=date(2020, 1, 2),
    hours=[MORNING, AFTERNOON],
    department="D07",
)
CLOSING = ClosingSaid(on=date(2020, 7, 1), reason="并入综合窗口")


def changed(said: Any, **values: Any) -> Any:
    return msgspec.structs.replace(said, **values)


def opened(*forms: WindowSaid) -> Window:
    window = Window.of("07")
    for said in forms or (WINDOW,):
        window.open(facts(), said)
    window.collect_events()
    return window


def test_region_is_registered_once_and_again_under_a_new_name() -> None:
    region = Region.of("3412XX001001")

    assert region.register(facts(), VILLAGE) is True
    assert region.register(facts(), VILLAGE) is False
    assert region.register(facts(), changed(VILLAGE, name="新示例村")) is True
    assert region.register(facts(), VILLAGE) is True

    assert [event.name for event in region.pending if isinstance(event, RegionRegistered)] == [
        "示例村",
        "新示例村",
        "示例村",
    ]


@pytest.mark.parametrize(
    ("values", "rule", "field"),
    [
        ({"region": "3412XX00"}, "region_code", "region"),
        ({"level": 5}, "level_region", "level"),
        ({"region": "3412XX001", "level": 4, "parent": "3412XX"}, "level_region", "level"),
        ({"region": "3412XX", "level": 6, "parent": None}, "level_region", "level"),
        ({"parent": "3412XX002"}, "region_parent", "parent"),
        ({"parent": None}, "region_parent", "parent"),
        ({"region": "3412XX", "level": 4, "parent": "3412XX"}, "region_parent", "parent"),
    ],
)
def test_region_is_refused_when_code_level_and_parent_contradict_each_other(
    values: dict[str, Any], rule: str, field: str
) -> None:
    region = Region.of("any")

    with pytest.raises(CatalogRuleError) as refused:
        region.register(facts(), changed(VILLAGE, **values))

    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert "。 " in str(refused.value)
    assert region.pending == ()


def test_department_has_forms_and_an_earlier_one_again_changes_nothing() -> None:
    department = Department.of("D07")
    newer = changed(BUREAU, name="住建局", since=date(2020, 7, 1))

    assert department.register(facts(), BUREAU) is True
    assert department.register(facts(), newer) is True
    assert department.register(facts(), BUREAU) is False
    assert department.register(facts(), newer) is False

    assert department.forms == [BUREAU, newer]


@pytest.mark.parametrize(
    ("values", "rule", "field"),
    [
        ({"level": 5}, "level_region", "level"),
        ({"until": date(2020, 1, 1)}, "dates", "until"),
        ({"uscc": "11341"}, "uscc", "uscc"),
        ({"uscc": "113412xxmb0000001x"}, "uscc", "uscc"),
        ({"uscc": "11440232MB2D06811X"}, "uscc", "uscc"),
        ({"since": date(2019, 1, 1), "name": "旧名"}, "since_order", "since"),
    ],
)
def test_department_is_refused_when_its_dates_or_codes_are_wrong(
    values: dict[str, Any], rule: str, field: str
) -> None:
    department = Department.of("D07")
    department.register(facts(), BUREAU)
    department.collect_events()

    with pytest.raises(CatalogRuleError) as refused:
        department.register(facts(), changed(BUREAU, **values))

    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert department.pending == ()


@pytest.mark.parametrize("uscc", ["113412XXMB0000001X", "11440232MB2D06811W"])
def test_code_of_a_body_is_taken_with_its_check_digit_or_a_placeholder(uscc: str) -> None:
    department = Department.of("D07")

    assert department.register(facts(), changed(BUREAU, uscc=uscc)) is True


def test_window_opens_closes_and_opens_again() -> None:
    window = Window.of("07")
    again = changed(WINDOW, since=date(2020, 9, 1))

    assert window.open(facts(), WINDOW) is True
    assert window.close(facts(), CLOSING) is True
    assert window.closed_on == date(2020, 7, 1)
    assert window.open(facts(), again) is True

    assert window.closed_on is None
    assert [type(event) for event in window.pending] == [WindowOpened, WindowClosed, WindowOpened]


def test_window_story_told_twice_changes_nothing() -> None:
    window = opened()
    window.close(facts(), CLOSING)
    window.collect_events()

    assert window.open(facts(), WINDOW) is False
    assert window.close(facts(), CLOSING) is False

    assert window.closed_on == date(2020, 7, 1)
    assert window.pending == ()


@pytest.mark.parametrize(
    ("values", "rule", "field"),
    [
        ({"hours": [OfficeHours(time(12), time(8, 30))]}, "office_hours", "hours[0]"),
        ({"hours": [MORNING, MORNING]}, "office_hours", "hours[1]"),
        ({"hours": [AFTERNOON, MORNING]}, "office_hours", "hours[1]"),
        ({"department": None}, "window_department", "department"),
        ({"since": date(2019, 1, 1)}, "since_order", "since"),
    ],
)
def test_window_is_refused_when_what_it_says_is_wrong(
    values: dict[str, Any], rule: str, field: str
) -> None:
    window = opened()

    with pytest.raises(CatalogRuleError) as refused:
        window.open(facts(), changed(WINDOW, **values))

    assert (refused.value.rule, refused.value.field) == (rule, field)
    assert window.pending == ()


def test_closed_window_opens_not_before_it_closed() -> None:
    window = opened()
    window.close(facts(), CLOSING)

    with pytest.raises(CatalogRuleError) as refused:
        window.open(facts(), changed(WINDOW, since=date(2020, 6, 30)))

    assert (refused.value.rule, refused.value.field) == ("window_closed", "since")


def test_closing_is_refused_before_the_opening_and_when_it_is_closed() -> None:
    window = opened()

    with pytest.raises(CatalogRuleError) as early:
        window.close(facts(), changed(CLOSING, on=date(2020, 1, 1)))
    window.close(facts(), CLOSING)
    with pytest.raises(CatalogRuleError) as twice:
        window.close(facts(), changed(CLOSING, reason="另一理由"))

    assert (early.value.rule, twice.value.rule) == ("dates", "window_not_open")
