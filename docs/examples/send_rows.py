"""Send rows to Banjian and print its replies. Needs only py-amqp (`pip install amqp`).

    python send_rows.py rows.jsonl --address-file banjian.address --listen 10

One row a line, as JSON (contracts/ingress). The address is what `banjian source add` gave; without
a file it is taken from BANJIAN_SOURCE_URI. Every row is confirmed by the broker before the next one
is sent; after a lost connection it goes again, which is lawful: a repeated row changes nothing.
Ends with 1 when a row was refused.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp

INGRESS, EVENTS = "banjian.ingress", "intake.events"
REPLIES = ("record-refused", "record-quarantined", "payment-refused")
ATTEMPTS = 5
TROUBLE = (amqp.AMQPError, OSError)


class Client:
    """One source: its rows go out, its replies come in."""

    def __init__(self, address: str) -> None:
        self._parts = urlsplit(address)
        self.name = unquote(self._parts.username or "")
        self._queue = f"{self.name}.replies"

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
        """Make the queue the replies wait in; do it before the first row, once is enough."""
        with self._channel() as channel:
            channel.queue_declare(
                self._queue,
                durable=True,
                auto_delete=False,
                arguments={"x-queue-type": "quorum", "x-max-length": 100_000},
            )
            for reply in REPLIES:  # other events, and others' replies, the broker refuses
                channel.queue_bind(self._queue, EVENTS, f"{reply}.*.{self.name}")

    def send(self, rows: list[dict[str, Any]]) -> None:
        """Send rows in order, each confirmed; on any trouble again, on a fresh connection."""
        left, failures = list(rows), 0
        while left:
            try:
                with self._channel() as channel:
                    channel.confirm_select()
                    while left:
                        self._publish(channel, left[0])
                        left.pop(0)
                        failures = 0
            except TROUBLE:
                # A late confirm of this connection must not count for another row: never reuse it.
                failures += 1
                if failures == ATTEMPTS:
                    raise
                time.sleep(0.2 * 2**failures)

    def _publish(self, channel: Any, row: dict[str, Any]) -> None:
        key = row.get("project_no") or row.get("order_no") or ""
        channel.basic_publish_confirm(
            amqp.Message(
                json.dumps(row, ensure_ascii=False).encode(),
                content_type="application/json",  # ; charset=GBK, if your rows are written in it
                delivery_mode=2,
                user_id=self.name,  # checked by the broker; without it the row is refused
                message_id=str(row.get("row_guid", "")),
                application_headers={"partitionkey": key},
            ),
            INGRESS,
            f"{self.name}.{row['record']}",
            mandatory=True,
            confirm_timeout=10,
        )

    def replies(self, seconds: float) -> Iterator[dict[str, Any]]:
        """Give the replies that come within this time; what was given is not given again."""
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
    parser.add_argument("rows", type=Path, help="file with one JSON row a line")
    parser.add_argument("--address-file", type=Path, help="what `banjian source add --out` wrote")
    parser.add_argument("--listen", type=float, default=5, help="seconds to wait for replies")
    said = parser.parse_args()
    address = said.address_file.read_text() if said.address_file else ""
    client = Client((address or os.environ["BANJIAN_SOURCE_URI"]).strip())
    rows = [json.loads(line) for line in said.rows.read_text("utf-8").splitlines() if line.strip()]
    client.open_mailbox()
    client.send(rows)
    sys.stdout.write(f"{len(rows)} rows confirmed\n")
    refused = 0
    for event in client.replies(said.listen):
        data = event["data"]
        told = event["type"].split(".")[1]
        refused += told.endswith("refused")
        sys.stdout.write(
            f"{told} {data.get('row_guid', '-')} {data['reason_code']}: {data['reason']}\n"
        )
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
