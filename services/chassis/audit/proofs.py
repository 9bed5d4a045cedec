"""Inclusion proofs from a log's own tables: that an event is a leaf of a signed tree."""

from __future__ import annotations

from typing import Annotated

import msgspec

from services.chassis.audit import checkpoints
from services.chassis.audit.checkpoints import Checkpoint
from services.chassis.audit.tiles import Ask, Planted, read_tree, trees
from services.chassis.errors import ContractError

Hash = Annotated[str, msgspec.Meta(description="32 bytes in hexadecimal.")]


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """That an event is a leaf of a signed tree (RFC 9162 2.1.3)."""

    position: int
    tree: int
    hash: str
    """`sha-256` or `sm3`."""
    leaf_index: int
    leaf_hash: Hash
    tree_size: int
    root: Hash
    path: list[Hash]
    checkpoint: str
    """The signed note of the first checkpoint of this size or more."""


def signed_size(ask: Ask, tree: int) -> int:
    """Give how much of a tree is signed; 0: nothing yet."""
    rows = ask("SELECT size FROM checkpoints WHERE tree = %s ORDER BY number DESC LIMIT 1", (tree,))
    return int(rows[0][0]) if rows else 0


def prove_inclusion(ask: Ask, position: int, size: int = 0) -> Inclusion | None:
    """Prove that the event at a position is in the tree of `size` leaves.

    Args:
        size: 0: that of the first checkpoint that covers it.

    Returns:
        None while no checkpoint covers the position.

    Raises:
        ContractError: there is no signed tree of this size with the position in it.
    """
    covering = checkpoints.covering(ask, position)
    if covering is None:
        return None
    planted = _tree_of(ask, position)
    if planted.number != covering.tree:
        return None
    wanted = size or covering.size
    index, signed = planted.index_of(position), signed_size(ask, planted.number)
    if not index < wanted <= signed:
        raise ContractError(f"between {index + 1} and {signed}", field="size")
    if wanted > covering.size:
        covering = checkpoints.covering(ask, planted.position_of(wanted - 1)) or covering
    return _inclusion(ask, position, wanted, signed, planted, covering)


def _inclusion(
    ask: Ask, position: int, size: int, signed: int, planted: Planted, covering: Checkpoint
) -> Inclusion:
    tree, index = read_tree(ask, planted, signed), planted.index_of(position)
    return Inclusion(
        position=position,
        tree=planted.number,
        hash=planted.alg.value,
        leaf_index=index,
        leaf_hash=tree.leaf(index).hex(),
        tree_size=size,
        root=tree.root(size).hex(),
        path=[one.hex() for one in tree.inclusion(index, size)],
        checkpoint=covering.note,
    )


def _tree_of(ask: Ask, position: int) -> Planted:
    return [one for one in trees(ask) if one.first <= position][-1]
