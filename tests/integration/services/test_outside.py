"""Outside sources at the real broker: their accounts, their rows, and the replies they hear."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import amqp
import pytest

import contracts
from deploy.local.servers import CHECKOUT
from services.chassis.bus.publisher import Publisher
from services.chassis.errors import UnavailableError
from services.chassis.eventlog.database import Database
from tests.integration.services.test_way_of_a_case import Client
from tests.support.house import House
from tests.support.waiting import wait_until

ITEM: dict[str, Any] = dict(contracts.example("catalog.item-published.v1"))
DRAFT = {k: v for k, v in ITEM.items() if k not in ("published_at", "retroactive", "origin")}
EXAMPLE = CHECKOUT / "docs" / "examples" / "send_rows.py"


@dataclass(frozen=True)
class Account:
    """A source as it was admitted: its name, and its address on the bus."""

    name: str
    address: str

    def row(self, kind: str, number: str, **changed: Any) -> dict[str, Any]:
        """Give a row of ours about a case; one guid for each kind and case."""
        example = contracts.example(f"ingress.{kind}.v1")
        own = {"data_source": self.name, "project_no": number, "row_guid": f"{kind}-{number}"}
        if kind == "accept":
            own |= {"task_code": ITEM["item_code"], "task_version": 2, "org_code": "D07"}
        said = {**example, **own, **changed}
        return {name: value for name, value in said.items() if value is not ...}

    def send(self, *rows: dict[str, Any], source: str = "", charset: str = "") -> None:
        publisher = Publisher(self.address)
        for row in rows:
            publisher.publish(
                "banjian.ingress",
                f"{source or self.name}.{row['record']}",
                json.dumps(row, ensure_ascii=False).encode(charset or "utf-8"),
                partition_key=row["project_no"],
                content_type="application/json" + (f"; charset={charset}" if charset else ""),
                message_id=row["row_guid"],
            )
        publisher.confirm()
        publisher.close()


class Town:
    """A house that takes rows of admitted sources only."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.client = Client(house)
        self.database = Database(house.database_url_of("intake"))
        self.tag = uuid.uuid4().hex[:6]
        self.made: list[str] = []

    def start(self) -> None:
        """Start intake and its relay."""
        self.intake = self.house.serve("intake", BANJIAN_INGRESS="sources")
        self.relay = self.house.relay("intake")

    def stop(self) -> None:
        for child in (self.intake, self.relay):
            child.kill()

    def admit(self, name: str, *kinds: str, departments: tuple[str, ...] = ()) -> Account:
        full = f"{name}-{self.tag}"
        self.made.append(full)
        options = [part for kind in kinds for part in ("--kind", kind)]
        options += [part for code in departments for part in ("--department", code)]
        told = json.loads(self.house.banjian("source", "add", full, *options, "--json"))
        return Account(full, told["address"])

    def case(self, number: str) -> dict[str, Any]:
        status, answer = self.client.get("intake", f"/cases/{number}")
        return answer["case"] if status == 200 else {}

    def history(self, number: str) -> list[str]:
        status, answer = self.client.get("intake", f"/cases/{number}")
        return [e["type"].split(".")[1] for e in answer["history"]] if status == 200 else []

    def replies(self, guid: str) -> list[dict[str, Any]]:
        rows = self.database.read(
            "SELECT topic, convert_from(state, 'UTF8') FROM events"
            " WHERE topic LIKE 'intake.record-%%' ORDER BY xid, id"
        )
        told = [(str(topic), json.loads(state)["data"]) for topic, state in rows]
        return [{"topic": topic, **data} for topic, data in told if data.get("row_guid") == guid]

    def refused(self, guid: str) -> str:
        """Wait for the refusal of a row and give its code."""
        told = wait_until(lambda: self.replies(guid), 30, what=f"a reply to {guid}")
        assert told[-1]["topic"] == "intake.record-refused.v2"
        return str(told[-1]["reason_code"])

    def held(self, number: str) -> list[tuple[Any, ...]]:
        return self.database.read(
            "SELECT state, reason FROM held WHERE subject = %s ORDER BY id", (number,)
        )


