"""The one search over everything public: items as they are at a moment, and claims.

One narrow table is read from beginning to end: at a county's 34,000 rows that takes a few
hundredths of a second for any question, also for one Chinese character, which no index of trigrams
would help with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from services.catalog.projections.folding import fold
from services.chassis.eventlog.database import Database

Status = Literal["in_force", "pending", "frozen", "cancelled", "superseded", "split"]
WORDS: Final = 8
"""Words of a question that are looked for; the rest is not read."""
_CODE = re.compile(r"[0-9A-Za-z._/-]{2,64}\Z")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for, at which moment; an empty value restricts nothing."""

    at: datetime
    q: str = ""
    """Words, all of which a name contains; or the start of a code."""
    kind: Literal["", "item", "claim"] = ""
    department: str = ""
    unit: str = ""
    """Start of a region's code: the units in it claim."""
    item_type: str = ""
    case_type: str = ""
    level: int = 0
    audience: int = 0
    resident: bool | None = None
    list: str = ""
    topic: str = ""
    status: str = ""
    """A `Status`, or `open`: what takes new cases now or soon, and what is frozen."""


class Key(msgspec.Struct, frozen=True, array_like=True):
    """Where a hit stands in the order of its question."""

    rank: int
    length: int
    code: str


class Hit(msgspec.Struct, frozen=True):
    """An item or a claim that was found."""

    kind: Literal["item", "claim"]
    code: str
    """Item code; of a claim, `<unit>/<catalog_code>`."""
    version: int
    name: str
    item_type: str
    case_type: str
    level: int
    unit: str
    unit_name: str
    catalog_code: str
    item_code: str
    """Of a claim, the unit's own list of it, when it has one."""
    status: Status
    resident: bool
    statutory_limit_days: int | None
    promised_limit_days: int | None
    promised_unit: str
    visits: int | None
    fully_online: bool | None


class Found(msgspec.Struct, frozen=True):
    """One page of hits, in order; `total` counts all of them."""

    total: int
    hits: list[tuple[Key, Hit]]


# Of each item the act that counts at the moment: an end for good before anything else, else the
# last word about freezing.
STATUS: Final = """
    SELECT DISTINCT ON (item_code) item_code, act FROM item_act
    WHERE act IN ('cancelled', 'superseded', 'split', 'frozen', 'unfrozen')
      AND effective_from <= %(at)s AND (until IS NULL OR until > %(at)s)
    ORDER BY item_code, ends DESC, seq DESC"""

_HITS: Final = """
WITH status AS ({status}), named AS MATERIALIZED (
    SELECT catalog_code, {rank} AS rank, {length} AS length FROM basic_item
    WHERE {claim_words}
), hit AS MATERIALIZED (
    SELECT {rank} AS rank, {length} AS length, e.code, e.version, e.claim,
           coalesce(nullif(s.act, 'unfrozen'),
                    CASE WHEN e.since > %(at)s THEN 'pending' ELSE 'in_force' END) AS status
    FROM entry AS e
    LEFT JOIN status AS s ON s.item_code = e.code
    WHERE NOT e.claim AND (e.until IS NULL OR e.until > %(at)s)
      AND (e.since <= %(at)s OR (e.published_at <= %(at)s AND NOT EXISTS (
           SELECT FROM entry AS p WHERE p.code = e.code AND p.version < e.version)))
      AND {item_words}{where}
    UNION ALL
    SELECT {claim_order}, e.code, e.version, e.claim, 'in_force'
    FROM entry AS e {named}
    WHERE e.claim AND (e.until IS NULL OR e.until > %(at)s) AND e.since <= %(at)s{where}
), page AS (
    SELECT * FROM hit WHERE {wanted}{after}
    ORDER BY rank, length, code LIMIT %(limit)s
)
SELECT (SELECT count(*) FROM hit WHERE {wanted}), p.rank, p.length, p.code, p.status,
       p.version, v.name, v.item_type, v.case_type, v.department, v.department_name,
       v.listing ->> 'catalog_code', v.listing -> 'level', v.listing -> 'resident',
       v.statutory_limit_days, v.promised_limit_days, v.listing ->> 'promised_unit',
       v.listing -> 'visits', v.listing -> 'fully_online',
       c.unit, c.unit_name, c.catalog_code, c.level, c.item_code, c.fully_online,
       n.name, n.item_type
FROM page AS p
LEFT JOIN item_version AS v ON NOT p.claim AND v.item_code = p.code AND v.item_version = p.version
LEFT JOIN claim AS c ON p.claim AND c.unit = split_part(p.code, '/', 1)
      AND c.catalog_code = split_part(p.code, '/', 2) AND c.seq = p.version
LEFT JOIN basic_item AS n ON n.catalog_code = c.catalog_code
ORDER BY p.rank, p.length, p.code
"""


