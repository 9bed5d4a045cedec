"""Items as they are read: versions with their ranges and status, acts, lineage, drafts, claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from services.catalog.domain.terms import Listing
from services.catalog.projections.search import STATUS
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.database import Database

_COLUMNS: Final = (
    "item_code",
    "item_version",
    "name",
    "item_type",
    "case_type",
    "department",
    "department_name",
    "statutory_limit_days",
    "promised_limit_days",
    "lists",
    "effective_from",
    "published_at",
    "retroactive",
    "origin",
    "source_document",
    "listing",
)


class ItemVersion(msgspec.Struct, frozen=True, omit_defaults=True):
    """One published version of an item; limits in the units `listing` names, else working days."""

    item_code: str
    item_version: int
    name: str
    item_type: str
    case_type: str
    department: str
    department_name: str
    statutory_limit_days: int
    promised_limit_days: int
    lists: list[str]
    effective_from: datetime
    published_at: datetime
    retroactive: bool
    status: str = ""
    """At the moment asked about: `in_force` or the item's own state for the version that holds
    then, `pending` before it takes effect, `past` after another took its place."""
    effective_until: datetime | None = None
    origin: str | None = None
    source_document: str | None = None
    listing: Listing | None = None

    @property
    def told(self) -> Listing:
        """The listing, one that says nothing when there is none."""
        return self.listing or _NOTHING


class ItemAct(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened to an item besides its versions; `said` is the event's own data."""

    act: str
    effective_from: datetime
    seq: int
    said: dict[str, Any]
    until: datetime | None = None


class Relative(msgspec.Struct, frozen=True):
    """An item that this one came from or became, `distance` steps away."""

    item_code: str
    name: str
    act: str
    effective_from: datetime
    distance: int
    via: str
    """The item one step nearer."""


class Lineage(msgspec.Struct, frozen=True):
    """Where an item came from and what became of it, walked to the end both ways."""

    item_code: str
    origins: list[Relative]
    successors: list[Relative]
    acts: list[ItemAct]


class GuideText(msgspec.Struct, frozen=True):
    """A service guide's four parts, as last published."""

    item_version: int
    published_at: datetime
    materials: str
    criteria: str
    steps: str
    flow: str


class ItemState(msgspec.Struct, frozen=True):
    """An item at a moment: its versions (newest first) and what holds then."""

    at: datetime
    status: str
    """See `search.Status`."""
    versions: list[ItemVersion]
    current: ItemVersion
    """The version in force, or the next one that will be, or the last one there was."""
    acts: list[ItemAct]


_NOTHING: Final = Listing()


def item_at(database: Database, item_code: str, at: datetime) -> ItemState:
    """Give an item with all its versions as they are at a moment.

    Raises:
        NotFoundError: no such item.
    """
    rows = database.read(
        f"SELECT {', '.join(_COLUMNS)}, lead(effective_from) OVER (ORDER BY item_version)"  # noqa: S608 - our own column names
        " FROM item_version WHERE item_code = %s ORDER BY item_version DESC",
        (item_code,),
    )
    if not rows:
        raise NotFoundError("there is no such item on the published lists")
    found = database.read(
        f"SELECT act FROM ({STATUS}) AS s WHERE item_code = %(code)s",  # noqa: S608 - our own SQL
        {"at": at, "code": item_code},
    )
    act = found[0][0] if found and found[0][0] != "unfrozen" else ""
    begun = [row for row in rows if row[10] <= at]
    holding = begun[0][1] if begun else rows[-1][1]
    status: str = act or ("in_force" if begun else "pending")
    versions = []
    for row in rows:
        state = "past"
        if row[10] > at:
            state = "pending"
        elif row[1] == holding:
            state = status
        versions.append(_version(row[:-1], status=state, effective_until=row[-1]))
    current = next(version for version in versions if version.item_version == holding)
    return ItemState(at, status, versions, current, acts_of(database, item_code))


def _version(row: Sequence[Any], **more: Any) -> ItemVersion:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["lists"] = str(values["lists"]).split(",")
    listing = values["listing"]
    values["listing"] = None if listing is None else msgspec.convert(listing, Listing)
    return ItemVersion(**values, **more)


