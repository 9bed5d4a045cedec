"""From the bus to the answer: events arrive, figures are asked for, published, computed again."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from banjian_verify.merkle import check_inclusion
from banjian_verify.notes import Checkpoint
from services.chassis.bus.envelope import EVENT_CONTENT_TYPE, Publication, encode, routing_key
from services.chassis.bus.publisher import Publisher
from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.disclosure.measures import MEASURES
from tests.integration.disclosure.test_figures_stand_still import accepted, completed
from tests.support.house import House
from tests.support.waiting import wait_until

RECORDED = datetime(2020, 5, 2, tzinfo=UTC)
LATE = datetime(2020, 7, 1, tzinfo=UTC)


def say(house: House, *events: Event, source: str = "intake") -> None:
    """Publish events as a service's relay would, and wait for the confirms."""
    publisher = Publisher(house.amqp_uri_of(source))
    for each in events:
        publisher.publish(
            f"{source}.events",
            routing_key(each),
            encode(each, Publication(each.type)),
            partition_key=each.subject,
            content_type=EVENT_CONTENT_TYPE,
            message_id=each.id,
            type=each.type,
        )
    publisher.confirm()
    publisher.close()


def ask(house: House, path: str, body: object = None, token: str = "", **headers: str) -> Any:
    """Ask disclosure; give the JSON, or (status, problem) of a refusal."""
    request = urllib.request.Request(
        house.url_of("disclosure") + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"} if body is not None else {},
    )
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return json.loads(text) if "json" in answer.headers["Content-Type"] else text
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read())


def chain(events: Sequence[Event]) -> list[Event]:
    """Set version and predecessor of events as the ledger would."""
    last: dict[Any, Event] = {}
    chained = []
    for each in events:
        before = last.get(each.stream)
        last[each.stream] = each = msgspec.structs.replace(
            each,
            version=before.version + 1 if before else 1,
            previous=before.position if before else 0,
            recorded_at=RECORDED,
        )
        chained.append(each)
    return chained


@pytest.fixture(scope="module")
def county(module_house: House) -> Iterator[House]:
    """A disclosure that has heard of four cases, three of them completed."""
    events = [
        accepted(1, "A", promised_due_at="2020-03-04T23:59:59+08:00"),
        accepted(2, "B", channel="online"),
        completed(3, "A", at="2020-03-04T10:00:00+08:00"),
        accepted(4, "C", department="D02"),
        completed(5, "B"),
        accepted(6, "D", at="2020-05-01T09:00:00+08:00"),
        completed(7, "C", at="2020-04-01T09:00:00+08:00"),
    ]
    with module_house.relay("disclosure"), module_house.serve("disclosure"):
        say(module_house, *chain(events))
        ask(module_house, "/stat/S01?after=intake:7")
        yield module_house


def test_a_statistic_is_answered_with_everything_needed_to_check_it(county: House) -> None:
    said = ask(county, "/stat/S03?as_of=2020-06-01&by=department&after=intake:7")

    assert said["value"] == "75.00"
    assert (said["numerator"], said["denominator"]) == (3, 4)
    assert said["positions"] == {"catalog": 0, "intake": 7, "approval": 0}
    assert (said["rounding"], said["places"], said["unit"]) == ("HALF_UP", 2, "percent")
    assert said["as_of"] == "2020-06-01T23:59:59.999999+08:00"
    assert (said["parked"], said["standing"]) == (0, False)
    assert [(g["key"], g["value"]) for g in said["groups"]] == [("D01", "66.67"), ("D02", "100.00")]


def test_months_are_named(county: House) -> None:
    said = ask(county, "/stat/S02?as_of=2020-06-01&by=month")

    assert [(g["key"], g["numerator"]) for g in said["groups"]] == [("2020-03", 2), ("2020-04", 1)]


def test_the_cases_behind_a_figure_are_paged(county: House) -> None:
    first = ask(county, "/cases.json?measure=S01&as_of=2020-06-01&limit=3")
    second = ask(county, f"/cases.json?measure=S01&as_of=2020-06-01&limit=3&cursor={first['next']}")

    numbers = [case["case_no"] for case in first["items"] + second["items"]]
    assert sorted(numbers) == ["A", "B", "C", "D"]
    assert second["next"] == ""
    text = ask(county, "/cases.csv?measure=S04&as_of=2020-06-01").decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()] == ["case_no", "D"]


