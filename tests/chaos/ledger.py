"""The ledger check: what must hold after every fault, asked from the house itself.

acknowledged   every acknowledged command is in the log exactly once
doubled        no command, acknowledged or not, is there twice; no version of a stream is missing
read model     each read model equals the one rebuilt from the logs
bus            what was published is what is in the log, each stream in its order
ledger         positions without gaps, one a event; leaves and predecessors computed anew are equal
recovered      all of it sealed, relayed and taken in within some seconds, nobody lending a hand

    check_ledger(house, [Command(key)], attempted=[...], services=("catalog", "intake"))
"""

from __future__ import annotations

import gc
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import amqp
import psycopg2
from psycopg2 import sql

from services.chassis.bus.envelope import EVENT_CONTENT_TYPE, decode
from services.chassis.bus.topology import LISTENS, STREAM_QUEUE
from services.chassis.errors import BanjianError
from services.chassis.eventlog.merkle import event_leaf
from services.chassis.names import SERVICES
from tests.integration.rebuild_logs import rebuild_of
from tests.support.house import House
from tests.support.processes import answers
from tests.support.waiting import wait_until

MARK = "application/vnd.banjian.test-mark"
"""Content type of the message that says: up to here."""


@dataclass(frozen=True)
class Command:
    """Something a client asked for, and the one event that says it was done."""

    id: str
    """Its X-Correlation-Id (HTTP), `row_guid` (a record), or the event's subject."""
    service: str = "intake"
    topic: str = "intake.case-submitted.v1"


@dataclass(frozen=True)
class Ledger:
    """What a successful check found."""

    events: dict[str, int]
    recovered_s: float


