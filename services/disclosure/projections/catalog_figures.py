"""Counts and adds up the catalog at any moment and any log position, and lists what it counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from services.chassis.eventlog.database import Database
from services.disclosure.measures import COMPRESSED_TYPES, LICENCE, Quantity, Question, Tally
from services.disclosure.projections import places
from services.disclosure.projections.catalog_bases import COLUMNS, Basis
from services.disclosure.projections.cells import Cell

BY: Final[Mapping[str, str]] = {
    "department": "department",
    "item_type": "item_type",
    "level": "level",
    "region": "region",
    "kind": "kind",
    "month": "(extract(year FROM at AT TIME ZONE 'Asia/Shanghai') * 12"
    " + extract(month FROM at AT TIME ZONE 'Asia/Shanghai') - 1)::int",
    "year": "extract(year FROM at AT TIME ZONE 'Asia/Shanghai')::int::text",
}
"""What a figure can be broken down by; months are those of the centre's clock."""


class How(NamedTuple):
    """Which rows of a basis a tally has, and what each adds to it."""

    basis: Basis
    where: str
    amount: str = "1"


_DAYS: Final = "statutory_unit = 'WORKING_DAY' AND promised_unit = 'WORKING_DAY'"
_COMPRESSED: Final = (
    "resident AND item_type IN ("
    + ", ".join(f"'{code}'" for code in COMPRESSED_TYPES)
    + f") AND {_DAYS}"
)
_LIMITED: Final = "resident AND promised > 0 AND promised_unit = 'WORKING_DAY'"
_LICENCES: Final = f"item_type = '{LICENCE}'"

HOW: Final[Mapping[Tally, How]] = {
    Tally.RESIDENT: How(Basis.ITEMS, "resident"),
    Tally.ONE_VISIT: How(Basis.ITEMS, "resident AND visits <= 1"),
    Tally.STATUTORY_DAYS: How(Basis.ITEMS, _COMPRESSED, "statutory"),
    Tally.DAYS_SAVED: How(Basis.ITEMS, _COMPRESSED, "statutory - promised"),
    Tally.PROMISED_DAYS: How(Basis.ITEMS, _LIMITED, "promised"),
    Tally.LIMITED: How(Basis.ITEMS, _LIMITED),
    Tally.MATERIALS: How(Basis.ITEMS, "resident", "materials"),
    Tally.COUNTY_ITEMS: How(Basis.ITEMS, "level = '4'"),
    Tally.LICENCES_BEFORE: How(Basis.BEFORE, _LICENCES),
    Tally.LICENCES_MERGED: How(Basis.BEFORE, f"{_LICENCES} AND streamlined"),
    Tally.PROMISED_BEFORE: How(Basis.BEFORE, "NOT immediate"),
    Tally.MADE_IMMEDIATE: How(Basis.BEFORE, "NOT immediate AND made_immediate"),
    Tally.STEPS_BEFORE: How(Basis.CHANGES, "kind = 'reengineered'", "steps_before"),
    Tally.STEPS_REMOVED: How(Basis.CHANGES, "kind = 'reengineered'", "steps_before - steps_after"),
    Tally.MATERIALS_BEFORE: How(Basis.CHANGES, "kind = 'reengineered'", "materials_before"),
    Tally.MATERIALS_REMOVED: How(
        Basis.CHANGES, "kind = 'reengineered'", "materials_before - materials_after"
    ),
    Tally.COUNTY_CLAIMS: How(Basis.CLAIMS, "standing AND level = '4'"),
    Tally.LOWER_CLAIMS: How(Basis.CLAIMS, "standing AND level IN ('5', '6')"),
    Tally.CLAIMS_MADE: How(Basis.CLAIMS, "true"),
    Tally.CLAIMS_IN_USE: How(Basis.CLAIMS, "in_use"),
    Tally.CLAIMS: How(Basis.CLAIMS, "standing"),
    Tally.DEEP_CLAIMS: How(Basis.CLAIMS, "standing AND online_depth >= 3"),
    Tally.FULLY_ONLINE: How(Basis.CLAIMS, "standing AND fully_online"),
    Tally.CHANGED: How(Basis.CHANGES, "kind <> 'reengineered'"),
    Tally.CANCELLED: How(Basis.CHANGES, "kind = 'cancelled'"),
    Tally.MODE_CHANGED: How(Basis.CHANGES, "kind = 'mode_changed'"),
    Tally.MERGED: How(Basis.CHANGES, "kind = 'merged'"),
    Tally.FROZEN: How(Basis.CHANGES, "kind = 'frozen'"),
    Tally.FORWARDED_UP: How(Basis.CHANGES, "kind = 'forwarded_up'"),
    Tally.DELEGATED_DOWN: How(Basis.CHANGES, "kind = 'delegated_down'"),
    Tally.FEE_ADJUSTED: How(Basis.CHANGES, "kind = 'fee_adjusted'"),
    Tally.SERVICE_REVISED: How(Basis.CHANGES, "kind = 'service_revised'"),
}


