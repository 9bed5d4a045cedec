"""Published lists in their own columns: every row in, every irregularity told."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.terms import CaseType, PublicList
from services.catalog.imports import irregular
from services.catalog.imports.plan import Plan, read_plan
from services.kernel.codes import uscc_is_valid
from services.kernel.limits import Unit
from tests.unit.catalog.imported import BODY, LIST, NOW, csv_text, errors, read, workbook


def by_name(plan: Plan) -> dict[str, Any]:
    assert errors(plan) == []
    return {row.said.said.name: row.said for row in plan.rows}


def flags(said: Any) -> set[str]:
    return set(said.said.listing.flags)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
@pytest.mark.parametrize("charset", ["utf-8-sig", "gbk"])
def test_every_row_is_in_whatever_the_order_of_its_columns(
    tmp_path: Path, order: int, charset: str
) -> None:
    turned = [dict([*row.items()][order:] + [*row.items()][:order]) for row in LIST]

    plan = read(tmp_path, csv_text(turned).encode(charset))

    found = by_name(plan)
    assert [*found] == [row["事项名称"] for row in LIST]
    assert found["甲证核发"].item_code == LIST[0]["编码"]
    assert {said.said.item_type for said in found.values()} == {"01", "20", "08", "07"}


def test_codes_are_kept_normalised_where_certain_and_flagged(tmp_path: Path) -> None:
    found = by_name(read(tmp_path, csv_text(LIST)))

    bare = found["乙项确认"]
    assert bare.item_code == "E-000022-001-222A"
    assert bare.said.listing.as_published["编码"] == "e-000022-001-222a"
    assert {"code_cleaned", "code_bare"} <= flags(bare)
    assert "code_cleaned" not in flags(found["乙项咨询"])
    none = found["乙项奖励"]
    assert none.item_code.startswith("NOCODE-") and "code_missing" in flags(none)
    again = by_name(read(tmp_path, csv_text([*reversed(LIST)])))
    assert again["乙项奖励"].item_code == none.item_code


def test_what_a_list_does_not_say_is_flagged_and_not_wrong(tmp_path: Path) -> None:
    said = by_name(read(tmp_path, csv_text(LIST)))["乙项咨询"]

    assert {"limit_missing", "lists_missing", "effective_date_missing"} <= flags(said)
    assert (said.said.case_type, said.said.promised_limit_days) == (CaseType.PROMISED, 20)
    assert said.said.lists == (PublicList.PUBLIC_SERVICE,)
    assert (said.version, said.dated) == (None, False)


LIMITS: list[tuple[dict[str, str], tuple[int, int, str], set[str]]] = [
    ({"法定时限": "20", "承诺时限": "5"}, (20, 5, "WORKING_DAY"), set()),
    ({"法定时限": "20个工作日", "承诺时限": "当场办结"}, (20, 0, "WORKING_DAY"), set()),
    ({"法定时限": "30日", "承诺时限": "10自然日"}, (30, 10, "CALENDAR_DAY"), set()),
    ({"法定时限": "20", "承诺时限(小时)": "8"}, (20, 8, "HOUR"), set()),
    ({"承诺时限": "7"}, (20, 7, "WORKING_DAY"), {"statutory_limit_missing"}),
    ({"法定时限": "15", "承诺时限": "无"}, (15, 15, "WORKING_DAY"), {"promised_limit_missing"}),
    ({"办件类型": "即办件", "法定时限": "1"}, (1, 0, "WORKING_DAY"), set()),
]


@pytest.mark.parametrize(("cells", "said", "flagged"), LIMITS, ids=lambda one: str(one)[:40])
def test_limits_are_read_in_words(
    tmp_path: Path, cells: dict[str, str], said: tuple[int, int, str], flagged: set[str]
) -> None:
    plan = read(tmp_path, csv_text([dict(LIST[0]) | cells]))

    (row,) = plan.rows
    version = row.said.said
    found = (version.statutory_limit_days, version.promised_limit_days)
    assert (*found, version.listing.promised_unit.value) == said
    assert version.listing.promised_unit in Unit
    marks = {"limit_missing", "statutory_limit_missing", "promised_limit_missing"}
    assert marks & flags(row.said) == flagged
    immediate = version.case_type is CaseType.IMMEDIATE
    assert immediate == (version.promised_limit_days == 0)


def test_one_code_for_several_items_keeps_every_row_in_any_order(tmp_path: Path) -> None:
    twins = [dict(LIST[0]) | {"事项名称": name} for name in ("甲", "乙", "丙")]

    there = by_name(read(tmp_path, csv_text(twins)))
    back = by_name(read(tmp_path, csv_text(twins[::-1])))

    codes = {name: said.item_code for name, said in there.items()}
    assert codes == {name: said.item_code for name, said in back.items()}
    assert len(set(codes.values())) == 3
    assert LIST[0]["编码"] in codes.values()
    assert all("code_duplicate" in flags(said) for said in there.values())
    published = {said.said.listing.as_published["编码"] for said in there.values()}
    assert published == {LIST[0]["编码"]}


def test_a_row_said_twice_is_one_item(tmp_path: Path) -> None:
    plan = read(tmp_path, csv_text([LIST[0], LIST[1], LIST[0]]))

    assert (plan.read, len(plan.rows), plan.repeated) == (3, 2, 1)


def test_a_department_is_completed_only_when_the_list_shows_which_body_it_is(
    tmp_path: Path,
) -> None:
    inner = BODY[8:17]
    rows = [dict(LIST[0]) | {"机构代码": code} for code in (inner, "00877833X", "4148481895", BODY)]
    named = [row | {"事项名称": f"第{n}项"} for n, row in enumerate(rows)]

    found = by_name(read(tmp_path, csv_text(named)))

    departments = [said.said.department for said in found.values()]
    assert departments == [BODY, "00877833X", "4148481895", BODY]
    assert "department_completed" in flags(found["第0项"])
    assert found["第0项"].said.listing.as_published["机构代码"] == inner
    assert "department_code" in flags(found["第2项"])
    assert not {"department_code", "department_completed"} & flags(found["第3项"])


def test_titles_notes_and_empty_lines_around_a_list_are_no_rows(tmp_path: Path) -> None:
    path = workbook(
        {
            "Sheet1": [
                ["某区政务服务事项清单（2020年版）"],
                ["填报单位：", "某某局"],
                [],
                ["序号", "事项名称", "事项类型", "实施\n主体", "事项编码*", "备注"],
                ["一、行政许可"],
                [1, "甲证核发", "行政许可", "区甲局", "511A01", "说明在此"],
                [2, "甲证补发", "行政许可", None, "511A02"],
                ["注：本清单由编办公布"],
            ]
        },
        tmp_path / "list.xlsx",
    )

    plan = read_plan(path, NOW)

    found = by_name(plan)
    assert [*found] == ["甲证核发", "甲证补发"]
    assert found["甲证补发"].said.department_name == "区甲局"
    assert "department_inherited" in flags(found["甲证补发"])
    assert found["甲证核发"].said.listing.as_published["备注"] == "说明在此"
    assert plan.found.remarks == 2


def test_a_list_may_be_said_to_be_one(tmp_path: Path) -> None:
    text = "item_code,name\nA1,甲\n"

    for kind in ("", "list", "implementation"):
        (row,) = read(tmp_path, text, kind=kind).rows
        assert (row.said.item_code, row.said.said.department) == ("A1", row.said.said.department)
        assert "department_missing" in flags(row.said)


@given(st.text(max_size=80))
def test_whatever_stands_where_a_code_should_gives_a_code_we_can_use(text: str) -> None:
    code = irregular.item_code(text, "部门/事项").text
    department = irregular.department_code(text, "部门", {}).text

    for one in (code, department):
        assert 0 < len(one) <= 64
        assert re.fullmatch("[0-9A-Za-z._-]*[0-9A-Za-z][0-9A-Za-z._-]*", one)


def test_the_check_digits_of_organisations_are_right() -> None:
    assert [
        irregular.is_organisation(code) for code in ("083372204", "00877868-5", "00877836X")
    ] == [
        True,
        True,
        True,
    ]
    assert not irregular.is_organisation("083372205")
    assert irregular.level_of("511602000000") == 4
    assert [irregular.level_of(code) for code in ("3412XX", "3412XX001", "3412XX001001")] == [
        4,
        5,
        6,
    ]


@pytest.mark.data
def test_the_real_list_is_in_with_every_row(shared_data: Path) -> None:
    path = shared_data / "district_items.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        published = list(csv.DictReader(file))

    plan = read_plan(path, NOW)

    assert errors(plan) == []
    assert (plan.read, len(plan.rows)) == (len(published), len(published))
    said = {row.line: row.said for row in plan.rows}
    for line, row in enumerate(published, 2):
        version = said[line].said
        kept = version.listing.as_published
        assert version.name == row["name"]
        assert kept["item_code"] == row["item_code"]
        assert said[line].item_code == row["item_code"].upper()
        assert kept["region"] == row["region"] and kept["main_item"] == row["main_item"]
        assert kept.get("department_code", version.department) == row["department_code"]
        assert version.item_type == row["item_type"].zfill(2)
        assert version.listing.level == 4
        certain = uscc_is_valid(version.department)
        assert certain != ("department_code" in flags(said[line]))
    assert len({row.said.item_code for row in plan.rows}) == len(published)
    assert Counter(plan.found.flags) >= Counter(
        {
            "limit_missing": 619,
            "effective_date_missing": 619,
            "department_code": 428,
            "code_body_differs": 153,
            "code_body": 111,
            "department_completed": 70,
            "code_bare": 2,
            "code_region_differs": 1,
            "code_cleaned": 1,
        }
    )
