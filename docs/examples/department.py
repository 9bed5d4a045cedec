"""Work as a department that has a system of its own: hear its tasks, send its decisions.

    python department.py --address-file banjian.address --department D07 --listen 20 --approve

Needs only py-amqp (`pip install amqp`). The address is what `banjian source add` gave for the kinds
`department.start` and `department.decision`. Every task that is heard is taken up; with `--approve`
it is granted too. Replies are printed; ends with 1 when a row was refused.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp

INGRESS, EVENTS = "banjian.ingress", "approval.events"
TASKS = ("task-created", "task-ready", "task-cancelled", "task-reopened", "task-deemed-consented")
ATTEMPTS = 5
TROUBLE = (amqp.AMQPError, OSError)


class Department:
    """One department: its tasks and replies come in, what it does goes out."""

    def __init__(self, address: str, code: str) -> None:
        self._parts = urlsplit(address)
        self.name = unquote(self._parts.username or "")
        self.code = code
        self._queue = f"{self.name}.tasks"

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        parts = self._parts
        connection = amqp.Connection(
            host=f"{parts.hostname}:{parts.port or 5672}",
            userid=self.name,
            password=unquote(parts.password or ""),
            virtual_host=unquote(parts.path[1:]) or "/",
            ssl=parts.scheme == "amqps",
            connect_timeout=10,
            read_timeout=30,
            write_timeout=30,
        )
        connection.connect()
        try:
            yield connection.channel()
        finally:
            with suppress(*TROUBLE):
                connection.close()

    def open_mailbox(self) -> None:
        """Make the queue of tasks and replies; once is enough, but before the first task."""
        with self._channel() as channel:
            channel.queue_declare(
                self._queue,
                durable=True,
                auto_delete=False,
                arguments={"x-queue-type": "quorum", "x-max-length": 100_000},
            )
            for event in TASKS:  # another department's tasks the broker refuses
                channel.queue_bind(self._queue, EVENTS, f"{event}.*.{self.code}")
            channel.queue_bind(self._queue, EVENTS, f"record-refused.*.{self.name}")

    def send(self, kind: str, project_no: str, **said: Any) -> str:
        """Send one row, confirmed; on trouble again, which is lawful. Gives its row_guid."""
        now = datetime.now(UTC).isoformat()
        row = {
            "record": f"department-{kind}",
            "project_no": project_no,
            "row_guid": str(uuid.uuid4()),
            "cd_operation": "insert",
            "cd_time": now,
            "data_source": self.name,
            "org_code": self.code,
            **said,
        }
        for failures in range(ATTEMPTS):
            try:
                with self._channel() as channel:
                    channel.confirm_select()
                    self._publish(channel, kind, row)
                break
            except TROUBLE:
                if failures + 1 == ATTEMPTS:
                    raise
                time.sleep(0.2 * 2**failures)
        return str(row["row_guid"])

    def start(self, project_no: str) -> str:
        """Say that the task is taken up."""
        return self.send("start", project_no)

    def decide(self, project_no: str, granted: bool, document: bytes, **said: Any) -> str:
        """Send a decision with the digest of its signed document, which proves when it was made."""
        told = {
            "decision": "granted" if granted else "rejected",
            "decided_at": datetime.now(UTC).isoformat(),
            "document_hash": hashlib.sha256(document).hexdigest(),
        }
        return self.send("decision", project_no, **(told | said))

    def _publish(self, channel: Any, kind: str, row: dict[str, Any]) -> None:
        channel.basic_publish_confirm(
            amqp.Message(
                json.dumps(row, ensure_ascii=False).encode(),
                content_type="application/json",
                delivery_mode=2,
                user_id=self.name,  # checked by the broker; without it the row is refused
                message_id=row["row_guid"],
                application_headers={"partitionkey": row["project_no"]},
            ),
            INGRESS,
            f"{self.name}.department.{kind}",
            mandatory=True,
            confirm_timeout=10,
        )

    def events(self, seconds: float) -> Iterator[dict[str, Any]]:
        """Give tasks and replies that come within this time; what was given is not given again."""
        until = time.monotonic() + seconds
        with self._channel() as channel:
            while time.monotonic() < until:
                message = channel.basic_get(self._queue)
                if message is None:
                    time.sleep(0.1)
                    continue
                body = message.body
                yield json.loads(body if isinstance(body, str) else bytes(body))
                channel.basic_ack(message.delivery_tag)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--department", required=True, help="code of the department, such as D07")
    parser.add_argument("--address-file", type=Path, help="what `banjian source add --out` wrote")
    parser.add_argument("--listen", type=float, default=5, help="seconds to wait for tasks")
    parser.add_argument("--approve", action="store_true", help="grant every task that is ready")
    said = parser.parse_args()
    address = said.address_file.read_text() if said.address_file else ""
    address = (address or os.environ["BANJIAN_SOURCE_URI"]).strip()
    department = Department(address, said.department)
    department.open_mailbox()
    refused, seen = 0, set()
    for event in department.events(said.listen):
        told, data = event["type"].split(".")[1], event["data"]
        sys.stdout.write(f"{told} {data.get('project_no', '-')} {data.get('reason', '')}".rstrip())
        sys.stdout.write("\n")
        sys.stdout.flush()
        refused += told == "record-refused"
        # A task that waits for others is created with its prerequisites, and ready later.
        ready = told == "task-ready" or (told == "task-created" and "prerequisites" not in data)
        if not ready or (event["source"], event["id"]) in seen:
            continue
        seen.add((event["source"], event["id"]))
        department.start(data["project_no"])
        if said.approve:
            department.decide(data["project_no"], True, b"the signed document")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
