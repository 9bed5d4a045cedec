"""Read your own writes: `?after=<source>:<position>` and `Prefer: wait`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from services.chassis.errors import ContractError, UnavailableError
from services.chassis.names import SERVICES

AFTER_PATTERN = f"^({'|'.join(SERVICES)}):([0-9]{{1,18}})$"
"""Shape of `after`, for the OpenAPI document."""

_AFTER = re.compile(AFTER_PATTERN.replace("$", r"\Z"), re.ASCII)
_WAIT = re.compile(r"(?:^|[,;\s])wait(?:$|[=,;\s])", re.ASCII)


@dataclass(frozen=True)
class Position:
    """A place in a service's log: everything up to `number` of `source`."""

    source: str
    number: int


def parse_after(text: str) -> Position:
    """Read `intake:17`.

    Raises:
        ContractError: it has another shape, or there is no such service.
    """
    match = _AFTER.match(text)
    if match is None:
        raise ContractError("after is <service>:<position>, for example intake:17", field="after")
    return Position(match[1], int(match[2]))


def prefers_wait(header: str) -> bool:
    """Say whether a Prefer header (RFC 7240) asks to wait for the result."""
    return _WAIT.search(header.lower()) is not None


def wait_until_fresh(
    after: Position,
    is_done: Callable[[str, int], bool],
    timeout_s: float = 2.0,
    interval_s: float = 0.01,
) -> None:
    """Wait until `is_done(source, position)` holds; asked again with growing pauses.

    Raises:
        UnavailableError: it did not hold within `timeout_s` seconds.
    """
    deadline = time.monotonic() + timeout_s
    while after.number and not is_done(after.source, after.number):
        if time.monotonic() >= deadline:
            raise UnavailableError(
                f"{after.source} has not arrived at {after.number} here yet; ask again",
                retry_after_s=1,
            )
        time.sleep(interval_s)
        interval_s = min(interval_s * 1.5, 0.1)
