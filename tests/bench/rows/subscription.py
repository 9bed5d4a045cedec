"""Subscription: events from the partition queues into disclosure's read model, exactly once."""

from __future__ import annotations

import itertools
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import amqp

from services.chassis.bus.envelope import Publication, encode, routing_key
from tests.bench import bare, bare_amqp, county
from tests.bench.ground import Ground, durability_of, durability_of_queues
from tests.bench.harness import Goal, Row, Scale, Sides
from tests.support.processes import Child
from tests.support.waiting import wait_until

CASES = 8_000
HANDLER_CASES = 700
"""The reference is slower; it gets fewer, and its rate is its rate."""
LISTENS = {"disclosure": ("intake",)}
HANDLER_QUEUE = f"evt-{county.SOURCE}-{county.EVENT}--reference.on_event"


@contextmanager
def projecting(ground: Ground, scale: Scale) -> Iterator[Sides]:
    with (
        ground.yard(["intake", "disclosure"], LISTENS) as yard,
        ground.yard(["disclosure"]) as other,
        tempfile.TemporaryDirectory() as folder,
    ):
        ours = Child(
            [sys.executable, "-m", "services.chassis.runner", "disclosure", "--only", "bus"],
            yard.env(Path(folder)),
            Path(folder) / "ours.log",
        )
        theirs = Child(
            [sys.executable, "-m", "tests.bench.handler", other.vhost.amqp_uri, other.admin_url],
            yard.env(Path(folder)),
            Path(folder) / "theirs.log",
        )
        publisher = bare_amqp.WindowedPublisher(yard.uris["intake"], "intake.events")
        cases = scale.events(CASES)
        firsts = itertools.count(0, cases)
        handler_firsts = itertools.count(0, scale.events(HANDLER_CASES))
        told = 0

        def consumers(name: str, where: str) -> int:
            return int(
                {"ours": yard, "theirs": other}[where]
                .vhost.queues()
                .get(name, {})
                .get("consumers", 0)
            )

        def subject() -> float:
            nonlocal told
            ours.stop()
            with ground.quickly():
                events = list(county.published(cases, next(firsts), told))
                publisher.publish(
                    [
                        bare_amqp.Ready(
                            routing_key(event),
                            encode(event, Publication(event.type)),
                            event.subject,
                            event.id,
                            event.type,
                        )
                        for event in events
                    ]
                )
            told += len(events)
            return _timed(
                ours,
                len(events),
                yard.admin_url,
                "SELECT coalesce(upper(done) - 1, 0) FROM disclosure.inbox WHERE source = 'intake'",
                told,
            )

        def reference() -> float:
            theirs.stop()
            # Ten workers overtake each other: two events of a case at once collide, and nameko
            # acknowledges what has failed. So all acceptances come first here.
            events = sorted(
                county.published(scale.events(HANDLER_CASES), next(handler_firsts)),
                key=lambda event: event.type,
            )
            base = _count(other.admin_url)
            with ground.quickly():
                _publish_for_handler(other.vhost.amqp_uri, events, base)
            return _timed(
                theirs,
                len(events),
                other.admin_url,
                "SELECT count(*) FROM disclosure_model.facts",
                base + len(events),
            )

        with ours, theirs:
            wait_until(lambda: consumers("disclosure.g1.p3", "ours"), 60, what="ours consumes")
            wait_until(lambda: consumers(HANDLER_QUEUE, "theirs"), 60, what="nameko consumes")
            try:
                yield Sides(
                    subject,
                    reference,
                    durability=lambda: {
                        **durability_of(yard.urls["disclosure"]),
                        **durability_of_queues(yard.vhost),
                    },
                    notes=lambda: _check(yard.admin_url, told),
                )
            finally:
                publisher.close()


def _timed(child: Child, events: int, url: str, query: str, goal: int) -> float:
    """Let a stopped consumer go on and time it until the database shows the last effect."""
    with bare.connected(url) as connection, connection.cursor() as cursor:

        def arrived() -> bool:
            cursor.execute(query)
            row = cursor.fetchone()
            return row is not None and row[0] >= goal

        started = time.perf_counter()
        child.resume()
        try:
            wait_until(arrived, 60, step=0.01, what=f"{goal} effects")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{child.said[-2000:]}") from None
        return events / (time.perf_counter() - started)


def _count(url: str) -> int:
    with bare.connected(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM disclosure_model.facts")
        return int((cursor.fetchone() or (0,))[0])


def _publish_for_handler(uri: str, events: list[county.Event], base: int) -> None:
    """Publish as nameko's dispatcher would, only faster."""
    connection = bare_amqp.connect(uri)
    try:
        channel = connection.channel()
        for number, event in enumerate(events, base + 1):
            body = json.loads(encode(event, Publication(event.type)))
            message = amqp.Message(
                json.dumps({**body, "sequence": str(number)}),
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
            )
            channel.basic_publish(message, f"{county.SOURCE}.events", county.EVENT)
        channel.close()
    finally:
        connection.close()


def _check(url: str, told: int) -> list[str]:
    """See that every event has had its effect, once."""
    with bare.connected(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT position), max(position) FROM disclosure_model.facts"
        )
        rows, positions, last = cursor.fetchone() or (0, 0, 0)
        cursor.execute("SELECT done::text FROM disclosure.inbox WHERE source = 'intake'")
        done = (cursor.fetchone() or ("",))[0]
    if not rows == positions == last == told:
        raise AssertionError(f"{told} events, {rows} rows, {positions} positions, last {last}")
    return [f"{told:,} events, {rows:,} effects, inbox {done}"]


ROWS = (
    Row(
        "subscription",
        "subscription, a read model as effect",
        "events/s",
        "disclosure's own process: inbox, rows and folded cases in one transaction a batch",
        "nameko event_handler, 10 workers, the same row, one commit each",
        Goal(ratio=8, least=12_000),
        projecting,
    ),
)
