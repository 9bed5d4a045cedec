"""Run beta as a nameko container under eventlet, in a process of its own (see test_container)."""
# ruff: noqa: E402 - nothing may be imported before the patch

from __future__ import annotations

import warnings

warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*")

import eventlet

eventlet.monkey_patch()

import signal
import sys
from collections.abc import Sequence
from typing import Any

import contracts
from services.chassis.bus.envelope import Record
from services.chassis.bus.providers import ApplicationProvider
from services.chassis.bus.subscription import ingress, subscribe
from services.chassis.eventlog.application import Application
from services.chassis.events import Event
from services.chassis.frame import Frame
from services.chassis.metrics import Metrics
from services.chassis.probes import Probes
from services.chassis.projection import Insert
from services.chassis.runner import build_container
from services.chassis.settings import Environment, Settings
from tests.integration.bus.street import PUBLISHED, READS

contracts.names = lambda: PUBLISHED  # type: ignore[assignment]


class Service:
    name = "beta"
    things: Any = ApplicationProvider(Application)

    @subscribe(reads=READS)
    def on_events(self, batch: Sequence[Event]) -> None:
        for event in batch:
            if b"boom" in bytes(event.body.data):
                raise ValueError("boom")
        self.things.uow.change(
            *(Insert("effect", (e.subject, e.position, e.version)) for e in batch)
        )
        eventlet.sleep(0)

    @ingress
    def on_records(self, batch: Sequence[Record]) -> None:
        self.things.uow.change(
            *(Insert("effect", (record.subject, -1, len(record.body))) for record in batch)
        )


def main(database_url: str, amqp_uri: str, key_file: str) -> None:
    settings = Settings(
        service="beta",
        environment=Environment.DEVELOPMENT,
        database_url=database_url,
        amqp_uri=amqp_uri,
        http_port=0,
        public_url="http://127.0.0.1",
        token_issuer="",
        token_audience="",
        vault_key_file=key_file,
    )
    probes = Probes("beta", keep_s=0)
    frame = Frame(settings, Metrics("beta"), probes, verifier=None)  # type: ignore[arg-type]
    container = build_container(Service, frame, "bus")
    container.start()
    asked = eventlet.event.Event()
    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(asked.send))
    while not probes.answer("/startupz").ok:
        eventlet.sleep(0.05)
    print("ready", flush=True)
    asked.wait()
    container.stop()
    print("stopped", frame.metrics.render().decode(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
