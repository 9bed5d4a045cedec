"""Command: load a case of ten events, decide, append one, one command after another."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import bare
from tests.bench.cases import HISTORY, Cases, facts_of, stream_of
from tests.bench.ground import Ground, durability_through
from tests.bench.harness import Goal, Row, Scale, Sides

CASES = 500


@contextmanager
def sequential(ground: Ground, scale: Scale) -> Iterator[Sides]:
    with ground.yard(["intake"]) as yard:
        bare.make_table(yard.admin_url)
        database = yard.database("intake")
        cases = Cases(database)
        streams = [stream_of(number) for number in range(CASES * 40)]
        firsts = itertools.count(0, CASES)

        def subject() -> float:
            first = next(firsts)
            with ground.quickly():
                bare.fill(yard.admin_url, "intake.events", first, CASES, HISTORY)
            done, started = 0, time.perf_counter()
            until = started + scale.seconds
            while (now := time.perf_counter()) < until:
                case = first + done % CASES
                minute = HISTORY + 1 + done // CASES
                cases.take_step(streams[case], facts_of(case, minute), minute)
                done += 1
            return done / (now - started)

        def reference() -> float:
            first = next(firsts)
            with ground.quickly():
                bare.fill_md5(yard.admin_url, "bare_events", first, CASES, HISTORY)
            script = bare.command_script("bare_events", CASES, HISTORY, first)
            return bare.pgbench(
                yard.admin_url, script, clients=1, seconds=scale.seconds, variables={"turn": -1}
            )

        try:
            yield Sides(subject, reference, {}, lambda: durability_through(database))
        finally:
            database.close()


ROWS = (
    Row(
        "command",
        "command (load, decide, append), one after another",
        "commands/s",
        "@command on a case of 10 events, with its idempotency key",
        "pgbench: BEGIN, SELECT, INSERT, COMMIT, one client",
        Goal(ratio=0.40),
        sequential,
    ),
)
