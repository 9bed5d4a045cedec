"""The verifier counts every measure as the house does, from the same events by other means."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from banjian_verify import books as second
from banjian_verify.export import EventLine
from banjian_verify.figures import Figure
from deploy.local.servers import Endpoints
from services.disclosure.inquiry import check_takes
from services.disclosure.measures import MEASURES, Measure, Question
from services.kernel.times import SHANGHAI
from tests.integration.disclosure.conftest import reading
from tests.integration.disclosure.everything_log import YEAR_END, Export, World
from tests.support.databases import fresh_database

MOMENTS = [
    YEAR_END,
    *(
        datetime(2020, month, day, 12, tzinfo=SHANGHAI)
        for month, day in ((1, 20), (7, 15), (10, 5))
    ),
]
ASKED = 4
"""Questions for each measure besides those of `MOMENTS`."""
CHOICES = {
    "region": ("3412XX", "3412XX001", "3412XX001001", "341202"),
    "department": ("D01", "D07", "D12"),
    "item": ("I01", "I02", "I09", "I1"),
    "channel": ("app", "online", "window", "provincial", "portal"),
    "item_type": ("01", "20", "07"),
    "level": ("4", "5"),
}


@pytest.fixture(scope="module")
def world(servers: Endpoints) -> Iterator[World]:
    with fresh_database(servers.database_url) as url, reading(url) as side:
        yield World(side)


@pytest.fixture(scope="module")
def asked(world: World) -> Mapping[str, list[Figure]]:
    """Every measure as it is published, for whatever may be asked."""
    return {
        name: [Figure.read(world.publish(measure, one)) for one in questions(world, measure)]
        for name, measure in MEASURES.items()
    }


@pytest.fixture(scope="module")
def figures(world: World) -> Mapping[str, EventLine]:
    """Every measure as it is published at the year's end."""
    asked = Question(YEAR_END, world.places)
    return {name: world.publish(measure, asked) for name, measure in MEASURES.items()}


def questions(world: World, measure: Measure) -> Iterator[Question]:
    """Ask at any moment and any places, for any period, with any words the measure takes."""
    for as_of in MOMENTS:
        yield Question(as_of, world.places)
    chance = random.Random(measure.id)
    for name in measure.filters:
        for word in chance.sample(CHOICES[name], 2):
            yield Question(YEAR_END, world.places, **{name: word})
    for number in range(ASKED):
        as_of = MOMENTS[1] + timedelta(days=chance.randrange(10, 440))
        begin = as_of - timedelta(days=chance.randrange(1, 400)) if chance.random() < 0.5 else None
        end = as_of - timedelta(days=chance.randrange(-9, 60)) if chance.random() < 0.4 else None
        places = {log: chance.randrange(at // 2, at + 1) for log, at in world.places.items()}
        words = [name for name in measure.filters if number % 2 and chance.random() < 0.4]
        said = {name: chance.choice(CHOICES[name]) for name in words}
        question = Question(as_of, places if number > 1 else world.places, begin, end, **said)
        check_takes(measure, question)
        yield question


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_counted_again_whatever_is_asked(
    world: World, asked: Mapping[str, list[Figure]], name: str
) -> None:
    for figure in asked[name]:
        found = world.read.recount(figure)

        assert not found.why_not
        assert (found.numerator, found.denominator, found.value) == figure.said, figure


def test_no_measure_is_recounted_over_nothing(figures: Mapping[str, EventLine]) -> None:
    """The story has something of everything, else it would show nothing."""
    empty = {name for name, line in figures.items() if not Figure.read(line).numerator}

    assert empty <= {"O15"}  # its only red card was withdrawn


@pytest.mark.parametrize("topic", sorted(second.TOPICS))
def test_a_figure_is_another_when_events_are_left_out(
    world: World, asked: Mapping[str, list[Figure]], topic: str
) -> None:
    books = world.books(without=topic)
    figures = (one for figures in asked.values() for one in figures)

    assert any(not books.recount(one).same for one in figures if topic in second.topics(one))


def test_an_export_shows_every_figure(world: World, figures: Mapping[str, EventLine]) -> None:
    verdict = Export(world, figures.values()).judge()

    assert verdict.good, verdict.problems
    assert [one.figure.measure for one in verdict.figures if one.same] == list(MEASURES)


def test_one_event_signed_anew_with_another_amount_is_seen_by_its_figures(
    world: World, figures: Mapping[str, EventLine]
) -> None:
    line = next(one for one in world.logs["intake"] if one.topic == "intake.fee-paid.v1")
    forged = replace(line, state=line.state.replace(b'"amount_fen":', b'"amount_fen":9'))

    verdict = Export(world, figures.values(), intake=forged).judge()

    assert not any(log.problems for log in verdict.logs)
    assert {one.figure.measure for one in verdict.figures if not one.same} == {"S07", "S30"}
    assert [problem.service for problem in verdict.problems] == ["disclosure"] * 2


@pytest.mark.parametrize("field", ["numerator", "denominator", "value"])
@pytest.mark.parametrize("name", ["S03", "S08", "S14", "S24", "S36", "S42", "S46"])
def test_a_figure_that_says_another_number_is_named(
    world: World, figures: Mapping[str, EventLine], name: str, field: str
) -> None:
    data = msgspec.json.decode(figures[name].state)["data"]
    data[field] = "1.23" if field == "value" else data[field] + 1
    state = msgspec.json.encode({"data": data})

    found = world.read.recount(Figure.read(replace(figures[name], state=state)))

    assert not found.same and not found.why_not


def test_what_a_figure_needs_and_the_export_has_not_is_named(
    world: World, figures: Mapping[str, EventLine]
) -> None:
    verdict = Export(world, figures.values()).without("catalog").judge()

    assert verdict.good
    why_not = {one.figure.measure: one.why_not for one in verdict.figures if one.why_not}
    place = world.places["catalog"]
    assert set(why_not) == {one.id for one in MEASURES.values() if "catalog" in one.sources}
    assert set(why_not.values()) == {f"needs catalog's events from 1 to {place}"}


def test_an_event_that_is_not_what_its_type_promises_is_named(
    world: World, figures: Mapping[str, EventLine]
) -> None:
    line = next(one for one in world.logs["intake"] if one.topic == "intake.fee-paid.v1")
    forged = replace(line, state=line.state.replace(b'"amount_fen":', b'"amount":'))

    verdict = Export(world, figures.values(), intake=forged).judge()

    assert verdict.good
    why_not = {one.figure.measure: one.why_not for one in verdict.figures if one.why_not}
    assert "S07" in why_not
    assert set(why_not.values()) == {
        f"intake's event at {line.position} is not what its type promises"
    }