@pytest.fixture(scope="module")
def town(module_house: House) -> Iterator[Town]:
    with ExitStack() as stack:
        stack.enter_context(module_house.serve("catalog"))
        stack.enter_context(module_house.relay("catalog"))
        town = Town(module_house)
        town.start()
        stack.callback(town.stop)
        publish(town, 2)
        yield town
        for name in town.made:
            with suppress(Exception):
                module_house.vhost.management.call("DELETE", f"users/{name}")
        town.database.close()


@pytest.fixture(scope="module")
def county(town: Town) -> Account:
    kinds = ("accept", "process", "result", "special-procedure", "material")
    account = town.admit("county-vertical", *kinds)
    account.send(account.row("accept", "first"))
    wait_until(lambda: town.case("first"), timeout=60)
    return account


def publish(town: Town, version: int, **changed: Any) -> None:
    token = town.house.token("editor-1", "catalog_editor")
    body = DRAFT | {"item_version": version} | changed
    status, answer = town.client.ask("POST", "catalog", "/items", body, token)
    assert (status, answer["new"]) == (201, True), answer


def clocks_apart(history: list[str]) -> list[str]:
    return [topic for topic in history if topic != "clock-recalculated"]


def test_rows_of_all_kinds_make_a_case_and_their_corrections_hold(
    town: Town, county: Account
) -> None:
    number = "all-kinds"
    kinds = ("process", "special-procedure", "material")
    accept = county.row("accept", number, promise_date=...)
    step, special, material = [county.row(kind, number) for kind in kinds]
    later = {"cd_operation": "U", "cd_time": "2020-11-01 08:00:00"}
    gone = {"cd_operation": "D", "cd_time": "2020-11-02 08:00:00"}

    county.send(accept)
    plain = wait_until(lambda: town.case(number), timeout=30)
    county.send(step, special, material, accept, step, special, material)
    wait_until(lambda: "material-reported" in town.history(number), timeout=30)
    stopped = town.case(number)
    longer = {"end_time": "2020-10-28 17:00:00"}
    county.send(special | later | longer, material | later | {"get_num": 3})
    wait_until(lambda: len(clocks_apart(town.history(number))) == 7, timeout=30)
    longest = town.case(number)
    county.send(*(row | gone for row in (step, special, material)))
    wait_until(lambda: len(clocks_apart(town.history(number))) == 10, timeout=30)

    assert clocks_apart(town.history(number)) == [
        *("case-submitted", "case-accepted"),
        *("step-reported", "special-procedure-reported", "material-reported"),
        *("special-procedure-reported", "material-reported"),
        *("external-record-retracted", "special-procedure-retracted", "material-report-retracted"),
    ]
    for end in ("promised_due_at", "statutory_due_at"):
        assert plain[end] < stopped[end] < longest[end]
        assert town.case(number)[end] == plain[end]


def test_i01_i13_the_same_rows_again_and_a_kill_between_write_one_event_each(
    town: Town, county: Account
) -> None:
    numbers = [f"again-{n}" for n in range(40)]
    rows = [county.row(kind, n) for n in numbers for kind in ("accept", "process", "result")]

    county.send(*rows)
    town.intake.kill()  # in the middle, with messages delivered and not acknowledged
    town.intake = town.house.serve("intake", BANJIAN_INGRESS="sources")
    county.send(*rows)
    wait_until(
        lambda: (
            town.case(numbers[-1]).get("rows", 3)
            and all(len(town.history(n)) >= 4 for n in numbers)
        ),
        timeout=60,
    )
    county.send(county.row("accept", "again-last"))
    wait_until(lambda: town.case("again-last"), timeout=30)

    told = ["case-submitted", "case-accepted", "step-reported", "result-reported"]
    assert [town.history(number) for number in numbers] == [told] * len(numbers)


