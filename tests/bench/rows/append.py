"""Append: one event a commit, by one writer and by 32."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.chassis.eventlog.unit_of_work import UnitOfWork
from tests.bench import bare
from tests.bench.cases import StepTaken, step, stored, stream_of
from tests.bench.ground import Ground, Yard, durability_through
from tests.bench.harness import Goal, Row, Scale, Sides
from tests.bench.writers import Writers

WRITERS = 32
LIBRARY = "BEGIN;\nLOCK TABLE {table} IN EXCLUSIVE MODE;\nNOTIFY bench;\n{insert}COMMIT;\n"
"""What the library's own PostgreSQL module sends for one event, in its default setting."""


@contextmanager
def one_writer(ground: Ground, scale: Scale) -> Iterator[Sides]:
    with ground.yard(["intake"]) as yard, bare.connected(yard.admin_url) as connection:
        bare.make_table(yard.admin_url)
        database = yard.database("intake")
        numbers = itertools.count(1)

        def subject() -> float:
            def append(number: int) -> None:
                work = UnitOfWork(database)
                work.append(step(number, 1))
                work.commit()

            return _rate(append, numbers, scale.seconds)

        def inserting(table: str) -> Callable[[], float]:
            statement = bare.INSERT.format(table=table)

            def append(number: int) -> None:
                fact = step(number, 1)
                row = (fact.originator_id, 1, StepTaken.TOPIC, stored(fact))
                with connection.cursor() as cursor:
                    cursor.execute(statement, row)

            return lambda: _rate(append, numbers, scale.seconds)

        def ready_made() -> float:
            """The row made before the clock starts."""
            statement = bare.INSERT.format(table="bare_events")
            state = stored(step(1, 1))

            def append(number: int) -> None:
                with connection.cursor() as cursor:
                    cursor.execute(statement, (stream_of(number), 1, StepTaken.TOPIC, state))

            return _rate(append, numbers, scale.seconds)

        try:
            yield Sides(
                subject,
                ready_made,
                {
                    "the same, row made of a fact each time": inserting("bare_events"),
                    "the same into our table (trigger)": inserting("intake.events"),
                },
                lambda: durability_through(database),
            )
        finally:
            database.close()


@contextmanager
def many_writers(ground: Ground, scale: Scale) -> Iterator[Sides]:
    with ground.yard(["intake"]) as yard, Writers(yard.urls["intake"], WRITERS) as writers:
        bare.make_table(yard.admin_url)
        script = bare.insert_script("bare_events")
        library = LIBRARY.format(table="bare_events", insert=script)

        def pgbench(text: str) -> Callable[[], float]:
            return lambda: bare.pgbench(
                yard.admin_url, text, clients=WRITERS, seconds=scale.seconds
            )

        yield Sides(
            lambda: writers.append(scale.seconds),
            pgbench(script),
            {"pgbench, the library's own statements": pgbench(library)},
            lambda: _durability(yard),
        )


def _durability(yard: Yard) -> dict[str, str]:
    database = yard.database("intake")
    try:
        return durability_through(database)
    finally:
        database.close()


def _rate(append: Callable[[int], None], numbers: Iterator[int], seconds: float) -> float:
    done, started = 0, time.perf_counter()
    until = started + seconds
    while (now := time.perf_counter()) < until:
        append(next(numbers))
        done += 1
    return done / (now - started)


ROWS = (
    Row(
        "append",
        "append, one event a commit, one writer",
        "events/s",
        "unit of work, with its idempotency key",
        "psycopg2, autocommit INSERT of a ready row",
        Goal(ratio=0.70),
        one_writer,
    ),
    Row(
        "append-32",
        "append, 32 writers",
        "events/s",
        "32 greenlets of one process",
        "pgbench, autocommit INSERT, 32 clients",
        Goal(),
        many_writers,
        goal_slow=Goal(ratio=0.60),
    ),
)
