"""The sample county through the catalog's rules into the facts: every figure is the report's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.feed.sample.figures import figures
from deploy.feed.sample.rows import YEAR, county, lines, rows
from services.catalog.application import Catalog
from services.catalog.imports.load import Outcome, load
from services.catalog.imports.plan import read_plan
from services.chassis.eventlog.mapper import body_of, event_of
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.events import Event
from services.disclosure.measures import MEASURES, Question, Tally, Thing
from services.disclosure.projections import READ_MODEL
from services.disclosure.projections.figures import answer, groups
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI
from tests.integration.disclosure.conftest import ReadSide

YEAR_END = datetime(YEAR, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)
IMPORTER = Actor(ActorKind.PERSON, "importer-1", role="catalog_importer")
REPORT = {
    "S09": (543, 567, "95.8"),
    "S10": (62, 180, "34"),
    "S12": (416, 1_664, "25.0"),
    "S13": (373, 1_650, "22.6"),
    "S14": (3_178, 6_805, "46.7"),
    "S15": (3_630, 537, "6.76"),
    "S16": (1_814, 567, "3.2"),
    "S22": (1_419, None, "1419"),
    "S23": (31_218, None, "31218"),
    "S24": (32_637, 32_637, "100.00"),
    "S25": (31_958, 32_637, "97.92"),
    "S26": (15_016, 32_637, "46.01"),
    "S40": (106, None, "106"),
    "S40a": (8, None, "8"),
    "S40b": (11, None, "11"),
    "S40c": (12, None, "12"),
    "S40d": (4, None, "4"),
    "S40e": (5, None, "5"),
    "S40f": (38, None, "38"),
    "S40g": (10, None, "10"),
    "S40h": (18, None, "18"),
    "O04": (1_462, None, "1462"),
    "O09": (567, None, "567"),
    "O01": (38, None, "38"),
    "O02": (72, None, "72"),
    "O03": (132, None, "132"),
    "O05": (28, None, "28"),
    "O06": (395, None, "395"),
    "O07": (3, None, "3"),
}
"""DOMAIN.md 1.8; S11 ("nearly one third") is checked by itself."""


class EmptyDatabase:
    """A database in which nothing is yet: all the commands of one unit of work need of one."""

    def read(self, *_: object) -> list[tuple[Any, ...]]:
        return []


class _TakenError(Exception):
    """Ends the unit of work before it commits; its facts were taken."""


def events_of_the_county(folder: Path) -> list[Event]:
    """Import the county in memory, through reader, commands and aggregates; give its log."""
    path = folder / "county.jsonl"
    path.write_bytes(b"".join(lines(rows(county()))))
    now = YEAR_END + timedelta(days=30)
    plan = read_plan(path, now)
    assert not plan.found.errors, plan.found.errors[:3]
    taken: list[Event] = []

    def take(work: UnitOfWork, _: Outcome) -> None:
        for place, fact in enumerate(work.facts, start=1):
            event = event_of(fact, body_of(fact))
            taken.append(msgspec.structs.replace(event, position=place))
        raise _TakenError

    catalog = Catalog(EmptyDatabase())  # type: ignore[arg-type]
    with pytest.raises(_TakenError):
        outcome = load(catalog, plan, Facts(now, "import", IMPORTER, "test"), "", beside=take)
        assert not outcome.errors, outcome.errors[:3]
    return taken


@contextmanager
def counted(side: ReadSide, events: list[Event]) -> Iterator[dict[str, Any]]:
    side.feed(events, batch=2_000)
    for table in READ_MODEL.tables:
        side.database.run(f"ANALYZE {table}")
    question = Question(YEAR_END, {"catalog": len(events)})
    yield {
        measure.id: answer(side.database, measure, question)
        for measure in MEASURES.values()
        if measure.of is not Thing.CASES
        and (measure.of is not Thing.HAPPENINGS or measure.sources == ("catalog",))
    }


@pytest.mark.timeout(300)
def test_every_figure_of_the_sample_county_is_the_reports(
    read_side: ReadSide, tmp_path: Path
) -> None:
    events = events_of_the_county(tmp_path)
    with counted(read_side, events) as found:
        said = {
            name: (one.numerator, one.denominator, str(one.value)) for name, one in found.items()
        }
        thirds, guides = said.pop("S11"), said.pop("O08")

        assert said == REPORT
        assert guides[0] >= 1_426  # of every item there ever was, merged and cancelled ones too
        assert thirds[1] and 0.30 < thirds[0] / thirds[1] < 1 / 3
        by_rows = figures(rows(county()), YEAR)
        for name, one in found.items():
            if name in by_rows and name != "S40":
                pair = (one.numerator, one.denominator)
                numbers = pair if one.denominator is not None else one.numerator
                assert numbers == by_rows[name], name

        question = Question(YEAR_END, {"catalog": len(events)})
        kinds = groups(read_side.database, MEASURES["S40"], question, ("kind",))
        assert sorted(cell.counts[Tally.CHANGED] for cell in kinds) == [4, 5, 8, 10, 11, 12, 18, 38]
