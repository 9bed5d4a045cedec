"""Writes many rows of one table in one statement, as one JSON parameter.

A row of fifteen values costs some 20 µs to quote value by value and as much again for the server to
parse; as JSON it costs a fifth of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from psycopg2.extras import Json

from services.chassis.eventlog.connection import Params
from services.chassis.eventlog.database import Database

_SHAPE = """
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_JSON = ("json", "jsonb")


@dataclass(frozen=True)
class Shape:
    """The columns of a table, in order, each with the name of its type."""

    columns: tuple[tuple[str, str], ...]

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


def shape_of(database: Database, table: str) -> Shape:
    """Ask what columns a table has."""
    return Shape(tuple((name, kind) for name, kind in database.read(_SHAPE, (_quoted(table),))))


@cache
def _text(table: str, columns: Sequence[tuple[str, str]]) -> str:
    name = _quoted(table)
    names = ", ".join(_quoted(column) for column, _ in columns)
    read = ", ".join(_read(column, kind) for column, kind in columns)
    return (
        f"INSERT INTO {name} ({names}) SELECT {read}"  # noqa: S608 - names of the database's own catalog
        f" FROM json_populate_recordset(NULL::{name}, %s)"
    )


def _read(column: str, kind: str) -> str:
    """Read a column of the record; JSON that came as text is read as the JSON it says."""
    name = _quoted(column)
    return f"({name} #>> '{{}}')::{kind}" if kind in _JSON else name


def _plain(table: str, rows: Sequence[tuple[object, ...]]) -> tuple[str, Params]:
    """Write values as literals: bytes are not JSON, and a table may be missing."""
    row = f"({', '.join(['%s'] * len(rows[0]))})"
    places = ", ".join([row] * len(rows))
    return f"INSERT INTO {_quoted(table)} VALUES {places}", [v for row in rows for v in row]  # noqa: S608 - as above


def _quoted(name: str) -> str:
    """Quote a name for SQL; a dot divides a schema from what is in it."""
    return ".".join(f'"{part.replace(chr(34), chr(34) * 2)}"' for part in name.split("."))


def _adapted(value: Any) -> Any:
    if isinstance(value, Json):
        return value.adapted
    raise TypeError(f"a row cannot hold a {type(value).__name__}")


_encode = msgspec.json.Encoder(enc_hook=_adapted).encode
