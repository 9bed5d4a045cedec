"""A year into the five logs: lived in processes of their own, copied in bulk, sealed as ever.

Workers live a share of the lives each and give the day's rows sorted; here the shares are merged,
copied in the order of the logs, some thousand rows a transaction, and sealed beside that. At the
end the house knows that nothing of it is news: relays stand at the tip, inboxes have it all.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from io import BytesIO
from multiprocessing.connection import Connection
from queue import Queue
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from deploy.year.pen import COLUMNS, HEADER, SORTED_BY, TRAILER, Row
from deploy.year.plan import Plan
from deploy.year.stream import Bucket, Year
from services.chassis.errors import BanjianError, ConflictError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.failures import translate
from services.chassis.eventlog.sealer import Sealer
from services.chassis.names import SERVICES

SEALED_AT_ONCE = 20_000
COPIED_AT_ONCE = 4_000
"""Rows of a transaction, at least, but for the last: most days of a small year are small."""
WAITING_DAYS = 4
"""Days that wait to be copied, at most: so memory stays flat however fast the workers are."""


@dataclass
class Progress:
    """How far it is, for somebody who waits."""

    day: date | None = None
    events: int = 0
    sealed: int = 0


@dataclass
class Loaded:
    """What was written."""

    events: dict[str, int] = field(default_factory=dict)
    """By service."""
    copied_s: float = 0.0
    """Until the last row was copied."""
    sealed_s: float = 0.0
    """Until everything was sealed."""

    @property
    def total(self) -> int:
        return sum(self.events.values())


Report = Callable[[Progress], None]


def load(
    plan: Plan,
    admin_url: str,
    urls: Mapping[str, str],
    *,
    workers: int = 2,
    report: Report = lambda progress: None,
) -> Loaded:
    """Live the year and write it.

    Args:
        admin_url: the owner of the schemas. urls: of each service's own role, which seals.
        report: told after each day.

    Raises:
        ConflictError: a log is not empty.
        UnavailableError: the database does not answer.
    """
    try:
        refuse_unless_empty(admin_url)
        refuse_unless_alone(admin_url, urls)
        with _Writing(admin_url, urls, report) as writing:
            for day, bucket in merged(plan, workers):
                writing.take(day, bucket)
        _nothing_is_news(admin_url)
    except psycopg2.Error as problem:
        raise translate(problem) from problem
    return writing.loaded


def refuse_unless_empty(admin_url: str) -> None:
    """Refuse to write after anything else.

    Raises:
        ConflictError: names the logs that have events.
    """
    with closing(psycopg2.connect(admin_url)) as connection, connection.cursor() as cursor:
        used = []
        for service in SERVICES:
            cursor.execute(
                sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(service, "events"))
            )
            if cursor.fetchone()[0]:  # type: ignore[index]  # one row always
                used.append(service)
    if used:
        raise ConflictError(
            f"The logs of {', '.join(used)} are not empty. A year is built into a new house only:"
            " stop it (`banjian down`), remove its data, start it and migrate."
        )


def refuse_unless_alone(admin_url: str, urls: Mapping[str, str]) -> None:
    """Refuse while somebody is at work who would publish the year, or write beside it.

    Raises:
        ConflictError: names the roles that are connected.
    """
    with closing(psycopg2.connect(admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = ANY(%s) ORDER BY 1",
            ([urlsplit(url).username for url in urls.values()],),
        )
        there = [str(row[0]) for row in cursor.fetchall()]
    if there:
        raise ConflictError(
            f"Somebody is at work as {', '.join(there)}: stop the services and relays first."
        )


def merged(plan: Plan, workers: int = 1) -> Iterator[tuple[date, Bucket]]:
    """Live the year in so many processes; give its days, all shares of each merged."""
    if workers <= 1:
        yield from Year(plan).days()
        return
    with ExitStack() as stack:
        heads = [_next(stack.enter_context(_share(plan, n, workers))) for n in range(workers)]
        waiting = [next(head, None) for head in heads]
        while any(one is not None for one in waiting):
            day = min(one[0] for one in waiting if one is not None)
            shares = [one[1] for one in waiting if one is not None and one[0] == day]
            yield day, [_together(parts) for parts in zip(*shares, strict=True)]
            for place, one in enumerate(waiting):
                if one is not None and one[0] == day:
                    waiting[place] = next(heads[place], None)


def _together(parts: Sequence[list[Row]]) -> list[Row]:
    """Give the rows of all shares in order; sorting sees that each is sorted already."""
    rows = [row for part in parts for row in part]
    rows.sort()
    return rows


@contextmanager
def _share(plan: Plan, share: int, shares: int) -> Iterator[Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_live, args=(theirs, plan, share, shares), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(timeout=5)
        if process.is_alive():
            process.kill()


def _live(out: Connection, plan: Plan, share: int, shares: int) -> None:
    """Live a share in this process."""
    # Lives hold no cycles; looking for some takes a good part of the time.
    gc.freeze()
    gc.set_threshold(500_000, 20, 20)
    try:
        for day in Year(plan, share, shares).days():
            out.send_bytes(pickle.dumps(day, protocol=5))
    except BrokenPipeError:
        return
    except Exception as error:
        out.send_bytes(pickle.dumps(f"{type(error).__name__}: {error}"))
        raise
    out.send_bytes(pickle.dumps(None))


def _next(connection: Connection) -> Iterator[tuple[date, Bucket]]:
    while True:
        try:
            said: Any = pickle.loads(connection.recv_bytes())
        except EOFError:
            raise BanjianError("A process that lived a part of the year ended.") from None
        if said is None:
            return
        if isinstance(said, str):
            raise BanjianError(f"A part of the year could not be lived: {said}")
        yield said


class _Writing:
    """Copies days in one thread and seals in another; take as context manager."""

    def __init__(self, admin_url: str, urls: Mapping[str, str], report: Report) -> None:
        self._admin_url, self._urls, self._report = admin_url, urls, report
        self.loaded = Loaded()
        self._queue: Queue[tuple[date, Bucket] | None] = Queue(WAITING_DAYS)
        self._copied = threading.Event()
        self._trouble: BaseException | None = None
        self._progress = Progress()
        self._threads = [
            threading.Thread(target=self._guarded, args=(act,), name=f"year: {act.__name__}")
            for act in (self._copy, self._seal)
        ]
        self._began = time.monotonic()

    def __enter__(self) -> _Writing:
        for thread in self._threads:
            thread.start()
        return self

    def take(self, day: date, bucket: Bucket) -> None:
        """Have a day copied.

        Raises:
            BaseException: what went wrong while copying or sealing.
        """
        if self._trouble is not None:
            raise self._trouble
        self._queue.put((day, bucket))

    def __exit__(self, kind: object, *_: object) -> None:
        self._queue.put(None)
        if kind is not None:
            self._copied.set()
        for thread in self._threads:
            thread.join()
        if kind is None and self._trouble is not None:
            raise self._trouble

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:
            self._trouble = self._trouble or error
            self._copied.set()
            while self._queue.get() is not None:  # nobody is to wait for a full queue
                pass

    def _copy(self) -> None:
        counts: Counter[str] = Counter()
        with closing(psycopg2.connect(self._admin_url)) as connection:
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off")
            connection.commit()
            waiting: list[list[bytes]] = [[] for _ in SERVICES]
            more = True
            while more:
                one = self._queue.get()
                more = one is not None
                if one is not None:
                    self._progress.day = one[0]
                    for rows, of_day in zip(waiting, one[1], strict=True):
                        rows += [row[SORTED_BY:] for row in of_day]
                for service, rows in zip(SERVICES, waiting, strict=True):
                    if rows and (not more or len(rows) >= COPIED_AT_ONCE):
                        _copy_rows(connection, service, rows)
                        counts[service] += len(rows)
                        rows.clear()
                self._progress.events = counts.total()
                self._report(self._progress)
        self.loaded.events = {service: counts[service] for service in SERVICES}
        self.loaded.copied_s = time.monotonic() - self._began
        self._copied.set()

    def _seal(self) -> None:
        with ExitStack() as stack:
            sealers = []
            for service in SERVICES:
                database = Database(self._urls[service])
                stack.callback(database.close)
                sealers.append(Sealer(database, service))
            last = False
            while not last:
                last = self._copied.is_set()
                sealed = 0
                for sealer in sealers:
                    while (now := sealer.seal(SEALED_AT_ONCE)) > 0:
                        sealed += now
                        self._progress.sealed += now
                        if now < SEALED_AT_ONCE and not last:
                            break
                # Somebody else's open transaction holds the tail back for a moment.
                behind = self._progress.events - self._progress.sealed
                last = last and (not behind or self._trouble is not None)
                if not sealed:
                    time.sleep(0.05)
        self.loaded.sealed_s = time.monotonic() - self._began


def _copy_rows(connection: Any, service: str, rows: list[bytes]) -> None:
    """Copy rows in one transaction; their order is that of the log."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(service, "events"),
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS.split(", "))),
    )
    content = BytesIO(b"".join((HEADER, *rows, TRAILER)))
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, content, 1 << 20)
    connection.commit()


def _nothing_is_news(admin_url: str) -> None:
    """Have relays and inboxes stand at the tip: nobody publishes or receives a year again."""
    with closing(psycopg2.connect(admin_url)) as connection, connection.cursor() as cursor:
        tips = {}
        for service in SERVICES:
            cursor.execute(
                sql.SQL("SELECT coalesce(max(position), 0) FROM {}").format(
                    sql.Identifier(service, "ledger")
                )
            )
            tips[service] = cursor.fetchone()[0]  # type: ignore[index]  # one row always
            cursor.execute(
                sql.SQL("UPDATE {} SET position = %s").format(sql.Identifier(service, "relay")),
                (tips[service],),
            )
        for service in SERVICES:
            heard = getattr(import_module(f"services.{service}.messages"), "LISTENS", ())
            for source in heard:
                if tips[source]:
                    cursor.execute(
                        sql.SQL("SELECT {}(%s, %s)").format(sql.Identifier(service, "track")),
                        (source, tips[source]),
                    )
        connection.commit()
        connection.autocommit = True
        for service in SERVICES:
            for table in ("events", "ledger"):
                cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(service, table)))
