"""The definition of the bus: every exchange, queue, binding, user and permission, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

INGRESS_EXCHANGE = "banjian.ingress"
DEAD_EXCHANGE = "banjian.dead"
STREAM_QUEUE = "banjian.stream"
OUTSIDE_USER = "banjian-outside"
ANALYST_USER = "banjian-analyst"
LISTENS: Mapping[str, Sequence[str]] = {
    "catalog": (),
    "intake": ("catalog", "approval", "ingress"),
    "approval": ("intake",),
    "disclosure": ("catalog", "intake", "approval"),
    "notify": ("intake",),
}
"""Who listens to whom, as `messages.LISTENS` of each service says; `ingress` is the outside."""


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
