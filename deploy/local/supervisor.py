"""`banjian up`, `down` and `status`: the whole house on this machine."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
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
"""What is fed when nothing is named: the generated working week of the county."""
NOTHING = "none"
READY_WITHIN_S = 120


def up(feed: str | None = None, run: Path = RUN) -> None:
    """Start the house, feed it, print the figures and the one URL. Harmless if it runs.

    Args:
        feed: a log to feed; None feeds the county's week (once), "none" feeds nothing.
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
            except BaseException:
                console.print("cleaning up the half-started house")
                _stop(run)
                raise
        _await_ready(run, console)
        env = environment.read(run / "env")
        _feed(feed, run, env, console)
    _banjian(env, "figures")
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


def status(run: Path = RUN) -> dict[str, Any]:
    """Return what runs: the URL, the servers, each process with pid, restarts and readiness."""
    state = keeper.read_state(run)
    env = environment.read(run / "env")
    servers = Servers(run)
    processes = {}
    for role in roster.roles(env) if env else []:
        entry = state.get("processes", {}).get(role.name, {})
        alive = _recorded(entry) is not None
        processes[role.name] = {
            "pid": entry.get("pid") if alive else None,
            "restarts": entry.get("restarts", 0),
            "ready": alive and role.ready,
        }
    return {
        "running": _keeper(run) is not None,
        "url": env.get("BANJIAN_PUBLIC_URL"),
        "servers": {
            "postgresql": _server_state("postgresql", state, servers.postgres.process is not None),
            "rabbitmq": _server_state("rabbitmq", state, servers.rabbitmq.running),
        },
        "processes": processes,
    }


def _server_state(name: str, state: dict[str, Any], running: bool) -> str:
    if name in state.get("private", []):
        return "running" if running else "stopped"
    return "not ours" if state else "stopped"


def _start(run: Path, console: Console) -> None:
    _end_leftovers(run)
    endpoints = _start_servers(run, console)
    env = _settle_environment(run, endpoints)
    log = run / "log" / "migrate.log"
    with console.status("migrating"), log.open("ab") as output:
        command = [*roster.banjian(), "migrate"]
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
    child = spawn(
        [sys.executable, "-m", "deploy.local.keeper", run],
        log=run / "log" / "keeper.log",
        env=os.environ,
        cwd=CHECKOUT,
        record=run / "keeper.pid",
    )
    if child.poll() is not None:
        raise LocalRunError(f"the keeper ended at once:\n{tail(run / 'log' / 'keeper.log')}")


def _start_servers(run: Path, console: Console) -> dict[str, str]:
    """Start the servers the environment does not name; return the addresses of both."""
    servers = Servers(run, console.print)
    own = {"postgresql": "DATABASE_URL" not in os.environ, "rabbitmq": "AMQP_URI" not in os.environ}
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


def _settle_environment(run: Path, addresses: dict[str, str]) -> dict[str, str]:
    """Choose ports and passwords, keeping those of the last run, and write `.run/env`."""
    before = environment.read(run / "env")
    fresh = iter(free_ports(len(environment.PORTS)))
    ports = {}
    for name in environment.PORTS:
        kept = int(before.get(name, "0"))
        ports[name] = kept if kept and port_is_free(kept) else next(fresh)
    secrets = run / "secrets"
    env = environment.compose(
        **addresses,
        ports=ports,
        vault_key_file=environment.make_vault_key(secrets / "vault.key"),
        password=environment.kept_password(secrets),
    )
    env["BANJIAN_ISSUER_KEY_FILE"] = str(secrets.resolve() / "issuer.pem")
    # What somebody exported on purpose goes over what we would have chosen.
    env |= {name: value for name, value in os.environ.items() if name.startswith("BANJIAN_")}
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


def _feed(feed: str | None, run: Path, env: dict[str, str], console: Console) -> None:
    fed: list[str] = keeper.read_state(run).get("fed", [])
    if feed == NOTHING or (feed is None and COUNTY in fed):
        return
    what = feed or COUNTY
    _banjian(env, "feed", what)
    keeper.change_state(run, fed=sorted({*fed, what}))


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
