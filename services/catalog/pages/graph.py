"""The picture of a parallel scheme: who needs whom first, cycles marked. Laid out for SVG."""

from __future__ import annotations

from dataclasses import dataclass

from services.catalog.projections.house import Member, Scheme
from services.chassis.web.graphs import BOX_HEIGHT, BOX_WIDTH, path, places, size_of, wrap


@dataclass(frozen=True)
class Node:
    """One item of the scheme, placed."""

    member: Member
    name: str
    lines: tuple[str, ...]
    x: int
    y: int
    mutual: bool
    """It needs itself through others."""


@dataclass(frozen=True)
class Arrow:
    """`before` is needed by `after`."""

    path: str
    mutual: bool
    before: str
    after: str


@dataclass(frozen=True)
class Picture:
    """Everything the template draws."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    description: str
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT


def draw(scheme: Scheme) -> Picture:
    """Place every item right of all it needs; items that need each other share a column."""
    codes = [member.item_code for member in scheme.members]
    known = set(codes)
    needs = {m.item_code: [n for n in m.needs if n in known] for m in scheme.members}
    mutual = {code for cycle in scheme.cycles for code in cycle}
    found = places(codes, needs, scheme.cycles)
    width, height = size_of(found.values(), bool(mutual))
    nodes = tuple(
        Node(
            member,
            scheme.names.get(member.item_code, member.item_code),
            wrap(scheme.names.get(member.item_code, member.item_code), 11),
            *found[member.item_code],
            member.item_code in mutual,
        )
        for member in scheme.members
    )
    arrows = tuple(
        Arrow(path(found[before], found[after]), {before, after} <= mutual, before, after)
        for after in codes
        for before in needs[after]
    )
    name = scheme.names.get
    said = "；".join(f"{name(a.after, a.after)} 须先有 {name(a.before, a.before)}" for a in arrows)
    return Picture(
        width,
        height,
        nodes,
        arrows,
        f"共 {len(nodes)} 个事项。{said or '各事项可以同时办理'}。",
    )
