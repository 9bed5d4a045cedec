"""Catalog's regions as intake reads them: what villages and townships are called. Pure."""

from __future__ import annotations

from typing import Final

import msgspec

REGISTERED: Final = "catalog.region-registered.v1"


class RegionRegistered(msgspec.Struct, frozen=True):
    """A region of the county, and its name from now on."""

    region: str
    name: str
