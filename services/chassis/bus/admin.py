"""Bring a broker to its definition: the only maker of exchanges, queues and broker users."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from services.chassis.bus.connection import parse_uri
from services.chassis.bus.management import Management
from services.chassis.bus.repartition import repartition
from services.chassis.bus.topology import ANALYST_USER, LISTENS, OUTSIDE_USER, house_topology

__all__ = ["migrate_bus", "repartition"]

_GENERATION = re.compile(r"^([a-z]+)\.g([0-9]+)(?:\.p([0-9]+))?$")


def migrate_bus(
    management_url: str,
    amqp_uri: str,
    services: Mapping[str, str],
    partitions: int = 4,
    *,
    listens: Mapping[str, Sequence[str]] | None = None,
    generations: Mapping[str, tuple[int, int]] | None = None,
    outside_password: str = "",
    analyst_password: str = "",
) -> None:
    """Bring a broker to the state `topology` defines; safe to repeat, never drops a message.

    Args:
        management_url: `http://user:password@host:port` of an administrator.
        amqp_uri: any AMQP URI whose path names the vhost; the vhost is made when it is missing.
        services: AMQP URI of each service, whose user and password are created.
        partitions: partition queues of a consumer that has no generation yet.
        listens: who listens to whom, default `topology.LISTENS`.
        generations: active generation and partitions of consumers whose database knows them
            (`generation.active_generation`); the others keep what the broker has, or start at 1.
        outside_password, analyst_password: of the two users for others; empty leaves them out.

    Raises:
        UnavailableError: the management API does not answer or refuses.
        ContractError: a queue or exchange exists with another type or other arguments.
    """
    with Management(management_url, parse_uri(amqp_uri).vhost) as management:
        management.ask("PUT", "vhosts", management.vhost)
        users = {}
        for service, uri in services.items():
            address = parse_uri(uri)
            if address.user != management.user:
                management.put_user(address.user, address.password)
            users[service] = address.user
        others = {OUTSIDE_USER: outside_password, ANALYST_USER: analyst_password}
        for user, password in others.items():
            if password:
                management.put_user(user, password)
        heard = LISTENS if listens is None else listens
        found = _found_generations(management)
        have = {
            service: (generations or {}).get(service) or _at_least(found.get(service), partitions)
            for service in services
        }
        topology = house_topology(users, heard, have)
        topology.permissions = [
            one
            for one in topology.permissions
            if one.user != management.user and others.get(one.user, "made")
        ]
        management.apply(topology)
        management.verify(topology)


def _at_least(found: tuple[int, int] | None, partitions: int) -> tuple[int, int]:
    """Give the generation to make; a first one, half made when `migrate` broke off, is finished."""
    if found is None or found[0] == 1:
        return 1, max(partitions, found[1] if found else 0)
    return found


def _found_generations(management: Management) -> dict[str, tuple[int, int]]:
    """Give the newest generation of each consumer whose partition queues are all there."""
    count: dict[tuple[str, int], int] = {}
    for name in management.queues():
        match = _GENERATION.match(name)
        if match and match.group(3):
            key = (match.group(1), int(match.group(2)))
            count[key] = max(count.get(key, 0), int(match.group(3)) + 1)
    newest: dict[str, tuple[int, int]] = {}
    for (service, generation), partitions in sorted(count.items()):
        newest[service] = (generation, partitions)
    return newest
