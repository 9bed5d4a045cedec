"""Where the boxes of a picture of "who needs whom first" go, and how the arrows run. For SVG."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

BOX_WIDTH: Final = 190
BOX_HEIGHT: Final = 68
COLUMN: Final = 270
ROW: Final = 92

Place = tuple[int, int]
"""Left upper corner of a box, in pixels."""


def places(
    codes: Sequence[str],
    needs: Mapping[str, Sequence[str]],
    cycles: Sequence[Sequence[str]],
    column_width: int = COLUMN,
    row_height: int = ROW,
) -> dict[str, Place]:
    """Place every box right of all it needs; boxes that need each other share a column."""
    known = set(codes)
    inside = {code: [one for one in needs.get(code, ()) if one in known] for code in codes}
    column = columns(codes, inside, cycles)
    rows: dict[int, int] = {}
    found: dict[str, Place] = {}
    for code in codes:
        row = rows.get(column[code], 0)
        rows[column[code]] = row + 1
        found[code] = (8 + column[code] * column_width, 8 + row * row_height)
    return found


def size_of(
    found: Collection[Place],
    mutual: bool,
    box: tuple[int, int] = (BOX_WIDTH, BOX_HEIGHT),
    row_height: int = ROW,
) -> tuple[int, int]:
    """Give width and height of the picture; arrows within a column need room at its right."""
    width = max((x for x, _ in found), default=8) + box[0] + 8 + (50 if mutual else 0)
    height = max((y for _, y in found), default=8) + row_height + 8
    return width, height


def columns(
    codes: Sequence[str], needs: Mapping[str, Sequence[str]], cycles: Sequence[Sequence[str]]
) -> dict[str, int]:
    """Count the steps before each box, a cycle being one step."""
    group = {code: code for code in codes}
    for cycle in cycles:
        for code in cycle:
            if code in group and cycle[0] in group:
                group[code] = group[cycle[0]]
    column = dict.fromkeys(codes, 0)
    # A cycle nobody marked would push its boxes on for ever: never further than there are boxes.
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


def path(before: Place, after: Place, box: tuple[int, int] = (BOX_WIDTH, BOX_HEIGHT)) -> str:
    """Draw the arrow from a box to the one that needs it, as the `d` of an SVG path."""
    width, height = box
    x1, y1 = before[0] + width, before[1] + height // 2
    x2, y2 = after[0], after[1] + height // 2
    if before[0] == after[0]:
        # In one column: around the right side, from box to box.
        x2 = after[0] + width
        bow = x1 + 46
        return f"M {x1} {y1 + 8} C {bow} {y1 + 8}, {bow} {y2 - 8}, {x2 + 7} {y2 - 8}"
    half = (x1 + x2) // 2
    return f"M {x1} {y1} C {half} {y1}, {half} {y2}, {x2 - 7} {y2}"


def wrap(text: str, characters: int, most: int = 2) -> tuple[str, ...]:
    """Break a text into lines; what does not fit into the last one ends in an ellipsis.

    `characters` are Chinese ones; a Latin letter takes about half of that.
    """
    lines = [""]
    room = float(characters)
    for character in text:
        wide = 1.0 if ord(character) > 0x2E80 else 0.55
        if room < wide:
            if len(lines) == most:
                lines[-1] = lines[-1][:-1] + "…"
                break
            lines.append("")
            room = characters
        lines[-1] += character
        room -= wide
    return tuple(lines)
