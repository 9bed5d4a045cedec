"""The trees of a log in its database: which there are, their leaves, their tiles, and growing them.

Statements name tables without a schema: the service's role, or a search path, says whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.chassis.audit.tree import SIZE, WIDTH, HashAlg, Tree, fold, split

Ask = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
"""Runs a statement with parameters and gives its rows."""
TILES_AT_ONCE: Final = 64
"""Tiles of one growing step: some 16,000 leaves, half a megabyte."""

CANONICAL: Final = (
    "uuid_send(e.stream) || int8send(e.version) || timestamptz_send(e.recorded_at)"
    " || int4send(octet_length(convert_to(e.topic, 'UTF8')))"
    " || convert_to(e.topic, 'UTF8') || e.state"
)
"""A leaf's bytes, as `seal` hashes them."""
_LEAVES: Final = "SELECT leaf FROM ledger WHERE position >= %s AND position < %s ORDER BY position"
_BYTES: Final = (
    f"SELECT {CANONICAL} FROM ledger l JOIN events e ON e.xid = l.xid AND e.id = l.id"  # noqa: S608
    " WHERE l.position >= %s AND l.position < %s ORDER BY l.position"
)


@dataclass(frozen=True)
class Planted:
    """One tree of a log. Its events start at position `first`; a later tree's leaf 0 is `link`."""

    number: int
    origin: str
    alg: HashAlg
    first: int = 1
    link: bytes | None = None

    @property
    def before(self) -> int:
        """Leaves before that of the first event."""
        return 0 if self.link is None else 1

    def size_at(self, position: int) -> int:
        """Give how many leaves there are up to this position."""
        return max(position - self.first + 1, 0) + self.before

    def index_of(self, position: int) -> int:
        """Give the leaf of an event."""
        return position - self.first + self.before

    def position_of(self, index: int) -> int:
        """Give the event of a leaf; below `first` for the link."""
        return index + self.first - self.before


def trees(ask: Ask) -> list[Planted]:
    """Give a log's trees, the first one first."""
    rows = ask("SELECT tree, origin, algorithm, first, link FROM trees ORDER BY tree", ())
    return [
        Planted(number, origin, HashAlg(alg), first, None if link is None else bytes(link))
        for number, origin, alg, first, link in rows
    ]


def leaves(ask: Ask, planted: Planted, begin: int, end: int) -> list[bytes]:
    """Give the hashes of leaves [begin, end): of the ledger, or hashed here when it has others."""
    found = []
    if planted.link is not None and begin == 0 < end:
        found.append(planted.alg.leaf(planted.link))
        begin = 1
    if begin >= end:
        return found
    span = (planted.position_of(begin), planted.position_of(end))
    if planted.alg is HashAlg.SHA_256:
        return found + [bytes(row[0]) for row in ask(_LEAVES, span)]
    return found + [planted.alg.leaf(bytes(row[0])) for row in ask(_BYTES, span)]


def tile(ask: Ask, planted: Planted, size: int, level: int, index: int) -> bytes:
    """Give a tile of the tree of `size` leaves, as much of it as there is: one read, or two."""
    there = min((size >> 8 * level) - index * WIDTH, WIDTH)
    if there <= 0:
        return b""
    if there == WIDTH:
        rows = ask(
            "SELECT hashes FROM tiles WHERE tree = %s AND level = %s AND index = %s",
            (planted.number, level, index),
        )
        if rows:
            return bytes(rows[0][0])
    begin = index * WIDTH
    if level == 0:
        return b"".join(leaves(ask, planted, begin, begin + there))
    rows = ask(
        "SELECT index, root FROM tiles"
        " WHERE tree = %s AND level = %s AND index >= %s AND index < %s",
        (planted.number, level - 1, begin, begin + there),
    )
    kept = {row[0]: bytes(row[1]) for row in rows}
    return b"".join(
        kept.get(child) or fold(planted.alg, split(tile(ask, planted, size, level - 1, child)))
        for child in range(begin, begin + there)
    )


def read_tree(ask: Ask, planted: Planted, size: int) -> Tree:
    """Give the tree of `size` leaves for reading; each tile is read once."""
    kept: dict[tuple[int, int], bytes] = {}

    def once(level: int, index: int) -> bytes:
        if (level, index) not in kept:
            kept[level, index] = tile(ask, planted, size, level, index)
        return kept[level, index]

    return Tree(planted.alg, size, once)


def grow(ask: Ask, planted: Planted, size: int) -> bool:
    """Write up to `TILES_AT_ONCE` tiles that have become full; False when there are no more.

    In one transaction with nobody else growing this tree.
    """
    begin = _count(ask, planted, 0)
    end = min(size // WIDTH, begin + TILES_AT_ONCE)
    if begin >= end:
        return False
    hashes = leaves(ask, planted, begin * WIDTH, end * WIDTH)
    if len(hashes) != (end - begin) * WIDTH:
        raise ValueError(f"the ledger has gaps between leaves {begin * WIDTH} and {end * WIDTH}")
    _write(ask, planted, 0, begin, hashes)
    level = 1
    while (done := _count(ask, planted, level)) < (
        full := _count(ask, planted, level - 1) // WIDTH
    ):
        rows = ask(
            "SELECT root FROM tiles WHERE tree = %s AND level = %s AND index >= %s AND index < %s"
            " ORDER BY index",
            (planted.number, level - 1, done * WIDTH, full * WIDTH),
        )
        _write(ask, planted, level, done, [bytes(row[0]) for row in rows])
        level += 1
    return True


def _count(ask: Ask, planted: Planted, level: int) -> int:
    rows = ask(
        "SELECT index + 1 FROM tiles WHERE tree = %s AND level = %s ORDER BY index DESC LIMIT 1",
        (planted.number, level),
    )
    return int(rows[0][0]) if rows else 0


def _write(ask: Ask, planted: Planted, level: int, first: int, hashes: list[bytes]) -> None:
    cut = [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]
    ask(
        "INSERT INTO tiles (tree, level, index, root, hashes)"
        " SELECT %s, %s, t.index, t.root, t.hashes"
        " FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) AS t(index, root, hashes)",
        (
            planted.number,
            level,
            list(range(first, first + len(cut))),
            [fold(planted.alg, part) for part in cut],
            [b"".join(part) for part in cut],
        ),
    )


__all__ = [
    "CANONICAL",
    "SIZE",
    "Ask",
    "Planted",
    "grow",
    "leaves",
    "read_tree",
    "split",
    "tile",
    "trees",
]
