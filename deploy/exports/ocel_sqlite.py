"""OCEL 2.0 as SQLite: the tables of the standard, one an activity and one a type of object."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from deploy.exports.common import COMMON, common_of
from deploy.exports.ocel_json import FROM_THE_BEGINNING, history
from deploy.exports.spool import Spool, spelled

_TABLES: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16000;
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type (ocel_type)
);
CREATE TABLE object (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type (ocel_type)
);
CREATE TABLE event_object (
    ocel_event_id TEXT REFERENCES event (ocel_id), ocel_object_id TEXT REFERENCES object (ocel_id),
    ocel_qualifier TEXT, PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)
);
CREATE TABLE object_object (
    ocel_source_id TEXT REFERENCES object (ocel_id),
    ocel_target_id TEXT REFERENCES object (ocel_id),
    ocel_qualifier TEXT, PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)
);
"""
_COLUMN: Final[Mapping[str, str]] = {
    "string": "TEXT",
    "time": "TIMESTAMP",
    "integer": "INTEGER",
    "float": "REAL",
    "boolean": "BOOLEAN",
}
_BATCH: Final = 2_000


class _Sink:
    """Rows of many tables, written in batches."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: dict[str, list[Sequence[Any]]] = {}
        self._size = 0

    def put(self, statement: str, row: Sequence[Any]) -> None:
        self._waiting.setdefault(statement, []).append(row)
        self._size += 1
        if self._size >= _BATCH:
            self.flush()

    def flush(self) -> None:
        self._connection.execute("BEGIN")
        for statement, rows in self._waiting.items():
            self._connection.executemany(statement, rows)
        self._connection.execute("COMMIT")
        self._waiting.clear()
        self._size = 0


def write(spool: Spool, path: Path, step: Callable[[int], None]) -> None:
    """Write the file; `step` hears how many events more are written."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_TABLES)
        sink = _Sink(connection)
        _objects(connection, spool, sink)
        _events(connection, spool, sink, step)
        sink.flush()


def _events(
    connection: sqlite3.Connection, spool: Spool, sink: _Sink, step: Callable[[int], None]
) -> None:
    fixed = "ocel_id TEXT, ocel_time TIMESTAMP"
    kinds = {name: {**COMMON, **own} for name, own in spool.activities().items()}
    inserts = {name: _table(connection, "event", name, fixed, own) for name, own in kinds.items()}
    for row in spool.in_time():
        name = row.plan.activity
        own = common_of(row) | row.attributes
        sink.put("INSERT INTO event VALUES (?,?)", (row.id, name))
        values = [own.get(column) for column in kinds[name]]
        sink.put(inserts[name], (row.id, spelled(row.at), *values))
        for one, qualifier in row.related.items():
            sink.put("INSERT INTO event_object VALUES (?,?,?)", (row.id, one, qualifier))
        step(1)


def _objects(connection: sqlite3.Connection, spool: Spool, sink: _Sink) -> None:
    kinds = spool.kinds()
    fixed = "ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT"
    inserts = {kind: _table(connection, "object", kind, fixed, own) for kind, own in kinds.items()}
    for thing in spool.things():
        columns = list(kinds[thing.kind])
        first: dict[str, Any] = {}
        changes = []
        for name, value, at in history(thing):
            if at == FROM_THE_BEGINNING:
                first[name] = value
            else:
                changes.append((at, name, value))
        sink.put("INSERT INTO object VALUES (?,?)", (thing.id, thing.kind))
        insert = inserts[thing.kind]
        values = [first.get(column) for column in columns]
        sink.put(insert, (thing.id, FROM_THE_BEGINNING, None, *values))
        for at, name, value in changes:
            values = [value if column == name else None for column in columns]
            sink.put(insert, (thing.id, at, name, *values))
        for target, qualifier in spool.links_of(thing.id):
            sink.put("INSERT INTO object_object VALUES (?,?,?)", (thing.id, target, qualifier))


def _table(
    connection: sqlite3.Connection, what: str, name: str, fixed: str, kinds: Mapping[str, str]
) -> str:
    """Make the table of an activity or a type; give the statement that fills it."""
    mapped = "".join(word[:1].upper() + word[1:] for word in name.split())
    connection.execute(
        f"INSERT INTO {what}_map_type VALUES (?,?)",  # noqa: S608 (event or object)
        (name, mapped),
    )
    columns = [fixed, *(f"{_quoted(one)} {_COLUMN[kind]}" for one, kind in kinds.items())]
    table = _quoted(f"{what}_{mapped}")
    connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
    count = len(fixed.split(",")) + len(kinds)
    return f"INSERT INTO {table} VALUES ({','.join('?' * count)})"  # noqa: S608 (quoted)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
