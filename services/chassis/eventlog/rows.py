"""Writes many rows of one table in one statement, as one JSON parameter.

A row of fifteen values costs some 20 µs to quote value by value and as much again for the server to
parse; as JSON it costs a fifth of both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Protocol

import msgspec
from psycopg2.extras import Json

from services.chassis.eventlog.connection import Params
from services.chassis.projection import quoted

# An index over an expression, or over some of the rows, may look at any column.
_SHAPE = """
SELECT a.attname, format_type(a.atttypid, NULL),
       coalesce(bool_or(i.indisprimary), false) AND c.relkind = 'r' AND NOT c.relispartition
           AND NOT c.relhassubclass AND NOT c.relhastriggers AND NOT c.relhasrules,
       count(i.indexrelid) > 0
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_index i ON i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)
    AND (a.attnum = ANY (i.indkey) OR 0 = ANY (i.indkey) OR i.indpred IS NOT NULL)
WHERE c.oid = to_regclass(%s)
GROUP BY c.oid, a.attname, a.atttypid, a.attnum ORDER BY a.attnum
"""
_JSON = ("json", "jsonb")


@dataclass(frozen=True)
class Shape:
    """The columns of a table, in order, each with the name of its type."""

    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...] = ()
    """The primary key; empty too where triggers, rules or other tables watch what is written."""
    unique: frozenset[str] = frozenset()
    """Columns whose values decide whether another row may be there."""

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where in a row each column stands."""
        return {name: place for place, (name, _) in enumerate(self.columns)}

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """The name of each column's type."""
        return dict(self.columns)

    def insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> tuple[str, Params]:
        """Give the statement that inserts these rows, which give the table's first columns.

        Its text is the same for any number of rows, unless there are bytes among them.
        """
        columns = self.columns[: len(rows[0])]
        if len(columns) < len(rows[0]) or any(kind == "bytea" for _, kind in columns):
            return _plain(table, rows)
        names = [column for column, _ in columns]
        given = _encode([dict(zip(names, row, strict=True)) for row in rows]).decode()
        return _text(table, columns), (given,)


class Reads(Protocol):
    """Asks a database: `Database`, or who has only a connection."""

    def read(self, sql: str, params: Sequence[object], /) -> list[tuple[Any, ...]]:
        """Give the rows of an answer."""
        ...


def shape_of(database: Reads, table: str) -> Shape:
    """Ask what columns a table has."""
    columns = database.read(_SHAPE, (quoted(table),))
    return Shape(
        tuple((name, kind) for name, kind, _, _ in columns),
        tuple(name for name, _, in_key, _ in columns if in_key),
        frozenset(name for name, _, _, unique in columns if unique),
    )


@cache
def _text(table: str, columns: Sequence[tuple[str, str]]) -> str:
    name = quoted(table)
    names = ", ".join(quoted(column) for column, _ in columns)
    read = ", ".join(_read(column, kind) for column, kind in columns)
    return (
        f"INSERT INTO {name} ({names}) SELECT {read}"  # noqa: S608 - names of the database's own catalog
        f" FROM json_populate_recordset(NULL::{name}, %s)"
    )


def _read(column: str, kind: str) -> str:
    """Read a column of the record; JSON that came as text is read as the JSON it says."""
    name = quoted(column)
    return f"({name} #>> '{{}}')::{kind}" if kind in _JSON else name


def _plain(table: str, rows: Sequence[tuple[object, ...]]) -> tuple[str, Params]:
    """Write values as literals: bytes are not JSON, and a table may be missing."""
    row = f"({', '.join(['%s'] * len(rows[0]))})"
    places = ", ".join([row] * len(rows))
    return f"INSERT INTO {quoted(table)} VALUES {places}", [v for row in rows for v in row]  # noqa: S608 - as above


def _adapted(value: Any) -> Any:
    if isinstance(value, Json):
        return value.dumps(value.adapted)
    raise TypeError(f"a row cannot hold a {type(value).__name__}")


_encode = msgspec.json.Encoder(enc_hook=_adapted).encode
