"""Which type (事项类型) the item of a case or a happening has: its newest list known then says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from services.chassis.eventlog.database import Database
from services.disclosure.measures import Quantity, Question
from services.disclosure.projections.cells import Cell

# ruff: noqa: S608 - every text below is written here; what a caller says travels as a parameter.
_TYPES: Final = """
    SELECT DISTINCT ON (i.item) i.item AS typed, i.item_type FROM items AS i
    WHERE i.position <= %(catalog)s ORDER BY i.item, i.position DESC"""
COLUMN: Final = "coalesce(item_type, '')"
"""Empty: the item has no list here."""
_CHANGED: Final = """
    SELECT i.position FROM items AS i
    WHERE i.position > %(before)s AND i.position <= %(after)s
      AND (i.item_type = %(item_type)s) <> coalesce((
          SELECT j.item_type = %(item_type)s FROM items AS j
          WHERE j.item = i.item AND j.position < i.position
          ORDER BY j.position DESC LIMIT 1), false)
    ORDER BY i.position"""


def condition(question: Question, column: str = "item") -> tuple[list[str], dict[str, object]]:
    """Write that an item is of the question's type; nothing when it asks for none."""
    said: dict[str, object] = {"catalog": question.positions.get("catalog", 0)}
    if not question.item_type:
        return [], said
    said["item_type"] = question.item_type
    which = f"SELECT typed FROM ({_TYPES}) AS types WHERE item_type = %(item_type)s"
    return [f"{column} IN ({which})"], said


def joined(rows: str, by: Sequence[str]) -> str:
    """Write what is read from: rows with a column `item`, with their types when asked for."""
    if "item_type" not in by:
        return f"({rows}) AS rows"
    return f"({rows}) AS rows LEFT JOIN ({_TYPES}) AS types ON types.typed = rows.item"


def added_up(
    database: Database, question: Question, cells: Iterable[Cell], place: int
) -> list[Cell]:
    """Add up what was counted by item, by their types; `place`: the item's in the key."""
    types = dict(database.read(_TYPES, {"catalog": question.positions.get("catalog", 0)}))
    found: dict[tuple[Any, ...], dict[Quantity, int]] = {}
    for cell in cells:
        key = (*cell.key[:place], types.get(cell.key[place], ""), *cell.key[place + 1 :])
        sums = found.setdefault(key, dict.fromkeys(cell.counts, 0))
        for count, number in cell.counts.items():
            sums[count] += number
    return [Cell(key, sums) for key, sums in sorted(found.items())]


def changed(before: Question, after: Question) -> tuple[str, dict[str, object]]:
    """Write which lists that came between two questions made an item one of the type, or none."""
    said = {
        "before": before.positions.get("catalog", 0),
        "after": after.positions.get("catalog", 0),
        "item_type": after.item_type,
    }
    return _CHANGED, said
