"""What the catalog tells its readers: as of any moment, by any filter, live and rebuilt alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest

from services.catalog.projections.folding import fold
from services.catalog.service import Service
from services.chassis.eventlog.database import Database
from tests.integration.services.test_way_of_a_case import Client
from tests.support.catalog import (
    BUILDING,
    DINING,
    FROZEN,
    GONE,
    HEALTH,
    MERGED,
    PENSION,
    SOON,
    SPLIT,
    county,
    feed,
    many,
)
from tests.support.house import House

OLD = "123412XX000000420X4000117054009"
NEW = "123412XX000000777X4000117099000"


@pytest.fixture(scope="module")
def client(module_house: House) -> Iterator[Client]:
    """Serve the catalog over the read model of the small county."""
    database = Database(f"{module_house.database_url}?options=-csearch_path%3Dcatalog_model")
    feed(database, [*county(), *many(25)])
    database.close()
    with module_house.serve("catalog"):
        yield Client(module_house)


def ask(client: Client, path: str) -> Any:
    status, answer = client.get("catalog", quote(path, safe="/?&=%"))
    assert status == 200, answer
    return answer


def codes(client: Client, query: str, path: str = "/items") -> list[str]:
    return [hit["code"] for hit in ask(client, f"{path}?{query}")["items"]]


def test_no_mixin_hides_a_method_of_another() -> None:
    owners = Counter(
        name
        for part in Service.__mro__
        if part.__module__.startswith("services.catalog")
        for name, value in vars(part).items()
        if callable(value) and not name.startswith("__")
    )

    assert [name for name, count in owners.items() if count > 1] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=施工", [BUILDING]),
        ("q=许可 食品", [DINING]),
        ("q=（新办）", [DINING]),
        ("q=ＳＨＩ", []),
        (f"q={BUILDING[:20]}", [BUILDING]),
        ("q=建筑工程施工许可证核发", [BUILDING]),
        ("q=%", []),
        ("q=（）", []),
        ("department=D09", [DINING]),
        ("item_type=20", [PENSION]),
        ("case_type=IMMEDIATE", [PENSION]),
        ("audience=1&department=D09", [DINING]),
        ("resident=true", [BUILDING, DINING]),
        ("list=PUBLIC_SERVICE", [PENSION]),
        ("topic=工程建设", [BUILDING]),
        ("status=frozen", [FROZEN]),
        ("status=cancelled", [GONE]),
        ("status=superseded", [OLD]),
        ("status=split", [SPLIT]),
        ("status=pending", [SOON]),
        ("level=5", []),
        ("status=cancelled&as_of=2020-08-31", []),
        ("status=cancelled&as_of=2020-09-01", [GONE]),
        ("q=施工&as_of=2019-12-31", [BUILDING]),
        ("q=施工&as_of=2019-12-19", []),
    ],
)
def test_items_are_found_by_every_filter(client: Client, query: str, found: list[str]) -> None:
    assert sorted(codes(client, query)) == sorted(found)


def test_best_hits_come_first(client: Client) -> None:
    found = [hit["name"] for hit in ask(client, "/search?q=公共场所卫生许可")["items"]]
    every = [hit["name"] for hit in ask(client, "/search?q=许可")["items"]]

    assert found == ["公共场所卫生许可"]
    assert every == sorted(every, key=lambda name: len(fold(name)))


def test_pages_of_a_search_join_without_gap_or_overlap(client: Client) -> None:
    found: list[str] = []
    cursor = ""
    while True:
        page = ask(client, f"/search?limit=7&cursor={cursor}")
        found += [hit["code"] for hit in page["items"]]
        cursor = page["next"]
        if not cursor:
            break

    assert len(found) == len(set(found)) == page["total"]
    assert page["total"] == len(codes(client, "limit=500", "/search"))


def test_claims_are_found_by_the_name_of_what_they_claim_and_where(client: Client) -> None:
    every = ask(client, "/search?q=养老保险&kind=claim")
    village = ask(client, "/search?q=养老&unit=3412XX101003")

    assert every["total"] == 12
    assert [hit["unit_name"] for hit in village["items"]] == ["城关镇第3社区"]
    assert codes(client, "kind=claim&q=就业登记&unit=3412XX101001", "/search") == []
    before = "kind=claim&q=就业登记&unit=3412XX101001&as_of=2020-05-01"
    assert len(codes(client, before, "/search")) == 1


def test_an_item_shows_each_version_with_its_range_and_status(client: Client) -> None:
    now = ask(client, f"/items/{BUILDING}")
    then = ask(client, f"/items/{BUILDING}?as_of=2020-06-30")

    assert [(v["item_version"], v["status"]) for v in now] == [(2, "in_force"), (1, "past")]
    assert [v["status"] for v in then] == ["pending", "in_force"]
    assert now[0].get("effective_until") is None
    begins = datetime.fromisoformat(now[0]["effective_from"])
    assert datetime.fromisoformat(now[1]["effective_until"]) == begins
    assert len(now[1]["listing"]["materials"]) == 5
    one = ask(client, f"/items/{BUILDING}/versions/1")
    assert one["promised_limit_days"] == 15
    assert client.get("catalog", f"/items/{BUILDING}/versions/9")[0] == 404


def test_a_bad_moment_is_refused_with_its_field(client: Client) -> None:
    for path in ("/items?", f"/items/{BUILDING}?", "/search?", "/calendars/2020?", "/claims?"):
        status, problem = client.get("catalog", f"{path}as_of=2020-11-31")
        assert (status, problem["field"]) == (400, "as_of"), path
    status, problem = client.get("catalog", "/search?cursor=abc")
    assert (status, problem["field"]) == (400, "cursor")
    status, problem = client.get("catalog", "/items?status=lost")
    assert (status, problem["field"]) == (400, "status")


def test_lineage_is_told_both_ways(client: Client) -> None:
    merged = ask(client, f"/items/{MERGED}/lineage")
    old = ask(client, f"/items/{OLD}/lineage")
    split = ask(client, f"/items/{SPLIT}/lineage")

    assert [(one["item_code"], one["act"]) for one in merged["origins"]] == [(OLD, "merged")]
    assert [one["item_code"] for one in old["successors"]] == [MERGED]
    assert [act["act"] for act in old["acts"]] == ["superseded"]
    assert {one["item_code"] for one in split["successors"]} == {HEALTH, DINING}
    assert client.get("catalog", "/items/nope/lineage")[0] == 404


def test_two_versions_are_compared(client: Client) -> None:
    found = ask(client, f"/items/{BUILDING}/compare?a=1&b=2")

    fields = {change["field"]: (change["before"], change["after"]) for change in found["changes"]}
    assert fields["promised_limit_days"] == (["15 个工作日"], ["7 个工作日"])
    gone = set(fields["listing.materials"][0]) - set(fields["listing.materials"][1])
    assert gone == {"企业营业执照复印件 · 必要 · 复印件 2"}
    assert "name" not in fields and found["same"] > 10
    assert ask(client, f"/items/{BUILDING}/compare")["a"] == 1
    assert client.get("catalog", f"/items/{BUILDING}/compare?a=1&b=9")[0] == 404


def test_basic_items_and_claims_are_listed(client: Client) -> None:
    basics = ask(client, "/basic-items?q=登记")
    claims = ask(client, "/claims?unit=3412XX101&level=6&catalog_code=000520003000&limit=5")

    assert [one["claims"] for one in basics["items"]] == [12, 11]
    assert len(claims["items"]) == 5 and claims["next"]
    rest = ask(
        client,
        "/claims?unit=3412XX101&level=6&catalog_code=000520003000&limit=5&cursor=" + claims["next"],
    )
    assert len(rest["items"]) == 4 and rest["next"] == ""


def test_the_house_is_told(client: Client) -> None:
    assert {one["department"] for one in ask(client, "/departments")} == {"D07", "D09", "D11"}
    (window,) = ask(client, "/windows?department=D07")
    assert window["hours"] == "08:30-12:00,14:00-17:30"
    villages = ask(client, "/regions?parent=3412XX101")
    assert len(villages) == 10 and villages[0]["claims"] == 2
    (scheme,) = ask(client, "/schemes")
    assert scheme["cycles"] == [[DINING, HEALTH]]
    assert scheme["names"][BUILDING] == "建筑工程施工许可证核发"


@pytest.mark.parametrize(
    ("path", "version", "provisional"),
    [
        ("/calendars/2020", 2, False),
        ("/calendars/2020?as_of=2020-01-26", 1, False),
        ("/calendars/2020?as_of=2020-01-27", 2, False),
        ("/calendars/2020?as_of=2019-11-20", 0, True),
        ("/calendars/2098", 0, True),
        ("/calendars/2019?as_of=2019-03-22", 2, False),
    ],
)
def test_a_year_is_told_as_it_was_known(
    client: Client, path: str, version: int, provisional: bool
) -> None:
    found = ask(client, path)

    assert (found["calendar_version"], found["provisional"]) == (version, provisional)


def draft(**changed: Any) -> dict[str, Any]:
    return {
        "item_version": 1,
        "name": "小型餐饮登记",
        "item_type": "20",
        "case_type": "PROMISED",
        "department": "D09",
        "department_name": "市场监督管理局",
        "statutory_limit_days": 20,
        "promised_limit_days": 3,
        "lists": ["PUBLIC_SERVICE"],
        "effective_from": "2199-01-01T00:00:00+08:00",
        "listing": {
            "guide": {"materials": "见表", "criteria": "齐全", "steps": "两步", "flow": "依次"}
        },
        **changed,
    }


def test_own_events_show_at_once(client: Client) -> None:
    editor = client.house.token("editor-1", "catalog_editor")
    status, told = client.ask("POST", "catalog", f"/items/{NEW}/drafts", draft(), editor)
    assert status == 201, told
    for account, role in (("s-1", "staffing_office"), ("l-1", "legal_office")):
        token = client.house.token(account, role)
        place = f"/items/{NEW}/drafts/1/reviews"
        status, told = client.ask("POST", "catalog", place, {"passed": True}, token)
        assert status == 201, told
    place = f"/items/{NEW}/drafts/1/publication"
    status, told = client.ask("POST", "catalog", place, {}, editor, Prefer="wait")
    assert status == 201, told

    (version,) = ask(client, f"/items/{NEW}")
    assert (version["status"], version["origin"]) == ("pending", "EDITED")
    assert codes(client, "q=小型餐饮") == [NEW]


def test_a_rebuilt_model_equals_the_live_one(house: House) -> None:
    """By commands alone, so that log and model say the same before the rebuild."""
    editor = house.token("editor-1", "catalog_editor")
    with house.serve("catalog"), house.relay("catalog"):
        client = Client(house)
        for number in range(3):
            item = {
                **draft(effective_from=f"2030-0{number + 1}-01T00:00:00+08:00"),
                "item_code": NEW,
                "item_version": number + 1,
                "source_document": "清单",
                "promised_limit_days": 3 + number,
            }
            status, told = client.ask("POST", "catalog", "/items", item, editor)
            assert status == 201, told
        freeze = {"act": "freeze", "reason": "整顿"}
        place = f"/items/{NEW}/adjustments"
        status, told = client.ask("POST", "catalog", place, freeze, editor, Prefer="wait")
        assert status == 201, told

    house.banjian("rebuild", "catalog", "--verify")
    house.banjian("rebuild", "catalog")

    database = Database(f"{house.database_url}?options=-csearch_path%3Dcatalog_model")
    ranges = database.read("SELECT version, until IS NULL FROM entry ORDER BY version")
    acts = database.read("SELECT act FROM item_act WHERE act = 'frozen'")
    database.close()
    assert ranges == [(1, False), (2, False), (3, True)]
    assert len(acts) == 1
