"""A second reading of the measures: cases folded, figures counted and rounded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from banjian_verify import books as second
from banjian_verify import figures as second_of
from banjian_verify.books import Books
from banjian_verify.export import EventLine
from banjian_verify.figures import Figure
from banjian_verify.happened import Facts
from banjian_verify.measures import MEASURES as COUNTED
from banjian_verify.run import verify
from banjian_verify.trust import Trust
from banjian_verify.workdays import Workdays, arrangements
from services.chassis.reference.messages import CALENDARS
from services.disclosure.measures import MEASURES, OVER, Happened, Reach
from services.disclosure.projections import facts, happenings
from services.kernel.calendar import WorkCalendar
from services.kernel.calendar_seed import SEED_EDITIONS
from services.kernel.rounding import Rounding
from tests.unit.audit.made import event, make


def say(position: int, topic: str, case: str = "c", **data: Any) -> EventLine:
    body = {
        "occurred_at": "2020-01-01T09:00:00+08:00",
        "region": "341202",
        "data": {"project_no": case, **data},
    }
    at = datetime(2020, 1, 1, tzinfo=UTC)
    name = f"intake.{topic}.v1"
    return EventLine(position, UUID(int=position), 1, name, at, json.dumps(body).encode())


def accepted(position: int, case: str = "c", day: int = 1, **data: Any) -> EventLine:
    said = {"department": "D1", "item_code": "i", "channel": "window", **data}
    at = f"2020-01-{day:02d}T09:00:00+08:00"
    return say(position, "case-accepted", case, accepted_at=at, **said)


def completed(position: int, case: str = "c", day: int = 5, kind: int = 1) -> EventLine:
    at = f"2020-01-{day:02d}T09:00:00+08:00"
    return say(position, "case-completed", case, completed_at=at, completion_kind=kind)


def figure(measure: str = "S03", upto: int = 99, day: int = 31, **filters: str) -> Figure:
    as_of = datetime.fromisoformat(f"2020-01-{day:02d}T23:59:59+08:00")
    denominator = 1 if measure == "S03" else None
    positions = {"intake": upto}
    said = (measure, 1, denominator, "100.00", "HALF_UP", 2)
    return Figure("f", 1, *said, as_of, positions, filters)


def count(events: list[EventLine], asked: Figure) -> tuple[int, int | None, str | None]:
    books = Books()
    for one in events:
        books(one)
    found = books.recount(asked)
    assert not found.why_not
    return found.numerator, found.denominator, found.value


def test_cases_are_counted_as_of_a_moment_and_a_position() -> None:
    events = [accepted(1), accepted(2, "d"), completed(3), completed(4, "d", day=20)]

    assert count(events, figure()) == (2, 2, "100.00")
    assert count(events, figure(upto=3)) == (1, 2, "50.00")
    assert count(events, figure(day=10)) == (1, 2, "50.00")
    assert count(events, figure(day=1, upto=1)) == (0, 1, "0.00")
    assert count(events, figure("S04", day=10)) == (1, None, "1")
    assert count(events, figure("S02", **{"from": "2020-01-10T00:00:00+08:00"})) == (1, None, "1")
    assert count([], figure()) == (0, 0, None)


def test_what_was_taken_back_or_deleted_does_not_count() -> None:
    events = [accepted(1), completed(2)]

    for last, expected in (
        (say(3, "case-deleted-in-error"), (0, 0, None)),
        (say(3, "acceptance-withdrawn"), (0, 0, None)),
        (say(3, "external-record-retracted", record="accept"), (0, 0, None)),
        (say(3, "external-record-retracted", record="result"), (0, 1, "0.00")),
        (say(3, "external-record-retracted", record="process"), (1, 1, "100.00")),
        (say(3, "case-reopened"), (0, 1, "0.00")),
        (completed(3, kind=3), (0, 0, None)),
        (completed(3, day=31, kind=1), (1, 1, "100.00")),
        (accepted(3, day=2), (0, 1, "0.00")),
    ):
        assert count([*events, last], figure()) == expected, last.topic


def test_a_correction_moves_a_case() -> None:
    changed = {"department": "D2", "completed_at": "2020-02-05T00:00:00+08:00"}
    events = [
        accepted(1),
        completed(2),
        say(3, "external-record-corrected", record="result", changed=changed),
    ]

    assert count(events, figure(department="D1")) == (0, 0, None)
    assert count(events, figure(department="D2")) == (0, 1, "0.00")
    assert count(events, figure(department="D1", upto=2)) == (1, 1, "100.00")
    for filters in ({"region": "341202"}, {"item": "i"}, {"channel": "window"}):
        assert count(events, figure(upto=2, **filters)) == (1, 1, "100.00")
    assert count(events, figure(upto=2, channel="online")) == (0, 0, None)


def test_a_place_is_counted_with_what_lies_in_it() -> None:
    places = ("341202", "341202001", "341202001001", "341202002", "341203001001")
    events = []
    for n, place in enumerate(places, start=1):
        body = json.loads(accepted(n, f"c{n}").state) | {"region": place}
        events.append(replace(accepted(n, f"c{n}"), state=json.dumps(body).encode()))

    for region, cases in (
        *(("341202", 4), ("341202001", 2), ("341202001001", 1), ("34120200", 0)),
        *(("341203", 1), ("341204", 0)),
    ):
        assert count(events, figure("S01", region=region)) == (cases, None, str(cases))


@pytest.mark.parametrize("rounding", ["HALF_UP", "FLOOR", "EXACT"])
@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [(1, 3), (2, 3), (273411, 273468), (99999, 100000), (0, 7), (7, 7), (5, 0), (-400, 7)],
)
@pytest.mark.parametrize("name", ["S03", "S08", "S07", "S38", "S01"])
def test_it_rounds_as_the_house_does(
    name: str, numerator: int, denominator: int, rounding: str
) -> None:
    asked = replace(figure(name), rounding=rounding)
    measure = replace(MEASURES[name], places=2, rounding=Rounding(rounding))
    over = denominator if measure.denominator else None

    house = measure.value(numerator, over)

    said = COUNTED[name].value(numerator, over, asked)
    assert said == (None if house is None else str(house))


def test_every_fact_the_figures_are_counted_from_is_read() -> None:
    """A new measure, or a new kind of fact in disclosure's projection, has to be read here, too."""
    shown = {*facts.SHOWN, *happenings.SHOWN, *CALENDARS} - {
        second_of.PUBLISHED,
        second_of.CORRECTED,
    }

    assert shown == second.TOPICS
    assert set(COUNTED) == set(MEASURES)
    for name, measure in MEASURES.items():
        assert second.logs(figure(name)) == set(measure.sources), name


