"""Wait for a condition with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T], timeout: float = 10, *, step: float = 0.02, what: str = ""
) -> T:
    """Return the condition's first true value.

    Args:
        timeout: seconds, default 10.
        step: seconds between two looks, default 0.02.
        what: what is awaited, for the failure's text.

    Raises:
        AssertionError: it never came true; shows the last value.
    """
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            name = what or getattr(condition, "__name__", "the condition")
            raise AssertionError(f"{name}: not within {timeout:g} s; last value {value!r}")
        time.sleep(step)
    return value
