"""What waits for what: the groups that wait for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def cycles(edges: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Give the groups of nodes that wait for each other, each sorted, in sorted order.

    These are the strongly connected components of more than one node (Tarjan's algorithm, without
    recursion). Edges to nodes that are none are passed over.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for start in sorted(edges):
        if start in index:
            continue
        work = [(start, iter(sorted(edges[start])))]
        _enter(start, index, low, stack, on_stack)
        while work:
            node, ahead = work[-1]
            step = next((one for one in ahead if one in edges), None)
            if step is not None:
                if step not in index:
                    _enter(step, index, low, stack, on_stack)
                    work.append((step, iter(sorted(edges[step]))))
                elif step in on_stack:
                    low[node] = min(low[node], index[step])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
            if low[node] == index[node]:
                group: list[str] = []
                while not group or group[-1] != node:
                    group.append(stack.pop())
                    on_stack.discard(group[-1])
                if len(group) > 1:
                    found.append(sorted(group))
    return sorted(found)


def _enter(
    node: str, index: dict[str, int], low: dict[str, int], stack: list[str], on: set[str]
) -> None:
    index[node] = low[node] = len(index)
    stack.append(node)
    on.add(node)
