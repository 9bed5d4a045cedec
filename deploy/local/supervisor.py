"""`banjian up`, `down` and `status`: the whole house on this machine.

`make run` is `python -m deploy.local.supervisor [LOG]`: up, feed, figures, URL.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from deploy.local import environment, keeper, roster
from deploy.local.processes import (
    LocalRunError,
    Process,
    free_ports,
    port_is_free,
    spawn,
    tail,
)
from deploy.local.servers import CHECKOUT, RUN, Servers

COUNTY = "--county"
"""Feeds the sample county's catalog and a generated working week of it."""
CALENDAR = "calendar seed"
"""Remembered among what has been fed: the working days of 2004-2026."""
YEAR_FIGURES = "banjian figures --from 2020-01-01 --to 2020-12-31"
"""The week is of today; the adjustments of the sample's catalog are of its year."""
NOTHING = "none"
ALONE = "alone"
"""Runs one command without the house: `python -m deploy.local.supervisor alone year build`."""
READY_WITHIN_S = 120


def up(feed: str = NOTHING, run: Path = RUN) -> None:
    """Start the house and, when there is something to feed, feed it and print the figures.

    Harmless if it runs. Ends with the one URL.

    Args:
        feed: a log to feed, "--county" for the generated week (once), "none" for nothing.
        run: the state directory.

    Raises:
        LocalRunError: what went wrong and where the log is; what this call started is stopped.
    """
    console = Console(stderr=True, highlight=False)
    run.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(run, console):
        if _keeper(run) is None:
            try:
                _start(run, console)
                _await_ready(run, console)
            except BaseException:
                console.print("cleaning up the half-started house")
                _stop(run)
                raise
        else:
            console.print("the house runs already")
            _await_ready(run, console)
    env = environment.read(run / "env")
    if feed != NOTHING:
        _feed(feed, run, env, console)
        _banjian(env, "figures")
        if feed == COUNTY:
            console.print(f"[dim]the county's year: {YEAR_FIGURES}[/dim]")
    Console(highlight=False).print(f"\n{env['BANJIAN_PUBLIC_URL']}/")
    console.print(f"[dim]logs: {run / 'log'}   settings: {run / 'env'}   end: make stop[/dim]")


def down(run: Path = RUN) -> None:
    """Stop the house and its private servers; harmless if nothing runs."""
    if not run.exists():
        return
    console = Console(stderr=True, highlight=False)
    with _one_at_a_time(run, console), console.status("stopping"):
        _stop(run)
    console.print("stopped")


def status(run: Path = RUN) -> list[dict[str, str]]:
    """Return a row for each server and process: process, state, address, detail."""
    state = keeper.read_state(run)
    env = environment.read(run / "env")
    servers = Servers(run)
    rows = []
    for name, running in (
        ("postgresql", servers.postgres.process is not None),
        ("rabbitmq", servers.rabbitmq.running),
    ):
        if name not in state.get("private", [name]):
            rows.append(_row(name, "not ours", "", "named by the environment"))
        else:
            log = f".run/log/{name}.log"
            rows.append(_row(name, "running" if running else "stopped", "127.0.0.1", log))
    for role in roster.roles(env) if env else []:
        entry = state.get("processes", {}).get(role.name, {})
        alive = _recorded(entry) is not None
        how = "stopped" if not alive else "ready" if role.ready else "not ready"
        detail = f"pid {entry.get('pid')}, {entry.get('restarts')} restarts" if alive else ""
        rows.append(_row(role.name, how, role.ready_url.rpartition("/")[0], detail))
    return rows


def _row(process: str, state: str, address: str, detail: str) -> dict[str, str]:
    return {"process": process, "state": state, "address": address, "detail": detail}


def alone(command: Sequence[str], run: Path = RUN) -> int:
    """Run one command of the console with servers up and migrated, and no process of the house.

    Gives its exit code; the servers are stopped again.

    Raises:
        LocalRunError: the house runs, or the servers do not start.
    """
    console = Console(stderr=True, highlight=False)
    run.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(run, console):
        if _keeper(run) is not None:
            raise LocalRunError("the house runs; stop it first: make stop")
        try:
            env = _prepare(run, console)
            return subprocess.run(
                [*roster.banjian(), *command], env={**os.environ, **env}
            ).returncode
        finally:
            _stop(run)


def _start(run: Path, console: Console) -> None:
    _prepare(run, console)
    child = spawn(
        [sys.executable, "-m", "deploy.local.keeper", run],
        log=run / "log" / "keeper.log",
        env=os.environ,
        cwd=CHECKOUT,
        record=run / "keeper.pid",
    )
    if child.poll() is not None:
        raise LocalRunError(f"the keeper ended at once:\n{tail(run / 'log' / 'keeper.log')}")


