"""The ends of a case: completion kinds, compensation, decisions, what may follow (S06t, M02)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.intake import timers
from services.intake.domain import Case, CaseState, Decision
from services.intake.domain.case_rules import (
    CaseStateError,
    NotImmediateError,
    SameApproverError,
)
from services.intake.domain.fee_rules import over_since
from services.kernel.calendar_seed import SEED
from tests.unit.facts import CLERK, HOUSE
from tests.unit.intake.lives import accepted, applied, at, names, notify, told
from tests.unit.intake.rows import ITEM

LATER = "2020-10-09 10:00"
IMMEDIATE = replace(ITEM, case_type="IMMEDIATE")


def end(case: Case, how: str) -> Case:
    facts = told(LATER)
    if how == "withdraw":
        case.withdraw(facts, "whole", [], "", SEED)
    elif how == "forward":
        case.forward_up(facts, "市局", SEED)
    elif how == "void":
        case.void(facts, "chief-3", "主体注销", SEED)
    else:
        case.delete_in_error(facts, "chief-3", "重复录入")
    return case


@pytest.mark.parametrize(
    ("how", "state", "kind"),
    [
        ("withdraw", CaseState.WITHDRAWN, 6),
        ("forward", CaseState.FORWARDED_UP, 4),
        ("void", CaseState.VOIDED, 2),
    ],
)
def test_s06t_ended_case_is_completed_by_its_kind_and_stays_ended(
    how: str, state: CaseState, kind: int
) -> None:
    case = end(accepted(), how)

    assert names(case)[-1] == "CaseCompleted"
    assert (case.state, case.completion_kind, case.granted) == (state, kind, False)
    assert (case.completed_at, case.ended_at) == (at(LATER), at(LATER))
    assert not case.is_open
    assert not case.complete(told(LATER, HOUSE), Decision(True, 0, at(LATER)))


@pytest.mark.parametrize("how", ["withdraw", "void"])
def test_application_that_was_never_accepted_ends_without_a_completion(how: str) -> None:
    case = end(applied("2020-09-28 10:00"), how)

    assert len(case.pending) == 1
    assert case.completed_at is None


def test_s06t_deleted_in_error_has_no_completion_and_counts_nowhere() -> None:
    case = end(accepted(), "delete")

    assert names(case) == ["CaseDeletedInError"]
    assert case.state is CaseState.DELETED_IN_ERROR
    with pytest.raises(CaseStateError):
        end(case, "delete")


@pytest.mark.parametrize("how", ["void", "delete"])
def test_who_undoes_it_does_not_approve_it(how: str) -> None:
    case = accepted()

    with pytest.raises(SameApproverError):
        if how == "void":
            case.void(told(LATER), CLERK.id, "x", SEED)
        else:
            case.delete_in_error(told(LATER), CLERK.id, "x")
    assert names(case) == []


def test_voided_after_its_completion_keeps_its_day_and_is_not_granted() -> None:
    case = accepted()
    case.complete(told("2020-09-30 10:00", HOUSE), Decision(True, 0, at("2020-09-30 10:00")))

    end(case, "void")

    assert (case.completion_kind, case.granted) == (2, False)
    assert case.completed_at == at("2020-09-30 10:00")


def test_part_of_a_case_is_withdrawn_and_the_rest_goes_on() -> None:
    case = accepted()

    case.withdraw(told(LATER), "part", ["sub-2"], "", SEED)

    assert (case.state, case.withdrawn_items) == (CaseState.ACCEPTED, ("sub-2",))
    assert over_since(case) is None
    with pytest.raises(CaseStateError):
        case.withdraw(told(LATER), "part", [], "", SEED)
    with pytest.raises(CaseStateError):
        case.withdraw(told(LATER), "whole", ["sub-2"], "", SEED)


@pytest.mark.parametrize("how", ["withdraw", "forward", "void", "delete"])
def test_m02_nothing_is_owed_from_the_end_on(how: str) -> None:
    assert over_since(end(accepted(), how)) == at(LATER)


def test_m02_nothing_is_owed_for_what_was_never_accepted() -> None:
    case = applied()
    case.declare_not_required(told("2020-09-25 10:00"), "x")

    assert over_since(case) == at("2020-09-24 10:00")


@pytest.mark.parametrize("how", ["withdraw", "forward", "void", "delete"])
def test_ended_case_has_no_deadlines_and_holds_nobody(how: str) -> None:
    case = end(accepted(), how)

    assert case.turned
    assert case.retimed
    assert len(list(timers.changes(case, None))) == 1, "cancelled, none set"


def test_forwarded_is_only_what_is_under_way() -> None:
    with pytest.raises(CaseStateError):
        end(applied(), "forward")


def test_completed_case_is_delivered_and_archived_once() -> None:
    case = accepted()
    with pytest.raises(CaseStateError):
        case.deliver(told(LATER), "window")
    case.complete(told(LATER, HOUSE), Decision(True, 0, at(LATER)))

    case.deliver(told(LATER), "window")
    case.archive(told(LATER), "2020-1")

    assert case.state is CaseState.ARCHIVED
    with pytest.raises(CaseStateError):
        case.deliver(told(LATER), "window")
    with pytest.raises(CaseStateError):
        case.archive(told(LATER))


def test_routed_case_is_in_review_and_each_task_is_named_once() -> None:
    case = accepted()

    for task in ("case-1", "case-1", "p-1/I2"):
        case.route(told(LATER, HOUSE), "D07", task)

    assert names(case) == ["CaseRouted", "CaseRouted"]
    assert (case.state, case.task_ids) == (CaseState.IN_REVIEW, ("case-1", "p-1/I2"))


def test_pre_decision_decides_and_completes_only_when_its_condition_is_met() -> None:
    case = accepted()
    case.route(told(LATER, HOUSE), "D07", "case-1")
    waits = Decision(True, 0, at(LATER), conditional=True)
    case.collect_events()

    assert case.complete(told(LATER, HOUSE), waits)
    assert (case.state, case.is_open, case.completed_at) == (CaseState.DECIDED, True, None)
    assert not case.complete(told(LATER, HOUSE), waits)
    with pytest.raises(CaseStateError):
        case.void(told(LATER), CLERK.id, "x", SEED) if not case.is_open else case.deliver(
            told(LATER), "window"
        )
    case.complete(told("2020-11-09 10:00", HOUSE), Decision(False, 1, at("2020-11-09 10:00")))

    assert names(case) == ["CaseDecided", "CaseDecided", "CaseCompleted"]
    assert (case.state, case.completion_kind) == (CaseState.COMPLETED, 1)


def test_a03_immediate_item_is_decided_by_who_accepted_it_and_names_them() -> None:
    case = accepted(item=IMMEDIATE)

    case.decide_on_spot(told("2020-09-28 11:00"), True)

    decided, done = case.pending
    assert (decided.on_spot, decided.decided_by) == (True, CLERK.id)  # type: ignore[attr-defined]
    assert case.accepted_by == CLERK.id
    assert done.completion_kind == 0  # type: ignore[attr-defined]


def test_a03_other_items_are_not_decided_at_the_window() -> None:
    with pytest.raises(NotImmediateError):
        accepted().decide_on_spot(told(LATER), True)
    with pytest.raises(CaseStateError):
        applied().decide_on_spot(told(LATER), True)


def test_waiting_application_can_be_withdrawn_while_corrections_are_awaited() -> None:
    case = applied()
    notify(case, "2020-09-25 10:00")

    end(case, "withdraw")

    assert case.state is CaseState.WITHDRAWN
