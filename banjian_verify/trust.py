"""Whom one believes: keys, witnesses, authorities, kept checkpoints. And what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.x509 import Certificate

from banjian_verify.notes import Key


@dataclass(frozen=True)
class Trust:
    """What the reader brings along; an export cannot vouch for itself."""

    keys: Sequence[Key] = ()
    """Of the logs. A log none of whose keys is here is checked with the keys it names itself."""
    witnesses: Sequence[Key] = ()
    authorities: Sequence[Certificate] = ()
    checkpoints: Sequence[str] = ()
    """Checkpoints kept outside: printed, cosigned, saved from the web."""
    witnessed: bool = False
    """Each log must have a cosignature or a time stamp we trust."""


@dataclass(frozen=True)
class Problem:
    """Something that is wrong."""

    service: str
    what: str
    first: int = 0
    """First position that is wrong; 0: not about a position."""
    last: int = 0
    """When only a range is known: its last position."""

    def __str__(self) -> str:
        if not self.first:
            return f"{self.service}: {self.what}"
        place = f"position {self.first}"
        if self.last > self.first:
            place = f"a position from {self.first} to {self.last}"
        return f"{self.service}: {place}: {self.what}"


@dataclass
class Found:
    """What checking one log came to."""

    service: str
    first: int = 0
    last: int = 0
    events: int = 0
    covered: int = 0
    """Last position under a checkpoint that holds."""
    checkpoints: int = 0
    key: str = ""
    trusted: bool = False
    """A key the reader brought signs it, not only keys the export names."""
    witnessed: list[str] = field(default_factory=list)
    """Who outside has seen it: `<name> <time> position <n>`."""
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, what: str, first: int = 0, last: int = 0) -> None:
        self.problems.append(Problem(self.service, what, first, last))