@dataclass(frozen=True)
class Entry:
    """One item, change or claim behind a figure, as it stood at its moment and position."""

    position: int
    code: str
    """Implementation code; of a claim the basic item's code."""
    version: int | None
    name: str
    department: str
    """Department; of a claim the unit that claimed it."""
    unit_name: str
    item_type: str
    level: str
    region: str
    at: datetime
    """When the version or the change took effect, or the claim was made."""
    kind: str
    """Kind of change, else empty."""
    before: str
    after: str
    list_code: str
    """Implementation code, empty when a claim names none."""
    amount: int
    """What it adds to the figure: 1, or its days, steps or materials."""


def _where(question: Question, condition: str = "true") -> tuple[str, dict[str, object]]:
    """Write the conditions of a question; the guards and the period are inside each basis."""
    said: dict[str, object] = {
        "catalog": question.positions.get("catalog", 0),
        "as_of": question.as_of,
        "begin": question.begin,
        "end": question.end,
    }
    parts = [f"({condition})"]
    columns = {name: name for name in ("department", "item_type", "level")}
    for name, column in (columns | {"item": "list_code"}).items():
        if value := getattr(question, name):
            parts.append(f"{column} = %({name})s")
            said[name] = value
    placed, known = places.condition(question)
    return " AND ".join(parts + placed), said | known


def cells(
    database: Database, question: Question, tallies: Sequence[Tally], by: Sequence[str] = ()
) -> list[Cell]:
    """Count per combination of `by` (of `BY`); one statement for each basis."""
    found: dict[tuple[Any, ...], dict[Quantity, int]] = {}
    dimensions = [_dimension(name) for name in by]
    where, said = _where(question)
    for basis in dict.fromkeys(HOW[tally].basis for tally in tallies):
        wanted = [tally for tally in tallies if HOW[tally].basis is basis]
        sums = [f"coalesce(sum({HOW[t].amount}) FILTER (WHERE {HOW[t].where}), 0)" for t in wanted]
        grouping = f" GROUP BY {', '.join(dimensions)}" if by else ""
        some = " OR ".join(f"({HOW[tally].where})" for tally in wanted) if by else "true"
        sql = (
            f"SELECT {', '.join(dimensions + sums)} FROM ({basis.value}) AS basis"  # noqa: S608
            f" WHERE {where} AND ({some}){grouping}"
        )
        for row in database.read(sql, said):
            counted = (int(value) for value in row[len(by) :])
            found.setdefault(tuple(row[: len(by)]), {}).update(zip(wanted, counted, strict=True))
    return [
        Cell(key, {tally: numbers.get(tally, 0) for tally in tallies})
        for key, numbers in sorted(found.items())
    ]


def _sum(how: How) -> str:
    return f"coalesce(sum({how.amount}) FILTER (WHERE {how.where}), 0)"


def _dimension(name: str) -> str:
    if name not in BY:
        raise ValueError(f"figures of the catalog cannot be broken down by {name!r}")
    return BY[name]


def list_entries(
    database: Database,
    question: Question,
    tally: Tally,
    *,
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> list[Entry]:
    """List what a tally is made of, by code; their amounts add up to it.

    `after` is the code and position of the last one seen.
    """
    how = HOW[tally]
    where, said = _where(question, how.where)
    if after is not None:
        where += " AND (code, position) > (%(last_code)s, %(last_position)s)"
        said |= {"last_code": after[0], "last_position": after[1]}
    sql = (
        f"SELECT {', '.join(COLUMNS)}, {how.amount} FROM ({how.basis.value}) AS basis"  # noqa: S608
        f" WHERE {where} ORDER BY code, position LIMIT %(limit)s"
    )
    return [Entry(*row) for row in database.read(sql, said | {"limit": limit})]
