"""The smallest domain that can be wrong: a counter that counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg2

from services.chassis.errors import RuleError
from services.chassis.eventlog.application import Application, command
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, ReadModel, Statement
from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

START = datetime(2011, 3, 1, 9, 0, tzinfo=UTC)


def facts(subject: str = "c", occurred_at: datetime = START, actor: str = "ann") -> Facts:
    return Facts(occurred_at, subject, Actor(ActorKind.PERSON, actor), "correlation")


class Counted(Fact):
    TOPIC = "trial.counted.v1"

    name: str
    value: int
    note: str | None = None


class Counter(Aggregate):
    def __init__(self) -> None:
        self.value = 0
        self.notes: list[str] = []

    def count(self, what: Facts, name: str, note: str | None = None) -> None:
        if self.value >= 1000:
            raise ValueError("full")
        self.record(Counted, what, name=name, value=self.value + 1, note=note)

    @applies(Counted)
    def _counted(self, event: Counted) -> None:
        self.value = event.value
        if event.note:
            self.notes.append(event.note)


class Reply(msgspec.Struct, frozen=True):
    value: int


class Counters(Application):
    @command
    def count(
        self, what: Facts, name: str, note: str | None = None, *, key: str | None = None
    ) -> Reply:
        counter = self.find(Counter, stream_id("counter", name)) or Counter.begin(
            stream_id("counter", name)
        )
        counter.count(what, name, note)
        self.keep(counter)
        return Reply(counter.value)

    @command
    def count_both(self, what: Facts, one: str, other: str, *, refuse: bool = False) -> int:
        self.count(what, one)
        self.count(what, other)
        if refuse:
            raise RuleError("refused on purpose")
        return 2

    def value_of(self, name: str) -> int:
        counter = self.find(Counter, stream_id("counter", name))
        return counter.value if counter else 0


class Data(msgspec.Struct):
    name: str
    value: int


def project(event: Event) -> Iterable[Change]:
    data = event.read(Data)
    yield Insert("tally", (data.name, data.value))
    yield Statement(
        "INSERT INTO latest (name, value) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (data.name, data.value),
    )


def read_model() -> ReadModel:
    return ReadModel("trial", Path("none"), {"tally": ("name", "value")}, ("trial",), project)


def make_read_model(admin_url: str) -> None:
    """Make the tables of `project` in trial_model."""
    connection = psycopg2.connect(admin_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SET ROLE banjian_trial; SET search_path = trial_model;"
            "CREATE TABLE tally (name text, value int);"
            "CREATE TABLE latest (name text PRIMARY KEY, value int)"
        )
    connection.close()


def stream(name: str) -> UUID:
    return stream_id("counter", name)


def later(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)
