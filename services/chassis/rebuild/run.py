"""The steps of a rebuild, from an empty schema to the switch."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from psycopg2 import errors, sql

from services.chassis.errors import ConflictError
from services.chassis.eventlog.failures import translate
from services.chassis.projection import ReadModel, Statement
from services.chassis.rebuild.compare import Difference, compare
from services.chassis.rebuild.loader import Loader
from services.chassis.rebuild.replay import Publications, Range, count, done, join, minus, own_tail
from services.chassis.rebuild.schema import (
    Resting,
    copy_rights,
    create,
    drop,
    put_off,
    remember_shape,
    tables,
)
from services.chassis.rebuild.taking import Ahead, Copy, opened

FEW = 500
"""Events left to take in under the lock, at most, if the catching up gets that far in ROUNDS."""
ROUNDS = 8
LOCK_PATIENCE_MS = 700
"""Below PostgreSQL's deadlock_timeout (1 s): in a knot we let go, never a writer of the service."""
LOCK_ATTEMPTS = 30


@dataclass(frozen=True)
class Progress:
    """How far a rebuild is, for somebody who waits."""

    phase: str
    """`bulk`, `finish`, `catch_up`, `lock`, `switch` or `compare`."""
    events: int
    total: int
    """Events known to be ahead when the phase began, those done included."""


@dataclass
class Outcome:
    """What a rebuild did."""

    service: str
    switched: bool
    events: int = 0
    rows: int = 0
    seconds: float = 0.0
    locked_seconds: float = 0.0
    """How long writers of the service had to wait."""
    positions: dict[str, int] = field(default_factory=dict)
    """Number of positions taken in, per source."""
    differences: list[Difference] = field(default_factory=list)
    """One per table that is not equal; only when comparing."""


@dataclass
class _Work:
    copy: Copy
    report: Callable[[Progress], None]
    outcome: Outcome
    taken: dict[str, list[Range]] = field(default_factory=dict)

    @property
    def model(self) -> ReadModel:
        return self.copy.model


def rebuild(
    model: ReadModel,
    *,
    admin_url: str,
    log_urls: Mapping[str, str],
    publications: Publications,
    reads: Collection[str] | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
    verify: bool = False,
) -> Outcome:
    """Rebuild a service's read model from the logs and switch to it; the live one keeps working.

    Args:
        admin_url: owner of the service's schemas, in the service's database.
        log_urls: URL of the auditor's role for the log of each of `model.sources`.
        publications: what each source publishes: `messages.PUBLISHES`.
        reads: types of other services' events the service reads (`messages.READS`); None: all.
        verify: compare the live and the rebuilt model row by row and do not switch.

    Raises:
        ConflictError: another rebuild of this service runs, or its writers never let the lock go.
        UnavailableError: a database does not answer. The live model is untouched in every case.
    """
    # Events and rows hold no cycles; looking for some costs a third of the time.
    gc.freeze()
    collecting = gc.isenabled()
    gc.disable()
    outcome = Outcome(model.service, switched=False)
    copy = Copy(model, admin_url, log_urls, publications, reads)
    work = _Work(copy, report, outcome)
    started = time.monotonic()
    try:
        with opened(admin_url) as lock, opened(admin_url) as reader, opened(admin_url) as maker:
            _only_one(lock, model.service)
            with maker.cursor() as cursor:
                drop(cursor, copy.schema, f"{model.service}_model_old")
                create(cursor, model)
            try:
                with copy.writer() as writer:
                    _fill(work, writer, reader)
                    _finish(work, writer, lock, reader, verify)
            finally:
                with maker.cursor() as cursor:
                    drop(cursor, copy.schema, f"{model.service}_model_old")
    except psycopg2.Error as problem:
        raise translate(problem) from problem
    finally:
        if collecting:
            gc.enable()
    outcome.seconds = time.monotonic() - started
    return outcome


def _only_one(connection: Any, service: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_lock(hashtextextended('banjian rebuild ' || %s, 0))", (service,)
        )
        if not cursor.fetchone()[0]:
            raise ConflictError(f"Another rebuild of {service} is running; wait for it to end.")


def _ahead(work: _Work, connection: Any) -> dict[str, list[Range]]:
    """Give what the live model has and the copy has not."""
    model = work.model
    with connection.cursor() as cursor:
        have = done(cursor, model.service, model.sources)
    return {source: minus(have[source], work.taken.get(source, [])) for source in model.sources}


