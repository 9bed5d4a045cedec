"""Where the command line finds its settings: the environment, and `.run/env` for the rest."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import typer

RUN_FILE = Path(".run") / "env"


def load(start: Path | None = None) -> Path | None:
    """Fill the environment from the nearest `.run/env`; give the file, None when there is none.

    Looked for in the working directory, in its parents, then in the checkout this code runs from.
    What is set already stays.
    """
    here = (start or Path.cwd()).resolve()
    places = [here, *here.parents, Path(__file__).resolve().parents[2]]
    found = next((place / RUN_FILE for place in places if (place / RUN_FILE).is_file()), None)
    if found is not None:
        for line in found.read_text().splitlines():
            name, sign, value = line.partition("=")
            if sign and not name.startswith("#"):
                os.environ.setdefault(name.strip(), value)
    return found


def need(*names: str) -> list[str]:
    """Give the values of these variables.

    Raises:
        typer.BadParameter: some are missing; all of them are named.
    """
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise typer.BadParameter(
            f"{', '.join(missing)} not set. Start the local run with `banjian up`, "
            "or set what `banjian config` lists."
        )
    return [os.environ[name] for name in names]


def variable(service: str, what: str) -> str:
    """Name a service's own variable, for example BANJIAN_INTAKE_DATABASE_URL."""
    return f"BANJIAN_{service.upper()}_{what}"


def management_url() -> str:
    """Give the URL of RabbitMQ's management interface; port 15672 of the broker when unsaid."""
    if said := os.environ.get("RABBITMQ_MANAGEMENT_URL"):
        return said
    parts = urlsplit(need("AMQP_URI")[0])
    account = parts.netloc.rpartition("@")[0]
    return f"http://{account + '@' if account else ''}{parts.hostname}:15672"


def password_of(name: str) -> str:
    """Give the password inside the URL of this variable, empty when it is not set."""
    return urlsplit(os.environ.get(name, "")).password or ""