def test_i04_result_before_its_acceptance_waits_and_is_replayed(
    town: Town, county: Account
) -> None:
    county.send(county.row("result", "early"), county.row("material", "early"))
    wait_until(lambda: len(town.held("early")) == 2, timeout=30)
    assert town.held("early") == [("waiting", "awaits_record")] * 2
    listed = json.loads(
        town.house.banjian("parked", "list", "intake", "--state", "waiting", "--json")
    )
    assert {one["reason"] for one in listed if one["subject"] == "early"} == {"awaits_record"}

    county.send(county.row("accept", "early"))

    wait_until(lambda: len(clocks_apart(town.history("early"))) == 4, timeout=30)
    assert town.held("early") == []


def test_i04_row_that_waited_too_long_is_parked_for_a_person(town: Town, county: Account) -> None:
    county.send(county.row("result", "never"))
    wait_until(lambda: town.held("never"), timeout=30)

    Database(town.house.database_url).run(
        "UPDATE intake.held SET held_at = held_at - interval '8 days',"
        " retry_at = clock_timestamp() WHERE subject = 'never' RETURNING id"
    )

    wait_until(lambda: town.held("never") == [("parked", "awaits_record")], timeout=30)
    county.send(county.row("accept", "never"))
    wait_until(lambda: town.case("never"), timeout=30, what="nobody waits behind it")


@pytest.mark.parametrize("what", ["version", "item"])
def test_i05_what_the_catalog_does_not_know_waits_and_takes_effect_when_it_does(
    town: Town, county: Account, what: str
) -> None:
    number, version, code = f"unknown-{what}", 2, str(ITEM["item_code"])
    if what == "version":
        version = 5
    else:
        code = "9" * 24
    accept = county.row("accept", number, task_version=version, task_code=code)

    county.send(accept, county.row("process", number))
    reply = wait_until(lambda: town.replies(accept["row_guid"]), 30, what="the reply")[0]
    wait_until(lambda: len(town.held(number)) == 2, timeout=30)
    assert town.held(number)[0] == ("waiting", "awaits_catalog")
    assert (reply["topic"], reply["data_source"]) == ("intake.record-quarantined.v1", county.name)
    assert reply["reason_code"] == f"unknown_item{'_version' if what == 'version' else ''}"
    publish(town, version if what == "version" else 2, item_code=code)

    wait_until(lambda: len(town.history(number)) == 3, timeout=30)
    assert town.held(number) == []
    assert len(town.replies(accept["row_guid"])) == 1


def test_i09_one_number_from_two_sources_is_a_conflict_and_nothing_is_merged(
    town: Town, county: Account
) -> None:
    other = town.admit("province-vertical", "accept", "process")
    county.send(county.row("accept", "both"))
    wait_until(lambda: town.case("both"), timeout=30)

    other.send(other.row("accept", "both", row_guid="o-1"))
    assert town.refused("o-1") == "project_no_taken"
    other.send(other.row("process", "both", row_guid="o-2"))
    assert town.refused("o-2") == "project_no_taken"

    told = ["case-submitted", "case-accepted", *("project-no-conflict-detected",) * 2]
    assert town.history("both") == told


def test_i11_gbk_row_is_read_and_its_hash_is_that_of_the_bytes(town: Town, county: Account) -> None:
    from hashlib import sha256

    row = county.row("accept", "gbk", task_version="２", org_name="住房和城乡建设局")

    county.send(row, charset="gbk")

    wait_until(lambda: town.case("gbk"), timeout=30)
    _, answer = town.client.get("intake", "/cases/gbk")
    body = json.dumps(row, ensure_ascii=False).encode("gbk")
    assert answer["history"][1]["data"]["row_digest"] == sha256(body).hexdigest()
    assert answer["history"][1]["data"]["department_name"] == "住房和城乡建设局"


def test_i10_satisfaction_of_a_completed_case_is_its_rating(town: Town, county: Account) -> None:
    from services.intake.domain import Decision
    from tests.integration.services.counter import Counter
    from tests.unit.facts import HOUSE, NOW, facts

    county.send(county.row("accept", "happy"), county.row("result", "happy"))
    wait_until(lambda: len(town.history("happy")) == 3, timeout=30)
    counter = Counter(town.house)

    decision = Decision(True, 0, NOW, "result-happy")
    counter.intake.complete(facts(HOUSE, NOW, "happy"), "happy", decision)

    token = town.house.token("boss", "supervisor")
    status, rating = town.client.ask("GET", "intake", "/cases/happy/ratings/2", None, token)
    assert (status, rating["level"]) == (200, 1)
    counter.database.close()


