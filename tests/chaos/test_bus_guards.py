"""Each guard of the bus taken away once: what would then happen, and that our checks see it.

tests/integration/bus proves the guards themselves on the same made-up street.
"""

from __future__ import annotations

import logging
import pickle
import random
import select
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import amqp
import kombu
import pytest
from kombu.mixins import ConsumerMixin
from msgspec.structs import replace

from deploy.local.servers import Endpoints
from services.chassis.bus.connection import open_connection
from services.chassis.bus.consumer import Consumer
from services.chassis.bus.management import Management
from services.chassis.bus.positions import missing
from services.chassis.bus.publisher import Publisher
from services.chassis.bus.topology import entrances, generation_topology
from services.chassis.errors import UnavailableError
from tests.chaos.bus_house import through
from tests.chaos.ledger import connect
from tests.integration.bus.street import (
    LISTENS,
    Effects,
    Street,
    event,
    fresh_street,
    history,
    in_order,
    running,
)
from tests.integration.bus.test_permissions import FORBIDDEN, REFUSED, try_as
from tests.integration.bus.test_relay import broker_address
from tests.support.house import House, fresh_house
from tests.support.processes import Child, banjian
from tests.support.proxy import Proxy
from tests.support.vhosts import Vhost
from tests.support.waiting import wait_until

TRAP = "banjian.trap"


@pytest.fixture
def street(database: str, vhost: Vhost) -> Iterator[Street]:
    with fresh_street(database, vhost) as built:
        yield built


@pytest.fixture
def effects(street: Street) -> Effects:
    return Effects(street.database("beta"))


@pytest.fixture
def trap(vhost: Vhost) -> Iterator[Any]:
    """Give a channel with an empty queue of the test's own."""
    connection = connect(vhost.amqp_uri)
    channel = connection.channel()
    channel.queue_declare(TRAP, durable=True, auto_delete=False)
    yield channel
    connection.close()


def bodies(channel: Any) -> set[bytes]:
    found = set()
    while (message := channel.basic_get(TRAP, no_ack=True)) is not None:
        found.add(message.body if isinstance(message.body, bytes) else message.body.encode())
    return found


def depth(channel: Any, queue: str = TRAP) -> int:
    return int(channel.queue_declare(queue, passive=True).message_count)


def late_ack(vhost: Vhost, channel: Any, proxy: Proxy, naive: bool) -> set[bytes]:
    """Publish 1, whose ack comes too late, then 2, which never arrives; give what was promised."""
    uri = through(vhost.amqp_uri, proxy)
    promised: set[bytes] = set()
    raw = connect(uri) if naive else None
    if raw is not None:
        # py-amqp takes one frame off the socket before it sends: let that be a delivery.
        channel.queue_declare(f"{TRAP}.other", durable=True, auto_delete=False)
        raw.channel().basic_consume(f"{TRAP}.other", no_ack=True, callback=lambda _: None)
        sender = raw.channel()
        sender.basic_publish_confirm(amqp.Message(b"0"), routing_key=TRAP, confirm_timeout=5)
    else:
        ours = Publisher(uri, confirm_timeout_s=0.5)

    def publish(body: bytes) -> None:
        if raw is not None:
            sender.basic_publish_confirm(amqp.Message(body), routing_key=TRAP, confirm_timeout=0.5)
        else:
            ours.publish("", TRAP, body, partition_key="", content_type="text/plain")
            ours.confirm()
        promised.add(body)

    proxy.blackhole()
    with pytest.raises((UnavailableError, TimeoutError)):
        publish(b"1")
    if raw is not None:
        channel.basic_publish(amqp.Message(b"x"), routing_key=f"{TRAP}.other")
        wait_until(lambda: depth(channel, f"{TRAP}.other") == 0)
    proxy.heal()
    if raw is not None:
        wait_until(lambda: depth(channel) == 2)
        # The ack of 1 is in the client's socket when the network is gone again.
        wait_until(lambda: ACK in _unread(raw), what="the late ack")
    proxy.blackhole()
    with suppress(UnavailableError, TimeoutError):
        publish(b"2")
    proxy.cut()
    return promised


ACK = bytes((0, 60, 0, 80))
"""Class and method of `basic.ack` on the wire."""


