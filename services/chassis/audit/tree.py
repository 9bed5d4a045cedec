"""RFC 6962 (9162) trees read from tiles: roots, inclusion and consistency proofs. Pure.

A tile holds 256 hashes of one level: level 0 those of leaves, level n + 1 the roots of full tiles
of level n (C2SP tlog-tiles). A proof over millions of leaves needs a handful of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

WIDTH: Final = 256
HEIGHT: Final = 8
SIZE: Final = 32
"""Bytes of a hash, by either algorithm."""
Tile = Callable[[int, int], bytes]
"""Gives the hashes of tile (level, index) one after the other: all there are, up to 256."""


class HashAlg(Enum):
    """What a tree is hashed with; named in its checkpoints."""

    SHA_256 = "sha-256"
    SM3 = "sm3"

    def digest(self, data: bytes) -> bytes:
        """Hash bytes."""
        if self is HashAlg.SHA_256:
            return hashlib.sha256(data).digest()
        return hashlib.new("sm3", data).digest()

    def leaf(self, data: bytes) -> bytes:
        """Hash one leaf's bytes."""
        return self.digest(b"\x00" + data)

    def node(self, left: bytes, right: bytes) -> bytes:
        """Hash two children."""
        return self.digest(b"\x01" + left + right)


def split(hashes: bytes) -> list[bytes]:
    """Cut joined hashes apart."""
    return [hashes[at : at + SIZE] for at in range(0, len(hashes), SIZE)]


def fold(alg: HashAlg, hashes: Sequence[bytes]) -> bytes:
    """Give the root over a power of two of hashes."""
    level = list(hashes)
    while len(level) > 1:
        level = [alg.node(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def complete(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the complete subtrees (height, index) that make up the leaves [begin, end), in order.

    `begin` is where a subtree of an RFC 6962 tree may begin: a multiple of a power of two not
    smaller than the range, or 0.
    """
    while begin < end:
        height = (end - begin).bit_length() - 1
        yield height, begin >> height
        begin += 1 << height


@dataclass(frozen=True)
class Tree:
    """A tree of `size` leaves, read from tiles."""

    alg: HashAlg
    size: int
    tile: Tile

    def root(self, size: int | None = None) -> bytes:
        """Give the root of the first `size` leaves, by default of all."""
        upto = self._within(self.size if size is None else size)
        return self._range(0, upto) if upto else self.alg.digest(b"")

    def frontier(self, size: int) -> list[bytes]:
        """Give the roots of the complete subtrees that make up the first `size` leaves."""
        return [self._node(*place) for place in complete(0, self._within(size))]

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Give the audit path of leaf `index` in the tree of the first `size` leaves.

        Raises:
            ValueError: there is no such leaf in it.
        """
        upto = self._within(self.size if size is None else size)
        if not 0 <= index < upto:
            raise ValueError(f"a tree of {upto} leaves has no leaf {index}")
        return [self._range(begin, end) for begin, end in _path(index, 0, upto)]

    def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """Prove that the first `first` leaves are still the first of the tree of `second`.

        Raises:
            ValueError: not 0 < first <= second <= size.
        """
        upto = self._within(self.size if second is None else second)
        if not 0 < first <= upto:
            raise ValueError(f"no tree of {first} leaves is in one of {upto}")
        return [self._range(begin, end) for begin, end in _subproof(first, 0, upto, True)]

    def leaf(self, index: int) -> bytes:
        """Give one leaf hash."""
        return self._node(0, index)

    def _within(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, not {size}")
        return size

    def _range(self, begin: int, end: int) -> bytes:
        nodes = [self._node(*place) for place in complete(begin, end)]
        root = nodes.pop()
        while nodes:
            root = self.alg.node(nodes.pop(), root)
        return root

    def _node(self, height: int, index: int) -> bytes:
        level, above = divmod(height, HEIGHT)
        first = index << above
        hashes = self.tile(level, first // WIDTH)
        at = first % WIDTH * SIZE
        found = hashes[at : at + (SIZE << above)]
        if len(found) != SIZE << above:
            raise ValueError(f"tile {first // WIDTH} of level {level} is not complete")
        return fold(self.alg, split(found))


def _half(size: int) -> int:
    """Give the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _path(index: int, begin: int, end: int) -> list[tuple[int, int]]:
    """RFC 6962 2.1.1, with ranges of leaves in place of their hashes."""
    if end - begin == 1:
        return []
    middle = begin + _half(end - begin)
    if index < middle:
        return [*_path(index, begin, middle), (middle, end)]
    return [*_path(index, middle, end), (begin, middle)]


def _subproof(first: int, begin: int, end: int, known: bool) -> list[tuple[int, int]]:
    """RFC 6962 2.1.2; `first` counts from `begin`, `known`: who asks has that subtree's root."""
    if first == end - begin:
        return [] if known else [(begin, end)]
    half = _half(end - begin)
    middle = begin + half
    if first <= half:
        return [*_subproof(first, begin, middle, known), (middle, end)]
    return [*_subproof(first - half, middle, end, False), (begin, middle)]


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Name a tile as C2SP tlog-tiles does: `tile/0/x001/067`, a partial one with `.p/<width>`."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{name}" + ("" if width == WIDTH else f".p/{width}")


def read_tile_index(text: str) -> tuple[int, int]:
    """Read `x001/067` or `067.p/12` as (index, width).

    Raises:
        ValueError: it is not spelled the only way it may be.
    """
    name, partial, width = text.partition(".p/")
    wide = int(width) if partial and width.isascii() and width.isdigit() else WIDTH
    *upper, last = name.split("/")
    if all(group.startswith("x") for group in upper):
        digits = "".join(group[1:] for group in upper) + last
        if digits.isascii() and digits.isdigit() and len(digits) <= 18:
            index = int(digits)
            if tile_path(0, index, wide) == f"tile/0/{text}" and 1 <= wide <= WIDTH:
                return index, wide
    raise ValueError(f"no tile is named {text!r}")
