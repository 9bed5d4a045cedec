"""RabbitMQ in Docker, for machines with neither a RabbitMQ nor Debian's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.local.processes import LocalRunError

IMAGE = "rabbitmq:3.13-management"


def is_usable() -> bool:
    """Tell whether a Docker daemon answers."""
    return shutil.which("docker") is not None and _docker("info").returncode == 0


def is_running(container: str, mark: Path) -> bool:
    """Tell whether the container runs; `mark` exists only if we started one."""
    if not mark.exists():
        return False
    return "true" in _docker("inspect", "-f", "{{.State.Running}}", container).stdout


def has_image() -> bool:
    """Tell whether the image is here already; otherwise starting the node fetches it."""
    return _docker("image", "inspect", IMAGE).returncode == 0


def start(container: str, home: Path, ports: Mapping[str, int], emulator: str) -> None:
    """Start the node in a container, its files in the state directory.

    It runs as the caller, past the image's own entry point: that would become another user, who
    could not read settings only the caller may read, and whose files the caller could not delete.
    """
    _docker("rm", "-f", container)
    data = home / "docker-data"
    data.mkdir(exist_ok=True)
    done = _docker(
        "run",
        "--detach",
        f"--name={container}",
        "--hostname=localhost",
        f"--user={os.getuid()}:{os.getgid()}",
        "--env=HOME=/var/lib/rabbitmq",
        f"--env=RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS={emulator}",
        "--entrypoint=rabbitmq-server",
        f"--publish=127.0.0.1:{ports['amqp']}:5672",
        f"--publish=127.0.0.1:{ports['management']}:15672",
        f"--volume={home / 'rabbitmq.conf'}:/etc/rabbitmq/rabbitmq.conf:ro",
        f"--volume={home / 'enabled_plugins'}:/etc/rabbitmq/enabled_plugins:ro",
        f"--volume={data}:/var/lib/rabbitmq",
        IMAGE,
    )
    if done.returncode != 0:
        raise LocalRunError(f"docker could not start {IMAGE}: {done.stderr.strip()}")


def last_words(container: str) -> str:
    """Give the end of what the node printed."""
    said = _docker("logs", "--tail=20", container)
    return (said.stdout + said.stderr).strip()


def stop(container: str) -> None:
    """Stop and remove the container; its data stays."""
    _docker("stop", "--time=30", container)
    _docker("rm", "-f", container)


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
