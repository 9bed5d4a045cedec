"""RFC 6962 section 2.1: the Merkle tree over the log. A leaf's index is its position - 1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import Struct
from uuid import UUID

LEAF, NODE = b"\x00", b"\x01"
EMPTY_ROOT = sha256(b"").digest()
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEAD = Struct(">16sqqi")


def leaf_hash(data: bytes) -> bytes:
    """Hash one leaf's bytes; the prefix keeps a leaf from passing for a node."""
    return sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children."""
    return sha256(NODE + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Give the tree head of leaf hashes (not leaf data) in order."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        joined = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            joined.append(level[-1])
        level = joined
    return level[0]


def canonical(stream: UUID, version: int, topic: str, recorded_at: datetime, state: bytes) -> bytes:
    """Give the bytes a leaf covers: stream, version, recorded_at, topic with its length, state.

    `recorded_at` counts microseconds since 2000. The function `seal` builds the same in SQL
    (uuid_send, int8send, timestamptz_send, int4send).
    """
    name = topic.encode()
    micros = (recorded_at - _EPOCH) // _MICROSECOND
    return _HEAD.pack(stream.bytes, version, micros, len(name)) + name + state


def event_leaf(
    stream: UUID, version: int, topic: str, recorded_at: datetime, state: bytes
) -> bytes:
    """Give the leaf hash of one stored event, as the ledger has it."""
    return leaf_hash(canonical(stream, version, topic, recorded_at, state))
