"""Counts and adds up happenings at any moment and any log position, and lists what it counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.chassis.eventlog.database import Database
from services.disclosure.measures import OVER, Happened, How, Over, Quantity, Question, Reach
from services.disclosure.projections import item_types, places
from services.disclosure.projections.cells import Cell

BY: Final[Mapping[str, str]] = {
    "region": "region",
    "department": "department",
    "item": "coalesce(item, '')",
    "item_type": item_types.COLUMN,
    "channel": "coalesce(channel, '')",
    "kind": "mark",
    "month": "month",
    "year": "(month / 12)::text",
}
"""What a figure can be broken down by."""
OWN: Final = "disclosure"
_NOTHING: Final = ("0", 0)

# ruff: noqa: S608 - every text below is written here; what a caller says travels as a parameter.
# An own row counts unless its event came after the position: those few are looked up, not the many.
_NOT_LATER: Final = """NOT EXISTS (
    SELECT FROM events AS e WHERE e.stream = h.stream AND e.version = h.version
    AND (e.xid, e.id) > (%(own_xid)s::xid8, %(own_id)s))"""
_OF_KINDS: Final = "h.kind = ANY(%(kinds)s)"
_CUT: Final = "SELECT xid::text, id FROM ledger WHERE position = %s"

_SIMPLE: Final = frozenset({How.SUM, How.TIMES})
_EACH: Final = """
    SELECT DISTINCT ON (thing) * FROM (
        SELECT *, sum(amount) OVER (PARTITION BY thing) AS net FROM ({rows}) AS r) AS n
    WHERE net > 0 AND amount > 0 ORDER BY thing, at, id"""
_NEWEST: Final = """
    SELECT * FROM (SELECT DISTINCT ON (kind, thing) * FROM ({rows}) AS r
                   ORDER BY kind, thing, id DESC) AS n
    WHERE amount > 0"""
_LAST: Final = """
    SELECT * FROM ({newest}) AS s WHERE mark = (SELECT max(mark) FROM ({newest}) AS m)"""


@dataclass(frozen=True)
class Row:
    """One happening behind a figure."""

    source: str
    position: int
    """Place in the log of its source; 0: an own event that is not sealed yet."""
    kind: str
    thing: str
    at: datetime
    due_at: datetime | None
    region: str
    department: str
    item: str
    channel: str
    mark: str
    case_no: str
    amount: int
    """What it adds to the figure."""
    id: int


def _guards(
    database: Database, question: Question, sources: Iterable[str]
) -> tuple[str, dict[str, Any]]:
    """Write what keeps out everything behind the asked positions."""
    parts, said = [], dict[str, Any]()
    for source in sources:
        place = question.positions.get(source, 0)
        if source == OWN:
            [(xid, number)] = (database.read(_CUT, (place,)) if place else []) or [_NOTHING]
            parts.append(f"(h.source = '{OWN}' AND {_NOT_LATER})")
            said |= {"own_xid": xid, "own_id": number}
        else:
            parts.append(f"(h.position <= %({source})s AND h.source = '{source}')")
            said[source] = place
    return " OR ".join(parts), said


def _rows(
    database: Database, question: Question, over: Sequence[Over]
) -> tuple[str, dict[str, Any]]:
    """Write the SELECT of all rows these may count; reach, sources and kinds are the same."""
    reach = over[0].reach
    guard, said = _guards(database, question, over[0].sources)
    said |= {
        "as_of": question.as_of,
        "begin": question.begin,
        "end": question.end,
        "kinds": list(over[0].kinds),
    }
    # In the order of the columns: a row is read only as far as it has to be.
    kinds = [f"h.kind = '{said['kinds'][0]}'" if len(said["kinds"]) == 1 else _OF_KINDS]
    parts = ["h.at <= %(as_of)s", f"({guard})"]
    if reach is Reach.WITHIN and question.begin is not None:
        parts.append("h.at >= %(begin)s")
    if reach is not Reach.STOCK and question.end is not None:
        parts.append("h.at <= %(end)s")
    for name in ("department", "item", "channel"):
        if value := getattr(question, name):
            parts.append(f"h.{name} = %({name})s")
            said[name] = value
    typed, placed = item_types.condition(question, "h.item"), places.condition(question, "h.region")
    for more, known in (placed, typed):
        parts, said = parts + more, said | known
    return f"SELECT h.* FROM happenings AS h WHERE {' AND '.join(parts + kinds)}", said


def _which(over: Over) -> str:
    """Write which rows of its kinds one count has; the words are those of its declaration."""
    parts = ["true"]
    if over.marks:
        parts.append(f"mark IN ({_listed(over.marks)})")
    if over.channels:
        parts.append(f"channel IN ({_listed(over.channels)})")
    if over.how in (How.TIMES, How.EVER, How.UNITS):
        parts.append("amount > 0")
    return " AND ".join(parts)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _base(over: Over, rows: str, *, one_mark: bool = True) -> str:
    """Write the SELECT of the rows that make a count, each once.

    `one_mark`: of `How.LAST` only the highest mark, not the newest of each.
    """
    which = f"SELECT * FROM ({rows}) AS every WHERE {_which(over)}"
    match over.how:
        case How.SUM | How.TIMES | How.EVER | How.UNITS:
            return which
        case How.NEWEST:
            return _NEWEST.format(rows=which)
        case How.LAST:
            newest = _NEWEST.format(rows=which)
            return _LAST.format(newest=newest) if one_mark else newest
        case _:
            return _EACH.format(rows=which)


_ADDS: Final[Mapping[How, str]] = {
    How.TIMES: "count(*)",
    How.EACH: "count(*)",
    How.WHO: "count(DISTINCT who)",
    How.EVER: "count(DISTINCT who)",
    How.UNITS: "count(DISTINCT department)",
    How.NEWEST: "coalesce(sum(amount), 0)",
    How.LAST: "coalesce(max(amount), 0)",
}


def cells(
    database: Database, question: Question, wanted: Sequence[Happened], by: Sequence[str] = ()
) -> list[Cell]:
    """Count per combination of `by` (of `BY`); one scan for all counts that are plain sums."""
    found: dict[tuple[Any, ...], dict[Quantity, int]] = {} if by else {(): {}}
    dimensions = [_dimension(name) for name in by]
    grouping = f" GROUP BY {', '.join(dimensions)}" if by else ""
    for group in _together(wanted):
        over = [OVER[one] for one in group]
        rows, said = _rows(database, question, over)
        if over[0].how in _SIMPLE:
            columns = [_sum(one) for one in over]
            base = rows
        else:
            columns = [_ADDS[over[0].how]]
            base = _base(over[0], rows)
            if over[0].how is How.LAST and by:
                base = _NEWEST.format(
                    rows=f"SELECT * FROM ({rows}) AS every WHERE {_which(over[0])}"
                )
        read = item_types.joined(base, by)
        sql = f"SELECT {', '.join(dimensions + columns)} FROM {read}{grouping}"
        for row in database.read(sql, said):
            counted = (int(value) for value in row[len(by) :])
            found.setdefault(tuple(row[: len(by)]), {}).update(zip(group, counted, strict=True))
    return [
        Cell(key, {one: numbers.get(one, 0) for one in wanted})
        for key, numbers in sorted(found.items())
        if not by or any(numbers.values())
    ]


def _together(wanted: Sequence[Happened]) -> list[list[Happened]]:
    """Group the plain sums that read the same rows; each of the others is alone."""
    found: dict[object, list[Happened]] = {}
    for one in dict.fromkeys(wanted):
        over = OVER[one]
        key: object = (over.sources, over.reach, over.kinds) if over.how in _SIMPLE else one
        found.setdefault(key, []).append(one)
    return list(found.values())


def _sum(over: Over) -> str:
    amount = "count(*)" if over.how is How.TIMES else f"sum({over.amount})"
    return f"coalesce({amount} FILTER (WHERE {_which(over)}), 0)"


def _dimension(name: str) -> str:
    if name not in BY:
        raise ValueError(f"figures of happenings cannot be broken down by {name!r}")
    return BY[name]


_SHOWN: Final = (
    *("source", "position", "kind", "thing", "at", "due_at", "region", "department"),
    *("item", "channel", "mark", "case_no", "amount", "id"),
)
_PLACED: Final = """
SELECT s.source, CASE WHEN s.source <> 'disclosure' THEN s.position ELSE coalesce((
        SELECT l.position FROM events AS e JOIN ledger AS l ON l.xid = e.xid AND l.id = e.id
        WHERE e.stream = s.stream AND e.version = s.version), 0) END,
    s.kind, s.thing, s.at, s.due_at, s.region, s.department, coalesce(s.item, ''),
    coalesce(s.channel, ''), s.mark, coalesce(s.case_no, ''), s.adds, s.id
