"""The whole county as rows of the import format, and as JSON Lines."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import msgspec

from deploy.feed.sample import changes, claims, house
from deploy.feed.sample.items import Item, invent
from deploy.feed.sample.listings import implementation

SEED, YEAR = 1, 2020
Row = changes.Row


@dataclass(frozen=True)
class County:
    """The county's items with their histories, and the rows of its adjustments."""

    seed: int
    year: int
    items: tuple[Item, ...]
    adjustments: tuple[Row, ...]


@lru_cache(maxsize=2)
def county(seed: int = SEED, year: int = YEAR) -> County:
    """Invent the county: the same seed and year, the same county."""
    chance = Random(f"sample/{seed}/{year}")
    items = invent(chance, year)
    adjustments = changes.apply(items, chance, year)
    return County(seed, year, tuple(items), tuple(adjustments))


def rows(made: County) -> Iterator[Row]:
    """Give the rows in the order in which an import applies them."""
    yield from house.rows(made.year)
    yield from claims.basics(made.items, made.year)
    for number in (1, 2):
        for item in made.items:
            yield from (
                implementation(item, version)
                for version in item.versions
                if version.number == number
            )
    yield from claims.claims(made.items, Random(f"claims/{made.seed}/{made.year}"), made.year)
    yield from changes.schemes(made.items, made.year)
    yield from made.adjustments


def rows_about(made: County, codes: Container[str]) -> Iterator[Row]:
    """Give the organisation and these items with what the year does to them; nothing else.

    Merges are left out: they name items that may not be among these.
    """
    basic = {item.catalog_code for item in made.items if item.code in codes}
    for row in rows(made):
        match row["kind"]:
            case "basic":
                wanted = row["catalog_code"] in basic
            case "implementation" | "adjustment":
                wanted = row.get("task_code") in codes
            case "claim" | "scheme":
                wanted = False
            case _:
                wanted = True
        if wanted:
            yield row


def lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """Give rows as JSON Lines, the same bytes for the same rows."""
    encode = msgspec.json.encode
    for row in rows:
        yield encode(row) + b"\n"
