"""The basic directory, and which of the 424 units claims what of it, in four batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random

from deploy.feed.bureaus import COUNTY, LOWER, LOWER_ACTS, REGION
from deploy.feed.sample.changes import Row
from deploy.feed.sample.house import Region, regions
from deploy.feed.sample.items import Item
from services.kernel.times import SHANGHAI

LOWER_CLAIMS = 31_218
FULLY_ONLINE, SHALLOW = 14_363, 650
"""Of the claims below the county: fully online, and below depth 3."""
TOWNSHIP_SHARE = 130
"""Basic items each township claims, of 140."""
VILLAGE_LEVEL = 84
"""The first so many of them are for villages as well."""
BATCHES = ((3, 20), (5, 29), (8, 21), (10, 30))
"""Month and day on which each batch was claimed."""


def basics(items: Sequence[Item], year: int) -> Iterator[Row]:
    """Give the basic directory: what the county implements, and what is claimed below it."""
    for item in items:
        yield _basic(item.catalog_code, item.name, item.item_type, [4], year)
    for number, (code, name) in enumerate(_lower()):
        levels = [5, 6] if number < VILLAGE_LEVEL else [5]
        yield _basic(code, name, "20", levels, year)


def claims(items: Sequence[Item], chance: Random, year: int) -> Iterator[Row]:
    """Give the claims: 1,419 of the county, 31,218 of its townships and villages."""
    claimed = [item for item in items if item.amounts.claimed]
    for number, item in enumerate(claimed):
        yield {
            "kind": "claim",
            "catalog_code": item.catalog_code,
            "unit": REGION,
            "unit_name": COUNTY,
            "use_level": 4,
            "batch_no": number % 4 + 1,
            "task_code": item.code,
            "online_handle_depth": item.amounts.depth,
            "fully_online": int(item.amounts.fully_online),
            "happened_at": _batch(year, number),
        }
    order = list(range(LOWER_CLAIMS))
    chance.shuffle(order)
    online = frozenset(order[:FULLY_ONLINE])
    shallow = frozenset(order[FULLY_ONLINE : FULLY_ONLINE + SHALLOW])
    for number, (unit, code) in enumerate(_shares()):
        depth = 4 if number in online else 1 + number % 2 if number in shallow else 3
        yield {
            "kind": "claim",
            "catalog_code": code,
            "unit": unit.code,
            "unit_name": unit.name,
            "use_level": unit.level,
            "batch_no": number % 4 + 1,
            "online_handle_depth": depth,
            "fully_online": int(number in online),
            "happened_at": _batch(year, number),
        }


def _lower() -> list[tuple[str, str]]:
    names = [f"{subject}{act}" for act in LOWER_ACTS for subject in LOWER]
    return [(f"00209{number:04d}000", name) for number, name in enumerate(names, start=1)]


def _shares() -> Iterator[tuple[Region, str]]:
    """Deal out: a township takes 130 basic items, a village 69 or 70, not everybody the same."""
    codes = [code for code, _ in _lower()]
    units = regions()
    villages = sum(unit.level == 6 for unit in units)
    townships = len(units) - villages
    each, more = divmod(LOWER_CLAIMS - townships * TOWNSHIP_SHARE, villages)
    turn = 0
    for number, unit in enumerate(units):
        if unit.level == 5:
            offered, count = codes, TOWNSHIP_SHARE
        else:
            offered, count = codes[:VILLAGE_LEVEL], each + (turn < more)
            turn += 1
        for place in range(count):
            yield unit, offered[(number + place) % len(offered)]


def _basic(code: str, name: str, item_type: str, levels: list[int], year: int) -> Row:
    at = datetime(year - 7, 1, 1, tzinfo=SHANGHAI).isoformat()
    return {
        "kind": "basic",
        "catalog_code": code,
        "task_name": name,
        "task_type": item_type,
        "use_levels": levels,
        "by_law": "国家政务服务事项基本目录（示例）",
        "plan_effective_date": at,
        "happened_at": at,
    }


def _batch(year: int, number: int) -> str:
    month, day = BATCHES[number % 4]
    return datetime(year, month, day, 10, tzinfo=SHANGHAI).isoformat()
