"""Generations of partition queues as the consumer's database knows them.

A consumer reads the lowest generation that is not drained, and older ones while their queues exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.bus.topology import dead_queue, partition_queue
from services.chassis.eventlog.database import Database


@dataclass(frozen=True)
class Generation:
    """One generation of partition queues."""

    number: int
    partitions: int
    drained: frozenset[int]
    """Partitions whose end has been received."""
    retired: bool
    """Its queues are deleted."""

    @property
    def is_drained(self) -> bool:
        return len(self.drained) >= self.partitions


def ensure_generation(database: Database, partitions: int) -> None:
    """Write down the first generation if there is none; `partitions` as `migrate_bus` made it."""
    database.run(
        "INSERT INTO generation (number, partitions)"
        " SELECT 1, %s WHERE NOT EXISTS (SELECT FROM generation) ON CONFLICT DO NOTHING",
        (partitions,),
    )


def read_generations(database: Database) -> list[Generation]:
    """List the generations whose queues are there, oldest first."""
    rows = database.read(
        "SELECT number, partitions, drained FROM generation WHERE NOT retired ORDER BY number"
    )
    return [Generation(number, parts, frozenset(drained), False) for number, parts, drained in rows]


def active_generation(database: Database) -> tuple[int, int] | None:
    """Give number and partitions of the generation being consumed; None before the first start."""
    for generation in read_generations(database):
        if not generation.is_drained:
            return generation.number, generation.partitions
    return None


def mark_drained(database: Database, number: int, partition: int) -> None:
    """Write down that the end of a partition was received; everything before it has its effect."""
    database.run(
        "UPDATE generation SET drained = array_append(drained, %s)"
        " WHERE number = %s AND NOT (%s = ANY(drained))",
        (partition, number, partition),
    )


def queues_to_read(service: str, generations: list[Generation]) -> dict[str, bool]:
    """Give the queues a consumer reads now, and whether each must exist.

    A drained generation is still read, so that a straggler in it cannot be lost; its queues may be
    deleted at any moment.
    """
    queues = {dead_queue(service): True}
    for generation in generations:
        for partition in range(generation.partitions):
            name = partition_queue(service, generation.number, partition)
            queues[name] = not generation.is_drained
        if not generation.is_drained:
            break
    return queues
