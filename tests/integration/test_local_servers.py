"""The private servers of the local run: what they promise, checked against the real ones."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from deploy.local import erlang, ground, slowsync
from deploy.local.ground import ground_of
from deploy.local.postgres import Postgres
from deploy.local.processes import LocalRunError, Process, free_ports
from deploy.local.rabbitmq import RabbitMQ
from deploy.local.servers import CACHE, Servers
from tests.support.proxy import Proxy
from tests.support.servers import throwaway
from tests.support.vhosts import Management, fresh_vhost
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def pair() -> Iterator[Servers]:
    with throwaway("local-servers", slow=True) as servers:
        yield servers


def one(url: str, query: str) -> object:
    with closing(psycopg2.connect(url, connect_timeout=5)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
            return None if row is None else row[0]


def listeners() -> dict[int, list[str]]:
    """Return the processes that listen on another address than loopback, by port."""
    lines = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True).stdout.splitlines()
    found: dict[int, list[str]] = {}
    for line in lines:
        place = line.split()[3]
        if not place.startswith(("127.", "[::1]")):
            found.setdefault(int(place.rpartition(":")[2]), []).append(line)
    return found


def test_both_servers_answer_as_their_administrator(pair: Servers) -> None:
    assert one(pair.endpoints.database_url, "SELECT current_user::text") == "postgres"
    overview = Management(pair.endpoints.management_url).get("overview")
    assert tuple(int(part) for part in overview["rabbitmq_version"].split(".")[:2]) >= (3, 10)
    kinds = {kind["name"] for kind in overview["exchange_types"]}
    assert "x-consistent-hash" in kinds


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("server_encoding", "UTF8"),
        ("timezone", "UTC"),
        ("max_connections", "300"),
    ],
)
def test_postgresql_is_durable_and_plain(pair: Servers, setting: str, expected: str) -> None:
    assert one(pair.postgres.url(), f"SHOW {setting}") == expected


def test_nobody_enters_without_a_password(pair: Servers) -> None:
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(f"postgresql://postgres@127.0.0.1:{pair.postgres.port}/banjian")


def test_the_default_broker_user_does_not_exist(pair: Servers) -> None:
    users = {user["name"] for user in Management(pair.endpoints.management_url).get("users")}
    assert "guest" not in users


def test_secrets_are_readable_by_their_owner_only(pair: Servers) -> None:
    files = [*pair.run.glob("secrets/*"), pair.run / "rabbitmq" / "rabbitmq.conf"]
    assert len(files) >= 3
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}


@pytest.mark.skipif(not Path("/usr/bin/ss").exists(), reason="needs ss of iproute2")
def test_everything_listens_on_loopback(pair: Servers) -> None:
    ours = {pair.postgres.port, *pair.rabbitmq.ports.values()}
    for port in ours:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
    assert not ours & listeners().keys()


def test_a_second_start_changes_nothing(pair: Servers) -> None:
    before = (pair.postgres.process, pair.rabbitmq.process)
    began = time.monotonic()
    pair.start()
    assert (pair.postgres.process, pair.rabbitmq.process) == before
    assert time.monotonic() - began < 5


def test_two_checkouts_run_side_by_side(pair: Servers) -> None:
    with throwaway("local-servers-other") as other:
        assert other.rabbitmq.node != pair.rabbitmq.node
        assert other.rabbitmq.ctl("eval", "nodes().").strip() == "[]"
        assert one(other.postgres.url(), "SELECT 1") == 1
        assert one(pair.postgres.url(), "SELECT 1") == 1


def test_committed_rows_and_the_address_survive_a_killed_postmaster(pair: Servers) -> None:
    url = pair.postgres.url()
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (n int); INSERT INTO kept VALUES (1)")
        connection.commit()

    pair.postgres.kill()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(url, connect_timeout=2)
    pair.start()

    assert pair.postgres.url() == url
    assert one(url, "SELECT count(*) FROM kept") == 1


def test_definitions_and_the_address_survive_a_killed_broker(pair: Servers) -> None:
    with fresh_vhost(pair.endpoints) as vhost:
        vhost.management.call(
            "PUT",
            f"queues/{vhost.name}/kept",
            {"durable": True, "arguments": {"x-queue-type": "quorum"}},
        )
        pair.rabbitmq.kill()
        assert not pair.rabbitmq.running
        pair.start()
        assert pair.endpoints.management_url == vhost.management_url
        wait_until(lambda: "kept" in vhost.queues(), 30)


def test_the_broker_application_stops_and_starts(pair: Servers) -> None:
    pair.rabbitmq.ctl("stop_app")
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", pair.rabbitmq.ports["amqp"]), timeout=2)
    pair.rabbitmq.ctl("start_app")
    with socket.create_connection(("127.0.0.1", pair.rabbitmq.ports["amqp"]), timeout=5):
        pass


def test_a_stopped_process_is_resumed(pair: Servers) -> None:
    process = pair.postgres.process
    assert process is not None
    process.send(signal.SIGSTOP)
    process.send(signal.SIGCONT)
    assert one(pair.postgres.url(), "SELECT 1") == 1


def test_the_shim_makes_every_commit_slow(pair: Servers) -> None:
    with closing(psycopg2.connect(pair.postgres.url())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS slow (n int)")

            def seconds_a_commit() -> float:
                began = time.perf_counter()
                for _ in range(10):
                    cursor.execute("INSERT INTO slow VALUES (1)")
                return (time.perf_counter() - began) / 10

            usual = seconds_a_commit()
            pair.set_fsync_delay(20_000)
            slowed = seconds_a_commit()
            pair.set_fsync_delay(0)
    assert slowed >= usual + 0.015


def test_a_half_made_data_directory_is_made_anew(tmp_path: Path) -> None:
    server = Postgres(tmp_path)
    (tmp_path / "postgresql" / "data").mkdir(parents=True)
    (tmp_path / "postgresql" / "data" / "PG_VERSION").write_text("half")
    try:
        server.start()
        assert one(server.url(), "SELECT 1") == 1
    finally:
        server.stop()
    assert server.process is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give its identity up")
def test_root_without_user_namespaces_runs_as_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground, "_may_unshare", lambda: False)
    server = Postgres(tmp_path)
    try:
        server.start()
        process = server.process
        assert process is not None
        assert Path(f"/proc/{process.pid}").stat().st_uid == 65534
        server.kill()
        server.start()
        assert one(server.url(), "SELECT 1") == 1
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", str(ground_of(tmp_path / "postgresql").data.parent)])


def test_a_failed_start_leaves_nothing_behind(tmp_path: Path) -> None:
    server = Postgres(tmp_path, {"shared_buffers": "nonsense"})
    with pytest.raises(LocalRunError, match="nonsense"):
        server.start()
    assert server.process is None
    assert not server.record.exists()


def test_a_missing_broker_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erlang, "find", lambda cache, tell: None)
    monkeypatch.setattr("deploy.local.docker.is_usable", lambda: False)
    with pytest.raises(LocalRunError, match="Install rabbitmq-server"):
        RabbitMQ(tmp_path, CACHE).start()


def test_the_shim_says_when_there_is_no_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LocalRunError, match="install gcc"):
        slowsync.environment(tmp_path, tmp_path / "control")


def test_a_record_of_another_process_is_not_believed(tmp_path: Path) -> None:
    own = Process.of(os.getpid())
    assert own is not None
    record = tmp_path / "pid"
    record.write_text(Process(own.pid, own.started - 1).as_text())
    assert Process.read(record) is None
    record.write_text(own.as_text())
    assert Process.read(record) == own


def test_a_deaf_process_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print(1, flush=True); signal.pause()"
    child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    process = Process.of(child.pid)
    assert process is not None
    assert process.stop(patience_s=0.2) is False
    assert child.wait(5) == -signal.SIGKILL
    child.stdout.close()


def test_handed_out_ports_differ() -> None:
    ports = [*free_ports(5), *free_ports(5)]
    assert len(set(ports)) == 10


class TestProxy:
    """The bad network of the fault tests."""

    @pytest.fixture
    def proxy(self, pair: Servers) -> Iterator[Proxy]:
        with Proxy("127.0.0.1", pair.postgres.port) as proxy:
            yield proxy

    def url(self, pair: Servers, proxy: Proxy) -> str:
        return pair.postgres.url().replace(f":{pair.postgres.port}/", f":{proxy.port}/")

    def test_carries(self, pair: Servers, proxy: Proxy) -> None:
        assert one(self.url(pair, proxy), "SELECT 1") == 1

    def test_refuses_then_accepts(self, pair: Servers, proxy: Proxy) -> None:
        proxy.refuse()
        with pytest.raises(psycopg2.OperationalError):
            one(self.url(pair, proxy), "SELECT 1")
        proxy.accept()
        assert one(self.url(pair, proxy), "SELECT 1") == 1

    def test_swallows_the_answer_of_a_commit_that_happened(
        self, pair: Servers, proxy: Proxy
    ) -> None:
        one(
            pair.postgres.url(),
            "DROP TABLE IF EXISTS swallowed; CREATE TABLE swallowed (n int); SELECT 1",
        )
        connection = psycopg2.connect(self.url(pair, proxy))
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO swallowed VALUES (1)")
        proxy.swallow_after(b"COMMIT")
        with pytest.raises(psycopg2.OperationalError):
            connection.commit()
        assert proxy.seen == 1
        assert one(pair.postgres.url(), "SELECT count(*) FROM swallowed") == 1

    def test_cuts_in_the_middle_of_an_answer(self, pair: Servers, proxy: Proxy) -> None:
        connection = psycopg2.connect(self.url(pair, proxy))
        proxy.cut_after(50_000)
        with pytest.raises(psycopg2.OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT repeat('x', 1000) FROM generate_series(1, 1000)")

    def test_a_hole_says_nothing_until_healed(self, pair: Servers, proxy: Proxy) -> None:
        with closing(socket.create_connection(("127.0.0.1", proxy.port))) as client:
            wait_until(lambda: proxy.connections == 1)
            proxy.blackhole()
            # PostgreSQL answers an SSL request with one byte.
            client.sendall(bytes([0, 0, 0, 8, 4, 210, 22, 47]))
            client.settimeout(0.3)
            with pytest.raises(TimeoutError):
                client.recv(1)
            proxy.heal()
            client.settimeout(5)
            assert client.recv(1) == b"N"