def test_every_measure_is_listed(county: House) -> None:
    said = {measure["id"] for measure in ask(county, "/measures")}

    assert said == set(MEASURES)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/stat/S99", 404),
        ("/stat/S03?as_of=2020-11-31", 400),
        ("/stat/S03?by=weather", 400),
        ("/stat/S03?colour=red", 400),
        ("/stat/S03?positions=intake:999", 404),
        ("/cases.json?measure=S01&part=denominator", 400),
        ("/cases.json?cursor=%2B", 400),
        ("/figures/nothing", 404),
    ],
)
def test_what_cannot_be_asked_is_refused(county: House, path: str, status: int) -> None:
    assert ask(county, path)[0] == status


def test_a_reader_waits_for_what_it_must_see_and_is_told_when_it_does_not_come(
    county: House,
) -> None:
    assert ask(county, "/stat/S01?after=intake:9999")[0] == 503


def test_only_a_statistician_publishes(county: House) -> None:
    asked = {"measure": "S03"}

    assert ask(county, "/figures", asked)[0] == 401
    assert ask(county, "/figures", asked, county.token("c", "clerk"))[0] == 403


@pytest.fixture(scope="module")
def june(county: House) -> Iterator[dict[str, Any]]:
    """A figure published while one case was open; then its completion, in May, becomes known."""
    token = county.token("s", "statistician")
    asked = {"measure": "S03", "as_of": "2020-06-01", "positions": "intake:7"}
    told = ask(county, "/figures", asked, token, Idempotency_Key="june")
    late = msgspec.structs.replace(
        completed(8, "D", at="2020-05-02T09:00:00+08:00"),
        version=2,
        previous=6,
        recorded_at=LATE,
    )
    say(county, late)
    ask(county, "/stat/S01?after=intake:8")
    yield {**told, "asked": asked, "token": token}


def test_a_published_figure_is_the_same_after_more_has_arrived(
    county: House, june: dict[str, Any]
) -> None:
    again = ask(county, "/figures", june["asked"], june["token"])

    assert ask(county, "/stat/S03?as_of=2020-06-01&after=intake:8")["value"] == "100.00"
    assert again["figure"] == june["figure"]
    recomputed = ask(county, june["href"] + "/recompute")
    assert recomputed["same"] is True
    assert recomputed["published"] == recomputed["recomputed"]
    assert recomputed["published"]["value"] == "75.00"
    assert june["figure"] in {figure["figure"] for figure in ask(county, "/figures")}


def test_a_figure_about_the_future_is_not_published(county: House) -> None:
    asked = {"measure": "S01", "as_of": "2999-01-01"}

    assert ask(county, "/figures", asked, county.token("s", "statistician"))[0] == 422


def test_s04t_a_late_event_corrects_what_was_published(county: House, june: dict[str, Any]) -> None:
    """Recorded a month later: known at the end of June one is open, known now none is."""
    token, name = june["token"], june["figure"]
    told = ask(county, "/figures/recheck", {}, token)
    again = ask(county, "/figures/recheck", {}, token)

    assert [
        (one["was"], one["value"], one["causes"])
        for one in told["corrected"]
        if one["figure"] == name
    ] == [("75.00", "100.00", 1)]
    assert again["corrected"] == [] and again["rechecked"] == told["rechecked"]
    assert ask(county, "/figures/recheck", {})[0] == 401
    said = ask(county, f"/figures/{name}")
    assert (said["value"], said["numerator"]) == ("75.00", 3)
    [correction] = said["corrections"]
    assert (correction["was_value"], correction["value"]) == ("75.00", "100.00")
    assert correction["causes"] == [{"source": "intake", "position": 8}]
    assert correction["positions"]["intake"] == 8
    assert ask(county, f"/figures/{name}/recompute")["same"] is True
    listed = json.loads(county.banjian("figures", "published", "--json"))
    assert [one["corrections"] != [] for one in listed if one["figure"] == name] == [True]
    assert json.loads(county.banjian("figures", "recheck", "--json"))["corrected"] == []


def test_a_deadline_of_the_house_does_the_same(county: House, june: dict[str, Any]) -> None:
    """Every published figure has its next recheck set; nobody has to think of it."""
    token = june["token"]
    asked = {"measure": "S04", "as_of": "2020-06-01", "positions": "intake:7"}
    name = ask(county, "/figures", asked, token)["figure"]
    assert ask(county, f"/figures/{name}")["corrections"] == []
    database = Database(county.database_url_of("disclosure"))
    with closing(database):
        moved = database.run(
            "UPDATE deadlines SET due_at = now(), try_at = now() WHERE key = %s RETURNING kind",
            (f"{name}/1",),
        )
        assert moved == [("figure_recheck",)]

        wait_until(lambda: ask(county, f"/figures/{name}")["corrections"] != [])

        [correction] = ask(county, f"/figures/{name}")["corrections"]
        assert (correction["was_value"], correction["value"]) == ("1", "0")
        assert database.read("SELECT key FROM deadlines WHERE key LIKE %s", (f"{name}/%",)) == [
            (f"{name}/2",)
        ]


