"""Rows of one table on their way into the copy, and the updates of those that are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from psycopg2.extras import Json

from services.chassis.eventlog.folding import Name, inserted, updated
from services.chassis.eventlog.rows import Shape
from services.chassis.projection import Insert, Statement, Update, quoted

_JSON: Final = frozenset({"json", "jsonb"})


class Run:
    """What waits for one table: first the updates take effect, then the rows are added.

    So a row that is updated while it waits changes here, and an update of a row that is there
    waits for others, which cost less together.
    """

    def __init__(self) -> None:
        self.rows: list[tuple[object, ...]] = []
        self.updates: dict[Name, Update] = {}
        self._places: dict[Name, int] = {}
        self._named = 0
        """How many of the rows have their name among the places."""

    def __len__(self) -> int:
        return len(self.rows) + len(self.updates)

    def take(self, change: Update, shape: Shape) -> bool:
        """Take an update to wait with the rest; False when it has to be a statement."""
        name = updated(change, shape)
        if name is None or not self._all_named(change.table, shape):
            return False
        place = self._places.get(name)
        if place is None:
            before = self.updates.get(name)
            if before is not None:
                change = change._replace(values={**before.values, **change.values})
            self.updates[name] = change
            return True
        row = list(self.rows[place])
        for column, value in change.values.items():
            if shape.places[column] >= len(row):
                return False
            row[shape.places[column]] = value
        self.rows[place] = tuple(row)
        return True

    def _all_named(self, table: str, shape: Shape) -> bool:
        for place in range(self._named, len(self.rows)):
            name = inserted(Insert(table, self.rows[place]), shape)
            if name is None:
                return False
            self._places[name] = place
            self._named = place + 1
        return True

    def statements(self, table: str, shape: Shape) -> list[Statement]:
        """Give the statements of the updates: one for all that set the same columns."""
        groups: dict[tuple[str, ...], list[Update]] = {}
        for change in self.updates.values():
            groups.setdefault(tuple(change.values), []).append(change)
        found = []
        for columns, group in groups.items():
            if any(shape.kinds[column] == "bytea" for column in columns):
                found += [one._replace(table=table).statement() for one in group]
            else:
                rows = _encode([{**one.values, **one.key} for one in group]).decode()
                found.append(Statement(_together(table, columns, shape), (rows,)))
        return found


def _together(table: str, columns: tuple[str, ...], shape: Shape) -> str:
    """Write an update of many rows, whose keys and values are one JSON array of objects."""
    values = ", ".join(f"{quoted(name)} = {_said(name, shape.kinds)}" for name in columns)
    same = " AND ".join(f"t.{quoted(name)} = said.{quoted(name)}" for name in shape.key)
    return (
        f"UPDATE {quoted(table)} AS t SET {values}"  # noqa: S608 - names of the code's own
        f" FROM json_populate_recordset(NULL::{quoted(table)}, %s) AS said WHERE {same}"
    )


def _said(column: str, kinds: Mapping[str, str]) -> str:
    name = f"said.{quoted(column)}"
    kind = kinds[column]
    return f"({name} #>> '{{}}')::{kind}" if kind in _JSON else name


def _adapted(value: object) -> str:
    if isinstance(value, Json):
        return str(value.dumps(value.adapted))
    raise TypeError(f"a row cannot hold a {type(value).__name__}")


_encode: Final = msgspec.json.Encoder(enc_hook=_adapted).encode