def test_both_readings_declare_a_count_alike() -> None:
    """Where a story is too small to tell two ways of counting apart, this does."""
    for name, measure in MEASURES.items():
        for theirs, ours in zip(measure.counts, COUNTED[name].counts, strict=True):
            if isinstance(theirs, Happened):
                assert isinstance(ours, Facts)
                over = OVER[theirs]
                assert ours.how.name == over.how.name, name
                assert (ours.marks, ours.channels) == (over.marks, over.channels), name
                assert ours.by_its_end == (over.reach is Reach.UNTIL), name


def published(numerator: int, **changed: Any) -> EventLine:
    said = {
        "measure": "S03",
        "numerator": numerator,
        "denominator": 2,
        "value": f"{numerator * 50}.00",
        "as_of": "2020-01-31T23:59:59+08:00",
        "rounding": "HALF_UP",
        "places": 2,
        "unit": "percent",
        "positions": {"intake": 3},
        "filters": {},
        **changed,
    }
    one = event(1, json.dumps({"data": said}).encode())
    return EventLine(
        1, one.stream, 1, "disclosure.statistic-published.v1", one.recorded_at, one.state
    )


def corrected(was: int, now: int, **changed: Any) -> EventLine:
    """The figure of `published`, found again at position 4 of intake."""
    first = published(1)
    said = {
        "figure": str(first.stream),
        "measure": "S03",
        "as_of": "2020-01-31T23:59:59+08:00",
        "was_numerator": was,
        "was_denominator": 2,
        "was_value": f"{was * 50}.00",
        "numerator": now,
        "denominator": 2,
        "value": f"{now * 50}.00",
        "positions": {"intake": 4},
        "causes": [{"source": "intake", "position": 4}],
        "more_causes": 0,
        **changed,
    }
    state = json.dumps({"data": said}).encode()
    return EventLine(
        2, first.stream, 2, "disclosure.statistic-corrected.v1", first.recorded_at, state
    )


