"""Each guard of the verifier is needed: taken out by itself, some lie is believed."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from banjian_verify import merkle
from services.chassis.audit.tree import HashAlg
from tests.unit.audit.test_tree import tree

SHA = HashAlg.SHA_256
# Guards whose absence another guard makes up for, or that only name the trouble earlier.
SPARE = {
    "the proof is empty",
    "a hash is not ",
}


def guards(function: Callable[..., Any]) -> Iterator[str]:
    """Give the words of each guard of a function."""
    for node in ast.walk(ast.parse(inspect.getsource(function))):
        if isinstance(node, ast.Raise):
            words = next(
                str(one.value)
                for one in ast.walk(node)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )
            if words not in SPARE:
                yield words


class _Without(ast.NodeTransformer):
    def __init__(self, check: str, words: str) -> None:
        self.check, self.words, self.taken = check, words, 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self.generic_visit(node) if node.name == self.check else node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        if any(isinstance(o, ast.Constant) and o.value == self.words for o in ast.walk(node)):
            self.taken += 1
            return ast.copy_location(ast.Pass(), node)
        return node


def without(check: str, words: str) -> types.ModuleType:
    """Give the module with one guard of a function taken out."""
    remover = _Without(check, words)
    changed = ast.fix_missing_locations(remover.visit(ast.parse(inspect.getsource(merkle))))
    assert remover.taken == 1
    module = types.ModuleType("merkle_without")
    exec(compile(changed, words, "exec"), module.__dict__)
    return module


def fooled(check: str, words: str, lies: list[tuple[Any, ...]]) -> bool:
    module = without(check, words)
    return any(believed(module, check, lie) for lie in lies)


def believed(module: types.ModuleType, check: str, lie: tuple[Any, ...]) -> bool:
    try:
        getattr(module, check)("sha-256", *lie)
    except module.ProofError:
        return False
    except (IndexError, ValueError):
        return True  # it is not refused, it breaks
    return True


def inclusion_lies() -> Iterator[tuple[Any, ...]]:
    leaves = [SHA.leaf(bytes([n])) for n in range(8)]
    ours = tree(leaves)
    root, path = ours.root(), ours.inclusion(5)
    yield 5, 8, SHA.leaf(b"forged"), path, root
    # A node of the tree for a leaf, with the rest of the path.
    yield 2, 8, SHA.node(leaves[4], leaves[5]), path[1:], root
    # A path of a taller tree for a smaller one.
    yield 0, 1, leaves[7], ours.inclusion(7), root
    # Outside of the tree: shifts of a negative index never end at 0.
    yield 1, 1, root, [], root
    yield 9, 8, leaves[1], ours.inclusion(1), root


def consistency_lies() -> Iterator[tuple[Any, ...]]:
    leaves = [SHA.leaf(bytes([n])) for n in range(8)]
    ours = tree(leaves)
    old, new, proof = ours.root(3), ours.root(), ours.consistency(3)
    forged = SHA.digest(b"forged")
    yield 3, 8, forged, new, proof
    yield 3, 8, old, forged, proof
    yield 8, 8, forged, new, []
    yield 8, 8, new, new, [forged]
    yield 4, 8, new, new, []
    yield 2, 1, forged, forged, []
    # A proof for a taller tree: the later root is not of so few leaves.
    yield 3, 4, ours.root(7), new, ours.consistency(7)
    yield 2, 3, ours.root(2), new, ours.consistency(2)
    yield 1, 2, leaves[0], new, ours.consistency(1)


@pytest.mark.parametrize("words", list(guards(merkle.check_inclusion)))
def test_each_guard_of_an_inclusion_proof_is_needed(words: str) -> None:
    lies = list(inclusion_lies())
    assert not any(believed(merkle, "check_inclusion", lie) for lie in lies)
    assert fooled("check_inclusion", words, lies)


@pytest.mark.parametrize("words", list(guards(merkle.check_consistency)))
def test_each_guard_of_a_consistency_proof_is_needed(words: str) -> None:
    lies = list(consistency_lies())
    assert not any(believed(merkle, "check_consistency", lie) for lie in lies)
    assert fooled("check_consistency", words, lies)
