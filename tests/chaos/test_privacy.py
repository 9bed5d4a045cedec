"""E9: a person's data is shown to the house in every way; nothing of it is found in clear after."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote

import amqp
import pytest

import contracts
from services.chassis.bus.publisher import Publisher
from tests.chaos.ledger import connect, stream_messages
from tests.chaos.store_house import StoreHouse, application
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(180)

NAME, NUMBER, PHONE = "卡纳里", "341299190002300017", "19900023017"
"""An invented person: nobody is born on 30 February."""
CANARIES = {
    spelled
    for text in (NAME, NUMBER, PHONE)
    for spelled in (
        text.encode(),
        text.encode("gbk"),
        json.dumps(text)[1:-1].encode(),
        quote(text).encode(),
        text.encode().hex().encode(),
    )
}
PERSON = {"name": NAME, "id_number": NUMBER, "phone": PHONE}
RECORD = contracts.example("ingress.accept.v1") | {
    "applyer_name": NAME,
    "applyer_page_code": NUMBER,
    "applyer_mobile": PHONE,
}


class Places:
    """Everything of a house in which a person's data must not be."""

    def __init__(self, store: StoreHouse) -> None:
        self.store = store
        self.answers: list[bytes] = []
        """Bodies of answers over HTTP."""
        self._shown: dict[tuple[str, ...], bytes] = {}

    def ask(self, body: bytes, **headers: str) -> None:
        """Post anything to intake and keep what it says."""
        house = self.store.house
        token = house.token("clerk-12", "clerk", window="07")
        self.fetch(
            house.url_of("intake") + "/cases",
            body,
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers},
        )

    def fetch(
        self, url: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> None:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, body, headers or {}), timeout=20
            ) as answer:
                self.answers.append(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                self.answers.append(error.read())

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Give every place with what is in it."""
        store, house = self.store, self.store.house
        for file in [*house.folder.glob("*.log"), store.servers.postgres.log]:
            yield f"log {file.name}", file.read_bytes()
        for service in ("intake", "notify"):
            self.fetch(f"{house.url_of(service)}/metrics")
            self.fetch(f"{house.url_of(service)}/cases")
        for number, answer in enumerate(self.answers):
            yield f"answer {number}", answer
        for number, (_, body) in enumerate(stream_messages(house)):
            yield f"stream {number}", body
        for queue in house.vhost.queues():
            if queue != "banjian.stream":
                for number, body in enumerate(_peek(store, queue)):
                    yield f"{queue} {number}", body
        for schema, table in store.rows(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ):
            for number, (row,) in enumerate(
                store.rows(f'SELECT t::text FROM "{schema}"."{table}" t')
            ):
                # A bytea is shown as hex: look into it too.
                yield f"{schema}.{table} {number}", row.encode()
        for number, (state,) in enumerate(store.rows("SELECT state FROM intake.events")):
            yield f"event {number}", bytes(state)
        commands = [("list", "intake", "--state", "all", *json) for json in ((), ("--json",))]
        for (held,) in store.rows("SELECT id FROM intake.held"):
            commands.append(("show", "intake", str(held)))
        for command in commands:
            yield f"parked {' '.join(command)}", self._show(command)

    def _show(self, command: tuple[str, ...]) -> bytes:
        """Say what `banjian parked` prints; asked once, what is held changes no more."""
        if command not in self._shown:
            self._shown[command] = self.store.house.banjian("parked", *command).encode()
        return self._shown[command]

    def found(self) -> set[str]:
        """Name the places that hold any canary."""
        return {
            place for place, content in self.contents() if any(text in content for text in CANARIES)
        }


def _peek(store: StoreHouse, queue: str) -> list[bytes]:
    """Look at what is ready in a queue; it all goes back when the connection closes."""
    found: list[bytes] = []
    ready = store.house.vhost.depth(queue)

    def look(message: Any) -> None:
        body = message.body
        found.append(body if isinstance(body, bytes) else body.encode())
        found.append(repr(message.headers).encode())

    with closing(connect(store.house.vhost.amqp_uri)) as connection:
        if ready:
            connection.channel().basic_consume(queue, callback=look)
        while len(found) < 2 * ready:
            connection.drain_events(timeout=10)
    return found


def _send(store: StoreHouse, body: bytes, key: str, content_type: str = "application/json") -> None:
    publisher = Publisher(store.house.env["BANJIAN_OUTSIDE_AMQP_URI"])
    publisher.publish(
        "banjian.ingress",
        f"{RECORD['data_source']}.accept",
        body,
        partition_key=key,
        content_type=content_type,
        message_id=key,
    )
    publisher.confirm()
    publisher.close()


@pytest.fixture(scope="module")
def told(store: StoreHouse) -> Iterator[Places]:
    """Tell the house about the person: right, refused, malformed; by HTTP and by the bus.

    What it parked goes away at the end: the house is shared, and its ledger check wants none held.
    """
    places = Places(store)
    person = application(applicant=PERSON)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    plain = json.dumps(person, ensure_ascii=False).encode()
    places.ask(json.dumps(person).encode(), **key)
    places.ask(plain, **key)  # again
    places.ask(json.dumps(person | {"channel": "other"}).encode(), **key)  # another, one key
    places.ask(json.dumps(person | {"item_code": "9" * 31}).encode())
    places.ask(json.dumps(person | {"item_code": NUMBER}).encode()[:-1])
    places.ask(json.dumps(person | {"item_code": [NUMBER]}).encode())
    places.ask(json.dumps(person | {"channel": {NUMBER: NAME}}).encode())
    places.ask(json.dumps(application(applicant=PERSON | {NUMBER: PHONE})).encode())
    places.ask(json.dumps(application(applicant=PERSON | {"name": NAME * 200})).encode())
    places.ask(json.dumps(application(applicant=NUMBER)).encode())
    places.ask(json.dumps(person | {"submitted_at": PHONE}).encode())
    places.ask(plain.decode().encode("gbk"))
    places.ask(plain + b"\x00\xff")
    places.ask(plain, **{"Content-Type": "text/plain"})
    places.ask(plain, **{"X-Correlation-Id": NUMBER, "Prefer": PHONE})

    def record(number: str, **changed: object) -> dict[str, object]:
        return RECORD | {"project_no": number, "row_guid": f"row-{number}"} | changed

    sent = {
        "p-good": record("p-good"),
        "p-date": record("p-date", accept_date=f"2020-11-31 {PHONE}"),
        "p-item": record("p-item", task_code="9" * 31),
        "p-version": record("p-version", task_version=77),
        "p-type": record("p-type", applyer_name={NUMBER: NAME}),
        "p-kind": record("p-kind", record=NAME),
        "p-operation": record("p-operation", cd_operation=NUMBER),
    }
    for number, said in sent.items():
        _send(store, json.dumps(said, ensure_ascii=False).encode(), number)
    good = json.dumps(record("p-cut"), ensure_ascii=False)
    _send(store, good.encode()[:-20], "p-cut")
    _send(store, good.encode("gbk"), "p-gbk")
    _send(store, good.encode(), "p-pickle", "application/x-python-serialize")
    waiting = "SELECT coalesce(sum((e.x)::int), 0) FROM (SELECT count(*) AS x FROM intake.events"
    waiting += " WHERE convert_from(state, 'UTF8') LIKE '%%p-%%' UNION ALL"
    waiting += " SELECT count(*) FROM intake.held) e"
    wait_until(
        lambda: (
            store.rows(waiting)[0][0] >= 8
            and not any(map(store.house.vhost.depth, _partitions(store)))
        ),
        30,
        what="all records are taken in, answered or held",
    )
    yield places
    store.rows("DELETE FROM intake.held")


def _partitions(store: StoreHouse) -> list[str]:
    return [queue for queue in store.house.vhost.queues() if queue.startswith("intake.g")]


def test_nobody_is_found_anywhere(told: Places) -> None:
    assert told.found() == set()
    vault = told.store.rows("SELECT count(*) FROM intake.vault_field")
    assert vault[0][0] >= 3  # what was right is kept, sealed


@pytest.mark.parametrize("place", ["log", "queue", "table", "answer", "parked"])
def test_mutation_a_leak_is_found(told: Places, place: str) -> None:
    store = told.store
    leak = f"said {NUMBER}".encode()
    match place:
        case "log":
            file = store.house.folder / "leak.log"
            file.write_bytes(leak)
            assert told.found() == {"log leak.log"}
            file.unlink()
        case "queue":
            dead = "approval.dead"  # nobody reads it in this house
            with closing(connect(store.house.vhost.amqp_uri)) as connection:
                channel = connection.channel()
                channel.queue_purge(dead)
                channel.confirm_select()
                channel.basic_publish_confirm(amqp.Message(leak), routing_key=dead)
                wait_until(lambda: store.house.vhost.depth(dead))
                assert told.found() == {f"{dead} 0"}
                channel.queue_purge(dead)
        case "table":
            store.rows("CREATE TABLE public.leak AS SELECT %s::bytea AS said", NAME.encode())
            assert told.found() == {"public.leak 0"}
            store.rows("DROP TABLE public.leak")
        case "answer":
            told.answers.insert(0, json.dumps({"detail": NAME}).encode())
            assert told.found() == {"answer 0"}
            del told.answers[0]
        case "parked":
            shown = ("list", "intake", "--state", "all")
            sound = told._show(shown)
            told._shown[shown] = sound + leak
            assert told.found() == {f"parked {' '.join(shown)}"}
            told._shown[shown] = sound
