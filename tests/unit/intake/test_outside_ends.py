"""Rows about cases that ended here: what goes on file, what is refused, what they still change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.intake.domain import Application, Case, CaseState, Decision, Operation, RecordKind
from services.intake.domain.endings import WHOLE
from services.intake.domain.rules import CaseEndedError, NotBegunError, ProjectNoTakenError
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Facts
from tests.unit.facts import CLERK, COUNTY, facts
from tests.unit.intake.lives import applied, notify, told
from tests.unit.intake.rows import (
    ACCEPT,
    ITEM,
    RESULT,
    STEP,
    accepted,
    completed,
    later,
    replace,
    row,
)

KIND = RecordKind.RESULT


def by_clerk(days: int = 1) -> Facts:
    return facts(CLERK, later(days))


def withdrawn(case: Case) -> None:
    case.withdraw(by_clerk(), WHOLE, (), "", SEED)


def forwarded(case: Case) -> None:
    case.forward_up(by_clerk(), "市住建局", SEED)


def voided(case: Case) -> None:
    case.void(by_clerk(), "chief-3", "作废", SEED)


def deleted(case: Case) -> None:
    case.delete_in_error(by_clerk(), "chief-3", "重复录入")


ENDS = [withdrawn, forwarded, voided]


@pytest.mark.parametrize("end", ENDS)
def test_step_of_a_case_that_ended_goes_on_file_and_a_result_does_not(
    end: Callable[[Case], None],
) -> None:
    case = accepted()
    end(case)
    before = (case.state, case.completion_kind, case.completed_at)

    case.report(facts(COUNTY, later(2)), row(RecordKind.PROCESS), STEP)
    with pytest.raises(CaseEndedError):
        case.report(facts(COUNTY, later(2)), row(KIND), RESULT)

    assert (case.state, case.completion_kind, case.completed_at) == before


@pytest.mark.parametrize("operation", ["correct", "retract"])
def test_result_of_a_voided_case_is_neither_corrected_nor_taken_back(operation: str) -> None:
    case = accepted()
    case.report(facts(COUNTY, later(2)), row(KIND), RESULT)
    case.complete(facts(COUNTY, later(2)), Decision(True, 0, later(2), f"row-{KIND.value}"))
    voided(case)
    changed = row(KIND, Operation.UPDATE, later(3))

    with pytest.raises(CaseEndedError):
        if operation == "correct":
            case.correct(facts(COUNTY, later(3)), changed, replace(RESULT, result="rejected"))
        else:
            case.retract(facts(COUNTY, later(3)), changed, "deleted by the sender")

    assert (case.state, case.completion_kind) == (CaseState.VOIDED, 2)


def test_deleted_case_takes_nothing_more_and_stays_deleted() -> None:
    case = accepted()
    deleted(case)

    with pytest.raises(CaseEndedError):
        case.report(facts(COUNTY, later(2)), row(RecordKind.PROCESS), STEP)
    case.retract(facts(COUNTY, later(2)), row(at=later(2)), "deleted by the sender")
    assert case.state is CaseState.DELETED_IN_ERROR
    said, limits = completed(ACCEPT)
    with pytest.raises(CaseEndedError):
        case.report_acceptance(facts(COUNTY, later(3)), row(at=later(3)), said, ITEM, limits)


def test_withdrawn_case_whose_acceptance_is_deleted_counts_nowhere() -> None:
    case = accepted()
    withdrawn(case)

    case.retract(facts(COUNTY, later(2)), row(at=later(2)), "deleted by the sender")

    assert case.state is CaseState.RETRACTED


@pytest.mark.parametrize("done", ["delivered", "archived"])
def test_result_of_a_delivered_or_archived_case_still_rules_it(done: str) -> None:
    case = accepted()
    case.report(facts(COUNTY, later(2)), row(KIND), RESULT)
    case.complete(facts(COUNTY, later(2)), Decision(True, 0, later(2), f"row-{KIND.value}"))
    case.deliver(by_clerk(3), "window")
    if done == "archived":
        case.archive(by_clerk(4))
    case.report(facts(COUNTY, later(5)), row(RecordKind.PROCESS), STEP)

    changed = replace(RESULT, result="rejected", completion_kind=1)
    case.correct(facts(COUNTY, later(5)), row(KIND, Operation.UPDATE, later(5)), changed)
    assert (case.granted, case.completion_kind) == (False, 1)

    gone = row(KIND, Operation.DELETE, later(6))
    case.retract(facts(COUNTY, later(6)), gone, "deleted by the sender")
    assert (case.state, case.completed_at) == (CaseState.ACCEPTED, None)


def abandoned() -> Case:
    case = applied()
    notify(case, "2020-09-25 10:00")
    due = told("2020-10-30 00:00")
    case.lapse_corrections(due, due.occurred_at)
    return case


def taken_back() -> Case:
    case = applied()
    case.withdraw(told("2020-09-25 10:00"), WHOLE, (), "", SEED)
    return case


@pytest.mark.parametrize("ended", [abandoned, taken_back])
def test_application_that_came_to_nothing_is_not_accepted_by_another_system(
    ended: Callable[[], Case],
) -> None:
    case = ended()
    said, limits = completed(ACCEPT)

    with pytest.raises(ProjectNoTakenError):
        case.report_acceptance(facts(COUNTY, later(9)), row(), said, ITEM, limits)
    with pytest.raises(CaseEndedError):
        case.report(facts(COUNTY, later(9)), row(RecordKind.PROCESS), STEP)


def test_application_that_waits_lets_its_rows_wait() -> None:
    case = Case.submit(facts(), Application("case-1", "I1", "online", "s-1", at_once=False))
    with pytest.raises(NotBegunError):
        case.report(facts(COUNTY), row(RecordKind.PROCESS), STEP)
