"""Faults of processes and of PostgreSQL under a house at work; the ledger check after each."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from services.chassis.errors import BanjianError, ConflictError, UnavailableError
from services.chassis.eventlog import unit_of_work
from services.chassis.eventlog.database import Connection, Database
from services.chassis.eventlog.failures import REWRITTEN
from services.chassis.eventlog.migrate import ServiceAccess, migrate_database
from services.chassis.eventlog.reader import tail
from services.chassis.eventlog.sealer import Sealer
from services.chassis.rebuild import run as rebuilding
from services.chassis.rebuild.run import Progress
from services.kernel.identifiers import stream_id
from tests.chaos.ledger import Command, LedgerError, check_ledger
from tests.chaos.store_house import SERVICES, StoreHouse
from tests.integration.eventlog.conftest import as_role
from tests.integration.eventlog.domain import Counter, Counters, facts
from tests.integration.rebuild_logs import rebuild_of
from tests.support.databases import fresh_database
from tests.support.processes import answers
from tests.support.proxy import Proxy
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(180)

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


class Trusting(Database):
    """A pool that keeps what it has and never looks whether it lives."""

    def _alive(self, connection: Connection) -> bool:
        return True

    def _release(self, connection: Connection) -> None:
        with self._freed:
            self._idle.append((connection, time.monotonic()))
            self._freed.notify()

    def discard_idle(self) -> None:
        """Keep them."""


@pytest.mark.parametrize("pool_class", [Database, Trusting], ids=["ours", "mutation-trusting"])
def test_a3_pool_gets_over_a_killed_backend(
    store: StoreHouse, pool_class: type[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_of_work, "RESOLVE_S", 0.5)
    with trial_log(store) as (_, url):
        pool = pool_class(url)
        counters = Counters(pool)
        counters.count(facts(), "a")
        os.kill(_backend_of(store, "banjian_trial"), signal.SIGKILL)
        wait_until(lambda: _answers(store), 30, what="the server has recovered")

        outcomes = [_outcome(counters) for _ in range(3)]

        Database.discard_idle(pool)
    # The first may meet the dead connection after it has begun; it says so, and is asked again.
    lost = UnavailableError
    assert outcomes[1:] == ([lost, lost] if pool_class is Trusting else [None, None])


def _outcome(counters: Counters) -> type[BanjianError] | None:
    try:
        counters.count(facts(), "a")
    except BanjianError as error:
        return type(error)
    return None


def _answers(store: StoreHouse) -> bool:
    try:
        return store.rows("SELECT 1") == [(1,)]
    except psycopg2.OperationalError:
        return False


def _backend_of(store: StoreHouse, role: str) -> int:
    [(pid,)] = store.rows("SELECT pid FROM pg_stat_activity WHERE usename = %s LIMIT 1", role)
    return int(pid)


def test_a3_killed_backend_loses_nothing(store: StoreHouse) -> None:
    with store.load() as made:
        wait_until(lambda: len(made) > 8, 60)
        before = store.rows("SELECT pg_postmaster_start_time()")
        os.kill(_backend_of(store, "banjian_intake"), signal.SIGKILL)
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
def test_a4_what_was_acknowledged_is_there(
    store: StoreHouse, durable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_of_work, "RESOLVE_S", 0.5)  # nobody starts it before they give up
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


LEDGER = (
    "SELECT l.position, e.stream, e.version, l.previous, l.leaf FROM ledger l"
    " JOIN events e USING (xid, id) ORDER BY l.position"
)


@pytest.mark.parametrize("same", [True, False], ids=["same", "mutation-own-time-in-the-leaf"])
def test_a4_a_lost_seal_comes_again_the_same(store: StoreHouse, same: bool) -> None:
    with trial_log(store) as (admin, url):
        if not same:
            pool = Database(admin)
            [(seal,)] = pool.read("SELECT pg_get_functiondef('trial.seal(int)'::regprocedure)")
            pool.close()
            run_as(admin, seal.replace("(e.recorded_at)", "(now())"))
        store.rows("ALTER SYSTEM SET wal_writer_delay = '10s'")
        store.rows("ALTER SYSTEM SET wal_writer_flush_after = '1GB'")
        store.rows("SELECT pg_reload_conf()")
        log = Database(url)
        counters = Counters(log)
        for number in range(30):
            counters.count(facts(), str(number % 7))
            if number % 10 == 9:
                Sealer(log).seal()
        sealed = log.read(LEDGER)
        store.servers.postgres.kill()
        store.servers.postgres.start()
        log.discard_idle()
        lost = len(sealed) - len(log.read(LEDGER))
        counters.count(facts(), "after")
        Sealer(log).seal()
        again = log.read(LEDGER)
        log.close()
        store.rows("ALTER SYSTEM RESET ALL")
        store.rows("SELECT pg_reload_conf()")
    assert lost > 0
    assert len(again) == len(sealed) + 1
    assert (again[: len(sealed)] == sealed) is same
    store.check()


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "mutation-no-unique"])
def test_a7_one_of_eight_appends_of_a_version_wins(store: StoreHouse, guarded: bool) -> None:
    with trial_log(store) as (admin, url):
        if not guarded:
            run_as(admin, "ALTER TABLE trial.events DROP CONSTRAINT events_stream_version_key")
        pool = Database(url)
        counters = Counters(pool)
        counters.count(facts(), "a")
        start = threading.Barrier(8)

        def write() -> bool:
            own = counters.load(Counter, stream_id("counter", "a"))
            own.count(facts(), "a")
            start.wait()
            try:
                counters.keep(own)
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            won = [job.result() for job in [threads.submit(write) for _ in range(8)]].count(True)
        versions = pool.read("SELECT version FROM events ORDER BY version")
        pool.close()
    assert won == (1 if guarded else 8)
    assert len(versions) == 1 + won


@pytest.mark.parametrize(
    ("rights", "trigger", "refusal"),
    [(False, True, "42501"), (True, True, REWRITTEN), (False, False, "42501"), (True, False, "")],
    ids=["both-guards", "trigger-alone", "rights-alone", "mutation-neither"],
)
def test_d10_either_guard_of_the_log_is_enough(
    store: StoreHouse, rights: bool, trigger: bool, refusal: str
) -> None:
    """`rights`: the service may UPDATE; `trigger`: the append-only trigger stands."""
    with trial_log(store) as (admin, url):
        pool = Database(url)
        Counters(pool).count(facts(), "a")
        pool.close()
        if rights:
            run_as(admin, "GRANT UPDATE ON trial.events TO banjian_trial")
        if not trigger:
            run_as(
                admin,
                "SET session_replication_role = replica;"
                "ALTER TABLE trial.events DISABLE TRIGGER append_only",
            )
        said = ""
        try:
            run_as(url, "UPDATE trial.events SET state = ''")
        except psycopg2.Error as error:
            said = error.pgcode or "?"
    assert said == refusal


def run_as(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


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
    run_as(
        admin,
        "CREATE FUNCTION trial.one_by_one() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END';"
        "CREATE TRIGGER one_by_one BEFORE INSERT ON trial.events"
        " FOR EACH ROW EXECUTE FUNCTION trial.one_by_one()",
    )


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
    relay = f"http://127.0.0.1:{store.house.env['BANJIAN_INTAKE_RELAY_PORT']}"
    alive: list[float] = []

    with ThreadPoolExecutor(24) as clerks:
        with store.frozen_postgres():
            gaps.write_text("")
            waiting = [clerks.submit(store.command) for _ in range(24)]
            wait_until(lambda: answers(f"{base}/readyz", 503), 10, what="/readyz says 503")
            wait_until(lambda: answers(f"{relay}/readyz", 503), 15, what="so does the relay's")
            assert answers(f"{relay}/livez")
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
            said = tried.communicate(timeout=20 if bounded else 5)[0]
        except subprocess.TimeoutExpired:
            said = "hangs"
        finally:
            tried.kill()
            tried.wait()
    assert said.strip() == ("gave up True" if bounded else "hangs")


FALLS_SILENT = """
import eventlet
eventlet.monkey_patch()
import sys, time
from services.chassis.errors import UnavailableError
from services.chassis.eventlog import green
from services.chassis.eventlog.database import Database
green.wait.__defaults__ = (5.0, {answer_s})
database = Database(sys.argv[1])
database.run("SELECT 1")
print("connected", flush=True)
sys.stdin.readline()
began = time.monotonic()
try:
    database.run("SELECT 1")
