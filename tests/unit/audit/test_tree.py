"""RFC 6962 trees over tiles: the reference tree, every small size, odd sizes of large ones."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banjian_verify.merkle import (
    Growing,
    ProofError,
    check_consistency,
    check_inclusion,
)
from services.chassis.audit.tree import (
    WIDTH,
    HashAlg,
    Tree,
    fold,
    read_tile_index,
    tile_path,
)
from tests.unit.audit import naive
from tests.unit.eventlog.test_merkle import INPUTS, ROOTS

SHA = HashAlg.SHA_256
LEAVES = [hashlib.sha256(str(n).encode()).digest() for n in range(1100)]
# RFC 6962's reference implementation, merkle_tree_test.cc: (leaf from 1, size), (first, second).
PATHS = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (3, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (2, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
PROOFS = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def tree(leaves: list[bytes], alg: HashAlg = SHA) -> Tree:
    """Give the tree of these leaves, read from tiles as the database has them."""
    tiles: dict[tuple[int, int], bytes] = {}
    hashes, level = leaves, 0
    while hashes:
        for at in range(0, len(hashes), WIDTH):
            tiles[level, at // WIDTH] = b"".join(hashes[at : at + WIDTH])
        full = range(0, len(hashes) - WIDTH + 1, WIDTH)
        hashes = [fold(alg, hashes[at : at + WIDTH]) for at in full]
        level += 1
    return Tree(alg, len(leaves), lambda level, index: tiles[level, index])


REFERENCE = [SHA.leaf(data) for data in INPUTS]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_of_the_reference_tree(size: int) -> None:
    assert tree(REFERENCE).root(size).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("leaf", "size"), PATHS)
def test_audit_paths_of_the_reference_tree(leaf: int, size: int) -> None:
    assert [one.hex() for one in tree(REFERENCE).inclusion(leaf - 1, size)] == PATHS[leaf, size]


@pytest.mark.parametrize(("first", "second"), PROOFS)
def test_consistency_proofs_of_the_reference_tree(first: int, second: int) -> None:
    found = tree(REFERENCE).consistency(first, second)

    assert [one.hex() for one in found] == PROOFS[first, second]


@pytest.mark.parametrize("alg", list(HashAlg))
@pytest.mark.parametrize("size", range(1, 40))
def test_every_proof_of_small_trees_is_the_recursive_one_and_is_accepted(
    alg: HashAlg, size: int
) -> None:
    leaves = [alg.leaf(bytes([n])) for n in range(size)]
    ours = tree(leaves, alg)
    root = naive.mth(alg, leaves)
    assert ours.root() == root
    for index in range(size):
        path = ours.inclusion(index)
        assert path == naive.path(alg, index, leaves)
        check_inclusion(alg.value, index, size, leaves[index], path, root)
    for first in range(1, size + 1):
        proof = ours.consistency(first)
        assert proof == naive.proof(alg, first, leaves)
        check_consistency(alg.value, first, size, ours.root(first), root, proof)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_proofs_across_tiles_are_the_recursive_ones(data: st.DataObject) -> None:
    edges = st.sampled_from([255, 256, 257, 511, 512, 513, 767, 768, 769, 1023, 1024, 1025])
    size = data.draw(edges | st.integers(1, len(LEAVES)))
    first = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, size - 1))
    ours, leaves = tree(LEAVES), LEAVES[:size]

    assert ours.root(size) == naive.mth(SHA, leaves)
    assert ours.inclusion(index, size) == naive.path(SHA, index, leaves)
    assert ours.consistency(first, size) == naive.proof(SHA, first, leaves)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1100), st.integers(0, 1100))
def test_a_tree_that_grows_from_a_frontier_has_the_same_root(begin: int, more: int) -> None:
    ours = tree(LEAVES)
    end = min(begin + more, len(LEAVES))
    growing = Growing("sha-256", begin, ours.frontier(begin))
    for leaf in LEAVES[begin:end]:
        growing.add(leaf)

    assert growing.root() == ours.root(end)
    with pytest.raises(ProofError):
        Growing("sha-256", begin, [*ours.frontier(begin), b""])


def test_a_proof_over_millions_reads_a_handful_of_tiles() -> None:
    size, asked = 2_700_000, []

    def tile(level: int, index: int) -> bytes:
        asked.append((level, index))
        return bytes(32 * min((size >> 8 * level) - index * 256, 256))

    Tree(SHA, size, tile).inclusion(1_234_567)
    assert len(set(asked)) <= 6
    asked.clear()
    Tree(SHA, size, tile).consistency(1_234_567)
    assert len(set(asked)) <= 6


def test_what_is_not_there_is_refused() -> None:
    ours = tree(LEAVES[:10])
    for wrong in (
        lambda: ours.inclusion(10),
        lambda: ours.inclusion(-1),
        lambda: ours.inclusion(3, 11),
        lambda: ours.consistency(0),
        lambda: ours.consistency(5, 4),
        lambda: ours.root(11),
    ):
        with pytest.raises(ValueError, match=r"leaf|leaves"):
            wrong()


@pytest.mark.parametrize(
    ("index", "name"), [(0, "000"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")]
)
def test_tiles_are_named_as_c2sp_names_them(index: int, name: str) -> None:
    assert tile_path(3, index) == f"tile/3/{name}"
    assert tile_path(0, index, 7) == f"tile/0/{name}.p/7"
    assert read_tile_index(name) == (index, 256)
    assert read_tile_index(f"{name}.p/7") == (index, 7)


@pytest.mark.parametrize(
    "text",
    ["", "0", "00", "0000", "x000/001", "001.p/0", "001.p/256", "001.p/", "-01", "x1/000", "x001",
     "001/", "٠٠٠", "001.p/07", "x001/x/002"],
)  # fmt: skip
def test_other_spellings_are_no_tiles(text: str) -> None:
    with pytest.raises(ValueError, match="no tile"):
        read_tile_index(text)
