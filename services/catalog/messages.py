"""What the catalog publishes: every event of its own; it listens to the outside alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType

import msgspec

from services.catalog.domain import house_events, item_events, reply_events
from services.chassis.bus.envelope import Publication
from services.kernel.aggregate import Fact


def _topics(*modules: ModuleType) -> Iterator[str]:
    """Give the public name of every event class, in the order they are written."""
    for module in modules:
        for event in vars(module).values():
            if isinstance(event, type) and issubclass(event, Fact) and event.TOPIC:
                yield event.TOPIC


PUBLISHES: Mapping[str, Publication] = {
    topic: Publication(topic) for topic in _topics(item_events, house_events, reply_events)
}
LISTENS: Sequence[str] = ()
TAKES_RECORDS = True
"""Reads the catalog's rows of `banjian.ingress`, see `imports.records`."""
READS: Mapping[str, type[msgspec.Struct]] = {}
