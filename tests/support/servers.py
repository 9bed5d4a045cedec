"""The servers tests run against.

DATABASE_URL and AMQP_URI name servers of your own; else a private pair is started once under
`.run/test` and shared by the test sessions of this checkout; the last one out stops it. Processes
of one session (`-n 2`) have a pair each: a transaction, a role or an alarm is the whole pair's.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.environment import default_management_url
from deploy.local.servers import RUN, Endpoints, Servers

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
TEST_RUN = RUN / (f"test-{_WORKER}" if _WORKER else "test")
STARTING = RUN / "test.starting"
"""One pair starts at a time: the first may have to fetch RabbitMQ for all."""


@contextmanager
def shared_servers() -> Iterator[Endpoints]:
    """Give the session's servers."""
    given = named_servers()
    if given is not None:
        yield given
        return
    TEST_RUN.mkdir(parents=True, exist_ok=True)
    with (TEST_RUN / "users").open("w") as users:
        servers = Servers(TEST_RUN)
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
