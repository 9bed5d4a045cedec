"""The port: bytes under a place, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from secrets import token_hex
from typing import Final, Protocol

PLACE: Final = re.compile(r"[0-9a-f]{32}")
"""A place is 32 hex digits, drawn at random: it says nothing of what stands there, and is no path
anybody could have written."""
PIECE_BYTES: Final = 1 << 16
"""Files are read and written in pieces of about this size; memory does not grow with the file."""


class Storage(Protocol):
    """Where files are kept. A place is written once and never changed.

    Every method raises `UnavailableError` when the storage does not answer.
    """

    def put(self, place: str, pieces: Iterable[bytes]) -> int:
        """Store a file and give its size in bytes; when this returns, it survives a crash.

        If `pieces` raises, nothing is stored.
        """
        ...

    def open(self, place: str) -> Iterator[bytes]:
        """Give a file in pieces.

        Raises:
            NotFoundError: at the call, not at the first piece: nothing is stored there.
        """
        ...

    def delete(self, place: str) -> bool:
        """Delete a file; says whether there was one, as far as the storage can tell."""
        ...

    def exists(self, place: str) -> bool:
        """Say whether a whole file is stored there."""
        ...

    def tidy(self, older_than_s: float) -> int:
        """Take away what writes broken off that long ago left; says how many."""
        ...

    def check(self) -> str:
        """Probe: can it be reached?"""
        ...


def new_place() -> str:
    """Draw a place."""
    return token_hex(16)


def checked(place: str) -> str:
    """Let only places through.

    Raises:
        ValueError: it is none, so it may be a path of somebody's making.
    """
    if PLACE.fullmatch(place) is None:
        raise ValueError("not a place of a file")
    return place
