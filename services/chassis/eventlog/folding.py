"""Folds the updates of a transaction onto the rows they change while these wait to be written.

A case that is submitted and accepted in one command is then one INSERT, not an INSERT and an UPDATE
of a row with eight indexes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from services.chassis.eventlog.rows import Shape
from services.chassis.projection import Change, Insert, Statement, Update

_SPELLED: Final[Mapping[str, type]] = {
    "text": str,
    "character varying": str,
    "smallint": int,
    "integer": int,
    "bigint": int,
}
"""Types of which two values are the same for Python exactly when they are for the server."""
Name = tuple[object, ...]


def folded(changes: Sequence[Change], shapes: Mapping[str, Shape]) -> Sequence[Change]:
    """Give changes that have the same effect, with each row written as seldom as is safe.

    An update moves up to the change of its row that waits. Safe means: it names the row by the
    whole primary key and sets no column by which rows are unique; no trigger, rule or foreign key
    watches the table; and nothing in between can have seen or changed the row. A statement sees
    the tables it names, and no others.

    Args:
        shapes: of every table of an `Insert` or an `Update`.
    """
    if not any(type(change) is Update for change in changes):
        return changes
    told: list[Change] = []
    waiting: dict[str, dict[Name, int]] = {}
    """By table: the rows an update may still be folded onto, and where in `told` they stand."""
    for change in changes:
        if isinstance(change, Statement):
            for table, rows in waiting.items():
                if rows and _sees(change.sql, table):
                    rows.clear()
            told.append(change)
            continue
        shape = shapes[change.table]
        rows = waiting.setdefault(change.table, {})
        if isinstance(change, Insert):
            name = inserted(change, shape)
        else:
            name = updated(change, shape)
            if name is not None and name in rows:
                onto = _onto(told[rows[name]], change, shape)
                if onto is not None:
                    told[rows[name]] = onto
                    continue
                name = None
        if name is None:
            rows.clear()  # which row it is about, or whether it can wait, is not known
        else:
            rows[name] = len(told)
        told.append(change)
    return told


@lru_cache(maxsize=4096)
def _sees(sql: str, table: str) -> bool:
    return re.search(rf"\b{re.escape(table.rpartition('.')[2])}\b", sql) is not None


def inserted(change: Insert, shape: Shape) -> Name | None:
    """Name the new row; None when an update may name it otherwise."""
    places = [shape.places[column] for column in shape.key]
    if places and max(places) < len(change.row):
        return _name([change.row[place] for place in places], shape)
    return None


def updated(change: Update, shape: Shape) -> Name | None:
    """Name the row; None when the update may be of others too, or cannot wait."""
    columns = change.values.keys()
    if change.key.keys() != set(shape.key) or not columns <= shape.places.keys() - shape.unique:
        return None
    return _name([change.key[column] for column in shape.key], shape)


def _name(values: Iterable[object], shape: Shape) -> Name | None:
    """Give the name of a row; None when Python cannot tell whether it is also called otherwise."""
    name = tuple(values)
    kinds = (shape.kinds[column] for column in shape.key)
    if all(type(value) is _SPELLED.get(kind) for value, kind in zip(name, kinds, strict=True)):
        return name or None
    return None


def _onto(before: Change, change: Update, shape: Shape) -> Change | None:
    """Give both as one; None where the row leaves a column that is set to the table's default."""
    if isinstance(before, Update):
        return before._replace(values={**before.values, **change.values})
    assert isinstance(before, Insert)
    row = list(before.row)
    for column, value in change.values.items():
        if shape.places[column] >= len(row):
            return None
        row[shape.places[column]] = value
    return before._replace(row=tuple(row))
