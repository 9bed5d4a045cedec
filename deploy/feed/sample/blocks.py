"""How many items of each kind the county has, and what the year does to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Fate(Enum):
    """What becomes of an item in the course of the year."""

    STAYS = auto()
    IMMEDIATE = auto()
    """承诺件 becomes 即办件: a second version."""
    REENGINEERED = auto()
    """流程再造: a second version with fewer steps and papers and a shorter promise."""
    FEE = auto()
    """收费调整: a second version."""
    REVISED = auto()
    """公共服务类项目调整: a second version."""
    MODE = auto()
    UPWARD = auto()
    FROZEN = auto()
    """Frozen, and open again before the year ends."""
    RECEIVED = auto()
    """Handed down by province or city: published in the course of the year."""
    CANCELLED = auto()
    MERGED = auto()
    STREAMLINED = auto()
    """A licence merged into another one (行政许可精简合并)."""
    NON_LICENCE = auto()
    """非行政许可审批, cancelled with the last day of the year before."""


ENDED = frozenset({Fate.CANCELLED, Fate.MERGED, Fate.STREAMLINED, Fate.NON_LICENCE})
"""Not in force when the year is over."""


@dataclass(frozen=True)
class Block:
    """So many items alike. `immediate` is what they are before the year's changes."""

    fate: Fate
    item_type: str
    count: int
    resident: bool
    immediate: bool = False


BLOCKS = (
    # In the hall: 567 at the end of the year, 534 of them take applications and promise days.
    Block(Fate.STAYS, "01", 103, True),
    Block(Fate.REENGINEERED, "01", 6, True),
    Block(Fate.FEE, "01", 3, True),
    Block(Fate.MODE, "01", 4, True),
    Block(Fate.RECEIVED, "01", 10, True),
    Block(Fate.STAYS, "05", 60, True),
    Block(Fate.STAYS, "07", 137, True),
    Block(Fate.REENGINEERED, "07", 8, True),
    Block(Fate.FEE, "07", 3, True),
    Block(Fate.FROZEN, "07", 1, True),
    Block(Fate.MODE, "07", 1, True),
    Block(Fate.STAYS, "08", 28, True),
    Block(Fate.STAYS, "10", 153, True),
    Block(Fate.REENGINEERED, "10", 7, True),
    Block(Fate.MODE, "10", 6, True),
    Block(Fate.UPWARD, "10", 3, True),
    Block(Fate.FROZEN, "10", 1, True),
    Block(Fate.STAYS, "20", 3, True),
    Block(Fate.IMMEDIATE, "20", 20, True),
    Block(Fate.STAYS, "20", 10, True, immediate=True),
    # Elsewhere in the county: 895.
    Block(Fate.RECEIVED, "01", 4, False),
    Block(Fate.IMMEDIATE, "05", 8, False),
    Block(Fate.STAYS, "05", 12, False),
    Block(Fate.RECEIVED, "07", 8, False),
    Block(Fate.IMMEDIATE, "07", 120, False),
    Block(Fate.STAYS, "07", 40, False, immediate=True),
    Block(Fate.UPWARD, "07", 1, False),
    Block(Fate.FROZEN, "07", 1, False),
    Block(Fate.FEE, "07", 2, False),
    Block(Fate.STAYS, "07", 58, False),
    Block(Fate.IMMEDIATE, "08", 11, False),
    Block(Fate.STAYS, "08", 50, False),
    Block(Fate.RECEIVED, "10", 16, False),
    Block(Fate.IMMEDIATE, "10", 130, False),
    Block(Fate.STAYS, "10", 46, False, immediate=True),
    Block(Fate.UPWARD, "10", 1, False),
    Block(Fate.FROZEN, "10", 1, False),
    Block(Fate.FEE, "10", 2, False),
    Block(Fate.STAYS, "10", 104, False),
    Block(Fate.IMMEDIATE, "20", 140, False),
    Block(Fate.STAYS, "20", 110, False, immediate=True),
    Block(Fate.REVISED, "20", 18, False),
    Block(Fate.STAYS, "20", 12, False),
    # Gone before the year is over.
    Block(Fate.CANCELLED, "01", 2, True),
    Block(Fate.CANCELLED, "07", 3, False),
    Block(Fate.CANCELLED, "10", 3, False),
    Block(Fate.MERGED, "07", 6, True),
    Block(Fate.MERGED, "10", 6, True),
    Block(Fate.STREAMLINED, "01", 62, True),
    Block(Fate.NON_LICENCE, "10", 30, False),
)
"""180 licences and 1,300 promised items stand at the beginning, 1,462 items at the end."""