except UnavailableError:
    print("gave up", time.monotonic() - began < 3)
"""


@pytest.mark.parametrize("answer_s", [0.5, None], ids=["ours", "mutation-unbounded"])
def test_a12_greenlet_gets_over_a_server_gone_silent(
    store: StoreHouse, answer_s: float | None
) -> None:
    parts = urlsplit(store.house.database_url_of("intake"))
    with Proxy("127.0.0.1", store.servers.postgres.port) as proxy:
        netloc = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{proxy.port}"
        url = parts._replace(netloc=netloc).geturl()
        code = FALLS_SILENT.format(answer_s=answer_s)
        with subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", code, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as asking:
            try:
                assert asking.stdout is not None
                assert asking.stdout.readline() == "connected\n"
                proxy.blackhole()
                said = asking.communicate("\n", timeout=20 if answer_s else 3)[0]
            except subprocess.TimeoutExpired:
                said = "hangs"
            finally:
                asking.kill()
    assert said.strip() == ("gave up True" if answer_s else "hangs")


@pytest.mark.parametrize("answer_s", [0.6, None], ids=["ours", "mutation-unbounded"])
@pytest.mark.parametrize("copy", [False, True], ids=["statement", "copy"])
def test_a12_thread_gets_over_a_server_gone_silent(
    store: StoreHouse, answer_s: float | None, copy: bool
) -> None:
    """The relay's pool, without eventlet: connections are open, then nothing comes any more."""
    parts = urlsplit(store.house.database_url_of("intake"))
    with Proxy("127.0.0.1", store.servers.postgres.port) as proxy:
        netloc = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{proxy.port}"
        pool = Database(parts._replace(netloc=netloc).geturl(), answer_s=answer_s)

        def ask() -> object:
            return tail(pool, "intake", 0, 5) if copy else pool.run("SELECT 1")

        sound = ask()
        proxy.blackhole()
        with ThreadPoolExecutor(1) as thread:
            asked = thread.submit(ask)
            with pytest.raises(UnavailableError if answer_s else TimeoutError):
                asked.result(3)
            proxy.cut()
            proxy.heal()
        if answer_s:
            assert ask() == sound
        pool.close()


