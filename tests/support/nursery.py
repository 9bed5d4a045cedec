"""Processes of the house that need not import everything again: forked from one that has.

A service imports for more than a second of processor time, and a run of the tests starts some
hundreds. So each test process keeps a nursery per role: it has imported the role's modules, done
nothing else, and forks for each process asked for. What is forked is a process of its own, with
its own environment, log, signals and exit code, like one that was started from the command line.

    python -m tests.support.nursery <module> <file descriptor of the socket it listens on>
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from deploy.local.servers import CHECKOUT

ROLES: Final = {"serve": "services.chassis.runner", "relay": "services.chassis.bus.relay"}
NEEDS: Final = {"serve": "services.{}.service", "relay": "services.{}.messages"}
"""What a process of a role imports when it knows its service."""
_OWN_PROGRAM: Final = ("LD_PRELOAD", "LD_LIBRARY_PATH")
"""Variables the loader reads: a process that has them needs a program of its own."""


class Forked:
    """A process of the nursery, with the part of `subprocess.Popen` that tests use."""

    def __init__(self, order: socket.socket, pid: int) -> None:
        self.pid = pid
        self._order = order
        self._code: int | None = None

    def poll(self) -> int | None:
        """Give the exit code, negative for a signal; None while it runs."""
        return self._ended(0.0)

    def wait(self, timeout: float) -> int:
        """Wait for the exit code.

        Raises:
            subprocess.TimeoutExpired: it still runs.
        """
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float) -> int | None:
        if self._code is None:
            self._order.settimeout(timeout)
            try:
                said = self._order.recv(16)
            except (TimeoutError, BlockingIOError):
                return None
            self._code = int(said) if said else -signal.SIGKILL  # the nursery itself is gone
            self._order.close()
        return self._code


_nurseries: dict[str, tuple[str, subprocess.Popen[bytes]]] = {}


def fork(role: str, options: Sequence[str], env: Mapping[str, str], log: Path) -> Forked | None:
    """Begin a process of a role; None when it needs a program of its own (a preloaded library)."""
    if role not in ROLES or any(name in env for name in _OWN_PROGRAM):
        return None
    order = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    order.connect(_address(role))
    said = {"role": role, "options": list(options), "env": dict(env), "log": str(log)}
    order.sendall(json.dumps(said).encode())
    return Forked(order, int(order.recv(16)))


def _address(role: str) -> str:
    if role not in _nurseries:
        address = str(Path(tempfile.mkdtemp(prefix="nursery-")) / "socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
            listening.bind(address)
            listening.listen(64)
            process = subprocess.Popen(
                [sys.executable, "-m", __name__, role, str(listening.fileno())],
                cwd=CHECKOUT,
                env={**os.environ, "EVENTLET_NO_GREENDNS": "yes"},
                stdin=subprocess.PIPE,  # its end is the end of this process
                pass_fds=(listening.fileno(),),
            )
        _nurseries[role] = (address, process)
    return _nurseries[role][0]


def main(role: str, listening: int) -> None:
    """Fork for every order until whoever keeps this nursery is gone."""
    program = importlib.import_module(ROLES[role])
    # The role may have patched the modules for green threads; nothing green may begin here.
    sockets, waiting = _own("socket"), _own("select")
    orders = sockets.socket(fileno=listening)
    woken, waker = sockets.socketpair()
    for end in (woken, waker):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker.fileno())
    running: dict[int, Any] = {}
    while True:
        ready, _, _ = waiting.select([orders, woken, 0], [], [])
        if 0 in ready:
            return
        if woken in ready:
            woken.recv(4096)
            _report(running)
        if orders in ready:
            order, _ = orders.accept()
            said = json.loads(order.recv(1 << 18))
            importlib.import_module(NEEDS[role].format(said["options"][0]))
            gc.freeze()  # what is shared stays shared
            pid = os.fork()
            if pid == 0:
                _become(program, said)
            order.sendall(str(pid).encode())
            running[pid] = order


def _own(module: str) -> Any:
    """Give a module of the standard library as it is without green threads."""
    if "eventlet" not in sys.modules:
        return importlib.import_module(module)
    from eventlet import patcher

    return patcher.original(module)


def _report(running: dict[int, Any]) -> None:
    for pid in [*running]:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            with running.pop(pid) as order:
                order.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _become(program: Any, said: dict[str, Any]) -> NoReturn:
    """Be the process that was asked for, to its end."""
    code: object = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if "eventlet" in sys.modules:
            from eventlet import hubs

            hubs.use_hub()  # one of its own: the one made by an import is shared by all
        log = os.open(said["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.environ.clear()
        os.environ.update(said["env"])
        sys.argv[1:] = said["options"]
        code = program.main() if said["role"] == "serve" else program.run(said["options"])
    except SystemExit as ending:
        code = ending.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