def _fill(work: _Work, writer: Any, reader: Any) -> None:
    """Bring the copy so near to the live model that the rest is short work under the lock."""
    with writer.cursor() as cursor:
        resting = put_off(cursor, work.model)
    _take(work, writer, _ahead(work, reader), "bulk")
    work.report(Progress("finish", work.outcome.events, work.outcome.events))
    _end(work, writer, resting)
    with writer.cursor() as cursor:
        copy_rights(cursor, f"{work.model.service}_model", work.copy.schema)
    for _ in range(ROUNDS):
        ahead = _ahead(work, reader)
        if sum(map(count, ahead.values())) <= FEW:
            return
        _take(work, writer, ahead, "catch_up")


def _end(work: _Work, writer: Any, resting: Resting) -> None:
    """Make indexes and run the model's closing statements, those of other tables beside."""
    model = work.model
    beside = resting.indexes_of([text for text, _ in model.beside])
    with work.copy.writer() as second, ThreadPoolExecutor(1) as pool:
        other = pool.submit(_run, second, [*map(_plain, beside), *model.beside])
        indexes = [index for index in resting.indexes if index not in beside]
        _run(writer, [*map(_plain, indexes), *model.finish])
        other.result()
    _run(writer, map(_plain, resting.ends))


def _plain(text: str) -> Statement:
    return Statement(text, ())


def _run(connection: Any, statements: Iterable[Statement]) -> None:
    with connection.cursor() as cursor:
        for text, params in statements:
            cursor.execute(text, params or None)


def _take(work: _Work, writer: Any, ahead: Ahead, phase: str) -> None:
    outcome = work.outcome
    before, total = outcome.events, outcome.events + sum(map(count, ahead.values()))
    work.report(Progress(phase, before, total))
    take = work.copy.take_bulk if phase == "bulk" else work.copy.take
    outcome.rows += take(
        writer, ahead, lambda passed: work.report(Progress(phase, before + passed, total))
    )
    outcome.events = total
    for source, ranges in ahead.items():
        work.taken[source] = join([*work.taken.get(source, []), *ranges])
        outcome.positions[source] = count(work.taken[source])


def _finish(work: _Work, writer: Any, lock: Any, reader: Any, verify: bool) -> None:
    """Stop the writers, take the rest, then switch; or look at both and compare."""
    model, outcome = work.model, work.outcome
    live, copy = f"{model.service}_model", work.copy.schema
    work.report(Progress("lock", outcome.events, outcome.events))
    with lock.cursor() as cursor:
        _lock(cursor, model.service)
        locked = time.monotonic()
        try:
            _take(work, writer, _ahead(work, reader), "catch_up")
            _take_own_tail(work, writer)
            if verify:
                with reader.cursor() as looking:
                    looking.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1")
            else:
                work.report(Progress("switch", outcome.events, outcome.events))
                rename = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
                for old, new in ((live, f"{live}_old"), (copy, live)):
                    cursor.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))
                remember_shape(cursor, model)
            cursor.execute("COMMIT")
        except BaseException:
            if not lock.closed:
                cursor.execute("ROLLBACK")
            raise
        outcome.locked_seconds = time.monotonic() - locked
    outcome.switched = not verify
    if verify:
        work.report(Progress("compare", outcome.events, outcome.events))
        with reader.cursor() as looking:
            outcome.differences = compare(looking, live, copy)
            looking.execute("COMMIT")


def _lock(cursor: Any, service: str) -> None:
    """Let no writer of the service commit any more, once those under way have ended; readers go on.

    The live tables are locked too, and first: a writer that waits for one of them looks its name
    up again afterwards, and so finds the new one.
    """
    live = f"{service}_model"
    names = [sql.Identifier(live, name) for name in tables(cursor, live)]
    names += [sql.Identifier(service, "inbox"), sql.Identifier(service, "events")]
    statement = sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.SQL(", ").join(names))
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        # An autovacuum in the way gives up only for somebody who waits past deadlock_timeout.
        patience_ms = LOCK_PATIENCE_MS * (4 if attempt % 4 == 0 else 1)
        cursor.execute("BEGIN")
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", (str(patience_ms),))
        try:
            cursor.execute(statement)
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            cursor.execute("ROLLBACK")
            continue
        return
    raise ConflictError(
        f"{service} has a transaction open that does not end; the read model was not switched.",
        attempts=LOCK_ATTEMPTS,
    )


def _take_own_tail(work: _Work, writer: Any) -> None:
    """Take own events that are committed and not sealed yet; nobody can add one now."""
    model = work.model
    if model.service not in model.sources:
        return
    taken = work.taken[model.service]
    with writer.cursor() as cursor:
        events = own_tail(cursor, model.service, taken[-1][1] if taken else 0)
    loader = Loader(writer, model, work.copy.schema)
    try:
        for event in events:
            loader.apply(model.project(event))
        loader.flush()
    finally:
        loader.close()
    work.outcome.rows += loader.rows
    work.outcome.events += len(events)
