"""Which partition a case goes to: evenly shared, and the same as long as its generation stands."""

from __future__ import annotations

from collections import Counter
from functools import partial

import amqp

from services.chassis.bus.admin import migrate_bus
from services.chassis.bus.connection import close, open_connection, parse_uri
from services.chassis.bus.management import Management
from services.chassis.bus.topology import SHARE, Binding, partition_exchange, partition_queue
from tests.integration.bus.street import LISTENS, Street, event

PARTITIONS = 4
KEYS = 2_000


def placed(street: Street) -> dict[str, int]:
    """Send one event of each of so many cases; give the partition each case went to."""
    street.publish([event(f"case-{n}", 1, n + 1) for n in range(KEYS)])
    connection = open_connection(
        street.vhost.amqp_uri, heartbeat_s=0, connect_timeout_s=5, name="placed"
    )
    found: dict[str, int] = {}

    def take(partition: int, message: amqp.Message) -> None:
        found[message.application_headers["partitionkey"]] = partition

    try:
        channel = connection.channel()
        for partition in range(PARTITIONS):
            queue = partition_queue("beta", 1, partition)
            channel.basic_consume(queue, no_ack=True, callback=partial(take, partition))
        while len(found) < KEYS:
            connection.drain_events(timeout=10)
        return found
    finally:
        close(connection)


def shares(street: Street) -> list[tuple[str, str]]:
    """Give queue and weight of every binding of beta's hash exchange."""
    path = f"exchanges/{street.vhost.name}/{partition_exchange('beta', 1)}/bindings/source"
    found = street.vhost.management.get(path)
    return sorted((one["destination"], one["routing_key"]) for one in found)


def give_shares(street: Street, weight: str) -> None:
    """Bind beta's partition queues as an older release did."""
    vhost = street.vhost
    with Management(vhost.management_url, parse_uri(vhost.amqp_uri).vhost) as management:
        for partition in range(PARTITIONS):
            queue = partition_queue("beta", 1, partition)
            held = Binding(partition_exchange("beta", 1), "queue", queue, SHARE)
            management.unbind(held)
            management.bind(held._replace(routing_key=weight))


def migrate(street: Street) -> None:
    vhost = street.vhost
    migrate_bus(vhost.management_url, vhost.amqp_uri, street.uris, PARTITIONS, listens=LISTENS)


def test_cases_spread_evenly_over_one_entry_a_partition(street: Street) -> None:
    count = Counter(placed(street).values())
    assert sum(count.values()) == KEYS
    assert set(count) == set(range(PARTITIONS))
    # The hash is fixed, so the spread is the same in every run.
    assert max(count.values()) < KEYS / PARTITIONS * 1.1


def test_a_generation_keeps_the_shares_it_was_made_with(street: Street) -> None:
    give_shares(street, "100")
    before = placed(street)
    made = shares(street)
    assert {weight for _, weight in made} == {"100"}

    migrate(street)

    assert placed(street) == before
    assert shares(street) == made


def test_a_migration_heals_a_share_that_is_missing(street: Street) -> None:
    made = shares(street)
    vhost = street.vhost
    with Management(vhost.management_url, parse_uri(vhost.amqp_uri).vhost) as management:
        management.unbind(
            Binding(partition_exchange("beta", 1), "queue", partition_queue("beta", 1, 2), SHARE)
        )
    migrate(street)
    assert shares(street) == made
