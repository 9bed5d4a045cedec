"""Chance that is the same for the same thing, in whatever order and process things are asked."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_UNIT = 2.0**-64


class Chance:
    """A stream of draws (SplitMix64), begun from words and a number. Not for secrets."""

    __slots__ = ("_state",)

    def __init__(self, begun: int, number: int = 0) -> None:
        self._state = (begun ^ (number * 0xD1B54A32D192ED03)) & _MASK

    def bits(self) -> int:
        """Give 64 bits."""
        self._state = (self._state + _GOLDEN) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def unit(self) -> float:
        """Give a number from 0 to just below 1."""
        return self.bits() * _UNIT

    def below(self, count: int) -> int:
        """Give a whole number from 0 to `count` - 1."""
        return self.bits() % count

    def between(self, low: int, high: int) -> int:
        """Give a whole number, both ends included."""
        return low + self.bits() % (high - low + 1)

    def one_of(self, things: Sequence[T]) -> T:
        """Choose one."""
        return things[self.bits() % len(things)]

    def happens(self, share: float) -> bool:
        """Tell whether what happens with this share happens now."""
        return self.bits() * _UNIT < share

    def digest(self, characters: int = 64) -> str:
        """Give hexadecimal digits, as of a hash of something nobody has."""
        drawn = self.bits().to_bytes(8)
        return blake2b(drawn, digest_size=(characters + 1) // 2).hexdigest()[:characters]


def begin(*words: object) -> int:
    """Give where the chance of a kind of things begins."""
    told = "/".join(map(str, words)).encode()
    return int.from_bytes(blake2b(told, digest_size=8).digest())
