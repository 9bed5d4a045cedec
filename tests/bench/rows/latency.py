"""Latency: from a command in intake to its effect in disclosure, on an idle system."""

from __future__ import annotations

import itertools
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles

import kombu

from deploy.local.roster import banjian
from services.chassis.eventlog.application import Application, command
from services.intake.domain.events import CaseAccepted
from services.kernel.aggregate import Aggregate
from services.kernel.facts import Facts
from tests.bench import bare
from tests.bench.cases import facts_of, step, stored, stream_of
from tests.bench.ground import Ground, durability_of_queues, durability_through
from tests.bench.harness import Goal, Row, Scale, Sides
from tests.support.processes import Child
from tests.support.waiting import wait_until

COMMANDS = 60
PAUSE_S = (0.01, 0.05)
"""Between two commands, random: an idle relay must not happen to be looking just then."""
LISTENS = {"disclosure": ("intake",)}


class Hall(Application):
    """Accepts a case."""

    @command
    def accept(self, facts: Facts, number: int) -> str:
        """Begin the case."""
        case = Aggregate.begin(stream_of(number))
        case.record(
            CaseAccepted,
            facts,
            project_no=facts.subject,
            item_code="34122200001",
            item_version=1,
            item_name="食品经营许可",
            case_type="IMMEDIATE",
            channel="1",
            department=facts.department,
            accepted_at=facts.occurred_at,
            mode="manual",
        )
        self.keep(case)
        return facts.subject


@contextmanager
def idle(ground: Ground, scale: Scale) -> Iterator[Sides]:
    with ExitStack() as stack:
        yard = stack.enter_context(ground.yard(["intake", "disclosure"], LISTENS))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        env = yard.env(folder)
        roles = (("relay", "intake"), ("serve", "disclosure"))
        children = [
            stack.enter_context(Child([*banjian(), *role], env, folder / f"{'-'.join(role)}.log"))
            for role in roles
        ]
        database = yard.database("intake")
        stack.callback(database.close)
        hall = Hall(database)
        watching = stack.enter_context(bare.connected(yard.urls["disclosure"])).cursor()
        pair = stack.enter_context(_KombuPair(yard.vhost.amqp_uri))
        numbers = itertools.count(1)
        chance = random.Random(1)
        found: list[float] = []

        def shown(case_no: str) -> bool:
            watching.execute("SELECT 1 FROM cases WHERE case_no = %s", (case_no,))
            return watching.fetchone() is not None

        def accept() -> float:
            number = next(numbers)
            started = time.perf_counter()
            case_no = hall.accept(facts_of(number), number)
            wait_until(lambda: shown(case_no), 60, step=0.0005, what=f"{case_no} is counted")
            return (time.perf_counter() - started) * 1000

        def subject() -> float:
            taken = []
            for _ in range(scale.events(COMMANDS)):
                time.sleep(chance.uniform(*PAUSE_S))
                taken.append(accept())
            found.extend(taken)
            return p95(taken)

        def reference() -> float:
            taken = []
            for _ in range(scale.events(COMMANDS)):
                time.sleep(chance.uniform(*PAUSE_S))
                taken.append(pair.carry())
            return p95(taken)

        try:
            accept()
        except AssertionError as error:
            said = "\n".join(child.said[-1500:] for child in children)
            raise AssertionError(f"{error}\n{said}") from None
        yield Sides(
            subject,
            reference,
            durability=lambda: {
                **durability_through(database),
                **durability_of_queues(yard.vhost),
            },
            notes=lambda: [_spread(found)],
        )


class _KombuPair:
    """kombu publishing with a confirm and consuming with an ack, one quorum queue between."""

    def __init__(self, uri: str) -> None:
        self._publishing = kombu.Connection(uri, transport_options={"confirm_publish": True})
        self._consuming = kombu.Connection(uri)
        self._queue = kombu.Queue(
            "bench.latency", durable=True, queue_arguments={"x-queue-type": "quorum"}
        )
        self._body = stored(step(1, 1))
        self._arrived = 0.0

    def carry(self) -> float:
        """Publish one message and give the ms until it was received."""
        self._arrived = 0.0
        started = time.perf_counter()
        self._producer.publish(
            self._body,
            exchange="",
            routing_key="bench.latency",
            delivery_mode=2,
            content_type="application/data",
            content_encoding="binary",
        )
        while not self._arrived:
            self._consuming.drain_events(timeout=10)
        return (self._arrived - started) * 1000

    def _on_message(self, message: kombu.Message) -> None:
        self._arrived = time.perf_counter()
        message.ack()

    def __enter__(self) -> _KombuPair:
        channel = self._consuming.channel()
        self._queue(channel).declare()
        self._producer = kombu.Producer(self._publishing.channel())
        self._consumer = kombu.Consumer(channel, [self._queue], on_message=self._on_message)
        self._consumer.consume()
        return self

    def __exit__(self, *_: object) -> None:
        self._publishing.close()
        self._consuming.close()


def p95(values: list[float]) -> float:
    """Give the 95th percentile."""
    return quantiles(values, n=20, method="inclusive")[-1]


def _spread(values: list[float]) -> str:
    cuts = quantiles(values, n=100, method="inclusive")
    return (
        f"of {len(values)} commands: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms,"
        f" p99 {cuts[98]:.1f} ms, most {max(values):.1f} ms"
    )


ROWS = (
    Row(
        "latency",
        "command to effect in another service, idle system, p95",
        "ms",
        "@command, `banjian relay intake`, `banjian serve disclosure`, row visible",
        "kombu publish to consume through one quorum queue, p95",
        Goal(most=50),
        idle,
        lower_is_better=True,
    ),
)