def _unread(connection: Any) -> bytes:
    """Look at what has come and nobody has read."""
    sock = connection.transport.sock
    if not select.select([sock], [], [], 0)[0]:
        return b""
    return bytes(sock.recv(65536, socket.MSG_PEEK))


def test_b3_late_ack_promises_nothing(street: Street, trap: Any) -> None:
    with Proxy(*broker_address(street)) as proxy:
        assert late_ack(street.vhost, trap, proxy, naive=False) == set()
    again = Publisher(street.vhost.amqp_uri)
    for body in (b"1", b"2"):
        again.publish("", TRAP, body, partition_key="", content_type="text/plain")
    again.confirm()
    again.close()
    assert bodies(trap) == {b"1", b"2"}


def test_b3_mutation_waiting_for_any_ack_promises_what_never_arrived(
    street: Street, trap: Any
) -> None:
    with Proxy(*broker_address(street)) as proxy:
        promised = late_ack(street.vhost, trap, proxy, naive=True)
    assert promised == {b"2"}
    assert bodies(trap) == {b"0", b"1"}


def test_b6_reader_without_heartbeat_never_learns_of_the_hole(
    street: Street, effects: Effects
) -> None:
    learned: dict[int, float] = {}

    def read(consumer: Consumer, heartbeat_s: int) -> None:
        started = time.monotonic()
        try:
            while time.monotonic() - started < 6:
                consumer.collect(10, 0.1, 0.001)
        except UnavailableError:
            learned[heartbeat_s] = time.monotonic() - started

    with Proxy(*broker_address(street)) as proxy:
        uri = through(street.uris["beta"], proxy)
        readers = []
        for heartbeat_s in (2, 0):
            consumer = Consumer(uri, "beta", heartbeat_s=heartbeat_s)
            consumer.read_queues({"beta.g1.p0": True})
            readers.append(threading.Thread(target=read, args=(consumer, heartbeat_s)))
        proxy.blackhole()
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(10)
        proxy.cut()

    assert set(learned) == {2}
    assert learned[2] < 3 * 2


def test_b7_mutation_inbox_that_forgets_doubles_every_effect(
    street: Street, effects: Effects
) -> None:
    events = history(cases=10, each=5)
    with running(street.subscriber(effects)):
        street.publish(events)
        wait_until(lambda: street.count() == 50)
        street.publish(events)
        street.publish([event("mark", 1, 51)])
        wait_until(lambda: street.count() == 51)

        street.database("beta").run("DELETE FROM inbox")
        street.publish(events)
        wait_until(lambda: street.count() == 101)
    positions = [position for _, position, _ in street.effects()]
    assert len(positions) != len(set(positions))


def test_b8_mutation_events_that_do_not_name_the_one_before(
    street: Street, effects: Effects
) -> None:
    mixed = [replace(one, previous=0) for one in history(cases=5, each=20)]
    with running(street.subscriber(effects)):
        # Inside a batch positions are sorted: the later half must come in a batch of its own.
        street.publish(mixed[50:])
        wait_until(lambda: street.count() == 50)
        street.publish(mixed[:50])
        wait_until(lambda: street.count() == 100)
    assert not in_order(street.effects())


def test_b8_mutation_highest_position_as_memory_drops_events() -> None:
    """What nameko consumers with a `max position` do: finding 4 of RELIABILITY.md 0."""
    mixed = list(range(1, 101))
    random.Random(8).shuffle(mixed)
    taken: list[int] = []
    for position in mixed:
        if position > max(taken, default=0):
            taken.append(position)
    assert len(taken) < 20


def test_b9_mutation_putting_back_into_the_queue_is_a_hot_loop(street: Street, trap: Any) -> None:
    """What nameko's `requeue_on_error` does: the broker delivers again as fast as it can."""
    trap.basic_publish(amqp.Message("poison"), routing_key=TRAP)
    deliveries: list[float] = []

    def refuse(message: Any) -> None:
        deliveries.append(time.monotonic())
        trap.basic_reject(message.delivery_tag, requeue=True)

    trap.basic_consume(TRAP, callback=refuse)
    while len(deliveries) < 50:
        trap.connection.drain_events(timeout=5)
    assert len(deliveries) / (deliveries[-1] - deliveries[0]) > 5


