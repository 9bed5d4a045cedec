"""What the new ends of a case do to the figures (S06t)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.chassis.events import Event
from services.disclosure.measures import Count, Question
from services.disclosure.projections.figures import cells
from services.kernel.times import read_time
from tests.integration.disclosure.conftest import ReadSide, event

AT = "2020-10-20T09:00:00+08:00"
AS_OF = read_time("2020-12-31T00:00:00+08:00")
COUNTS = (Count.ACCEPTED, Count.COMPLETED, Count.OPEN, Count.IN_TIME)


def accepted(position: int, number: str, **changed: Any) -> Event:
    said = {"project_no": number, "item_code": "I1", "channel": "online", "department": "D07"}
    due = {"accepted_at": AT, "promised_due_at": "2020-10-29T23:59:59+08:00"}
    return event("case-accepted", position, **said | due | changed)


def completed(position: int, number: str, kind: int, at: str = AT) -> Event:
    told = {"granted": False, "completion_kind": kind, "completed_at": at}
    return event("case-completed", position, project_no=number, **told)


def figures(read_side: ReadSide, events: Iterable[Event], intake: int) -> tuple[int, ...]:
    read_side.feed(events)
    return at(read_side, intake)


def at(read_side: ReadSide, intake: int) -> tuple[int, ...]:
    question = Question(as_of=AS_OF, positions={"intake": intake})
    found = cells(read_side.database, question, COUNTS)
    return tuple(found[0].counts[count] for count in COUNTS) if found else (0, 0, 0, 0)


def test_s06t_withdrawn_forwarded_and_voided_cases_count_as_completed(
    read_side: ReadSide,
) -> None:
    events = [accepted(1, "A"), accepted(2, "B"), accepted(3, "C"), accepted(4, "D")]
    events += [completed(5, "A", 6), completed(6, "B", 4), completed(7, "C", 2)]

    assert figures(read_side, events, 7) == (4, 3, 1, 3)


def test_s06t_case_deleted_in_error_leaves_accepted_and_completed(read_side: ReadSide) -> None:
    deleted = {"approver": "chief-3", "reason": "重复录入", "deleted_at": AT}
    events = [accepted(1, "A"), accepted(2, "B"), completed(3, "B", 0)]
    events += [event("case-deleted-in-error", 4, project_no="B", **deleted)]

    assert figures(read_side, events, 4) == (1, 0, 1, 0)
    assert at(read_side, 3) == (2, 1, 1, 1), "what was said before stays as it was"


def test_s06t_withdrawn_acceptance_counts_again_once_it_is_accepted_again(
    read_side: ReadSide,
) -> None:
    withdrawn = event("acceptance-withdrawn", 2, project_no="A", reason="x", withdrawn_at=AT)

    assert figures(read_side, [accepted(1, "A"), withdrawn], 2) == (0, 0, 0, 0)
    assert figures(read_side, [accepted(3, "A")], 3) == (1, 0, 1, 0)


def test_s06t_voided_after_its_completion_is_one_completion_of_kind_2(
    read_side: ReadSide,
) -> None:
    events = [accepted(1, "A"), completed(2, "A", 0), completed(3, "A", 2)]

    assert figures(read_side, events, 3) == (1, 1, 0, 1)


def test_limit_that_stood_still_ends_later_in_the_figures(read_side: ReadSide) -> None:
    late = "2020-11-02T09:00:00+08:00"
    events = [accepted(1, "A"), completed(2, "A", 0, late), accepted(3, "B")]
    moved = {"promised_due_at": "2020-11-05T23:59:59+08:00", "resumed_at": AT}
    events += [event("case-resumed", 4, project_no="B", **moved), completed(5, "B", 0, late)]

    assert figures(read_side, events, 5) == (2, 2, 0, 1)


def test_s03_case_reopened_is_not_completed_until_it_is_decided_anew(read_side: ReadSide) -> None:
    """A deemed consent was void (D02): each position of the log keeps its own figure."""
    reopened = {"ground": "deemed_consent_voided", "reopened_at": AT}
    late = "2020-11-02T09:00:00+08:00"
    events = [accepted(1, "A"), completed(2, "A", 0), accepted(3, "B"), completed(4, "B", 0)]
    events += [event("case-reopened", 5, project_no="A", **reopened)]

    assert figures(read_side, events, 5) == (2, 1, 1, 1)
    assert at(read_side, 4) == (2, 2, 0, 2), "what was said before stays as it was"
    assert figures(read_side, [completed(6, "A", 1, late)], 6) == (2, 2, 0, 1)
