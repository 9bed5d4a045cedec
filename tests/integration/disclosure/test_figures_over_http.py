"""From the bus to the answer: events arrive, figures are asked for, published, computed again."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest

from services.chassis.bus.envelope import EVENT_CONTENT_TYPE, Publication, encode, routing_key
from services.chassis.bus.publisher import Publisher
from services.chassis.events import Event
from services.disclosure.measures import MEASURES
from tests.integration.disclosure.test_figures_stand_still import accepted, completed
from tests.support.house import House


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
    with module_house.serve("disclosure"):
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


def test_a_published_figure_is_the_same_after_more_has_arrived(county: House) -> None:
    token = county.token("s", "statistician")
    asked = {"measure": "S03", "as_of": "2020-06-01", "positions": "intake:7"}

    told = ask(county, "/figures", asked, token, Idempotency_Key="june")
    again = ask(county, "/figures", asked, token)
    late = msgspec.structs.replace(
        completed(8, "D", at="2020-05-02T09:00:00+08:00"), version=2, previous=6
    )
    say(county, late)

    assert ask(county, "/stat/S03?as_of=2020-06-01&after=intake:8")["value"] == "100.00"
    assert again["figure"] == told["figure"]
    recomputed = ask(county, told["href"] + "/recompute")
    assert recomputed["same"] is True
    assert recomputed["published"] == recomputed["recomputed"]
    assert recomputed["published"]["value"] == "75.00"
    assert [figure["figure"] for figure in ask(county, "/figures")] == [told["figure"]]


def test_a_figure_about_the_future_is_not_published(county: House) -> None:
    asked = {"measure": "S01", "as_of": "2999-01-01"}

    assert ask(county, "/figures", asked, county.token("s", "statistician"))[0] == 422
