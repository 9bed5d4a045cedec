"""The definition of the bus: every exchange, queue, binding, user and permission, as plain data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

INGRESS_EXCHANGE = "banjian.ingress"
DEAD_EXCHANGE = "banjian.dead"
STREAM_QUEUE = "banjian.stream"
OUTSIDE_USER = "banjian-outside"
ANALYST_USER = "banjian-analyst"
END_CONTENT_TYPE = "application/vnd.banjian.end"
"""Content type of the marker that ends a partition queue; only an administrator can send it."""
DELIVERY_LIMIT = 20
"""Deliveries after which the broker gives a message up; the default of RabbitMQ from 4.0 on."""
STREAM_MAX_AGE = "365D"
HASH_EXCHANGE = "x-consistent-hash"
SHARE = "1"
"""Weight of a partition queue: how many entries of its exchange's ring lead to it.

The broker copies the whole ring for every message, and one entry spreads keys as evenly as many.
"""

LISTENS: Mapping[str, Sequence[str]] = {
    "catalog": ("ingress",),
    "intake": ("catalog", "approval", "ingress"),
    "approval": ("catalog", "intake", "notify", "ingress"),
    "disclosure": ("catalog", "intake", "approval"),
    "notify": ("intake",),
}
"""Who listens to whom, as `messages.LISTENS` of each service says; `ingress` is the outside."""

RECORDS: Mapping[str, str] = {"catalog": "#.catalog.*", "approval": "#.department.*"}
"""Which outside records a service takes, by routing key, where it takes only some.

Whoever is not named here takes the rest, also what nobody knows: an exchange drops what no binding
matches, and a record is never lost.
"""
_OWNED = re.compile(r"(?:^|\.)(catalog|department)\.[^.]*$")
_OWNERS = {"catalog": "catalog", "department": "approval"}


def record_owner(routing_key: str) -> str:
    """Give the service a record of the ingress is for; "" when it is for whoever takes the rest."""
    found = _OWNED.search(routing_key)
    return _OWNERS[found.group(1)] if found else ""


class Exchange(NamedTuple):
    """A durable exchange."""

    name: str
    type: str
    arguments: Mapping[str, Any] = {}


class Queue(NamedTuple):
    """A durable queue; its arguments can never change, only a new queue can have others."""

    name: str
    arguments: Mapping[str, Any]


class Binding(NamedTuple):
    """From an exchange to a `queue` or an `exchange` (that is `kind`)."""

    source: str
    kind: str
    target: str
    routing_key: str


class Permission(NamedTuple):
    """What one user may do in the vhost; regular expressions over names."""

    user: str
    configure: str
    write: str
    read: str
    topics: Mapping[str, str] = {}
    """Exchange -> pattern of the routing keys it may publish with."""


@dataclass
class Topology:
    """Everything that has to be there."""

    exchanges: list[Exchange] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    permissions: list[Permission] = field(default_factory=list)


def events_exchange(service: str) -> str:
    """Topic exchange a service publishes its events to."""
    return f"{service}.events"


def partition_exchange(service: str, generation: int) -> str:
    """Consistent-hash exchange that spreads one consumer's messages over its partitions."""
    return f"{service}.g{generation}"


def partition_queue(service: str, generation: int, partition: int) -> str:
    """Quorum queue of one partition; partitions count from 0."""
    return f"{service}.g{generation}.p{partition}"


def dead_queue(service: str) -> str:
    """Where the broker puts what it gave up delivering to a service."""
    return f"{service}.dead"


def source_exchange(source: str) -> str:
    """Exchange of a source of `LISTENS`."""
    return INGRESS_EXCHANGE if source == "ingress" else events_exchange(source)


def partition_arguments(service: str) -> dict[str, Any]:
    """Arguments of a partition queue: one active consumer, and nothing given up is lost."""
    return {
        "x-queue-type": "quorum",
        "x-single-active-consumer": True,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD_EXCHANGE,
        "x-dead-letter-routing-key": service,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def dead_arguments() -> dict[str, Any]:
    """Arguments of a dead queue."""
    return {"x-queue-type": "quorum"}


def stream_arguments() -> dict[str, Any]:
    """Arguments of the stream everybody may replay."""
    return {"x-queue-type": "stream", "x-max-age": STREAM_MAX_AGE}


def generation_topology(
    service: str, sources: Iterable[str], generation: int, partitions: int
) -> Topology:
    """Give one generation of a consumer: hash exchange, partition queues, all bindings."""
    exchange = partition_exchange(service, generation)
    part = Topology()
    part.exchanges.append(Exchange(exchange, HASH_EXCHANGE, {"hash-header": "partitionkey"}))
    for number in range(partitions):
        queue = partition_queue(service, generation, number)
        part.queues.append(Queue(queue, partition_arguments(service)))
        part.bindings.append(Binding(exchange, "queue", queue, SHARE))
    part.bindings += entrances(service, sources, generation)
    return part


def entrances(service: str, sources: Iterable[str], generation: int) -> list[Binding]:
    """Bindings by which messages enter a generation; taking them away ends its intake."""
    exchange = partition_exchange(service, generation)
    return [
        Binding(
            source_exchange(source),
            "exchange",
            exchange,
            RECORDS.get(service, "#") if source == "ingress" else "#",
        )
        for source in sources
    ]


def house_topology(
    users: Mapping[str, str],
    listens: Mapping[str, Sequence[str]],
    generations: Mapping[str, tuple[int, int]],
) -> Topology:
    """Give the whole bus.

    Args:
        users: broker user of each service.
        listens: sources of each service.
        generations: number and partitions of the generation each listening service has.
    """
    house = Topology()
    house.exchanges += [Exchange(INGRESS_EXCHANGE, "topic"), Exchange(DEAD_EXCHANGE, "direct")]
    house.queues.append(Queue(STREAM_QUEUE, stream_arguments()))
    for service, user in users.items():
        exchange = events_exchange(service)
        house.exchanges.append(Exchange(exchange, "topic"))
        house.bindings.append(Binding(exchange, "queue", STREAM_QUEUE, "#"))
        house.permissions.append(service_permission(service, user, bool(listens.get(service))))
    for service in users:
        sources = listens.get(service, ())
        if not sources:
            continue
        house.queues.append(Queue(dead_queue(service), dead_arguments()))
        house.bindings.append(Binding(DEAD_EXCHANGE, "queue", dead_queue(service), service))
        part = generation_topology(service, sources, *generations[service])
        house.exchanges += part.exchanges
        house.queues += part.queues
        house.bindings += part.bindings
    house.permissions += [
        Permission(OUTSIDE_USER, "^$", _only(INGRESS_EXCHANGE), "^$"),
        Permission(ANALYST_USER, "^$", "^$", _only(STREAM_QUEUE)),
    ]
    return house


def service_permission(service: str, user: str, listening: bool) -> Permission:
    """Give a service's rights: write its own exchange, read its own queues.

    It may configure its own queues too, because declaring a queue again is the only way a client
    can compare its type and arguments (readiness). It cannot create a partition queue that way:
    that needs the right to write to the dead-letter exchange, which it has not.
    """
    name = re.escape(service)
    own = rf"^{name}\.(dead|g[0-9]+\.p[0-9]+)$" if listening else "^$"
    exchange = events_exchange(service)
    return Permission(user, own, _only(exchange), own, {exchange: r"^[^.]+\.[^.]+\.[^.]+$"})


def _only(name: str) -> str:
    return f"^{re.escape(name)}$"
