"""Everything an export takes of the logs, in one SQLite file: as large as need be, memory flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from deploy.exports.lives import KINDS, Life, measure
from deploy.exports.plans import Plan, Taken, plan_of, take
from deploy.exports.window import Window
from services.chassis.events import Event
from services.kernel.calendar import WorkCalendar
from services.kernel.times import SHANGHAI

_TABLES: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA temp_store = FILE;
PRAGMA cache_size = -16000;
CREATE TABLE event (
    at INT, id TEXT, source TEXT, position INT, topic TEXT, recorded INT,
    case_no TEXT, task TEXT, unit TEXT, resource TEXT, role TEXT, related TEXT, attributes TEXT
);
CREATE TABLE object (id TEXT PRIMARY KEY, kind TEXT) WITHOUT ROWID;
CREATE TABLE link (
    source TEXT, target TEXT, qualifier TEXT, PRIMARY KEY (source, target, qualifier)
) WITHOUT ROWID;
CREATE TABLE said (object TEXT, at INT, attributes TEXT);
CREATE TABLE turn (object TEXT, what TEXT, at INT, reason TEXT, clocks TEXT);
"""
_INDEXES: Final = """
CREATE INDEX event_at ON event (at, source, position);
CREATE INDEX event_case ON event (case_no, at, source, position);
CREATE INDEX said_object ON said (object);
CREATE INDEX turn_object ON turn (object);
ANALYZE;
"""
_COLUMNS: Final = (
    "at, id, source, position, topic, recorded, case_no, task, unit, resource, role,"
    " related, attributes"
)
_IN_TIME: Final = f"SELECT {_COLUMNS} FROM event ORDER BY at, source, position"  # noqa: S608
_BY_CASE: Final = f"SELECT {_COLUMNS} FROM event ORDER BY case_no, at, source, position"  # noqa: S608
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder().decode
ROWS: Final = 2_000
"""Rows fetched at once."""


class Row(NamedTuple):
    """One event of the window."""

    plan: Plan
    at: datetime
    id: str
    source: str
    position: int
    recorded_at: datetime
    case: str
    task: str
    unit: str
    resource: str
    role: str
    related: dict[str, str]
    attributes: dict[str, Any]


class Thing(NamedTuple):
    """One object, as it was said to be over time."""

    id: str
    kind: str
    said: list[tuple[datetime, dict[str, Any]]]
    """What was said, oldest first."""
    days: dict[str, Any]
    """Durations of a case or a task that has ended."""

    @property
    def values(self) -> dict[str, Any]:
        """Give the last word on every attribute, with the durations."""
        last: dict[str, Any] = {}
        for _, said in self.said:
            last |= said
        return last | self.days


