"""Start, know and end processes by recorded id.

A process id alone may by now belong to somebody else, so a record keeps the start time too.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.chassis.errors import BanjianError


class LocalRunError(BanjianError):
    """The local run cannot go on; the text says what happened and what to do."""


@dataclass(frozen=True)
class Process:
    """A process we started: its id and its start time in clock ticks since boot."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """Return the record of a living process, None if there is none (a zombie is none)."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        # The command name, in brackets, may hold spaces and brackets: fields start after the last.
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in "ZX" else cls(pid, int(fields[19]))

    @property
    def alive(self) -> bool:
        """Tell whether this very process still runs."""
        return Process.of(self.pid) == self

    def send(self, number: int) -> None:
        """Send a signal if the process still runs."""
        if self.alive:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def wait(self, timeout_s: float) -> bool:
        """Wait until the process has ended; tell whether it did in time."""
        try:
            handle = os.pidfd_open(self.pid)
        except OSError:
            return not self.alive
        try:
            if not self.alive:
                return True
            return bool(select.select([handle], [], [], timeout_s)[0])
        finally:
            os.close(handle)

    def stop(self, first: int = signal.SIGTERM, patience_s: float = 10) -> bool:
        """End the process: `first`, then SIGKILL. Tell whether it went without SIGKILL."""
        self.send(first)
        self.send(signal.SIGCONT)
        if self.wait(patience_s):
            return True
        self.send(signal.SIGKILL)
        self.wait(5)
        return False

    def as_text(self) -> str:
        """Return the record as it is kept in a file."""
        return f"{self.pid} {self.started}\n"

    @classmethod
    def read(cls, path: Path) -> Process | None:
        """Return the recorded process if it still runs."""
        try:
            pid, started = path.read_text().split()
        except (OSError, ValueError):
            return None
        recorded = cls(int(pid), int(started))
        return recorded if recorded.alive else None


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    record: Path | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process of its own session that outlives us; output is appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(part) for part in command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    if record is not None and (process := Process.of(child.pid)) is not None:
        write_private(record, process.as_text())
    return child


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    fresh.replace(path)


def port_is_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def soon_free(ports: Iterable[int], patience_s: float = 10) -> bool:
    """Tell whether these ports are free, or get free soon: a killed server's children linger."""
    wanted = list(ports)
    try:
        wait_until(lambda: all(map(port_is_free, wanted)), patience_s, "ports get free")
    except LocalRunError:
        return False
    return True


_handed_out: set[int] = set()
_handing_out = threading.Lock()


def free_ports(count: int) -> list[int]:
    """Return different loopback ports nobody listens on now.

    They lie below the range the kernel hands to outgoing connections, so no client takes one
    between this call and the server's bind.
    """
    low, high = 20000, _first_ephemeral_port() - 1
    if high - low < 1000:
        low, high = 20000, 60000
    ports: list[int] = []
    # Starting from the process id spreads checkouts that start at the same moment.
    candidate = low + os.getpid() * 97 % (high - low)
    for _ in range(high - low):
        candidate = low + (candidate - low + 1) % (high - low)
        with _handing_out:
            if candidate in _handed_out or not port_is_free(candidate):
                continue
            _handed_out.add(candidate)
        ports.append(candidate)
        if len(ports) == count:
            return ports
    raise LocalRunError(f"no {count} free ports on 127.0.0.1 between {low} and {high}")


def _first_ephemeral_port() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError):
        return 32768


def wait_until(
    condition: Callable[[], bool], timeout_s: float, what: str, step_s: float = 0.05
) -> None:
    """Wait for a condition.

    Raises:
        LocalRunError: it did not come true within `timeout_s` seconds; names `what`.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise LocalRunError(f"{what}: not within {timeout_s:g} s")
        time.sleep(step_s)


def tail(path: Path, lines: int = 15) -> str:
    """Return the last lines of a log, for an error message."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return f"(no log at {path})"
