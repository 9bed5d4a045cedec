"""Take events into the copy: in one process, or each lane of sources in a process of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Final

import psycopg2
from psycopg2 import sql

from services.chassis.errors import BanjianError
from services.chassis.projection import ReadModel
from services.chassis.rebuild.loader import Loader
from services.chassis.rebuild.replay import Logs, Meter, Publications, Range, count, replay

REPORT_EVERY = 5_000
LANES_FROM = 50_000
"""Positions of a lane that are worth a process of its own."""

Ahead = Mapping[str, Sequence[Range]]
"""What is to be taken in, per source."""
Passed = Callable[[int], None]
"""Told now and then how many positions are behind."""

# A copy that is thrown away after a crash need not wait for the disk.
_SETTINGS: Final = (
    "SET synchronous_commit = off; SET work_mem = '64MB';"
    " SET maintenance_work_mem = '256MB'; SET timezone = 'UTC'"
)
_BY_LOOKUP: Final = (
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
)
_BY_COST: Final = "RESET enable_seqscan; RESET enable_hashjoin; RESET enable_mergejoin"


@dataclass(frozen=True)
class Copy:
    """The copy under way, and what it is made from."""

    model: ReadModel
    admin_url: str
    log_urls: Mapping[str, str]
    publications: Publications
    reads: Collection[str] | None

    @property
    def schema(self) -> str:
        """Where it stands."""
        return f"{self.model.service}_model_next"

    @contextmanager
    def writer(self) -> Iterator[Any]:
        """Open a connection as the role that owns the copy; names are looked up in it."""
        with opened(self.admin_url) as connection:
            with connection.cursor() as cursor:
                cursor.execute(_SETTINGS)
                cursor.execute(
                    "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = %s",
                    (self.schema,),
                )
                self.enter(cursor, cursor.fetchone()[0])
            yield connection

    def enter(self, cursor: Any, owner: str) -> None:
        """Go on as the owner (a name already quoted where it must be), in the copy's schema."""
        schema = sql.Identifier(self.schema)
        cursor.execute(sql.SQL("SET ROLE {}; SET search_path = {}").format(sql.SQL(owner), schema))

    def take(self, writer: Any, ahead: Ahead, passed: Passed) -> int:
        """Take in what is ahead, in order; gives the number of rows that were added."""
        loader = Loader(writer, self.model, self.schema)
        try:
            apply, project, meter = loader.apply, self.model.project, Meter()
            logs = Logs(self.log_urls, self.publications, self.reads, meter)
            for number, event in enumerate(replay(logs, self.model.service, ahead), 1):
                apply(project(event))
                if number % REPORT_EVERY == 0:
                    passed(meter.passed)
            loader.flush()
        finally:
            loader.close()
        return loader.rows

    def take_bulk(self, writer: Any, ahead: Ahead, passed: Passed) -> int:
        """Take in much, each lane of the model beside the others; in order within a lane.

        Plans are made while the tables are small: index lookups are what stays good as they grow.

        Raises:
            Exception: what went wrong in any lane; the others have ended then.
        """
        own, *others = _lanes(self.model, ahead)
        beside = [_Lane(self, lane) for lane in others]
        try:
            with _by_lookup(writer):
                rows = self.take(
                    writer, own, lambda at: passed(at + sum(lane.look() for lane in beside))
                )
            at = sum(map(count, own.values()))
            while running := [lane for lane in beside if lane.rows is None]:
                wait([lane.heard for lane in running], timeout=1)
                passed(at + sum(lane.look() for lane in beside))
            return rows + sum(lane.rows or 0 for lane in beside)
        finally:
            for lane in beside:
                lane.end()


def _lanes(model: ReadModel, ahead: Ahead) -> list[Ahead]:
    """Divide what is ahead, the longest lane first; a short one is not worth a process."""
    lanes = [{source: ahead[source] for source in lane} for lane in model.lanes or [model.sources]]
    lanes.sort(key=lambda lane: sum(map(count, lane.values())), reverse=True)
    if any(sum(map(count, lane.values())) < LANES_FROM for lane in lanes):
        return [ahead]
    return [*lanes]


class _Lane:
    """One lane in a child of this process, which has all code loaded already."""

    def __init__(self, copy: Copy, ahead: Ahead) -> None:
        self.rows: int | None = None
        """How many were added; None while it runs."""
        self._passed = 0
        self.heard, said = multiprocessing.Pipe(duplex=False)
        self._process = multiprocessing.get_context("fork").Process(
            target=_run_lane, args=(copy, ahead, said), daemon=True
        )
        self._process.start()
        said.close()

    def look(self) -> int:
        """Give how many positions are behind, by what it said last.

        Raises:
            Exception: what went wrong there.
        """
        try:
            while self.rows is None and self.heard.poll():
                said = self.heard.recv()
                if isinstance(said, BaseException):
                    raise said
                self._passed, self.rows = said
        except EOFError:
            code = self._process.exitcode
            raise RuntimeError(f"a lane of the rebuild ended without a word ({code=})") from None
        return self._passed

    def end(self) -> None:
        """Wait until it has ended; one that still runs is made to."""
        if self.rows is None:
            self._process.terminate()
        self._process.join()
        self.heard.close()


def _run_lane(copy: Copy, ahead: Ahead, said: Connection) -> None:
    try:
        with copy.writer() as writer, _by_lookup(writer):
            rows = copy.take(writer, ahead, lambda at: said.send((at, None)))
        said.send((sum(map(count, ahead.values())), rows))
    except BrokenPipeError:
        return  # nobody waits for it any more
    except BaseException as problem:
        said.send(_sendable(problem))


def _sendable(problem: BaseException) -> BaseException:
    if isinstance(problem, psycopg2.Error | BanjianError):
        return problem
    return RuntimeError(f"{type(problem).__name__}: {problem}")


@contextmanager
def _by_lookup(writer: Any) -> Iterator[None]:
    with writer.cursor() as cursor:
        cursor.execute(_BY_LOOKUP)
    yield
    with writer.cursor() as cursor:
        cursor.execute(_BY_COST)


@contextmanager
def opened(url: str) -> Iterator[Any]:
    """Open a connection that commits each statement by itself."""
    connection = psycopg2.connect(url, connect_timeout=5, keepalives_idle=10)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()
