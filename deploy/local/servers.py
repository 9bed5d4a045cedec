"""Both private servers together: `python -m deploy.local.servers start|stop|status [FOLDER]`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local import slowsync
from deploy.local.postgres import Postgres
from deploy.local.processes import LocalRunError
from deploy.local.rabbitmq import RabbitMQ

CHECKOUT = Path(__file__).resolve().parents[2]
RUN = CHECKOUT / ".run"
CACHE = RUN / "cache"


@dataclass(frozen=True)
class Endpoints:
    """Where an administrator reaches the two servers."""

    database_url: str
    amqp_uri: str
    management_url: str


class Servers:
    """The private PostgreSQL and RabbitMQ of one state directory.

    Args:
        run: the state directory; each has its own pair, its own ports, its own data.
        tell: receives one line for each slow step.
        settings: PostgreSQL settings beside or instead of the usual ones.
        slow: put the slow-fsync shim into both; see `set_fsync_delay`.
    """

    def __init__(
        self,
        run: Path = RUN,
        tell: Callable[[str], None] = lambda line: None,
        settings: Mapping[str, str] | None = None,
        slow: bool = False,
    ) -> None:
        self.run = run
        self._control = run / "slowsync"
        shim = slowsync.environment(CACHE, self._control) if slow else {}
        self.postgres = Postgres(run, settings, shim)
        self.rabbitmq = RabbitMQ(run, CACHE, tell, shim)
        self._tell = tell

    def start(self, postgres: bool = True, rabbitmq: bool = True) -> None:
        """Start both (or one) at once; harmless if they run; what fails is cleaned up."""
        self._make_folder()
        starts = [server.start for server, wanted in self._both(postgres, rabbitmq) if wanted]
        with ThreadPoolExecutor() as pool:
            for started in [pool.submit(start) for start in starts]:
                started.result()

    def stop(self) -> None:
        """Stop both; harmless if they do not run."""
        with ThreadPoolExecutor() as pool:
            stops = [pool.submit(self.postgres.stop), pool.submit(self.rabbitmq.stop)]
        for stopped in stops:
            stopped.result()

    @property
    def endpoints(self) -> Endpoints:
        """The administrator's addresses of both."""
        return Endpoints(self.postgres.url(), self.rabbitmq.amqp_uri, self.rabbitmq.management_url)

    def set_fsync_delay(self, delay_us: int) -> None:
        """Make every fsync of both servers take `delay_us` microseconds longer, from now on."""
        slowsync.set_delay(self._control, delay_us)

    def _both(self, postgres: bool, rabbitmq: bool) -> list[tuple[Postgres | RabbitMQ, bool]]:
        return [(self.postgres, postgres), (self.rabbitmq, rabbitmq)]

    def _make_folder(self) -> None:
        (self.run / "log").mkdir(parents=True, exist_ok=True)
        secrets = self.run / "secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        if self.run.stat().st_uid != os.geteuid():
            raise LocalRunError(
                f"{self.run} belongs to another user: run as that user, or remove it"
            )


def _without_password(url: str) -> str:
    return re.sub(r":[^:@/]+@", ":***@", url)


def _main(arguments: list[str]) -> int:
    verb = arguments[0] if arguments else "status"
    run = Path(arguments[1]) if len(arguments) > 1 else RUN
    say = sys.stdout.write
    servers = Servers(run, lambda line: (say(line + "\n"), None)[1])
    try:
        if verb == "start":
            servers.start()
        elif verb == "stop":
            servers.stop()
            return 0
        elif verb != "status":
            say("usage: python -m deploy.local.servers start|stop|status [FOLDER]\n")
            return 2
    except LocalRunError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    running = servers.postgres.process is not None and servers.rabbitmq.running
    if running:
        for name, value in vars(servers.endpoints).items():
            say(f"{name} {_without_password(value)}\n")
    else:
        say("not running\n")
    return 0 if running else 3


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
