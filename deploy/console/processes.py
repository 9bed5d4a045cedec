"""Start the processes: one role each, or the whole local run."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from deploy.console.output import Json, print_json, print_table
from deploy.console.settings import need
from services.chassis.errors import BanjianError
from services.chassis.names import SERVICES

Service = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.", show_default=False)]


def known(service: str) -> str:
    """Give the service's name back.

    Raises:
        typer.BadParameter: there is no such service.
    """
    if service not in SERVICES:
        raise typer.BadParameter(f"no service {service!r}; there are {', '.join(SERVICES)}.")
    return service


def serve(
    service: Service,
    only: Annotated[str, typer.Option(help="Only `http` or only `bus`, to scale them apart.")] = "",
) -> None:
    """Run a service: its HTTP routes and its bus subscription."""
    if only not in ("", "http", "bus"):
        raise typer.BadParameter("--only is http or bus.", param_hint="--only")
    options = ["--only", only] if only else []
    _become("services.chassis.runner", known(service), *options)


def relay(service: Service) -> None:
    """Run a service's relay: seal its log and publish it to the bus."""
    from services.chassis.bus.relay import main

    main(known(service))


def gateway() -> None:
    """Run the local gateway: all services behind one address. Development only."""
    from deploy.local.gateway import serve as serve_gateway

    serve_gateway()


def issuer() -> None:
    """Run the development token issuer. Production refuses its tokens."""
    import signal

    from services.chassis.issuer import Issuer, serve_issuer
    from services.chassis.logs import configure

    configure("issuer")
    port, key_file = need("BANJIAN_ISSUER_PORT", "BANJIAN_ISSUER_KEY_FILE")
    host = os.environ.get("BANJIAN_HTTP_HOST", "127.0.0.1")
    audience = os.environ.get("BANJIAN_TOKEN_AUDIENCE", "banjian")
    with _in_words():
        server = serve_issuer(host, int(port), Issuer(key_file, audience), os.environ)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    ending.wait()
    server.stop()


def up(
    feed: Annotated[
        str, typer.Option(help="A log to feed; `--feed=--county`: an invented week, once.")
    ] = "none",
) -> None:
    """Start servers and services on this machine; harmless when they run already."""
    from deploy.local import supervisor

    with _in_words():
        supervisor.up(feed)


def down() -> None:
    """Stop what `banjian up` started."""
    from deploy.local import supervisor

    with _in_words():
        supervisor.down()


def status(as_json: Json = False) -> None:
    """Show the processes of the local run and whether they are ready."""
    from deploy.local import supervisor

    rows = supervisor.status()
    if as_json:
        print_json(rows)
        return
    columns = ("process", "state", "address", "detail")
    print_table(columns, [[row[column] for column in columns] for row in rows])


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn the local run's errors into one line and an exit code."""
    from deploy.local.processes import LocalRunError
    from services.chassis.settings import SettingsError

    try:
        yield
    except (LocalRunError, SettingsError, OSError) as problem:
        raise BanjianError(str(problem)) from problem


def _become(module: str, *arguments: str) -> None:
    """Replace this process: the role starts with nothing of the command line imported."""
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", module, *arguments]
    # `-m` finds the packages from the checkout also when the command is called from elsewhere.
    root = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(part for part in (root, path) if part)
    os.execv(sys.executable, command)
