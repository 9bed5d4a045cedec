"""Files of rows, in every way they come."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalog.imports.plan import read_plan
from services.catalog.imports.report import ValueIssue
from services.catalog.imports.values import read_moment, read_truth, read_whole
from services.kernel.times import SHANGHAI
from tests.unit.catalog.imported import (
    BASIC,
    CLAIM,
    IMPLEMENTATION,
    LIST,
    NOW,
    csv_text,
    errors,
    json_lines,
    read,
    workbook,
)

TABLE = csv_text([{name: value for name, value in CLAIM.items() if name != "kind"}])


@pytest.mark.parametrize(
    "text",
    [
        TABLE.encode(),
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.encode("gbk"),
        TABLE.encode("utf-16"),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace(",", ";").encode("gb18030"),
        TABLE.replace("\r\n", "\n").encode(),
        TABLE.replace("3412XX001", "３４１２ＸＸ００１").replace(",5,", ",５,").encode(),
    ],
    ids=["utf-8", "mark", "gbk", "utf-16", "tab", "semicolon", "lf", "full width"],
)
def test_a_table_is_read_in_every_writing(tmp_path: Path, text: bytes) -> None:
    plan = read(tmp_path, text)

    assert errors(plan) == []
    (row,) = plan.rows
    assert (row.kind.value, row.key, row.line) == ("claim", "3412XX001/000117051000", 2)
    assert (row.said.unit_name, row.said.level) == ("第一镇", 5)


def test_lines_are_those_of_the_file_though_cells_run_over_several(tmp_path: Path) -> None:
    text = "catalog_code,task_name,task_type,use_levels,by_law,plan_effective_date\r\n"
    text += '000117051000,甲,01,4^5,"第一条\n第二条",2019-01-01\r\n'
    text += "000117052000,乙,01,4,,2019-13-01\r\n"

    plan = read(tmp_path, text)

    assert errors(plan) == [(4, "plan_effective_date", "no_such_time")]
    assert plan.rows[0].said.basis == "第一条\n第二条"


def test_json_is_one_object_a_line_or_one_array(tmp_path: Path) -> None:
    lines = read(tmp_path, json_lines(BASIC, CLAIM))
    array = read(tmp_path, json.dumps([CLAIM, BASIC], indent=1, ensure_ascii=False))

    assert [row.said for row in lines.rows] == [row.said for row in array.rows]
    assert [row.kind.value for row in array.rows] == ["basic", "claim"]
    assert [row.line for row in array.rows] == [10, 2]


def test_a_broken_line_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    text = json_lines(BASIC) + b'{"kind": "claim",\n[1]\n{"kind":"nothing"}\n' + json_lines(CLAIM)

    plan = read(tmp_path, text)

    assert errors(plan) == [(2, "", "not_json"), (3, "", "not_json"), (4, "kind", "unknown_kind")]
    assert len(plan.rows) == 2


@pytest.mark.parametrize(
    "text", [b"[{}", b"[{}] x", b"[1, {}]", b'[{"a": "b}]', b"[{}, 2]"], ids=repr
)
def test_an_array_with_anything_else_in_it_is_refused(tmp_path: Path, text: bytes) -> None:
    assert "not_json" in {rule for _, _, rule in errors(read(tmp_path, text))}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xff\xfe\xff", "bad_charset"),
        (b"\xd0\xcf\x11\xe0rest", "bad_format"),
        (b"PK\x03\x04rest", "broken_workbook"),
        ("只有一句话\n".encode(), "unknown_heading"),
        (b"task_code,task_version\n", "empty"),
    ],
)
def test_what_is_no_file_of_rows_is_refused(tmp_path: Path, text: bytes, rule: str) -> None:
    assert [found for _, _, found in errors(read(tmp_path, text))] == [rule]


def test_a_workbook_has_a_kind_a_sheet(tmp_path: Path) -> None:
    path = workbook(
        {
            "说明": [["填表须知"], ["请勿改动表头"]],
            "基本目录": [
                ["基本目录一览"],
                ["catalog_code", "task_name", "task_type", "use_levels", "plan_effective_date"],
                ["000117051000", "甲", 1, "4^5", datetime(2019, 1, 1)],  # noqa: DTZ001 - a sheet has no offsets
            ],
            "claim": [
                ["catalog_code", "unit", "unit_name", "use_level", "batch_no", "fully_online"],
                ["000117051000", "3412XX001", "第一镇", 5.0, 1, True],
                [],
                ["000117051000", "3412XX002", "第二镇", 5, "一"],
            ],
        },
        tmp_path / "without-an-ending",
    )

    plan = read_plan(path, NOW)

    basic, claim = plan.rows
    assert (basic.said.item_type, basic.line, basic.sheet) == ("01", 3, "基本目录")
    assert basic.said.effective_from == datetime(2019, 1, 1, tzinfo=SHANGHAI)
    assert (claim.said.level, claim.said.fully_online) == (5, True)
    assert plan.found.passed_over == ["说明"]
    (error,) = plan.found.errors
    assert (error.sheet, error.line, error.field) == ("claim", 4, "batch_no")


def test_a_code_that_a_spreadsheet_made_a_number_of_is_refused(tmp_path: Path) -> None:
    heading = ["catalog_code", "unit", "unit_name", "use_level", "batch_no"]
    path = workbook(
        {"claim": [heading, ["000117051000", 3412010010010010010, "镇", 5, 1]]}, tmp_path / "b.xlsx"
    )

    assert errors(read_plan(path, NOW)) == [(2, "unit", "digits_lost")]
    text = ",".join(heading) + "\n000117051000,3.41201E+17,镇,5,1\n"
    assert errors(read(tmp_path, text)) == [(2, "unit", "digits_lost")]


def test_a_packed_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", b"0" * (200 << 20))

    assert errors(read_plan(path, NOW)) == [(0, "", "too_large")]


def test_materials_fees_and_steps_stand_on_rows_of_their_own_or_in_a_cell(tmp_path: Path) -> None:
    key = {"task_code": IMPLEMENTATION["task_code"], "task_version": 1}
    materials = [{"material_name": "申请表", "is_need": "是", "page_num": 2}]
    nested = IMPLEMENTATION | {
        "materials": materials,
        "fees": [{"fee_name": "工本费", "amount_fen": 1000}],
        "steps": [{"name": "受理", "days": 1}],
    }
    apart = [
        IMPLEMENTATION,
        {"kind": "material", **key, **materials[0]},
        {"kind": "fee", **key, "fee_name": "工本费", "amount_fen": 1000},
        {"kind": "step", **key, "name": "受理", "days": 1},
    ]
    cell = {name: value for name, value in IMPLEMENTATION.items() if name != "kind"} | {
        "lists": "POWER",
        "materials": json.dumps(nested["materials"], ensure_ascii=False),
        "fees": json.dumps(nested["fees"], ensure_ascii=False),
        "steps": json.dumps(nested["steps"], ensure_ascii=False),
    }

    plans = [
        read(tmp_path, json_lines(nested)),
        read(tmp_path, json_lines(*apart)),
        read(tmp_path, csv_text([cell])),
    ]

    assert [errors(plan) for plan in plans] == [[], [], []]
    first, *others = [plan.rows[0].said.said for plan in plans]
    assert all(said == first for said in others)
    assert (first.listing.materials[0].originals, first.listing.fees[0].amount_fen) == (2, 1000)


def test_a_part_without_its_version_is_refused(tmp_path: Path) -> None:
    part = {"kind": "step", "task_code": "A", "task_version": 2, "name": "受理"}

    assert errors(read(tmp_path, json_lines(part))) == [(1, "task_code", "unknown_version")]


@given(st.integers(0, 10**9).map(lambda second: datetime.fromtimestamp(second, SHANGHAI)))
def test_three_spellings_of_a_time_mean_the_same(at: datetime) -> None:
    spelt = {read_moment(f"{at:{form}}") for form in ("%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M:%S")}

    assert spelt == {at}
    assert read_moment(f"{at:%Y%m%d}") == read_moment(f"{at:%Y-%m-%d}")
    assert read_moment(f"{at.year}年{at.month}月{at.day}日") == read_moment(f"{at:%Y-%m-%d}")


@given(st.text(max_size=30))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    for reader in (read_moment, read_truth, lambda value: read_whole(value, 0, 9)):
        try:
            reader(text)
        except ValueIssue as issue:
            assert issue.rule and issue.reason


@settings(max_examples=50)
@given(st.binary(max_size=400))
def test_no_bytes_do_more_than_be_refused(
    tmp_path_factory: pytest.TempPathFactory, text: bytes
) -> None:
    plan = read(tmp_path_factory.mktemp("bytes"), text)

    assert plan.rows or plan.found.wrong


def test_every_row_of_a_table_is_read_once(tmp_path: Path) -> None:
    told: list[int] = []
    path = tmp_path / "many.jsonl"
    path.write_bytes(json_lines(*[CLAIM | {"unit": f"3412XX{n:06}"} for n in range(1000)]))

    plan = read_plan(path, NOW, pause=told.append)

    assert (plan.read, len(plan.rows), told[-1]) == (1000, 1000, 1000)


def test_a_list_is_known_by_its_own_names(tmp_path: Path) -> None:
    plan = read(tmp_path, csv_text(LIST))

    assert errors(plan) == []
    assert {row.kind.value for row in plan.rows} == {"implementation"}
