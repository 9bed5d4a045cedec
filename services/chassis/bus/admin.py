"""Apply the bus definition to a broker through its management API; the only maker of queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.chassis.eventlog.database import Database


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
            (`repartition.read_generation`); the others keep what the broker has, or start at 1.
        outside_password, analyst_password: of the two users for others; empty leaves them out.

    Raises:
        UnavailableError: the management API does not answer or refuses.
        ContractError: a queue or exchange exists with another type or other arguments.
    """
    raise NotImplementedError


def repartition(
    management_url: str,
    amqp_uri: str,
    database: Database,
    service: str,
    partitions: int,
    *,
    timeout_s: float = 60.0,
) -> int:
    """Change a consumer's number of partitions while it runs; gives the new generation's number.

    Nothing is lost, doubled or reordered: the new generation is bound before the old one is
    unbound, consumers drain the old one first, the inbox drops what came both ways. Safe to repeat
    after a crash at any point.
    """
    raise NotImplementedError
