"""What the bench stands on: a private pair of servers, fresh databases and vhosts, the disk."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from deploy.local import environment, slowsync
from deploy.local.processes import LocalRunError, free_ports
from deploy.local.servers import CACHE, CHECKOUT, Endpoints, Servers
from services.chassis.bus.admin import migrate_bus
from services.chassis.bus.generation import ensure_generation
from services.chassis.bus.topology import LISTENS
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.migrate import ServiceAccess, migrate_database
from services.chassis.names import SERVICES
from tests.support.databases import fresh_database
from tests.support.servers import named_servers, throwaway
from tests.support.vhosts import Vhost, fresh_vhost

SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "wal_sync_method")
PARTITIONS = 4


@dataclass(frozen=True)
class Yard:
    """A fresh database and vhost with the log and the bus of the services a row needs."""

    admin_url: str
    vhost: Vhost
    urls: Mapping[str, str]
    """Database URL of each service's own role."""
    uris: Mapping[str, str]
    """AMQP URI of each service's own user."""
    auditor_url: str

    def env(self, folder: Path) -> dict[str, str]:
        """Give the environment of a process of the house over this database and vhost."""
        ports = dict(zip(environment.PORTS, free_ports(len(environment.PORTS)), strict=True))
        return {
            **environment.compose(
                database_url=self.admin_url,
                amqp_uri=self.vhost.amqp_uri,
                management_url=self.vhost.management_url,
                ports=ports,
                secrets=folder,
                password=password,
            ),
            "PATH": os.environ.get("PATH", ""),
        }

    def database(self, service: str, maximum: int = 10) -> Database:
        """Open a service's own pool."""
        return Database(self.urls[service], maximum=maximum)


class Ground:
    """The servers of one bench run."""

    def __init__(self, endpoints: Endpoints, servers: Servers | None) -> None:
        self.endpoints = endpoints
        self._servers = servers
        self._delay_us = 0

    @property
    def can_be_slow(self) -> bool:
        """The servers carry the slow-fsync shim."""
        return self._servers is not None

    @contextmanager
    def slowed(self, delay_us: int) -> Iterator[None]:
        """Make each fsync of both servers take this much longer for a while."""
        if self._servers is None:
            yield
            return
        self._set_delay(delay_us)
        try:
            yield
        finally:
            self._set_delay(0)

    @contextmanager
    def quickly(self) -> Iterator[None]:
        """Give the disk its own speed back while a row prepares what it does not measure."""
        before = self._delay_us
        if self._servers is not None:
            self._set_delay(0)
        try:
            yield
        finally:
            if self._servers is not None:
                self._set_delay(before)

    def _set_delay(self, delay_us: int) -> None:
        assert self._servers is not None
        self._servers.set_fsync_delay(delay_us)
        self._delay_us = delay_us

    def fsync_us(self) -> float:
        """Measure what one 8 KiB write with fdatasync takes now, where the servers' data lie."""
        folder = self._servers.run if self._servers is not None else CHECKOUT
        shim: Mapping[str, str] = {}
        if self._servers is not None:
            shim = slowsync.environment(CACHE, self._servers.run / "slowsync", self._delay_us)
        program = Path(__file__).with_name("disk.py")
        command = [sys.executable, str(program), str(folder / "fsync-probe")]
        done = subprocess.run(command, env=dict(shim), capture_output=True, text=True, check=True)
        return statistics.median(float(word) for word in done.stdout.split())

    @contextmanager
    def yard(
        self,
        services: Sequence[str] = SERVICES,
        listens: Mapping[str, Sequence[str]] | None = None,
    ) -> Iterator[Yard]:
        """Give a fresh database and vhost, migrated for these services.

        `listens`: who listens to whom; by default as in the house, among these services.
        """
        with ExitStack() as stack:
            admin = stack.enter_context(fresh_database(self.endpoints.database_url, "bench"))
            vhost = stack.enter_context(fresh_vhost(self.endpoints, "bench"))
            urls = {name: _as(admin, f"banjian_{name}") for name in services}
            uris = {name: _as(vhost.amqp_uri, f"banjian_{name}") for name in services}
            auditor = _as(admin, "banjian_auditor")
            migrate_database(admin, {n: ServiceAccess(u) for n, u in urls.items()}, auditor)
            heard = listens or {
                name: [source for source in LISTENS[name] if source in services]
                for name in services
            }
            migrate_bus(
                self.endpoints.management_url, vhost.amqp_uri, uris, PARTITIONS, listens=heard
            )
            yard = Yard(admin, vhost, urls, uris, auditor)
            for name in services:
                database = yard.database(name)
                ensure_generation(database, PARTITIONS)
                database.close()
            yield yard


@contextmanager
def bench_ground(slow: bool) -> Iterator[Ground]:
    """Give the servers: those the environment names, else a private pair, gone afterwards."""
    given = named_servers()
    if given is not None:
        yield Ground(given, None)
        return
    try:
        shim = slow and bool(slowsync.environment(CACHE, CACHE / "slowsync"))
    except LocalRunError:
        shim = False
    with throwaway("bench", slow=shim) as servers:
        yield Ground(servers.endpoints, servers if shim else None)


def durability_of(url: str) -> dict[str, str]:
    """Read a server's durability settings as a new session of this URL's role sees them."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            return _read_settings(cursor)
    finally:
        connection.close()


def durability_through(database: Database) -> dict[str, str]:
    """Read them through one of our own pooled connections, which might have set its own."""
    with database.connection() as connection, connection.cursor() as cursor:
        return _read_settings(cursor)


def _read_settings(cursor: psycopg2.extensions.cursor) -> dict[str, str]:
    cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", (list(SETTINGS),))
    return dict(cursor.fetchall())


def durability_of_queues(vhost: Vhost) -> dict[str, str]:
    """Read the type of every queue back from the broker; streams never promise an fsync."""
    found = {}
    for name, queue in vhost.queues().items():
        kind = queue["arguments"].get("x-queue-type", "classic")
        durable = "" if queue["durable"] else " (not durable)"
        label = "stream" if kind == "stream" else "queue"
        found[f"{label} {name}"] = kind + durable
    return found


def password(user: str) -> str:
    """Give a role's password: the same as in test houses, roles belong to the whole server."""
    return f"{user}-for-tests"


def _as(url: str, user: str) -> str:
    return environment.with_user(url, user, password(user))
