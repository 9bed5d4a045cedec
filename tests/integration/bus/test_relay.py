"""The relay and its publisher: every event in order, a position saved only when it is true."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import amqp
import pytest

from services.chassis.bus.connection import open_connection
from services.chassis.bus.envelope import decode
from services.chassis.bus.publisher import Publisher
from services.chassis.bus.relay import Relay, rewind
from services.chassis.errors import ContractError, UnavailableError
from services.chassis.eventlog import reader
from tests.integration.bus.street import PUBLISHES, Effects, Street, event, history, running
from tests.support.proxy import Proxy
from tests.support.waiting import wait_until


def through(uri: str, proxy: Proxy) -> str:
    """Give the URI with the proxy's address."""
    parts = urlsplit(uri)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{proxy.port}"))


def tap(street: Street) -> tuple[Any, str]:
    """Bind a queue of the test's own to everything alpha publishes."""
    connection = open_connection(
        street.vhost.amqp_uri, heartbeat_s=0, connect_timeout_s=5, name="tap"
    )
    channel = connection.channel()
    channel.queue_declare("tap", durable=True, auto_delete=False)
    channel.queue_bind("tap", "alpha.events", "#")
    return channel, "tap"


def drain(channel: Any, queue: str) -> list[Any]:
    messages = []
    while (message := channel.basic_get(queue, no_ack=True)) is not None:
        messages.append(message)
    return messages


def saved(street: Street) -> int:
    return int(street.database("alpha").run("SELECT position FROM relay")[0][0])


def broker_address(street: Street) -> tuple[str, int]:
    parts = urlsplit(street.vhost.amqp_uri)
    return parts.hostname or "", parts.port or 0


def test_the_relay_publishes_in_order_and_goes_on_where_it_stopped(street: Street) -> None:
    channel, queue = tap(street)
    street.write(history(cases=30, each=10))
    relay = street.relay(batch=40, window=16)

    assert relay.run_once() == 300
    assert relay.run_once() == 0
    relay.close()
    street.write([event("late", 1, 0)])
    assert street.relay().run_once() == 1

    messages = drain(channel, queue)
    events = [decode(message.body, message.content_type) for message in messages]
    assert [one.position for one in events] == list(range(1, 302))
    assert events[30].previous == 1
    first = messages[0]
    assert first.headers["partitionkey"] == "case-0"
    assert first.properties["user_id"] == "banjian_alpha"
    assert first.properties["delivery_mode"] == 2
    assert first.delivery_info["routing_key"] == "thing-done.3412XX.D07"
    assert saved(street) == 301
    assert street.relay().lag() == 0


def test_rewinding_sends_again_and_changes_nothing(street: Street, effects: Effects) -> None:
    street.write(history(cases=10, each=5))
    with running(street.subscriber(effects)):
        street.relay().run_once()
        wait_until(lambda: street.count() == 50)
        rewind(street.database("alpha"), 20)
        assert street.relay().run_once() == 30
        street.write([event("last", 1, 0)])
        street.relay().run_once()
        wait_until(lambda: street.count() == 51)


def test_a_running_relay_takes_up_that_it_was_rewound(street: Street) -> None:
    channel, queue = tap(street)
    street.write(history(cases=10, each=5))
    relay = street.relay()
    with running(relay):
        wait_until(lambda: saved(street) == 50)
        assert len(drain(channel, queue)) == 50
        rewind(street.database("alpha"), 20)
        street.write([event("last", 1, 0)])
        wait_until(lambda: saved(street) == 51)
        again = [decode(one.body, one.content_type).position for one in drain(channel, queue)]
    # The last event may go out before the position is looked at, and then goes again.
    assert sorted(set(again)) == list(range(21, 52))
    assert again.index(21) <= 1


