"""Carry a service's log to the bus: seal, publish in position order, save the position, again."""

from __future__ import annotations

import importlib
import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext

from services.chassis.audit.anchors import unanchored_s
from services.chassis.audit.watch import auditing_of, unsigned
from services.chassis.bus.envelope import EVENT_CONTENT_TYPE, Publication, encode, routing_key
from services.chassis.bus.publisher import WINDOW, Publisher
from services.chassis.bus.sealing import BACKOFF_S, Sealing
from services.chassis.bus.topology import events_exchange
from services.chassis.errors import BanjianError, ContractError, UnavailableError
from services.chassis.eventlog import reader
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.green import ANSWER_S
from services.chassis.eventlog.sealer import SOON, Sealer
from services.chassis.events import Event
from services.chassis.logs import configure, get_logger
from services.chassis.metrics import Metrics
from services.chassis.probes import Probes, serve_probes
from services.chassis.settings import Settings

PROBE_S = 2.0
"""How long readiness waits for the database, on a connection of its own."""
SAVE_EVERY_S = 1.0
IDLE_S = 0.25
"""Longest pause between two looks for what was sealed elsewhere: what is sealed here is told."""
LOOK_EVERY_S = 1.0
"""How often the saved position is looked at, in case somebody set it back."""
# Nobody who set the position back meanwhile is overruled. A crash that takes it back a little costs
# duplicates, as any other does.
_SAVE = f"UPDATE relay SET position = %s FROM {SOON} WHERE position < %s AND position >= %s"  # noqa: S608 - our own words


class Relay:
    """The relay of a service. Several may run: each seals in turn and duplicates are dropped later.

    Publishes everything after the saved position in order and saves a position only when the broker
    has confirmed all up to it; so a crash anywhere costs duplicates, never an event. Sealing
    goes on in a thread of its own while publishing waits.
    """

    def __init__(
        self,
        database: Database,
        amqp_uri: str,
        publications: Mapping[str, Publication],
        service: str,
        *,
        window: int = WINDOW,
        batch: int = 500,
        confirm_timeout_s: float = 10.0,
        metrics: Metrics | None = None,
    ) -> None:
        """`publications`: what becomes of each stored topic; a topic not in it stops the relay."""
        self._database = database
        self._amqp_uri = amqp_uri
        self._publications = publications
        self._service = service
        self._exchange = events_exchange(service)
        self._window = window
        self._batch = batch
        self._confirm_timeout_s = confirm_timeout_s
        self._metrics = metrics
        self._sealer = Sealer(database, service)
        self._publisher: Publisher | None = None
        self._saved = -1
        self._looked_at = 0.0
        self._sealing: Sealing | None = None
        self.trouble = ""
        """Why nothing is published at present; empty when all is well."""

    @property
    def position(self) -> int:
        """Last position known to be confirmed; -1 before the first look."""
        return self._saved

    def run(self, stop: threading.Event) -> None:
        """Seal and publish until `stop` is set; lives through outages of broker and database."""
        with Sealing(self._sealer) as sealing:
            self._sealing = sealing
            self._publish_until(stop, sealing)

    def run_once(self) -> int:
        """Seal and publish what there is now; gives the number of events published.

        Raises:
            UnavailableError: broker or database trouble; the saved position stays where it was.
            ContractError: the log holds an event that no `Publication` names.
        """
        self._sealer.seal()
        return self.publish_once()

    def publish_once(self) -> int:
        """Publish what is sealed; gives and raises what `run_once` does."""
        self._look()
        publisher = self._open()
        total, last, saved_at = 0, self._saved, time.monotonic()
        while events := reader.tail(self._database, self._service, last, self._batch):
            for event in events:
                self._publish(publisher, event)
            total += len(events)
            last = events[-1].position
            if time.monotonic() - saved_at >= SAVE_EVERY_S:
                self._save(publisher, last)
                saved_at = time.monotonic()
            if len(events) < self._batch:
                break
        if total:
            self._save(publisher, last)
        else:
            publisher.tick()
        return total

    def lag(self) -> int:
        """Events in the log, sealed or not, that the broker has not confirmed; asks the database.

        Raises:
            UnavailableError: the database does not answer.
        """
        saved = self._saved if self._saved >= 0 else self._read_position()
        log = reader.lag(self._database, self._service)
        return max(log.tip + log.unsealed - saved, 0)

    def check(self) -> str:
        """Readiness: says how the relay is.

        Raises:
            UnavailableError: nothing can be published, or nothing sealed, at present.
        """
        sealing = self._sealing.trouble if self._sealing is not None else ""
        if self.trouble or sealing:
            raise UnavailableError(self.trouble or sealing)
        return f"confirmed to {self._saved}"

    def close(self) -> None:
        """Close the connection to the broker."""
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            publisher.close()

    def _publish_until(self, stop: threading.Event, sealing: Sealing) -> None:
        failures = 0
        while not stop.is_set():
            sealing.news.clear()
            try:
                published = self.publish_once()
                self._recovered()
                failures = 0
            except BanjianError as error:
                self._interrupted(error)
                stop.wait(min(BACKOFF_S[0] * 2.0**failures, BACKOFF_S[1]))
                failures = min(failures + 1, 10)
                continue
            if not published and not stop.is_set():
                # Another process may have sealed, and died before it published.
                sealing.news.wait(IDLE_S)
        self.close()

    def _publish(self, publisher: Publisher, event: Event) -> None:
        publication = self._publications.get(event.type)
        if publication is None:
            raise ContractError(f"{event.type} at {event.position} is in no PUBLISHES")
        publisher.publish(
            self._exchange,
            routing_key(event, publication),
            encode(event, publication),
            partition_key=event.body.subject,
            content_type=EVENT_CONTENT_TYPE,
            message_id=event.id,
            type=publication.type,
        )

    def _save(self, publisher: Publisher, position: int) -> None:
        publisher.confirm()
        self._database.run(_SAVE, (position, position, self._saved))
        if self._metrics is not None:
            self._metrics.relayed(position - self._saved)
        self._saved = position

    def _open(self) -> Publisher:
        if self._publisher is None:
            self._publisher = Publisher(
                self._amqp_uri,
                window=self._window,
                confirm_timeout_s=self._confirm_timeout_s,
                name=f"{self._service} relay",
            )
            get_logger().info("relay_started", position=self._saved)
        return self._publisher

    def _look(self) -> None:
        """Take up a position that somebody set back (`rewind`)."""
        now = time.monotonic()
        if self._saved >= 0 and now - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = now
        position = self._read_position()
        if 0 <= self._saved <= position:
            return
        if self._saved >= 0:
            get_logger().warning("relay_rewound", position=position, before=self._saved)
        self._saved = position

    def _read_position(self) -> int:
        rows = self._database.read("SELECT position FROM relay")
        return int(rows[0][0]) if rows else 0

    def _interrupted(self, error: BanjianError) -> None:
        self.close()
        self._saved = -1
        if not self.trouble:
            get_logger().warning("relay_interrupted", error=error.message, position=self._saved)
        self.trouble = error.message

    def _recovered(self) -> None:
        if self.trouble:
            get_logger().info("relay_caught_up", position=self._saved)
        self.trouble = ""


