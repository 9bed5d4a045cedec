"""Rows in national names: what they say, and what is wrong with them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.catalog.domain.terms import CaseType, PublicList
from services.catalog.imports.rows import Kind
from services.kernel.limits import Unit
from services.kernel.times import SHANGHAI
from tests.unit.catalog.imported import BASIC, CLAIM, IMPLEMENTATION, errors, json_lines, read


def one(tmp_path: Path, row: dict[str, Any]) -> Any:
    plan = read(tmp_path, json_lines(row))
    assert errors(plan) == []
    return plan.rows[0].said


def test_an_implementation_says_everything_it_has_fields_for(tmp_path: Path) -> None:
    said = one(
        tmp_path,
        IMPLEMENTATION
        | {
            "anticipate_day": "30",
            "anticipate_type": "Z",
            "promise_day": "16",
            "promise_type": "H",
            "lists": "权力清单、责任清单",
            "server_type": "1^2",
            "is_entry_center": "是",
            "use_level": "县级",
            "link_way": "000",
            "province_extra": "留着",
            "reason": "改",
            "programme": "LICENCE_STREAMLINING",
        },
    )

    version, listing = said.said, said.said.listing
    assert (said.version, said.reason, said.programme.value) == (1, "改", "LICENCE_STREAMLINING")
    assert (version.case_type, version.promised_limit_days) == (CaseType.PROMISED, 16)
    assert (listing.statutory_unit, listing.promised_unit) == (Unit.CALENDAR_DAY, Unit.HOUR)
    assert version.lists == (PublicList.POWER, PublicList.RESPONSIBILITY)
    assert (listing.audience, listing.resident, listing.level) == ([1, 2], True, 4)
    assert version.effective_from == datetime(2020, 1, 1, tzinfo=SHANGHAI)
    assert listing.as_published == {"province_extra": "留着"}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"task_code": None}, "task_code", "missing_field"),
    ({"task_code": "有 汉字"}, "task_code", "bad_code"),
    ({"task_version": 0}, "task_version", "out_of_range"),
    ({"task_type": "行政之类"}, "task_type", "unknown_type"),
    ({"promise_day": "半天"}, "promise_day", "not_a_limit"),
    ({"promise_day": None}, "promise_day", "missing_field"),
    ({"promise_type": "Q"}, "promise_type", "unknown_word"),
    ({"lists": ""}, "lists", "missing_field"),
    ({"lists": ["OTHER"]}, "lists", "unknown_word"),
    ({"plan_effective_date": "20200230"}, "plan_effective_date", "no_such_time"),
    ({"plan_effective_date": "2020-1"}, "plan_effective_date", "not_a_time"),
    ({"is_fee": "也许"}, "is_fee", "not_yes_or_no"),
    ({"limit_scene_num": "一次"}, "limit_scene_num", "not_a_number"),
    ({"materials": "表"}, "materials", "not_nested"),
    ({"materials": [{}]}, "materials/0/material_name", "missing_field"),
    ({"guide": {"flow": ""}}, "guide", "not_a_guide"),
    ({"happened_at": "2031-01-01"}, "happened_at", "in_the_future"),
]


@pytest.mark.parametrize(("change", "field", "rule"), WRONG)
def test_a_wrong_field_is_named_with_rule_and_remedy(
    tmp_path: Path, change: dict[str, Any], field: str, rule: str
) -> None:
    plan = read(tmp_path, json_lines(IMPLEMENTATION | change))

    (error,) = plan.found.errors
    assert (error.line, error.field, error.rule, error.kind) == (1, field, rule, "implementation")
    assert error.reason and error.remedy
    assert plan.rows == []


def test_all_errors_of_a_row_are_told_at_once(tmp_path: Path) -> None:
    plan = read(tmp_path, json_lines({"kind": "claim", "use_level": 9}))

    assert {error.field for error in plan.found.errors} == {
        "catalog_code",
        "unit",
        "unit_name",
        "use_level",
        "batch_no",
    }


ROWS: dict[str, dict[str, Any]] = {
    "region": {"region_code": "3412XX001", "region_name": "第一镇", "use_level": 5},
    "department": {
        "dept_code": "D07",
        "dept_name": "住建局",
        "use_level": 4,
        "region_code": "3412XX",
        "is_entry_center": 1,
        "since": "20190101",
    },
    "window": {
        "window_no": "07",
        "label": "综合",
        "window_kind": "comprehensive",
        "since": "2019-01-01",
        "hours": "08:30-12:00,14:00-17:30",
    },
    "staff": {
        "staff_no": "officer-1",
        "unit": "D07",
        "roles": "officer^clerk",
        "since": "20190101",
    },
    "delegation": {
        "delegation_no": "A-1",
        "dept_code": "D07",
        "staff_no": "officer-1",
        "since": "20190101",
        "document": "授权书",
    },
    "seal": {"seal_no": "S-1", "dept_code": "D07", "custodian": "officer-1", "since": "20190101"},
    "calendar": {
        "year": 2020,
        "document": "国办发明电〔2019〕16号",
        "announced_on": "2019-11-21",
        "days_off": "2020-01-24 春节^2020-01-27 春节",
        "work_days": [{"day": "20200119", "label": "春节调休"}],
    },
    "scheme": {
        "scheme": "private",
        "label": "社会投资",
        "scheme_kind": "PRIVATE_INVESTMENT",
        "lead": "D07",
        "members": [{"item_code": "I1", "department": "D07"}],
        "joint_limit_days": 40,
        "plan_effective_date": "2020-01-01",
    },
    "adjustment": {
        "act": "merge",
        "into": "I1",
        "merged": "I2^I3",
        "effective_from": "2020-06-01",
        "programme": "ADJUSTMENT",
        "open_cases": "FINISH_UNDER_OLD",
    },
}


@pytest.mark.parametrize("kind", ROWS)
def test_every_kind_of_row_is_read(tmp_path: Path, kind: str) -> None:
    plan = read(tmp_path, json_lines({"kind": kind} | ROWS[kind]))

    assert errors(plan) == []
    assert plan.rows[0].kind is Kind(kind)


def test_hours_and_days_are_read(tmp_path: Path) -> None:
    window = one(tmp_path, {"kind": "window"} | ROWS["window"])
    calendar = one(tmp_path, {"kind": "calendar"} | ROWS["calendar"])

    assert [str(one.begins)[:5] for one in window.hours] == ["08:30", "14:00"]
    assert [one.day for one in calendar.days_off] == [date(2020, 1, 24), date(2020, 1, 27)]
    assert calendar.work_days[0].day == date(2020, 1, 19)


def test_rows_are_applied_in_the_order_things_need_each_other(tmp_path: Path) -> None:
    second = IMPLEMENTATION | {"task_version": 2, "promise_day": 5}
    adjusted = {"kind": "adjustment", "happened_at": "2020-03-01"} | ROWS["adjustment"]
    earlier = adjusted | {"happened_at": "2020-02-01"}

    plan = read(tmp_path, json_lines(adjusted, earlier, CLAIM, second, IMPLEMENTATION, BASIC))

    assert [row.kind.value for row in plan.rows] == [
        "basic",
        "implementation",
        "implementation",
        "claim",
        "adjustment",
        "adjustment",
    ]
    assert [row.said.version for row in plan.rows[1:3]] == [1, 2]
    assert [row.line for row in plan.rows[4:]] == [2, 1]


def test_an_unknown_act_and_an_act_that_says_too_little_are_refused(tmp_path: Path) -> None:
    plan = read(
        tmp_path,
        json_lines(
            {"kind": "adjustment", "act": "abolish"}, {"kind": "adjustment", "act": "freeze"}
        ),
    )

    assert errors(plan) == [
        (1, "act", "unknown_word"),
        (2, "task_code", "missing_field"),
        (2, "effective_from", "missing_field"),
        (2, "reason", "missing_field"),
    ]
