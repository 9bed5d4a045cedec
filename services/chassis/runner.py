"""`python -m services.chassis.runner <service> [--only http|bus]`: one service, one process.

The first act is eventlet's monkey patch: a lock or socket made before it would block everybody.
"""
# ruff: noqa: E402 - nothing may be imported before the patch

from __future__ import annotations

import warnings

warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*")

import eventlet

eventlet.monkey_patch()

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any, Final

from eventlet.event import Event
from nameko.containers import ServiceContainer

from services.chassis.frame import Frame
from services.chassis.logs import configure, get_logger
from services.chassis.names import SERVICES
from services.chassis.settings import Settings, SettingsError

log = get_logger()

KINDS: Final = ("http", "bus")

EXIT_FAILED: Final = 1
EXIT_SETTINGS: Final = 78
"""EX_CONFIG of sysexits.h: starting again without a change is pointless."""
LOOK_S: Final = 0.25
"""How often a quiet process wakes to see whether it was asked to end."""


def build_container(service_class: type[Any], frame: Frame, only: str = "") -> ServiceContainer:
    """Make a nameko container of this service.

    `only` keeps the entrypoints of that `kind` and drops the others, so HTTP and bus can scale
    apart. A process without routes still answers its probes.
    """
    container = ServiceContainer(service_class, frame.config())
    if only:
        for entrypoint in list(container.entrypoints):
            if getattr(entrypoint, "kind", only) != only:
                container.entrypoints.remove(entrypoint)
    from services.chassis.web.probing import ensure_server

    ensure_server(container)
    return container


def run(service: str, env: Mapping[str, str], only: str = "") -> int:
    """Run a service until SIGTERM or SIGINT, finish what was begun, and give the exit code."""
    configure(service)
    try:
        settings = Settings.read(service, env)
    except SettingsError as error:
        log.error("settings_refused", problems=error.problems)
        return EXIT_SETTINGS
    module = importlib.import_module(f"services.{service}.service")
    asked = Event()

    def stop(number: int, _frame: Any) -> None:
        # A handler runs wherever the hub happens to be; only a new greenlet may send.
        if not asked.ready():
            eventlet.spawn_n(lambda: asked.ready() or asked.send(signal.Signals(number).name))

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        container = build_container(module.Service, Frame.build(settings), only)
        container.start()
        log.info("process_started", role=only or "serve", port=settings.http_port)
        died = eventlet.spawn(_wait, container, asked)
        reason = _await(asked)
        if isinstance(reason, str):
            container.stop()
            died.kill()
            log.info("process_stopped", signal=reason)
            return 0
        raise reason
    except Exception as error:
        log.error("process_failed", exc_info=error)
        return EXIT_FAILED


def _await(asked: Event) -> str | Exception:
    """Wait, and wake a quiet hub now and then.

    A signal does not wake it: Python goes on with the interrupted poll (PEP 475), whose timeout is
    a minute when nothing else is due.
    """
    while not asked.ready():
        with eventlet.Timeout(LOOK_S, False):
            asked.wait()
    reason: str | Exception = asked.wait()
    return reason


def _wait(container: ServiceContainer, asked: Event) -> None:
    """Tell `asked` when the container dies by itself."""
    try:
        container.wait()
        reason: str | Exception = "container stopped"
    except Exception as error:
        reason = error
    if not asked.ready():
        asked.send(reason)


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m services.chassis.runner", description=__doc__)
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("--only", choices=KINDS, default="", help="keep only these entrypoints")
    options = parser.parse_args()
    return run(options.service, os.environ, options.only)


if __name__ == "__main__":
    sys.exit(main())
