"""Faults of processes and of PostgreSQL under a house at work; the ledger check after each."""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from services.chassis.errors import BanjianError, UnavailableError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.migrate import ServiceAccess, migrate_database
from tests.chaos.ledger import Command, LedgerError, check_ledger
from tests.chaos.store_house import SERVICES, StoreHouse
from tests.integration.eventlog.conftest import as_role
from tests.integration.eventlog.domain import Counters, facts
from tests.support.databases import fresh_database
from tests.support.processes import answers
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.timeout(180),
    # Servers outlive their starter on purpose; Python warns of every such child.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

DIES = """
from services.chassis.eventlog.unit_of_work import UnitOfWork
commit = UnitOfWork.commit
def commit_and_die(work):
    commit(work)
    if work.facts:
        os.kill(os.getpid(), signal.SIGKILL)
UnitOfWork.commit = commit_and_die
"""
WATCHED = """
import eventlet
def watch():
    own, last, waited = os.environ['GAPS'], time.monotonic(), 0
    while True:
        eventlet.sleep(0.01)
        now, queued = time.monotonic(), int(open('/proc/self/schedstat').read().split()[1])
        # What the machine did not let us run is not the hub's fault.
        gap, last = now - last - (queued - waited) / 1e9, now
        waited = queued
        with open(own, 'a') as file:
            file.write(f'{gap}\\n')
eventlet.spawn(watch)
"""


class TestKilledService:
    """A1."""

    def test_client_that_asks_again_gets_the_first_result(self, store: StoreHouse) -> None:
        key = str(uuid.uuid4())
        self._die(store, key, key)

        again = store.ask(key)

        assert again.status == 201
        store.acknowledged.append(Command(key))
        store.check()

    def test_mutation_without_a_key_the_case_is_taken_in_twice(self, store: StoreHouse) -> None:
        command = Command(str(uuid.uuid4()))
        self._die(store, "", command.id)

        assert store.ask("", command.id).status == 201

        with pytest.raises(LedgerError) as failed:
            check_ledger(store.house, [command], services=SERVICES)
        assert failed.value.aspects == {"doubled"}
        store.check()

    def _die(self, store: StoreHouse, key: str, correlation: str) -> None:
        store.children["intake"].kill()
        dying = store.start_intake(DIES)
        assert store.ask(key, correlation).status == 0
        assert dying.wait(10) == -signal.SIGKILL
        store.start_intake()


def test_a2_lost_commit_answer_is_no_failure(store: StoreHouse) -> None:
    store.command()
    store.proxy.swallow_after(b"EXECUTE remember")
    seen = store.proxy.seen

    tries = store.command()

    assert [one.status for one in tries] == [201]
    assert store.proxy.seen == seen + 1
    store.check()


def test_a3_killed_backend_loses_nothing(store: StoreHouse) -> None:
    with store.load() as made:
        wait_until(lambda: len(made) > 8, 60)
        before = store.rows("SELECT pg_postmaster_start_time()")
        [(pid,)] = store.rows(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'banjian_intake' LIMIT 1"
        )
        os.kill(pid, signal.SIGKILL)
        reached = len(made)
        wait_until(lambda: len(made) > reached + 8, 60, what="commands go on")

    store.check()
    assert store.rows("SELECT pg_postmaster_start_time()") == before


def test_a4_killed_postmaster_loses_nothing(store: StoreHouse) -> None:
    with store.load() as made:
        wait_until(lambda: len(made) > 8, 60)
        store.servers.postgres.kill()
        store.servers.postgres.start()
        reached = len(made)
        wait_until(lambda: len(made) > reached + 8, 60, what="commands go on")

    store.check()


@contextmanager
def trial_log(store: StoreHouse) -> Iterator[tuple[str, str]]:
    """Give the administrator's and the service's URL of a small log on the private server."""
    with fresh_database(store.servers.postgres.url(), "trial") as admin:
        url = as_role(admin, "banjian_trial")
        migrate_database(admin, {"trial": ServiceAccess(url)})
        yield admin, url


