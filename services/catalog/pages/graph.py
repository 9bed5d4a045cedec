"""The picture of a parallel scheme: who needs whom first, cycles marked. Laid out for SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.catalog.pages.flow import wrap
from services.catalog.projections.house import Member, Scheme

BOX_WIDTH: Final = 190
BOX_HEIGHT: Final = 68
COLUMN: Final = 270
ROW: Final = 92


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
    columns = _columns(codes, needs, scheme.cycles)
    rows: dict[int, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for code in codes:
        column = columns[code]
        row = rows.get(column, 0)
        rows[column] = row + 1
        places[code] = (8 + column * COLUMN, 8 + row * ROW)
    nodes = tuple(
        Node(
            member,
            scheme.names.get(member.item_code, member.item_code),
            wrap(scheme.names.get(member.item_code, member.item_code), 11),
            *places[member.item_code],
            member.item_code in mutual,
        )
        for member in scheme.members
    )
    arrows = tuple(
        Arrow(_path(places[before], places[after]), {before, after} <= mutual, before, after)
        for after in codes
        for before in needs[after]
    )
    name = scheme.names.get
    said = "；".join(f"{name(a.after, a.after)} 须先有 {name(a.before, a.before)}" for a in arrows)
    return Picture(
        16 + max(columns.values(), default=0) * COLUMN + BOX_WIDTH + (50 if mutual else 0),
        16 + max(rows.values(), default=1) * ROW,
        nodes,
        arrows,
        f"共 {len(nodes)} 个事项。{said or '各事项可以同时办理'}。",
    )


def _columns(
    codes: Sequence[str], needs: Mapping[str, Sequence[str]], cycles: Sequence[Sequence[str]]
) -> dict[str, int]:
    """Count the steps before each item, a cycle being one step."""
    group = {code: code for code in codes}
    for cycle in cycles:
        for code in cycle:
            if code in group:
                group[code] = group[cycle[0]]
    column = dict.fromkeys(codes, 0)
    # A cycle nobody marked would push its items on for ever: never further than there are items.
    for _ in codes:
        moved = False
        for code in codes:
            others = [column[n] + 1 for n in needs[code] if group[n] != group[code]]
            least = min(max(others, default=0), len(codes) - 1)
            for same in codes:
                if group[same] == group[code] and column[same] < least:
                    column[same], moved = least, True
        if not moved:
            break
    return column


def _path(before: tuple[int, int], after: tuple[int, int]) -> str:
    x1, y1 = before[0] + BOX_WIDTH, before[1] + BOX_HEIGHT // 2
    x2, y2 = after[0], after[1] + BOX_HEIGHT // 2
    if before[0] == after[0]:
        # In one column: around the right side, from box to box.
        x2 = after[0] + BOX_WIDTH
        bow = x1 + 46
        return f"M {x1} {y1 + 8} C {bow} {y1 + 8}, {bow} {y2 - 8}, {x2 + 7} {y2 - 8}"
    half = (x1 + x2) // 2
    return f"M {x1} {y1} C {half} {y1}, {half} {y2}, {x2 - 7} {y2}"
