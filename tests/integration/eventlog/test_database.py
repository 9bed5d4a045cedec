"""The pool: bounded, honest about failures, alive after a restart, the same under eventlet."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from services.chassis.errors import (
    BanjianError,
    ConflictError,
    ContractError,
    UnavailableError,
)
from services.chassis.eventlog.database import Database


@pytest.fixture
def pool(log_url: str) -> Iterator[Database]:
    pool = Database(log_url, maximum=2, acquire_timeout_s=0.2)
    yield pool
    pool.close()


def test_an_exhausted_pool_says_so_in_time_and_recovers(pool: Database) -> None:
    with pool.connection(), pool.connection():
        started = time.monotonic()
        with pytest.raises(UnavailableError, match="all 2 are in use"):
            pool.run("SELECT 1")
        assert time.monotonic() - started < 2
    assert pool.run("SELECT 1") == [(1,)]
    assert pool.open <= 2


def test_a_waiter_gets_the_connection_that_comes_back(log_url: str) -> None:
    pool = Database(log_url, maximum=1, acquire_timeout_s=10)
    got: list[object] = []
    waiter = threading.Thread(target=lambda: got.extend(pool.run("SELECT 1")))
    with pool.connection():
        waiter.start()
    waiter.join(10)
    assert got == [(1,)]
    pool.close()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1/0", ContractError),
        ("SELECT * FROM nowhere", BanjianError),
        ("INSERT INTO inbox VALUES ('a'), ('a')", ConflictError),
        ("SET LOCAL statement_timeout = 10; SELECT pg_sleep(5)", UnavailableError),
    ],
)
def test_errors_are_ours_and_leave_the_pool_clean(
    pool: Database, sql: str, expected: type[BanjianError]
) -> None:
    with pytest.raises(expected) as caught:
        pool.run(sql)
    assert type(caught.value) is expected
    assert pool.run("SELECT count(*) FROM inbox") == [(0,)]
    assert pool.idle == pool.open == 1


def test_a_script_is_one_transaction(pool: Database) -> None:
    with pytest.raises(ContractError):
        pool.run("INSERT INTO inbox VALUES ('a'); SELECT 1/0")
    assert pool.run("SELECT count(*) FROM inbox") == [(0,)]


def test_a_transaction_left_open_is_rolled_back(pool: Database) -> None:
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN; INSERT INTO inbox VALUES ('a')")
    assert pool.run("SELECT count(*) FROM inbox") == [(0,)]


def test_transaction_commits_and_rolls_back(pool: Database) -> None:
    with pool.transaction() as cursor:
        cursor.execute("INSERT INTO inbox VALUES ('a')")
    with pytest.raises(ZeroDivisionError), pool.transaction() as cursor:
        cursor.execute("INSERT INTO inbox VALUES ('b')")
        raise ZeroDivisionError
    assert pool.run("SELECT source FROM inbox") == [("a",)]


def test_killed_connections_are_replaced(pool: Database, database: str) -> None:
    with pool.connection(), pool.connection():
        pass
    admin = psycopg2.connect(database)
    admin.autocommit = True
    admin.cursor().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename = 'banjian_trial' AND datname = current_database()"
    )
    admin.close()
    assert pool.read("SELECT 1") == [(1,)]
    assert pool.read("SELECT 1") == [(1,)]


def test_no_server_is_unavailable() -> None:
    pool = Database("postgresql://nobody@127.0.0.1:1/nothing", connect_timeout_s=1)
    for _ in range(20):
        with pytest.raises(UnavailableError):
            pool.run("SELECT 1")
    assert pool.open == 0


def test_a_statement_is_prepared_once_per_connection(pool: Database) -> None:
    load = ("one", "PREPARE one AS SELECT 1")
    assert [pool.run("EXECUTE one", None, load) for _ in range(3)] == [[(1,)]] * 3


GREEN = """
import eventlet
eventlet.monkey_patch()
import sys, time
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.reader import read_log
from services.chassis.eventlog.sealer import Sealer
from tests.integration.eventlog.domain import Counters, facts

pool = Database(sys.argv[1], maximum=4)
counters = Counters(pool)
gaps, last = [], [time.monotonic()]

def tick():
    while True:
        now = time.monotonic()
        gaps.append(now - last[0])
        last[0] = now
        eventlet.sleep(0.005)

eventlet.spawn(tick)
slow = [eventlet.spawn(pool.run, "SELECT pg_sleep(0.4)") for _ in range(3)]
work = [eventlet.spawn(counters.count, facts(), f"c{n % 7}", key=f"k{n}") for n in range(40)]
for one in slow + work:
    try:
        one.wait()
    except Exception as error:
        print("lost", type(error).__name__)
with counters.unit_of_work() as uow:
    def joined():
        with counters.join(uow):
            counters.count(facts(), "joined")
    eventlet.spawn(joined).wait()
    assert pool.run("SELECT count(*) FROM events WHERE state LIKE '%joined%'") == [(0,)]
deadline = time.monotonic() + 20
while Sealer(pool).seal() or pool.run("SELECT count(*) FROM events")[0][0] > sum(
    len(batch) for batch in read_log(sys.argv[1], "trial")
):
    assert time.monotonic() < deadline
    eventlet.sleep(0.01)
print("gap", max(gaps) < 0.3)
print("same", pool.run("SELECT count(*) FROM events") == pool.run("SELECT count(*) FROM commands"))
"""


def test_it_works_in_greenlets_and_never_blocks_the_hub(log_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", GREEN, log_url],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) <= {"gap True", "same True", "lost ConflictError"}
    assert {"gap True", "same True"} <= set(done.stdout.splitlines())


def test_connections_nobody_needs_are_closed(log_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Database(log_url, maximum=3)
    with pool.connection(), pool.connection(), pool.connection():
        pass
    assert pool.open == 3
    monkeypatch.setattr("services.chassis.eventlog.database.SPARE_S", 0.0)
    for _ in range(3):
        pool.run("SELECT 1")
    assert pool.open == 1
    pool.close()