@pytest.mark.parametrize("durable", [True, False], ids=["durable", "mutation-not-durable"])
def test_a4_what_was_acknowledged_is_there(store: StoreHouse, durable: bool) -> None:
    with trial_log(store) as (admin, url):
        if not durable:
            name = admin.rpartition("/")[2]
            store.rows(f"ALTER DATABASE {name} SET synchronous_commit = off")
            store.rows("ALTER SYSTEM SET wal_writer_delay = '10s'")
            store.rows("ALTER SYSTEM SET wal_writer_flush_after = '1GB'")
            store.rows("SELECT pg_reload_conf()")
        acknowledged: list[tuple[str, int]] = []

        def write(name: str) -> None:
            counters = Counters(Database(url))
            try:
                while True:
                    acknowledged.append((name, counters.count(facts(), name).value))
            except BanjianError:
                return

        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(write, str(number)) for number in range(4)]
            wait_until(lambda: len(acknowledged) > 300, 60)
            store.servers.postgres.kill()
            for job in jobs:
                job.result()
        store.servers.postgres.start()
        log = Database(url)
        kept = log.read("SELECT convert_from(state, 'UTF8')::jsonb->'data' FROM events")
        log.close()
        store.rows("ALTER SYSTEM RESET ALL")
        store.rows("SELECT pg_reload_conf()")
    lost = set(acknowledged) - {(row[0]["name"], row[0]["value"]) for row in kept}
    assert bool(lost) is not durable
    store.check()


class TestSlowDisk:
    """A11: every fsync of PostgreSQL takes 4 or 20 ms longer."""

    @pytest.fixture(autouse=True)
    def fast_again(self, store: StoreHouse) -> Iterator[None]:
        yield
        store.servers.set_fsync_delay(0)

    def test_commands_take_longer_and_none_fails(self, store: StoreHouse) -> None:
        for delay_us in (4_000, 20_000):
            store.servers.set_fsync_delay(delay_us)
            with store.load(8) as made:
                wait_until(lambda made=made: len(made) >= 40, 60)
            assert {len(tries) for tries in made} == {1}
            assert all(tries[0].status == 201 for tries in made)
        store.servers.set_fsync_delay(0)
        store.check()

    def test_eight_writers_wait_in_proportion_and_serial_ones_do_not(
        self, store: StoreHouse
    ) -> None:
        with trial_log(store) as (admin, url):
            native_s, slow_s = _median_of_append(store, url, 0), _median_of_append(store, url, 20)
            _serialise(admin)
            serial_s = _median_of_append(store, url, 20)
        assert 0.02 < slow_s < 3 * native_s + 4 * 0.02
        assert serial_s > 1.5 * slow_s


def _serialise(admin: str) -> None:
    """Take one lock for every append, as a log that notifies or locks its table does."""
    connection = psycopg2.connect(admin)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION trial.one_by_one() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END';"
            "CREATE TRIGGER one_by_one BEFORE INSERT ON trial.events"
            " FOR EACH ROW EXECUTE FUNCTION trial.one_by_one()"
        )
    connection.close()


def _median_of_append(store: StoreHouse, url: str, delay_ms: int) -> float:
    """Measure the median of 8 x 15 appends, in seconds, fsync taking so much longer."""
    store.servers.set_fsync_delay(delay_ms * 1000)
    pool = Database(url, maximum=8)
    counters, taken = Counters(pool), []

    def write(name: str) -> None:
        for _ in range(15):
            began = time.monotonic()
            counters.count(facts(), name)
            taken.append(time.monotonic() - began)

    with ThreadPoolExecutor(8) as threads:
        for job in [threads.submit(write, f"{uuid.uuid4()}") for number in range(8)]:
            job.result()
    pool.close()
    return statistics.median(taken)


