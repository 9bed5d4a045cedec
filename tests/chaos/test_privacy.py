"""E9: a person's data is shown to the house in every way; nothing of it is found in clear after."""

from __future__ import annotations

import json
import subprocess
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
from deploy.local.ground import installed_binaries
from services.chassis.bus.publisher import Publisher
from services.intake.application import subject_of
from services.kernel.identity_numbers import resident_id_check
from tests.chaos.ledger import connect, stream_messages
from tests.chaos.store_house import StoreHouse, application
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(300)

PG_DUMP = installed_binaries() / "pg_dump"

FIRST = "34129919000101001"
NAME, NUMBER, PHONE = "卡纳里", FIRST + resident_id_check(FIRST), "19900023017"
"""An invented person: the check digit is right, but no place ever had the code 341299."""
SUBJECT_NO = "canary-1"
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
        self.plain = b""
        """The one answer that is meant to hold the person."""
        self._shown: dict[tuple[str, ...], bytes] = {}

    def ask(self, body: bytes, **headers: str) -> None:
        """Post anything to intake and keep what it says."""
        self.call("/cases", body, **headers)

    def call(
        self, path: str, body: bytes | None = None, role: str = "clerk", **headers: str
    ) -> None:
        """Ask intake for anything and keep what it says."""
        house = self.store.house
        token = house.token(f"{role}-12", role, window="07")
        self.fetch(
            house.url_of("intake") + path,
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
        # What a backup holds, as pg_dump writes it: keys, comments, defaults and sequences too.
        dumped = subprocess.run(
            [PG_DUMP, "--inserts", house.database_url], capture_output=True, check=True, timeout=60
        )
        yield "pg_dump", dumped.stdout
        for queue in house.vhost.queues():
            yield f"name of queue {queue}", queue.encode()
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


def _send(
    store: StoreHouse,
    body: bytes,
    key: str,
    content_type: str = "application/json",
    message_id: str = "",
    **headers: str,
) -> None:
    publisher = Publisher(store.house.env["BANJIAN_OUTSIDE_AMQP_URI"])
    publisher.publish(
        "banjian.ingress",
        f"{RECORD['data_source']}.accept",
        body,
        partition_key=key,
        content_type=content_type,
        message_id=message_id or key,
        headers=headers,
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
    subject = subject_of(SUBJECT_NO)
    places.ask(json.dumps(person | {"project_no": SUBJECT_NO}).encode())
    search = {"id_number": NUMBER}
    for role in ("clerk", "data_officer", "officer"):
        places.call("/subjects/search", json.dumps(search).encode(), role)
        places.call(f"/subjects/{subject}", role=role)
        places.call(f"/subjects/{subject}/accesses", role=role)
        places.call(f"/subjects/{NUMBER}", role=role)
        places.call(f"/subjects/{subject}?purpose={NUMBER}", role=role)
    places.call(f"/subjects/search?id_number={NUMBER}")
    places.call("/subjects/search", json.dumps(search | {"id_number": NUMBER + "1"}).encode())
    places.call("/subjects/search", json.dumps(search | {"purpose": NAME}).encode())
    places.call(f"/subjects/{subject}/erasure", json.dumps({"ground": NAME}).encode())
    places.call(f"/subjects/{subject}/export", role="clerk")
    places.call(f"/subjects/{subject}?purpose=contact", role="data_officer")
    places.plain = places.answers.pop()

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
    cut = good.encode()[:-30]
    named = {"operator": NAME, "traceparent": NUMBER, "tracestate": PHONE}
    _send(store, cut, "p-named", message_id=NUMBER, **named)
    _send(store, cut, NUMBER, f"application/json; charset={PHONE}", message_id=PHONE)
    waiting = "SELECT coalesce(sum((e.x)::int), 0) FROM (SELECT count(*) AS x FROM intake.events"
    waiting += " WHERE convert_from(state, 'UTF8') LIKE '%%p-%%' UNION ALL"
    waiting += " SELECT count(*) FROM intake.held) e"
    wait_until(
        lambda: (
            store.rows(waiting)[0][0] >= 10
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
    shown = json.loads(told.plain)["fields"]
    assert (shown["name"], shown["document_no"], shown["phone"]) == (NAME, NUMBER, PHONE)


def test_the_person_is_found_by_number_and_masked(told: Places) -> None:
    said = [json.loads(answer) for answer in told.answers if answer.startswith((b"[", b"{"))]
    found = [one["subject_id"] for answer in said if isinstance(answer, list) for one in answer]
    assert found.count(subject_of(SUBJECT_NO)) == 2  # the clerk and the data officer
    shown = [one["fields"] for one in said if isinstance(one, dict) and one.get("fields")]
    assert {fields["name"] for fields in shown} == {"卡**"}
    assert {fields["phone"] for fields in shown} == {"199****3017"}


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
            assert told.found() == {"public.leak 0", "pg_dump"}
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
