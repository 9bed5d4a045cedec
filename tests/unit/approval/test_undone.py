"""What follows when something that had effect never was: who waits again, who answers no more."""

from __future__ import annotations

from services.approval.domain import Limits, Process, Result, Verdict
from services.kernel.calendar_seed import SEED, calendar_as_of
from services.kernel.clock import Cause
from services.kernel.limits import Limit
from tests.unit.approval.projects import (
    COUNTY,
    REFUSE,
    TEN,
    TIMER,
    chain,
    day,
    decide,
    end_of,
    facts,
    fire,
    member,
    opened,
    state,
    states,
    told,
)

SHORT = Limits(Limit(3), Limit(20))


def report(process: Process, item: str, granted: bool, month: int, number: int, row: str) -> None:
    verdict = Verdict(granted, 0 if granted else 1, day(month, number), row)
    process.decide_as_reported(facts(COUNTY, day(10, 20)), verdict, f"p-1/{item}")


def answers(process: Process, item: str) -> int:
    """Count those who answer for a task."""
    return sum(
        one.task_id == f"p-1/{item}" and not one.withdrawn for one in process.liabilities.values()
    )


def test_d02_nobody_answers_for_a_last_stage_that_was_decided_in_time() -> None:
    process = chain(A="")
    fire(process, "A")
    assert answers(process, "A") == 2

    report(process, "A", True, 9, 10, "row-1")

    assert (state(process, "A"), answers(process, "A")) == ("approved", 0)


def test_d02_decision_that_was_late_leaves_who_answers() -> None:
    process = chain(A="")
    fire(process, "A")

    report(process, "A", True, 10, 13, "row-1")

    assert (state(process, "A"), answers(process, "A")) == ("approved", 2)


def test_d02_consent_that_followed_a_void_consent_goes_with_it() -> None:
    process = chain(A="", B="A", C="B")
    fire(process, "A")
    fire(process, "B")
    assert states(process) == {"A": "deemed_consented", "B": "deemed_consented", "C": "open"}

    report(process, "A", REFUSE, 9, 10, "row-1")

    assert states(process) == {"A": "rejected", "B": "cancelled", "C": "cancelled"}
    assert answers(process, "A") == answers(process, "B") == 0
    assert process.result is Result.REJECTED


def test_d02_consent_that_somebody_decided_on_stays() -> None:
    process = chain(A="", B="A", C="B")
    fire(process, "A")
    fire(process, "B")
    decide(process, "C", at=day(10, 19))

    report(process, "A", REFUSE, 9, 10, "row-1")

    assert states(process) == {"A": "rejected", "B": "deemed_consented", "C": "approved"}


def test_k07_consent_after_the_joint_limit_is_void_when_an_amendment_moves_it() -> None:
    known = calendar_as_of(day(1, 22).date())
    members = member("A", limits=TEN), member("B", "A", limits=TEN)
    process = opened(*members, at=day(1, 22), calendar=known, joint=3)
    fire(process, "A")
    assert state(process, "A") == "deemed_consented"

    process.counting_by(SEED)
    process.recalculate(facts(TIMER, day(1, 27)), Cause.CALENDAR_AMENDED)

    assert states(process) == {"A": "open", "B": "blocked"}
    assert process.binding_due(process.task("case-A")) == end_of(2, 4)


def test_k06_nobody_answers_for_a_limit_that_an_amendment_moves_later() -> None:
    known = calendar_as_of(day(1, 22).date())
    process = opened(member("A", limits=SHORT), at=day(1, 22), calendar=known)
    fire(process, "A")
    assert answers(process, "A") == 2

    process.counting_by(SEED)
    process.recalculate(facts(TIMER, day(2, 2)), Cause.CALENDAR_AMENDED)
    assert answers(process, "A") == 0

    fire(process, "A")
    assert answers(process, "A") == 2


def test_limit_that_ended_before_a_task_was_ready_passes_nobody_by() -> None:
    """A department that never had the joint limit's time is not deemed to have consented in it."""
    process = opened(member("A"), member("B", "A"), member("C", "B"), joint=5)
    fire(process, "A")
    fire(process, "B", day(9, 15))

    task = process.task("case-B")

    assert task.ready_at is not None and process.joint_due_at is not None
    assert task.ready_at > process.joint_due_at
    assert state(process, "B") == "open"
    assert process.binding_due(task) == task.promised_due_at


def test_retracted_grant_lets_what_went_on_wait_again() -> None:
    process = chain(A="", B="A")
    report(process, "A", True, 9, 10, "row-1")
    assert state(process, "B") == "open"
    told(process)

    process.result_retracted(facts(COUNTY, day(9, 11)), "row-1", "wrong_row", "p-1/A")

    assert states(process) == {"A": "open", "B": "blocked"}
    decide(process, "A", at=day(9, 14))
    assert states(process) == {"A": "approved", "B": "open"}


def test_retracted_refusal_lets_what_fell_with_it_stand_up() -> None:
    process = chain(A="", B="A")
    report(process, "A", REFUSE, 9, 10, "row-1")
    assert states(process) == {"A": "rejected", "B": "cancelled"}

    process.result_retracted(facts(COUNTY, day(9, 11)), "row-1", "wrong_row", "p-1/A")

    assert states(process) == {"A": "open", "B": "blocked"}
    assert process.result is None


def test_overturned_consent_of_a_waivable_task_is_waited_for_until_it_is_waived() -> None:
    process = opened(member("A", waivable=True), member("B", "A"))
    fire(process, "A")
    assert states(process) == {"A": "deemed_consented", "B": "open"}

    process.overturn(facts(), "p-1/A", "art_69", False)
    assert states(process) == {"A": "overturned", "B": "blocked"}

    process.waive(facts(), "p-1/A", "not_needed")
    assert states(process) == {"A": "waived", "B": "open"}
