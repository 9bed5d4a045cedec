"""Many concurrent writers, as a service has them: greenlets of one process, one connection each."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Self

from deploy.local.servers import CHECKOUT


class Writers:
    """A child process with so many greenlets, waiting to be told how long to append."""

    def __init__(self, url: str, count: int) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.writers", url, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        )

    def append(self, seconds: float) -> float:
        """Append one event a commit for so long; gives events a second of all together."""
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.write(f"{seconds}\n")
        self._child.stdin.flush()
        answer = self._child.stdout.readline()
        if not answer:
            raise RuntimeError("the writers ended; their error stands above")
        return float(json.loads(answer))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait(10)
        self._child.stdout.close()


def main(url: str, count: int) -> None:
    import time
    import uuid

    import eventlet

    from services.chassis.eventlog.database import Database
    from services.chassis.eventlog.unit_of_work import UnitOfWork
    from tests.bench.cases import step

    database = Database(url, minimum=count, maximum=count)
    base = uuid.uuid4().int % 10**9 * 1000
    numbers = iter(range(base, base + 10**9))

    def writer(until: float) -> int:
        done = 0
        while time.perf_counter() < until:
            work = UnitOfWork(database)
            work.append(step(next(numbers), 1))
            work.commit()
            done += 1
        return done

    for line in sys.stdin:
        started = time.perf_counter()
        until = started + float(line)
        together = [eventlet.spawn(writer, until) for _ in range(count)]
        done = sum(greenlet.wait() for greenlet in together)
        sys.stdout.write(json.dumps(done / (time.perf_counter() - started)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    import warnings

    warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*")

    import eventlet

    eventlet.monkey_patch()
    main(sys.argv[1], int(sys.argv[2]))
