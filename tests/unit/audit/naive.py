"""RFC 6962 section 2.1 written down as it stands there: slow, recursive, on leaf hashes."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.audit.tree import HashAlg


def half(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def mth(alg: HashAlg, leaves: Sequence[bytes]) -> bytes:
    if len(leaves) <= 1:
        return leaves[0] if leaves else alg.digest(b"")
    k = half(len(leaves))
    return alg.node(mth(alg, leaves[:k]), mth(alg, leaves[k:]))


def path(alg: HashAlg, m: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = half(len(leaves))
    if m < k:
        return [*path(alg, m, leaves[:k]), mth(alg, leaves[k:])]
    return [*path(alg, m - k, leaves[k:]), mth(alg, leaves[:k])]


def proof(alg: HashAlg, m: int, leaves: Sequence[bytes], known: bool = True) -> list[bytes]:
    if m == len(leaves):
        return [] if known else [mth(alg, leaves)]
    k = half(len(leaves))
    if m <= k:
        return [*proof(alg, m, leaves[:k], known), mth(alg, leaves[k:])]
    return [*proof(alg, m - k, leaves[k:], False), mth(alg, leaves[:k])]