def _prepare(run: Path, console: Console) -> dict[str, str]:
    """Start the servers and migrate; give the settings."""
    _end_leftovers(run)
    endpoints = _start_servers(run, console)
    env = _settle_environment(run, endpoints)
    log = run / "log" / "migrate.log"
    with console.status("migrating"), log.open("ab") as output:
        command = [*roster.banjian(), "migrate", "--rebuild"]
        done = subprocess.run(
            command,
            env={**os.environ, **env},
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode != 0:
        raise LocalRunError(f"`banjian migrate` failed, log {log}:\n{tail(log)}")
    console.print("schemas, roles, exchanges and queues are there")
    return env


def _start_servers(run: Path, console: Console) -> dict[str, str]:
    """Start the servers the environment does not name; return the addresses of both."""
    servers = Servers(run, console.print)
    own = {
        "postgresql": _is_ours("DATABASE_URL", "postgresql", run),
        "rabbitmq": _is_ours("AMQP_URI", "rabbitmq", run),
    }
    keeper.change_state(run, private=[name for name, ours in own.items() if ours])
    began = time.monotonic()
    with console.status("starting PostgreSQL and RabbitMQ"):
        servers.start(postgres=own["postgresql"], rabbitmq=own["rabbitmq"])
    if any(own.values()):
        names = " and ".join(name for name, ours in own.items() if ours)
        console.print(f"{names} run ({time.monotonic() - began:.0f} s)")
    addresses = {}
    if own["postgresql"]:
        addresses["database_url"] = servers.postgres.url()
    else:
        addresses["database_url"] = os.environ["DATABASE_URL"]
    if own["rabbitmq"]:
        addresses["amqp_uri"] = servers.rabbitmq.amqp_uri
        addresses["management_url"] = servers.rabbitmq.management_url
    else:
        addresses["amqp_uri"] = os.environ["AMQP_URI"]
        addresses["management_url"] = os.environ.get(
            "RABBITMQ_MANAGEMENT_URL"
        ) or environment.default_management_url(os.environ["AMQP_URI"])
    return addresses


def _is_ours(variable: str, server: str, run: Path) -> bool:
    """Tell whether to start a server: nobody names one, or the name is our own of last time.

    (The command line fills its environment from `.run/env` before it comes here.)
    """
    given = os.environ.get(variable)
    before = environment.read(run / "env").get(variable)
    return not given or (given == before and server in keeper.read_state(run).get("private", []))


def _settle_environment(run: Path, addresses: dict[str, str]) -> dict[str, str]:
    """Choose ports and passwords, keeping those of the last run, and write `.run/env`."""
    before = environment.read(run / "env")
    fresh = iter(free_ports(len(environment.PORTS)))
    ports = {}
    for name in environment.PORTS:
        kept = int(before.get(name, "0"))
        ports[name] = kept if kept and port_is_free(kept) else next(fresh)
    env = environment.compose(
        **addresses,
        ports=ports,
        secrets=run / "secrets",
        password=environment.kept_password(run / "secrets"),
    )
    # What somebody exported on purpose goes over what we would have chosen.
    exported = {name: text for name, text in os.environ.items() if name.startswith("BANJIAN_")}
    env |= {n: text for n, text in exported.items() if n not in env or text != before.get(n)}
    environment.write(run / "env", env)
    return env


def _await_ready(run: Path, console: Console) -> None:
    waiting = {role.name: role for role in roster.roles(environment.read(run / "env"))}
    total = len(waiting)
    deadline = time.monotonic() + READY_WITHIN_S
    with console.status("") as shown:
        while waiting:
            for name in [name for name, role in waiting.items() if role.ready]:
                del waiting[name]
            shown.update(f"{total - len(waiting)} of {total} processes are ready")
            if waiting and time.monotonic() > deadline:
                name = min(waiting)
                log = run / "log" / f"{name}.log"
                late = ", ".join(waiting)
                raise LocalRunError(f"not ready: {late}. The log of {name}, {log}:\n{tail(log)}")
            if waiting and _keeper(run) is None:
                raise LocalRunError(f"the keeper ended:\n{tail(run / 'log' / 'keeper.log')}")
            time.sleep(0.3 if waiting else 0)
    console.print(f"{total} processes are ready")


def _feed(feed: str, run: Path, env: dict[str, str], console: Console) -> None:
    fed: list[str] = keeper.read_state(run).get("fed", [])
    if feed == COUNTY and COUNTY in fed:
        console.print("the county's week is in already")
        return
    if CALENDAR not in fed:
        _banjian(env, *CALENDAR.split())
        fed = sorted({*fed, CALENDAR})
        keeper.change_state(run, fed=fed)
    _banjian(env, "feed", feed)
    keeper.change_state(run, fed=sorted({*fed, feed}))


def _banjian(env: dict[str, str], *arguments: str) -> None:
    done = subprocess.run([*roster.banjian(), *arguments], env={**os.environ, **env})
    if done.returncode != 0:
        raise LocalRunError(f"`banjian {' '.join(arguments)}` failed (exit {done.returncode})")


def _stop(run: Path) -> None:
    if (process := _keeper(run)) is not None:
        process.stop(patience_s=60)
    (run / "keeper.pid").unlink(missing_ok=True)
    _end_leftovers(run)
    Servers(run).stop()


def _end_leftovers(run: Path) -> None:
    """End processes of a keeper that was killed."""
    state = keeper.read_state(run)
    keeper.end_all([_recorded(entry) for entry in state.get("processes", {}).values()])


def _recorded(entry: dict[str, Any]) -> Process | None:
    if not entry.get("pid"):
        return None
    process = Process(entry["pid"], entry["started"])
    return process if process.alive else None


def _keeper(run: Path) -> Process | None:
    return Process.read(run / "keeper.pid")


@contextmanager
def _one_at_a_time(run: Path, console: Console) -> Iterator[None]:
    with (run / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print("another `make run` or `make stop` is at work here, waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _main(arguments: list[str]) -> int:
    try:
        if arguments[:1] == [ALONE]:
            return alone(arguments[1:])
        up(arguments[0] if arguments else COUNTY)
    except LocalRunError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
