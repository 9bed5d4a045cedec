"""What the catalog can be told."""

from __future__ import annotations

from services.catalog.domain import Implementation, Item
from services.chassis.eventlog.application import Application, command
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Items(Application):
    """The catalog's items."""

    @command
    def publish(
        self,
        facts: Facts,
        item_code: str,
        version: int,
        said: Implementation,
        *,
        key: str | None = None,
    ) -> tuple[str, int, bool]:
        """Publish a version of an item; gives stream, number of its last event, whether it is new.

        The same version with the same content again has no effect.
        """
        item = self.find(Item, stream_id("item", item_code)) or Item.of(item_code)
        new = item.publish(facts, version, said)
        self.keep(item)
        return str(item.id), item.version, new
