"""Figures of the catalog: right at any moment and position, whatever arrives later."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

import pytest

from services.chassis import reference
from services.disclosure.measures import MEASURES, Measure, Question, Tally, Thing
from services.disclosure.projections.catalog_bases import Basis
from services.disclosure.projections.catalog_figures import HOW, cells, list_entries
from services.disclosure.projections.cells import Cell
from services.disclosure.projections.figures import answer, catalog_answers, groups
from tests.integration.disclosure.catalog_log import Log, Oracle, on, small_county
from tests.integration.disclosure.conftest import ReadSide

CATALOG = [
    measure for measure in MEASURES.values() if measure.of not in (Thing.CASES, Thing.HAPPENINGS)
]
LOG = small_county()
LAST = len(LOG.events)
YEAR_END = on(12, 31, hour=23)
MOMENTS = [
    *(on(1, 1, 2018), on(12, 31, 2019), on(1), on(4, 20), on(6, 10), on(7, 1), on(10, 2)),
    *(on(11, 16), YEAR_END),
]
PERIODS = [
    *((on(1), YEAR_END), (on(3, 20), on(8, 1)), (on(6, 1), on(6, 1))),
    (on(10, 15), YEAR_END),
]
Figures = dict[str, tuple[int, int | None]]


@pytest.fixture
def county(read_side: ReadSide) -> Iterator[ReadSide]:
    read_side.feed(LOG.events)
    yield read_side


def figures(
    side: ReadSide, position: int, as_of: datetime, begin: datetime, end: datetime
) -> Figures:
    question = Question(as_of, {"catalog": position}, begin=begin, end=end)
    found = catalog_answers(side.database, question, CATALOG)
    return {one.measure.id: (one.numerator, one.denominator) for one in found}


def differences(side: ReadSide, positions: Iterable[int]) -> Iterator[str]:
    """Compare every measure with the count by hand, over a grid of positions and moments."""
    for position in positions:
        for as_of in MOMENTS:
            for begin, end in PERIODS:
                wanted = Oracle(LOG.events, position, as_of, begin, end).figures()
                said = figures(side, position, as_of, begin, end)
                for name in wanted:
                    if said[name] != wanted[name]:
                        yield f"{name} at {position}, {as_of}: {said[name]}, not {wanted[name]}"


def test_every_figure_equals_the_count_by_hand(county: ReadSide) -> None:
    assert list(differences(county, [*range(0, LAST, 4), LAST])) == []


def test_the_figures_of_the_small_county(county: ReadSide) -> None:
    question = Question(YEAR_END, {"catalog": LAST})

    found = {m.id: answer(county.database, m, question) for m in CATALOG if m.id != "S40"}

    values = {name: str(one.value) for name, one in found.items()}
    assert values["S10"] == "25"  # 2 of the 8 licences in force on 1 January
    assert (found["S10"].numerator, found["S10"].denominator) == (2, 8)
    assert (values["S12"], values["S13"]) == ("21.1", "31.6")
    assert (found["S12"].numerator, found["S12"].denominator) == (4, 19)
    assert (found["S13"].numerator, found["S13"].denominator) == (6, 19)
    assert values["S40a"] == "2" and values["S40d"] == "3" and values["S40g"] == "2"
    assert found["S10"].question.filters == {"from": "2020-01-01T00:00:00+08:00"}
    assert found["S09"].question.filters == {}


def test_a_figure_never_changes_when_more_arrives(read_side: ReadSide) -> None:
    then = []
    for event in LOG.events:
        read_side.feed([event])
        then.append(figures(read_side, event.position, YEAR_END, *PERIODS[0]))

    again = [figures(read_side, event.position, YEAR_END, *PERIODS[0]) for event in LOG.events]

    assert again == then
    assert len({str(one) for one in then}) > 20


def test_figures_are_the_same_in_whatever_order_streams_arrived(read_side: ReadSide) -> None:
    read_side.feed(LOG.events)
    wanted = [figures(read_side, LAST, as_of, *PERIODS[0]) for as_of in MOMENTS]

    for seed in range(3):
        read_side.database.run(
            "TRUNCATE items, changes, claims, withdrawals, basics, " + ", ".join(reference.TABLES)
        )
        shuffled = list(LOG.events)
        random.Random(seed).shuffle(shuffled)
        read_side.feed(shuffled, batch=7)

        assert [figures(read_side, LAST, as_of, *PERIODS[0]) for as_of in MOMENTS] == wanted


GUARD = re.compile(r"\w+\.position <= %\(catalog\)s|\w+\.(?:at|effective_from) <= %\(as_of\)s")


@pytest.mark.parametrize("basis", Basis, ids=lambda basis: basis.name)
def test_no_guard_of_place_or_moment_can_be_taken_away(
    county: ReadSide, monkeypatch: pytest.MonkeyPatch, basis: Basis
) -> None:
    """Leave out each guard in turn: some figure, in some breakdown, has to notice."""
    tallies = [tally for tally, how in HOW.items() if how.basis is basis]
    asked = [
        Question(as_of, {"catalog": position}, begin=begin, end=end)
        for position in range(LAST + 1)
        for as_of in MOMENTS
        for begin, end in PERIODS
    ]
    random.Random(1).shuffle(asked)
    text, right = basis.value, dict[int, list[Cell]]()

    def count(n: int) -> list[Cell]:
        return cells(county.database, asked[n], tallies, ("department", "item_type"))

    for guard in GUARD.finditer(text):
        without = text[: guard.start()] + "true" + text[guard.end() :]
        for n in range(len(asked)):
            if n not in right:
                monkeypatch.setattr(basis, "_value_", text)
                right[n] = count(n)
            monkeypatch.setattr(basis, "_value_", without)
            if count(n) != right[n]:
                break
        else:
            pytest.fail(f"nothing noticed that {guard[0]!r} at {guard.start()} was missing")


@pytest.mark.parametrize("measure", CATALOG, ids=lambda measure: measure.id)
def test_the_entries_behind_a_figure_add_up_to_it(county: ReadSide, measure: Measure) -> None:
    question = measure.asked(Question(YEAR_END, {"catalog": LAST}, begin=on(1), end=on(12, 31)))
    said = answer(county.database, measure, question)

    for count, total in zip(measure.counts, (said.numerator, said.denominator), strict=False):
        assert isinstance(count, Tally)
        entries, after = [], None
        while page := list_entries(county.database, question, count, after=after, limit=2):
            entries += page
            after = (page[-1].code, page[-1].position)

        assert sum(entry.amount for entry in entries) == total
        assert len({entry.position for entry in entries}) == len(entries)


@pytest.mark.parametrize("measure", CATALOG, ids=lambda measure: measure.id)
def test_groups_add_up_to_the_whole_and_filters_give_the_groups(
    county: ReadSide, measure: Measure
) -> None:
    question = Question(YEAR_END, {"catalog": LAST})
    whole = answer(county.database, measure, question)
    for by in measure.of.groups:
        parts = groups(county.database, measure, question, (by,))
        sums = [sum(cell.counts[count] for cell in parts) for count in measure.counts]
        assert sums == [n for n in (whole.numerator, whole.denominator) if n is not None], by

        for cell in parts:
            if by in ("item_type", "level", "department") and cell.key[0]:
                part = Question(YEAR_END, {"catalog": LAST}, **{by: cell.key[0]})
                one = answer(county.database, measure, part)
                wanted = [cell.counts[count] for count in measure.counts]
                assert [one.numerator, one.denominator][: len(wanted)] == wanted


def test_changes_are_broken_down_by_kind(county: ReadSide) -> None:
    parts = groups(
        county.database, MEASURES["S40"], Question(YEAR_END, {"catalog": LAST}), ("kind",)
    )

    assert {cell.key[0]: cell.counts[Tally.CHANGED] for cell in parts} == {
        "cancelled": 2,
        "mode_changed": 1,
        "merged": 1,
        "frozen": 3,
        "forwarded_up": 1,
        "delegated_down": 1,
        "fee_adjusted": 2,
        "service_revised": 1,
    }


def test_nothing_to_count_is_undefined_or_nought(read_side: ReadSide) -> None:
    for measure in CATALOG:
        found = answer(read_side.database, measure, Question(YEAR_END, {"catalog": 0}))
        assert found.value == (Decimal(0) if measure.denominator is None else None)


def test_what_takes_effect_as_the_period_begins_is_one_of_its_changes(read_side: ReadSide) -> None:
    log = Log()
    log.publish("A", limits=(20, 5))
    log.publish("B", at=on(1), limits=(20, 5))
    log.publish("A", 2, on(1), limits=(20, 0))
    log.make_immediate("A", on(1))
    log.end("B", on(1))
    read_side.feed(log.events)

    found = answer(read_side.database, MEASURES["S11"], Question(YEAR_END, {"catalog": 5}))

    assert (found.numerator, found.denominator) == (1, 2)


def test_almost_all_in_use_is_never_all(read_side: ReadSide) -> None:
    log = Log()
    for n in range(1, 20_001):
        log.claim(f"B{n}", "D01", 4, on(2))
    log.claim("C", "D01", 4, on(2), item_code="gone")
    log.end("gone", on(3))
    read_side.feed(log.events, batch=5_000)

    found = answer(
        read_side.database, MEASURES["S24"], Question(YEAR_END, {"catalog": len(log.events)})
    )

    assert (found.numerator, found.denominator) == (20_000, 20_001)
    assert str(found.value) == "99.99"
