"""A case through the real house: HTTP and ingress in, events through the bus, notices out."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

import contracts
from services.chassis.bus.publisher import Publisher
from services.chassis.eventlog.database import Database
from tests.support.house import House
from tests.support.waiting import wait_until

SERVICES = ("catalog", "intake", "approval", "notify")
ITEM = contracts.example("catalog.item-published.v1") | {"item_version": 2}
SECRET = "测试申请人甲"


class Client:
    """HTTP of a house."""

    def __init__(self, house: House) -> None:
        self.house = house

    def ask(
        self,
        method: str,
        service: str,
        path: str,
        body: Any = None,
        token: str = "",
        **headers: str,
    ) -> tuple[int, Any]:
        request = urllib.request.Request(self.house.url_of(service) + path, method=method)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, _read(answer.read(), answer.headers["Content-Type"])
        except urllib.error.HTTPError as error:
            return error.code, _read(error.read(), error.headers["Content-Type"])

    def get(self, service: str, path: str, **headers: str) -> tuple[int, Any]:
        return self.ask("GET", service, path, **headers)


def _read(body: bytes, kind: str | None) -> Any:
    return json.loads(body) if kind and "json" in kind else body.decode()


@pytest.fixture(scope="module")
def client(module_house: House) -> Iterator[Client]:
    with ExitStack() as stack:
        for service in SERVICES:
            stack.enter_context(module_house.serve(service))
            stack.enter_context(module_house.relay(service))
        client = Client(module_house)
        fields = ("published_at", "retroactive", "origin")
        item = {name: value for name, value in ITEM.items() if name not in fields}
        token = module_house.token("editor-1", "catalog_editor")
        status, answer = client.ask("POST", "catalog", "/items", item, token)
        assert (status, answer["new"]) == (201, True), answer
        status, answer = client.ask("POST", "catalog", "/items", item, token)
        assert (status, answer["new"]) == (200, False), answer
        yield client


def application(**changed: Any) -> dict[str, Any]:
    return {
        "item_code": ITEM["item_code"],
        "channel": "window",
        "applicant": {"name": SECRET, "id_number": "000000190001010000", "phone": "00000000000"},
    } | changed


def send(house: House, *records: dict[str, Any]) -> None:
    publisher = Publisher(house.vhost.amqp_uri)
    for record in records:
        publisher.publish(
            "banjian.ingress",
            f"{record['data_source']}.{record['record']}",
            json.dumps(record).encode(),
            partition_key=record["project_no"],
            content_type="application/json",
            message_id=record["row_guid"],
        )
    publisher.confirm()
    publisher.close()


def knows_item(client: Client) -> bool:
    """Whether the published item has reached intake: an application for it is accepted."""
    token = client.house.token("clerk-12", "clerk", window="07")
    status, answer = client.ask("POST", "intake", "/cases", application(), token)
    return status == 201 and answer["state"] == "accepted"


def test_case_goes_from_the_window_to_the_notice(client: Client) -> None:
    house = client.house
    wait_until(lambda: knows_item(client), timeout=30)
    clerk = house.token("clerk-12", "clerk", window="07")

    status, taken = client.ask(
        "POST", "intake", "/cases", application(), clerk, Idempotency_Key="k-1", Prefer="wait"
    )
    assert (status, taken["state"]) == (201, "accepted")
    assert taken["position"] > 0
    again = client.ask("POST", "intake", "/cases", application(), clerk, Idempotency_Key="k-1")
    assert again[1]["project_no"] == taken["project_no"]
    number = taken["project_no"]
    status, task = client.get("approval", f"/tasks/{number}?after=intake:{taken['position']}")
    assert (status, task["task"]["state"]) == (200, "open")
    decision = {"decision": "approve"}
    for who, expected in (
        (house.token("clerk-12", "officer", unit="D07"), 422),
        (house.token("officer-9", "officer", unit="D08"), 403),
        (house.token("officer-9", "clerk", unit="D07"), 403),
        ("", 401),
    ):
        status, _ = client.ask("POST", "approval", f"/cases/{number}/decision", decision, who)
        assert status == expected
    officer = house.token("officer-21", "officer", unit="D07")
    status, decided = client.ask(
        "POST", "approval", f"/cases/{number}/decision", decision, officer, Prefer="wait"
    )
    assert status == 201
    status, case = client.get("intake", f"/cases/{number}?after=approval:{decided['position']}")
    assert (case["case"]["state"], case["case"]["on_time"]) == ("completed", True)
    assert [event["type"] for event in case["history"]] == [
        "intake.case-submitted.v1",
        "intake.case-accepted.v1",
        "intake.case-routed.v1",
        "intake.case-decided.v1",
        "intake.case-completed.v1",
    ]
    assert len({event["correlation_id"] for event in case["history"][:2]}) == 1
    assert SECRET not in json.dumps(case, ensure_ascii=False)
    wait_until(lambda: client.get("notify", f"/notices/case_completed/{number}")[0] == 200)
    status, notices = client.get("notify", f"/notices?project_no={number}")
    assert {notice["notice"] for notice in notices["items"]} == {"case_accepted", "case_completed"}


def test_application_outside_the_lists_is_refused_and_on_file(client: Client) -> None:
    clerk = client.house.token("clerk-12", "clerk")

    status, taken = client.ask("POST", "intake", "/cases", application(item_code="9" * 31), clerk)

    assert (status, taken["state"], taken["reason_code"]) == (422, "refused", "not_on_any_list")
    status, case = client.get("intake", f"/cases/{taken['project_no']}")
    assert (status, case["case"]["refusal"]) == (200, "not_on_any_list")
    key = f"/notices/case_refused/{taken['project_no']}"
    wait_until(lambda: client.get("notify", key)[0] == 200)


def test_records_of_an_outside_system_complete_a_case_at_their_own_times(client: Client) -> None:
    wait_until(lambda: knows_item(client), timeout=30)
    records = [contracts.example(f"ingress.{kind}.v1") for kind in ("accept", "process", "result")]
    number = str(records[0]["project_no"])

    def completed() -> bool:
        status, case = client.get("intake", f"/cases/{number}")
        return status == 200 and case["case"]["state"] == "completed"

    send(client.house, *records, *records)
    wait_until(completed, timeout=30)
    _, case = client.get("intake", f"/cases/{number}")
    assert [event["type"].split(".")[1] for event in case["history"]] == [
        "case-submitted",
        "case-accepted",
        "step-reported",
        "result-reported",
        "case-completed",
    ]
    assert case["case"]["completed_at"] == "2020-10-27T15:30:00+08:00"
    assert SECRET not in json.dumps(case, ensure_ascii=False)
    assert "测试" not in json.dumps(case, ensure_ascii=False)
    status, then = client.get("intake", f"/cases/{number}?at=2020-10-21")
    assert then["case"]["state"] == "accepted"
    _, task = client.get("approval", f"/tasks/{number}")
    assert (task["task"]["state"], task["task"]["steps"]) == ("approved", 1)
    status, page = client.get("intake", f"/cases/{number}", Accept="text/html")
    assert (status, "已办结" in page) == (200, True)

    send(client.house, records[2] | {"cd_operation": "D", "cd_time": "2020-11-02 08:00:00"})
    wait_until(lambda: not completed(), timeout=30)
    wait_until(lambda: client.get("approval", f"/tasks/{number}")[1]["task"]["state"] == "open")


def rows(client: Client, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    return Database(client.house.database_url).read(sql, params)


def test_bad_records_are_answered_or_parked_and_nobody_is_named(client: Client) -> None:
    wait_until(lambda: knows_item(client), timeout=30)
    good = contracts.example("ingress.accept.v1") | {"applyer_name": SECRET}

    def record(number: str, **changed: Any) -> dict[str, Any]:
        return good | {"project_no": number, "row_guid": f"row-{number}"} | changed

    publisher = Publisher(client.house.vhost.amqp_uri)
    sent = [
        ("bad-date", "", record("bad-date", accept_date="2020-11-31")),
        ("bad-item", "", record("bad-item", task_code="9" * 31)),
        ("bad-version", "", record("bad-version", task_version=77)),
        (
            "too-early",
            "",
            contracts.example("ingress.result.v1")
            | {"project_no": "too-early", "row_guid": "row-early"},
        ),
        ("gbk", "gbk", record("gbk")),
        ("undeclared", "", record("undeclared")),
    ]
    for number, charset, told in sent:
        coded = "gbk" if number in ("gbk", "undeclared") else "utf-8"
        publisher.publish(
            "banjian.ingress",
            f"{good['data_source']}.{told['record']}",
            json.dumps(told, ensure_ascii=False).encode(coded),
            partition_key=number,
            content_type="application/json" + (f"; charset={charset}" if charset else ""),
            message_id=number,
        )
    publisher.confirm()
    publisher.close()

    wait_until(lambda: client.get("intake", "/cases/gbk")[0] == 200, timeout=30)
    refused = "SELECT convert_from(state, 'UTF8') FROM intake.events WHERE topic = %s"
    replies = wait_until(
        lambda: (
            len(rows(client, refused, "intake.record-quarantined.v1")) >= 2
            and rows(client, refused, "intake.record-refused.v2")
        )
    )
    codes = {json.loads(state)["data"]["reason_code"] for (state,) in replies}
    assert codes == {"no_such_time"}
    held = "SELECT subject, state, reason FROM intake.held ORDER BY subject"
    wait_until(lambda: len(rows(client, held)) == 4)
    kept = {subject: (state, reason) for subject, state, reason in rows(client, held)}
    assert kept["bad-version"] == kept["bad-item"] == ("waiting", "awaits_catalog")
    assert kept["undeclared"] == ("parked", "unreadable")
    assert kept["too-early"] == ("waiting", "awaits_record")
    sealed = rows(client, "SELECT string_agg(body, ''::bytea) FROM intake.held")[0][0]
    log = rows(client, "SELECT string_agg(state, ''::bytea) FROM intake.events")[0][0]
    vault = rows(client, "SELECT string_agg(sealed, ''::bytea) FROM intake.vault_field")[0][0]
    for coded in (SECRET.encode(), SECRET.encode("gbk")):
        assert all(coded not in bytes(kept) for kept in (sealed, log, vault))
    said = "".join(file.read_text(errors="replace") for file in client.house.folder.glob("*.log"))
    assert SECRET not in said


def test_pages_and_lists_are_served(client: Client) -> None:
    for service, path in (
        ("catalog", "/"),
        ("catalog", f"/items/{ITEM['item_code']}"),
        ("intake", "/"),
        ("approval", "/"),
        ("notify", "/"),
    ):
        status, page = client.get(service, path, Accept="text/html")
        assert (status, "<!doctype html>" in page.lower()) == (200, True), (service, path)
    for service, path in (
        ("catalog", "/items?department=D07&limit=1"),
        ("intake", "/cases?state=completed&limit=1"),
        ("approval", "/tasks?department=D07&limit=1"),
        ("notify", "/notices?limit=1"),
    ):
        status, page = client.get(service, path)
        assert status == 200, page
        assert len(page["items"]) <= 1
        if page["next"]:
            joint = "&" if "?" in path else "?"
            status, more = client.get(service, f"{path}{joint}cursor={page['next']}")
            assert status == 200
            assert more["items"] != page["items"]


def test_unknown_things_are_a_page_for_a_browser_and_a_problem_for_a_program(
    client: Client,
) -> None:
    for service, path in (
        ("intake", "/cases/nope"),
        ("approval", "/tasks/nope"),
        ("catalog", "/items/nope"),
    ):
        status, page = client.get(service, path, Accept="text/html")
        assert (status, "没有找到" in page) == (404, True), (service, path)
        status, problem = client.get(service, path)
        assert (status, problem["code"]) == (404, "not_found")
    for service, path in (("intake", "/cases"), ("approval", "/tasks")):
        status, problem = client.get(service, f"{path}/nope?at=yesterday")
        assert (status, problem["field"]) == (400, "at")
        assert client.get(service, f"{path}/nope?at=2020-10-25T00:00:00")[0] == 404
    for service in SERVICES:
        status, page = client.get(service, "/?unheard_of=1", Accept="text/html")
        assert (status, page.count("<h1")) == (200, 1)
    status, page = client.get("intake", "/?item_code=nothing", Accept="text/html")
    assert "没有符合条件的记录" in page
