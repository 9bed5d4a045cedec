"""Change the number of partitions of a consumer while messages flow.

1. The new generation is made and bound: every message from here on goes to both.
2. The old generation is unbound: it only drains now. Whatever it alone holds came before 1.
3. Each old queue gets an end marker as its last message. A consumer that receives it has committed
   everything before it, and writes that down.
4. With all ends received the consumers read the new generation too. What came both ways is dropped
   by the inbox; the order per case holds, because nothing of the new one was read before.
5. The old queues are deleted when they are empty.

Each step may be repeated, so a crash anywhere is healed by running it again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import amqp

from services.chassis.bus.connection import TROUBLE, close, open_connection, parse_uri, say
from services.chassis.bus.generation import Generation, read_generations
from services.chassis.bus.management import Management
from services.chassis.bus.publisher import Publisher
from services.chassis.bus.topology import (
    END_CONTENT_TYPE,
    LISTENS,
    entrances,
    generation_topology,
    partition_exchange,
    partition_queue,
)
from services.chassis.errors import RuleError, UnavailableError
from services.chassis.eventlog.database import Database

_LOOK_S = 0.1


def repartition(
    management_url: str,
    amqp_uri: str,
    database: Database,
    service: str,
    partitions: int,
    *,
    timeout_s: float = 60.0,
    listens: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Change a consumer's number of partitions while it runs; gives the new generation's number.

    Nothing is lost, doubled or reordered. Safe to repeat after a crash at any point.

    Args:
        management_url, amqp_uri: of an administrator; the URI names the vhost.
        database: the consumer's.
        timeout_s: how long its processes have for draining the old queues.

    Raises:
        RuleError: the service listens to nobody, or another change is under way.
        UnavailableError: the consumer did not drain in time (does it run?); run it again.
    """
    sources = (LISTENS if listens is None else listens).get(service, ())
    if not sources or partitions < 1:
        raise RuleError(f"{service} has no partitions to change")
    deadline = time.monotonic() + timeout_s
    old, new = _open_generation(database, service, partitions)
    if old is None:
        return new.number
    with Management(management_url, parse_uri(amqp_uri).vhost) as management:
        topology = generation_topology(service, sources, new.number, new.partitions)
        management.apply(topology)
        management.verify(topology)
        for binding in entrances(service, sources, old.number):
            management.unbind(binding)
        _send_ends(amqp_uri, service, old)
        _await_drained(database, service, old, deadline)
        _retire(management, amqp_uri, database, service, old, deadline)
    return new.number


def _open_generation(
    database: Database, service: str, partitions: int
) -> tuple[Generation | None, Generation]:
    """Write the next generation down, or find the one a broken run left behind."""
    known = read_generations(database)
    if not known:
        raise RuleError(f"{service} has never run; give it its partitions at `banjian migrate`")
    newest = known[-1]
    if len(known) == 1:
        if newest.partitions == partitions:
            return None, newest
        database.run(
            "INSERT INTO generation (number, partitions) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (newest.number + 1, partitions),
        )
        known = read_generations(database)
        newest = known[-1]
    if newest.partitions != partitions:
        raise RuleError(
            f"{service} is on its way to {newest.partitions} partitions; finish that first"
        )
    return known[0], newest


def _send_ends(amqp_uri: str, service: str, old: Generation) -> None:
    publisher = Publisher(amqp_uri, name="repartition")
    try:
        for partition in sorted(set(range(old.partitions)) - old.drained):
            publisher.publish(
                "",
                partition_queue(service, old.number, partition),
                b"",
                partition_key="",
                content_type=END_CONTENT_TYPE,
            )
        publisher.confirm()
    finally:
        publisher.close()


def _await_drained(database: Database, service: str, old: Generation, deadline: float) -> None:
    while True:
        now = {one.number: one for one in read_generations(database)}.get(old.number)
        if now is None or now.is_drained:
            return
        if time.monotonic() > deadline:
            raise UnavailableError(
                f"{service} has drained {len(now.drained)} of {now.partitions} old queues;"
                " see that it runs, then run this again"
            )
        time.sleep(_LOOK_S)


def _retire(
    management: Management,
    amqp_uri: str,
    database: Database,
    service: str,
    old: Generation,
    deadline: float,
) -> None:
    for partition in range(old.partitions):
        queue = partition_queue(service, old.number, partition)
        while _depth(amqp_uri, queue):
            if time.monotonic() > deadline:
                raise UnavailableError(f"{queue} is not empty yet; run this again")
            time.sleep(_LOOK_S)
        management.delete("queues", queue)
    management.delete("exchanges", partition_exchange(service, old.number))
    database.run("UPDATE generation SET retired = true WHERE number = %s", (old.number,))


def _depth(amqp_uri: str, queue: str) -> int:
    """Count ready messages over AMQP; the management API's figures lag by seconds."""
    connection = open_connection(amqp_uri, heartbeat_s=0, connect_timeout_s=5.0, name="repartition")
    try:
        declared = connection.channel().queue_declare(queue, passive=True)
        return int(declared.message_count)
    except amqp.NotFound:
        return 0
    except TROUBLE as error:
        raise UnavailableError(f"broker: {say(error)}") from error
    finally:
        close(connection)
