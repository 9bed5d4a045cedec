"""Use cases over the log: `@command` makes a method one transaction, once, whatever is lost."""

from __future__ import annotations

import inspect
import time
import typing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from random import uniform
from typing import Any, ClassVar, ParamSpec, Protocol, TypeVar, cast
from uuid import UUID

import msgspec
from eventsourcing import application as library
from eventsourcing.persistence import InfrastructureFactory, Recording
from eventsourcing.utils import Environment, EnvType

from services.chassis.errors import ConflictError, ContractError, DuplicateError, NotFoundError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.factory import Factory
from services.chassis.eventlog.mapper import FactMapper, fact_of
from services.chassis.eventlog.statements import LOAD
from services.chassis.eventlog.unit_of_work import UnitOfWork, new_key
from services.chassis.events import Body, Event
from services.chassis.projection import Change, ReadModel
from services.kernel.aggregate import Aggregate
from services.kernel.facts import Actor, Facts

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A", bound=Aggregate)

ATTEMPTS = 3
_ambient: ContextVar[UnitOfWork | None] = ContextVar("unit_of_work", default=None)
_read_body = msgspec.json.Decoder(Body).decode


class Meter(Protocol):
    """What an application tells the process's metrics."""

    def appended(self, seconds: float, events: int = 1) -> None: ...

    def conflicted(self) -> None: ...


def command(method: Callable[P, R]) -> Callable[P, R]:
    """Make a method one command. It may declare `key: str | None = None`, which is taken from it.

        class Cases(Application):
            @command
            def accept(self, facts: Facts, project_no: str, *, key: str | None = None) -> Reply: ...

    Outside a unit of work: opens one, runs the method, commits; a `ConflictError` runs it again,
    three times in all. With a key seen before, the first result is returned and nothing is done; a
    lost commit answer is resolved by the key (every command has one). The result must be JSON-able
    (msgspec); a repeated key's result is decoded as the method's return annotation.
    Inside a unit of work (a bus batch): joins it; if it raises, what it buffered is taken back.

    The same request means the same arguments; of `Facts` and `Actor` only who and about what, so a
    repetition may have a later time and another correlation.

    Raises:
        DuplicateError: the key was used with another request.
    """
    signature = inspect.signature(method)
    name = method.__qualname__

    @wraps(method)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        application = cast(Application, args[0])
        key = cast("str | None", kwargs.pop("key", None))
        request = b""
        if key is not None:
            arguments = signature.bind(*args, **kwargs).arguments
            request = _digest(name, dict(list(arguments.items())[1:]))
            known = application._recall(key, request)
            if known is not None:
                return _decode(method, known)
        uow = _ambient.get()
        if uow is not None:
            mark = uow.mark()
            try:
                result = method(*args, **kwargs)
                if key is not None:
                    uow.remember(key, request, msgspec.json.encode(result))
            except BaseException:
                uow.back_to(mark)
                raise
            return result
        own = key or new_key()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with application.unit_of_work() as uow:
                    result = method(*args, **kwargs)
                    if key is not None or uow.writes:
                        uow.remember(own, request, msgspec.json.encode(result))
                return result
            except Exception as error:
                if key is not None:
                    known = application._recall(key, request)
                    if known is not None:  # somebody else with this key was faster
                        return _decode(method, known)
                retry = isinstance(error, ConflictError) and not isinstance(error, DuplicateError)
                if not retry or attempt == ATTEMPTS:
                    raise
                time.sleep(uniform(0.001, 0.005) * attempt)
        raise AssertionError("unreachable")

    return run