def acts_of(database: Database, item_code: str) -> list[ItemAct]:
    """Give what happened to an item, oldest first."""
    rows = database.read(
        "SELECT a.act, coalesce(v.effective_from, a.effective_from), a.seq, a.said, a.until"
        " FROM item_act AS a LEFT JOIN item_version AS v ON v.item_code = a.item_code"
        " AND v.item_version = (a.said ->> 'item_version')::int"
        " WHERE a.item_code = %s ORDER BY a.seq",
        (item_code,),
    )
    return [ItemAct(*row) for row in rows]


_WALK: Final = """
WITH RECURSIVE walk AS (
    SELECT {far} AS code, {near} AS via, act, effective_from, 1 AS distance, ARRAY[{near}] AS seen
    FROM lineage WHERE {near} = %(code)s
    UNION ALL
    SELECT l.{far}, l.{near}, l.act, l.effective_from, w.distance + 1, w.seen || l.{near}
    FROM walk AS w JOIN lineage AS l ON l.{near} = w.code
    WHERE NOT l.{far} = ANY(w.seen) AND w.distance < 20
)
SELECT w.code, coalesce((SELECT name FROM item_version AS v WHERE v.item_code = w.code
       ORDER BY item_version DESC LIMIT 1), ''), w.act, w.effective_from, w.distance, w.via
FROM walk AS w ORDER BY w.distance, w.effective_from, w.code
"""


def lineage_of(database: Database, item_code: str) -> Lineage:
    """Walk the lineage of an item both ways, through every merge and split."""

    def walk(near: str, far: str) -> list[Relative]:
        rows = database.read(_WALK.format(near=near, far=far), {"code": item_code})
        return [Relative(*row) for row in rows]

    return Lineage(
        item_code,
        walk("other", "item_code"),
        walk("item_code", "other"),
        acts_of(database, item_code),
    )


def guide_of(database: Database, item_code: str, version: int) -> GuideText | None:
    """Give the guide that was published last for this version or one before it."""
    rows = database.read(
        "SELECT item_version, published_at, materials, criteria, steps, flow FROM guide"
        " WHERE item_code = %s AND item_version <= %s ORDER BY item_version DESC, seq DESC LIMIT 1",
        (item_code, version),
    )
    return GuideText(*rows[0]) if rows else None


class Place(msgspec.Struct, frozen=True):
    """A unit that offers an item by a claim."""

    unit: str
    unit_name: str
    level: int


def claiming_units(
    database: Database, catalog_code: str, at: datetime, limit: int = 12
) -> tuple[int, list[Place]]:
    """Count the units that claim a basic item at a moment, and name the first of them."""
    if not catalog_code:
        return 0, []
    rows = database.read(
        "SELECT count(*) OVER (), c.unit, c.unit_name, c.level FROM claim AS c JOIN entry AS e"
        " ON e.code = c.unit || '/' || c.catalog_code AND e.version = c.seq"
        " WHERE c.catalog_code = %s AND e.since <= %s AND (e.until IS NULL OR e.until > %s)"
        " ORDER BY c.level, c.unit LIMIT %s",
        (catalog_code, at, at, limit),
    )
    return (rows[0][0] if rows else 0), [Place(*row[1:]) for row in rows]


class Claim(msgspec.Struct, frozen=True):
    """A claim that holds: a unit offers a basic item."""

    unit: str
    unit_name: str
    level: int
    catalog_code: str
    name: str
    batch_no: int
    item_code: str | None
    online_depth: int | None
    fully_online: bool | None
    claimed_at: datetime


