"""A made-up street on the real servers: alpha publishes, beta and gamma listen."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from services.chassis.bus.admin import migrate_bus
from services.chassis.bus.envelope import EVENT_CONTENT_TYPE, Publication, encode, routing_key
from services.chassis.bus.publisher import Publisher
from services.chassis.bus.relay import Relay
from services.chassis.bus.subscriber import Subscriber, Subscription, dispatch_to
from services.chassis.eventlog.application import Application
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.migrate import ServiceAccess, migrate_database
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.events import Body, Event
from services.chassis.projection import Insert
from services.chassis.vault import Seal
from services.kernel.facts import Actor, ActorKind
from services.kernel.identifiers import stream_id
from tests.support.vhosts import Vhost
from tests.support.waiting import wait_until

LISTENS = {"alpha": (), "beta": ("alpha", "ingress"), "gamma": ("alpha",)}
PUBLISHED = ("alpha.thing-done.v1", "alpha.thing-seen.v1")
PUBLISHES = {name: Publication(name) for name in PUBLISHED}
READS = ("alpha.thing-done.v1",)
SEAL = Seal(b"0" * 32)


def login(url: str, user: str) -> str:
    """Give the URL with another user."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{user}-for-tests@{host}"))


def event(
    subject: str,
    version: int,
    position: int,
    previous: int = 0,
    type: str = "alpha.thing-done.v1",
    **data: Any,
) -> Event:
    """Make a sealed event of alpha."""
    return Event(
        source="alpha",
        type=type,
        stream=stream_id("thing", subject),
        version=version,
        position=position,
        previous=previous,
        recorded_at=datetime(2026, 3, 2, tzinfo=UTC),
        body=Body(
            occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
            subject=subject,
            actor=Actor(ActorKind.SYSTEM, "test"),
            correlation_id="c1",
            data=msgspec.Raw(json.dumps(data).encode()),
            region="3412XX",
            department="D07",
        ),
    )


