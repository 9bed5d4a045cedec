"""Figures of what happened besides cases: from real events, right at any moment and place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from deploy.local.servers import Endpoints
from services.disclosure.measures import (
    MEASURES,
    OVER,
    Answer,
    Days,
    Happened,
    How,
    Question,
    Thing,
)
from services.disclosure.projections import days
from services.disclosure.projections.figures import answer, groups
from services.disclosure.projections.happened_figures import list_rows, positions_between
from services.kernel.times import SHANGHAI
from tests.integration.disclosure.conftest import ReadSide, reading
from tests.integration.disclosure.happenings_log import Told, county
from tests.support.databases import fresh_database

HAPPENED = [one for one in MEASURES.values() if one.of is Thing.HAPPENINGS]
ADDING = frozenset({How.SUM, How.TIMES, How.EACH, How.NEWEST, How.LAST})
"""Ways of counting in which the amounts of the rows add up to the figure."""


def day(month: int, number: int, hour: int = 23, year: int = 2020) -> datetime:
    return datetime(year, month, number, hour, 59, 59, tzinfo=SHANGHAI)


YEAR_END = day(12, 31)
EXPECTED = {
    "O01": ("1", 1, None),  # registered again as standing in the hall
    "O02": ("1", 1, None),  # opened, closed, opened again
    "O03": ("1", 1, None),  # one left, one serves behind the windows
    "O05": ("1", 1, None),
    "O06": ("2", 2, None),
    "O07": ("1", 1, None),
    "O08": ("1", 1, None),
    "O10": ("5000", 5000, None),
    "O11": ("4", 4, None),
    "O12": ("2", 2, None),
    "O13": ("27", 27, None),
    "O14": ("1", 1, None),
    "O15": ("0", 0, None),  # withdrawn
    "O16": ("1", 1, None),
    "O17": ("50.00", 1, 2),  # D07 missed its week and met it late
    "S05": ("66.67", 2, 3),  # p-1/A (excused, then again) and case-A (two limits, counted once)
    "S06": ("33.33", 1, 3),  # p-1/A: deemed, voided, deemed again, overturned
    "S06a": ("1", 1, None),
    "S07": ("26.00", 2600, None),
    "S17": ("1", 1, None),
    "S18": ("1", 1, None),
    "S18a": ("2", 2, None),
    "S19": ("2", 2, None),  # two mandates of one account, and one on paper
    "S20": ("1", 1, None),
    "S21": ("1", 1, None),
    "S21a": ("2", 2, None),
    "S29": ("1", 1, None),
    "S30": ("10.00", 1000, None),  # the refund of 4 yuan is not taken off here
    "S31": ("1", 1, None),
    "S32": ("1", 1, None),
    "S33": ("1", 1, None),  # updated once: no second one
    "S34": ("76412", 76412, None),
    "S35": ("2916", 2916, None),  # 4 tickets, 1 first contact, 2,911 counted
    "S35a": ("4", 4, None),
    "S36": ("157", 314, 2),  # a third was entered twice
    "S36a": ("2", 2, None),
    "S36b": ("314", 314, None),
    "S37a": ("1", 1, None),  # the other was taken back
    "S37b": ("2", 2, None),
    "S37c": ("2", 2, None),  # D07 named twice
    "S38": ("82.51", 8251, None),  # said anew
    "S38a": ("2", 2, None),
    "S39": ("100.0", 1, 1),
    "S41": ("50.00", 2, 4),  # one late, one without a reply
    "S42": ("100.00", 6, 6),
    "S42a": ("5", 5, None),
    "S42b": ("1", 1, None),
    "S42c": ("3", 3, None),
    "S42d": ("3", 3, None),
    "S43": ("66.67", 2, 3),  # levels 4, 1 and 3; a malicious one is out
    "S44": ("100.00", 1, 1),
    "S45": ("33.33", 1, 3),
    "S46": ("9", 2193, 249),
}


@pytest.fixture(scope="module")
def told(servers: Endpoints) -> Iterator[Told]:
    """The small house, told from beginning to end."""
    with fresh_database(servers.database_url) as url, reading(url) as side:
        house = Told(side)
        house.tell(*county())
        yield house


def ask(told: Told, name: str, as_of: datetime = YEAR_END, **positions: int) -> Answer:
    """Ask for one figure, at the newest places unless said otherwise."""
    places = {**told.positions, **positions}
    return answer(told.side.database, MEASURES[name], Question(as_of, places))


def numbers(side: ReadSide, as_of: datetime, places: dict[str, int]) -> dict[str, object]:
    found = (answer(side.database, one, Question(as_of, places)) for one in HAPPENED)
    return {one.measure.id: (one.numerator, one.denominator) for one in found}


def test_every_measure_of_happenings_has_its_row() -> None:
    assert set(EXPECTED) == {one.id for one in HAPPENED}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_figure_is_what_happened(told: Told, name: str) -> None:
    said = ask(told, name)

    assert (str(said.value), said.numerator, said.denominator) == EXPECTED[name]


def test_nothing_is_undefined_but_shares_of_nothing(told: Told) -> None:
    early = day(1, 3, 0, year=2018)
    for measure in HAPPENED:
        said = answer(told.side.database, measure, Question(early, dict(told.positions)))
        assert said.numerator == 0
        empty = measure.denominator is not None and measure.denominator is not Days.WORKING
        assert (said.value is None) == empty


@pytest.mark.parametrize("one", Happened, ids=lambda one: one.name)
def test_the_rows_behind_a_count_add_up_and_lead_to_their_events(told: Told, one: Happened) -> None:
    measure = next(m for m in HAPPENED if one in m.counts)
    question = measure.asked(Question(YEAR_END, dict(told.positions)))
    [cell] = groups(told.side.database, measure, question)

    rows, after = [], None
    while page := list_rows(told.side.database, question, one, after=after, limit=3):
        rows += page
        after = (page[-1].at, page[-1].id)

    assert all((row.source, row.position) in told.places for row in rows)
    assert {row.source for row in rows} <= set(OVER[one].sources)
    if OVER[one].how in ADDING:
        assert sum(row.amount for row in rows) == cell.counts[one]
    else:
        assert len(rows) >= cell.counts[one]


@pytest.mark.parametrize("name", [one.id for one in HAPPENED if one.groups])
def test_the_parts_of_a_breakdown_add_up(told: Told, name: str) -> None:
    measure = MEASURES[name]
    question = Question(YEAR_END, dict(told.positions))
    [whole] = groups(told.side.database, measure, question)
    for by in measure.groups:
        cells = groups(told.side.database, measure, question, (by,))
        for count in measure.counts:
            if isinstance(count, Happened) and OVER[count].how in ADDING - {How.LAST}:
                assert sum(cell.counts[count] for cell in cells) == whole.counts[count], by


@pytest.mark.parametrize("name", [one.id for one in HAPPENED if "region" in one.filters])
def test_a_place_is_counted_with_what_lies_in_it(told: Told, name: str) -> None:
    """A breakdown by region says each code as it stands; a stump of a code is no place."""
    measure, places = MEASURES[name], dict(told.positions)
    [everything] = groups(told.side.database, measure, Question(YEAR_END, places))
    by_code = groups(told.side.database, measure, Question(YEAR_END, places), ("region",))
    for region in ("3412XX", "3412XX001", "3412XX001001", "3412XX00", "341202"):
        codes = {cell.key[0] for cell in by_code}
        within = {code for code in codes if code.startswith(region)}
        within = within if len(region) in (6, 9) else codes & {region}
        question = Question(YEAR_END, places, region=region)
        [said] = groups(told.side.database, measure, question)
        for one in measure.counts:
            if not isinstance(one, Happened) or OVER[one].how not in ADDING - {How.LAST}:
                continue
            parts = [cell.counts[one] for cell in by_code if cell.key[0] in within]
            rows = list_rows(told.side.database, question, one, limit=500)
            assert said.counts[one] == sum(parts) == sum(row.amount for row in rows), region
            assert region != "3412XX" or said.counts[one] == everything.counts[one]


def test_a_township_is_counted_with_its_villages(told: Told) -> None:
    def said(region: str) -> int:
        asked = Question(YEAR_END, dict(told.positions), region=region)
        return answer(told.side.database, MEASURES["S21"], asked).numerator

    assert said("3412XX") == said("3412XX001") == said("3412XX001001") == 1
    assert said("3412XX002") == said("3412XX00") == said("341202") == 0


def test_no_figure_changes_when_more_is_told(told: Told, servers: Endpoints) -> None:
    """What was known at a place is told again when more has come, at any moment asked about."""
    moments = [day(9, 17), YEAR_END]
    places = told.steps[15::50]
    now = [numbers(told.side, as_of, at) for at in places for as_of in moments]

    with fresh_database(servers.database_url) as url, reading(url) as side:
        fresh, then = Told(side), list[dict[str, object]]()
        for aggregate in county():
            for event in fresh.of(aggregate):
                side.feed([event])
                if dict(fresh.positions) in places:
                    then += [numbers(side, as_of, dict(fresh.positions)) for as_of in moments]

    assert now == then
    assert len({str(one) for one in then}) > 6


def test_an_own_event_counts_from_its_place_on(told: Told) -> None:
    """An own row is written before its event has a place; the place decides all the same."""
    [place] = [at for at, kind in told.places.items() if kind == "disclosure.entry-published.v1"]

    assert ask(told, "S33", disclosure=place[1] - 1).numerator == 0
    assert ask(told, "S33", disclosure=place[1]).numerator == 1
    assert ask(told, "S33", disclosure=0).numerator == 0


def test_a_voided_consent_counts_only_where_nobody_knew(told: Told) -> None:
    def places(kind: str) -> list[int]:
        return [at for (_, at), said in told.places.items() if said == f"approval.{kind}.v1"]

    first, again = places("task-deemed-consented")
    [voided] = places("deemed-consent-voided")

    known = [first - 1, first, voided - 1, voided, again - 1, again]
    assert [ask(told, "S06a", approval=at).numerator for at in known] == [0, 1, 1, 0, 0, 1]
    # It never was one: what is known now of the days before the voiding does not count it either.
    assert ask(told, "S06a", as_of=day(9, 21, 10), approval=again - 1).numerator == 0


def test_money_that_went_back_was_collected_until_then(told: Told) -> None:
    before, after = ask(told, "S07", day(10, 21)), ask(told, "S07")

    assert (str(before.value), str(after.value)) == ("30.00", "26.00")


def test_what_was_counted_wrongly_is_still_what_was_known(told: Told) -> None:
    counted = [at for (_, at), kind in told.places.items() if "hall-visitors" in kind]

    known = [ask(told, "S46", disclosure=at).numerator for at in (*counted[:2], *counted[-1:])]
    assert known == [20_860, 2_086, 2_193]
    assert ask(told, "S46", disclosure=counted[1] - 1).numerator == 0  # taken back, not yet again


def test_a_quarter_has_its_own_score_and_a_level_its_own_rows(told: Told) -> None:
    question = Question(YEAR_END, dict(told.positions))

    scores = groups(told.side.database, MEASURES["S38"], question, ("kind",))
    levels = groups(told.side.database, MEASURES["S43"], question, ("kind",))

    assert [(cell.key, cell.counts[Happened.SCORE]) for cell in scores] == [(("2020Q3",), 8251)]
    assert [cell.key for cell in levels] == [("1",), ("3",), ("4",)]


def test_x9_the_days_behind_a_figure_per_day_are_those_of_the_calendar(told: Told) -> None:
    """205 of 2020 and 207 of 2019 to 31 October: the report's 1,500 a day needs 182."""
    asked = Question(day(10, 31), dict(told.positions))
    ours = MEASURES["S08"].asked(asked)
    before = MEASURES["S08"].asked(Question(day(10, 31, year=2019), asked.positions))
    known = days.calendar(told.side.database, ours)

    listed = days.list_days(known, *days.span(ours))

    assert len(listed) == days.count(known, *days.span(ours)) == 205
    assert days.count(known, *days.span(before)) == 207
    assert [one.day.isoformat()[5:] for one in listed if one.why] == [
        *("01-19", "04-26", "05-09", "06-28", "09-27", "10-10"),
    ]
    assert str(MEASURES["S08"].value(273_468, 205)) == "1334"
    assert str(MEASURES["S08"].value(273_468, 207)) == "1321"


def test_the_days_are_those_that_were_announced_by_then(told: Told) -> None:
    """The spring festival of 2020 was made longer on 27 January."""
    asked = MEASURES["S08"].asked(Question(day(1, 26), dict(told.positions), end=day(2, 10)))

    then = days.calendar(told.side.database, asked)
    now = days.calendar(told.side.database, Question(YEAR_END, dict(told.positions)))

    span = (day(1, 1).date(), day(2, 10).date())
    assert days.count(then, *span) - days.count(now, *span) == 2


def test_the_causes_of_another_figure_are_named(told: Told) -> None:
    early = Question(YEAR_END, {**told.positions, "approval": 0})
    late = Question(YEAR_END, dict(told.positions))

    found = positions_between(told.side.database, [Happened.DEEMED], early, late)

    kinds = [told.places[place] for place in found]
    assert kinds == [
        "approval.task-deemed-consented.v1",
        "approval.deemed-consent-voided.v1",
        "approval.task-deemed-consented.v1",
    ]