def test_a12_frozen_database_is_said_and_nothing_else_stands_still(
    store: StoreHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps = tmp_path / "gaps"
    monkeypatch.setitem(store.house.env, "GAPS", str(gaps))
    store.children["intake"].kill()
    store.start_intake(WATCHED)
    base = store.house.url_of("intake")
    alive: list[float] = []

    with ThreadPoolExecutor(24) as clerks:
        with store.frozen_postgres():
            gaps.write_text("")
            waiting = [clerks.submit(store.command) for _ in range(24)]
            wait_until(lambda: answers(f"{base}/readyz", 503), 10, what="/readyz says 503")
            refused = store.ask(timeout_s=15)
            for _ in range(10):
                began = time.monotonic()
                assert answers(f"{base}/livez")
                alive.append(time.monotonic() - began)
            measured = [float(line) for line in gaps.read_text().split()[1:-1]]
        done = [job.result() for job in waiting]

    assert refused.status == 503
    assert statistics.median(alive) < 1
    assert len(measured) > 50
    assert max(measured) < 0.1
    assert all(tries[-1].status == 201 for tries in done)
    store.check()
    store.children["intake"].kill()
    store.start_intake()


def test_a12_the_watch_sees_a_hub_that_stands_still(store: StoreHouse, tmp_path: Path) -> None:
    """The mutation: something in the process blocks the hub for 0.3 s."""
    gaps = tmp_path / "gaps"
    blocked = "import ctypes\neventlet.spawn_after(1, lambda: ctypes.CDLL(None).usleep(300_000))\n"
    store.children["intake"].kill()
    store.house.env["GAPS"] = str(gaps)
    store.start_intake(WATCHED + blocked)

    wait_until(lambda: max(map(float, gaps.read_text().split()[1:-1]), default=0) > 0.25, 20)

    del store.house.env["GAPS"]
    store.children["intake"].kill()
    store.start_intake()


SILENT = """
import eventlet
eventlet.monkey_patch()
import sys, time
from services.chassis.errors import UnavailableError
from services.chassis.eventlog import green
from services.chassis.eventlog.database import Database
green.wait.__defaults__ = (0.5, 0.5)
{mutation}
database, began = Database(sys.argv[1]), time.monotonic()
try:
    database.run("SELECT 1")
except UnavailableError:
    print("gave up", time.monotonic() - began < 3)
"""


@pytest.mark.parametrize("bounded", [True, False], ids=["ours", "mutation-unbounded"])
def test_a12_connection_to_a_silent_server_is_given_up(bounded: bool) -> None:
    """A frozen server's kernel takes the connection, and nobody ever answers."""
    mutation = "" if bounded else "from services.chassis.eventlog import database as d\n"
    mutation += "" if bounded else "d.bound_waits = lambda: None"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://x@127.0.0.1:{silent.getsockname()[1]}/x"
        tried = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", SILENT.format(mutation=mutation), url],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            said = tried.communicate(timeout=20 if bounded else 8)[0]
        except subprocess.TimeoutExpired:
            said = "hangs"
        finally:
            tried.kill()
            tried.wait()
    assert said.strip() == ("gave up True" if bounded else "hangs")


def test_a12_exhausted_pool_says_so_in_time(store: StoreHouse) -> None:
    pool = Database(store.house.database_url_of("intake"), maximum=2, acquire_timeout_s=0.3)
    began = time.monotonic()
    with pool.connection(), pool.connection(), pytest.raises(UnavailableError, match="all 2"):
        pool.run("SELECT 1")
    assert 0.3 <= time.monotonic() - began < 2
    assert pool.run("SELECT 1") == [(1,)]
    pool.close()


def test_b14_rebuild_while_cases_come_in(store: StoreHouse) -> None:
    with store.load() as made:
        wait_until(lambda: len(made) > 4, 60)
        for _ in range(2):
            said = json.loads(store.house.banjian("rebuild", "intake", "--json"))
            assert said["switched"]
        reached = len(made)
        wait_until(lambda: len(made) > reached + 4, 60, what="commands go on")

    store.check()


def test_b14_mutation_a_projection_that_misses_rows_is_found(store: StoreHouse) -> None:
    store.command()
    store.check()
    store.rows(
        "DELETE FROM intake_model.case_row WHERE project_no ="
        " (SELECT min(project_no) FROM intake_model.case_row)"
    )

    with pytest.raises(LedgerError) as failed:
        store.check()

    assert failed.value.aspects == {"read model"}
    store.house.banjian("rebuild", "intake")
    store.check()