def list_claims(
    database: Database,
    at: datetime,
    *,
    unit: str = "",
    level: int = 0,
    catalog_code: str = "",
    batch_no: int = 0,
    after: tuple[str, str] = ("", ""),
    limit: int = 50,
) -> list[Claim]:
    """List claims that hold at a moment, by unit and code, from behind `after`."""
    rows = database.read(
        "SELECT c.unit, c.unit_name, c.level, c.catalog_code, coalesce(b.name, ''), c.batch_no,"
        " c.item_code, c.online_depth, c.fully_online, c.claimed_at FROM claim AS c"
        " JOIN entry AS e ON e.code = c.unit || '/' || c.catalog_code AND e.version = c.seq"
        " LEFT JOIN basic_item AS b ON b.catalog_code = c.catalog_code"
        " WHERE (c.unit, c.catalog_code) > (%(after_unit)s, %(after_code)s)"
        " AND e.since <= %(at)s AND (e.until IS NULL OR e.until > %(at)s)"
        " AND starts_with(c.unit, %(unit)s) AND (%(level)s = 0 OR c.level = %(level)s)"
        " AND (%(code)s = '' OR c.catalog_code = %(code)s)"
        " AND (%(batch)s = 0 OR c.batch_no = %(batch)s)"
        " ORDER BY c.unit, c.catalog_code LIMIT %(limit)s",
        {
            "at": at,
            "unit": unit,
            "level": level,
            "code": catalog_code,
            "batch": batch_no,
            "after_unit": after[0],
            "after_code": after[1],
            "limit": limit,
        },
    )
    return [Claim(*row) for row in rows]


class BasicItem(msgspec.Struct, frozen=True):
    """A basic item (基本目录)."""

    catalog_code: str
    name: str
    item_type: str
    levels: list[int]
    basis: str
    effective_from: datetime
    cancelled_from: datetime | None
    claims: int
    """Units that claim it at the moment asked about."""


def list_basic_items(
    database: Database,
    at: datetime,
    *,
    words: Sequence[str] = (),
    item_type: str = "",
    level: int = 0,
    after: str = "",
    limit: int = 50,
) -> list[BasicItem]:
    """List basic items by code, from behind `after`; `words` as `fold` gives them."""
    rows = database.read(
        "SELECT b.catalog_code, b.name, b.item_type, b.levels, b.basis, b.effective_from,"
        " b.cancelled_from, (SELECT count(*) FROM entry AS e WHERE e.claim"
        " AND e.catalog_code = b.catalog_code AND e.since <= %(at)s"
        " AND (e.until IS NULL OR e.until > %(at)s))"
        " FROM (SELECT * FROM basic_item WHERE catalog_code > %(after)s"
        " AND (SELECT coalesce(bool_and(strpos(folded, word) > 0), true)"
        " FROM unnest(%(words)s::text[]) AS word)"
        " AND (%(item_type)s = '' OR item_type = %(item_type)s)"
        " AND (%(level)s = 0 OR %(level)s = ANY(levels))"
        " ORDER BY catalog_code LIMIT %(limit)s) AS b ORDER BY b.catalog_code",
        {
            "at": at,
            "words": list(words),
            "item_type": item_type,
            "level": level,
            "after": after,
            "limit": limit,
        },
    )
    return [BasicItem(*row) for row in rows]


class Counted(msgspec.Struct, frozen=True):
    """How many items stand under a heading."""

    key: str
    label: str
    items: int


def shelves(database: Database, at: datetime) -> tuple[list[Counted], list[Counted]]:
    """Count the open items by department and by theme, for the front of the directory."""
    rows = database.read(
        f"""
        WITH status AS ({STATUS}), open AS MATERIALIZED (
            SELECT e.code, e.version, e.unit, e.topics FROM entry AS e
            LEFT JOIN status AS s ON s.item_code = e.code
            WHERE NOT e.claim AND e.since <= %(at)s AND (e.until IS NULL OR e.until > %(at)s)
              AND coalesce(s.act, 'unfrozen') IN ('unfrozen', 'frozen')
        )
        SELECT 'department', o.unit, coalesce(d.name, max(v.department_name)), count(*)
        FROM open AS o LEFT JOIN department AS d ON d.department = o.unit
        LEFT JOIN item_version AS v ON v.item_code = o.code AND v.item_version = o.version
        GROUP BY o.unit, d.name
        UNION ALL
        SELECT 'topic', topic, topic, count(*) FROM open, unnest(topics) AS topic GROUP BY topic
        ORDER BY 1, 4 DESC, 2""",  # noqa: S608 - our own SQL
        {"at": at},
    )
    found = [(row[0], Counted(*row[1:])) for row in rows]
    return (
        [counted for kind, counted in found if kind == "department"],
        [counted for kind, counted in found if kind == "topic"],
    )
