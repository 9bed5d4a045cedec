"""Rebuild: all of disclosure's statistics from the log of intake."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager

from services.chassis.eventlog.sealer import Sealer
from tests.bench import bare, county, rebuilding
from tests.bench.ground import Ground, Yard, durability_of
from tests.bench.harness import Goal, Row, Scale, Sides

CASES = 20_000
SOURCES = ["catalog", "intake", "approval", "disclosure"]
COLUMNS = "COPY intake.events (stream, version, topic, state)"


class Sink(io.RawIOBase):
    """Takes what COPY gives and counts its bytes."""

    def __init__(self) -> None:
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.size += len(data)
        return len(data)


@contextmanager
def statistics(ground: Ground, scale: Scale) -> Iterator[Sides]:
    with ground.yard(SOURCES) as yard:
        cases = county.CASES_A_YEAR if scale.full else scale.events(CASES)
        told = _write_log(yard, cases)
        taken: list[rebuilding.Rebuilt] = []

        def subject() -> float:
            _say_done(yard, told)
            rebuilt = rebuilding.run(yard.admin_url, yard.auditor_url)
            if rebuilt.events != told:
                raise AssertionError(f"{rebuilt.events} events rebuilt, {told} in the log")
            taken.append(rebuilt)
            return rebuilt.events / rebuilt.seconds

        def reference() -> float:
            sink = Sink()
            with bare.connected(yard.admin_url) as connection, connection.cursor() as cursor:
                started = time.perf_counter()
                cursor.copy_expert("COPY intake.events TO STDOUT (FORMAT binary)", sink)
                return told / (time.perf_counter() - started)

        def notes() -> list[str]:
            _say_done(yard, told // 4)
            quarter = rebuilding.run(yard.admin_url, yard.auditor_url)
            best = min(taken, key=lambda rebuilt: rebuilt.seconds)
            return [
                f"{best.events:,} events, {best.rows:,} rows in {best.seconds:.1f} s;"
                f" writers waited {best.locked_seconds:.2f} s",
                f"peak memory {best.peak_mib:.0f} MiB;"
                f" of a log a quarter as long {quarter.peak_mib:.0f} MiB",
            ]

        yield Sides(subject, reference, {}, lambda: durability_of(yard.admin_url), notes)


def _write_log(yard: Yard, cases: int) -> int:
    """Write and seal the log of so many cases; gives the number of events."""
    with bare.connected(yard.admin_url) as connection, connection.cursor() as cursor:
        cursor.copy_expert(f"{COLUMNS} FROM STDIN", county.Rows(0, cases), 1 << 16)
    database = yard.database("intake")
    try:
        told = 0
        while sealed := Sealer(database).seal(20_000):
            told += sealed
    finally:
        database.close()
    with bare.connected(yard.admin_url) as connection, connection.cursor() as cursor:
        cursor.execute("ANALYZE intake.events; ANALYZE intake.ledger")
    return told


def _say_done(yard: Yard, position: int) -> None:
    """Say that disclosure has taken in everything up to here, so a rebuild takes it in again."""
    with bare.connected(yard.admin_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO disclosure.inbox VALUES ('intake', int8multirange(int8range(1, %s, '[]')))"
            " ON CONFLICT (source) DO UPDATE SET done = excluded.done",
            (position,),
        )


ROWS = (
    Row(
        "rebuild",
        "rebuild of all statistics from the log, ten events a case",
        "events/s",
        "banjian rebuild disclosure: read, decode, project, COPY in, fold, switch",
        "COPY OUT of the same log in binary",
        Goal(least=60_000),
        statistics,
        slow=False,
    ),
)
