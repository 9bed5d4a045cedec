"""One group of counted things, whatever was counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.disclosure.measures import Quantity


@dataclass(frozen=True)
class Cell:
    """Counts of one group; `key` has one value per dimension asked for, in that order."""

    key: tuple[Any, ...]
    counts: Mapping[Quantity, int]