def history(cases: int, each: int, first: int = 1) -> list[Event]:
    """Make `each` events for each of so many cases, round robin, with positions from `first`."""
    made, last = [], {}
    for number in range(cases * each):
        subject = f"case-{number % cases}"
        position = first + number
        made.append(event(subject, number // cases + 1, position, last.get(subject, 0)))
        last[subject] = position
    return made


class Effects:
    """The consumer's effect: one row an event, refused on demand."""

    def __init__(self, database: Database) -> None:
        self.application = Application(database)
        self.refuse: Callable[[Event], Exception | None] = lambda event: None
        self.calls = 0
        self.fired: list[int] = []
        self._work: UnitOfWork | None = None

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:
        with self.application.unit_of_work() as work:
            self._work = work
            yield work

    def on_events(self, batch: Sequence[Event]) -> None:
        self.calls += 1
        assert self._work is not None
        for one in batch:
            self.fired.append(one.position)
            error = self.refuse(one)
            if error is not None:
                raise error
        self._work.change(*(Insert("effect", (e.subject, e.position, e.version)) for e in batch))

    def on_records(self, batch: Sequence[Any]) -> None:
        assert self._work is not None
        for record in batch:
            if b"refuse" in record.body:
                raise ValueError("a number like 340101199001011234 must not be logged")
        self._work.change(
            *(Insert("effect", (record.subject, -1, len(record.body))) for record in batch)
        )


@dataclass
class Street:
    """The databases and the broker of alpha, beta and gamma."""

    vhost: Vhost
    urls: Mapping[str, str]
    uris: Mapping[str, str]
    databases: dict[str, Database] = field(default_factory=dict)

    def database(self, service: str) -> Database:
        if service not in self.databases:
            self.databases[service] = Database(self.urls[service], maximum=8)
        return self.databases[service]

    def write(self, events: Sequence[Event]) -> None:
        """Put events into alpha's log, one transaction, as its role may, ready to be sealed."""
        rows = [(e.stream, e.version, e.type, msgspec.json.encode(e.body)) for e in events]
        with self.database("alpha").connection() as connection, connection.cursor() as cursor:
            values = b",".join(cursor.mogrify("(%s,%s,%s,%s)", row) for row in rows)
            cursor.execute(
                b"INSERT INTO events (stream, version, topic, state) VALUES "
                + values
                + b" RETURNING xid::text"
            )
            written = cursor.fetchone()[0]
        # Writers elsewhere on the server may be older and open; the sealer waits for them.
        below = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8"
        wait_until(lambda: self.database("alpha").run(below, (written,))[0][0])

    def publish(self, events: Sequence[Event], service: str = "alpha") -> None:
        """Send these events as they are, in this order, past the log and the relay."""
        publisher = Publisher(self.uris[service])
        for one in events:
            publisher.publish(
                "alpha.events",
                routing_key(one),
                encode(one, Publication(one.type)),
                partition_key=one.subject,
                content_type=EVENT_CONTENT_TYPE,
                message_id=one.id,
                type=one.type,
            )
        publisher.confirm()
        publisher.close()

    def send(self, exchange: str, key: str, body: bytes, content_type: str, subject: str) -> None:
        """Send any bytes as the administrator."""
        publisher = Publisher(self.vhost.amqp_uri)
        publisher.publish(exchange, key, body, partition_key=subject, content_type=content_type)
        publisher.confirm()
        publisher.close()

    def relay(self, **options: Any) -> Relay:
        return Relay(self.database("alpha"), self.uris["alpha"], PUBLISHES, "alpha", **options)

    def subscriber(self, effects: Effects, service: str = "beta", **options: Any) -> Subscriber:
        options.setdefault("backoff_s", (0.2, 0.2, 0.2))
        options.setdefault("tick_s", 0.1)
        options.setdefault("known", PUBLISHED)
        return Subscriber(
            self.database(service),
            effects.work,
            Subscription(service, self.uris[service], READS, **options),
            on_events=dispatch_to(effects.on_events),
            on_records=dispatch_to(effects.on_records) if service == "beta" else None,
            seal=SEAL,
        )

    def effects(self, service: str = "beta") -> list[tuple[str, int, int]]:
        """Rows of the effect in the order they were written."""
        return [
            (str(a), int(b), int(c))
            for a, b, c in self.database(service).run(
                "SELECT subject, position, version FROM effect ORDER BY seq"
            )
        ]

    def count(self, service: str = "beta") -> int:
        return int(self.database(service).run("SELECT count(*) FROM effect")[0][0])


@contextmanager
def fresh_street(admin_url: str, vhost: Vhost, partitions: int = 4) -> Iterator[Street]:
    """Build the street in an empty database and vhost."""
    urls = {name: login(admin_url, f"banjian_{name}") for name in LISTENS}
    uris = {name: login(vhost.amqp_uri, f"banjian_{name}") for name in LISTENS}
    migrate_database(admin_url, {name: ServiceAccess(url) for name, url in urls.items()})
    migrate_bus(
        vhost.management_url,
        vhost.amqp_uri,
        uris,
        partitions,
        listens=LISTENS,
        outside_password="banjian-outside-for-tests",
        analyst_password="banjian-analyst-for-tests",
    )
    admin = Database(admin_url)
    for name in ("beta", "gamma"):
        admin.run(
            f"CREATE TABLE {name}.effect (subject text, position bigint, version int,"
            " at timestamptz DEFAULT clock_timestamp(), seq bigint GENERATED ALWAYS AS IDENTITY);"
            f"GRANT ALL ON {name}.effect TO banjian_{name}"
        )
    admin.close()
    street = Street(vhost, urls, uris)
    try:
        yield street
    finally:
        for database in street.databases.values():
            database.close()


@contextmanager
def running(target: Subscriber | Relay) -> Iterator[threading.Thread]:
    """Run a subscriber or a relay in a thread; a failure of it fails the test."""
    failed: list[BaseException] = []
    stop = target.stop if isinstance(target, Subscriber) else threading.Event()

    def run() -> None:
        try:
            target.run() if isinstance(target, Subscriber) else target.run(stop)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, name=f"test-{uuid.uuid4().hex[:6]}")
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()
    if failed:
        raise failed[0]


def in_order(rows: Sequence[tuple[str, int, int]]) -> bool:
    """Say whether each case's positions rise."""
    last: dict[str, int] = {}
    for subject, position, _ in rows:
        if position <= last.get(subject, 0):
            return False
        last[subject] = position
    return True
