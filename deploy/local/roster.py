"""Which processes make up a local house, and how one knows that each is ready."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.chassis.names import SERVICES

# Stopped in this order: first nobody can ask, then nobody works, then nobody publishes.
TIERS = ("gateway", "serve", "relay", "issuer")


@dataclass(frozen=True)
class Role:
    """One process: `banjian <arguments>`, ready when `ready_url` answers 200."""

    name: str
    arguments: tuple[str, ...]
    ready_url: str

    @property
    def tier(self) -> int:
        """Its place in the order of stopping."""
        return TIERS.index(self.arguments[0])

    @property
    def ready(self) -> bool:
        """Ask the process whether it can work."""
        return answers(self.ready_url)


def roles(env: Mapping[str, str]) -> list[Role]:
    """Return the processes of a local house in the order they start."""

    def url(variable: str, path: str = "/readyz") -> str:
        return f"http://127.0.0.1:{env[variable]}{path}"

    found = [Role("issuer", ("issuer",), env["BANJIAN_JWKS_URL"])]
    for verb, port in (("relay", "RELAY_PORT"), ("serve", "HTTP_PORT")):
        for service in SERVICES:
            ready = url(f"BANJIAN_{service.upper()}_{port}")
            found.append(Role(f"{verb}-{service}", (verb, service), ready))
    return [*found, Role("gateway", ("gateway",), url("BANJIAN_GATEWAY_PORT"))]


def banjian() -> list[str]:
    """Return the command line of the CLI of this very environment."""
    return [str(Path(sys.executable).with_name("banjian"))]


def answers(url: str, timeout_s: float = 5) -> bool:
    """Tell whether a local address answers 200 now."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout_s) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
