"""The consuming loop, without nameko: batches from the partition queues, effects, one ack."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from services.chassis.bus import generation as generations
from services.chassis.bus.consumer import Collected, Consumer, check_queues
from services.chassis.bus.delivery import End, Item, Reader, Refused
from services.chassis.bus.held import BodySeal, State, count_held
from services.chassis.bus.inbox import OpensWork
from services.chassis.bus.retries import BACKOFF_S, claim, rescue
from services.chassis.bus.settling import Dispatch, InterruptedBatchError, Settling, Turn
from services.chassis.errors import UnavailableError
from services.chassis.eventlog.database import Database
from services.chassis.logs import get_logger
from services.chassis.metrics import Metrics


@dataclass(frozen=True)
class Subscription:
    """What one service takes from the bus, and how.

    Args:
        service: name of the consuming service.
        amqp_uri: of its own broker user.
        reads: event types it reads (`messages.READS`).
        known: all published types, so that a type nobody published is parked. Empty: ignored.
        partitions: partitions of the first generation, as `migrate_bus` made them.
        batch: most messages a transaction.
        prefetch: most unacknowledged messages in all queues together.
        linger_s: how long a batch waits for one more message.
        tick_s: how often held messages and generations are looked at.
        backoff_s: waits before attempt 2, 3, ...; then parked.
        heartbeat_s: AMQP heartbeat.
    """

    service: str
    amqp_uri: str
    reads: Collection[str]
    known: Collection[str] = ()
    partitions: int = 4
    batch: int = 1000
    prefetch: int = 4000
    linger_s: float = 0.001
    tick_s: float = 0.5
    backoff_s: Sequence[float] = BACKOFF_S
    heartbeat_s: int = 10


def dispatch_to(handler: Callable[[Sequence[Any]], object]) -> Dispatch:
    """Run turns in the calling thread (nameko's entrypoints run them in a worker instead)."""

    def dispatch(turn: Turn) -> None:
        turn.run(handler)

    return dispatch


class _Batch(NamedTuple):
    """Messages that were read and placed; `collected` is acknowledged when all are settled."""

    collected: Collected
    placed: Sequence[Item | Refused | End]


READ_AT_ONCE = 100
"""Messages read ahead before whoever waits for the database may go on."""


@dataclass
class Subscriber:
    """Consumes all partition queues of a service until told to stop; survives every outage.

        Subscriber(database, application.unit_of_work, subscription, on_events=dispatch_to(project))

    Args:
        work: opens the unit of work in which a batch takes effect.
        on_events, on_records: how a batch of events, or of records from outside, is fired.
        seal: hides bodies of held messages; needed by whoever takes records from outside.
    """

    database: Database
    work: OpensWork
    subscription: Subscription
    on_events: Dispatch | None = None
    on_records: Dispatch | None = None
    seal: BodySeal | None = None
    metrics: Metrics | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        if self.on_records is not None and self.seal is None:
            raise ValueError("records from outside may carry personal data: a seal is needed")
        wanted = self.subscription
        self._consumer: Consumer | None = None
        self._ahead: _Batch | None = None
        self._reader = Reader(
            wanted.reads, wanted.known, self.on_records is not None, wanted.service
        )
        self._settling = Settling(
            self.database,
            self.work,
            self.on_events,
            self.on_records,
            self.seal,
            self.metrics,
            wanted.backoff_s,
            self._pause,
        )
        self._tick_at = 0.0
        self._rescue_at = 0.0
        self.ready = False
        """The queues are being read at this moment."""

    def run(self) -> None:
        """Consume until `stop` is set, then finish the batch in hand and leave the rest."""
        failures = 0
        while not self.stop.is_set():
            try:
                self._open()
                failures = 0
                while not self.stop.is_set():
                    self.step()
            except InterruptedBatchError:
                break
            except UnavailableError as error:
                get_logger().warning("subscription_interrupted", error=error.message)
            finally:
                self._close()
            self.stop.wait(min(0.2 * 2**failures, 5.0))
            failures = min(failures + 1, 10)

    def check(self) -> str:
        """Readiness: compare the queues with what they must be.

        Raises:
            UnavailableError: one is missing or wrong; the text says which.
        """
        known = generations.read_generations(self.database)
        queues = generations.queues_to_read(self.subscription.service, known)
        needed = [name for name, must in queues.items() if must]
        return check_queues(self.subscription.amqp_uri, self.subscription.service, needed)

    def beat(self) -> None:
        """Tell the broker that we live, from inside a long batch; a lost connection shows later."""
        if self._consumer is not None:
            with suppress(UnavailableError):
                self._consumer.beat()

    def step(self, wait_s: float = 0.2) -> int:
        """Take one batch, or look at what is due; gives the number of messages taken.

        Raises:
            UnavailableError: the broker is away; nothing of the batch is acknowledged.
            InterruptedBatchError: `stop` was set while the database was away.
        """
        consumer = self._consumer or self._open()
        if time.monotonic() >= self._tick_at:
            self._tick(consumer)
        batch, self._ahead = self._ahead or self._read(consumer, wait_s), None
        if batch.placed:
            self._settle(batch.placed)
            consumer.ack(batch.collected)
        return len(batch.placed)

    def read_ahead(self) -> None:
        """Read the next batch, if it is there, while the one in hand waits for the database.

        Belongs to the thread or greenlet of `run`. Nothing of it takes effect or is acknowledged
        before its turn; a connection lost here shows when the batch in hand is acknowledged.
        """
        consumer = self._consumer
        if consumer is None or not consumer.alive or self._ahead is not None:
            return
        with suppress(UnavailableError):
            batch = self._read(consumer, 0.0)
            self._ahead = batch if batch.placed else None

    def _open(self) -> Consumer:
        wanted = self.subscription
        generations.ensure_generation(self.database, wanted.partitions)
        consumer = Consumer(
            wanted.amqp_uri,
            wanted.service,
            prefetch=wanted.prefetch,
            heartbeat_s=wanted.heartbeat_s,
        )
        self._consumer = consumer
        self._tick_at = 0.0
        self._read_queues(consumer)
        self.ready = True
        get_logger().info("subscription_started", queues=len(consumer.queues))
        return consumer

    def _close(self) -> None:
        self.ready = False
        self._ahead = None
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close()

    def _read_queues(self, consumer: Consumer) -> None:
        known = generations.read_generations(self.database)
        consumer.read_queues(generations.queues_to_read(self.subscription.service, known))

    def _read(self, consumer: Consumer, wait_s: float) -> _Batch:
        wanted = self.subscription
        collected = consumer.collect(wanted.batch, wait_s, wanted.linger_s)
        placed: list[Item | Refused | End] = []
        for number, delivery in enumerate(collected.deliveries, 1):
            placed.append(self._reader.read(delivery))
            if number % READ_AT_ONCE == 0:
                time.sleep(0)  # an answer of the database goes first
        return _Batch(collected, placed)

    def _settle(self, batch: Sequence[Item | Refused | End]) -> None:
        events: list[Item | Refused] = []
        records: list[Item | Refused] = []
        ends: list[End] = []
        for placed in batch:
            if isinstance(placed, End):
                ends.append(placed)
            elif placed.position is None:
                records.append(placed)
            else:
                events.append(placed)
        if self._settling.settle(records) | self._settling.settle(events):
            self._tick_at = 0.0
        for end in ends:
            self._mark_drained(end)
        if ends:
            self._tick_at = 0.0

    def _mark_drained(self, end: End) -> None:
        failures = 0
        while True:
            try:
                generations.mark_drained(self.database, end.generation, end.partition)
            except UnavailableError:
                self._pause(failures)
                failures += 1
            else:
                return

    def _tick(self, consumer: Consumer) -> None:
        """Look at held messages and generations; the database may be away for all we care."""
        self._tick_at = time.monotonic() + self.subscription.tick_s
        try:
            if time.monotonic() >= self._rescue_at:
                self._rescue_at = time.monotonic() + 30.0
                rescue(self.database)
            self._read_queues(consumer)
            due = claim(self.database, self.seal)
            for claimed in due:
                self.beat()
                self._settling.try_again(claimed, self._reader.read(claimed.delivery))
            if due:
                self._tick_at = 0.0
            self._count()
        except UnavailableError:
            if not consumer.alive:
                raise

    def _count(self) -> None:
        if self.metrics is not None:
            counted = count_held(self.database)
            self.metrics.parked(counted[State.PARKED])
            self.metrics.held(counted[State.WAITING] + counted[State.RETRYING])

    def _pause(self, failures: int) -> None:
        """Wait for the database with the messages in hand, and tell the broker that we live."""
        until = time.monotonic() + min(0.1 * 2.0 ** min(failures, 10), 5.0)
        while time.monotonic() < until:
            if self.stop.wait(0.1):
                raise InterruptedBatchError
            self.beat()