def test_what_was_rewound_meanwhile_is_not_saved_over(street: Street) -> None:
    street.write(history(cases=10, each=5))
    relay = street.relay()
    assert relay.run_once() == 50
    street.write([event("last", 1, 0)])
    rewind(street.database("alpha"), 20)
    assert relay.run_once() == 1
    assert saved(street) == 20
    relay._looked_at -= 1.0
    assert relay.run_once() == 31
    assert saved(street) == 51
    relay.close()


def test_sealing_goes_on_while_publishing_waits(street: Street) -> None:
    alpha = street.database("alpha")
    with Proxy(*broker_address(street)) as proxy:
        uri = through(street.uris["alpha"], proxy)
        relay = Relay(alpha, uri, PUBLISHES, "alpha", confirm_timeout_s=5)
        with running(relay):
            street.write([event("a", 1, 0)])
            wait_until(lambda: saved(street) == 1)
            proxy.blackhole()
            street.write([event("b", 1, 0)])
            wait_until(lambda: reader.tip(alpha, "alpha") == 2)
            started = time.monotonic()
            street.write([event("c", 1, 0)])
            wait_until(lambda: reader.tip(alpha, "alpha") == 3)
            assert time.monotonic() - started < 2
            assert saved(street) == 1
            assert relay.lag() == 2
            proxy.heal()
            wait_until(lambda: saved(street) == 3)
    assert relay.lag() == 0


def test_lag_counts_what_is_not_sealed(street: Street) -> None:
    street.write(history(cases=3, each=2))
    relay = street.relay()
    assert relay.lag() == 6
    assert relay.run_once() == 6
    assert relay.lag() == 0
    relay.close()


def test_an_unroutable_event_stops_the_relay_and_is_not_counted(street: Street) -> None:
    for kind, target in (("q", "banjian.stream"), ("e", "beta.g1"), ("e", "gamma.g1")):
        path = f"bindings/{street.vhost.name}/e/alpha.events/{kind}/{target}/%23"
        street.vhost.management.call("DELETE", path)
    street.write(history(cases=2, each=2))
    relay = street.relay()

    with pytest.raises(UnavailableError, match="NO_ROUTE"):
        relay.run_once()

    assert saved(street) == 0


def test_a_nack_stops_the_relay_and_is_not_counted(street: Street) -> None:
    channel, _ = tap(street)
    channel.queue_declare(
        "full",
        durable=True,
        auto_delete=False,
        arguments={"x-max-length": 1, "x-overflow": "reject-publish"},
    )
    channel.queue_bind("full", "alpha.events", "#")
    street.write(history(cases=5, each=20))

    with pytest.raises(UnavailableError, match="nack"):
        street.relay().run_once()

    assert saved(street) == 0


def test_a_topic_nobody_declared_stops_the_relay(street: Street) -> None:
    street.write([event("a", 1, 0, type="alpha.secret.v1")])
    with pytest.raises(ContractError, match=r"alpha\.secret\.v1"):
        street.relay().run_once()


def test_a_late_ack_never_confirms_another_message(street: Street) -> None:
    channel, queue = tap(street)
    with Proxy(*broker_address(street)) as proxy:
        uri = through(street.uris["alpha"], proxy)
        publisher = Publisher(uri, confirm_timeout_s=0.5)
        proxy.blackhole()
        publisher.publish(
            "alpha.events", "a.b.c", b"1", partition_key="a", content_type="text/plain"
        )
        with pytest.raises(UnavailableError, match=r"no confirm within 0\.5 s"):
            publisher.confirm()
        proxy.heal()

        with pytest.raises(UnavailableError):
            publisher.publish(
                "alpha.events", "a.b.c", b"2", partition_key="a", content_type="text/plain"
            )
        with pytest.raises(UnavailableError):
            publisher.confirm()
        assert publisher.unconfirmed == 1
    assert b"2" not in [message.body for message in drain(channel, queue)]


