"""Relay: committed events to the broker, sealed, in order, confirmed."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from services.chassis.bus.envelope import Publication, encode, routing_key
from services.chassis.bus.relay import Relay
from services.chassis.bus.sealing import Sealing
from services.chassis.eventlog import reader
from services.chassis.eventlog.sealer import Sealer
from tests.bench import bare, bare_amqp
from tests.bench.cases import StepTaken
from tests.bench.ground import Ground, durability_of_queues, durability_through
from tests.bench.harness import Goal, Row, Scale, Sides

EVENTS = 15_000
PER_CASE = 10
KOMBU_EVENTS = 400
PUBLICATIONS = {StepTaken.TOPIC: Publication(StepTaken.TOPIC)}
ONE = {"disclosure": ("intake",)}
HOUSE = {"approval": ("intake",), "disclosure": ("intake",), "notify": ("intake",)}


@contextmanager
def relaying(ground: Ground, scale: Scale, listens: Mapping[str, Sequence[str]]) -> Iterator[Sides]:
    with ground.yard(["intake", *listens], listens) as yard:
        events = scale.events(EVENTS // len(listens))
        firsts = itertools.count(0, events)
        database = yard.database("intake")
        relay = Relay(database, yard.uris["intake"], PUBLICATIONS, "intake")
        bare_publisher = bare_amqp.WindowedPublisher(yard.uris["intake"], "intake.events")
        kombu_publisher = bare_amqp.KombuPublisher(yard.uris["intake"], "intake.events")
        queues = [name for name in yard.vhost.queues() if ".g1.p" in name]

        def commit_events(number: int) -> None:
            first = next(firsts)
            bare.fill(yard.admin_url, "intake.events", first, number // PER_CASE, PER_CASE)

        with ground.quickly():
            commit_events(events)
            Sealer(database).seal(events)
            ready = [
                bare_amqp.Ready(
                    routing_key(event),
                    encode(event, PUBLICATIONS[event.type]),
                    event.body.subject,
                    event.id,
                    event.type,
                )
                for event in reader.tail(database, "intake", 0, events)
            ]
            relay.run_once()

        def subject() -> float:
            with ground.quickly():
                bare_amqp.purge(yard.vhost.amqp_uri, queues)
                commit_events(events)
            done, started = 0, time.perf_counter()
            with Sealing(Sealer(database)):  # beside the publishing, as in the relay's process
                while done < events // PER_CASE * PER_CASE:
                    done += relay.publish_once()
            return done / (time.perf_counter() - started)

        def publishing(
            publish: Callable[[Sequence[bare_amqp.Ready]], None], number: int
        ) -> Callable[[], float]:
            def reference() -> float:
                with ground.quickly():
                    bare_amqp.purge(yard.vhost.amqp_uri, queues)
                some = ready[:number]
                started = time.perf_counter()
                publish(some)
                return len(some) / (time.perf_counter() - started)

            return reference

        try:
            yield Sides(
                subject,
                publishing(bare_publisher.publish, events),
                {"kombu's own confirms": publishing(kombu_publisher.publish, KOMBU_EVENTS)},
                lambda: {**durability_through(database), **durability_of_queues(yard.vhost)},
                lambda: [f"a message has {len(ready[0].body)} bytes"],
            )
        finally:
            relay.close()
            bare_publisher.close()
            kombu_publisher.close()
            database.close()


ROWS = (
    Row(
        "relay",
        "relay, log to broker: 4 partition queues and the stream",
        "events/s",
        "Relay: seal, read, encode, publish, confirm, save",
        "py-amqp, window of 500 confirms, ready messages",
        Goal(ratio=0.40, least=10_000),
        partial(relaying, listens=ONE),
    ),
    Row(
        "relay-house",
        "the same into the house's own topology: 3 listeners, 12 partition queues and the stream",
        "events/s",
        "Relay",
        "py-amqp, window of 500 confirms, ready messages",
        Goal(ratio=0.40),
        partial(relaying, listens=HOUSE),
    ),
)
