"""Reading the sealed log, by position, after the sealer: gap-free and never twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import NamedTuple
from uuid import UUID, SafeUUID

import msgspec
import psycopg2
from psycopg2 import extensions, sql

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.failures import translate
from services.chassis.eventlog.sealer import table
from services.chassis.events import Body, Event

PAGE = """
SELECT l.position, l.previous, e.stream, e.version, e.recorded_at, e.topic, e.state
FROM {ledger} l JOIN {events} e ON e.xid = l.xid AND e.id = l.id
WHERE l.position > {after} AND l.position <= {until}{of_topics} ORDER BY l.position
"""
_OF_TOPICS = sql.SQL(" AND e.topic = ANY({}::text[])")
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
    page = _paged if extensions.get_wait_callback() else _copied
    try:
        connection = psycopg2.connect(url, connect_timeout=10)
        try:
            connection.set_session(readonly=True, autocommit=True)
            with connection.cursor() as cursor:
                cursor.execute("SET timezone='UTC'")
                if until is None:
                    cursor.execute(
                        _statement("SELECT coalesce(max(position), 0) FROM {ledger}", service)
                    )
                    until = int((cursor.fetchone() or (0,))[0])
                while after < until:
                    upto = min(after + batch, until)  # positions have no gaps
                    statement = _statement(PAGE, service, topics, after=after, until=upto)
                    events = page(cursor, service, statement)
                    if events:
                        yield events
                    after = upto
        finally:
            connection.close()
    except psycopg2.Error as error:
        raise translate(error) from error


def tail(database: Database, service: str, after: int, limit: int) -> list[Event]:
    """Give the next events after a position through the pool, in one round trip (for the relay)."""
    return [
        _event(service, *row)
        for row in database.read(_text(PAGE, service, after=after, until=after + limit))
    ]


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


def _statement(
    text: str, service: str, topics: Collection[str] | None = None, **values: int
) -> sql.Composable:
    only = sql.SQL("") if topics is None else _OF_TOPICS.format(sql.Literal(list(topics)))
    return sql.SQL(text).format(
        of_topics=only,
        ledger=table(service, "ledger"),
        events=table(service, "events"),
        **{name: sql.Literal(value) for name, value in values.items()},
    )


def _text(text: str, service: str, **values: int) -> str:
    """Give the statement as text without a connection; names and numbers only."""
    quote = f'"{service}".' if service.isidentifier() else ""
    names = {"ledger": f"{quote}ledger", "events": f"{quote}events", "of_topics": ""}
    return text.format(**names, **values)


def _event(
    service: str,
    position: int,
    previous: int,
    stream: UUID,
    version: int,
    recorded_at: datetime,
    topic: str,
    state: bytes,
) -> Event:
    body = _read_body(bytes(state))
    return Event(service, topic, stream, version, position, previous, recorded_at, body)


def _paged(cursor: extensions.cursor, service: str, statement: sql.Composable) -> list[Event]:
    cursor.execute(statement)
    return [_event(service, *row) for row in cursor.fetchall()]


def _copied(cursor: extensions.cursor, service: str, statement: sql.Composable) -> list[Event]:
    rows = Rows(service)
    copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(statement)
    cursor.copy_expert(copy, rows)
    return rows.events


class Rows:
    """A file COPY writes its binary rows into, which come out as events. One `write` is one row.

    Layout of a row (PostgreSQL manual, COPY, Binary Format): int16 field count, then each field
    with its int32 length; int8, int8, uuid, int4, timestamptz (microseconds since 2000), text, bytea.
    """

    FIXED = Struct(">hiqiqi16siiiqi")
    SIGNATURE = b"PGCOPY\n\xff\r\n\0"
    EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

    def __init__(self, service: str) -> None:
        self.events: list[Event] = []
        self._service = service
        self._topics: dict[bytes, str] = {}

    def write(self, row: bytes) -> None:
        if row.startswith(self.SIGNATURE):
            row = row[19:]  # signature, flags, no extension
        if len(row) <= 2:
            return  # trailer
        (_, _, position, _, previous, _, stream, _, version, _, micros, size) = (
            self.FIXED.unpack_from(row)
        )
        start = self.FIXED.size
        name = row[start : start + size]
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = name.decode()
        self.events.append(
            Event(
                self._service,
                topic,
                _uuid(stream),
                version,
                position,
                previous,
                self.EPOCH + timedelta(microseconds=micros),
                _read_body(row[start + size + 4 :]),
            )
        )


def _uuid(data: bytes) -> UUID:
    """Make a UUID of its 16 bytes without the constructor's checks, which cost more than the rest."""
    made = UUID.__new__(UUID)
    object.__setattr__(made, "int", int.from_bytes(data, "big"))
    object.__setattr__(made, "is_safe", SafeUUID.unknown)
    return made