class LedgerError(AssertionError):
    """The ledger check failed; `aspects` names what does not hold."""

    def __init__(self, findings: list[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{aspect}: {text}" for aspect, text in findings))
        self.aspects = {aspect for aspect, _ in findings}


def check_ledger(
    house: House,
    acknowledged: Iterable[Command] = (),
    *,
    attempted: Iterable[Command] = (),
    services: Collection[str] = SERVICES,
    within_s: float = 30,
    held: int = 0,
    ready: Sequence[str] = (),
    bus: Callable[[], list[tuple[str, str]]] | None = None,
) -> Ledger:
    """Wait for quiet, then check all six.

    Args:
        attempted: commands whose client got no answer: at most once.
        services: those whose `serve` and `relay` run; only they are looked at.
        within_s: seconds from now until everything must be taken in.
        held: messages that may stay held, all services together.
        ready: URLs that must answer 200 in the end, e.g. readiness probes.
        bus: gives (source, event id) as published, in order; default: `banjian.stream`.

    Raises:
        LedgerError: lists everything that does not hold.
    """
    findings: list[tuple[str, str]] = []
    started = time.monotonic()
    try:
        wait_until(
            lambda: not _behind(house, services, held) and all(map(answers, ready)),
            within_s,
            step=0.1,
        )
    except AssertionError:
        missing = _behind(house, services, held)
        missing += [f"{url} is not ready" for url in ready if not answers(url)]
        findings += [("recovered", f"not within {within_s:g} s: {text}") for text in missing]
    recovered_s = time.monotonic() - started
    with closing(psycopg2.connect(house.database_url)) as connection:
        findings += _commands(connection, acknowledged, attempted)
        for service in services:
            findings += _versions(connection, service)
            findings += _ledger(connection, service)
        published = (bus or (lambda: published_on(house)))()
        findings += _bus(connection, services, published)
        events = {service: _count(connection, service) for service in services}
    findings += _read_models(house, services)
    if findings:
        raise LedgerError(findings)
    return Ledger(events, recovered_s)


def _behind(house: House, services: Collection[str], held: int) -> list[str]:
    """Say what is not sealed, relayed or taken in; empty when the house is quiet."""
    found, kept = [], 0
    try:
        with closing(psycopg2.connect(house.database_url, connect_timeout=3)) as connection:
            for service in services:
                events, tip = _count(connection, service), _tip(connection, service)
                relayed = _one(connection, service, "SELECT position FROM {relay}")
                if not events == tip == relayed:
                    found.append(f"{service}: {events} events, {tip} sealed, {relayed} relayed")
                kept += _one(
                    connection, service, "SELECT count(*) FROM {held} WHERE state <> 'discarded'"
                )
                for source in set(LISTENS[service]) & set(services):
                    found += _not_taken(connection, service, source)
    except psycopg2.OperationalError as error:
        return [f"database: {str(error).strip()}"]
    if kept > held:
        found.append(f"{kept} messages are held, at most {held} may be")
    return found


def _not_taken(connection: Any, service: str, source: str) -> list[str]:
    missing = _one(
        connection,
        service,
        "SELECT (int8multirange(int8range(1, %s))"
        " - coalesce((SELECT done FROM {inbox} WHERE source = %s), '{{}}')"
        " - coalesce((SELECT range_agg(int8range(position, position, '[]')) FROM {held}"
        "   WHERE source = %s AND position IS NOT NULL), '{{}}'))::text",
        (_tip(connection, source) + 1, source, source),
    )
    return [] if missing == "{}" else [f"{service} has not taken in {missing} of {source}"]


def _commands(
    connection: Any, acknowledged: Iterable[Command], attempted: Iterable[Command]
) -> list[tuple[str, str]]:
    known: dict[tuple[str, str], Counter[str]] = {}
    found = []
    sure = set(acknowledged)
    for command in sure | set(attempted):
        place = (command.service, command.topic)
        if place not in known:
            known[place] = _names(connection, *place)
        times = known[place][command.id]
        if command in sure and not times:
            found.append(("acknowledged", f"{command.id} was acknowledged and is not in the log"))
        if times > 1:
            found.append(("doubled", f"{command.id} is in the log {times} times"))
    return found


def _names(connection: Any, service: str, topic: str) -> Counter[str]:
    """Count the events of a topic under each of the names a command may have."""
    rows = _rows(
        connection,
        service,
        "SELECT state->>'correlation_id', state->>'subject', state->'data'->>'row_guid'"
        " FROM (SELECT convert_from(state, 'UTF8')::jsonb AS state FROM {events}"
        "       WHERE topic = %s) AS e",
        (topic,),
    )
    return Counter(name for row in rows for name in {name for name in row if name})


def _versions(connection: Any, service: str) -> list[tuple[str, str]]:
    rows = _rows(
        connection,
        service,
        "SELECT stream, array_agg(version ORDER BY version) FROM {events} GROUP BY stream"
        " HAVING count(*) <> max(version) OR min(version) <> 1",
    )
    return [("doubled", f"{service}: stream {row[0]} has versions {row[1]}") for row in rows]


def _ledger(connection: Any, service: str) -> list[tuple[str, str]]:
    rows = _rows(
        connection,
        service,
        "SELECT l.position, l.previous, l.leaf, e.stream::text, e.version, e.topic, e.recorded_at,"
        " e.state FROM {ledger} l LEFT JOIN {events} e USING (xid, id) ORDER BY l.position",
    )
    last: dict[str, int] = {}
    found = []
    for wanted, (position, previous, leaf, stream, version, topic, at, state) in enumerate(rows, 1):
        if position != wanted:
            found.append(("ledger", f"{service}: position {wanted} is missing"))
            break
        if stream is None:
            found.append(("ledger", f"{service}: position {position} has no event"))
            continue
        if bytes(leaf) != event_leaf(UUID(stream), version, topic, at, bytes(state)):
            found.append(("ledger", f"{service}: the leaf at {position} is not its event's"))
        if previous != last.get(stream, 0):
            found.append(("ledger", f"{service}: {position} names {previous} as the one before"))
        last[stream] = position
    events = _count(connection, service)
    if events != len(rows):
        found.append(("ledger", f"{service}: {events} events, {len(rows)} in the ledger"))
    return found


def _bus(
    connection: Any, services: Collection[str], published: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for service in services:
        ids = [own for source, own in published if source == service]
        rows = _rows(connection, service, "SELECT stream || '/' || version FROM {events}")
        log, out = {row[0] for row in rows}, set(ids)
        found += [("bus", f"{service}: {own} was never published") for own in sorted(log - out)]
        found += [("bus", f"{service}: {own} is in no log") for own in sorted(out - log)]
        seen: dict[str, set[int]] = defaultdict(set)
        for own in ids:
            stream, _, version = own.partition("/")
            if int(version) > 1 and int(version) - 1 not in seen[stream]:
                found.append(("bus", f"{service}: {own} was published before its predecessor"))
            seen[stream].add(int(version))
    return found


def _read_models(house: House, services: Collection[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    try:
        for service in services:
            try:
                differences = rebuild_of(house, service, verify=True).differences
            except BanjianError as error:
                found.append(("read model", f"{service}: {error}"))
                continue
            found += [
                ("read model", f"{service}.{one.table}: {'; '.join(one.examples)}")
                for one in differences
            ]
    finally:
        gc.unfreeze()  # a rebuild freezes it, which is for a process of its own
    return found


def published_on(house: House) -> list[tuple[str, str]]:
    """Read `banjian.stream` from its first message: (source, event id), repetitions included."""
    return [
        (event.source, event.id)
        for kind, body in stream_messages(house)
        if kind == EVENT_CONTENT_TYPE
        for event in (decode(body),)
    ]


def stream_messages(house: House, timeout_s: float = 30) -> list[tuple[str, bytes]]:
    """Read everything on `banjian.stream`: (content type, body). A mark of ours ends the reading.

    What was confirmed before the call is all there: the mark stands behind it.
    """
    found: list[tuple[str, bytes]] = []
    with closing(connect(house.vhost.amqp_uri)) as connection:
        channel = connection.channel()
        mark = uuid.uuid4().hex
        message = amqp.Message(mark, content_type=MARK, delivery_mode=2)
        channel.basic_publish(message, exchange="", routing_key=STREAM_QUEUE)
        ended: list[bool] = []

        def take(delivery: Any) -> None:
            channel.basic_ack(delivery.delivery_tag)
            body = delivery.body if isinstance(delivery.body, bytes) else delivery.body.encode()
            if delivery.properties.get("content_type") != MARK:
                found.append((delivery.properties.get("content_type", ""), body))
            elif body == mark.encode():
                ended.append(True)

        channel.basic_qos(0, 500, False)
        channel.basic_consume(STREAM_QUEUE, callback=take, arguments={"x-stream-offset": "first"})
        deadline = time.monotonic() + timeout_s
        while not ended:
            left = deadline - time.monotonic()
            assert left > 0, f"no end of {STREAM_QUEUE} in {timeout_s:g} s"
            connection.drain_events(timeout=left)
    return found


def connect(uri: str) -> Any:
    """Connect to the broker."""
    parts = urlsplit(uri)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port}",
        userid=parts.username,
        password=parts.password,
        virtual_host=parts.path.removeprefix("/") or "/",
    )
    connection.connect()
    return connection


def _count(connection: Any, service: str) -> int:
    return int(_one(connection, service, "SELECT count(*) FROM {events}"))


def _tip(connection: Any, service: str) -> int:
    return int(_one(connection, service, "SELECT coalesce(max(position), 0) FROM {ledger}"))


def _one(connection: Any, service: str, text: str, params: Sequence[object] = ()) -> Any:
    return _rows(connection, service, text, params)[0][0]


def _rows(
    connection: Any, service: str, text: str, params: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    names = ("events", "ledger", "inbox", "held", "relay", "commands")
    statement = sql.SQL(text).format(**{name: sql.Identifier(service, name) for name in names})
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return list(cursor.fetchall())
