"""What a broker user may do, tried with the real users (E6), and what readiness sees (B13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import amqp
import pytest

from services.chassis.bus.admin import migrate_bus
from services.chassis.bus.connection import drop, open_connection
from services.chassis.bus.consumer import check_queues
from services.chassis.bus.topology import partition_arguments
from services.chassis.errors import ContractError, UnavailableError
from tests.integration.bus.street import LISTENS, Effects, Street, login

REFUSED = (403, 406, 530)


def try_as(uri: str, act: Callable[[Any], object]) -> int:
    """Act as this user and give the broker's code: 0 when it was allowed."""
    connection = open_connection(uri, heartbeat_s=0, connect_timeout_s=5, name="test")
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


def publish(exchange: str, key: str, **properties: Any) -> Callable[[Any], object]:
    return lambda channel: channel.basic_publish(amqp.Message(b"{}", **properties), exchange, key)


def consume(queue: str) -> Callable[[Any], object]:
    return lambda channel: channel.basic_consume(queue, callback=lambda _: None)


FORBIDDEN: dict[str, Callable[[Any], object]] = {
    "publish to another's exchange": publish("alpha.events", "a.b.c"),
    "publish to a queue by the default exchange": publish("", "gamma.g1.p0"),
    "publish to its own queue by the default exchange": publish("", "beta.g1.p0"),
    "publish with another's user-id": publish("beta.events", "a.b.c", user_id="banjian_alpha"),
    "publish with a routing key of another shape": publish("beta.events", "nonsense"),
    "publish to the ingress": publish("banjian.ingress", "a.b"),
    "publish to the dead exchange": publish("banjian.dead", "gamma"),
    "read another's queue": consume("gamma.g1.p0"),
    "read another's dead queue": consume("gamma.dead"),
    "read the stream": consume("banjian.stream"),
    "bind another's queue": lambda c: c.queue_bind("gamma.g1.p0", "beta.events", "#"),
    "bind its own queue to another's exchange": lambda c: c.queue_bind(
        "beta.g1.p0", "gamma.events", "#"
    ),
    "purge another's queue": lambda c: c.queue_purge("gamma.g1.p0"),
    "delete another's queue": lambda c: c.queue_delete("gamma.g1.p0"),
    "declare a queue": lambda c: c.queue_declare("mine", durable=True),
    "declare a queue like its own": lambda c: c.queue_declare(
        "beta.g9.p0", durable=True, auto_delete=False, arguments=partition_arguments("beta")
    ),
    "declare its own queue differently": lambda c: c.queue_declare("beta.g1.p0", durable=True),
    "declare an exchange": lambda c: c.exchange_declare("mine", "topic"),
    "delete its own exchange": lambda c: c.exchange_delete("beta.events"),
}


@pytest.fixture(scope="module")
def built(servers: Any) -> Any:
    from tests.integration.bus.street import fresh_street
    from tests.support.databases import fresh_database
    from tests.support.vhosts import fresh_vhost

    with (
        fresh_database(servers.database_url) as url,
        fresh_vhost(servers) as vhost,
        fresh_street(url, vhost) as street,
    ):
        yield street


@pytest.mark.parametrize("act", FORBIDDEN)
def test_a_service_may_not(built: Street, act: str) -> None:
    assert try_as(built.uris["beta"], FORBIDDEN[act]) in REFUSED


def test_a_service_may_publish_its_own_events_and_read_its_own_queues(built: Street) -> None:
    beta = built.uris["beta"]
    assert try_as(beta, publish("beta.events", "a.b.c", user_id="banjian_beta")) == 0
    assert try_as(beta, consume("beta.g1.p0")) == 0
    assert try_as(beta, consume("beta.dead")) == 0


def test_the_outside_may_only_bring_records(built: Street) -> None:
    outside = login(built.vhost.amqp_uri, "x").replace(
        "x:x-for-tests", "banjian-outside:banjian-outside-for-tests"
    )
    assert try_as(outside, publish("banjian.ingress", "source.accept")) == 0
    assert try_as(outside, publish("alpha.events", "a.b.c")) in REFUSED
    assert try_as(outside, publish("", "beta.g1.p0")) in REFUSED
    assert try_as(outside, consume("beta.g1.p0")) in REFUSED
    assert try_as(outside, consume("banjian.stream")) in REFUSED


def test_the_analyst_may_only_read_the_stream(built: Street) -> None:
    analyst = login(built.vhost.amqp_uri, "x").replace(
        "x:x-for-tests", "banjian-analyst:banjian-analyst-for-tests"
    )

    def read(channel: Any) -> None:
        channel.basic_qos(0, 10, False)
        channel.basic_consume(
            "banjian.stream", callback=lambda _: None, arguments={"x-stream-offset": "first"}
        )

    assert try_as(analyst, read) == 0
    assert try_as(analyst, publish("banjian.ingress", "a.b")) in REFUSED
    assert try_as(analyst, publish("alpha.events", "a.b.c")) in REFUSED
    assert try_as(analyst, consume("beta.g1.p0")) in REFUSED


def test_migrating_again_changes_nothing_for_consumers_that_have_run(built: Street) -> None:
    migrate_bus(
        built.vhost.management_url,
        built.vhost.amqp_uri,
        built.uris,
        9,
        listens=LISTENS,
        generations=dict.fromkeys(LISTENS, (1, 4)),
    )
    queues = built.vhost.queues()
    assert "beta.g1.p3" in queues and "beta.g1.p4" not in queues


def test_readiness_names_a_missing_and_a_wrong_queue(street: Street, effects: Effects) -> None:
    assert "5 queues" in check_queues(
        street.uris["beta"], "beta", [*(f"beta.g1.p{n}" for n in range(4)), "beta.dead"]
    )
    path = f"queues/{street.vhost.name}/beta.g1.p1"
    street.vhost.management.call("DELETE", path)
    with pytest.raises(UnavailableError, match=r"beta\.g1\.p1 is missing; run `banjian migrate`"):
        check_queues(street.uris["beta"], "beta", ["beta.g1.p1"])

    street.vhost.management.call("PUT", path, {"durable": True, "arguments": {}})
    with pytest.raises(UnavailableError, match=r"beta\.g1\.p1 is not the quorum queue it must be"):
        check_queues(street.uris["beta"], "beta", ["beta.g1.p1"])
    with pytest.raises(ContractError, match=r"beta\.g1\.p1"):
        migrate_bus(
            street.vhost.management_url, street.vhost.amqp_uri, street.uris, listens=LISTENS
        )