class Spool:
    """The file, and what had to be learnt of the topics to fill it."""

    def __init__(self, path: Path, window: Window, calendar: WorkCalendar) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(_TABLES)
        self._window = window
        self._calendar = calendar
        self._plans: dict[str, Plan] = {}
        self.seen: dict[str, Plan] = {}
        """The topics of the window."""
        self.events = 0

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    # Filling it.

    def add(self, events: Sequence[Event]) -> int:
        """Take a list of one log's events; gives how many lie in the window.

        Of events before it stays what they say about objects, of later ones nothing.
        """
        rows: list[tuple[Any, ...]] = []
        objects: dict[str, str] = {}
        links: dict[tuple[str, str, str], None] = {}
        said: list[tuple[Any, ...]] = []
        turns: list[tuple[Any, ...]] = []
        for event in events:
            happened = event.body.occurred_at
            if self._window.after(happened):
                continue
            plan = self._plans.get(event.type)
            if plan is None:
                plan = self._plans[event.type] = plan_of(event.type)
            taken = take(plan, event)
            at = micros(happened)
            for object_, values in taken.values:
                said.append((object_, at, _encode(values).decode()))
            for turn in taken.turned:
                clocks = ",".join(turn.clocks)
                turns.append((turn.object, turn.what, micros(turn.at), turn.reason, clocks))
            links.update(dict.fromkeys(taken.links))
            if self._window.before(happened):
                continue
            self.seen[event.type] = plan
            for one in taken.related:
                if one not in objects:
                    objects[one] = one.partition(":")[0]
            rows.append(_row(event, at, taken))
        self._write(rows, objects, links, said, turns)
        self.events += len(rows)
        return len(rows)

    def _write(
        self,
        rows: Sequence[tuple[Any, ...]],
        objects: Mapping[str, str],
        links: Mapping[tuple[str, str, str], None],
        said: Sequence[tuple[Any, ...]],
        turns: Sequence[tuple[Any, ...]],
    ) -> None:
        run = self._connection.executemany
        self._connection.execute("BEGIN")
        run("INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        run("INSERT OR IGNORE INTO object VALUES (?,?)", objects.items())
        run("INSERT OR IGNORE INTO link VALUES (?,?,?)", links)
        run("INSERT INTO said VALUES (?,?,?)", said)
        run("INSERT INTO turn VALUES (?,?,?,?,?)", turns)
        self._connection.execute("COMMIT")

    def ready(self) -> None:
        """Say that all is in: from now on it is read."""
        self._connection.executescript(_INDEXES)

    # Reading it.

    def count(self, statement: str) -> int:
        """Give one number."""
        return int(self._connection.execute(statement).fetchone()[0])

    @property
    def objects(self) -> int:
        """How many objects the events of the window are about."""
        return self.count("SELECT count(*) FROM object")

    @property
    def cases(self) -> int:
        """How many of them are cases."""
        return self.count("SELECT count(*) FROM object WHERE kind = 'case'")

    def in_time(self) -> Iterator[Row]:
        """Give the events as they happened."""
        return self._rows(_IN_TIME)

    def by_case(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """Give the events case by case, each as they happened; first those of no case ("")."""
        return groupby(self._rows(_BY_CASE), key=_case_of)

    def _rows(self, statement: str) -> Iterator[Row]:
        cursor = self._connection.execute(statement)
        while rows := cursor.fetchmany(ROWS):
            for row in rows:
                at, id_, source, position, topic, recorded, *rest, related, attributes = row
                case, task, unit, resource, role = rest
                yield Row(
                    self.seen[topic],
                    moment_of(at),
                    id_,
                    source,
                    position,
                    moment_of(recorded),
                    case,
                    task,
                    unit,
                    resource,
                    role,
                    _decode(related),
                    _decode(attributes),
                )

    def things(self) -> Iterator[Thing]:
        """Give the objects of the window's events, by id."""
        cursor = self._connection.execute("SELECT id, kind FROM object ORDER BY id")
        while rows := cursor.fetchmany(ROWS):
            for id_, kind in rows:
                yield self.thing(id_, kind)

    def thing(self, id_: str, kind: str) -> Thing:
        """Give one object."""
        found = self._connection.execute(
            "SELECT at, attributes FROM said WHERE object = ? ORDER BY at, rowid", (id_,)
        )
        said = [(moment_of(at), _decode(text)) for at, text in found]
        thing = Thing(id_, kind, said, {})
        if kind in ("case", "task"):
            thing.days.update(measure(self._life(id_), thing.values, self._calendar))
        return thing

    def _life(self, id_: str) -> Life:
        life = Life()
        for what, at, reason, clocks in self._connection.execute(
            "SELECT what, at, reason, clocks FROM turn WHERE object = ? ORDER BY rowid", (id_,)
        ):
            life.turn(what, moment_of(at), reason, clocks.split(","))
        return life

    def links_of(self, id_: str) -> list[tuple[str, str]]:
        """Give the objects this one hangs together with, where they are exported too."""
        return self._connection.execute(
            "SELECT link.target, link.qualifier FROM link JOIN object ON object.id = link.target"
            " WHERE link.source = ? ORDER BY link.target, link.qualifier",
            (id_,),
        ).fetchall()

    def kinds(self) -> dict[str, dict[str, str]]:
        """Give the attributes of every type of object there is, with their types."""
        found: dict[str, dict[str, str]] = {
            kind: {}
            for (kind,) in self._connection.execute("SELECT DISTINCT kind FROM object ORDER BY 1")
        }
        for topic in sorted(self._plans):
            for kind, told in self._plans[topic].object_kinds.items():
                if kind in found:
                    merge(found[kind], told)
        for kind in found.keys() & {"case", "task"}:
            merge(found[kind], KINDS)
        return found

    def activities(self) -> dict[str, dict[str, str]]:
        """Give the attributes of every activity of the window, with their types."""
        found: dict[str, dict[str, str]] = {}
        for topic in sorted(self.seen):
            plan = self.seen[topic]
            merge(found.setdefault(plan.activity, {}), plan.kinds)
        return dict(sorted(found.items()))


def merge(known: dict[str, str], told: Mapping[str, str]) -> None:
    """Add attributes; what two say differently is text."""
    for name, kind in told.items():
        known[name] = kind if known.get(name, kind) == kind else "string"


def micros(at: datetime) -> int:
    """Give a moment as microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def moment_of(number: int) -> datetime:
    """Give such microseconds as a moment in Asia/Shanghai."""
    return (_EPOCH + timedelta(microseconds=number)).astimezone(SHANGHAI)


def spelled(at: datetime) -> str:
    """Spell a moment, always as long: texts sort as the moments do."""
    return at.astimezone(SHANGHAI).isoformat(timespec="microseconds")


def _row(event: Event, at: int, taken: Taken) -> tuple[Any, ...]:
    body = event.body
    return (
        at,
        f"{event.source}/{event.position}",
        event.source,
        event.position,
        event.type,
        micros(event.recorded_at) if event.recorded_at else at,
        taken.case,
        taken.task,
        taken.unit,
        taken.resource,
        body.actor.role,
        _encode(taken.related).decode(),
        _encode(taken.attributes).decode(),
    )


def _case_of(row: Row) -> str:
    return row.case
