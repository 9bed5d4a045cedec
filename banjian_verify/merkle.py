"""RFC 9162 section 2.1: hashes, a tree that grows leaf by leaf, and checking proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from struct import Struct
from uuid import UUID

SIZE = 32
TILE = 256
ALGORITHMS = ("sha-256", "sm3")
_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)
_HEAD = Struct(">16sqqi")
Digest = Callable[[bytes], bytes]


class ProofError(ValueError):
    """A proof does not show what it is said to show."""


def digest_of(algorithm: str) -> Digest:
    """Give the hash function of this name.

    Raises:
        ValueError: it is none of `ALGORITHMS`.
    """
    if algorithm == "sha-256":
        return lambda data: hashlib.sha256(data).digest()
    if algorithm == "sm3":
        return lambda data: hashlib.new("sm3", data).digest()
    raise ValueError(f"hash {algorithm!r} is not one of {', '.join(ALGORITHMS)}")


def event_bytes(
    stream: UUID, version: int, topic: str, recorded_at: datetime, state: bytes
) -> bytes:
    """Give the bytes an event's leaf covers.

    stream (16 bytes), version and recorded_at in microseconds since 2000 (8 each), length of the
    topic (4), topic, state; numbers big-endian.
    """
    name = topic.encode()
    return (
        _HEAD.pack(stream.bytes, version, (recorded_at - _EPOCH) // _MICROSECOND, len(name))
        + name
        + state
    )


class Growing:
    """A tree of which only the roots of its complete subtrees are kept."""

    def __init__(self, algorithm: str, size: int = 0, frontier: Iterable[bytes] = ()) -> None:
        self.digest = digest_of(algorithm)
        self.size = size
        self._roots = list(frontier)
        if len(self._roots) != size.bit_count():
            raise ProofError(f"{len(self._roots)} roots do not make a tree of {size} leaves")

    def leaf(self, data: bytes) -> bytes:
        """Give the hash of a leaf's bytes."""
        return self.digest(b"\x00" + data)

    def add(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        size, roots = self.size, self._roots
        while size & 1:
            leaf = self.digest(b"\x01" + roots.pop() + leaf)
            size >>= 1
        roots.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Give the root over what there is."""
        if not self._roots:
            return self.digest(b"")
        root = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            root = self.digest(b"\x01" + left + root)
        return root


def check_inclusion(
    algorithm: str, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that leaf hash `leaf` is leaf `index` of the tree of `size` leaves (RFC 9162 2.1.3.2).

    Raises:
        ProofError: it is not shown.
    """
    digest = digest_of(algorithm)
    _check_sizes([leaf, root, *proof])
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    fn, sn, found = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise ProofError("the proof is too long")
        if fn & 1 or fn == sn:
            found = digest(b"\x01" + sibling + found)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            found = digest(b"\x01" + found + sibling)
        fn >>= 1
        sn >>= 1
    if sn:
        raise ProofError("the proof is too short")
    if found != root:
        raise ProofError("the leaf and its path do not lead to the root")


def check_consistency(
    algorithm: str,
    first: int,
    second: int,
    first_root: bytes,
    second_root: bytes,
    proof: Sequence[bytes],
) -> None:
    """Check that the tree of `second` leaves begins with that of `first` (RFC 9162 2.1.4.2).

    Raises:
        ProofError: it is not shown.
    """
    digest = digest_of(algorithm)
    _check_sizes([first_root, second_root, *proof])
    if not 0 < first <= second:
        raise ProofError(f"a tree of {first} leaves is not shown to be in one of {second}")
    if first == second:
        if proof or first_root != second_root:
            raise ProofError("trees of one size must be the same, with an empty proof")
        return
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not path:
        raise ProofError("the proof is empty")
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise ProofError("the proof is too long")
        if fn & 1 or fn == sn:
            old = digest(b"\x01" + sibling + old)
            new = digest(b"\x01" + sibling + new)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            new = digest(b"\x01" + new + sibling)
        fn >>= 1
        sn >>= 1
    if sn:
        raise ProofError("the proof is too short")
    if old != first_root:
        raise ProofError("the proof does not lead to the earlier root")
    if new != second_root:
        raise ProofError("the proof does not lead to the later root")


def fold(digest: Digest, hashes: Sequence[bytes]) -> bytes:
    """Give the root over a power of two of hashes."""
    level = list(hashes)
    while len(level) > 1:
        level = [digest(b"\x01" + level[at] + level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def _check_sizes(hashes: Sequence[bytes]) -> None:
    if any(len(one) != SIZE for one in hashes):
        raise ProofError(f"a hash is not {SIZE} bytes long")
