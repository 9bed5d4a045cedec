"""The five houses, by name: the only list of services the chassis knows."""

from __future__ import annotations

from typing import Final

SERVICES: Final = ("catalog", "intake", "approval", "disclosure", "notify")


def service_name(text: str) -> str:
    """Give the name back if it is one of the five.

    Raises:
        ValueError: there is no such service; the message lists those there are.
    """
    if text not in SERVICES:
        raise ValueError(f"no service {text!r}; the services are {', '.join(SERVICES)}")
    return text
