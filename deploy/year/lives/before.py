"""What was there before, and what the catalog lives through: the sample county, by its commands."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.feed.sample.changes import Row
from deploy.feed.sample.rows import County, lines, rows
from services.catalog.application import Catalog
from services.catalog.imports.load import Outcome, load
from services.catalog.imports.plan import read_plan
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.kernel.aggregate import Fact
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI

IMPORTER = Actor(ActorKind.PERSON, "importer-1", role="catalog_importer")


class _Nothing:
    """A database in which nothing is yet: all that the commands of one unit of work ask for."""

    def read(self, *_: object) -> list[tuple[Any, ...]]:
        return []


class _TakenError(Exception):
    """Ends the unit of work before it commits; its facts were taken."""


def _scaled(sample: County, scale: float) -> Iterator[Row]:
    seen: Counter[bool] = Counter()
    for row in rows(sample):
        if row["kind"] == "claim":
            of_county = row["use_level"] == 4
            number = seen[of_county]
            seen[of_county] += 1
            # The first of each kind, and then one whenever another whole one has come together.
            if number and int((number + 1) * scale) == int(number * scale):
                continue
            if not number and scale < 1:
                yield row
                continue
            if scale < 1 and int((number + 1) * scale) == 1:
                continue
        yield row


def catalog_facts(sample: County, scale: float = 1.0) -> list[Fact]:
    """Give the facts of the catalog's whole log, in the order in which an import decides them.

    All items, all of the organisation; of the claims, by far the most rows, only their share.

    Raises:
        ValueError: the rules of the catalog refuse a row.
    """
    now = datetime(sample.year, 12, 31, 23, tzinfo=SHANGHAI) + timedelta(days=30)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "county.jsonl"
        path.write_bytes(b"".join(lines(_scaled(sample, scale))))
        plan = read_plan(path, now)
    if plan.found.errors:
        raise ValueError(f"the sample county is refused: {plan.found.errors[0]}")
    taken: list[Fact] = []

    def take(work: UnitOfWork, _: Outcome) -> None:
        taken.extend(work.facts)
        raise _TakenError

    catalog = Catalog(_Nothing())  # type: ignore[arg-type]  # asked for nothing but `read`
    about = Facts(now, "import", IMPORTER, f"county-{sample.seed}-{sample.year}")
    try:
        outcome = load(catalog, plan, about, "", beside=take)
    except _TakenError:
        return taken
    raise ValueError(f"the sample county is refused: {outcome.errors[:1]}")