SECRET = "340101199001011234"


def test_b10_mutation_kombu_writes_the_body_to_the_log(
    street: Street, trap: Any, caplog: pytest.LogCaptureFixture
) -> None:
    body = b"\xff" + SECRET.encode()
    trap.basic_publish(amqp.Message(body, content_type="application/json"), routing_key=TRAP)
    with kombu.Connection(street.vhost.amqp_uri) as connection, caplog.at_level(logging.ERROR):
        consumer = connection.Consumer([kombu.Queue(TRAP, no_declare=True)], accept=["json"])
        consumer.register_callback(lambda *_: None)
        consumer.on_decode_error = ConsumerMixin().on_decode_error
        with consumer:
            connection.drain_events(timeout=10)
        wait_until(lambda: depth(trap) == 0)
    assert SECRET in caplog.text


class Bomb:
    """Creates a file when somebody unpickles it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def test_e14_pickle_is_never_opened(street: Street, effects: Effects, tmp_path: Path) -> None:
    file = tmp_path / "exploded"
    beta = street.database("beta")
    with running(street.subscriber(effects)):
        kinds = ("application/x-python-serialize", "application/cloudevents+json")
        for protocol, kind in enumerate(kinds, 2):
            street.send("alpha.events", "a.b.c", pickle.dumps(Bomb(file), protocol), kind, "x")
        street.send(
            "alpha.events",
            "a.b.c",
            f"!!python/object/apply:pathlib.Path.touch [{file}]".encode(),
            "application/x-yaml",
            "x",
        )
        wait_until(lambda: beta.run("SELECT count(*) FROM held WHERE state = 'parked'")[0][0] == 3)
    assert not file.exists()


def test_e14_mutation_a_consumer_that_accepts_pickle_runs_it(
    street: Street, trap: Any, tmp_path: Path
) -> None:
    file = tmp_path / "exploded"
    message = amqp.Message(
        pickle.dumps(Bomb(file)),
        content_type="application/x-python-serialize",
        content_encoding="binary",
    )
    trap.basic_publish(message, routing_key=TRAP)
    with kombu.Connection(street.vhost.amqp_uri) as connection:
        consumer = connection.Consumer([kombu.Queue(TRAP, no_declare=True)], accept=["pickle"])
        consumer.register_callback(lambda body, message: message.ack())
        with consumer:
            connection.drain_events(timeout=10)
    assert file.exists()


def silent_classic_queues(vhost: Vhost) -> list[str]:
    return sorted(name for name, one in vhost.queues().items() if one.get("type") == "classic")


@pytest.fixture
def unbuilt(servers: Endpoints, tmp_path: Path) -> Iterator[House]:
    with fresh_house(servers, tmp_path, migrate=False) as house:
        yield house


def test_b13_old_queue_with_other_arguments_is_a_clear_failure(unbuilt: House) -> None:
    vhost = unbuilt.vhost
    old = f"queues/{vhost.name}/approval.g1.p1"
    vhost.management.call("PUT", old, {"durable": True, "arguments": {}})
    with pytest.raises(AssertionError, match=r"approval\.g1\.p1"):
        unbuilt.migrate()
    assert silent_classic_queues(vhost) == ["approval.g1.p1"]
    vhost.management.call("DELETE", old)
    unbuilt.migrate()
    assert silent_classic_queues(vhost) == []
    wait_until(lambda: "approval.g1.p1" in vhost.queues())

    vhost.management.call("DELETE", old)
    vhost.management.call("PUT", old, {"durable": True, "arguments": {}})
    with Child(banjian("serve", "approval"), unbuilt.env, unbuilt.folder / "serve.log") as child:
        start = f"http://127.0.0.1:{unbuilt.env['BANJIAN_APPROVAL_HTTP_PORT']}/startupz"
        said = "approval.g1.p1 is not the quorum queue it must be"
        wait_until(lambda: said in probe(start), 60)

        vhost.management.call("DELETE", old)
        unbuilt.migrate()
        child.wait_ready(start)
    assert silent_classic_queues(vhost) == []


def probe(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()
    except OSError:
        return ""


def test_b13_mutation_declaring_as_nameko_does_makes_a_classic_queue(vhost: Vhost) -> None:
    with kombu.Connection(vhost.amqp_uri) as connection:
        kombu.Queue("approval.g1.p1", durable=True)(connection.channel()).declare()
    assert silent_classic_queues(vhost) == ["approval.g1.p1"]


def test_e6_mutation_with_wide_permissions_forgery_goes_through(street: Street) -> None:
    forgeries = (
        "publish to another's exchange",
        "publish to a queue by the default exchange",
        "read another's queue",
        "declare a queue",
        "bind its own queue to another's exchange",
    )
    vhost = street.vhost
    assert all(try_as(street.uris["beta"], FORBIDDEN[act]) in REFUSED for act in forgeries)

    wide = {"configure": ".*", "write": ".*", "read": ".*"}
    vhost.management.call("PUT", f"permissions/{vhost.name}/banjian_beta", wide)
    assert [try_as(street.uris["beta"], FORBIDDEN[act]) for act in forgeries] == [0] * 5
    # Even then the broker itself vouches for the sender's name.
    assert try_as(street.uris["beta"], FORBIDDEN["publish with another's user-id"]) in REFUSED


FORGERIES = {
    "publish to another's exchange": lambda c: c.basic_publish(
        amqp.Message(b"{}"), "intake.events", "case-accepted.x.y"
    ),
    "publish to a queue by the default exchange": lambda c: c.basic_publish(
        amqp.Message(b"{}"), "", "notify.g1.p0"
    ),
    "take another's name": lambda c: c.basic_publish(
        amqp.Message(b"{}", user_id="banjian_intake"), "approval.events", "a.b.c"
    ),
    "bring records": lambda c: c.basic_publish(amqp.Message(b"{}"), "banjian.ingress", "a.b"),
    "bind another's queue": lambda c: c.queue_bind("intake.g1.p0", "approval.events", "#"),
    "read another's queue": lambda c: c.basic_consume("intake.g1.p0"),
    "declare a queue": lambda c: c.queue_declare("mine"),
}


def test_e6_event_forging_is_refused_in_the_real_house(house: House) -> None:
    for name, act in FORGERIES.items():
        assert try_as(house.amqp_uri_of("approval"), act) in REFUSED, name
        assert try_as(house.env["BANJIAN_OUTSIDE_AMQP_URI"], act) in REFUSED or (
            name == "bring records"
        ), name


def test_partitions_mutation_unbinding_before_binding_loses_events(
    street: Street, effects: Effects
) -> None:
    with (
        Management(street.vhost.management_url, street.vhost.name) as management,
        running(street.subscriber(effects)),
        running(street.relay()),
    ):
        street.write([event("before", 1, 0)])
        wait_until(lambda: street.count() == 1)
        for binding in entrances("beta", LISTENS["beta"], 1):
            management.unbind(binding)
        street.write([event("between", 1, 0)])
        wait_until(lambda: street.database("alpha").run("SELECT position FROM relay")[0][0] == 2)
        management.apply(generation_topology("beta", LISTENS["beta"], 2, 8))
        street.database("beta").run(
            "INSERT INTO generation (number, partitions) VALUES (2, 8);"
            "UPDATE generation SET drained = '{0,1,2,3}' WHERE number = 1"
        )
        street.write([event("after", 1, 0)])
        wait_until(lambda: street.count() == 2)
    assert [subject for subject, _, _ in street.effects()] == ["before", "after"]
    assert missing(street.database("beta"), "alpha") == [(2, 2)]


def test_open_connections_have_a_timeout(vhost: Vhost) -> None:
    with Proxy(*_address(vhost)) as proxy:
        proxy.blackhole()
        started = time.monotonic()
        with pytest.raises(UnavailableError):
            open_connection(
                through(vhost.amqp_uri, proxy), heartbeat_s=1, connect_timeout_s=1, name="test"
            )
        assert time.monotonic() - started < 5


def _address(vhost: Vhost) -> tuple[str, int]:
    from urllib.parse import urlsplit

    parts = urlsplit(vhost.amqp_uri)
    return parts.hostname or "", parts.port or 0