def test_acks_are_matched_by_tag(street: Street) -> None:
    publisher = Publisher(street.uris["alpha"])
    publisher._sent_at = dict.fromkeys(range(1, 11), time.monotonic())

    publisher._on_ack(7, False)
    publisher._on_ack(7, False)
    assert set(publisher._sent_at) == set(range(1, 11)) - {7}
    publisher._on_ack(5, True)
    assert set(publisher._sent_at) == {6, 8, 9, 10}
    publisher.close()


def test_the_relay_lives_through_a_broker_that_goes_away_and_comes_back(
    street: Street, effects: Effects
) -> None:
    with Proxy(*broker_address(street)) as proxy:
        uri = through(street.uris["alpha"], proxy)
        relay = Relay(
            street.database("alpha"), uri, PUBLISHES, "alpha", confirm_timeout_s=1, window=50
        )
        with running(street.subscriber(effects)), running(relay):
            for part in range(10):
                street.write(
                    history(cases=20, each=5, first=part * 100 + 1)[0:100]
                    if part == 0
                    else [event(f"p{part}-{n}", 1, 0) for n in range(100)]
                )
                if part % 3 == 0:
                    proxy.cut()
                if part == 4:
                    proxy.blackhole()
                if part == 6:
                    proxy.heal()
                    proxy.cut()
            wait_until(lambda: street.count() == 1000, timeout=60)
            wait_until(lambda: saved(street) == 1000)
    rows = street.effects()
    assert sorted(position for _, position, _ in rows) == list(range(1, 1001))


def test_killing_the_relay_between_publish_and_save_costs_only_duplicates(
    street: Street, effects: Effects
) -> None:
    street.write(history(cases=50, each=20))
    script = (
        "import os, signal, sys\n"
        "from services.chassis.bus.relay import Relay\n"
        "from services.chassis.eventlog.database import Database\n"
        "from tests.integration.bus.street import PUBLISHES\n"
        "class Killed(Relay):\n"
        "    def _save(self, publisher, position):\n"
        "        publisher.confirm()\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "Killed(Database(sys.argv[1]), sys.argv[2], PUBLISHES, 'alpha').run_once()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, street.urls["alpha"], street.uris["alpha"]],
        env={**os.environ, "PYTHONPATH": "."},
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    assert saved(street) == 0

    with running(street.subscriber(effects)):
        street.relay().run_once()
        wait_until(lambda: street.count() == 1000, timeout=30)
    assert saved(street) == 1000


def test_a_blocked_broker_does_not_hang_the_publisher(street: Street) -> None:
    """What a memory or disk alarm does to us: it stops reading and says so."""
    with Proxy(*broker_address(street)) as proxy:
        publisher = Publisher(through(street.uris["alpha"], proxy), confirm_timeout_s=0.5)
        proxy.blackhole()
        started = time.monotonic()
        with pytest.raises(UnavailableError):
            for number in range(100_000):
                publisher.publish(
                    "alpha.events",
                    "a.b.c",
                    b"x" * 10_000,
                    partition_key=str(number),
                    content_type="text/plain",
                )
        assert time.monotonic() - started < 5


def test_a_stopped_relay_returns_at_once(street: Street) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=street.relay().run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_an_idle_publisher_keeps_its_connection(street: Street) -> None:
    # Three seconds: the broker gives up after six; one second would blame a busy machine.
    publisher = Publisher(street.uris["alpha"], heartbeat_s=3)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        publisher.tick()
        time.sleep(0.05)
    publisher.publish("alpha.events", "a.b.c", b"1", partition_key="a", content_type="text/plain")
    publisher.confirm()
    publisher.close()
    with pytest.raises(UnavailableError):
        publisher.confirm()


def test_a_message_larger_than_a_frame_arrives_whole(street: Street) -> None:
    channel, queue = tap(street)
    body = bytes(range(256)) * 2000
    publisher = Publisher(street.uris["alpha"])
    publisher.publish("alpha.events", "a.b.c", body, partition_key="a", content_type="text/plain")
    publisher.confirm()
    publisher.close()
    (message,) = drain(channel, queue)
    assert message.body == body
    assert isinstance(message, amqp.Message)
