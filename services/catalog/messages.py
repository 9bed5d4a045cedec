"""What the catalog publishes; it listens to nobody. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from services.catalog.domain import ItemPublished
from services.chassis.bus.envelope import Publication

PUBLISHES: Mapping[str, Publication] = {ItemPublished.TOPIC: Publication(ItemPublished.TOPIC)}
LISTENS: Sequence[str] = ()
READS: Mapping[str, type[msgspec.Struct]] = {}
