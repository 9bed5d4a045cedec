"""Write the changes of a read model fast: rows by `COPY`, everything else in scripts, in order."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from queue import Queue
from threading import Thread
from typing import Any

import psycopg2
from psycopg2 import sql

from services.chassis.eventlog.plans import numbered
from services.chassis.eventlog.rows import Shape, shape_of
from services.chassis.projection import Change, Insert, ReadModel, Statement, Update
from services.chassis.rebuild.runs import Run
from services.chassis.rebuild.spelling import spell_rows

CHUNK_ROWS = 20_000
"""Rows of one COPY. One chunk is being written, one waits, one is filled: memory stays flat."""
COPY_FROM_ROWS = 50
"""A shorter run of rows between two statements goes into the script as an INSERT."""
SCRIPT_STATEMENTS = 500
"""Statements sent to the server at once."""
PREPARE_AFTER = 20
"""A text is prepared when it has come so often; planning it costs more than running it."""

Job = Callable[[Any], None]
_plan_numbers = count()
"""A connection may have several loaders, one after the other."""


class Loader:
    """Applies changes to the copy of a read model in `schema`, in the order they are given.

    A thread of its own writes while the caller decodes and projects: psycopg2 lets go of the
    interpreter while it talks to the server. The connection belongs to the loader until `close`.
    """

    def __init__(self, connection: Any, model: ReadModel, schema: str) -> None:
        self.rows = 0
        self._model = model
        self._schema = schema
        self._runs: dict[str, Run] = {}
        self._waiting = 0
        """Changes taken since rows were sent: no less than what waits."""
        self._script: list[bytes] = []
        self._spelling = connection.cursor()
        self._shapes: dict[str, Shape] = {}
        self._values = {
            name: f"({', '.join(['%s'] * len(columns))})" for name, columns in model.tables.items()
        }
        self._named_in: dict[str, tuple[str, ...]] = {}
        """Tables of rows by the statements that name them; read models write a few dozen."""
        self._uses: Counter[str] = Counter()
        self._plans: dict[str, str | None] = {}
        """Names of the texts that are prepared; None: that cannot be."""
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
                    run = self._runs[change.table] = Run()
                run.rows.append(change.row)
                self._waiting += 1
                if self._waiting >= CHUNK_ROWS:
                    self._send_rows()
            elif type(change) is Update:
                self._update(change)
            else:
                self._run(change)  # type: ignore[arg-type]  # the third kind

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

    def _update(self, change: Update) -> None:
        """Let an update wait with the rows of its table, or write it like any statement."""
        if change.table in self._model.tables:
            run = self._runs.get(change.table)
            if run is None:
                run = self._runs[change.table] = Run()
            if run.take(change, self._shape(change.table)):
                self._waiting += 1
                if self._waiting >= CHUNK_ROWS:
                    self._send_rows()
                return
        self._run(change.statement())

    def _run(self, statement: Statement) -> None:
        self._close_runs(statement.sql)
        self._script.append(self._spell(statement))
        if len(self._script) >= SCRIPT_STATEMENTS:
            self._send_script()

    def _spell(self, statement: Statement) -> bytes:
        text, params = statement
        if plan := self._plan(text):
            places = ", ".join(["%s"] * len(params))
            text = f"EXECUTE {plan} ({places})" if params else f"EXECUTE {plan}"
        return bytes(self._spelling.mogrify(text, params))

    def _plan(self, text: str) -> str | None:
        if text not in self._plans:
            self._uses[text] += 1
            if self._uses[text] < PREPARE_AFTER:
                return None
            name = f"rebuild_{next(_plan_numbers)}"
            try:
                self._ask(f"PREPARE {name} AS {numbered(text)}")
                self._plans[text] = name
            except (psycopg2.ProgrammingError, psycopg2.NotSupportedError):
                # For example: the type of a parameter is known from its value only.
                self._plans[text] = None
        return self._plans[text]

    def _close_runs(self, statement: str) -> None:
        """Make sure that what waits of the tables a statement could see stands before it.

        It sees what it names: rows of other tables go on waiting for one large COPY.
        """
        names = self._named_in.get(statement)
        if names is None:
            names = self._named_in[statement] = self._tables_in(statement)
        runs = [name for name in names if name in self._runs]
        if not runs:
            return
        if sum(len(self._runs[name].rows) for name in runs) >= COPY_FROM_ROWS:
            self._send({name: self._runs.pop(name) for name in runs})
            return
        for name in runs:
            run = self._runs.pop(name)
            self._script += self._updates(name, run)
            if run.rows:
                values = [self._spelling.mogrify(self._values[name], row) for row in run.rows]
                self._script.append(self._insert(name) + b",".join(values))
                self.rows += len(run.rows)

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
        runs, self._runs, self._waiting = self._runs, {}, 0
        self._send(runs)

    def _send(self, runs: Mapping[str, Run]) -> None:
        """Send the updates of these runs, then their rows, behind what is in the script."""
        for table, run in runs.items():
            self._script += self._updates(table, run)
        self._send_script()
        for table, run in runs.items():
            if run.rows:
                self.rows += len(run.rows)
                options, spelled = spell_rows(run.rows)
                self._put(_copying(self._copy(table), options, spelled))

    def _updates(self, table: str, run: Run) -> list[bytes]:
        if not run.updates:
            return []
        said = run.statements(f"{self._schema}.{table}", self._shape(table))
        return [self._spell(statement) for statement in said]

    def _shape(self, table: str) -> Shape:
        shape = self._shapes.get(table)
        if shape is None:
            shape = self._shapes[table] = shape_of(self, f"{self._schema}.{table}")
        return shape

    def read(self, statement: str, params: Sequence[object], /) -> list[tuple[Any, ...]]:
        """Ask the server something on the loader's own connection."""
        self._ask(statement, params)
        return list(self._spelling.fetchall())

    def _ask(self, statement: str, params: Sequence[object] = ()) -> None:
        """Run a statement once the writer rests: another's COPY under way would never end."""
        self._jobs.join()
        self._check()
        self._spelling.execute(statement, params or None)

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

    def _copy(self, table: str) -> sql.Composable:
        return sql.SQL("COPY {} ({}) FROM STDIN").format(*self._named(table))

    def _insert(self, table: str) -> bytes:
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ").format(*self._named(table))
        return insert.as_string(self._spelling).encode()

    def _named(self, table: str) -> tuple[sql.Composable, sql.Composable]:
        columns = sql.SQL(", ").join(map(sql.Identifier, self._model.tables[table]))
        return sql.Identifier(self._schema, table), columns


def _copying(statement: sql.Composable, options: str, spelled: bytes) -> Job:
    copy = sql.Composed([statement, sql.SQL(f" WITH {options}")])
    return lambda cursor: cursor.copy_expert(copy, io.BytesIO(spelled), 1 << 18)


def _running(script: bytes) -> Job:
    return lambda cursor: cursor.execute(script)
