"""Write the changes of a read model fast: rows by `COPY`, everything else in scripts, in order."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from queue import Queue
from threading import Thread
from typing import Any
from uuid import UUID

from psycopg2 import sql
from psycopg2.extras import Json

from services.chassis.errors import ContractError
from services.chassis.projection import Change, Insert, ReadModel

CHUNK_ROWS = 20_000
"""Rows of one COPY. One chunk is being written, one waits, one is filled: memory stays flat."""
COPY_FROM_ROWS = 50
"""A shorter run of rows between two statements goes into the script as an INSERT."""
SCRIPT_STATEMENTS = 500
"""Statements sent to the server at once."""

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
Job = Callable[[Any], None]


def _text(value: str) -> str:
    if value.isprintable() and "\\" not in value:
        return value  # nearly every text
    if "\x00" in value:
        raise ContractError("a text with a NUL character cannot be stored in PostgreSQL")
    return value.translate(_ESCAPES)


_SPELLING: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "\\N",
    str: _text,
    bool: lambda value: "t" if value else "f",
    int: str,
    float: repr,
    Decimal: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    UUID: str,
    bytes: lambda value: "\\\\x" + value.hex(),
    list: lambda value: _text(_array(value)),
    tuple: lambda value: _text(_array(value)),
    Json: lambda value: _text(value.dumps(value.adapted)),
}


def spell(row: Iterable[object]) -> str:
    """Spell a row in COPY's text format, each value as psycopg2 would have sent it.

    Raises:
        ContractError: a value is of a type that has no spelling here, or a text holds a NUL.
    """
    try:
        return (
            "\t".join(["\\N" if value is None else _SPELLING[type(value)](value) for value in row])
            + "\n"
        )
    except KeyError:
        return "\t".join([_slowly(value) for value in row]) + "\n"


def _slowly(value: object) -> str:
    for kind, spelling in _SPELLING.items():
        if isinstance(value, kind):
            _SPELLING[type(value)] = spelling
            return spelling(value)
    raise ContractError(f"a read model cannot store a {type(value).__name__}")


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(_element(value) for value in values) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return _array(value)
    if isinstance(value, Enum):
        raise ContractError("a read model cannot store an Enum inside an array")
    spelled = value if isinstance(value, str) else _SPELLING[type(value)](value)
    return '"' + spelled.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Loader:
    """Applies changes to the copy of a read model in `schema`, in the order they are given.

    A thread of its own writes while the caller decodes and projects: psycopg2 lets go of the
    interpreter while it talks to the server. The connection belongs to the loader until `close`.
    """

    def __init__(self, connection: Any, model: ReadModel, schema: str) -> None:
        self.rows = 0
        self._model = model
        self._schema = schema
        self._runs: dict[str, list[tuple[object, ...]]] = {}
        self._waiting = 0
        self._script: list[bytes] = []
        self._spelling = connection.cursor()
        self._values = {
            name: f"({', '.join(['%s'] * len(columns))})" for name, columns in model.tables.items()
        }
        self._named_in: dict[str, tuple[str, ...]] = {}
        """Tables of rows by the statements that name them; read models write a few dozen."""
        self._jobs: Queue[Job | None] = Queue(maxsize=1)
        self._failed: BaseException | None = None
        self._writer = Thread(target=self._write, args=(connection,), name="loader", daemon=True)
        self._writer.start()

    def apply(self, changes: Iterable[Change]) -> None:
        """Take changes; they are written now or soon.

        Raises:
            Exception: what went wrong while writing earlier ones.
        """
        for change in changes:
            if type(change) is Insert:
                run = self._runs.get(change.table)
                if run is None:
                    run = self._runs[change.table] = []
                run.append(change.row)
                self._waiting += 1
                if self._waiting >= CHUNK_ROWS:
                    self._send_rows()
            else:
                statement, values = change
                self._close_runs(statement)
                self._script.append(self._spelling.mogrify(statement, values))
                if len(self._script) >= SCRIPT_STATEMENTS:
                    self._send_script()

    def flush(self) -> None:
        """Write everything taken so far.

        Raises:
            Exception: what went wrong while writing.
        """
        self._send_rows()
        self._send_script()
        self._jobs.join()
        self._check()

    def close(self) -> None:
        """End the thread; what was not flushed is not written."""
        self._jobs.put(None)
        self._writer.join()

    def _close_runs(self, statement: str) -> None:
        """Make sure the rows taken so far that a statement could see stand before it.

        It sees what it names: rows of other tables go on waiting for one large COPY.
        """
        names = self._named_in.get(statement)
        if names is None:
            names = self._named_in[statement] = self._tables_in(statement)
        runs = [name for name in names if name in self._runs]
        if not runs:
            return
        if sum(len(self._runs[name]) for name in runs) >= COPY_FROM_ROWS:
            self._send_rows()
            return
        for name in runs:
            rows = self._runs.pop(name)
            values = [self._spelling.mogrify(self._values[name], row) for row in rows]
            self._script.append(self._insert(name) + b",".join(values))
            self._waiting -= len(rows)
            self.rows += len(rows)

    def _tables_in(self, statement: str) -> tuple[str, ...]:
        """Name the tables of rows a statement may see, partitions and what triggers fill included.

        One too many costs a shorter run, so a part of another word is enough.
        """
        derived = self._model.derived
        return tuple(
            table
            for table in self._model.tables
            if table in statement
            or any(name in statement for name, sources in derived.items() if table in sources)
        )

    def _send_rows(self) -> None:
        if not self._waiting:
            return
        self._send_script()
        self.rows += self._waiting
        runs, self._runs, self._waiting = self._runs, {}, 0
        for table, rows in runs.items():
            statement, spelled = self._copy(table), "".join([spell(row) for row in rows])
            self._put(_copying(statement, spelled))

    def _send_script(self) -> None:
        if self._script:
            script, self._script = b";\n".join(self._script), []
            self._put(_running(script))

    def _put(self, job: Job) -> None:
        self._check()
        self._jobs.put(job)

    def _check(self) -> None:
        if self._failed is not None:
            raise self._failed

    def _write(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            while (job := self._jobs.get()) is not None:
                try:
                    if self._failed is None:
                        job(cursor)
                except BaseException as problem:
                    self._failed = problem
                finally:
                    self._jobs.task_done()

    def _copy(self, table: str) -> sql.Composed:
        return sql.SQL("COPY {} ({}) FROM STDIN").format(*self._named(table))

    def _insert(self, table: str) -> bytes:
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ").format(*self._named(table))
        return insert.as_string(self._spelling).encode()

    def _named(self, table: str) -> tuple[sql.Composable, sql.Composable]:
        columns = sql.SQL(", ").join(map(sql.Identifier, self._model.tables[table]))
        return sql.Identifier(self._schema, table), columns


def _copying(statement: sql.Composed, spelled: str) -> Job:
    return lambda cursor: cursor.copy_expert(statement, io.StringIO(spelled), 1 << 18)


def _running(script: bytes) -> Job:
    return lambda cursor: cursor.execute(script)