FROM ({page}) AS s ORDER BY s.at, s.id"""


def list_rows(
    database: Database,
    question: Question,
    one: Happened,
    *,
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Row]:
    """List what a count is made of, by time; amounts add up to it, unless it counts values once.

    `after` is the time and id of the last one seen.
    """
    over = OVER[one]
    rows, said = _rows(database, question, [over])
    adds = over.amount if over.how is How.SUM else "amount"
    if over.how in (How.TIMES, How.EACH, How.WHO, How.EVER, How.UNITS):
        adds = "1"
    where = "true"
    if after is not None:
        where = "(at, id) > (%(last_at)s, %(last_id)s)"
        said |= {"last_at": after[0], "last_id": after[1]}
    page = (
        f"SELECT * FROM (SELECT *, {adds} AS adds FROM ({_base(over, rows)}) AS base) AS adding"
        f" WHERE adds <> 0 AND {where} ORDER BY at, id LIMIT %(limit)s"
    )
    sql = _PLACED.format(page=page)
    return [Row(*row) for row in database.read(sql, said | {"limit": limit})]


_OWN_SINCE: Final = """
SELECT l.position FROM ({rows}) AS r
JOIN events AS e ON e.stream = r.stream AND e.version = r.version
JOIN ledger AS l ON l.xid = e.xid AND l.id = e.id
WHERE r.source = %(source)s AND l.position > %(behind)s"""
_SINCE: Final = """
SELECT position FROM ({rows}) AS r WHERE source = %(source)s AND position > %(behind)s"""


def positions_between(
    database: Database, wanted: Sequence[Happened], before: Question, after: Question
) -> list[tuple[str, int]]:
    """Name source and position of what came between two questions and counts in the later one."""
    found: set[tuple[str, int]] = set()
    for one in dict.fromkeys(wanted):
        over = OVER[one]
        rows, said = _rows(database, after, [over])
        which = f"SELECT * FROM ({rows}) AS every WHERE {_which(over)}"
        for source in over.sources:
            sql = (_OWN_SINCE if source == OWN else _SINCE).format(rows=which)
            told = said | {"source": source, "behind": before.positions.get(source, 0)}
            found |= {(source, int(place)) for (place,) in database.read(sql, told)}
    return sorted(found)
