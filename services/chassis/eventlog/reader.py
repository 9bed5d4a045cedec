"""Reading the sealed log, by position, after the sealer: gap-free and never twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import NamedTuple
from uuid import UUID

import msgspec
import psycopg2
from psycopg2 import extensions, sql

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.failures import translate
from services.chassis.eventlog.sealer import table
from services.chassis.events import Body, Event

COLUMNS = "l.position, l.previous, e.stream, e.version, e.recorded_at, e.topic, e.state"
PAGE = f"""
SELECT {COLUMNS} FROM {{ledger}} l JOIN {{events}} e ON e.xid = l.xid AND e.id = l.id
WHERE l.position > {{after}} AND l.position <= {{until}} ORDER BY l.position
"""  # noqa: S608 (names of our own)
# Positions and (xid, id) rise together: a long stretch is two index scans merged, no lookup a row.
STRETCH = f"""
SELECT {COLUMNS} FROM {{ledger}} l JOIN {{events}} e ON e.xid = l.xid AND e.id = l.id
WHERE (l.xid, l.id) >= {{first}} AND (l.xid, l.id) <= {{last}}
  AND (e.xid, e.id) >= {{first}} AND (e.xid, e.id) <= {{last}}{{of_topics}}
ORDER BY l.xid, l.id
"""  # noqa: S608
MERGING = (
    "SET timezone = 'UTC'; SET enable_nestloop = off; SET enable_hashjoin = off;"
    "SET max_parallel_workers_per_gather = 0; SET jit = off"
)
_read_body = msgspec.json.Decoder(Body).decode


def read_log(
    url: str,
    service: str,
    after: int = 0,
    until: int | None = None,
    batch: int = 5_000,
    topics: Collection[str] | None = None,
) -> Iterator[list[Event]]:
    """Give the events of `service` with `after < position <= until`, in lists of up to `batch`.

    In order; ends at the tip of the moment the first list is asked for. The role of `url` is the
    service's own or the auditor's. Uses COPY, or paging under eventlet, where COPY fails. Memory:
    one batch. With `topics` the database passes over events of other topics, which costs little.
    """
    try:
        connection = psycopg2.connect(url, connect_timeout=10)
        try:
            connection.set_session(readonly=True, autocommit=True)
            with connection.cursor() as cursor:
                cursor.execute(MERGING)
                if until is None:
                    until = _tip(cursor, service)
                while after < until:
                    upto = min(after + batch, until)
                    stretch = _stretch(cursor, service, after, upto, topics)
                    events = _fetch(cursor, service, stretch) if stretch else []
                    if events:
                        yield events
                    after = upto  # positions have no gaps
        finally:
            connection.close()
    except psycopg2.Error as error:
        raise translate(error) from error


def tail(database: Database, service: str, after: int, limit: int) -> list[Event]:
    """Give the next events after a position, in one round trip through the pool (for the relay)."""
    page = _statement(PAGE, service, after=sql.Literal(after), until=sql.Literal(after + limit))
    with database.connection() as connection, connection.cursor() as cursor:
        return _fetch(cursor, service, page)


def tip(database: Database, service: str) -> int:
    """Give the last sealed position, 0 for an empty ledger."""
    rows = database.read(_text("SELECT coalesce(max(position), 0) FROM {ledger}", service))
    return int(rows[0][0])


def position_of(database: Database, service: str, stream: UUID, version: int) -> int:
    """Give the sealed position of one event, 0 while it is not sealed."""
    rows = database.read(
        _text(
            "SELECT l.position FROM {events} e JOIN {ledger} l ON l.xid = e.xid AND l.id = e.id"
            " WHERE e.stream = %s AND e.version = %s",
            service,
        ),
        (stream, version),
    )
    return int(rows[0][0]) if rows else 0


class Lag(NamedTuple):
    """How far the ledger is behind the log."""

    tip: int
    """Last sealed position."""
    unsealed: int
    """Committed events without a position."""
    oldest_s: float
    """Age of the oldest of them, seconds by the database's clock; 0 when there is none."""
    blocker_s: float
    """Age in seconds of the oldest open transaction that holds the tail back, in any database."""


