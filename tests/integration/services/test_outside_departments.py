"""A department with a system of its own: its tasks over the bus, its decisions over the ingress."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import amqp
import pytest

from deploy.local.servers import CHECKOUT
from docs.examples.department import Department
from services.approval.application import Approval
from services.approval.domain import Assignment, Limits, Process
from services.approval.projections import READ_MODEL
from services.chassis.eventlog.database import Database
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Clocks
from services.kernel.facts import Facts
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI
from tests.integration.services.test_way_of_a_case import Client
from tests.support.house import House
from tests.support.waiting import wait_until
from tests.unit.approval.projects import CLERK, member, opening

EXAMPLE = CHECKOUT / "docs" / "examples" / "department.py"
LIMITS = Limits(Limit(5), Limit(20))


class Bureau:
    """A house, and an outside department of it: A of department DA."""

    def __init__(self, house: House) -> None:
        self.house, self.client = house, Client(house)
        self.database = Database(house.database_url_of("approval"))
        self.approval = Approval(self.database, READ_MODEL)
        self.made: list[str] = []
        self.tag = uuid.uuid4().hex[:6]

    def admit(self, name: str, *kinds: str, code: str = "DA") -> Department:
        import json

        full = f"{name}-{self.tag}"
        self.made.append(full)
        options = [part for kind in kinds for part in ("--kind", f"department.{kind}")]
        told = json.loads(
            self.house.banjian("source", "add", full, *options, "--department", code, "--json")
        )
        wait_until(
            lambda: self.database.read("SELECT 1 FROM source_copy WHERE name = %s", (full,)), 30
        )
        department = Department(told["address"], code)
        department.open_mailbox()
        return department

    def case(self, number: str, begun: datetime | None = None, item: str = "A") -> None:
        """Give the department a case of its own, begun then."""
        at = begun or datetime.now(SHANGHAI)
        clocks = Clocks.start(at, statutory=LIMITS.statutory, promised=LIMITS.promised)
        dues = [one.due(SEED) for one in clocks.all]
        statutory, promised = (due.at if due else None for due in dues)
        facts = Facts(at, number, CLERK, "correlation-1", region="3412XX", department="D00")
        said = Assignment(
            number, item, f"D{item}", promised, at, "clerk-12", 1, "07", statutory, LIMITS
        )
        self.approval.create(facts, said, SEED)

    def project(self, number: str, begun: datetime, *members: Any) -> None:
        """Open a project whose limits began then; its deadlines may be past."""
        facts = Facts(begun, number, CLERK, "correlation-1", region="3412XX", department="D00")
        process = Process.open(facts, opening(number, members), SEED)
        with self.approval.unit_of_work():
            self.approval.file(process, SEED)

    def task(self, number: str) -> dict[str, Any]:
        status, answer = self.client.get("approval", f"/tasks/{number}")
        return dict(answer["task"]) if status == 200 else {}

    def history(self, number: str) -> list[str]:
        status, answer = self.client.get("approval", f"/tasks/{number}")
        return [one["type"].split(".")[1] for one in answer["history"]] if status == 200 else []

    def becomes(self, number: str, state: str) -> None:
        wait_until(lambda: self.task(number).get("state") == state, 30, what=f"{number} {state}")

    def reply(self, department: Department, guid: str) -> str:
        """Wait for the refusal of a row, as its sender hears it; give its code."""
        for event in department.events(30):
            if event["data"].get("row_guid") == guid:
                return str(event["data"]["reason_code"])
        raise AssertionError(f"no reply to {guid}")


@pytest.fixture(scope="module")
def bureau(module_house: House) -> Iterator[Bureau]:
    with ExitStack() as stack:
        for service in ("intake", "approval"):
            stack.enter_context(module_house.serve(service, BANJIAN_INGRESS="sources"))
            stack.enter_context(module_house.relay(service))
        bureau = Bureau(module_house)
        stack.callback(bureau.database.close)
        yield bureau
        for name in bureau.made:
            with suppress(Exception):
                module_house.vhost.management.call("DELETE", f"users/{name}")


@pytest.fixture(scope="module")
def housing(bureau: Bureau) -> Department:
    return bureau.admit("housing", "start", "decision", "suspension", "resumption")


def test_department_hears_its_tasks_and_decides_them_with_the_example(
    bureau: Bureau, housing: Department, tmp_path: Any
) -> None:
    parts = housing._parts
    address = tmp_path / "address"
    address.write_text(parts.geturl())
    bureau.case("of-another", item="B")
    bureau.case("heard")

    command = [sys.executable, str(EXAMPLE), "--address-file", str(address)]
    options = ["--department", "DA", "--listen", "6", "--approve"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["task-created heard"]
    bureau.becomes("heard", "approved")
    assert bureau.history("heard") == ["task-created", "task-started", "task-approved"]
    assert bureau.task("heard")["decided_by"] == housing.name
    with pytest.raises(amqp.AMQPError), housing._channel() as channel:
        channel.queue_bind(f"{housing.name}.tasks", "approval.events", "task-ready.*.DB")


def test_i01_i04_rows_that_come_early_and_twice_take_effect_once(
    bureau: Bureau, housing: Department
) -> None:
    decided = datetime.now(UTC) - timedelta(minutes=1)
    guid = housing.decide("early", True, b"1", decided_at=decided.isoformat())
    row = {"row_guid": guid, "decided_at": decided.isoformat()}
    held = "SELECT state, reason FROM held WHERE subject = 'early'"
    wait_until(lambda: bureau.database.read(held) == [("waiting", "awaits_task")], 30)

    bureau.case("early")
    bureau.becomes("early", "approved")
    housing.decide("early", True, b"1", **row)
    housing.decide("early", False, b"2", **row)

    assert bureau.reply(housing, guid) == "row_guid_reused"
    assert bureau.history("early") == ["task-created", "task-approved"]
    assert bureau.database.read(held) == []
    housing.send("decision", "early", row_guid=guid, cd_operation="delete")
    bureau.becomes("early", "open")
    housing.decide("early", False, b"3")
    bureau.becomes("early", "rejected")


def test_d02_d03_d04_decision_after_silence_counts_only_with_proof_that_it_was_in_time(
    bureau: Bureau, housing: Department
) -> None:
    begun = datetime(2020, 9, 7, 9, 0, tzinfo=SHANGHAI)
    in_time = begun + timedelta(days=2)
    names = ("proven", "unproven", "late")
    for name in names:
        a, b = member("A", limits=LIMITS, of=name), member("B", "A", limits=LIMITS, of=name)
        bureau.project(f"p-{name}", begun, a, b)
    for name in names:
        bureau.becomes(f"{name}-A", "deemed_consented")

    housing.decide("proven-A", False, b"4", decided_at=in_time.isoformat())
    housing.send("decision", "unproven-A", decision="rejected", decided_at=in_time.isoformat())
    bad = housing.decide("late-A", False, b"5", decided_at="2020-11-31")
    assert bureau.reply(housing, bad) == "no_such_time"
    housing.decide("late-A", True, b"5")

    bureau.becomes("proven-A", "rejected")
    told = bureau.history("proven-A")
    assert "deemed-consent-voided" in told and "liability-withdrawn" in told
    assert bureau.task("proven-B")["state"] == "cancelled"
    for name in ("unproven", "late"):
        wait_until(lambda n=name: "late-decision-recorded" in bureau.history(f"{n}-A"), 30)  # type: ignore[misc]
        assert bureau.task(f"{name}-A")["state"] == "deemed_consented"
        assert "liability-withdrawn" not in bureau.history(f"{name}-A")


def test_clocks_stand_still_and_go_on_as_the_department_says(
    bureau: Bureau, housing: Department
) -> None:
    bureau.case("still")
    notice = {"notice_no": "2020-17", "expected_days": 10}
    housing.send("suspension", "still", standstill="EXPERT_REVIEW", **notice)
    wait_until(lambda: bureau.task("still").get("suspended"), 30)
    twice = housing.send("suspension", "still", standstill="EXPERT_REVIEW", **notice)
    assert bureau.reply(housing, twice) == "clock_rule"
    housing.send("resumption", "still", standstill="EXPERT_REVIEW")
    wait_until(lambda: bureau.task("still").get("suspended") is False, 30)


def test_source_acts_for_its_own_department_and_kinds_only(
    bureau: Bureau, housing: Department
) -> None:
    bureau.case("of-b", item="B")
    assert bureau.reply(housing, housing.start("of-b")) == "department_not_permitted"
    lie = housing.send("decision", "of-b", decision="granted", decided_at="20200909", org_code="DB")
    assert bureau.reply(housing, lie) == "department_not_permitted"
    other = bureau.admit("forestry", "start")
    stranger = other.send("start", "of-b", record="department-decision")
    assert bureau.reply(other, stranger) == "kind_not_permitted"
    forged = other.send("start", "of-b", data_source=housing.name)
    assert bureau.reply(other, forged) == "not_its_own"
    assert bureau.history("of-b") == ["task-created"]
