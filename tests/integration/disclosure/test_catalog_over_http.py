"""The catalog's figures from the bus to the answer: asked for, listed, refused, published."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.disclosure.catalog_log import on, small_county
from tests.integration.disclosure.test_figures_over_http import ask, chain, say
from tests.support.house import House

LOG = small_county()
EARLY = len(LOG.events)
LOG.publish("I99", at=on(7), happened=on(12, 20), visits=3)
LATE = "as_of=2020-12-31&positions=catalog:"


@pytest.fixture(scope="module")
def county(module_house: House) -> Iterator[House]:
    """A disclosure that has heard of the small county but for its last event."""
    with module_house.serve("disclosure"):
        say(module_house, *chain(LOG.events)[:EARLY], source="catalog")
        ask(module_house, f"/stat/S09?after=catalog:{EARLY}")
        yield module_house


def test_a_figure_says_its_population_its_position_and_its_rounding(county: House) -> None:
    said = ask(county, f"/stat/S14?as_of=2020-12-31&after=catalog:{EARLY}")
    defined = {measure["id"]: measure for measure in ask(county, "/measures")}["S14"]

    assert said["positions"] == {"catalog": EARLY, "intake": 0, "approval": 0}
    assert (said["rounding"], said["places"], said["unit"]) == ("HALF_UP", 1, "percent")
    assert said["value"] is not None and said["numerator"] < said["denominator"]
    assert defined["of"] == "items" and "工作日" in defined["population_zh"]
    assert defined["sources"] == ["catalog"] and defined["period"] == "none"


def test_changes_are_counted_by_kind_in_a_period(county: House) -> None:
    year = ask(county, "/stat/S40?as_of=2020-12-31&by=kind")
    spring = ask(county, "/stat/S40?as_of=2020-12-31&from=2020-03-01&to=2020-05-31")

    assert year["filters"] == {"from": "2020-01-01T00:00:00+08:00"}
    assert sum(group["numerator"] for group in year["groups"]) == year["numerator"]
    assert {group["key"] for group in year["groups"]} >= {"frozen", "merged", "fee_adjusted"}
    assert 0 < spring["numerator"] < year["numerator"]


def test_what_is_behind_a_figure_is_paged_and_downloaded(county: House) -> None:
    said = ask(county, "/stat/S16?as_of=2020-12-31")
    pages, cursor = [], ""
    while not pages or cursor:
        page = ask(county, f"/entries.json?measure=S16&as_of=2020-12-31&limit=3&cursor={cursor}")
        pages.append(page["items"])
        cursor = page["next"]
    entries = [entry for page in pages for entry in page]
    text = ask(county, "/entries.csv?measure=S16&as_of=2020-12-31&part=denominator")

    assert sum(entry["amount"] for entry in entries) == said["numerator"]
    assert len({entry["code"] for entry in entries}) == len(entries) == said["denominator"]
    lines = text.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("code,version,name") and len(lines) == said["denominator"] + 1


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/stat/S09?channel=online", "channel"),
        ("/stat/S03?level=4", "level"),
        ("/stat/S03?by=kind", "by"),
        ("/stat/S22?by=channel", "by"),
        ("/stat/S22?level=9", "level"),
        ("/cases.json?measure=S09", "measure"),
        ("/entries.json?measure=S01", "measure"),
        ("/entries.json?measure=S22&part=denominator", "part"),
        ("/check?printed=many&of=5", "printed"),
        ("/check?printed=101&of=5", "printed"),
        ("/check?printed=50&of=0", "of"),
    ],
)
def test_a_filter_that_would_not_filter_is_refused(county: House, path: str, field: str) -> None:
    status, problem = ask(county, path)

    assert status == 400
    assert field in str(problem)


def test_an_impossible_percentage_is_told_and_not_published(county: House) -> None:
    token = county.token("s", "statistician")
    said = ask(county, "/stat/S26?as_of=2020-12-31")
    asked = {"measure": "S26", "as_of": "2020-12-31"}

    checked = ask(county, "/check?printed=97.92&of=1419&places=2")
    refused = ask(county, "/figures", asked | {"printed": "97.92"}, token)
    wrong = ask(county, "/figures", asked | {"printed": said["value"], "of": 1_419}, token)
    told = ask(county, "/figures", asked | {"printed": said["value"]}, token)

    assert (checked["possible"], checked["nearest"]) == (False, {"1389": "97.885835"})
    assert refused[0] == wrong[0] == 422
    assert "neither rounded nor cut off" in str(refused[1])
    assert ask(county, told["href"])["value"] == said["value"]


def test_a_published_figure_stays_whatever_comes_later(county: House) -> None:
    token = county.token("s", "statistician")
    asked = {"measure": "S09", "as_of": "2020-12-31", "item_type": "01", "level": "4"}
    told = ask(county, "/figures", asked, token)

    say(county, chain(LOG.events)[EARLY], source="catalog")
    after = ask(county, f"/stat/S09?as_of=2020-12-31&after=catalog:{EARLY + 1}")
    again = ask(county, told["href"] + "/recompute")

    assert after["denominator"] == ask(county, f"/stat/S09?{LATE}{EARLY}")["denominator"] + 1
    assert again["same"] is True
    assert again["published"]["filters"] == {"item_type": "01", "level": "4"}


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("/board?as_of=2020-12-31", ["事项目录", "最多跑一次事项占比", "公共服务调整事项"]),
        ("/entries?measure=S40&as_of=2020-12-31", ["转报上级：34XX00", "承接下放：由市级"]),
        ("/entries?measure=S25&part=denominator&as_of=2020-12-31", ["认领单位", "V01单位"]),
        ("/how/S14?as_of=2020-12-31", ["法定时限合计", "banjian stat S14"]),
        ("/how", ["S40h", "承诺时限不少于一个工作日"]),
    ],
)
def test_pages_show_it(county: House, path: str, texts: list[str]) -> None:
    page = ask(county, path).decode()

    assert [text for text in texts if text not in page] == []
