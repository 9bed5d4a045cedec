"""Sealing: what positions, leaves, tiles and checkpoints take from those who append."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.servers import CHECKOUT
from services.chassis.eventlog.sealer import Sealer
from services.chassis.eventlog.unit_of_work import UnitOfWork
from tests.bench.cases import step
from tests.bench.ground import Ground, durability_through
from tests.bench.harness import Goal, Row, Scale, Sides
from tests.bench.rows.append import _rate


@contextmanager
def sealed_beside(ground: Ground, scale: Scale) -> Iterator[Sides]:
    with ground.yard(["intake"]) as yard:
        database = yard.database("intake")
        numbers = itertools.count(1)
        seconds = scale.seconds * 2
        shares: list[float] = []
        busy: list[float] = []

        def append(number: int) -> None:
            work = UnitOfWork(database)
            work.append(step(number, 1))
            work.commit()

        def alone() -> float:
            rate = _rate(append, numbers, seconds)
            sealer, started, sealed = Sealer(database, "intake"), time.perf_counter(), 0
            while some := sealer.seal():
                sealed += some
            if sealed:
                shares.append((time.perf_counter() - started) / sealed * rate)
            return rate

        def beside() -> float:
            command = [sys.executable, "-m", "tests.bench.sealing_beside", yard.urls["intake"]]
            with subprocess.Popen(
                command,
                cwd=CHECKOUT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as child:
                assert child.stdout is not None
                assert child.stdout.readline() == "ready\n"
                try:
                    return _rate(append, numbers, seconds)
                finally:
                    assert child.stdin is not None
                    child.stdin.close()
                    took, of = map(float, child.stdout.readline().split())
                    busy.append(took / of)

        def notes() -> list[str]:
            share, core = (sorted(all_)[len(all_) // 2] for all_ in (shares, busy))
            return [
                f"sealing what was appended, alone and at once, takes {share:.1%} of the time"
                " it took to append it",
                f"beside the appends the sealing process takes {core:.1%} of a core of its own; the"
                " ratio shows what the writer loses, not that core",
            ]

        try:
            yield Sides(beside, alone, {}, lambda: durability_through(database), notes)
        finally:
            database.close()


ROWS = (
    Row(
        "sealing",
        "append while the log is sealed, tiled and signed",
        "events/s",
        "one writer, the log sealed beside it every 5-20 ms, a checkpoint each 1,000 events",
        "the same, nothing sealed",
        Goal(ratio=0.95),
        sealed_beside,
    ),
)
