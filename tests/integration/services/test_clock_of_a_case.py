"""What the catalog says reaches a case through the bus: calendars, versions, frozen items."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import pytest

import contracts
from services.catalog.application import Catalog
from services.catalog.domain.house_events import CalendarDay
from services.catalog.domain.house_terms import CalendarSaid
from services.catalog.domain.terms import CaseType, Implementation, Listing, Material, PublicList
from services.chassis.bus.publisher import Publisher
from services.chassis.clock import SystemClock
from services.chassis.eventlog.database import Database
from services.kernel.calendar import Edition
from services.kernel.calendar_seed import SEED_EDITIONS
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI, read_time
from tests.support.house import House
from tests.support.waiting import wait_until

BEFORE, AFTER = (one for one in SEED_EDITIONS if one.year == 2020)
LICENCE, SHORT, NEW, GONE = "item-20-days", "item-3-days", "item-new", "item-gone"
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
    listing=Listing(materials=[Material("申请表"), Material("营业执照", shared=True)]),
)


class Town:
    """Catalog, intake and approval of a house at work."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.database = Database(house.database_url_of("catalog"))
        self.catalog = Catalog(self.database)
        self.clerk = house.token("clerk-12", "clerk", window="07")

    def facts(self) -> Facts:
        actor = Actor(ActorKind.PERSON, "importer-1", role="catalog_importer")
        return Facts(SystemClock().now(), "catalog", actor, "test", region="3412XX")

    def publish(self, code: str, days: int, version: int = 1, **changed: Any) -> None:
        said = replace(SAID, promised_limit_days=days, **changed)
        self.catalog.publish(self.facts(), code, version, said, source_document="test")

    def arrange(self, edition: Edition) -> None:
        """Publish or amend the calendar of a year."""
        days = [
            [CalendarDay(day, label) for day, label in one.items()]
            for one in (edition.days_off, edition.work_days)
        ]
        said = CalendarSaid(
            year=edition.year,
            document=edition.document,
            announced_on=edition.announced_on,
            days_off=days[0],
            work_days=days[1],
        )
        self.catalog.arrange_calendar(self.facts(), said)

    def get(self, service: str, path: str) -> tuple[int, Any]:
        return self._ask(urllib.request.Request(self.house.url_of(service) + path))

    def submit(self, code: str) -> tuple[int, Any]:
        body = {"item_code": code, "channel": "window", "applicant": {"name": "测试"}}
        request = urllib.request.Request(
            f"{self.house.url_of('intake')}/cases",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.clerk}", "Content-Type": "application/json"},
        )
        return self._ask(request)

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        request = urllib.request.Request(
            self.house.url_of("intake") + path,
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.clerk}", "Content-Type": "application/json"},
        )
        return self._ask(request)

    def report(self, *records: dict[str, Any]) -> None:
        """Bring records as an outside system does."""
        publisher = Publisher(self.house.env["BANJIAN_OUTSIDE_AMQP_URI"])
        for one in records:
            publisher.publish(
                "banjian.ingress",
                f"{one['data_source']}.{one['record']}",
                json.dumps(one).encode(),
                partition_key=one["project_no"],
                content_type="application/json",
                message_id=one["row_guid"],
            )
        publisher.confirm()
        publisher.close()

    def history(self, number: str) -> list[dict[str, Any]]:
        status, told = self.get("intake", f"/cases/{number}")
        return told["history"] if status == 200 else []

    def _ask(self, request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())


@pytest.fixture(scope="module")
def town(module_house: House) -> Iterator[Town]:
    with ExitStack() as stack:
        for service in ("intake", "approval"):
            stack.enter_context(module_house.serve(service))
        for service in ("catalog", "intake", "approval"):
            stack.enter_context(module_house.relay(service))
        town = Town(module_house)
        stack.callback(town.database.close)
        town.arrange(BEFORE)
        for code, days in ((LICENCE, 20), (SHORT, 3), (NEW, 5), (GONE, 5)):
            town.publish(code, days)
        yield town


def accept(number: str, code: str, at: str) -> dict[str, Any]:
    told = contracts.example("ingress.accept.v1", "minimal")
    own = {"project_no": number, "row_guid": f"row-{number}", "task_code": code, "task_version": 1}
    return told | own | {"accept_date": at, "cd_time": at, "cd_operation": "I"}


def types(town: Town, number: str) -> list[str]:
    return [one["type"] for one in town.history(number)]


