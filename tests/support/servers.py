"""The servers tests run against.

DATABASE_URL and AMQP_URI name servers of your own; else a private pair is started once and shared
by the test sessions of this checkout; the last one out stops it. Processes of one session (`-n 2`)
have a pair each: a transaction, a role or an alarm is the whole pair's.

The shared pair lies in memory where there is room, else under `.run/test`: a test makes a database
of some nine hundred files and drops it, which takes a disk ten times as long. What is about disks
(faults, durability, benches) has servers of its own, on the disk (`throwaway`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from deploy.local.environment import default_management_url
from deploy.local.servers import RUN, Endpoints, Servers

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 8 << 30
_SETTINGS = {"max_wal_size": "512MB"}
STARTING = RUN / "test.starting"
"""One pair starts at a time: the first may have to fetch RabbitMQ for all."""


@contextmanager
def shared_servers() -> Iterator[Endpoints]:
    """Give the session's servers."""
    given = named_servers()
    if given is not None:
        yield given
        return
    run = _place()
    run.mkdir(parents=True, exist_ok=True)
    STARTING.parent.mkdir(exist_ok=True)
    with (run / "users").open("w") as users:
        servers = Servers(run, settings=_SETTINGS)
        with STARTING.open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            servers.start()
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield servers.endpoints
        finally:
            with STARTING.open("w") as starting:
                fcntl.flock(starting, fcntl.LOCK_EX)
                if _is_last(users.fileno()):
                    servers.stop()
                    if run.is_relative_to(_MEMORY):
                        shutil.rmtree(run, ignore_errors=True)
                        with suppress(OSError):  # another process still has its pair beside it
                            run.parent.rmdir()


def _place() -> Path:
    """Say where the shared pair of this process of this checkout keeps its state."""
    name = f"test-{_WORKER}" if _WORKER else "test"
    memory = _MEMORY / f"banjian-{os.getuid()}-{sha256(bytes(RUN)).hexdigest()[:8]}" / name
    if memory.exists():
        return memory
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES
    return memory if roomy else RUN / name


def _is_last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def named_servers() -> Endpoints | None:
    """Return the servers the environment names, None unless it names both.

    Raises:
        RuntimeError: it names only one.
    """
    database, amqp = os.environ.get("DATABASE_URL"), os.environ.get("AMQP_URI")
    if not database and not amqp:
        return None
    if not database or not amqp:
        raise RuntimeError("tests need both DATABASE_URL and AMQP_URI, or neither")
    management = os.environ.get("RABBITMQ_MANAGEMENT_URL")
    return Endpoints(database, amqp, management or default_management_url(amqp))


@contextmanager
def throwaway(
    name: str,
    *,
    postgres: bool = True,
    rabbitmq: bool = True,
    slow: bool = False,
    settings: dict[str, str] | None = None,
) -> Iterator[Servers]:
    """Give servers of one's own to kill, stall, slow down or misconfigure; gone afterwards.

    `.postgres` and `.rabbitmq` have `start()`, `stop()`, `kill()` and `process.send(signal)`;
    `.rabbitmq.ctl("stop_app")`; with `slow=True` also `.set_fsync_delay(microseconds)`.
    """
    run: Path = RUN / f"test-{name}-{os.getpid()}"
    servers = Servers(run, settings=settings, slow=slow)
    try:
        servers.start(postgres=postgres, rabbitmq=rabbitmq)
        yield servers
    finally:
        servers.stop()
        shutil.rmtree(run, ignore_errors=True)
