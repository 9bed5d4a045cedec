"""D7: forged proofs. Every one-byte mutation, wrong sizes, empty proofs, leaves as nodes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from banjian_verify.merkle import ProofError, check_consistency, check_inclusion
from services.chassis.audit.tree import HashAlg
from tests.unit.audit.test_tree import tree

SHA = HashAlg.SHA_256
SIZES = [2, 3, 7, 8, 9, 13]


def flipped(data: bytes) -> Iterator[bytes]:
    """Give every change of one byte: its lowest bit, its highest, all of it."""
    for at in range(len(data)):
        for bits in (1, 0x80, 0xFF):
            yield data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


def changed(proof: list[bytes]) -> Iterator[list[bytes]]:
    """Give every proof that is one byte or one hash away."""
    for at, one in enumerate(proof):
        for other in flipped(one):
            yield [*proof[:at], other, *proof[at + 1 :]]
        yield [*proof[:at], *proof[at + 1 :]]
        yield [*proof[:at], one, *proof[at:]]
        yield [*proof[:at], one[:31], *proof[at + 1 :]]
        yield [*proof[:at], one + b"\x00", *proof[at + 1 :]]
    yield [*proof, bytes(32)]
    if len(set(proof)) > 1:
        yield list(reversed(proof))
    if proof:
        yield []


@pytest.mark.parametrize("size", SIZES)
def test_d07_every_forged_inclusion_proof_is_refused(size: int) -> None:
    leaves = [SHA.leaf(bytes([n])) for n in range(size)]
    ours = tree(leaves)
    root = ours.root()
    for index in range(size):
        path, leaf = ours.inclusion(index), leaves[index]
        check_inclusion("sha-256", index, size, leaf, path, root)
        forged = [(index, size, leaf, other, root) for other in changed(path)]
        forged += [(index, size, other, path, root) for other in flipped(leaf)]
        forged += [(index, size, leaf, path, other) for other in flipped(root)]
        forged += [
            (other, size, leaf, path, root) for other in range(-1, size + 1) if other != index
        ]
        # A path says nothing of the size as such: only those that make it another shape are lies.
        forged += [(index, other, leaf, path, root) for other in (0, 1, index, 2 * size + 1, 2**40)]
        for case in forged:
            with pytest.raises(ProofError):
                check_inclusion("sha-256", *case)


@pytest.mark.parametrize("second", SIZES)
def test_d07_every_forged_consistency_proof_is_refused(second: int) -> None:
    leaves = [SHA.leaf(bytes([n])) for n in range(second)]
    ours = tree(leaves)
    new = ours.root()
    for first in range(1, second + 1):
        proof, old = ours.consistency(first), ours.root(first)
        check_consistency("sha-256", first, second, old, new, proof)
        forged = [(first, second, old, new, other) for other in changed(proof)]
        forged += [(first, second, other, new, proof) for other in flipped(old)]
        forged += [(first, second, old, other, proof) for other in flipped(new)]
        forged += [(0, second, old, new, proof), (second + 1, second, old, new, proof)]
        forged += [
            (other, second, old, new, proof) for other in range(1, second + 1) if other != first
        ]
        for case in forged:
            with pytest.raises(ProofError):
                check_consistency("sha-256", *case)


def test_d07_a_node_never_passes_for_a_leaf() -> None:
    """Second preimage: the two leaves of a node as the data of one leaf."""
    leaves = [SHA.leaf(bytes([n])) for n in range(4)]
    ours = tree(leaves)
    inner = leaves[0] + leaves[1]

    for leaf in (SHA.leaf(inner), SHA.leaf(b"\x01" + inner)):
        with pytest.raises(ProofError):
            check_inclusion("sha-256", 0, 2, leaf, [SHA.node(*leaves[2:])], ours.root())
    assert SHA.leaf(inner) != SHA.node(*leaves[:2])


def test_d07_the_hash_cannot_be_exchanged() -> None:
    leaves = [SHA.leaf(bytes([n])) for n in range(5)]
    ours = tree(leaves)
    for algorithm in ("sm3", "md5", ""):
        with pytest.raises((ProofError, ValueError)):
            check_inclusion(algorithm, 2, 5, leaves[2], ours.inclusion(2), ours.root())


def test_d07_an_empty_tree_proves_nothing() -> None:
    for first, second in ((0, 0), (0, 5), (5, 0)):
        with pytest.raises(ProofError):
            check_consistency("sha-256", first, second, SHA.digest(b""), SHA.digest(b""), [])
    with pytest.raises(ProofError):
        check_inclusion("sha-256", 0, 0, SHA.leaf(b""), [], SHA.leaf(b""))
