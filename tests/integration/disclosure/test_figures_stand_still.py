"""A figure at (as_of, positions) stays the same: corrections, retractions, late events."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from services.chassis.events import Event
from services.disclosure.measures import MEASURES, Count, Question
from services.disclosure.projections.figures import arrivals, cells, list_cases
from tests.integration.disclosure.conftest import ReadSide, event

ALL = tuple(Count)
DAY = datetime(2020, 6, 1, tzinfo=UTC)


def accepted(position: int, no: str, at: str = "2020-03-01T09:00:00+08:00", **more: Any) -> Event:
    said = {"item_code": "I1", "channel": "window", "department": "D01", "accepted_at": at} | more
    return event("case-accepted", position, project_no=no, **said)


def completed(
    position: int, no: str, at: str = "2020-03-05T09:00:00+08:00", kind: int = 0
) -> Event:
    return event("case-completed", position, project_no=no, completion_kind=kind, completed_at=at)


def corrected(position: int, no: str, record: str, **changed: Any) -> Event:
    return event(
        "external-record-corrected",
        position,
        project_no=no,
        record=record,
        row_guid="r",
        changed=changed,
    )


def retracted(position: int, no: str, record: str) -> Event:
    return event(
        "external-record-retracted",
        position,
        project_no=no,
        record=record,
        row_guid="r",
        reason="sender",
    )


def recalculated(position: int, no: str, new_due_at: str, clock: str = "PROMISED") -> Event:
    """Say that a deadline was counted anew, as after an amendment of the calendar."""
    return event(
        "clock-recalculated",
        position,
        project_no=no,
        clock=clock,
        old_due_at="2020-03-04T23:59:59+08:00",
        new_due_at=new_due_at,
        calendar_version="2020.2",
        cause="CALENDAR_AMENDED",
    )


HISTORY = [
    accepted(1, "A", promised_due_at="2020-03-04T23:59:59+08:00"),
    accepted(2, "B", channel="online"),
    completed(3, "A"),
    corrected(4, "A", "result", completed_at="2020-03-04T10:00:00+08:00"),
    corrected(5, "B", "accept", department="D02", accepted_at="2020-02-28T09:00:00+08:00"),
    accepted(6, "C", at="2020-01-01T09:00:00+08:00"),
    completed(7, "C", kind=3),
    retracted(8, "A", "result"),
    completed(9, "A", at="2020-03-09T10:00:00+08:00"),
    retracted(10, "B", "accept"),
    corrected(11, "A", "process", outcome="return"),
    corrected(12, "A", "accept", channel="online"),
    accepted(13, "B", at="2020-04-01T09:00:00+08:00"),
    completed(14, "B", kind=1),
    recalculated(15, "A", "2020-03-10T23:59:59+08:00"),
]


def at(read_side: ReadSide, position: int, as_of: datetime = DAY) -> list[Any]:
    question = Question(as_of, {"intake": position})
    return [
        cells(read_side.database, question, ALL, ("channel", "department", "month")),
        [list_cases(read_side.database, question, count) for count in ALL],
    ]


def figure(read_side: ReadSide, count: Count, position: int, as_of: datetime = DAY) -> int:
    return cells(read_side.database, Question(as_of, {"intake": position}), (count,))[0].counts[
        count
    ]


def test_a_figure_never_changes_when_more_arrives(read_side: ReadSide) -> None:
    then = []
    for said in HISTORY:
        read_side.feed([said])
        then.append(at(read_side, said.position))

    assert [at(read_side, said.position) for said in HISTORY] == then


def test_figures_are_the_same_however_the_facts_were_batched(read_side: ReadSide) -> None:
    read_side.feed(HISTORY, batch=100)
    at_once = [at(read_side, said.position) for said in HISTORY]

    for seed in range(5):
        read_side.database.run("TRUNCATE facts, cases")
        chance = random.Random(seed)
        left = list(HISTORY)
        while left:
            # Cases may overtake each other, the facts of one case may not.
            first = {e.subject: e for e in reversed(left)}
            part = [first[chance.choice(sorted(first))]]
            if chance.random() < 0.5:
                part += [e for e in left if e.subject == part[0].subject][1:3]
            read_side.feed(part)
            left = [e for e in left if e not in part]
        assert [at(read_side, said.position) for said in HISTORY] == at_once


def test_corrections_and_retractions_count_from_their_position_on(read_side: ReadSide) -> None:
    read_side.feed(HISTORY)

    assert figure(read_side, Count.ACCEPTED, 2) == 2
    assert figure(read_side, Count.IN_TIME, 3) == 0
    assert figure(read_side, Count.IN_TIME, 4) == 1
    assert figure(read_side, Count.OPEN, 8) == 2
    assert figure(read_side, Count.COMPLETED, 9) == 1
    assert figure(read_side, Count.ACCEPTED, 10) == 1
    assert figure(read_side, Count.ACCEPTED, 13) == 2
    assert figure(read_side, Count.OPEN, 14) == 0


def test_a_record_deleted_in_error_leaves_all_measures_when_it_is_known(
    read_side: ReadSide,
) -> None:
    read_side.feed(HISTORY)
    before = datetime(2020, 2, 1, tzinfo=UTC)

    assert figure(read_side, Count.ACCEPTED, 7, before) == 1
    assert figure(read_side, Count.ACCEPTED, 7) == 2
    assert figure(read_side, Count.COMPLETED, 7) == 1


def test_a_late_event_with_an_earlier_date_shows_at_a_new_position(read_side: ReadSide) -> None:
    read_side.feed(HISTORY)
    january = datetime(2020, 1, 31, tzinfo=UTC)

    assert figure(read_side, Count.ACCEPTED, 5, january) == 0
    assert figure(read_side, Count.ACCEPTED, 6, january) == 1


def test_completed_in_the_period_but_accepted_before_is_not_in_the_rate(
    read_side: ReadSide,
) -> None:
    read_side.feed([accepted(1, "A"), completed(2, "A", at="2020-04-10T09:00:00+08:00")])
    april = Question(DAY, {"intake": 2}, begin=datetime(2020, 4, 1, tzinfo=UTC))

    [cell] = cells(read_side.database, april, ALL)

    assert cell.counts[Count.COMPLETED] == 1
    assert cell.counts[Count.ACCEPTED_COMPLETED] == 0
    assert MEASURES["S03"].value(0, cell.counts[Count.ACCEPTED]) is None


def test_on_time_is_by_the_newest_deadline_known_at_the_position(read_side: ReadSide) -> None:
    read_side.feed(
        [
            accepted(1, "A", promised_due_at="2020-03-04T23:59:59+08:00"),
            recalculated(2, "A", "2020-03-02T23:59:59+08:00", clock="STATUTORY"),
            completed(3, "A"),
            recalculated(4, "A", "2020-03-06T23:59:59+08:00"),
            recalculated(5, "A", "2020-03-03T23:59:59+08:00"),
        ]
    )
    late = datetime(2020, 3, 5, 12, tzinfo=UTC)

    assert [figure(read_side, Count.IN_TIME, n) for n in (3, 4, 5)] == [0, 1, 0]
    assert [figure(read_side, Count.DUE, n, late) for n in (3, 4, 5)] == [1, 0, 1]
    assert figure(read_side, Count.COMPLETED, 5) == 1


def test_the_watermark_stands_before_the_first_gap(read_side: ReadSide) -> None:
    read_side.arrived("intake", "{[1,8),[10,12)}")
    read_side.arrived("catalog", "{[2,4)}")
    read_side.database.run("INSERT INTO held VALUES ('intake', 'parked'), ('intake', 'waiting')")

    found = arrivals(read_side.database)

    assert (found["intake"].watermark, found["intake"].highest, found["intake"].parked) == (
        7,
        11,
        1,
    )
    assert (found["catalog"].watermark, found["catalog"].highest) == (0, 3)
