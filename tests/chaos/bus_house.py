"""A whole house at work, behind proxies, on a broker one may kill."""

from __future__ import annotations

import re
import sys
import urllib.request
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from deploy.local.processes import tail
from deploy.local.servers import Endpoints, Servers
from services.chassis.bus.envelope import EVENT_CONTENT_TYPE, decode, encode, routing_key
from services.chassis.bus.publisher import Publisher
from services.chassis.bus.relay import publications_of, rewind
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.reader import read_log
from services.chassis.events import Event
from tests.chaos.ledger import Ledger, check_ledger, stream_messages
from tests.chaos.load import Load
from tests.support.house import House, fresh_house
from tests.support.processes import Child, answers
from tests.support.proxy import Proxy
from tests.support.servers import throwaway
from tests.support.waiting import wait_until

SERVES = ("intake", "approval", "disclosure", "notify")
RELAYS = ("catalog", "intake", "approval", "notify")
ASIDE = b" "
"""Ends the body of what a test publishes past the relays; the check of the bus passes over it."""


class BusHouse:
    """Processes of a house: all consumers through one proxy, all relays through another."""

    def __init__(self, house: House, servers: Servers, consumers: Proxy, relays: Proxy) -> None:
        self.house = house
        self.servers = servers
        self.load = Load(house)
        self.proxies = {"serve": consumers, "relay": relays}
        self._children: dict[tuple[str, str], Child] = {}
        self._mutants: list[Child] = []
        self._wanted: list[tuple[str, str]] = []

    def begin(self, *wanted: tuple[str, str]) -> None:
        """Start (role, service), all at once, and wait until they are ready."""
        for role, service in wanted:
            name = f"BANJIAN_{service.upper()}_AMQP_URI"
            uri = through(self.house.env[name], self.proxies[role])
            self._children[role, service] = self.house.start(role, service, **{name: uri})
        for role, service in wanted:
            self._children[role, service].wait_ready(self.ready_url(role, service))

    def remember(self) -> None:
        """What runs now is what `mend` lets run."""
        self._wanted = list(self._children)

    def end(self, role: str, service: str) -> None:
        """Ask a process to end."""
        assert self._children.pop((role, service)).terminate() == 0

    def kill(self, role: str, service: str) -> None:
        """Kill a process (SIGKILL)."""
        self._children.pop((role, service)).kill()

    def mend(self) -> None:
        """Undo whatever a failed test left behind: the next one begins with a whole house."""
        for mutant in self._mutants:
            mutant.kill()
        for proxy in self.proxies.values():
            proxy.heal()
        broker = self.servers.rabbitmq
        broker.kill()
        broker.start()
        for wanted in self._wanted:
            if wanted not in self._children:
                self.begin(wanted)
        self.house.migrate()
        for service in RELAYS:
            self.rewind(service, 0)
        self.wait_ready()
        for service in SERVES:
            self.rows(f"UPDATE {service}.held SET state = 'discarded' WHERE position IS NULL")
            self.rows(
                f"UPDATE {service}.held SET retry_at = clock_timestamp(), state = 'retrying'"
                " WHERE state = 'parked'"
            )

    def wait_ready(self) -> None:
        """Wait until all that runs is ready."""
        urls = [self.ready_url(*each) for each in self._children]
        wait_until(lambda: all(map(answers, urls)), 40, step=0.1, what="all are ready")

    def kill_all(self) -> None:
        for child in (*self._mutants, *self._children.values()):
            child.kill()

    def child(self, role: str, service: str) -> Child:
        return self._children[role, service]

    def url(self, role: str, service: str) -> str:
        """Address of a process's probes and metrics."""
        kind = "HTTP" if role == "serve" else "RELAY"
        return f"http://127.0.0.1:{self.house.env[f'BANJIAN_{service.upper()}_{kind}_PORT']}"

    def ready_url(self, role: str, service: str) -> str:
        return f"{self.url(role, service)}/readyz"

    def metric(self, role: str, service: str, name: str, labels: str = "") -> float:
        """Read one figure of a process, 0 when it has none."""
        with urllib.request.urlopen(f"{self.url(role, service)}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        lines = re.findall(rf"^banjian_{name}{{([^}}]*)}} (\S+)$", text, re.MULTILINE)
        return sum(float(value) for found, value in lines if labels in found)

    def mutant(self, service: str, code: str) -> Child:
        """Start the relay of a service with a piece of it replaced."""
        script = (
            "import os, signal\n"
            "from services.chassis.bus import frames, publisher, relay\n"
            f"{code}\n"
            f"relay.main({service!r})\n"
        )
        log = self.house.folder / f"mutant-{service}.log"
        self._mutants.append(Child([sys.executable, "-c", script], self.house.env, log))
        return self._mutants[-1]

    def check(self, *, within_s: float = 30, held: int = 0) -> Ledger:
        """Run the ledger check with everything that was promised, readiness of all included."""
        return check_ledger(
            self.house,
            self.load.acknowledged,
            attempted=self.load.attempted,
            within_s=within_s,
            held=held,
            ready=[self.ready_url(role, service) for role, service in self._children],
            bus=self.published,
        )

    def published(self) -> list[tuple[str, str]]:
        """Read what relays published, in order: (source, event id)."""
        return [
            (event.source, event.id)
            for kind, body in stream_messages(self.house)
            if kind == EVENT_CONTENT_TYPE and not body.endswith(ASIDE)
            for event in (decode(body),)
        ]

    def log_of(self, service: str) -> list[Event]:
        """Read the sealed log of a service."""
        url = self.house.env["BANJIAN_AUDITOR_DATABASE_URL"]
        return [event for events in read_log(url, service) for event in events]

    def publish(self, service: str, events: Sequence[Event]) -> None:
        """Send events as the service itself would, in this order, past its relay."""
        publications = publications_of(service)
        publisher = Publisher(self.house.amqp_uri_of(service))
        for event in events:
            publisher.publish(
                f"{service}.events",
                routing_key(event),
                encode(event, publications[event.type]) + ASIDE,
                partition_key=event.body.subject,
                content_type=EVENT_CONTENT_TYPE,
                message_id=event.id,
                type=event.type,
            )
        publisher.confirm()
        publisher.close()

    def rewind(self, service: str, position: int) -> None:
        """Let a relay publish again everything after a position."""
        with closing(Database(self.house.database_url_of(service))) as database:
            rewind(database, position)

    def rows(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """Ask the database as its administrator."""
        with (
            closing(psycopg2.connect(self.house.database_url)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, params or None)
            return list(cursor.fetchall()) if cursor.description else []

    def number(self, statement: str, *params: object) -> int:
        return int(self.rows(statement, *params)[0][0])

    def saved(self, service: str) -> int:
        """Position the relay has saved."""
        return self.number(f"SELECT position FROM {service}.relay")

    def tip(self, service: str) -> int:
        """Last sealed position."""
        return self.number(f"SELECT coalesce(max(position), 0) FROM {service}.ledger")

    def models(self) -> dict[str, str]:
        """Give a digest of every row of every read model, and of every log."""
        tables = self.rows(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE '%%\\_model'"
            " OR tablename = 'events' AND schemaname <> 'pg_catalog' ORDER BY 1, 2"
        )
        return {
            f"{schema}.{name}": str(
                self.rows(
                    f"SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), ''))"
                    f" FROM {schema}.{name} AS t"
                )[0][0]
            )
            for schema, name in tables
        }

    def said(self) -> str:
        """Everything all processes wrote, those of mutants included."""
        return "".join(log.read_text(errors="replace") for log in self.house.folder.glob("*.log"))

    def ends_of_logs(self) -> str:
        return "\n".join(
            f"--- {child.log.name}\n{tail(child.log, 5)}" for child in self._children.values()
        )

    @contextmanager
    def without(self, role: str, service: str) -> Iterator[None]:
        """Do something while one process is down; it is up again afterwards."""
        self.end(role, service)
        try:
            yield
        finally:
            self.begin((role, service))


def through(uri: str, proxy: Proxy) -> str:
    """Give the URI with the proxy's address."""
    parts = urlsplit(uri)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{proxy.port}"))


@contextmanager
def bus_house_at_work(database_servers: Endpoints, folder: Path) -> Iterator[BusHouse]:
    """Give a house at work: the shared PostgreSQL, a RabbitMQ of its own."""
    with ExitStack() as stack:
        servers = stack.enter_context(throwaway("bus", postgres=False))
        broker = servers.rabbitmq
        both = Endpoints(database_servers.database_url, broker.amqp_uri, broker.management_url)
        house = stack.enter_context(fresh_house(both, folder))
        port = broker.ports["amqp"]
        consumers = stack.enter_context(Proxy("127.0.0.1", port))
        relays = stack.enter_context(Proxy("127.0.0.1", port))
        built = BusHouse(house, servers, consumers, relays)
        stack.callback(built.kill_all)
        built.begin(
            ("serve", "catalog"),
            *(("serve", service) for service in SERVES),
            *(("relay", service) for service in RELAYS),
        )
        built.load.publish_item()
        wait_until(
            lambda: built.number("SELECT count(*) FROM intake_model.ref_item_version") == 1,
            30,
            what="intake knows the item",
        )
        built.end("serve", "catalog")
        built.remember()
        yield built


def fails_with(check: Callable[[], object], aspects: Collection[str]) -> str:
    """Say what a ledger check found that had to fail in these aspects.

    Raises:
        AssertionError: it passed, or found other things.
    """
    from tests.chaos.ledger import LedgerError

    try:
        check()
    except LedgerError as error:
        assert set(aspects) <= error.aspects, error
        return str(error)
    raise AssertionError("the check passed without its guard")
