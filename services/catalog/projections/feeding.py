"""Which rows an event of the catalog makes. Pure.

Whatever comes by the ten thousand (items, basic items, claims) is an `Insert`, so that a rebuild
can copy it in; only a second word about the same thing is a statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from services.catalog.projections import house_rows, item_rows
from services.chassis.events import Event
from services.chassis.projection import Change, ReadModel, Statement

_FEEDS: Mapping[str, Callable[[Event], Iterable[Change]]] = {
    f"catalog.{name}.v1": feed for name, feed in {**item_rows.FEEDS, **house_rows.FEEDS}.items()
}


def project(event: Event) -> Iterable[Change]:
    """Give the rows an event makes; none for an event nobody is shown."""
    feed = _FEEDS.get(event.type)
    return () if feed is None else feed(event)


READ_MODEL = ReadModel(
    service="catalog",
    ddl=Path(__file__).parents[1] / "read_model.sql",
    tables={**item_rows.TABLES, **house_rows.TABLES},
    sources=("catalog",),
    project=project,
    # Filled by COPY, after which the planner knows nothing of them.
    finish=(Statement("ANALYZE entry, item_version, item_act, basic_item, claim", ()),),
)
