"""Everything one transaction will write, kept until the end and written in one round trip.

Loads come before the first write by construction, so a stream's versions cannot be inverted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from secrets import token_hex
from typing import NamedTuple
from uuid import UUID

import psycopg2.extensions
from eventsourcing.persistence import StoredEvent

from services.chassis.errors import ConflictError, UnavailableError
from services.chassis.eventlog.connection import Params
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.failures import MOVED, RECEIVED, is_ambiguous
from services.chassis.eventlog.folding import folded
from services.chassis.eventlog.mapper import body_of, event_of, state_of_body
from services.chassis.eventlog.rows import shape_of
from services.chassis.eventlog.statements import APPEND, REMEMBER, append_script
from services.chassis.projection import Change, Insert, ReadModel, Statement, Update
from services.kernel.aggregate import Aggregate, Fact

RESOLVE_S = 10.0
"""How long a commit whose answer was lost is asked about before the caller is told to try later."""
ONE_TRIP = 5000
"""Events and changes sent in one round trip; more go in pieces, still in one transaction."""
PIECE_BYTES = 256 * 1024


class Mark(NamedTuple):
    """A point in a unit of work that it can be taken back to."""

    facts: int
    changes: int
    keys: frozenset[str]


class UnitOfWork:
    """Buffered writes and the aggregates they belong to. Nothing is written before `commit`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.aggregates: dict[UUID, Aggregate] = {}
        self.absent: set[UUID] = set()
        """Streams known to have no event in the log (`Application.prefetch`)."""
        self.keys: dict[str, tuple[bytes, bytes]] = {}
        self.facts: list[Fact] = []
        self.facts_of: dict[UUID, list[Fact]] = {}
        """The same facts by stream."""
        self._stored: list[StoredEvent] = []
        self._changes: list[Change] = []
        self._positions: dict[str, set[int]] = {}
        self._beliefs: dict[Statement, Callable[[], None]] = {}
        self._sent = False

    def append(self, *facts: Fact, project: ReadModel | None = None) -> None:
        """Add facts in this order; the changes `project` makes of them follow each one at once."""
        for fact in facts:
            body = body_of(fact)
            self.facts.append(fact)
            self.facts_of.setdefault(fact.originator_id, []).append(fact)
            self._stored.append(
                StoredEvent(
                    fact.originator_id, fact.originator_version, fact.TOPIC, state_of_body(body)
                )
            )
            if project is not None:
                event = event_of(fact, body)
                if event.source in project.sources:
                    self._changes.extend(project.project(event))

    def change(self, *changes: Change) -> None:
        """Add changes of read models or of the service's own tables, kept in order."""
        self._changes.extend(changes)

    def received(self, source: str, positions: Iterable[int]) -> None:
        """Say which positions of `source` this transaction is the effect of, each once for ever."""
        self._positions.setdefault(source, set()).update(positions)

    def remember(self, key: str, request: bytes, result: bytes) -> None:
        """Add an idempotency key with the digest of its request and the JSON of its result."""
        self.keys[key] = (request, result)

    def believe(self, check: Statement, forget: Callable[[], None]) -> None:
        """Rest on something kept in memory: the transaction checks that it still holds.

        `check` raises SQLSTATE `failures.MOVED` when it does not; then `forget` is called, and the
        command is run again as after any conflict. Without anything to write nothing is checked.
        """
        self._beliefs[check] = forget

    @property
    def writes(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self.facts or self._changes or self._positions or self.keys)

    def mark(self) -> Mark:
        """Remember this point, to come back to if what follows is refused."""
        return Mark(len(self.facts), len(self._changes), frozenset(self.keys))

    def back_to(self, mark: Mark) -> None:
        """Take back what was buffered since, and forget aggregates that have seen any of it."""
        touched = {fact.originator_id for fact in self.facts[mark.facts :]}
        for fact in reversed(self.facts[mark.facts :]):
            self.facts_of[fact.originator_id].pop()
        del self.facts[mark.facts :], self._stored[mark.facts :], self._changes[mark.changes :]
        for key in self.keys.keys() - mark.keys:
            del self.keys[key]
        for stream, aggregate in list(self.aggregates.items()):
            if stream in touched or aggregate.pending_events:
                del self.aggregates[stream]

    def commit(self) -> None:
        """Write all in one round trip and one transaction; nothing is sent when nothing changed.

        A lost answer is resolved by sending the same again: the key or the inbox says whether the
        first one counted, so the effect is there exactly once when this returns.

        Raises:
            ConflictError: a stream moved on, a key is used (`attributes["constraint"] ==
                "commands_pkey"`), or a received position is done already
                (`attributes["sqlstate"] == failures.RECEIVED`), or what was believed has moved on
                (`failures.MOVED`). Nothing is written.
            UnavailableError: no database; the same may be sent again.
        """
        for aggregate in self.aggregates.values():
            if aggregate.pending_events:
                raise RuntimeError(f"{type(aggregate).__name__} {aggregate.id} was not kept")
        if not self.writes:
            return
        if not self.keys and not self._positions:
            self.remember(new_key(), b"", b"null")
        deadline = time.monotonic() + RESOLVE_S
        pause_s, lost = 0.02, False
        while True:
            try:
                return self._send()
            except UnavailableError as error:
                lost = lost or (self._sent and is_ambiguous(error))
                if not lost or time.monotonic() > deadline:
                    raise
            except ConflictError as error:
                if lost and self._counted(error):
                    return
                if error.attributes.get("sqlstate") == MOVED:
                    for forget in self._beliefs.values():
                        forget()
                raise
            self.database.discard_idle()
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, 0.5)

    def _send(self) -> None:
        self._learn_shapes()
        with self.database.connection() as connection:
            connection.prepare(APPEND, REMEMBER)
            with connection.cursor() as cursor:
                if len(self._stored) + len(self._changes) > ONE_TRIP:
                    return self._send_pieces(cursor)
                script = b";".join(self._script(cursor))
                self._sent = True
                cursor.execute(script)

    def _send_pieces(self, cursor: psycopg2.extensions.cursor) -> None:
        """Send a whole import: no statement grows large, and other greenlets get their turn."""
        cursor.execute("BEGIN")
        piece: list[bytes] = []
        size = 0
        for statement in self._script(cursor, 250):
            piece.append(statement)
            size += len(statement)
            if size > PIECE_BYTES:
                cursor.execute(b";".join(piece))
                piece, size = [], 0
                time.sleep(0)
        if piece:
            cursor.execute(b";".join(piece))
        self._sent = True
        cursor.execute("COMMIT")

    def _learn_shapes(self) -> None:
        """Know every table that gets rows before a connection is taken: asking takes another."""
        shapes = self.database.shapes
        for change in self._changes:
            if not isinstance(change, Statement) and change.table not in shapes:
                shapes[change.table] = shape_of(self.database, change.table)

    def _script(
        self, cursor: psycopg2.extensions.cursor, most: int | None = None
    ) -> Iterator[bytes]:
        """Give the statements of the transaction; with `most` rows in each none is prepared."""
        write = self.database.plans.call if most is None else _written
        for key, (request, result) in self.keys.items():
            yield cursor.mogrify("EXECUTE remember (%s, %s, %s)", (key, request, result))
        for source, positions in sorted(self._positions.items()):
            yield cursor.mogrify(
                "SELECT receive(%s, %s::int8multirange)", (source, multirange(positions))
            )
        for check in self._beliefs:  # behind what tells that a lost send counted
            yield write(cursor, check.sql, check.params)
        step = most or len(self._stored) or 1
        for begin in range(0, len(self._stored), step):
            yield append_script(cursor, self._stored[begin : begin + step])
        for kind, run in groupby(folded(self._changes, self.database.shapes), type):
            if kind is Insert:
                while rows := list(islice(run, most)):
                    for sql, params in self._inserts(rows):  # type: ignore[arg-type]
                        yield write(cursor, sql, params)
            else:
                for change in run:
                    said = change.statement() if isinstance(change, Update) else change
                    assert isinstance(said, Statement)
                    yield write(cursor, said.sql, said.params)

    def _inserts(self, run: Iterable[Insert]) -> Iterator[tuple[str, Params]]:
        """Group a run of inserts by table, tables as they first appear: one statement each."""
        tables: dict[str, list[tuple[object, ...]]] = {}
        for table, row in run:
            tables.setdefault(table, []).append(row)
        for table, rows in tables.items():
            yield self.database.shapes[table].insert(table, rows)

    def _counted(self, conflict: ConflictError) -> bool:
        """Whether a conflict on a repeated send is the first send's own doing."""
        if self.keys and conflict.attributes.get("constraint") == "commands_pkey":
            rows = self.database.read(
                "SELECT key, result FROM commands WHERE key = ANY(%s)", (list(self.keys),)
            )
            stored = {key: bytes(result) for key, result in rows}
            return stored == {key: result for key, (_, result) in self.keys.items()}
        if conflict.attributes.get("sqlstate") == RECEIVED:
            return all(
                self.database.read(
                    "SELECT coalesce((SELECT %s::int8multirange <@ done FROM inbox"
                    " WHERE source = %s), false)",
                    (multirange(positions), source),
                )[0][0]
                for source, positions in self._positions.items()
            )
        return False


def _written(cursor: psycopg2.extensions.cursor, sql: str, params: Params) -> bytes:
    return cursor.mogrify(sql, params)


def multirange(positions: Iterable[int]) -> str:
    """Write positions as a PostgreSQL int8multirange, for example `{[1,4),[6,7)}`."""
    parts: list[list[int]] = []
    for position in sorted(positions):
        if parts and parts[-1][1] == position:
            parts[-1][1] = position + 1
        else:
            parts.append([position, position + 1])
    return "{" + ",".join(f"[{low},{high})" for low, high in parts) + "}"


def new_key() -> str:
    """Make a key for a caller who gave none; later keys sort later, so the index stays warm."""
    return f"~{time.time_ns():016x}{token_hex(8)}"