def rewind(database: Database, position: int) -> None:
    """Let the relay publish again everything after `position`; consumers drop what they have.

    A running relay takes it up within `LOOK_EVERY_S`.
    """
    database.run("UPDATE relay SET position = least(position, %s)", (position,))


def publications_of(service: str) -> Mapping[str, Publication]:
    """Give `PUBLISHES` of a service's messages."""
    published: Mapping[str, Publication] = importlib.import_module(
        f"services.{service}.messages"
    ).PUBLISHES
    return published


def at_once_of(service: str) -> Collection[str]:
    """Give `CHECKPOINTED` of a service's messages: topics a checkpoint follows at once."""
    module = importlib.import_module(f"services.{service}.messages")
    topics: Collection[str] = getattr(module, "CHECKPOINTED", frozenset())
    return topics


def main(service: str) -> None:
    """Run the relay of a service in this process until SIGTERM, with probes and metrics."""
    settings = Settings.read(service, os.environ)
    configure(service)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    database = Database(
        settings.database_url, maximum=4, answer_s=ANSWER_S, application_name=f"{service} relay"
    )
    metrics = Metrics(service)
    relay = Relay(database, settings.amqp_uri, publications_of(service), service, metrics=metrics)
    metrics.watch("relay_lag_events", lambda: _or_unknown(relay.lag))
    metrics.watch(
        "ledger_position_events", lambda: _or_unknown(lambda: reader.lag(database, service).tip)
    )
    metrics.watch(
        "tail_age_seconds", lambda: _or_unknown(lambda: reader.lag(database, service).oldest_s)
    )
    auditing = auditing_of(settings, database, at_once_of(service))
    metrics.watch("unsigned_events", lambda: _or_unknown(lambda: unsigned(database)))
    metrics.watch("unanchored_seconds", lambda: _or_unknown(lambda: unanchored_s(database)))
    probes = Probes(service)
    probes.add("broker", relay.check)
    asked = Database(
        settings.database_url,
        maximum=1,
        acquire_timeout_s=PROBE_S,
        connect_timeout_s=2,
        answer_s=PROBE_S,
        application_name=f"{service} relay probe",
    )
    probes.add("database", lambda: str(asked.run("SELECT 'answers'")[0][0]))
    server = serve_probes(settings.http_host, settings.relay_port, probes, metrics)
    get_logger().info("process_started", role="relay", port=server.port)
    try:
        with auditing or nullcontext():
            relay.run(stop)
    finally:
        server.stop()
        asked.close()
        database.close()
    get_logger().info("process_stopped", role="relay")


def _or_unknown(measure: Callable[[], float]) -> float:
    try:
        return float(measure())
    except UnavailableError:
        return float("nan")


def run(arguments: Sequence[str]) -> None:
    """Entry of `python -m services.chassis.bus.relay <service>`."""
    if len(arguments) != 1:
        raise SystemExit("usage: python -m services.chassis.bus.relay <service>")
    main(arguments[0])


if __name__ == "__main__":
    import sys

    run(sys.argv[1:])