def test_source_is_kept_to_its_own_rows_kinds_and_departments(town: Town, county: Account) -> None:
    small = town.admit("township", "accept", departments=("D09",))

    small.send(small.row("accept", "s-1", data_source=county.name, row_guid="n-1"))
    assert town.refused("n-1") == "not_its_own"
    assert town.replies("n-1")[0]["data_source"] == small.name
    small.send(small.row("accept", "s-2", row_guid="n-2"))
    assert town.refused("n-2") == "department_not_permitted"
    lie = small.row("process", "first", row_guid="n-3") | {"record": "accept"}
    small.send(lie)  # the broker judges by the routing key
    wait_until(lambda: town.replies("n-3"), timeout=30)
    assert town.case("s-1") == town.case("s-2") == {}

    publisher = Publisher(town.house.vhost.amqp_uri)
    for name, guid in ((county.name, "n-4"), ("nobody-at-all", "n-5")):
        row = county.row("accept", "s-3", data_source=name, row_guid=guid)
        publisher.publish(
            "banjian.ingress",
            f"{name}.accept",
            json.dumps(row).encode(),
            partition_key="s-3",
            content_type="application/json",
        )
    publisher.confirm()
    publisher.close()
    assert town.refused("n-4") == "not_its_own"
    assert town.refused("n-5") == "unknown_source"

    told = json.loads(
        town.house.banjian(
            "source", "permit", small.name, "--kind", "accept", "--department", "D07", "--json"
        )
    )
    assert told["departments"] == ["D07"]
    small.send(small.row("accept", "s-2"))
    wait_until(lambda: town.case("s-2"), timeout=30)


def refusal_of(address: str, act: Any) -> int:
    """Act as this account and give the broker's code; 0 when it was allowed."""
    from services.chassis.bus.connection import drop, open_connection

    connection = open_connection(address, heartbeat_s=0, connect_timeout_s=5, name="test")
    try:
        channel = connection.channel()
        channel.confirm_select()
        act(channel)
        channel.queue_declare("amq.none", passive=True)
    except amqp.NotFound:
        return 0
    except amqp.AMQPError as error:
        return int(error.reply_code)
    finally:
        drop(connection)
    return 0


def put(exchange: str, key: str, **said: Any) -> Any:
    return lambda channel: channel.basic_publish(amqp.Message(b"{}", **said), exchange, key)


def bound(name: str, key: str) -> Any:
    def act(channel: Any) -> None:
        channel.queue_declare(f"{name}.mail", durable=True, auto_delete=False)
        channel.queue_bind(f"{name}.mail", "intake.events", key)

    return act


def test_e06_the_broker_keeps_a_source_to_its_own(town: Town, county: Account) -> None:
    me = town.admit("walled", "accept")
    name = me.name
    allowed = [
        put("banjian.ingress", f"{name}.accept", user_id=name),
        bound(name, f"record-refused.*.{name}"),
        bound(name, f"record-quarantined.3412XX.{name}"),
    ]
    forbidden = {
        "a kind it may not send": put("banjian.ingress", f"{name}.result"),
        "in another's name": put("banjian.ingress", f"{county.name}.accept"),
        "catalog rows": put("banjian.ingress", f"{name}.catalog.claim"),
        "another's user-id": put("banjian.ingress", f"{name}.accept", user_id=county.name),
        "the house's events": put("intake.events", "record-refused.x.y"),
        "a queue by the default exchange": put("", "intake.g1.p0"),
        "everything": bound(name, "#"),
        "others' replies": bound(name, f"record-refused.*.{county.name}"),
        "all replies": bound(name, "record-refused.*.*"),
        "other events": bound(name, f"case-completed.*.{name}"),
        "a queue of intake": lambda c: c.basic_consume("intake.g1.p0", callback=print),
        "a queue of another name": lambda c: c.queue_declare("mine", durable=True),
        "another's queue": lambda c: c.queue_declare(f"{county.name}.replies", durable=True),
    }

    assert [refusal_of(me.address, act) for act in allowed] == [0] * len(allowed)
    codes = {what: refusal_of(me.address, act) for what, act in forbidden.items()}
    assert set(codes.values()) <= {403, 406}, codes


