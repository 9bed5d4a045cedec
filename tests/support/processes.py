"""Child processes one can kill, stop and resume."""

from __future__ import annotations

import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local import roster
from deploy.local.processes import tail
from deploy.local.servers import CHECKOUT
from tests.support import nursery
from tests.support.waiting import wait_until


def banjian(*arguments: str) -> list[str]:
    """Return the command line of a `banjian` command, in this interpreter."""
    return [*roster.banjian(), *arguments]


class Child:
    """A child process with a log; killed when its `with` block ends."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        self.command = command
        self.env = env
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._process = self._forked() or self._started()

    def _forked(self) -> nursery.Forked | None:
        if self.command[:1] != banjian() or len(self.command) < 3:
            return None
        return nursery.fork(self.command[1], self.command[2:], self.env, self.log)

    def _started(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                self.command,
                env=self.env,
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Tell whether it still runs."""
        return self._process.poll() is None

    @property
    def said(self) -> str:
        """Everything it wrote so far."""
        return self.log.read_text(errors="replace")

    def wait_ready(self, url: str, timeout: float = 60) -> Self:
        """Wait until `url` answers 200.

        Raises:
            AssertionError: it ended or never got ready; shows the end of its log.
        """

        def ready() -> bool:
            assert self.alive, f"{self.command[-2:]} ended:\n{tail(self.log, 40)}"
            return answers(url)

        try:
            wait_until(ready, timeout, step=0.1, what=f"{url} answers 200")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{tail(self.log, 40)}") from None
        return self

    def wait(self, timeout: float = 30) -> int:
        """Wait for its end and return the exit code."""
        return self._process.wait(timeout)

    def terminate(self, timeout: float = 30) -> int:
        """Ask it to end (SIGTERM) and return the exit code."""
        self._process.terminate()
        return self.wait(timeout)

    def kill(self) -> None:
        """Kill it without warning (SIGKILL), also when it is stopped."""
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> None:
        """Freeze it (SIGSTOP)."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen one go on (SIGCONT)."""
        self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()


def answers(url: str, status: int = 200) -> bool:
    """Tell whether a URL answers with this status now."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bool(answer.status == status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code == status
    except OSError:
        return False
