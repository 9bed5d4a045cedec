"""A8, A8b: nothing appears behind a reader, and no stream comes out in the wrong order."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg2
import pytest

from services.chassis.errors import ConflictError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.failures import INVERTED, translate
from services.chassis.eventlog.reader import lag, read_log, tail
from services.chassis.eventlog.sealer import Sealer
from tests.integration.eventlog.domain import Counters, facts, stream

INSERT = "INSERT INTO events (stream, version, topic, state) VALUES (%s, %s, 'trial.x.v1', %s)"
STATE = (
    b'{"occurred_at":"2011-03-01T09:00:00Z","subject":"c",'
    b'"actor":{"kind":"person","id":"a"},"correlation_id":"","data":{}}'
)


class Writers:
    """Eight writers for `seconds`, each holding its transaction open for 0-3 ms at random."""

    def __init__(self, url: str, seconds: float = 2.0) -> None:
        self.url, self.seconds, self.errors = url, seconds, []
        self.threads = [threading.Thread(target=self._write, args=(n,)) for n in range(8)]

    def _write(self, number: int) -> None:
        choose = random.Random(number)
        try:
            connection = psycopg2.connect(self.url)
            end = time.monotonic() + self.seconds
            while time.monotonic() < end:
                own = uuid4()
                with connection, connection.cursor() as cursor:
                    cursor.execute(INSERT, (str(own), 1, STATE))
                    cursor.execute("SELECT pg_sleep(%s)", (choose.uniform(0, 0.003),))
                    cursor.execute(INSERT, (str(own), 2, STATE))
            connection.close()
        except Exception as error:
            self.errors.append(error)

    @contextmanager
    def running(self) -> Iterator[Callable[[], bool]]:
        for thread in self.threads:
            thread.start()
        yield lambda: any(thread.is_alive() for thread in self.threads)
        for thread in self.threads:
            thread.join()
        assert not self.errors


def test_sealed_log_misses_nothing_while_eight_writers_hold_transactions(
    log: Database, log_url: str
) -> None:
    seen: list[tuple[UUID, int]] = []
    positions: list[int] = []
    other = Sealer(log, "trial")
    sealer = Sealer(log, "trial")

    def follow() -> None:
        while batch := tail(log, "trial", positions[-1] if positions else 0, 1000):
            seen.extend((event.stream, event.version) for event in batch)
            positions.extend(event.position for event in batch)

    rival = threading.Thread(target=lambda: [other.seal() for _ in range(200)])
    with Writers(log_url).running() as busy:
        rival.start()
        while busy():
            sealer.seal()
            follow()
    rival.join()
    while sealer.seal():
        pass
    follow()

    total = log.run("SELECT count(*) FROM events")[0][0]
    assert total > 500
    assert positions == list(range(1, total + 1))
    assert len(set(seen)) == total
    assert all((event, 1) in before for event, before in _versions_before(seen)), (
        "a second version came before its first"
    )
    assert lag(log, "trial")[:2] == (total, 0)


def _versions_before(
    seen: list[tuple[UUID, int]],
) -> Iterator[tuple[UUID, set[tuple[UUID, int]]]]:
    before: set[tuple[UUID, int]] = set()
    for pair in seen:
        if pair[1] == 2:
            yield pair[0], before
        before.add(pair)


@pytest.mark.parametrize(
    "naive",
    [
        "SELECT id FROM events WHERE id > %s ORDER BY id",
        "SELECT id FROM events WHERE id > %s"
        " AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY id",
    ],
    ids=["by-id", "by-id-below-xmin"],
)
def test_the_naive_readers_do_miss(log: Database, log_url: str, naive: str) -> None:
    seen: list[int] = []

    def follow() -> None:
        seen.extend(row[0] for row in log.run(naive, (seen[-1] if seen else 0,)))

    with Writers(log_url).running() as busy:
        while busy():
            follow()
    follow()
    assert len(seen) < log.run("SELECT count(*) FROM events")[0][0]


def test_a_sealer_that_ignores_open_transactions_does_miss(
    log: Database, log_url: str, database: str
) -> None:
    horizon = "AND e.xid < pg_snapshot_xmin(pg_current_snapshot())"
    admin = psycopg2.connect(database)
    with admin, admin.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('trial.seal'::regproc)")
        (source,) = cursor.fetchone()
        assert horizon in source
        cursor.execute(source.replace(horizon, ""))
    admin.close()
    sealer = Sealer(log, "trial")
    with Writers(log_url).running() as busy:
        while busy():
            sealer.seal()
    while sealer.seal():
        pass
    missed = log.run("SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM ledger)")
    assert missed[0][0] > 0


def test_an_open_writer_holds_the_tail_back_and_lag_says_so(log: Database, log_url: str) -> None:
    Counters(log).count(facts(), "a")
    held = psycopg2.connect(log_url)
    with held.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        Counters(log).count(facts(), "b")
        Sealer(log, "trial").seal()
        found = lag(log, "trial")
        assert found.unsealed >= 1
        assert found.oldest_s > 0
        assert found.blocker_s > 0
        held.rollback()
    _seal_all(log)
    assert lag(log, "trial").unsealed == 0
    held.close()


def _seal_all(log: Database) -> None:
    deadline = time.monotonic() + 10  # another database's writer may hold the tail for a moment
    while lag(log, "trial").unsealed and time.monotonic() < deadline:
        Sealer(log, "trial").seal()


def _write_then_load(log_url: str, log: Database) -> psycopg2.extensions.connection:
    """Take a transaction id first, let another one write version 1, then write version 2."""
    early = psycopg2.connect(log_url)
    with early.cursor() as cursor:
        cursor.execute("SELECT receive('other', '{[1,2)}')")
        Counters(log).count(facts(), "a")
        cursor.execute(INSERT, (str(stream("a")), 2, STATE))
    return early


def test_an_append_that_would_invert_a_stream_is_refused(log: Database, log_url: str) -> None:
    with pytest.raises(psycopg2.Error) as refused:
        _write_then_load(log_url, log)
    assert refused.value.pgcode == INVERTED
    assert isinstance(translate(refused.value), ConflictError)


def test_without_the_guard_the_stream_does_invert(
    log: Database, log_url: str, database: str
) -> None:
    admin = psycopg2.connect(database)
    admin.autocommit = True
    admin.cursor().execute("ALTER TABLE trial.events DISABLE TRIGGER in_order")
    early = _write_then_load(log_url, log)
    early.commit()
    early.close()
    admin.close()
    _seal_all(log)
    versions = [event.version for batch in read_log(log_url, "trial") for event in batch]
    assert versions == [2, 1]
