"""Compare two copies of a read model row by row, inside the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from services.chassis.rebuild.schema import tables

SHOWN = 3
"""Rows quoted of each side. A read model holds no personal data."""


@dataclass(frozen=True)
class Difference:
    """One table whose two copies are not equal."""

    table: str
    only_live: int
    only_rebuilt: int
    examples: tuple[str, ...] = ()
    """Some of the rows, as JSON, `-` before what only the live one has, `+` before the other."""


def compare(cursor: Any, live: str, copy: str) -> list[Difference]:
    """Compare every table of two schemas as bags of rows: a repeated row counts each time."""
    cursor.execute("SET LOCAL work_mem = '64MB'")
    here, there = tables(cursor, live), tables(cursor, copy)
    found = [Difference(name, 0, 0, ("- the whole table",)) for name in here if name not in there]
    found += [Difference(name, 0, 0, ("+ the whole table",)) for name in there if name not in here]
    for name in here:
        if name in there:
            found += _table(cursor, live, copy, name)
    return found


def _table(cursor: Any, live: str, copy: str, table: str) -> list[Difference]:
    columns = _columns(cursor, copy, table)
    sides = []
    for first, second in ((live, copy), (copy, live)):
        cursor.execute(
            sql.SQL(
                "SELECT count(*), (array_agg(to_jsonb(x)::text))[1:{shown}] FROM"
                " (SELECT {columns} FROM {first} EXCEPT ALL SELECT {columns} FROM {second}) AS x"
            ).format(
                shown=sql.Literal(SHOWN),
                columns=columns,
                first=sql.Identifier(first, table),
                second=sql.Identifier(second, table),
            )
        )
        sides.append(cursor.fetchone())
    (only_live, lost), (only_rebuilt, new) = sides
    if not only_live and not only_rebuilt:
        return []
    examples = [f"- {row}" for row in lost or ()] + [f"+ {row}" for row in new or ()]
    return [Difference(table, only_live, only_rebuilt, tuple(examples))]


def _columns(cursor: Any, schema: str, table: str) -> sql.Composed:
    """Name the columns that say something; an identity column only counts rows."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attidentity = '' ORDER BY attnum",
        (sql.Identifier(schema, table).as_string(cursor),),
    )
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in cursor.fetchall())