def test_password_is_shown_once_changed_and_gone_with_the_source(
    town: Town, tmp_path: Path
) -> None:
    name, out = f"filed-{town.tag}", tmp_path / "address"
    town.made.append(name)
    told = town.house.banjian("source", "add", name, "--kind", "accept", "--out", str(out))
    first = Account(name, out.read_text().strip())
    assert out.stat().st_mode & 0o777 == 0o600
    assert first.address.split(":")[2].split("@")[0] not in told
    first.send(first.row("accept", "filed"))

    rotated = json.loads(town.house.banjian("source", "rotate", name, "--json"))
    second = Account(name, rotated["address"])
    with pytest.raises(UnavailableError):
        Publisher(first.address)
    second.send(second.row("accept", "filed", row_guid="other"))

    town.house.banjian("source", "disable", name, "--reason", "contract_ended")
    with pytest.raises(UnavailableError):
        Publisher(second.address)
    listed = {
        one["name"]: one for one in json.loads(town.house.banjian("source", "list", "--json"))
    }
    assert (listed[name]["disabled"], listed[name]["reason"]) == (True, "contract_ended")


def test_account_of_somebody_else_is_never_touched(town: Town) -> None:
    taken = f"somebody-{town.tag}"
    management = town.house.vhost.management
    town.made.append(taken)
    management.call("PUT", f"users/{taken}", {"password": "x", "tags": ""})

    with pytest.raises(AssertionError, match="no source's"):
        town.house.banjian("source", "add", taken, "--kind", "accept")

    assert taken not in town.house.banjian("source", "list")


def test_the_example_client_sends_and_hears_its_own_replies_only(
    town: Town, county: Account, tmp_path: Path
) -> None:
    mine, other = town.admit("example", "accept"), town.admit("bystander", "accept")
    good, bad = mine.row("accept", "ex-1"), mine.row("accept", "ex-2", accept_date="2020-11-31")
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in (good, bad, good))
    (tmp_path / "rows.jsonl").write_text(lines, "utf-8")
    (tmp_path / "address").write_text(mine.address)

    def run(*arguments: str, address: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(EXAMPLE), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env={"BANJIAN_SOURCE_URI": address},
        )

    (tmp_path / "none.jsonl").write_text("")
    nothing = str(tmp_path / "none.jsonl")
    assert run(nothing, "--listen", "0", address=other.address).returncode == 0
    done = run(
        str(tmp_path / "rows.jsonl"), "--address-file", str(tmp_path / "address"), "--listen", "8"
    )

    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines() == [
        "3 rows confirmed",
        f"record-refused {bad['row_guid']} no_such_time:"
        " accept_date names a day or hour that does not exist",
    ]
    assert town.case("ex-1")
    assert run(nothing, "--listen", "1", address=other.address).stdout == "0 rows confirmed\n"


def test_i14_replies_stored_while_the_bus_is_away_come_later_in_order(
    town: Town, county: Account, tmp_path: Path
) -> None:
    mine = town.admit("patient", "accept")
    from docs.examples.send_rows import Client as Example

    client = Example(mine.address)
    client.open_mailbox()
    town.relay.kill()
    guids = [f"out-{n}" for n in range(5)]
    client.send([mine.row("accept", "out", row_guid=g, accept_date="soon") for g in guids])
    wait_until(lambda: all(town.replies(guid) for guid in guids), timeout=30)
    assert list(client.replies(0.5)) == []

    town.relay = town.house.relay("intake")

    heard: list[str] = []

    def all_heard() -> bool:
        heard.extend(event["data"]["row_guid"] for event in client.replies(0.5))
        return len(heard) == len(guids)

    wait_until(all_heard, timeout=30)
    assert heard == guids
