"""Probes and metrics for a container that has no route of its own (`--only bus`)."""

from __future__ import annotations

from typing import Any

from services.chassis.web.server import HouseServer


def ensure_server(container: Any) -> HouseServer:
    """Give the container's HTTP server, adding one when no route brought it."""
    for extension in container.subextensions:
        if isinstance(extension, HouseServer):
            return extension
    server: HouseServer = HouseServer().bind(container)
    container.subextensions.add(server)
    return server
