"""nameko as its documentation uses it: `event_handler`, one message, one effect, one ack.

`python -m tests.bench.handler AMQP_URI DATABASE_URL`: the reference of the subscription row. To be
run, never imported: it patches its whole process.
"""
# ruff: noqa: E402 - nothing may be imported before the patch

from __future__ import annotations

import warnings

warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*")

import eventlet

eventlet.monkey_patch()

import sys
from typing import Any

import psycopg2
from eventlet.queue import Queue
from nameko.containers import ServiceContainer
from nameko.events import event_handler
from nameko.extensions import DependencyProvider

from tests.bench.county import EVENT, SOURCE

WORKERS = 10
"""nameko's own default."""
INSERT = "INSERT INTO facts VALUES (" + ", ".join(["%s"] * 15) + ")"


class Connections(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """A connection for each worker."""

    def setup(self) -> None:
        self.free: Queue = Queue()
        for _ in range(WORKERS):
            connection = psycopg2.connect(
                self.container.config["DATABASE_URL"], options="-c search_path=disclosure_model"
            )
            connection.autocommit = True
            self.free.put(connection)

    def get_dependency(self, worker_ctx: Any) -> Queue:
        return self.free


class Service:
    """Puts the same row into the same table as disclosure does."""

    name = "reference"
    connections = Connections()

    @event_handler(SOURCE, EVENT)
    def on_event(self, event: dict[str, Any]) -> None:
        connection = self.connections.get()
        try:
            with connection.cursor() as cursor:
                cursor.execute(INSERT, row_of(event))
        finally:
            self.connections.put(connection)


def row_of(event: dict[str, Any]) -> tuple[Any, ...]:
    """Make the row of `facts`; times stay text, the database reads them."""
    data = event["data"]
    place = ("intake", int(event["sequence"]))
    if "accepted_at" in data:
        at = data["accepted_at"]
        due = data["promised_due_at"]
        what = (data["channel"], data["department"], data["item_code"], event["region"])
        return (*place, "accepted", data["project_no"], "accept", at, month(at), due,
                None, None, None, *what)  # fmt: skip
    at = data["completed_at"]
    kind = data["completion_kind"]
    return (*place, "completed", data["project_no"], "result", None, None, None,
            at, month(at), kind, None, None, None, None)  # fmt: skip


def month(at: str) -> int:
    """Number a month as disclosure does."""
    return int(at[:4]) * 12 + int(at[5:7]) - 1


if __name__ == "__main__":
    config = {"AMQP_URI": sys.argv[1], "DATABASE_URL": sys.argv[2], "max_workers": WORKERS}
    container = ServiceContainer(Service, config)
    container.start()
    container.wait()
