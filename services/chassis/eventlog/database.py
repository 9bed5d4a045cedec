"""Connections to PostgreSQL: pooled, bounded in time, the same with and without eventlet.

One round trip is one `run`: in autocommit a script of several statements is one transaction.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.extensions
import psycopg2.extras

from services.chassis.errors import UnavailableError
from services.chassis.eventlog.connection import Connection, Params
from services.chassis.eventlog.failures import is_ambiguous, translate
from services.chassis.eventlog.green import bound_waits
from services.chassis.eventlog.plans import Plans
from services.chassis.eventlog.watch import Watch

if TYPE_CHECKING:
    from services.chassis.eventlog.rows import Shape

psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]  # UUID objects in and out, for every connection of the process


RESTED_S = 1.0
"""A connection unused for longer is asked whether it still lives before it is handed out."""
SPARE_S = 300.0
"""A connection unused for longer is closed, down to the pool's minimum."""


class Database:
    """A pool of autocommit connections. A connection belongs to one thread or greenlet at a time.

    Errors of psycopg2 leave every method as our own (see `failures.translate`); inside
    `connection()` too. A server restart costs the running calls, never the pool.
    """

    def __init__(
        self,
        url: str,
        *,
        minimum: int = 1,
        maximum: int = 10,
        acquire_timeout_s: float = 5.0,
        connect_timeout_s: int = 5,
        statement_timeout_ms: int = 30_000,
        lock_timeout_ms: int = 10_000,
        idle_in_transaction_timeout_ms: int = 10_000,
        answer_s: float | None = None,
        application_name: str = "banjian",
    ) -> None:
        """Remember how to connect; the first connection is made when it is needed.

        Args:
            minimum: connections kept open when idle.
            maximum: connections open at most; a further caller waits `acquire_timeout_s`.
            answer_s: a connection lent for longer is cut (see `watch`); for threads whose every
                loan is one statement. Under eventlet `green` bounds each wait instead.
        """
        bound_waits()
        self.url = url
        self.minimum = minimum
        self.maximum = maximum
        self.acquire_timeout_s = acquire_timeout_s
        self._options: dict[str, Any] = {
            "connect_timeout": connect_timeout_s,
            "keepalives": 1,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": statement_timeout_ms + 5_000,
            "fallback_application_name": application_name,
            "client_encoding": "UTF8",
        }
        self._settings = (
            f"SET statement_timeout={int(statement_timeout_ms)};"
            f"SET lock_timeout={int(lock_timeout_ms)};"
            f"SET idle_in_transaction_session_timeout={int(idle_in_transaction_timeout_ms)};"
            "SET timezone='UTC';SET standard_conforming_strings=on"
        )
        self._idle: deque[tuple[Connection, float]] = deque()
        self._open = 0
        self._freed = threading.Condition()
        self._closed = False
        self.shapes: dict[str, Shape] = {}
        """Columns of the tables rows were written to, as they were when first asked."""
        self.plans = Plans()
        """Statements prepared by their text."""
        self._watch = None if answer_s is None else Watch(answer_s)

    @property
    def open(self) -> int:
        """Connections open now, in use or idle."""
        return self._open

    @property
    def idle(self) -> int:
        """Connections open now and not in use."""
        return len(self._idle)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection in autocommit; an open transaction is rolled back when it returns.

        Raises:
            UnavailableError: no connection within `acquire_timeout_s`, or no server.
        """
        connection = self._acquire()
        try:
            yield connection
        except psycopg2.Error as error:
            raise translate(error) from error
        finally:
            self._release(connection)

    @contextmanager
    def transaction(self) -> Iterator[psycopg2.extensions.cursor]:
        """Lend a cursor inside one transaction: committed at exit, rolled back on an error."""
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
            except BaseException:
                if not connection.closed:
                    cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")

    def run(
        self, sql: str | bytes, params: Params = None, *prepared: tuple[str, str]
    ) -> list[tuple[Any, ...]]:
        """Run one script in one round trip as one transaction; give the rows of its last statement.

        Never repeated by itself: whoever calls knows whether a lost answer may be asked again.
        `prepared` names what the script executes (see `Connection.prepare`).
        """
        with self.connection() as connection:
            connection.prepare(*prepared)
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                return cursor.fetchall() if cursor.description else []

    def read(
        self, sql: str | bytes, params: Params = None, *prepared: tuple[str, str]
    ) -> list[tuple[Any, ...]]:
        """Run one reading statement, once more on a new connection when the answer is lost."""
        try:
            return self.run(sql, params, *prepared)
        except UnavailableError as error:
            if not is_ambiguous(error):
                raise
            self.discard_idle()
            return self.run(sql, params, *prepared)

    def discard_idle(self) -> None:
        """Close every connection that is not in use: after a restart they are all dead."""
        with self._freed:
            while self._idle:
                connection, _ = self._idle.popleft()
                self._open -= 1
                connection.close()
            self._freed.notify_all()

    def close(self) -> None:
        """Close the pool; connections in use close when they return."""
        self._closed = True
        if self._watch is not None:
            self._watch.stop()
        self.discard_idle()

    def _acquire(self) -> Connection:
        deadline = time.monotonic() + self.acquire_timeout_s
        while True:
            with self._freed:
                while not self._idle and self._open >= self.maximum:
                    left = deadline - time.monotonic()
                    if left <= 0 or not self._freed.wait(left):
                        raise UnavailableError(
                            f"no database connection became free in {self.acquire_timeout_s} s;"
                            f" all {self.maximum} are in use"
                        )
                if self._closed:
                    raise UnavailableError("the connection pool is closed")
                connection, since = self._idle.pop() if self._idle else (None, 0.0)
                if connection is None:
                    self._open += 1
            if connection is None:
                return self._connect()
            self._lent(connection)
            if time.monotonic() - since < RESTED_S or self._alive(connection):
                return connection
            self._drop(connection)

    def _lent(self, connection: Connection) -> None:
        if self._watch is not None:
            self._watch.begin(connection)

    def _returned(self, connection: Connection) -> None:
        if self._watch is not None:
            self._watch.end(connection)

    def _connect(self) -> Connection:
        connection: Connection | None = None
        try:
            connection = psycopg2.connect(self.url, connection_factory=Connection, **self._options)
            self._lent(connection)
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(self._settings)
            connection.prepared = set()
        except BaseException as error:
            if connection is not None:
                self._returned(connection)
                connection.close()
            with self._freed:
                self._open -= 1
                self._freed.notify()
            if isinstance(error, psycopg2.Error):
                raise translate(error) from error
            raise
        return connection

    def _alive(self, connection: Connection) -> bool:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error:
            return False
        return True

    def _drop(self, connection: Connection) -> None:
        self._returned(connection)
        connection.close()
        with self._freed:
            self._open -= 1
            self._freed.notify()

    def _release(self, connection: Connection) -> None:
        try:
            if not connection.closed and connection.info.transaction_status != 0:
                with connection.cursor() as cursor:  # rollback() does nothing in autocommit
                    cursor.execute("ROLLBACK")
        except psycopg2.Error:
            self._returned(connection)
            connection.close()
        self._returned(connection)
        if connection.closed or self._closed:
            self._drop(connection)
            return
        now, spare = time.monotonic(), None
        with self._freed:
            self._idle.append((connection, now))
            if self._open > self.minimum and now - self._idle[0][1] > SPARE_S:
                spare, _ = self._idle.popleft()
            self._freed.notify()
        if spare is not None:
            self._drop(spare)