def knows(town: Town, service: str, code: str, version: int) -> bool:
    return bool(town.get(service, f"/items/{code}/rules")[1].get("item_version") == version)


def test_amended_calendar_counts_open_cases_again_and_keeps_the_old_end(town: Town) -> None:
    """K06 and K07: the Spring Festival of 2020 was lengthened while cases were open."""
    wait_until(lambda: knows(town, "intake", GONE, 1), 30)
    ends = accept("k-done", SHORT, "2020-01-22 10:00:00")
    stated = accept("k-stated", SHORT, "2020-01-22 10:00:00") | {"promise_date": "2020-02-01"}
    town.report(
        accept("k-06", LICENCE, "2020-01-20 10:00:00"),
        accept("k-07", SHORT, "2020-01-22 10:00:00"),
        ends,
        stated,
        contracts.example("ingress.result.v1")
        | {"project_no": "k-done", "row_guid": "row-result", "result_date": "2020-01-23"},
    )
    wait_until(lambda: all(town.history(f"k-{n}") for n in ("06", "07", "done", "stated")), 30)
    wait_until(lambda: types(town, "k-done")[-1] == "intake.case-completed.v1", 30)
    first = town.get("intake", "/cases/k-06")[1]["case"]
    assert first["promised_due_at"] == "2020-02-21T23:59:59+08:00"
    assert [one["calendar_version"] for one in first["clocks"]] == ["2020.1", "2020.1"]
    assert town.get("intake", "/cases/k-07")[1]["case"]["promised_due_at"].startswith("2020-02-01")

    town.arrange(AFTER)

    def moved(number: str) -> list[dict[str, Any]]:
        kind = "intake.clock-recalculated.v1"
        return [one["data"] for one in town.history(number) if one["type"] == kind]

    wait_until(lambda: len(moved("k-06")) == 2 and len(moved("k-07")) == 2, 30)
    promised = {one["clock"]: one for one in moved("k-06")}["PROMISED"]
    assert promised["old_due_at"] == "2020-02-21T23:59:59+08:00"
    assert promised["new_due_at"] == "2020-02-25T23:59:59+08:00"
    assert (promised["calendar_version"], promised["cause"]) == ("2020.2", "CALENDAR_AMENDED")
    short = {one["clock"]: one for one in moved("k-07")}["PROMISED"]
    assert short["old_due_at"] == "2020-02-01T23:59:59+08:00"
    assert short["new_due_at"] == "2020-02-04T23:59:59+08:00"
    assert [one["clock"] for one in moved("k-stated")] == ["STATUTORY"]
    case = town.get("intake", "/cases/k-06")[1]["case"]
    assert case["promised_due_at"] == "2020-02-25T23:59:59+08:00"

    assert moved("k-done") == []

    town.report(
        accept("k-07", SHORT, "2020-01-22 10:00:00") | {"cd_time": "2020-03-01 08:00:00"},
        contracts.example("ingress.process.v1") | {"project_no": "k-07", "row_guid": "row-step"},
        accept("k-later", SHORT, "2020-01-22 10:00:00"),
    )
    wait_until(lambda: types(town, "k-07")[-1] == "intake.step-reported.v1", 30)
    assert "intake.external-record-corrected.v1" not in types(town, "k-07")
    wait_until(lambda: town.history("k-later"), 30)
    later = town.get("intake", "/cases/k-later")[1]["case"]
    assert later["promised_due_at"] == "2020-02-04T23:59:59+08:00"
    listed = json.loads(town.house.banjian("deadlines", "list", "intake", "--json"))
    # The calendar is looked at once more ten minutes after it changed.
    assert {one["kind"] for one in listed} <= {"limit_sweep"}, (
        "what was over when it was reported has no deadline"
    )