@pytest.mark.usefixtures("june")
def test_what_was_known_when(county: House) -> None:
    """The last event happened in May and was recorded in July."""
    asked = "/stat/S03?as_of=2020-06-01"
    nothing, june, july = (
        ask(county, f"{asked}&known_at={day}") for day in ("2020-05-01", "2020-06-30", "2020-07-02")
    )

    assert (nothing["value"], nothing["positions"]["intake"]) == (None, 0)
    assert (june["value"], june["positions"]["intake"]) == ("75.00", 7)
    assert june["known_at"] == "2020-06-30T23:59:59.999999+08:00"
    assert (july["value"], july["positions"]["intake"]) == ("100.00", 8)
    assert ask(county, f"{asked}&known_at=2020-06-01&positions=intake:3")[0] == 400
    page = ask(county, "/how/S03?as_of=2020-06-01").decode()
    assert [text in page for text in ("当时已知", "75.00 %", "现在已知", "100.00 %")] == [True] * 4
    said = json.loads(
        county.banjian(
            *("stat", "S03", "--as-of", "2020-06-01", "--known-at", "2020-06-30", "--json")
        )
    )
    assert said["value"] == "75.00"


def test_a_published_figure_shows_its_proof(county: House, june: dict[str, Any]) -> None:
    """Its event is a leaf of the signed log; who distrusts the page can check the path."""
    ask(county, "/figures/recheck", {}, june["token"])
    address = f"/figures/{june['figure']}/proof"

    wait_until(lambda: ask(county, address)["inclusion"] is not None)

    said = ask(county, address)
    proof = said["inclusion"]
    leaf, root = bytes.fromhex(proof["leaf_hash"]), bytes.fromhex(proof["root"])
    path = [bytes.fromhex(one) for one in proof["path"]]
    check_inclusion(proof["hash"], proof["leaf_index"], proof["tree_size"], leaf, path, root)
    assert Checkpoint.read(proof["checkpoint"]).root == root
    assert said["position"] == proof["position"]
    assert json.loads(said["state"])["data"]["value"] == "75.00"
    assert [one["source"] for one in said["sources"]] == ["intake"]
    page = ask(county, f"/published/{june['figure']}").decode()
    for text in (
        "凭什么相信这个数",
        "75.00",
        "100.00",
        "一字不差",
        proof["root"],
        "/intake/cases/D",
    ):
        assert text in page
    listed = ask(county, "/published").decode()
    assert "更正为 100.00 %" in listed
    assert ask(county, "/figures/00000000-0000-0000-0000-000000000000/proof")[0] == 404
    audit = ask(county, "/audit").decode()
    assert proof["checkpoint"].splitlines()[0] in audit
    assert "怎样核对" in audit


def test_a_statistician_publishes_by_the_form(county: House) -> None:
    """Not what cannot be printed so; what was typed stays. Others do not see the form."""
    bearer = {"Authorization": f"Bearer {county.token('s', 'statistician')}"}
    home = county.url_of("disclosure")
    asked = f"{home}/how/S03?as_of=2020-06-01"
    assert "公布，永不更改" not in form(asked, None, {})[1]
    assert "公布，永不更改" in form(asked, None, bearer)[1]
    said = {"measure": "S03", "as_of": "2020-05-31", "positions": "intake:7", "printed": "97.92"}

    status, page, _ = form(f"{home}/published", said, bearer)
    assert status == 422
    assert "没有公布" in page and 'value="97.92"' in page
    status, _, place = form(f"{home}/published", said | {"printed": "75"}, bearer)

    assert status == 303
    assert "75.00" in form(county.url_of("disclosure") + place, None, {})[1]


def form(url: str, said: dict[str, str] | None, headers: dict[str, str]) -> tuple[int, str, str]:
    """Give status, page and Location; redirects are not followed."""
    place = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=20)
    path = f"{place.path}?{place.query}"
    if said is None:
        connection.request("GET", path, headers=headers)
    else:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urllib.parse.urlencode(said), headers | kind)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, answer.headers.get("Location", "")