@pytest.mark.parametrize("patience_s", [0.3, 3600.0], ids=["ours", "mutation-endless-patience"])
def test_a12_exhausted_pool_says_so_in_time(store: StoreHouse, patience_s: float) -> None:
    bounded = patience_s < 1
    url = store.house.database_url_of("intake")
    pool = Database(url, maximum=2, acquire_timeout_s=patience_s)
    told: list[str] = []

    def ask() -> None:
        try:
            pool.run("SELECT 1")
        except UnavailableError as error:
            told.append(str(error))

    caller = threading.Thread(target=ask)
    with pool.connection(), pool.connection():
        caller.start()
        caller.join(2)
        assert caller.is_alive() is not bounded
    caller.join(10)
    assert not caller.is_alive()
    assert ["all 2" in text for text in told] == ([True] if bounded else [])
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


@pytest.mark.parametrize("catch_up", [True, False], ids=["ours", "mutation-no-catch-up"])
def test_b14_what_comes_in_during_a_rebuild_is_caught_up(
    store: StoreHouse, catch_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = rebuilding._take

    def without(*arguments: Any) -> None:
        if arguments[-1] != "catch_up":
            take(*arguments)

    def report(progress: Progress) -> None:
        if progress.phase == "finish":  # the bulk is read; this comes in behind it
            store.command()

    store.check()
    if not catch_up:
        monkeypatch.setattr(rebuilding, "_take", without)
        monkeypatch.setattr(rebuilding, "_take_own_tail", lambda *_: None)

    assert rebuild_of(store.house, "intake", report=report).switched

    monkeypatch.undo()
    gc.unfreeze()  # a rebuild freezes it, which is for a process of its own
    if catch_up:
        store.check()
        return
    with pytest.raises(LedgerError) as failed:
        store.check()
    assert failed.value.aspects == {"read model"}
    store.house.banjian("rebuild", "intake")
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
