"""Cases go on while no process of catalog runs; who starts later still learns what it said."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from services.catalog.application import Catalog
from services.catalog.domain.terms import CaseType, Implementation, Listing, Material, PublicList
from services.chassis.clock import SystemClock
from services.chassis.eventlog.database import Database
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import read_time
from tests.integration.services.test_way_of_a_case import Client
from tests.support.house import House
from tests.support.waiting import wait_until

CODE = "item-away"
SAID = Implementation(
    name="食品经营许可",
    item_type="01",
    case_type=CaseType.PROMISED,
    department="D07",
    department_name="市场监督管理局",
    statutory_limit_days=30,
    promised_limit_days=20,
    lists=(PublicList.POWER,),
    effective_from=read_time("2020-01-01 00:00:00"),
    listing=Listing(materials=[Material("申请表")]),
)
TYPES = ["case-submitted", "case-accepted", "case-routed", "case-decided", "case-completed"]
APPLICATION = {"item_code": CODE, "channel": "window", "applicant": {"name": "测试"}}


@pytest.fixture(scope="module")
def away(module_house: House) -> Iterator[Client]:
    """A house in which catalog has published one item and then went away, for good."""
    with ExitStack() as stack:
        for service in ("intake", "approval"):
            stack.enter_context(module_house.serve(service))
            stack.enter_context(module_house.relay(service))
        client = Client(module_house)
        with module_house.serve("catalog"), module_house.relay("catalog"):
            publish(module_house)
            for service in ("intake", "approval"):
                wait_until(lambda: knows(client, service), 30)  # noqa: B023 - used at once
            wait_until(lambda: queued(module_house, "disclosure"), 30)
        yield client


def publish(house: House) -> None:
    database = Database(house.database_url_of("catalog"))
    actor = Actor(ActorKind.PERSON, "importer-1", role="catalog_importer")
    facts = Facts(SystemClock().now(), CODE, actor, "test", region="3412XX")
    Catalog(database).publish(facts, CODE, 1, SAID, source_document="test")
    database.close()


def knows(client: Client, service: str) -> bool:
    status, rules = client.get(service, f"/items/{CODE}/rules")
    return status == 200 and bool(rules["item_version"] == 1)


def queued(house: House, service: str) -> bool:
    """Whether something waits for a service that does not run."""
    mine = [name for name in house.vhost.queues() if name.startswith(f"{service}.")]
    return any(house.vhost.depth(name) > 0 for name in mine)


def no_answer(house: House) -> bool:
    try:
        urllib.request.urlopen(f"{house.url_of('catalog')}/livez", timeout=5).close()
    except urllib.error.HTTPError:
        return False
    except OSError:
        return True
    return False


def test_a_case_goes_its_whole_way_without_catalog(away: Client) -> None:
    house = away.house
    assert no_answer(house)
    clerk = house.token("clerk-12", "clerk", window="07")
    officer = house.token("officer-21", "officer", unit="D07")

    status, taken = away.ask("POST", "intake", "/cases", APPLICATION, clerk, Prefer="wait")
    assert (status, taken["state"]) == (201, "accepted")
    number = taken["project_no"]
    away.get("approval", f"/tasks/{number}?after=intake:{taken['position']}")
    status, decided = away.ask(
        "POST",
        "approval",
        f"/cases/{number}/decision",
        {"decision": "approve"},
        officer,
        Prefer="wait",
    )
    assert status == 201
    _, case = away.get("intake", f"/cases/{number}?after=approval:{decided['position']}")

    assert [one["type"].split(".")[1] for one in case["history"]] == TYPES
    assert (case["case"]["item_version"], case["case"]["department"]) == (1, "D07")
    assert [one["limit"] for one in case["case"]["clocks"]] == [20, 30]
    _, rules = away.get("intake", f"/items/{CODE}/rules?at={taken_at(case)}")
    assert rules["promised"]["due_at"] == case["case"]["promised_due_at"]
    assert no_answer(house)


def taken_at(case: Any) -> str:
    return str(case["case"]["accepted_at"]).replace("+", "%2B")


def test_who_starts_while_catalog_is_away_learns_it_from_its_queue(away: Client) -> None:
    with away.house.serve("disclosure"):
        wait_until(lambda: knows(away, "disclosure"), 30)

        said = json.loads(away.house.banjian("rebuild", "disclosure", "--verify", "--json"))

    assert said["differences"] == []
    assert no_answer(away.house)


def test_an_empty_copy_is_filled_from_the_log_while_catalog_is_away(away: Client) -> None:
    """As after an update that gives a service a part of its read model it did not have before."""
    house = away.house
    with house.serve("disclosure"):
        wait_until(lambda: knows(away, "disclosure"), 30)
    with database_of(house) as database:
        for table in ("ref_item_version", "ref_calendar", "ref_item_status", "ref_scheme"):
            database.run(f"DELETE FROM disclosure_model.{table}")

    with house.serve("disclosure"):
        assert away.get("disclosure", f"/items/{CODE}/rules")[0] == 404
        house.banjian("rebuild", "disclosure")
        assert knows(away, "disclosure")

    assert no_answer(house)


@contextmanager
def database_of(house: House) -> Iterator[Database]:
    database = Database(house.database_url)
    try:
        yield database
    finally:
        database.close()
