"""Keep the processes of a local house alive: `python -m deploy.local.keeper FOLDER`, detached.

Starts every role, restarts what dies (after 0.5 s, doubling to 30 s while it keeps dying),
revives a private server that died, and on SIGTERM stops all of them in order.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local import environment, roster
from deploy.local.processes import LocalRunError, Process, spawn, write_private
from deploy.local.servers import CHECKOUT, Servers

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
"""A process that lived so long starts again at once, as if it had never died."""
LOOK_EVERY_S = 0.25
LOOK_AT_SERVERS_EVERY_S = 5.0


@dataclass
class Kept:
    """One role and its present process."""

    role: roster.Role
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    restarts: int = 0

    @property
    def process(self) -> Process | None:
        """The record of its living process."""
        return None if self.child is None else Process.of(self.child.pid)


@dataclass
class Keeper:
    """All roles of one state directory."""

    run: Path
    env: dict[str, str]
    kept: list[Kept] = field(default_factory=list)
    ending: bool = False
    _looked_at_servers: float = 0.0

    def keep(self) -> None:
        """Run until told to end, then stop everything."""
        self.kept = [Kept(role) for role in roster.roles(self.env)]
        try:
            while not self.ending:
                if self.look():
                    self.note()
                self.look_at_servers()
                time.sleep(LOOK_EVERY_S)
        finally:
            self.stop()

    def look(self) -> bool:
        """Start what is due; tell whether anything changed."""
        changed = False
        now = time.monotonic()
        for one in self.kept:
            if one.child is not None and one.child.poll() is not None:
                self._mourn(one, now)
                changed = True
            if one.child is None and now >= one.due_at:
                log = self.run / "log" / f"{one.role.name}.log"
                one.child = spawn(
                    [*roster.banjian(), *one.role.arguments], log=log, env=self.env, cwd=CHECKOUT
                )
                one.started_at = now
                changed = True
        return changed

    def _mourn(self, one: Kept, now: float) -> None:
        assert one.child is not None
        say(f"{one.role.name} ended with {one.child.returncode}, log {one.role.name}.log")
        if now - one.started_at > STEADY_S:
            one.pause_s = FIRST_PAUSE_S
        one.due_at = now + one.pause_s
        one.pause_s = min(one.pause_s * 2, LONGEST_PAUSE_S)
        one.restarts += 1
        one.child = None

    def look_at_servers(self) -> None:
        """Start a private server that is gone. Those somebody else runs are not ours to start."""
        now = time.monotonic()
        if now - self._looked_at_servers < LOOK_AT_SERVERS_EVERY_S:
            return
        self._looked_at_servers = now
        servers = Servers(self.run, say)
        private = read_state(self.run).get("private", [])
        lost_postgres = "postgresql" in private and servers.postgres.process is None
        lost_rabbitmq = "rabbitmq" in private and not servers.rabbitmq.running
        if (lost_postgres or lost_rabbitmq) and not self.ending:
            say("a private server is gone, starting it again")
            with contextlib.suppress(LocalRunError):
                servers.start(postgres=lost_postgres, rabbitmq=lost_rabbitmq)

    def note(self) -> None:
        """Write who runs, for `banjian status` and for cleaning up after us."""
        processes = {}
        for one in self.kept:
            process = one.process
            processes[one.role.name] = {
                "pid": process.pid if process else None,
                "started": process.started if process else None,
                "restarts": one.restarts,
            }
        change_state(self.run, processes=processes)

    def stop(self) -> None:
        """Stop tier by tier, SIGTERM first, SIGKILL for who does not go within 10 s."""
        for tier in range(len(roster.TIERS)):
            end_all([one.process for one in self.kept if one.role.tier == tier])
        self.note()


def end_all(processes: list[Process | None], patience_s: float = 10.0) -> None:
    """End several processes at once."""
    living = [process for process in processes if process is not None]
    for process in living:
        process.send(signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    for process in living:
        process.wait(max(0.0, deadline - time.monotonic()))
        process.stop(patience_s=0.1)


def say(line: str) -> None:
    """Write one line to the keeper's log, with the time."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {line}\n")
    sys.stderr.flush()


def state_file(run: Path) -> Path:
    """Where the state of a run is kept."""
    return run / "state.json"


def read_state(run: Path) -> dict[str, Any]:
    """Return the recorded state, empty if there is none."""
    try:
        state: dict[str, Any] = json.loads(state_file(run).read_text())
    except (OSError, ValueError):
        return {}
    return state


def change_state(run: Path, **changes: object) -> None:
    """Replace some entries of the recorded state."""
    state = {**read_state(run), **changes}
    write_private(state_file(run), json.dumps(state, indent=2) + "\n")


def main(run: Path) -> None:
    """Keep the house of a state directory until SIGTERM."""
    keeper = Keeper(run, {**os.environ, **environment.read(run / "env")})

    def end(number: int, frame: object) -> None:
        keeper.ending = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    keeper.keep()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
