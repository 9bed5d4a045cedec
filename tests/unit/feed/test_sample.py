"""The sample county: every figure of the report, placeholders only, the same for the same seed."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from deploy.feed.sample.amounts import settle
from deploy.feed.sample.figures import figures
from deploy.feed.sample.rows import county, lines, rows, rows_about

REPORT: dict[str, Any] = {
    "in_force": 1_462,
    "open": 1_462,
    "resident": 567,
    "S09": (543, 567),
    "S10": (62, 180),
    "S11": (429, 1_300),
    "S12": (416, 1_664),
    "S13": (373, 1_650),
    "S14": (3_178, 6_805),
    "S15": (3_630, 537),
    "S16": (1_814, 567),
    "S22": 1_419,
    "S23": 31_218,
    "S24": (32_637, 32_637),
    "S25": (31_958, 32_637),
    "S26": (15_016, 32_637),
    "S40": {
        "cancelled": 8,
        "mode": 11,
        "merged": 12,
        "frozen": 4,
        "upward": 5,
        "received": 38,
        "fees": 10,
        "public_service": 18,
    },
    "non_licence": 30,
}
KINDS = {
    "region": 1 + 28 + 395,
    "department": 60,
    "window": 72,
    "staff": 132,
    "delegation": 41,
    "seal": 38,
    "claim": 1_419 + 31_218,
    "scheme": 3,
}


@pytest.fixture(scope="module")
def made() -> list[dict[str, Any]]:
    return list(rows(county()))


@pytest.fixture(scope="module")
def counted(made: list[dict[str, Any]]) -> dict[str, Any]:
    return figures(made, 2020)


def of(made: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [row for row in made if row["kind"] == kind]


@pytest.mark.parametrize("name", sorted(REPORT))
def test_figure_is_the_report_s(counted: dict[str, Any], name: str) -> None:
    assert counted[name] == REPORT[name]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_there_are_as_many_as_the_report_says(counted: dict[str, Any], kind: str) -> None:
    assert counted["kinds"][kind] == KINDS[kind]


@pytest.mark.parametrize(("seed", "year"), [(2, 2020), (77, 2020), (1, 2023)])
def test_figures_hold_for_any_seed_and_year(seed: int, year: int) -> None:
    found = figures(rows(county(seed, year)), year)

    assert {name: found[name] for name in REPORT} == REPORT


def test_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def printed(seed: int) -> str:
        county.cache_clear()
        return sha256(b"".join(lines(rows(county(seed))))).hexdigest()

    assert printed(1) == printed(1) != printed(2)


def test_names_and_codes_are_placeholders(made: list[dict[str, Any]]) -> None:
    text = b"".join(lines(iter(made))).decode()

    for row in made:
        for name in ("task_code", "uscc", "into"):
            assert str(row.get(name, "113412XXBJ")).startswith("113412XXBJ")
        for name in ("region_code", "parent_code"):
            assert str(row.get(name, "3412XX")).startswith("3412XX")
        assert row.get("to_unit", "34XX00") == "34XX00"
    assert {number[:5] for number in re.findall(r"[0-9]{4}-[0-9]{7}", text)} == {"0000-"}
    assert not re.search(r"阜阳|安徽|颍|临泉|太和|阜南|界首", text)
    assert not re.search(r"姓名|手机", text)


def test_codes_are_built_as_the_standard_says(made: list[dict[str, Any]]) -> None:
    from services.kernel.codes import parse_catalog_code, parse_task_code

    for row in of(made, "implementation"):
        task = parse_task_code(row["task_code"])
        assert (task.level, task.catalog) == (4, row["catalog_code"])
        assert parse_catalog_code(row["catalog_code"]).item_type == row["task_type"]
    assert len({row["catalog_code"] for row in of(made, "basic")}) == len(of(made, "basic"))
    assert {len(row["region_code"]) for row in of(made, "region")} == {6, 9, 12}


def test_rows_refer_to_rows_that_are_there(made: list[dict[str, Any]]) -> None:
    items = {row["task_code"] for row in of(made, "implementation")}
    basics = {row["catalog_code"] for row in of(made, "basic")}
    departments = {row["dept_code"] for row in of(made, "department")}
    regions = {row["region_code"] for row in of(made, "region")}
    windows = {row["window_no"] for row in of(made, "window")}
    staff = {row["staff_no"] for row in of(made, "staff")}

    assert {row["parent_code"] for row in of(made, "region") if "parent_code" in row} <= regions
    assert {row["dept_code"] for row in of(made, "implementation")} == departments
    assert {row["catalog_code"] for row in of(made, "implementation")} <= basics
    assert {row["window_no"] for row in of(made, "staff")} == windows
    assert {row["unit"] for row in of(made, "staff")} <= departments | regions
    for row in (*of(made, "delegation"), *of(made, "seal")):
        assert row["dept_code"] in departments
        assert row.get("staff_no", row.get("custodian")) in staff
    claims = of(made, "claim")
    assert {row["catalog_code"] for row in claims} <= basics
    assert {row["unit"] for row in claims} == regions
    assert {row["task_code"] for row in claims if "task_code" in row} <= items
    assert len({(row["unit"], row["catalog_code"]) for row in claims}) == len(claims)
    assert {row["batch_no"] for row in claims} == {1, 2, 3, 4}
    for row in of(made, "adjustment"):
        assert {row.get("task_code", row.get("into")), *row.get("merged", ())} - {None} <= items


def test_versions_follow_each_other_and_nothing_is_retroactive(made: list[dict[str, Any]]) -> None:
    versions: dict[str, list[dict[str, Any]]] = {}
    for row in of(made, "implementation"):
        versions.setdefault(row["task_code"], []).append(row)

    for known in versions.values():
        assert [row["task_version"] for row in known] == list(range(1, len(known) + 1))
        begins = [datetime.fromisoformat(row["plan_effective_date"]) for row in known]
        assert begins == sorted(begins)
    for row in made:
        begins_at = row.get("effective_from") or row.get("plan_effective_date")
        if begins_at:
            happened = datetime.fromisoformat(row["happened_at"])
            assert happened <= datetime.fromisoformat(begins_at)
    changed = [known for known in versions.values() if len(known) == 2]
    assert all(known[1]["plan_effective_date"].startswith("2020-") for known in changed)


def test_nobody_has_two_fates(made: list[dict[str, Any]]) -> None:
    told = Counter(
        row["task_code"]
        for row in of(made, "adjustment")
        if "task_code" in row and row["act"] != "unfreeze"
    )
    told.update(row["task_code"] for row in of(made, "implementation") if row["task_version"] == 2)
    told.update(code for row in of(made, "adjustment") for code in row.get("merged", ()))

    assert set(told.values()) == {1}


def test_one_scheme_has_a_lawful_cycle_and_none_an_ended_member(made: list[dict[str, Any]]) -> None:
    ended = {row["task_code"] for row in of(made, "adjustment") if row["act"] == "cancel"}
    ended |= {code for row in of(made, "adjustment") for code in row.get("merged", ())}
    mutual = []
    for scheme in of(made, "scheme"):
        needs = {member["item_code"]: member["needs"] for member in scheme["members"]}
        assert not needs.keys() & ended
        assert all(code not in first for code, first in needs.items())
        mutual += [
            (code, other)
            for code, first in needs.items()
            for other in first
            if code in needs.get(other, ())
        ]

    assert len({scheme["scheme_kind"] for scheme in of(made, "scheme")}) == 3
    assert len(mutual) == 2


def test_chief_representatives_are_dated_and_never_two_at_once(made: list[dict[str, Any]]) -> None:
    spans: dict[str, list[tuple[str, str]]] = {}
    for row in of(made, "delegation"):
        spans.setdefault(row["dept_code"], []).append((row["since"], row["until"]))

    assert len(spans) == 38
    for dated in spans.values():
        dated.sort()
        assert all(one[1] < other[0] for one, other in pairwise(dated))
        assert dated[-1][1] > "2020-12-31"


def test_few_items_come_with_the_house_and_without_claims() -> None:
    made = county()
    codes = {item.code for item in made.items if item.versions[-1].number == 2}
    found = list(rows_about(made, codes))

    kinds = Counter(str(row["kind"]) for row in found)
    assert kinds["implementation"] == 2 * len(codes)
    assert kinds["basic"] == len(codes)
    assert kinds["claim"] == kinds["scheme"] == 0
    assert kinds["window"] == 72


def test_catalog_s_import_takes_every_row_and_finds_nothing_odd(tmp_path: Path) -> None:
    from services.catalog.imports.plan import read_plan

    file = tmp_path / "county.jsonl"
    file.write_bytes(b"".join(lines(rows(county()))))
    plan = read_plan(file, datetime(2026, 1, 1, tzinfo=UTC), format="jsonl")

    assert plan.found.errors == []
    assert plan.found.flags == Counter()
    assert len(plan.rows) == plan.read


def test_values_settle_on_a_total_or_say_that_they_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    from random import Random

    from deploy.feed.sample import amounts

    settled = settle([5] * 10, 61, lambda _: (5, 7, 10), Random(1))
    assert sum(settled) == 61
    assert set(settled) <= {5, 7, 10}
    monkeypatch.setattr(amounts, "MOVES", 100)
    with pytest.raises(ValueError, match="cannot add up"):
        settle([2, 2], 5, lambda _: (2, 4), Random(1))


def test_command_writes_the_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from deploy.console import main as console

    out = tmp_path / "county.jsonl"
    assert console.main(["catalog", "sample", "-o", str(out)]) == 0
    assert sum(1 for _ in out.open()) == sum(1 for _ in rows(county()))
    capsys.readouterr()

    assert console.main(["catalog", "sample", "--figures", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["S14"] == [3_178, 6_805]