def test_k06_other_limits_are_counted_again_by_the_timer(town: Town) -> None:
    """A hand-over is due on the next working day; that day and the next ones are taken off."""
    number = f"E-{uuid4().hex[:8]}"
    said = {"enquiry_no": number, "topic": "housing", "text": "怎样办理？"}
    assert town.post("/enquiries", said)[0] == 201
    assert town.post(f"/enquiries/{number}/hand-over", {"receiver": "clerk-13"})[0] == 200

    def due() -> datetime:
        rows = intake.read("SELECT due_at FROM contact_row WHERE enquiry_no = %s", (number,))
        return cast(datetime, rows[0][0])

    intake = Database(town.house.database_url_of("intake"))
    first = due().astimezone(SHANGHAI).date()
    known = next((one for one in SEED_EDITIONS if one.year == first.year), None)
    off = {first + timedelta(days=more): "放假" for more in range(3)}
    weekdays = {day: label for day, label in off.items() if day.weekday() < 5}
    town.arrange(
        Edition(
            first.year,
            2,
            "国办发明电（测试）",
            first - timedelta(days=9),
            {**(known.days_off if known else {}), **weekdays},
            dict(known.work_days) if known else {},
        )
    )

    wait_until(lambda: due().astimezone(SHANGHAI).date() > first, 30)
    kept = intake.read(
        "SELECT due_at FROM deadlines WHERE kind = 'hand_over_overdue' AND key = %s", (number,)
    )
    assert kept == [(due() + timedelta(seconds=1),)]
    intake.close()


def test_version_at_acceptance_stays_and_the_rules_of_any_instant_are_known(town: Town) -> None:
    """V01, V05: a new version is for new cases."""
    wait_until(lambda: knows(town, "intake", NEW, 1), 30)
    status, first = town.submit(NEW)
    assert status == 201
    due_at = town.get("intake", f"/cases/{first['project_no']}")[1]["case"]["promised_due_at"]
    second_from = SystemClock().now()

    town.publish(NEW, 2, 2, effective_from=second_from)
    wait_until(lambda: knows(town, "intake", NEW, 2), 30)
    status, second = town.submit(NEW)

    old = town.get("intake", f"/cases/{first['project_no']}")[1]["case"]
    new = town.get("intake", f"/cases/{second['project_no']}")[1]["case"]
    assert (old["item_version"], old["promised_due_at"]) == (1, due_at)
    assert new["item_version"] == 2
    for service in ("intake", "approval"):
        wait_until(lambda: knows(town, service, NEW, 2), 30)  # noqa: B023 - used at once
        status, rules = town.get(service, f"/items/{NEW}/rules?at=2020-01-20T10:00:00")
        assert (status, rules["item_version"], rules["calendar"]) == (200, 1, "2020.1")
        assert rules["promised"]["value"] == 5
        assert [one["name"] for one in rules["materials"]] == ["申请表", "营业执照"]
        status, rules = town.get(service, f"/items/{NEW}/rules")
        assert (rules["item_version"], rules["takes_cases"]) == (2, True)
        assert town.get(service, f"/items/{NEW}/rules?at=2019-12-31")[0] == 404
        assert town.get(service, "/items/nothing/rules")[0] == 404
    deadlines = json.loads(town.house.banjian("deadlines", "list", "intake", "--json"))
    kinds = [one["kind"] for one in deadlines if one["key"] == first["project_no"]]
    assert sorted(kinds) == ["promised_approaching", "promised_breach", "statutory_breach"]


def test_frozen_and_superseded_items_take_no_new_cases(town: Town) -> None:
    """V03, V04, V07; open cases of them go on."""
    wait_until(lambda: knows(town, "intake", GONE, 1), 30)
    status, open_one = town.submit(GONE)
    assert status == 201
    now = SystemClock().now()

    town.catalog.freeze(town.facts(), GONE, "检查", now)
    wait_until(lambda: not town.get("intake", f"/items/{GONE}/rules")[1]["takes_cases"], 30)
    assert town.submit(GONE)[1]["reason_code"] == "item_frozen"
    town.catalog.unfreeze(town.facts(), GONE, "检查结束", SystemClock().now())
    wait_until(lambda: town.get("intake", f"/items/{GONE}/rules")[1]["takes_cases"], 30)
    assert town.submit(GONE)[0] == 201
    town.catalog.merge(town.facts(), LICENCE, [GONE], now + timedelta(seconds=1))

    def refused() -> bool:
        return bool(town.submit(GONE)[1].get("reason_code") == "item_superseded")

    wait_until(refused, 30)
    status, answer = town.submit(GONE)
    assert (status, LICENCE in answer["reason"]) == (422, True)
    status, case = town.get("intake", f"/cases/{open_one['project_no']}")
    assert case["case"]["state"] in ("accepted", "in_review")  # approval may have heard of it
    assert case["case"]["item_code"] == GONE


def test_copies_are_equal_when_they_are_rebuilt_from_the_log(town: Town) -> None:
    for service in ("intake", "approval"):
        said = json.loads(town.house.banjian("rebuild", service, "--verify", "--json"))
        assert said["differences"] == [], said
