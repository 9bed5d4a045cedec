"""A private RabbitMQ node: one per state directory, on loopback only, Erlang's own ports included.

The default user `guest` does not exist here: the node is born with an administrator whose
password is generated. The node name follows from the state directory, so several checkouts run
side by side, each with its own epmd.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local import docker, erlang
from deploy.local.processes import (
    LocalRunError,
    Process,
    free_ports,
    port_is_free,
    soon_free,
    spawn,
    tail,
    wait_until,
    write_private,
)

ADMINISTRATOR = "banjian_admin"
PLUGINS = ("rabbitmq_management", "rabbitmq_consistent_hash_exchange")
_LOOPBACK = "-kernel inet_dist_use_interface {127,0,0,1}"
EMULATOR = (
    "+sbwt none +sbwtdcpu none +sbwtdio none +hmbs 1000000 +hms 30000 +SDio 1"
    " -rabbit quorum_commands_soft_limit 256"
)
"""Idle schedulers do not spin, for two cores are shared with everything else; and a process may
refer to 8 MB of messages before it looks for garbage, not to 0.4 MB: a queue with thousands of
messages under way looks through all of them each time, which was half of a broker's work. One
thread writes files, not ten that wake each other; and a channel that publishes hundreds of messages
waits for a queue after 256 of them, not after 32."""
_PORTS = ("amqp", "management", "distribution", "epmd")


class RabbitMQ:
    """The RabbitMQ of one state directory.

    Args:
        run: the state directory, e.g. `.run`.
        cache: where an unpacked RabbitMQ is kept and shared, e.g. `.run/cache`.
        tell: receives one line for each slow step.
        environment: variables for the server, e.g. those of the slow-fsync shim.
    """

    def __init__(
        self,
        run: Path,
        cache: Path,
        tell: Callable[[str], None] = lambda line: None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.run = run.resolve()
        self.home = self.run / "rabbitmq"
        self.log = self.run / "log" / "rabbitmq.log"
        self.record = self.home / "pid"
        self.environment = dict(environment or {})
        self._cache = cache.resolve()
        self._tell = tell
        self._password_file = self.run / "secrets" / "rabbitmq"
        self._epmd_record = self.home / "epmd.pid"
        digest = hashlib.sha256(str(self.home).encode()).hexdigest()[:10]
        self.node = f"banjian-{digest}@localhost"
        self.container = f"banjian-{digest}"

    @property
    def process(self) -> Process | None:
        """The running Erlang virtual machine, None if there is none (or it is in Docker)."""
        return Process.read(self.record)

    @property
    def running(self) -> bool:
        """Tell whether the node's process or container exists."""
        return self.process is not None or docker.is_running(self.container, self._in_docker)

    @property
    def ports(self) -> dict[str, int]:
        """The ports by use, the same over restarts as long as they are free."""
        lines = (self.home / "ports").read_text().splitlines()
        return {use: int(port) for use, port in (line.split() for line in lines)}

    @property
    def amqp_uri(self) -> str:
        """The administrator's URI of the vhost `banjian`."""
        return self._url("amqp", "amqp", "/banjian")

    @property
    def management_url(self) -> str:
        """The administrator's URL of the management interface."""
        return self._url("http", "management", "")

    def start(self) -> None:
        """Start the node and wait until it takes clients; harmless if it runs.

        Raises:
            LocalRunError: no RabbitMQ to be had, or it ended at start (with the end of its log).
        """
        if self.running and self._answers():
            return
        self.stop()
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        installation = erlang.find(self._cache, self._tell)
        if installation is None and not docker.is_usable():
            raise LocalRunError(erlang.ADVICE)
        if installation is None:
            self._in_docker.touch()
        self._choose_ports()
        self._write_settings()
        try:
            if installation is None:
                self._launch_in_docker()
            else:
                self._launch(installation)
        except BaseException:
            self.stop()
            raise

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stop the node: SIGTERM shuts it down in order, SIGKILL is its power switch."""
        if (process := self.process) is not None:
            process.stop(how, patience_s=30)
        if (epmd := Process.read(self._epmd_record)) is not None:
            epmd.stop(signal.SIGKILL)
        if self._in_docker.exists():
            docker.stop(self.container)
            self._in_docker.unlink()
        self.record.unlink(missing_ok=True)
        self._epmd_record.unlink(missing_ok=True)

    def kill(self) -> None:
        """Kill the node without warning."""
        self.stop(signal.SIGKILL)

    def ctl(self, *arguments: str, timeout_s: float = 60) -> str:
        """Run rabbitmqctl against this node and return what it prints."""
        command, variables = self._tool("rabbitmqctl")
        done = subprocess.run(
            [*command, *arguments],
            env=variables,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
        if done.returncode != 0:
            reason = done.stderr or done.stdout
            raise LocalRunError(f"rabbitmqctl {' '.join(arguments)} failed:\n{reason}")
        return done.stdout

    def _tool(self, name: str) -> tuple[list[str], dict[str, str]]:
        if self._in_docker.exists():
            return ["docker", "exec", self.container, name], dict(os.environ)
        installation = erlang.find(self._cache, self._tell)
        if installation is None:
            raise LocalRunError(erlang.ADVICE)
        return [str(installation.scripts / name)], self._variables(installation)

    @property
    def _in_docker(self) -> Path:
        return self.home / "docker"

    def _url(self, scheme: str, use: str, path: str) -> str:
        password = self._password_file.read_text().strip()
        return f"{scheme}://{ADMINISTRATOR}:{password}@127.0.0.1:{self.ports[use]}{path}"

    def _launch(self, installation: erlang.Installation) -> None:
        variables = self._variables(installation)
        ports = self.ports
        spawn(
            ["epmd", "-address", "127.0.0.1", "-port", str(ports["epmd"])],
            log=self.log,
            env=variables,
            record=self._epmd_record,
            cwd=self.home,
        )
        wait_until(lambda: not port_is_free(ports["epmd"]), 20, f"epmd starts (log: {self.log})")
        # "Under systemd" the script becomes the Erlang machine instead of waiting beside it, so
        # the recorded process is the one that matters.
        child = spawn(
            [installation.scripts / "rabbitmq-server"],
            log=self.log,
            env={**variables, "RUNNING_UNDER_SYSTEMD": "true", **self.environment},
            record=self.record,
            cwd=self.home,
        )

        def settled() -> bool:
            return child.poll() is not None or self._answers()

        wait_until(settled, 120, f"RabbitMQ starts (log: {self.log})", step_s=0.2)
        if child.poll() is not None:
            raise LocalRunError(f"RabbitMQ ended at start, log {self.log}:\n{tail(self.log)}")

    def _launch_in_docker(self) -> None:
        if not docker.has_image():
            self._tell(f"fetching {docker.IMAGE} (once)")
        docker.start(self.container, self.home, self.ports, EMULATOR)

        def running() -> bool:
            return docker.is_running(self.container, self._in_docker)

        wait_until(lambda: self._answers() or not running(), 120, "RabbitMQ starts in Docker")
        if not running():
            said = docker.last_words(self.container)
            raise LocalRunError(f"RabbitMQ ended at start in Docker:\n{said}")

    def _answers(self) -> bool:
        """Tell whether both listeners work and our administrator may enter."""
        try:
            with socket.create_connection(("127.0.0.1", self.ports["amqp"]), timeout=2) as client:
                client.settimeout(5)
                client.sendall(b"AMQP\x00\x00\x09\x01")
                if not client.recv(1):
                    return False
            url = f"http://127.0.0.1:{self.ports['management']}/api/whoami"
            password = self._password_file.read_text().strip()
            token = base64.b64encode(f"{ADMINISTRATOR}:{password}".encode()).decode()
            request = urllib.request.Request(url, headers={"Authorization": f"Basic {token}"})
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _choose_ports(self) -> None:
        file = self.home / "ports"
        if file.exists() and soon_free(self.ports.values()):
            return
        chosen = zip(_PORTS, free_ports(len(_PORTS)), strict=True)
        write_private(file, "".join(f"{use} {port}\n" for use, port in chosen))

    def _write_settings(self) -> None:
        if not self._password_file.exists():
            # Letters and digits only: the password stands in URLs and in a configuration file.
            write_private(self._password_file, secrets.token_hex(20) + "\n")
        inside = self._in_docker.exists()
        address = "0.0.0.0" if inside else "127.0.0.1"
        ports = {"amqp": 5672, "management": 15672} if inside else self.ports
        lines = [
            f"listeners.tcp.1 = {address}:{ports['amqp']}",
            f"management.tcp.ip = {address}",
            f"management.tcp.port = {ports['management']}",
            f"default_user = {ADMINISTRATOR}",
            f"default_pass = {self._password_file.read_text().strip()}",
            "default_user_tags.administrator = true",
            "default_vhost = banjian",
            "disk_free_limit.absolute = 200MB",
            "log.console = true",
            "log.file = false",
        ]
        write_private(self.home / "rabbitmq.conf", "\n".join(lines) + "\n")
        write_private(self.home / "enabled_plugins", f"[{','.join(PLUGINS)}].\n")
        write_private(self.home / "rabbitmq-env.conf", "")

    def _variables(self, installation: erlang.Installation) -> dict[str, str]:
        """Return the node's whole environment: nothing of the caller's RABBITMQ_* gets in."""
        ports, home = self.ports, str(self.home)
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "HOME": home,
            **installation.variables,
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_CONF_ENV_FILE": f"{home}/rabbitmq-env.conf",
            "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{home}/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{home}/mnesia",
            "RABBITMQ_LOG_BASE": f"{home}/log",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{home}/config",
            "RABBITMQ_PLUGINS_EXPAND_DIR": f"{home}/plugins",
            "RABBITMQ_DIST_PORT": str(ports["distribution"]),
            "ERL_EPMD_PORT": str(ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{_LOOPBACK} {EMULATOR}",
            "RABBITMQ_CTL_ERL_ARGS": _LOOPBACK,
        }