def lag(database: Database, service: str) -> Lag:
    """Measure the sealer's lag, for metrics and readiness. Costs an index scan of the tail only.

    `blocker_s` sees transactions of other roles only if the role may (pg_read_all_stats).
    """
    rows = database.read(
        _text(
            """
            WITH tip AS (SELECT position, xid, id FROM {ledger} ORDER BY position DESC LIMIT 1)
            SELECT coalesce((SELECT position FROM tip), 0), count(e.id),
                   coalesce(extract(epoch FROM clock_timestamp() - min(e.recorded_at)), 0)::float8,
                   coalesce((SELECT extract(epoch FROM clock_timestamp() - min(a.xact_start))
                       FROM pg_stat_activity a WHERE a.backend_xid IS NOT NULL
                       AND a.pid <> pg_backend_pid()), 0)::float8
            FROM {events} e
            WHERE (e.xid, e.id) > (coalesce((SELECT xid FROM tip), '0'),
                                   coalesce((SELECT id FROM tip), 0))
            """,
            service,
        )
    )
    return Lag(*rows[0])


def _tip(cursor: extensions.cursor, service: str) -> int:
    cursor.execute(_statement("SELECT coalesce(max(position), 0) FROM {ledger}", service))
    return int((cursor.fetchone() or (0,))[0])


def _stretch(
    cursor: extensions.cursor,
    service: str,
    after: int,
    until: int,
    topics: Collection[str] | None,
) -> sql.Composable | None:
    """Give the statement that reads these positions; None when there are none yet."""
    ends = []
    for condition, order in (("> %s", ""), ("<= %s", "DESC")):
        cursor.execute(
            _statement(
                "SELECT xid::text, id, position FROM {ledger}"
                " WHERE position {condition} ORDER BY position {order} LIMIT 1",
                service,
                condition=sql.SQL(condition),
                order=sql.SQL(order),
            ),
            (until if order else after,),
        )
        ends.append(cursor.fetchone())
    if ends[0] is None or ends[1] is None or ends[0][2] > ends[1][2]:
        return None
    first, last = (
        sql.SQL("({}::xid8, {}::bigint)").format(sql.Literal(end[0]), sql.Literal(end[1]))
        for end in ends
        if end
    )
    only: sql.Composable = sql.SQL("")
    if topics is not None:
        only = sql.SQL(" AND e.topic = ANY({}::text[])").format(sql.Literal(list(topics)))
    return _statement(STRETCH, service, first=first, last=last, of_topics=only)


def _statement(text: str, service: str, **parts: sql.Composable) -> sql.Composable:
    return sql.SQL(text).format(
        ledger=table(service, "ledger"), events=table(service, "events"), **parts
    )


def _text(text: str, service: str) -> str:
    """Give a statement as text without a connection at hand."""
    quote = f'"{service}".' if service.isidentifier() else ""
    return text.format(ledger=f"{quote}ledger", events=f"{quote}events")


def _fetch(cursor: extensions.cursor, service: str, statement: sql.Composable) -> list[Event]:
    """Run a statement of `COLUMNS`: by COPY, or the plain way under eventlet, where COPY fails."""
    if extensions.get_wait_callback() is None:
        rows = Rows(service)
        copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(statement)
        cursor.copy_expert(copy, rows)
        return rows.events
    cursor.execute(statement)
    return [
        Event(service, topic, stream, version, position, previous, recorded_at, body)
        for position, previous, stream, version, recorded_at, topic, state in cursor.fetchall()
        for body in (_read_body(bytes(state)),)
    ]


class Rows:
    """A file COPY writes its binary rows into, which come out as events. One `write` is one row.

    Layout of a row (PostgreSQL manual, COPY, Binary Format): int16 field count, then each field
    with its int32 length; int8, int8, uuid, int4, timestamptz (microseconds since 2000), text,
    bytea.
    """

    FIXED = Struct(">hiqiqi16siiiqi")
    SIGNATURE = b"PGCOPY\n\xff\r\n\0"
    EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

    def __init__(self, service: str) -> None:
        self.events: list[Event] = []
        self._service = service
        self._topics: dict[bytes, str] = {}
        self._streams: dict[bytes, UUID] = {}

    def write(self, row: bytes) -> None:
        if row.startswith(self.SIGNATURE):
            row = row[19:]  # signature, flags, no extension
        if len(row) <= 2:
            return  # trailer
        _, _, position, _, previous, _, own, _, version, _, micros, size = self.FIXED.unpack_from(
            row
        )
        end = self.FIXED.size + size
        name = row[self.FIXED.size : end]
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = name.decode()
        stream = self._streams.get(own)
        if stream is None:
            stream = self._streams[own] = UUID(bytes=own)
        self.events.append(
            Event(
                self._service,
                topic,
                stream,
                version,
                position,
                previous,
                self.EPOCH + timedelta(microseconds=micros),
                _read_body(row[end + 4 :]),
            )
        )