class Both:
    """An export of two logs."""

    def __init__(self, *told: EventLine) -> None:
        cases = [accepted(1), accepted(2, "d"), completed(3), completed(4, "d", day=9)]
        self._logs = {
            "intake": make(cases, [4], "intake"),
            "disclosure": make([*told], [len(told)], "disclosure"),
        }

    def manifest(self) -> dict[str, Any]:
        services = {name: log.said for name, log in self._logs.items()}
        return {"format": "banjian-audit-export/1", "services": services}

    def lines(self, service: str, name: str) -> Any:
        return self._logs[service].lines(service, name)


def test_a_published_figure_is_counted_again_from_the_export() -> None:
    good = verify(Both(published(1)), Trust())
    wrong = verify(Both(published(2)), Trust())

    assert good.good, good.problems
    assert [one.same for one in good.figures] == [True]
    assert not wrong.good
    assert "the events say 1 of 2" in wrong.problems[0].what
    other = verify(Both(published(1, measure="X01")), Trust())
    assert other.good
    assert "knows no measure X01" in other.figures[0].why_not
    early = verify(Both(published(1, positions={"intake": 9})), Trust())
    assert "from 1 to 9" in early.figures[0].why_not
    assert not verify(Both(published(1)), Trust(), ["no-such"]).good


def test_a_correction_is_counted_again_at_its_own_position() -> None:
    good = verify(Both(published(1), corrected(1, 2)), Trust())

    assert good.good, good.problems
    assert [(one.figure.position, one.figure.corrects, one.same) for one in good.figures] == [
        (1, 0, True),
        (2, 1, True),
    ]
    assert [one["corrects"] for one in good.report()["figures"]] == [0, 1]


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (corrected(1, 1), "the events say 2 of 2"),
        (corrected(2, 2), "the correction says it was 2 of 2, not 1"),
        (corrected(1, 2, measure="S01"), "of another figure"),
        (corrected(1, 2, as_of="2020-02-01T00:00:00+08:00"), "of another figure"),
    ],
)
def test_a_lying_correction_is_found(told: EventLine, what: str) -> None:
    verdict = verify(Both(published(1), told), Trust())

    assert not verdict.good
    assert what in verdict.problems[0].what
    assert verdict.problems[0].first == 2


def test_working_days_are_those_the_house_counts() -> None:
    """The arrangements that come with it are the house's, whenever they were announced."""
    days = Workdays()
    for known_on in (date(2007, 1, 1), date(2019, 12, 1), date(2020, 1, 27), date(2026, 12, 31)):
        house = WorkCalendar.of(SEED_EDITIONS, known_on)
        for year in range(2003, 2028):
            first, last = date(year, 1, 1), date(year, 12, 31)
            counted = house.through(last.toordinal()) - house.through(first.toordinal() - 1)
            assert days.count(first, last, known_on, 0) == counted, (known_on, year)
    ours = {(one.year, one.version, one.announced_on, one.off, one.work) for one in arrangements()}
    assert ours == {
        (one.year, one.version, one.announced_on, frozenset(one.days_off), frozenset(one.work_days))
        for one in SEED_EDITIONS
    }


def test_a_correction_that_knows_less_is_found() -> None:
    verdict = verify(Both(published(1), corrected(1, 2, positions={"intake": 2})), Trust())

    assert "knows less" in verdict.problems[0].what


def test_figures_keep_only_what_they_are_counted_from() -> None:
    books = Books()
    books.want([figure("S07")])
    for one in (accepted(1), say(2, "fee-paid", order_no="F", paid_at="2020-01-05", amount_fen=5,
                                 online=True, channel="app", fee="a", item_code="i")):  # fmt: skip
        books(one)

    assert books.recount(figure("S07")).value == "0.05"
    assert books.recount(figure("S01")).numerator == 0
