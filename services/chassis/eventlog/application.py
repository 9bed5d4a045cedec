"""Use cases over the log: `@command` makes a method one transaction, once, whatever the network does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar, ParamSpec, TypeVar
from uuid import UUID

from eventsourcing import application as library

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.events import Event
from services.chassis.projection import ReadModel
from services.kernel.aggregate import Aggregate

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A", bound=Aggregate)


def command(method: Callable[P, R]) -> Callable[P, R]:
    """Make a method one command. The caller may add `key=`; the method itself does not take it.

        class Cases(Application):
            @command
            def accept(self, facts: Facts, project_no: str) -> dict[str, str]: ...

        cases.accept(facts, project_no="341201...", key="web-7f3a")

    Outside a unit of work: opens one, runs the method, commits; a `ConflictError` runs it again, three
    times in all. With a key seen before the first result is returned and nothing is done; a lost commit
    answer is resolved by the key (every command has one). The result must be JSON-able (msgspec); a
    repeated key's result is decoded as the method's return annotation.
    Inside a unit of work (a bus batch): joins it; if it raises, what it buffered is taken back.

    Raises:
        DuplicateError: the key was used with another request.
    """
    raise NotImplementedError


class Application(library.Application[UUID]):
    """Base of a service's application. `name` and environment play no part; the database is given."""

    env: ClassVar[dict[str, str]] = {"PERSISTENCE_MODULE": "services.chassis.eventlog"}

    def __init__(self, database: Database, project: ReadModel | None = None) -> None:
        """`project` is the service's read model when its own events feed it inline."""
        raise NotImplementedError

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """Open a unit of work, ambient for this greenlet or thread; commit at exit, forget on an error."""
        raise NotImplementedError
        yield

    @contextmanager
    def join(self, uow: UnitOfWork) -> Iterator[UnitOfWork]:
        """Make an open unit of work ambient here (a new greenlet has none); does not commit it."""
        raise NotImplementedError
        yield

    def load(self, kind: type[A], stream: UUID) -> A:
        """Give the aggregate as it is now, once per unit of work.

        Raises:
            NotFoundError: the stream has no events.
        """
        raise NotImplementedError

    def find(self, kind: type[A], stream: UUID) -> A | None:
        """Like `load`; None when the stream has no events."""
        raise NotImplementedError

    def keep(self, *aggregates: Aggregate) -> None:
        """Buffer the pending facts of these aggregates in the ambient unit of work, in this order.

        (`save` of the library does the same, and outside a unit of work makes one.)
        """
        raise NotImplementedError

    def events_of(
        self, stream: UUID, at: datetime | None = None, known_at: datetime | None = None
    ) -> list[Event]:
        """Give a stream's history, oldest first; unsealed events have position 0.

        `at` keeps what had occurred in the world by then, `known_at` what the log had recorded by then.
        """
        raise NotImplementedError

    def state_of(
        self,
        kind: type[A],
        stream: UUID,
        at: datetime | None = None,
        known_at: datetime | None = None,
    ) -> A | None:
        """Give the aggregate as it was then (see `events_of`); None when there was nothing yet."""
        raise NotImplementedError
