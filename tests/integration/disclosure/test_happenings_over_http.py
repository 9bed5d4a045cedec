"""From the bus and from disclosure's own log to the lists behind figures, and their pages."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from services.chassis.eventlog.mapper import body_of, state_of_body
from services.chassis.events import Body, Event
from tests.integration.disclosure.happenings_log import fee
from tests.integration.disclosure.test_figures_over_http import ask, chain, say
from tests.integration.disclosure.test_figures_stand_still import accepted
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.intake import charges


def told() -> list[Event]:
    """Give a case that was accepted, and its fee: paid in the app, four yuan of it refunded."""
    facts = fee("F1", charges.paid("T1", order_no="F1"), refund_fen=400).collect_events()
    events = [accepted(1, "case-1", at="2020-10-20T09:00:00+08:00")]
    for position, fact in enumerate(facts, start=2):
        body = msgspec.json.decode(state_of_body(body_of(fact)), type=Body)
        stream, kind = fact.originator_id, fact.TOPIC
        events.append(Event("intake", kind, stream, position, position, 0, None, body))
    return chain(events)


@pytest.fixture(scope="module")
def county(module_house: House) -> Iterator[House]:
    events = told()
    with module_house.serve("disclosure"), module_house.relay("disclosure"):
        say(module_house, *events)
        ask(module_house, f"/stat/S07?after=intake:{len(events)}")
        yield module_house


def test_money_is_shown_in_yuan_and_walks_to_its_events(county: House) -> None:
    said = ask(county, "/stat/S07?as_of=2020-12-31&by=year")
    rows = ask(county, "/happenings.json?measure=S07&as_of=2020-12-31")["items"]

    assert (said["value"], said["numerator"], said["unit"]) == ("6.00", 600, "yuan")
    assert [(one["key"], one["value"]) for one in said["groups"]] == [("2020", "6.00")]
    assert sorted(said["positions"]) == ["approval", "catalog", "intake"]
    assert [(one["kind"], one["amount"], one["case_no"]) for one in rows] == [
        ("fee", 1000, "case-1"),
        ("fee", -400, "case-1"),
    ]
    positions = [event.position for event in told() if "fee-paid" in event.type]
    assert rows[0]["source"] == "intake" and rows[0]["position"] == positions[0]


def test_lists_are_pages_and_files_too(county: House) -> None:
    asked = "measure=S07&as_of=2020-12-31"
    page = ask(county, f"/happenings?{asked}").decode()
    text = ask(county, f"/happenings.csv?{asked}").decode("utf-8-sig")
    days = ask(county, "/working-days?measure=S08&as_of=2020-10-31").decode()
    case = ask(county, "/case?case_no=case-1").decode()

    for word in (
        "收缴规费",
        "6.00",
        "−4.00 元",
        "冲减",
        "/intake/audit/proof/inclusion?position=",
    ):
        assert word in page
    assert text.splitlines()[0].startswith("source,position,kind,thing,at")
    assert "205" in days and "28日（端午" in days
    assert "受理时间" in case and "/intake/cases/case-1" in case
    assert len(ask(county, "/working-days.json?measure=S08&as_of=2020-10-31")) == 205
    assert ask(county, "/case.json?case_no=nobody")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/stat/S18?department=D07",  # a meeting has no department
        "/stat/S07?by=kind",
        "/stat/S46?item_type=01",  # visitors come for no item
        "/happenings.json?measure=S01",
        "/happenings.json?measure=S46&part=denominator",
        "/entries.json?measure=S07",
        "/cases.json?measure=S08&part=denominator",
        "/working-days.json?measure=S01",
    ],
)
def test_what_a_measure_does_not_take_is_refused(county: House, path: str) -> None:
    assert ask(county, path)[0] == 400


def test_an_own_event_counts_once_it_is_sealed(county: House) -> None:
    told = {"act": "count-visitors", "counter": "gate-1", "day": "2020-09-16", "count": 2086}
    done = ask(county, "/supervision/acts", told, county.token("o", "disclosure_officer"))
    assert "event" in done, done

    asked = "/stat/S46?as_of=2020-12-31"
    wait_until(lambda: ask(county, asked)["numerator"] == 2086)

    said = ask(county, asked)
    [row] = ask(county, "/happenings.json?measure=S46&as_of=2020-12-31")["items"]
    place = said["positions"]["disclosure"]
    assert (row["source"], row["amount"]) == ("disclosure", 2086) and 0 < row["position"] <= place
    before = ask(county, f"{asked}&positions=disclosure:{row['position'] - 1}")
    assert before["numerator"] == 0
