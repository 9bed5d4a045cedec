"""Fees through the real house: set and notified by HTTP, paid over the ingress, compared by CLI."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import contracts
from services.chassis.bus.publisher import Publisher
from services.chassis.eventlog.database import Database
from services.chassis.vault import Seal
from services.intake.application import Intake
from services.intake.projections import READ_MODEL, cases_of_rows, catalog_of
from services.kernel.clock.hours import legal_date
from services.kernel.times import SHANGHAI
from tests.integration.services.test_way_of_a_case import Client, send
from tests.support.house import House
from tests.support.processes import banjian
from tests.support.waiting import wait_until
from tests.unit.facts import CLERK, facts

ITEM = contracts.example("catalog.item-published.v1") | {"item_version": 2}
CODE = str(ITEM["item_code"])
FREE, DEARER = CODE[:-1] + "9", CODE[:-1] + "8"
NOW = datetime.now(UTC).astimezone(SHANGHAI).replace(microsecond=0)
TODAY = legal_date(NOW)


class Counter(Client):
    """A window of the centre, the fee office, and the payment platform."""

    def publish_item(self, **changed: Any) -> None:
        fields = ("published_at", "retroactive", "origin")
        item = {name: value for name, value in ITEM.items() if name not in fields} | changed
        token = self.house.token("editor-1", "catalog_editor")
        status, answer = self.ask("POST", "catalog", "/items", item, token)
        assert status == 201, answer

    def accept(self, item: str = CODE) -> str:
        """Take in a case; waits until the item is known."""
        application = {"item_code": item, "applicant": {"name": "测试申请人"}}
        clerk = self.house.token("clerk-12", "clerk", window="07")

        def accepted() -> str:
            status, case = self.ask("POST", "intake", "/cases", application, clerk)
            return case["project_no"] if status == 201 else ""

        return wait_until(accepted, timeout=30)

    def post(self, path: str, body: dict[str, Any], role: str = "clerk", **headers: str) -> Any:
        token = self.house.token(f"{role}-1", role)
        return self.ask("POST", "intake", path, body, token, **headers)

    def read(self, path: str) -> Any:
        token = self.house.token("fee-officer-3", "fee_officer")
        status, answer = self.ask("GET", "intake", path, token=token)
        assert status == 200, answer
        return answer

    def notified(self, project_no: str = "") -> str:
        """Set a fee of a case and issue its notice; gives the order."""
        number = project_no or self.accept()
        status, fee = self.post(f"/cases/{number}/fees", {"fee": "工本费"})
        assert (status, fee["amount_fen"], fee["state"]) == (201, 1000, "assessed"), fee
        status, noticed = self.post(f"/fees/{fee['order_no']}/notice", {})
        assert (status, noticed["state"]) == (201, "notified"), noticed
        return str(fee["order_no"])

    def told(self, order: str, number: str, **changed: Any) -> dict[str, Any]:
        """Give a record of the payment platform."""
        return (
            contracts.example("ingress.payment.v1")
            | {"order_no": order, "transaction_no": number, "paid_at": NOW.isoformat()}
            | changed
        )

    def send(self, *records: dict[str, Any]) -> None:
        publisher = Publisher(self.house.vhost.amqp_uri)
        for record in records:
            publisher.publish(
                "banjian.ingress",
                "province-payment.payment",
                json.dumps(record).encode(),
                partition_key=record["order_no"],
                content_type="application/json",
                message_id=record["transaction_no"],
            )
        publisher.confirm()
        publisher.close()

    def history(self, order: str) -> list[str]:
        events = self.read(f"/fees/{order}")["history"]
        return [event["type"].split(".")[1] for event in events]

    def wait_for(self, order: str, event: str) -> list[str]:
        wait_until(lambda: event in self.history(order), timeout=30)
        return self.history(order)

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        database = Database(self.house.database_url)
        try:
            return database.read(sql, params)
        finally:
            database.close()


@pytest.fixture(scope="module")
def counter(module_house: House) -> Iterator[Counter]:
    with ExitStack() as stack:
        stack.enter_context(module_house.serve("catalog"))
        stack.enter_context(module_house.relay("catalog"))
        stack.enter_context(module_house.serve("intake"))
        stack.enter_context(module_house.relay("intake"))
        counter = Counter(module_house)
        counter.publish_item()
        yield counter


def test_fee_goes_from_the_window_to_the_payment_and_back(counter: Counter) -> None:
    case = counter.accept()
    key = {"Idempotency_Key": "fee-1"}
    status, fee = counter.post(f"/cases/{case}/fees", {"fee": "工本费", "units": 2}, **key)
    assert (status, fee["amount_fen"], fee["amount"]) == (201, 2000, "20.00")
    again = counter.post(f"/cases/{case}/fees", {"fee": "工本费", "units": 2}, **key)
    assert again[1]["order_no"] == fee["order_no"]
    order = fee["order_no"]
    status, twice = counter.post(f"/cases/{case}/fees", {"fee": "工本费"})
    assert (status, twice["code"]) == (422, "fee_already_set")
    assert counter.post(f"/fees/{order}/notice", {"days": 5})[0] == 201

    counter.send(counter.told(order, "T-1", amount="20.00"))
    assert counter.wait_for(order, "fee-paid") == [
        "fee-assessed",
        "payment-notice-issued",
        "fee-paid",
    ]
    listed = counter.read(f"/fees?project_no={case}")["items"]
    assert [(one["order_no"], one["state"], one["transaction_no"]) for one in listed] == [
        (order, "paid", "T-1")
    ]
    refund = {"transaction_no": "T-1", "reason": "收费依据已取消"}
    assert counter.post(f"/fees/{order}/refund", refund)[0] == 403
    status, done = counter.post(f"/fees/{order}/refund", refund | {"amount": "0.10"}, "fee_officer")
    assert (status, done["state"]) == (200, "paid")
    status, done = counter.post(f"/fees/{order}/refund", refund, "fee_officer")
    assert (status, done["state"]) == (200, "refunded")
    assert counter.read(f"/fees/{order}")["refunded_fen"] == 2000
    [row] = counter.read("/fees?state=refunded&department=" + str(ITEM["department"]))["items"]
    assert (row["order_no"], row["refunded_fen"]) == (order, 2000)
    status, next_one = counter.post(f"/cases/{case}/fees", {"fee": "工本费"})
    assert (status, next_one["order_no"] != order) == (201, True)


def test_callback_told_twice_counts_once_and_a_second_payment_goes_back(counter: Counter) -> None:
    order = counter.notified()

    counter.send(*[counter.told(order, "T-2")] * 3)
    counter.wait_for(order, "fee-paid")
    counter.send(counter.told(order, "T-3"), counter.told(order, "T-2"))
    history = counter.wait_for(order, "refund-due")

    assert (history.count("fee-paid"), history.count("refund-due")) == (1, 1)
    ignored = "SELECT count(*) FROM intake.events WHERE topic = %s"
    wait_until(lambda: counter.rows(ignored, "intake.payment-duplicate-ignored.v1") == [(1,)])
    [task] = counter.read("/fees?refund_due=true")["items"]
    assert (task["order_no"], task["state"], task["refunds_due"]) == (order, "paid", 1)
    refund = {"transaction_no": "T-3", "reason": "重复缴费"}
    assert counter.post(f"/fees/{order}/refund", refund, "fee_officer")[0] == 200
    assert counter.history(order)[-1] == "payment-returned"
    assert counter.read("/fees?refund_due=true")["items"] == []


def test_payment_before_its_notice_waits_for_it(counter: Counter) -> None:
    case = counter.accept()
    order = counter.post(f"/cases/{case}/fees", {"fee": "工本费"})[1]["order_no"]

    counter.send(counter.told(order, "T-4"))
    held = "SELECT state FROM intake.held WHERE subject = %s"
    wait_until(lambda: counter.rows(held, order) == [("retrying",)], timeout=30)
    assert counter.history(order) == ["fee-assessed"]
    counter.post(f"/fees/{order}/notice", {})

    assert counter.wait_for(order, "fee-paid")[-1] == "fee-paid"


def test_payment_after_the_case_was_taken_back_is_to_be_given_back(counter: Counter) -> None:
    counter.accept()
    accept = contracts.example("ingress.accept.v1") | {"project_no": "fee-void"}
    state = "/cases/fee-void"
    send(counter.house, accept)
    wait_until(lambda: counter.get("intake", state)[0] == 200, timeout=30)
    order = counter.notified("fee-void")
    send(counter.house, accept | {"cd_operation": "D", "cd_time": NOW.isoformat()})
    wait_until(lambda: counter.get("intake", state)[1]["case"]["state"] == "retracted", timeout=30)

    counter.send(counter.told(order, "T-5"))

    assert counter.wait_for(order, "refund-due")[2:] == ["refund-due"]
    assert counter.read(f"/fees/{order}")["refunds_due"] == {"T-5": 1000}


def test_record_that_cannot_be_taken_gets_a_reasoned_reply(counter: Counter) -> None:
    order = counter.notified()

    counter.send(counter.told("F-nobody", "T-6"), counter.told(order, "T-7", amount="0.001"))
    refused = (
        "SELECT convert_from(state, 'UTF8') FROM intake.events"
        " WHERE topic = 'intake.payment-refused.v1'"
    )
    wait_until(lambda: len(counter.rows(refused)) == 2, timeout=30)
    told = [json.loads(state)["data"] for (state,) in counter.rows(refused)]

    assert {(one["transaction_no"], one["reason_code"]) for one in told} == {
        ("T-6", "unknown_order"),
        ("T-7", "too_fine"),
    }
    kept = "SELECT row_guid FROM intake.refused WHERE record = 'payment' ORDER BY row_guid"
    assert counter.rows(kept) == [("T-6",), ("T-7",)]
    assert counter.history(order) == ["fee-assessed", "payment-notice-issued"]


def test_free_item_and_what_is_not_listed_are_refused_with_the_law(counter: Counter) -> None:
    counter.publish_item(item_code=FREE, listing={"charged": False})
    free, charged = counter.accept(FREE), counter.accept()
    for case, body, code in (
        (free, {"fee": "工本费"}, "free_item"),
        (charged, {"fee": "加急费"}, "unlisted_fee"),
        (charged, {"fee": "工本费", "amount": "10.01"}, "fee_amount"),
        (charged, {"fee": "工本费", "agency": True}, "free_agency"),
    ):
        status, problem = counter.post(f"/cases/{case}/fees", body)
        assert (status, problem["code"]) == (422, code)
    status, _ = counter.post(f"/cases/{charged}/fees", {"fee": "工本费", "amount": "1,0"})
    assert status == 400
    assert counter.post(f"/cases/{charged}/fees", {"fee": "工本费"}, "officer")[0] == 403
    assert counter.post("/cases/nobody/fees", {"fee": "工本费"})[0] == 404
    assert counter.post("/fees/nobody/notice", {})[0] == 404


def test_assessed_amount_stands_when_the_list_changes(counter: Counter) -> None:
    counter.publish_item(item_code=DEARER)
    case = counter.accept(DEARER)
    order = counter.notified(case)
    fees = [{"name": "工本费", "standard": "每证 20 元", "amount_fen": 2000}]
    listing = dict(ITEM["listing"]) | {"fees": fees}  # type: ignore[call-overload]
    counter.publish_item(
        item_code=DEARER, item_version=3, listing=listing, effective_from=NOW.isoformat()
    )

    counter.send(counter.told(order, "T-8"))

    assert counter.wait_for(order, "fee-paid")[-1] == "fee-paid"
    assert counter.read(f"/fees/{order}")["item_version"] == 2

    def new_amount() -> bool:
        status, fee = counter.post(f"/cases/{counter.accept(DEARER)}/fees", {"fee": "工本费"})
        return bool(status == 201 and fee["amount_fen"] == 2000)

    wait_until(new_amount, timeout=30)


def test_notice_that_ends_unpaid_lapses_and_a_waived_one_has_no_deadline(counter: Counter) -> None:
    database = Database(counter.house.database_url_of("intake"))
    intake = Intake(
        database,
        READ_MODEL,
        catalog=catalog_of,
        rows=cases_of_rows,
        seal=Seal.from_file(counter.house.env["BANJIAN_VAULT_KEY_FILE"]),
        region="3412XX",
    )
    lapsing = counter.post(f"/cases/{counter.accept()}/fees", {"fee": "工本费"})[1]["order_no"]
    waived = counter.notified()
    policy = {"policy": "减税降费文件"}
    status, done = counter.post(f"/fees/{waived}/waiver", policy, "fee_officer")
    assert (status, done["state"]) == (200, "waived")

    intake.notify_fee(facts(CLERK, NOW - timedelta(days=60)), lapsing, 5)

    assert counter.wait_for(lapsing, "fee-lapsed")[-1] == "fee-lapsed"
    left = "SELECT key FROM deadlines WHERE kind = 'fee_lapse' AND key IN (%s, %s)"
    wait_until(lambda: database.read(left, (lapsing, waived)) == [])
    database.close()


def test_day_is_compared_with_the_platforms_file(counter: Counter) -> None:
    payments = counter.read(f"/fees/payments?date={TODAY}&limit=500")["items"]
    assert payments
    numbers = [one["transaction_no"] for one in payments]
    assert numbers == sorted(numbers)
    first = counter.read(f"/fees/payments?date={TODAY}&limit=1")
    assert [one["transaction_no"] for one in first["items"]] == numbers[:1]
    file = counter.house.folder / "day.csv"

    def compare(*lines: str) -> tuple[int, Any]:
        text = "transaction,order,amount,paid_at\n" + "".join(f"{line}\n" for line in lines)
        file.write_text(text)
        command = banjian("fees", "reconcile", str(file), "--date", str(TODAY), "--json")
        done = subprocess.run(
            command, env=counter.house.env, capture_output=True, text=True, timeout=60
        )
        return done.returncode, json.loads(done.stdout)

    lines = [
        f"{one['transaction_no']},{one['order_no']},{one['amount_fen'] / 100:.2f},{one['paid_at']}"
        for one in payments
    ]
    assert compare(*lines) == (0, [])
    code, found = compare("T-nobody,F1,5.00," + str(TODAY), *lines[1:])
    assert code == 1
    assert {(one["transaction_no"], one["difference"]) for one in found} == {
        ("T-nobody", "missing_here"),
        (numbers[0], "missing_there"),
    }


def test_rows_are_the_same_when_the_log_is_replayed(counter: Counter) -> None:
    compared = json.loads(counter.house.banjian("rebuild", "intake", "--verify", "--json"))

    assert (compared["differences"], compared["rows"] > 20) == ([], True)
