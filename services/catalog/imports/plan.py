"""A whole file, read and checked: rows in the order in which they are applied, or what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from pathlib import Path

from services.catalog.domain.validators import flagged
from services.catalog.imports import irregular
from services.catalog.imports.implementation import read_implementation
from services.catalog.imports.kinds import READERS
from services.catalog.imports.parts import read_part
from services.catalog.imports.report import FileError, Findings, RowError
from services.catalog.imports.rows import PARTS, ItemSaid, Kind, Part, Reader, Row, WrongRowError
from services.catalog.imports.sources import readers_of
from services.catalog.imports.values import text_of
from services.kernel.codes import normal
from services.kernel.times import SHANGHAI

ROWS = 500_000
"""Most rows of a file."""
PAUSE_EVERY = 100
Pause = Callable[[int], None]
"""Called every now and then with the number of rows read, to let others work."""


@dataclass
class Plan:
    """What a file says."""

    rows: list[Row] = field(default_factory=list)
    found: Findings = field(default_factory=Findings)
    read: int = 0
    """Rows of the file."""
    repeated: int = 0
    """Rows that say word for word what an earlier row says."""


@dataclass
class _Waiting:
    """Rows of published lists, until the whole list is seen (see `irregular.bodies`)."""

    readers: list[Reader] = field(default_factory=list)


def read_plan(
    path: Path, now: datetime, *, format: str = "", kind: str = "", pause: Pause = lambda _: None
) -> Plan:
    """Read and check a file, row by row.

    Args:
        now: what no row may lie after.
        format: csv, xlsx or jsonl; found out when empty.
        kind: of every row that does not say its own; found out by the heading when empty.
    """
    plan = Plan()
    waiting = _Waiting()
    parts: list[Part] = []
    try:
        for reader in readers_of(path, now, format, kind, plan.found):
            plan.read += 1
            if plan.read % PAUSE_EVERY == 0:
                pause(plan.read)
            if plan.read > ROWS:
                raise FileError(
                    "too_many", f"超过 {ROWS} 行 (more than {ROWS} rows)", "分成几个文件 (split it)"
                )
            if isinstance(reader, RowError):
                plan.found.add(reader)
            elif reader.lenient:
                waiting.readers.append(reader)
            else:
                _read(reader, plan, parts)
    except FileError as error:
        plan.found.add(error.problem)
        return plan
    _read_lists(waiting.readers, plan, pause)
    _join(parts, plan)
    _tell_apart(plan)
    _order(plan, now)
    if not plan.read:
        plan.found.add(RowError(0, "", "empty", "没有数据行 (there are no rows)"))
    return plan


def _read(reader: Reader, plan: Plan, parts: list[Part]) -> None:
    try:
        if reader.kind in PARTS:
            parts.append(read_part(reader, reader.kind))
        elif reader.kind == Kind.IMPLEMENTATION.value:
            plan.rows.append(read_implementation(reader, {}))
        else:
            plan.rows.append(READERS[Kind(reader.kind)](reader))
    except WrongRowError as wrong:
        plan.found.add(*wrong.errors)


def _read_lists(readers: list[Reader], plan: Plan, pause: Pause) -> None:
    """Read published lists, knowing every credit code the list shows."""
    shown: list[str] = []
    for reader in readers:
        code = irregular.item_code(reader.raw.cells.get("task_code"), "").body
        shown += [code, normal(text_of(reader.raw.cells.get("dept_code")))]
    bodies = irregular.bodies(shown)
    for number, reader in enumerate(readers):
        if number % PAUSE_EVERY == 0:
            pause(plan.read)
        try:
            plan.rows.append(read_implementation(reader, bodies))
        except WrongRowError as wrong:
            plan.found.add(*wrong.errors)


def _join(parts: list[Part], plan: Plan) -> None:
    """Put materials, fees and steps on rows of their own to the version they belong to."""
    versions = {
        (row.said.item_code, row.said.version): row.said.said.listing
        for row in plan.rows
        if isinstance(row.said, ItemSaid)
    }
    for part in parts:
        listing = versions.get((part.item_code, part.version))
        if listing is None:
            plan.found.add(
                RowError(
                    part.line,
                    "task_code",
                    "unknown_version",
                    "文件中没有这个事项版本 (the file has no such version of an item)",
                    "在同一文件中写明 implementation 行 (give its implementation row as well)",
                    part.sheet,
                )
            )
            continue
        name = {"Material": "materials", "FeeItem": "fees"}.get(type(part.said).__name__, "steps")
        getattr(listing, name).append(part.said)


def _tell_apart(plan: Plan) -> None:
    """Keep every row of a list: what repeats a row counts once, what shares a code is told apart.

    Of several items with one code one keeps it, the others get a suffix made from what they say, so
    that the same file gives the same codes in whatever order its rows stand.
    """
    groups: dict[str, list[Row]] = {}
    for row in plan.rows:
        if isinstance(row.said, ItemSaid) and row.said.version is None:
            groups.setdefault(row.said.item_code, []).append(row)
    replaced: dict[int, Row | None] = {}
    for code, rows in groups.items():
        distinct: dict[str, Row] = {}
        for row in rows:
            content = irregular.digest(f"{row.said.said!r}")
            if content in distinct:
                replaced[id(row)] = None
                plan.repeated += 1
            else:
                distinct[content] = row
        if len(distinct) == 1:
            continue
        for number, content in enumerate(sorted(distinct)):
            row = distinct[content]
            listing = row.said.said.listing
            listing.flags[:] = sorted({*listing.flags, "code_duplicate"})
            about = f"{row.said.said.department_name}/{row.said.said.name}/{content}"
            own = code if number == 0 else f"{code[:56]}.{irregular.digest(about, 6)}"
            replaced[id(row)] = replace(row, key=own, said=replace(row.said, item_code=own))
    if replaced:
        kept = (replaced.get(id(row), row) for row in plan.rows)
        plan.rows = [row for row in kept if row is not None]


def _order(plan: Plan, now: datetime) -> None:
    order = {kind: number for number, kind in enumerate(Kind)}

    def place(row: Row) -> tuple[int, int, datetime, int]:
        version = row.said.version or 0 if isinstance(row.said, ItemSaid) else 0
        when = now
        if row.kind is Kind.CALENDAR:
            when = datetime.combine(row.said.announced_on, time(), SHANGHAI)
        elif row.kind is Kind.SCHEME:
            when = row.said.effective_from
        elif row.kind is Kind.ADJUSTMENT:
            when = row.happened_at or now
        return order[row.kind], version, when, row.line

    plan.rows.sort(key=place)
    for row in plan.rows:
        if isinstance(row.said, ItemSaid):
            plan.found.flags.update(flagged(row.said.item_code, row.said.said))