def search(database: Database, asked: Asked, after: Key | None = None, limit: int = 50) -> Found:
    """Find items and claims, the best first: exact names, names that begin so, the others."""
    sql, values = _statement(asked, after, limit)
    rows = database.read(sql, values)
    return Found(
        total=rows[0][0] if rows else 0,
        hits=[(Key(*row[1:4]), _hit(row[3], row[4], row[5:])) for row in rows],
    )


def _statement(asked: Asked, after: Key | None, limit: int) -> tuple[str, dict[str, Any]]:
    """Give the SQL of a question and its parameters; only our own fragments become SQL."""
    values: dict[str, Any] = {"at": asked.at, "limit": limit, "status": asked.status}
    where = "".join(f"\n      AND {part}" for part in _where(asked, values))
    words, start = _words(asked, values)
    rank, length = _order(asked, values)
    wanted = {
        "": "true",
        "open": "status IN ('in_force', 'pending', 'frozen')",
    }.get(asked.status, "status = %(status)s")
    behind = ""
    if after is not None:
        values |= {"rank": after.rank, "length": after.length, "code": after.code}
        behind = " AND (rank, length, code) > (%(rank)s, %(length)s, %(code)s)"
    sql = _HITS.format(
        status=STATUS,
        rank=rank,
        length=length,
        item_words=f"({words}{start and ' OR starts_with(code, %(start)s)'}{start})",
        claim_words=f"{words}{start}",
        where=where,
        claim_order="n.rank + 1, n.length" if asked.q.strip() else "1, 0",
        named="JOIN named AS n USING (catalog_code)" if asked.q.strip() else "",
        wanted=wanted,
        after=behind,
    )
    return sql, values


def _where(asked: Asked, values: dict[str, Any]) -> Iterable[str]:
    plain = {
        "department": ("e.unit = %(department)s", asked.department),
        "unit": ("starts_with(e.unit, %(unit)s)", asked.unit),
        "item_type": ("e.item_type = %(item_type)s", asked.item_type),
        "case_type": ("e.case_type = %(case_type)s", asked.case_type),
        "level": ("e.level = %(level)s", asked.level),
        "audience": ("%(audience)s = ANY(e.audience)", asked.audience),
        "list": ("%(list)s = ANY(string_to_array(e.lists, ','))", asked.list),
        "topic": ("%(topic)s = ANY(e.topics)", asked.topic),
    }
    for name, (condition, value) in plain.items():
        if value:
            values[name] = value
            yield condition
    if asked.kind:
        yield "e.claim" if asked.kind == "claim" else "NOT e.claim"
    if asked.resident is not None:
        yield "e.resident" if asked.resident else "NOT e.resident"


def _words(asked: Asked, values: dict[str, Any]) -> tuple[str, str]:
    """Give the condition on a name, and what a code adds to it."""
    names = []
    for number, word in enumerate(_split(asked.q)):
        values[f"word{number}"] = word
        names.append(f"strpos(folded, %(word{number})s) > 0")
    if not names:
        return "false" if asked.q.strip() else "true", ""
    start = ""
    if _CODE.match(asked.q.strip()):
        values["start"] = asked.q.strip()
        start = " OR starts_with(catalog_code, %(start)s)"
    return " AND ".join(names), start


def _order(asked: Asked, values: dict[str, Any]) -> tuple[str, str]:
    """Rank in steps of two, items before claims; then the shorter name first."""
    if not asked.q.strip():
        return "0", "0"
    values["whole"] = fold(asked.q)
    rank = (
        "CASE WHEN folded = %(whole)s THEN 0 WHEN starts_with(folded, %(whole)s) THEN 2 ELSE 4 END"
    )
    return rank, "length(folded)"


def _split(q: str) -> list[str]:
    words = (fold(word) for word in q.split())
    return [word for word in words if word][:WORDS]


def _hit(code: str, status: Status, row: tuple[Any, ...]) -> Hit:
    version, name, item_type, case_type, unit, unit_name, catalog_code = row[:7]
    level, resident, statutory, promised, counted, visits, online = row[7:14]
    c_unit, c_unit_name, c_code, c_level, own, c_online, basic, basic_type = row[14:]
    if c_unit is None:
        return Hit(
            "item",
            code,
            version,
            name,
            item_type,
            case_type,
            level or 0,
            unit,
            unit_name,
            catalog_code or "",
            "",
            status,
            bool(resident),
            statutory,
            promised,
            counted or "WORKING_DAY",
            visits,
            online,
        )
    return Hit(
        "claim",
        code,
        version,
        basic or c_code,
        basic_type or c_code[2:4],
        "",
        c_level,
        c_unit,
        c_unit_name,
        c_code,
        own or "",
        status,
        False,
        None,
        None,
        "",
        None,
        c_online,
    )