class Application(library.Application[UUID]):
    """Base of a service's application: the library's, over a given database and our mapper."""

    env: ClassVar[dict[str, str]] = {"PERSISTENCE_MODULE": "services.chassis.eventlog"}

    def __init__(self, database: Database, project: ReadModel | None = None) -> None:
        """`project` is the service's read model when its own events feed it inline."""
        self.database = database
        self.project = project
        self.meter: Meter | None = None
        """Told of every commit and of every lost race; the process's metrics."""
        super().__init__()

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return Factory(env, self.database)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        return Environment(name, dict(type(self).env))

    def construct_mapper(self) -> FactMapper:
        return FactMapper()

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """Open a unit of work, ambient for this greenlet or thread; commit at exit.

        On an error everything is forgotten. Inside another unit of work this is that one.
        """
        outer = _ambient.get()
        if outer is not None:
            yield outer
            return
        uow = UnitOfWork(self.database)
        with self.join(uow):
            yield uow
            self._commit(uow)

    def _commit(self, uow: UnitOfWork) -> None:
        begun = time.monotonic()
        try:
            uow.commit()
        except ConflictError:
            if self.meter is not None:
                self.meter.conflicted()
            raise
        if self.meter is not None and uow.facts:
            self.meter.appended(time.monotonic() - begun, len(uow.facts))

    @property
    def uow(self) -> UnitOfWork:
        """The unit of work that is open here, for changes that no aggregate decides.

        Raises:
            RuntimeError: none is open.
        """
        uow = _ambient.get()
        if uow is None:
            raise RuntimeError("no unit of work is open here")
        return uow

    @contextmanager
    def join(self, uow: UnitOfWork) -> Iterator[UnitOfWork]:
        """Make an open unit of work ambient here (a new greenlet has none); does not commit it."""
        token = _ambient.set(uow)
        try:
            yield uow
        finally:
            _ambient.reset(token)

    def load(self, kind: type[A], stream: UUID) -> A:
        """Give the aggregate as it is now, once per unit of work.

        Raises:
            NotFoundError: the stream has no events.
        """
        found = self.find(kind, stream)
        if found is None:
            raise NotFoundError(f"no {kind.__name__} {stream}", stream=str(stream))
        return found

    def find(self, kind: type[A], stream: UUID) -> A | None:
        """Like `load`; None when the stream has no events."""
        uow = _ambient.get()
        if uow is None:
            return self._replay(kind, stream)
        known = uow.aggregates.get(stream)
        if known is not None:
            return cast(A, known)
        found = None if stream in uow.absent else self._replay(kind, stream)
        version = found.version if found else 0
        waiting = (
            fact for fact in uow.facts_of.get(stream, ()) if fact.originator_version > version
        )
        found = kind.replay(waiting, onto=found)
        if found is not None:
            uow.aggregates[stream] = found
        return found

    def prefetch(self, kind: type[Aggregate], streams: Iterable[UUID]) -> None:
        """Load these in one round trip, so that each `find` of this unit of work costs none."""
        uow = _ambient.get()
        if uow is None:
            return
        wanted = {s for s in streams if s not in uow.aggregates and s not in uow.absent}
        if not wanted:
            return
        rows = self.database.read(
            "SELECT stream, version, topic, state FROM events WHERE stream = ANY(%s::uuid[])"
            " ORDER BY stream, version",
            ([str(stream) for stream in wanted],),
        )
        written = {fact.originator_id for fact in uow.facts}
        for key, history in groupby(rows, key=itemgetter(0)):
            stream = UUID(str(key))
            wanted.discard(stream)
            found = kind.replay(fact_of(stream, v, topic, bytes(s)) for _, v, topic, s in history)
            if found is not None and stream not in written:
                uow.aggregates[stream] = found
        uow.absent |= wanted

    def change(self, *changes: Change) -> None:
        """Add changes of read models or own tables to the ambient unit of work."""
        with self.unit_of_work() as uow:
            uow.change(*changes)

    def keep(self, *aggregates: Aggregate) -> None:
        """Buffer these aggregates' pending facts in the ambient unit of work, in this order.

        Outside a unit of work they are committed at once.
        """
        with self.unit_of_work() as uow:
            for aggregate in aggregates:
                uow.aggregates[aggregate.id] = aggregate
                facts = aggregate.pending
                aggregate.collect_events()
                uow.append(*facts, project=self.project)

    def save(self, *objs: Any, **kwargs: Any) -> list[Recording[UUID]]:
        """Do as `keep`: the library's name for it. Recordings are empty, positions come later."""
        self.keep(*(obj for obj in objs if obj is not None))
        return []

    def events_of(
        self, stream: UUID, at: datetime | None = None, known_at: datetime | None = None
    ) -> list[Event]:
        """Give a stream's history, oldest first; unsealed events have position 0.

        `at` keeps what had occurred in the world by then, `known_at` what the log had recorded.
        """
        rows = self.database.read(
            "SELECT e.topic, e.version, coalesce(l.position, 0), coalesce(l.previous, 0),"
            " e.recorded_at, e.state FROM events e"
            " LEFT JOIN ledger l ON l.xid = e.xid AND l.id = e.id WHERE e.stream = %s"
            " AND e.recorded_at <= coalesce(%s, 'infinity'::timestamptz) ORDER BY e.version",
            (stream, known_at),
        )
        events = [
            Event(
                topic.partition(".")[0],
                topic,
                stream,
                version,
                position,
                previous,
                recorded_at,
                _read_body(bytes(state)),
            )
            for topic, version, position, previous, recorded_at, state in rows
        ]
        return [e for e in events if at is None or e.body.occurred_at <= at]

    def state_of(
        self,
        kind: type[A],
        stream: UUID,
        at: datetime | None = None,
        known_at: datetime | None = None,
    ) -> A | None:
        """Give the aggregate as it was then (see `events_of`); None when there was nothing yet."""
        return kind.replay(
            fact_of(e.stream, e.version, e.type, msgspec.json.encode(e.body))
            for e in self.events_of(stream, at, known_at)
        )

    def _replay(self, kind: type[A], stream: UUID) -> A | None:
        rows = self.database.read("EXECUTE load (%s)", (stream,), LOAD)
        return kind.replay(
            fact_of(stream, version, topic, bytes(state)) for version, topic, state in rows
        )

    def _recall(self, key: str, request: bytes) -> bytes | None:
        """Give the stored result of a key, in this unit of work or in the log; None when new."""
        uow = _ambient.get()
        known = uow.keys.get(key) if uow is not None else None
        if known is None:
            rows = self.database.read("SELECT request, result FROM commands WHERE key = %s", (key,))
            if not rows:
                return None
            known = (bytes(rows[0][0]), bytes(rows[0][1]))
        if known[0] != request:
            raise DuplicateError("this idempotency key was used with another request", key=key)
        return known[1]


def _digest(name: str, arguments: dict[str, Any]) -> bytes:
    plain = {key: _who_and_what(value) for key, value in arguments.items()}
    return sha256(msgspec.json.encode([name, plain], enc_hook=_refuse, order="sorted")).digest()


def _who_and_what(value: Any) -> Any:
    if isinstance(value, Facts):
        return [value.subject, value.actor.kind, value.actor.id]
    if isinstance(value, Actor):
        return [value.kind, value.id]
    return value


def _refuse(value: Any) -> Any:
    raise ContractError(f"a keyed command cannot take a {type(value).__name__}")


def _decode(method: Callable[..., R], result: bytes) -> R:
    annotation = typing.get_type_hints(method).get("return", Any)
    return cast(R, msgspec.json.decode(result, type=annotation))
