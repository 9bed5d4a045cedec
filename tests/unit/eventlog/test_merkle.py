"""RFC 6962: the eight-leaf tree of the reference implementation, and what a leaf covers."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import pytest

from services.chassis.eventlog.merkle import (
    EMPTY_ROOT,
    canonical,
    event_leaf,
    leaf_hash,
    node_hash,
    root,
)

INPUTS = [
    bytes.fromhex(text)
    for text in [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_of_the_reference_tree(size: int) -> None:
    leaves = [leaf_hash(data) for data in INPUTS[:size]]
    assert root(leaves).hex() == ROOTS[size - 1]


def test_the_empty_tree() -> None:
    assert root([]) == EMPTY_ROOT == sha256(b"").digest()


def test_a_leaf_never_passes_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_a_leaf_covers_every_field_and_their_borders() -> None:
    one, two = UUID(int=1), UUID(int=2)
    moment, other = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 1, UTC)
    base = event_leaf(one, 1, "ab", moment, b"c")
    changed = [
        event_leaf(two, 1, "ab", moment, b"c"),
        event_leaf(one, 2, "ab", moment, b"c"),
        event_leaf(one, 1, "a", moment, b"bc"),
        event_leaf(one, 1, "ab", other, b"c"),
        event_leaf(one, 1, "ab", moment, b"d"),
    ]
    assert len({base, *changed}) == 6


def test_canonical_bytes_are_pinned() -> None:
    """Changing this layout would break every proof ever given."""
    data = canonical(UUID(int=255), 3, "办", datetime(2000, 1, 1, 0, 0, 1, tzinfo=UTC), b"{}")
    assert data.hex() == (
        "000000000000000000000000000000ff000000000000000300000000000f424000000003e58a9e7b7d"
    )
