"""A database with disclosure's read model only; facts go in through the real projection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
import pytest

from services.chassis.eventlog.database import Database
from services.chassis.events import Body, Event
from services.chassis.projection import Insert, Project, Update
from services.disclosure.projections import READ_MODEL
from services.kernel.facts import Actor, ActorKind
from services.kernel.identifiers import stream_id

ACTOR = Actor(ActorKind.EXTERNAL, "test")


def event(kind: str, position: int, **data: Any) -> Event:
    """Make an intake event as it comes from the bus."""
    at = next((v for k, v in data.items() if k.endswith("_at")), "2020-01-01T00:00:00+08:00")
    return Event(
        source="intake",
        type=f"intake.{kind}.v1",
        stream=stream_id("case", data["project_no"]),
        version=position,
        position=position,
        previous=0,
        recorded_at=None,
        body=Body(
            occurred_at=datetime.fromisoformat(at),
            subject=data["project_no"],
            actor=ACTOR,
            correlation_id="test",
            data=msgspec.Raw(msgspec.json.encode(data)),
            region="3412XX",
        ),
    )


class ReadSide:
    """The read model, fed as the bus feeds it."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)

    def feed(
        self, events: Iterable[Event], batch: int = 500, project: Project = READ_MODEL.project
    ) -> None:
        """Project events, a transaction a batch, table by table."""
        tables: dict[str, list[tuple[object, ...]]] = {}
        for each in events:
            for change in project(each):
                if isinstance(change, Insert):
                    tables.setdefault(change.table, []).append(change.row)
                else:
                    self._insert(tables, batch)
                    tables.clear()
                    said = change.statement() if isinstance(change, Update) else change
                    self.database.run(said.sql, list(said.params))
        self._insert(tables, batch)

    def _insert(self, tables: dict[str, list[tuple[object, ...]]], batch: int) -> None:
        for table, rows in tables.items():
            columns = ", ".join(READ_MODEL.tables[table])
            for start in range(0, len(rows), batch):
                part = rows[start : start + batch]
                self.database.run(
                    f"INSERT INTO {table} ({columns}) VALUES " + ", ".join(["%s"] * len(part)),
                    part,
                )

    def arrived(self, source: str, ranges: str) -> None:
        self.database.run(
            "INSERT INTO inbox (source, done) VALUES (%s, %s)"
            " ON CONFLICT (source) DO UPDATE SET done = EXCLUDED.done",
            (source, ranges),
        )


@contextmanager
def reading(url: str) -> Iterator[ReadSide]:
    """Make the read model in an empty database, with as much of the log as figures look at."""
    side = ReadSide(f"{url}?options=-csearch_path%3Ddisclosure_model")
    try:
        side.database.run(
            "CREATE SCHEMA disclosure_model;"
            "CREATE TABLE inbox (source text PRIMARY KEY, done int8multirange NOT NULL);"
            "CREATE TABLE held (source text, state text);"
            "CREATE TABLE events (xid xid8, id bigint, stream uuid, version int,"
            " recorded_at timestamptz, PRIMARY KEY (xid, id), UNIQUE (stream, version));"
            "CREATE TABLE ledger (position bigint PRIMARY KEY, xid xid8, id bigint)"
        )
        for file in READ_MODEL.files:
            side.database.run(file.read_text("utf-8"))
        yield side
    finally:
        side.database.close()


@pytest.fixture
def read_side(database: str) -> Iterator[ReadSide]:
    with reading(database) as side:
        yield side
