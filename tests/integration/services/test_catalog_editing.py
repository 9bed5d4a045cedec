"""Lists through the real house: drafted, co-signed, published, adjusted, claimed, refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from services.chassis.eventlog.database import Database
from tests.integration.services.test_way_of_a_case import Client
from tests.support.house import House
from tests.unit.catalog.licence import CODE, LICENCE, LISTING

AHEAD = "2099-01-01T00:00:00+08:00"
FURTHER = "2099-06-01T00:00:00+08:00"
PAST = "2020-09-01T00:00:00+08:00"
LIST: dict[str, Any] = msgspec.to_builtins(LICENCE) | {
    "effective_from": AHEAD,
    "listing": msgspec.to_builtins(LISTING),
}
BASIC = {
    "catalog_code": "000100001000",
    "name": "建筑工程施工许可证核发",
    "item_type": "01",
    "levels": [4, 5],
    "effective_from": PAST,
}
CLAIM = {
    "catalog_code": "000100001000",
    "unit": "3412XX001",
    "unit_name": "示例镇",
    "level": 5,
    "batch_no": 1,
}


class Desk:
    """The catalog's HTTP, as whoever is named."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.client = Client(house)

    def post(self, who: str, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        account, _, roles = who.partition(":")
        token = self.house.token(account, *roles.split("+"))
        return self.client.ask("POST", "catalog", path, body, token, **headers)

    def edit(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        return self.post(EDITOR, path, body, **headers)

    def refused(self, path: str, body: Any, who: str = "") -> dict[str, str]:
        """The rule, field and words of a refusal by a rule."""
        status, problem = self.post(who or EDITOR, path, body)
        assert status == 422, problem
        assert problem["title"].startswith("不符合办理规则")
        return {name: problem[name] for name in ("rule", "field", "detail")}

    def log(self, subject: str) -> list[dict[str, Any]]:
        rows = Database(self.house.database_url).read(
            "SELECT topic, convert_from(state, 'UTF8') FROM catalog.events ORDER BY id"
        )
        events = [json.loads(str(state)) | {"type": topic} for topic, state in rows]
        return [event for event in events if event["subject"] == subject]


EDITOR = "editor-1:catalog_editor"
STAFFING = "staffing-1:staffing_office"
LEGAL = "legal-1:legal_office"


@pytest.fixture(scope="module")
def desk(module_house: House) -> Iterator[Desk]:
    with module_house.serve("catalog"):
        yield Desk(module_house)


@pytest.fixture
def code() -> str:
    """A lawful code that no other test has, of a placeholder county."""
    serial = f"{uuid4().int % 10**7:07}"
    return f"123412XXMB{serial}X4000100001000"


def said(code: str, version: int = 1, listed: Any = None, **fields: Any) -> dict[str, Any]:
    listing = LIST["listing"] | {"handle_items": [f"{code}01"]} | (listed or {})
    return LIST | {"item_version": version, "listing": listing} | fields


def publish(desk: Desk, code: str, **fields: Any) -> None:
    status, answer = desk.edit("/items", said(code, **fields) | {"item_code": code})
    assert (status, answer["new"]) == (201, True), answer


def co_sign(desk: Desk, code: str, version: int = 1) -> None:
    for who in (STAFFING, LEGAL):
        path = f"/items/{code}/drafts/{version}/reviews"
        status, answer = desk.post(who, path, {"passed": True, "comments": "同意"})
        assert (status, answer["new"]) == (201, True), answer


def test_list_goes_from_the_draft_by_both_offices_to_the_log(desk: Desk, code: str) -> None:
    status, answer = desk.edit(f"/items/{code}/drafts", said(code) | {"reason": "新增事项"})
    assert (status, answer["new"]) == (201, True), answer
    co_sign(desk, code)

    status, answer = desk.edit(f"/items/{code}/drafts/1/publication", {}, Prefer="wait")

    assert (status, answer["item_version"], answer["new"]) == (201, 1, True), answer
    events = desk.log(code)
    assert [event["type"] for event in events] == [
        "catalog.implementation-drafted.v1",
        "catalog.implementation-reviewed.v1",
        "catalog.implementation-reviewed.v1",
        "catalog.item-published.v1",
        "catalog.service-guide-published.v1",
    ]
    assert {event["department"] for event in events} == {"D07"}
    assert [event["actor"]["id"] for event in events[:3]] == ["editor-1", "staffing-1", "legal-1"]
    assert (events[3]["data"]["origin"], events[3]["data"]["retroactive"]) == ("EDITED", False)
    assert events[3]["data"]["listing"]["guide"]["flow"] == LISTING.guide.flow  # type: ignore[union-attr]
    again = desk.edit(f"/items/{code}/drafts/1/publication", {})
    assert (again[0], again[1]["new"]) == (200, False)
    status, versions = desk.client.get("catalog", f"/items/{code}")
    assert status == 200, versions


def test_second_version_says_what_it_changes(desk: Desk, code: str) -> None:
    publish(desk, code)
    cheaper = {"fees": [{"name": "工本费", "standard": "免收"}]}
    second = said(
        code, 2, cheaper, case_type="IMMEDIATE", promised_limit_days=0, effective_from=FURTHER
    )
    assert desk.edit(f"/items/{code}/drafts", second)[0] == 201
    co_sign(desk, code, 2)

    status, answer = desk.edit(f"/items/{code}/drafts/2/publication", {"programme": "ADJUSTMENT"})

    assert status == 201, answer
    data = {event["type"].split(".")[1]: event["data"] for event in desk.log(code)[-4:]}
    assert data["item-revised"]["programme"] == "ADJUSTMENT"
    assert data["case-type-changed"]["after"] == "IMMEDIATE"
    assert data["process-reengineered"]["after"] == {"steps": 5, "materials": 2, "days": 0}
    assert data["fee-spec-adjusted"]["after"] == "免收"


def test_repeated_command_with_its_key_gives_the_first_answer(desk: Desk, code: str) -> None:
    publish(desk, code)
    order = {"act": "freeze", "reason": "上位法修订"}

    first = desk.edit(f"/items/{code}/adjustments", order, Idempotency_Key=f"k-{code}")
    again = desk.edit(f"/items/{code}/adjustments", order, Idempotency_Key=f"k-{code}")

    assert first[0] == 201 and again[1]["event"] == first[1]["event"]
    assert [e["type"] for e in desk.log(code)].count("catalog.item-frozen.v1") == 1


ADJUSTMENTS: list[dict[str, Any]] = [
    {"act": "delegate_down", "from_level": 2, "source_document": "省政府令"},
    {"act": "change_mode", "before": "审批", "after": "备案", "reason": "放管服"},
    {"act": "freeze", "reason": "修订", "until": FURTHER},
    {"act": "unfreeze", "reason": "修订完成"},
    {"act": "forward_up", "to_unit": "3412", "to_level": 3, "reason": "上收"},
    {"act": "cancel", "reason": "国务院取消", "open_cases": "TERMINATE"},
]


def test_item_is_adjusted_in_every_way_and_once_each(desk: Desk, code: str) -> None:
    publish(desk, code)

    for order in ADJUSTMENTS:
        order = order | {"effective_from": AHEAD}
        for status, new in ((201, True), (200, False)):
            given, answer = desk.edit(f"/items/{code}/adjustments", order)
            assert (given, answer.get("new"), answer.get("subject")) == (status, new, code), answer

    assert [event["type"].split(".")[1] for event in desk.log(code)[2:]] == [
        "item-delegated-down",
        "management-mode-changed",
        "item-frozen",
        "item-unfrozen",
        "item-reassigned-upward",
        "item-cancelled",
    ]
    other = {"act": "cancel", "reason": "另一理由", "effective_from": FURTHER}
    refused = desk.refused(f"/items/{code}/adjustments", other)
    assert (refused["rule"], refused["field"]) == ("ended", "item_code")


def test_merge_and_split_are_told_to_every_item(desk: Desk) -> None:
    codes = [f"123412XXMB{uuid4().int % 10**7:07}X4000100001000" for _ in range(5)]
    into, first, second, third, fourth = codes
    for one in codes:
        publish(desk, one)

    order: dict[str, Any] = {
        "act": "merge",
        "merged": [first, second],
        "effective_from": FURTHER,
        "programme": "LICENCE_STREAMLINING",
    }
    assert desk.edit(f"/items/{into}/adjustments", order)[0] == 201
    order = {"act": "split", "into": [third, fourth], "effective_from": FURTHER}
    assert desk.edit(f"/items/{into}/adjustments", order)[0] == 201

    assert [e["type"].split(".")[1] for e in desk.log(into)[-2:]] == ["items-merged", "item-split"]
    for one in (first, second):
        event = desk.log(one)[-1]
        assert event["type"] == "catalog.item-superseded.v1"
        assert event["data"]["by"] == into
    for one in (third, fourth):
        event = desk.log(one)[-1]
        assert event["type"] == "catalog.item-split-off.v1"
        assert event["data"]["split_from"] == into
    refused = desk.refused(
        f"/items/{third}/adjustments",
        {"act": "merge", "merged": [first], "effective_from": "2099-07-01T00:00:00+08:00"},
    )
    assert (refused["rule"], refused["field"]) == ("ended", "merged[0]")


def test_basic_item_is_claimed_and_given_up(desk: Desk) -> None:
    assert desk.edit("/basic-items", BASIC)[0] in (200, 201)

    assert desk.edit("/claims", CLAIM)[0] == 201
    assert desk.edit("/claims", CLAIM)[0] == 200
    end = {"catalog_code": CLAIM["catalog_code"], "unit": CLAIM["unit"], "reason": "并入县级"}
    assert desk.edit("/claims/withdrawals", end)[0] == 201
    assert desk.edit("/claims/withdrawals", end)[0] == 200

    subject = f"{CLAIM['unit']}/{CLAIM['catalog_code']}"
    assert [event["type"] for event in desk.log(subject)] == [
        "catalog.item-claimed.v1",
        "catalog.claim-withdrawn.v1",
    ]
    assert {event["region"] for event in desk.log(subject)} == {CLAIM["unit"]}


def test_promise_longer_than_the_law_allows_is_refused(desk: Desk, code: str) -> None:
    for path, body in (
        (f"/items/{code}/drafts", said(code, promised_limit_days=16)),
        ("/items", said(code, promised_limit_days=16) | {"item_code": code}),
    ):
        refused = desk.refused(path, body)

        assert (refused["rule"], refused["field"]) == ("promised_limit", "promised_limit_days")
        assert "承诺时限不得长于法定时限" in refused["detail"]
        assert "shorten it" in refused["detail"]


def test_overlapping_versions_are_refused(desk: Desk, code: str) -> None:
    publish(desk, code)

    refused = desk.refused(f"/items/{code}/drafts", said(code, 2, promised_limit_days=6))

    assert (refused["rule"], refused["field"]) == ("one_effective", "effective_from")
    assert "同一时间只能有一个有效版本" in refused["detail"]


def test_publication_without_a_guide_is_refused(desk: Desk, code: str) -> None:
    bare = said(code)
    del bare["listing"]["guide"]
    assert desk.edit(f"/items/{code}/drafts", bare)[0] == 201
    co_sign(desk, code)

    refused = desk.refused(f"/items/{code}/drafts/1/publication", {})

    assert (refused["rule"], refused["field"]) == ("guide", "listing.guide")
    assert "材料要素、审查要素、办理环节、流程图" in refused["detail"]


def test_claim_of_an_unknown_item_is_refused(desk: Desk) -> None:
    refused = desk.refused("/claims", CLAIM | {"catalog_code": "000199999000"})

    assert (refused["rule"], refused["field"]) == ("unknown_basic_item", "catalog_code")
    assert "register it, or correct the code" in refused["detail"]


def test_retroactive_effect_is_refused(desk: Desk, code: str) -> None:
    assert desk.edit(f"/items/{code}/drafts", said(code, effective_from=PAST))[0] == 201
    co_sign(desk, code)

    for path, body in (
        (f"/items/{code}/drafts/1/publication", {}),
        (
            f"/items/{code}/adjustments",
            {"act": "cancel", "reason": "取消", "effective_from": PAST},
        ),
    ):
        if path.endswith("adjustments"):
            publish(desk, code)
        refused = desk.refused(path, body)

        assert (refused["rule"], refused["field"]) == ("retroactive", "effective_from")
        assert "name a time to come" in refused["detail"]


def test_publication_needs_both_offices_and_other_people(desk: Desk, code: str) -> None:
    drafts = f"/items/{code}/drafts"
    assert desk.edit(drafts, said(code))[0] == 201
    review = {"passed": True}

    assert desk.refused(f"{drafts}/1/publication", {})["rule"] == "co_signed"
    writer = "editor-1:legal_office"
    assert desk.refused(f"{drafts}/1/reviews", review, writer)["rule"] == "own_draft"
    both = "boss-1:legal_office+staffing_office"
    status, problem = desk.post(both, f"{drafts}/1/reviews", review)
    assert (status, problem["field"]) == (400, "office")
    assert desk.post(both, f"{drafts}/1/reviews", review | {"office": "LEGAL"})[0] == 201
    refused = desk.refused(f"{drafts}/1/reviews", review | {"office": "STAFFING"}, both)
    assert refused["rule"] == "two_people"
    assert desk.post(LEGAL, f"{drafts}/1/reviews", review | {"office": "STAFFING"})[0] == 403
    assert desk.edit(f"{drafts}/1/reviews", review)[0] == 403
    assert desk.post(LEGAL, drafts, said(code))[0] == 403


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/items/NONE/adjustments", {"act": "cancel", "reason": "取消"}, 404, ""),
        ("/items/NONE/adjustments", {"act": "merge", "merged": ["A"]}, 404, ""),
        ("/items/NONE/adjustments", {"act": "vanish"}, 400, "act"),
        ("/items/NONE/adjustments", {"act": "cancel"}, 400, "reason"),
        ("/items/%20/drafts", LIST | {"item_version": 1}, 404, ""),
        (
            f"/items/{CODE}/drafts",
            said(CODE) | {"promised_limit_days": 0.5},
            400,
            "promised_limit_days",
        ),
        (f"/items/{CODE}/drafts", said(CODE, listed={"levle": 4}), 400, "listing"),
        (f"/items/{CODE}/drafts", said(CODE, listed={"level": 8}), 400, "listing.level"),
        (
            f"/items/{CODE}/drafts",
            said(CODE, effective_from="2099-01-01T00:00:00"),
            400,
            "effective_from",
        ),
        ("/claims", CLAIM | {"level": 0}, 400, "level"),
    ],
)
def test_input_that_is_none_is_refused_with_its_field(
    desk: Desk, path: str, body: Any, status: int, field: str
) -> None:
    given, problem = desk.edit(path, body)

    assert (given, problem.get("field", "")) == (status, field), problem
