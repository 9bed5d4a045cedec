"""The invented week: plausible, within contract, and the same for the same seed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from deploy.feed import county
from deploy.feed.matters import directory
from deploy.feed.sample.house import STAFF, windows
from services.chassis.errors import ContractError
from services.kernel.times import SHANGHAI

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"
MONDAY = date(2020, 10, 12)


@pytest.fixture(scope="module")
def made() -> county.Week:
    return county.week(MONDAY, cases=800)


def test_same_seed_gives_the_same_bytes_and_another_seed_another_week(made: county.Week) -> None:
    again = county.week(date(2020, 10, 15), cases=800)
    other = county.week(MONDAY, cases=800, seed=2)

    assert again == made
    assert [r.body for r in other.records] != [r.body for r in made.records]


def test_cases_are_about_items_of_the_sample_as_they_are_that_day(made: county.Week) -> None:
    known = {item.code: item for item in made.directory.items}

    for record in made.records:
        said = json.loads(record.body)
        if record.kind == "accept":
            item = known[said["task_code"]]
            version = item.version_at(record.at)
            assert version is not None
            assert said["task_version"] == version.number
            assert said["project_type"] == ("1" if version.form.immediate else "2")
            assert said["org_code"] == item.department_code


def test_cases_come_to_windows_and_accounts_of_the_house(made: county.Week) -> None:
    clerks = {window.code: window.clerks for window in windows()}
    accepted = [json.loads(r.body) for r in made.records if r.kind == "accept"]
    steps = [json.loads(r.body) for r in made.records if r.kind == "process"]
    accounts = {f"C{number:03d}" for number in range(1, STAFF + 1)}

    assert all(said["handler"] in clerks[said["window"]] for said in accepted)
    assert {said["handler"] for said in steps} <= accounts
    decided = {said["handler"] for said in steps if said["process_name"] == "首席代表审定"}
    assert decided.isdisjoint({said["handler"] for said in accepted})


def test_items_that_have_ended_or_are_frozen_get_no_cases() -> None:
    hall = directory()
    after = {matter.code for matter in hall.on(date(2021, 1, 4))}
    before = {matter.code for matter in hall.on(date(2020, 1, 6))}
    (frozen, *_) = (item for item in hall.items if item.frozen)

    assert len(after) == 567
    assert before - after == {item.code for item in hall.items if item.ends}
    assert frozen.frozen is not None
    assert frozen.code not in {matter.code for matter in hall.on(frozen.frozen[0].date())}
    assert frozen.code in {matter.code for matter in hall.on(frozen.frozen[1].date())}


def test_fewer_items_are_the_first_of_all() -> None:
    assert len(directory(20).codes) == 20
    assert directory(20).codes <= directory().codes


def test_records_keep_their_contracts(made: county.Week) -> None:
    kinds = {
        kind: Draft202012Validator(
            json.loads((CONTRACTS / "ingress" / f"{kind}.v1.schema.json").read_text())
        )
        for kind in ("accept", "process", "result")
    }
    for record in made.records:
        kinds[record.kind].validate(json.loads(record.body))


def test_every_case_begins_with_its_acceptance_and_ends_in_order(made: county.Week) -> None:
    seen: dict[str, list[str]] = {}
    for record in made.records:
        seen.setdefault(record.project_no, []).append(record.kind)

    assert len(seen) == 800
    for kinds in seen.values():
        assert kinds[0] == "accept"
        assert kinds.count("accept") == 1
        assert "result" not in kinds[:-1]
    closed = sum("result" in kinds for kinds in seen.values())
    assert 0.75 < closed / 800 < 0.99


def test_everything_happens_in_the_hours_of_working_days(made: county.Week) -> None:
    for record in made.records:
        local = record.at.astimezone(SHANGHAI)
        assert local.date() in made.days
        morning = time(8, 30) <= local.time() <= time(12, 1)
        assert morning or time(14, 0) <= local.time() <= time(17, 30)


def test_applicants_are_obviously_invented(made: county.Week) -> None:
    for record in made.records:
        said = json.loads(record.body)
        if record.kind == "accept":
            assert said["applyer_name"].startswith("测试")
            assert said["applyer_page_code"].startswith("000000")
            assert said["applyer_mobile"].startswith("100")


def test_a_few_are_rejected_or_returned(made: county.Week) -> None:
    said = [json.loads(record.body) for record in made.records]
    results = Counter(one["result_type"] for one in said if one["record"] == "result")
    outcomes = Counter(one["event_name"] for one in said if one["record"] == "process")

    assert 0 < results["rejected"] < results["granted"] / 10
    assert 0 < outcomes["return"] < outcomes["pass"] / 10


def test_week_has_the_county_s_volume() -> None:
    whole = county.week(MONDAY)

    kinds = Counter(record.kind for record in whole.records)
    assert kinds["accept"] == 6_700
    departments = {json.loads(r.body)["org_code"] for r in whole.records if r.kind == "accept"}
    assert departments == {f"D{number:02d}" for number in range(1, 39)}


def test_make_up_days_are_working_days_and_holidays_are_not() -> None:
    assert county.working_days(date(2020, 10, 5)) == [date(2020, 10, 9), date(2020, 10, 10)]
    assert date(2020, 9, 27) in county.working_days(date(2020, 9, 21))


def test_week_of_holidays_is_refused() -> None:
    with pytest.raises(ContractError, match="no working day"):
        county.week(date(2020, 1, 28), cases=1)


def test_week_before_there_were_lists_is_refused() -> None:
    with pytest.raises(ContractError, match="no items"):
        county.week(date(2012, 3, 5), cases=1)


@pytest.mark.parametrize("options", [{"cases": 0}, {"items": 0}, {"items": 568}])
def test_impossible_counts_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ContractError):
        county.week(MONDAY, **options)


@settings(max_examples=15, deadline=None)
@given(
    day=st.dates(date(2019, 1, 1), date(2026, 12, 1)),
    cases=st.integers(1, 40),
    seed=st.integers(0, 10**6),
)
def test_any_week_is_whole(day: date, cases: int, seed: int) -> None:
    if not county.working_days(day):
        return
    made = county.week(day, cases=cases, seed=seed, items=20)

    assert len({r.project_no for r in made.records}) == cases
    assert len({r.row_guid for r in made.records}) == len(made.records)
    assert all(len(r.project_no) == 43 for r in made.records)
