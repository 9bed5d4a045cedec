"""The rows catalog figures are counted over: items, changes and claims at (positions, as_of).

Each basis is a SELECT with the columns of `COLUMNS` and its own. Everything in it is cut by the
same two guards, place in the log and moment in the world, so an answer never changes later.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from services.disclosure.measures import PUBLIC_SERVICE

COLUMNS: Final = (
    *("position", "code", "version", "name", "department", "unit_name", "item_type", "level"),
    *("region", "at", "kind", "before", "after", "list_code"),
)

# ruff: noqa: S608 - every text below is written here; what a caller says travels as a parameter.
_SEEN: Final = "{0}.position <= %(catalog)s AND {0}.{1} <= %(as_of)s"
_ENDED: Final = "('cancelled', 'superseded', 'split')"
_PERIOD: Final = (
    "(%(begin)s::timestamptz IS NULL OR {0}.at >= %(begin)s)"
    " AND (%(end)s::timestamptz IS NULL OR {0}.at <= %(end)s)"
)


def _seen(table: str, moment: str = "at") -> str:
    """Write the two guards for one table."""
    return _SEEN.format(table, moment)


_VERSION: Final = """
    i.position, i.item AS code, i.item_version AS version, i.name, i.department,
    i.department_name AS unit_name, i.item_type, coalesce(i.level::text, '') AS level, i.region,
    i.effective_from AS at, '' AS kind, '' AS before, '' AS after, i.item AS list_code"""

_LATEST: Final = f"""
    SELECT DISTINCT ON (i.item) {_VERSION}, i.immediate, i.resident, i.visits, i.statutory,
           i.statutory_unit, i.promised, i.promised_unit, i.materials, i.online_depth,
           i.fully_online
    FROM items AS i WHERE {_seen("i", "effective_from")}
    ORDER BY i.item, i.item_version DESC"""

_ITEMS: Final = f"""
    SELECT * FROM ({_LATEST}) AS latest
    WHERE NOT EXISTS (SELECT FROM changes AS e WHERE e.item = latest.code
                      AND e.fact IN {_ENDED} AND {_seen("e")})"""

# What takes effect at the very moment a period begins is one of its changes; but an item whose
# first version does is there from the beginning.
_BEFORE: Final = f"""
    SELECT first.*,
        EXISTS (SELECT FROM changes AS m WHERE m.item = first.code AND m.fact = 'superseded'
                AND m.programme = 'LICENCE_STREAMLINING'
                AND {_seen("m")} AND {_PERIOD.format("m")}) AS streamlined,
        EXISTS (SELECT FROM changes AS m WHERE m.item = first.code
                AND m.fact = 'case_type_changed'
                AND m.before = 'PROMISED' AND m.after = 'IMMEDIATE'
                AND {_seen("m")} AND {_PERIOD.format("m")}) AS made_immediate
    FROM (SELECT DISTINCT ON (i.item) {_VERSION}, i.immediate
          FROM items AS i
          WHERE {_seen("i", "effective_from")} AND i.effective_from <= %(begin)s
          ORDER BY i.item, i.effective_from < %(begin)s DESC,
              CASE WHEN i.effective_from < %(begin)s THEN -i.item_version ELSE i.item_version END
    ) AS first
    WHERE NOT EXISTS (SELECT FROM changes AS e WHERE e.item = first.code
                      AND e.fact IN {_ENDED} AND {_seen("e")} AND e.at < %(begin)s)"""

# An item counts once in each kind; only re-engineerings count one by one. Department, type and
# level are those of the version in force then, or of the first one known.
_CHANGES: Final = f"""
    SELECT DISTINCT ON (c.kind, c.item, c.once)
        c.position, c.item AS code, coalesce(c.item_version, v.version) AS version,
        coalesce(v.name, c.item) AS name, coalesce(v.department, '') AS department,
        coalesce(v.unit_name, '') AS unit_name,
        coalesce(v.item_type, c.item_type, '') AS item_type, coalesce(v.level, '') AS level,
        coalesce(v.region, '') AS region, c.at, c.kind, coalesce(c.before, '') AS before,
        coalesce(c.after, '') AS after, c.item AS list_code,
        c.steps_before, c.steps_after, c.materials_before, c.materials_after
    FROM (SELECT *,
            CASE WHEN fact = 'reengineered' THEN position ELSE 0 END AS once,
            CASE WHEN fact = 'superseded' THEN
                     CASE WHEN programme = 'ADJUSTMENT' THEN 'merged' END
                 WHEN fact = 'revised' THEN
                     CASE WHEN item_type = '{PUBLIC_SERVICE}' AND programme = 'ADJUSTMENT'
                          THEN 'service_revised' END
                 WHEN fact IN ('cancelled', 'mode_changed', 'frozen', 'forwarded_up',
                               'delegated_down', 'fee_adjusted', 'reengineered') THEN fact
            END AS kind
          FROM changes AS s WHERE {_seen("s")} AND {_PERIOD.format("s")}
    ) AS c
    LEFT JOIN LATERAL (
        SELECT {_VERSION} FROM items AS i
        WHERE i.item = c.item AND i.position <= %(catalog)s
        ORDER BY i.effective_from <= c.at DESC,
            CASE WHEN i.effective_from <= c.at THEN -i.item_version ELSE i.item_version END
        LIMIT 1
    ) AS v ON true
    WHERE c.kind IS NOT NULL
    ORDER BY c.kind, c.item, c.once, c.at, c.position"""

_BASIC: Final = f"""
    SELECT DISTINCT ON (b.catalog_code) b.catalog_code, b.name, b.item_type
    FROM basics AS b WHERE b.fact = 'registered' AND {_seen("b")}
    ORDER BY b.catalog_code, b.version DESC"""

_BASIC_NOW: Final = f"""
    SELECT DISTINCT ON (b.catalog_code) b.catalog_code, b.fact = 'cancelled' AS cancelled
    FROM basics AS b WHERE {_seen("b")}
    ORDER BY b.catalog_code, b.version DESC"""

_STOPPED: Final = f"""
    SELECT e.item FROM changes AS e WHERE e.fact = 'cancelled' AND {_seen("e")}
    UNION
    SELECT f.item FROM (
        SELECT DISTINCT ON (s.item) s.item, s.fact, s.until FROM changes AS s
        WHERE s.fact IN ('frozen', 'unfrozen') AND {_seen("s")}
        ORDER BY s.item, s.at DESC, s.position DESC
    ) AS f WHERE f.fact = 'frozen' AND (f.until IS NULL OR f.until > %(as_of)s)"""

# Of a claim said twice the later version counts; nearly every claim is said once.
_CLAIMS: Final = f"""
    SELECT c.position, c.catalog_code AS code, c.version,
        coalesce(b.name, v.name, c.catalog_code) AS name, c.unit AS department, c.unit_name,
        coalesce(b.item_type, v.item_type, '') AS item_type, c.level::text AS level, c.region,
        c.at, '' AS kind, '' AS before, '' AS after, coalesce(c.item, '') AS list_code,
        w.claim IS NULL AS standing,
        w.claim IS NULL AND s.item IS NULL AND NOT coalesce(n.cancelled, false) AS in_use,
        coalesce(c.online_depth, v.online_depth) AS online_depth,
        coalesce(c.fully_online, v.fully_online, false) AS fully_online
    FROM claims AS c
    LEFT JOIN ({_BASIC}) AS b ON b.catalog_code = c.catalog_code
    LEFT JOIN ({_BASIC_NOW}) AS n ON n.catalog_code = c.catalog_code
    LEFT JOIN ({_LATEST}) AS v ON v.code = c.item
    LEFT JOIN ({_STOPPED}) AS s ON s.item = c.item
    LEFT JOIN (SELECT d.claim, max(d.version) AS version FROM withdrawals AS d
               WHERE {_seen("d")} GROUP BY d.claim
    ) AS w ON w.claim = c.claim AND w.version > c.version
    WHERE {_seen("c")} AND {_PERIOD.format("c")}
        AND NOT EXISTS (SELECT FROM claims AS l WHERE l.claim = c.claim AND l.version > c.version
                        AND l.version > 1 AND {_seen("l")})"""


class Basis(Enum):
    """What a tally is counted over. Value: the SELECT."""

    ITEMS = _ITEMS
    BEFORE = _BEFORE
    CHANGES = _CHANGES
    CLAIMS = _CLAIMS
