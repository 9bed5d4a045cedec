"""What the catalog can be told."""

from __future__ import annotations

from services.catalog.application.house import HouseCommands
from services.catalog.application.items import ItemCommands


class Catalog(ItemCommands, HouseCommands):
    """Items, claims, the organisation, schemes and calendars of the county."""


__all__ = ["Catalog", "HouseCommands", "ItemCommands"]
