"""Read every event of the house from its stream, and go on where the last run ended.

    BANJIAN_ANALYST_AMQP_URI=amqp://... python replay_stream.py --kept events.db --idle 3

Needs only py-amqp (`pip install amqp`). What is made of the events (here: how many of each type,
day by day), the ids that were seen and the offset to go on from stand in one SQLite file and change
in one transaction. So an end at any moment, even by kill -9, loses nothing and counts nothing
twice. `--from` says where a new file begins: first, next, an offset, or a time such as
2020-10-12T08:00:00Z.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp

STREAM = "banjian.stream"
WINDOW = 500
"""Messages the broker sends ahead."""
REMEMBERED = 500_000
"""Offsets for which ids are kept: an event that comes twice comes within far fewer."""
ATTEMPTS = 5

TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), offset INTEGER);
CREATE TABLE IF NOT EXISTS seen (source TEXT, id TEXT, offset INTEGER, PRIMARY KEY (source, id))
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_offset ON seen (offset);
CREATE TABLE IF NOT EXISTS counts (day TEXT, type TEXT, events INTEGER, PRIMARY KEY (day, type))
    WITHOUT ROWID;
"""


class Kept:
    """The file: what was made of the events, and how far."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(TABLES)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @property
    def offset(self) -> int | None:
        """The last offset whose event is counted; None: there is none yet."""
        row = self._connection.execute("SELECT offset FROM place").fetchone()
        return None if row is None else int(row[0])

    def take(self, messages: list[tuple[int, dict[str, Any]]]) -> int:
        """Count events and remember how far that is, all or nothing; gives how many were new."""
        run = self._connection.execute
        new = 0
        run("BEGIN IMMEDIATE")
        try:
            for offset, event in messages:
                key = (event["source"], event["id"], offset)
                if run("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", key).rowcount == 0:
                    continue  # the relay may send an event twice, after a crash
                new += 1
                run(
                    "INSERT INTO counts VALUES (?, ?, 1)"
                    " ON CONFLICT (day, type) DO UPDATE SET events = events + 1",
                    (str(event["time"])[:10], event["type"]),
                )
            last = messages[-1][0]
            run("INSERT OR REPLACE INTO place VALUES (1, ?)", (last,))
            run("DELETE FROM seen WHERE offset < ?", (last - REMEMBERED,))
            run("COMMIT")
        except BaseException:
            run("ROLLBACK")
            raise
        return new

    def report(self) -> list[tuple[str, int]]:
        """Give how many events of each type there are."""
        return self._connection.execute(
            "SELECT type, sum(events) FROM counts GROUP BY type ORDER BY type"
        ).fetchall()


def batches(
    uri: str, start: str | int | datetime, idle: float
) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    """Give events with their offsets, from `start` on, until none comes for `idle` seconds."""
    parts = urlsplit(uri)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port or 5672}",
        userid=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        virtual_host=unquote(parts.path[1:]) or "/",
        ssl=parts.scheme == "amqps",
        connect_timeout=10,
    )
    waiting: list[tuple[int, dict[str, Any]]] = []
    try:
        connection.connect()
        channel = connection.channel()

        def came(message: Any) -> None:
            offset = int(message.headers["x-stream-offset"])
            # A broker begins with the whole chunk an offset lies in.
            if not isinstance(start, int) or offset >= start:
                body = message.body
                waiting.append((offset, json.loads(body if isinstance(body, str) else bytes(body))))
            channel.basic_ack(message.delivery_tag)  # asks for more; it is no receipt

        channel.basic_qos(0, WINDOW, False)
        channel.basic_consume(STREAM, arguments={"x-stream-offset": start}, callback=came)
        while True:
            try:
                connection.drain_events(timeout=idle)
            except socket.timeout:  # noqa: UP041 (what the library raises)
                break
            if len(waiting) >= WINDOW:
                yield waiting
                waiting = []
        if waiting:
            yield waiting
    finally:
        with suppress(amqp.AMQPError, OSError):
            connection.close()


def replay(uri: str, kept: Kept, begin: str, idle: float) -> tuple[int, int]:
    """Take everything there is; gives how many events were new, and how many came again."""
    new = again = failures = 0
    while True:
        offset = kept.offset
        try:
            for messages in batches(uri, start_of(begin) if offset is None else offset + 1, idle):
                fresh = kept.take(messages)
                new += fresh
                again += len(messages) - fresh
                failures = 0
            return new, again
        except (amqp.AMQPError, OSError):
            failures += 1
            if failures == ATTEMPTS:
                raise
            time.sleep(0.2 * 2**failures)


def start_of(text: str) -> str | int | datetime:
    """Read where to begin: a word of the broker's, an offset, or a time."""
    if text in ("first", "last", "next"):
        return text
    return int(text) if text.isdigit() else datetime.fromisoformat(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kept", type=Path, required=True, help="SQLite file; made when missing")
    parser.add_argument("--from", dest="begin", default="first", help="where a new file begins")
    parser.add_argument("--idle", type=float, default=3, help="seconds without an event, then end")
    said = parser.parse_args()
    uri = os.environ["BANJIAN_ANALYST_AMQP_URI"]  # not an argument: others see those
    with closing(Kept(said.kept)) as kept:
        try:
            new, again = replay(uri, kept, said.begin, said.idle)
        except (amqp.AMQPError, OSError) as problem:
            sys.stderr.write(f"the stream cannot be read: {type(problem).__name__}: {problem}\n")
            return 3
        for name, count in kept.report():
            sys.stdout.write(f"{count} {name}\n")
        sys.stdout.write(f"new {new}, again {again}, go on after offset {kept.offset}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
