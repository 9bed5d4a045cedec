"""Figures by the type of their item and by their place, and what places are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from services.catalog.domain.house_events import RegionRegistered
from services.disclosure.domain import Counted, Figure
from services.disclosure.measures import MEASURES, Count, Question, Tally
from services.disclosure.projections import figures as shown
from services.disclosure.projections.catalog_figures import list_entries
from services.disclosure.projections.happened_figures import list_rows
from services.disclosure.projections.names import names_at, unit_names
from services.disclosure.projections.rechecks import recount
from tests.integration.disclosure.catalog_log import Log, on
from tests.integration.disclosure.conftest import ReadSide, event
from tests.integration.disclosure.happenings_log import Told, fee
from tests.unit.intake import charges

AS_OF = datetime(2020, 12, 31, tzinfo=UTC)
CASES = ("I01", "I01", "I02", "I99")
"""The items of four cases; of the last nobody published a list."""


@pytest.fixture
def county(read_side: ReadSide) -> Iterator[ReadSide]:
    catalog = Log()
    catalog.publish("I01")
    catalog.publish("I02", item_type="20")
    catalog.publish("I01", 2, item_type="20")
    read_side.feed(catalog.events)
    for place, item in enumerate(CASES, start=1):
        accepted = {"item_code": item, "channel": "window", "department": "D01"}
        at = "2020-03-02T09:00:00+08:00"
        read_side.feed(
            [event("case-accepted", place, project_no=f"c-{place}", accepted_at=at, **accepted)]
        )
    yield read_side


def asked(catalog: int, item_type: str = "", intake: int = len(CASES)) -> Question:
    return Question(AS_OF, {"catalog": catalog, "intake": intake}, item_type=item_type)


def by_type(side: ReadSide, catalog: int) -> dict[str, int]:
    cells = shown.groups(side.database, MEASURES["S01"], asked(catalog), ("item_type",))
    return {cell.key[0]: cell.counts[Count.ACCEPTED] for cell in cells}


def test_a_case_has_the_type_of_its_items_newest_list(county: ReadSide) -> None:
    assert by_type(county, 2) == {"01": 2, "20": 1, "": 1}
    assert by_type(county, 3) == {"20": 3, "": 1}  # the list said so later; before stays before
    for catalog, kind, cases in ((2, "01", [1, 2]), (2, "20", [3]), (3, "01", [])):
        question = asked(catalog, kind)
        said = shown.answer(county.database, MEASURES["S01"], question)
        listed = shown.list_cases(county.database, question, Count.ACCEPTED)
        assert said.numerator == len(cases)
        assert [one.case_no for one in listed] == [f"c-{n}" for n in cases]


def test_a_list_that_changes_the_type_is_named_as_the_cause(county: ReadSide) -> None:
    figure = Figure(
        measure="S01",
        numerator=2,
        as_of=AS_OF,
        rounding="EXACT",
        places=0,
        unit="cases",
        positions={"catalog": 2, "intake": 4},
        filters={"item_type": "01"},
        value="2",
    )
    county.arrived("catalog", "{[1,4)}")
    county.arrived("intake", "{[1,5)}")

    found = recount(county.database, figure, Counted(2, "2", None), figure.positions)

    assert found is not None and found.counted.numerator == 0
    assert [(cause.source, cause.position) for cause in found.causes] == [("catalog", 3)]


def test_fees_are_of_the_type_of_what_they_are_for(county: ReadSide) -> None:
    order = fee("F1", charges.paid("T1", order_no="F1"))
    told = Told(county)
    told.tell(order)
    place = told.positions["intake"]
    rows = county.database.read("SELECT DISTINCT item FROM happenings WHERE kind = 'fee'")
    [(item,)] = rows
    catalog = Log()
    catalog.publish(item, item_type="10")
    [published] = catalog.events
    county.feed([msgspec.structs.replace(published, position=4)])
    measure = MEASURES["S07"]

    def paid(kind: str) -> tuple[int, int]:
        question = asked(4, kind, place)
        answer = shown.answer(county.database, measure, question)
        listed: Sequence[object] = list_rows(county.database, question, measure.counts[0])  # type: ignore[arg-type]
        return answer.numerator, len(listed)

    assert paid("10") == paid("") == (1000, 1)
    assert paid("01") == (0, 0)
    [cell] = shown.groups(county.database, measure, asked(4, "", place), ("item_type",))
    assert cell.key == ("10",)


PLACES = ("3412XX", "3412XX001", "3412XX001001", "3412XX001002", "3412XX010", "341221001001")


@pytest.mark.parametrize(
    ("region", "within"),
    [
        ("3412XX", {1, 2, 3, 4, 5}),
        ("3412XX001", {2, 3, 4}),
        ("3412XX001001", {3}),
        ("3412XX00100", set()),  # a stump of a code is no place
        ("3412XX01", set()),
        ("341221", {6}),
        ("%", set()),
    ],
)
def test_a_place_is_counted_with_what_lies_in_it(
    read_side: ReadSide, region: str, within: set[int]
) -> None:
    catalog = Log()
    for n, place in enumerate(PLACES, start=1):
        listed = catalog.publish(f"I{n}")
        accepted = {"item_code": "I1", "channel": "window", "department": "D01"}
        at = "2020-03-02T09:00:00+08:00"
        case = event("case-accepted", n, project_no=f"c-{n}", accepted_at=at, **accepted)
        for one in (case, listed):
            body = msgspec.structs.replace(one.body, region=place)
            read_side.feed([msgspec.structs.replace(one, body=body)])
    places = {"catalog": len(PLACES), "intake": len(PLACES)}
    question = Question(AS_OF, places, region=region)

    cases = shown.list_cases(read_side.database, question, Count.ACCEPTED)
    entries = list_entries(read_side.database, question, Tally.RESIDENT)
    assert {one.case_no for one in cases} == {f"c-{n}" for n in within}
    assert {one.code for one in entries} == {f"I{n}" for n in within}
    for name in ("S01", "O09"):
        measure = MEASURES[name]
        [count] = measure.counts
        assert shown.answer(read_side.database, measure, question).numerator == len(within)
        cells = shown.groups(read_side.database, measure, question, ("region",))
        said = {cell.key[0]: cell.counts[count] for cell in cells}
        assert said == {PLACES[n - 1]: 1 for n in within}


def test_places_are_called_what_the_catalog_last_said(county: ReadSide) -> None:
    told = Log()
    town = {"region": "341221001", "level": 5}
    for name in ("东城街道", "东关街道"):
        told.say("region/341221001", RegionRegistered, on(1), name=name, **town)
    county.feed([msgspec.structs.replace(e, position=10 + e.position) for e in told.events])

    assert names_at(county.database, 11).regions == {"341221001": "东城街道"}
    assert names_at(county.database, 12).regions == {"341221001": "东关街道"}
    assert unit_names(county.database)["341221001"] == "东关街道"
    assert unit_names(county.database)["D01"] == "D01局"
