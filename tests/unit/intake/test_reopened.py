"""A completion that loses its ground, and decisions of approval that come after (D02, K07, P07)."""

from __future__ import annotations

import pytest

from services.intake.domain import Case, CaseState, Decision, RecordKind
from services.intake.domain.endings import OTHER, WHOLE
from services.intake.domain.terms import ReopeningGround
from services.kernel.calendar_seed import SEED
from tests.unit.intake.lives import accepted, at, names, told
from tests.unit.intake.rows import RESULT, row
from tests.unit.intake.rows import accepted as reported

VOIDED = ReopeningGround.DEEMED_CONSENT_VOIDED


def consented() -> Case:
    """A case silence had granted."""
    case = accepted()
    case.route(told("2020-09-28 10:05"), "D07", "case-1")
    decided = at("2020-10-13 00:00")
    case.complete(told("2020-10-13 00:00"), Decision(True, 0, decided, task_id="case-1"))
    case.collect_events()
    return case


@pytest.mark.parametrize("ground", ReopeningGround)
def test_completed_case_is_open_again_when_its_ground_is_gone(ground: ReopeningGround) -> None:
    case = consented()

    assert case.reopen(told("2020-10-13 09:00"), ground, SEED, "case-1")

    assert names(case) == ["CaseReopened"]
    assert case.state is CaseState.IN_REVIEW
    assert (case.completed_at, case.granted, case.completion_kind) == (None, None, None)
    assert case.turned and case.retimed and case.is_open


def test_d02_real_decision_completes_it_anew() -> None:
    case = consented()
    case.reopen(told("2020-10-13 09:00"), VOIDED, SEED, "case-1")

    case.complete(told("2020-10-13 09:00"), Decision(False, 1, at("2020-10-12 16:00")))

    assert (case.state, case.granted, case.on_time) == (CaseState.COMPLETED, False, True)


def test_delivered_and_archived_cases_open_too() -> None:
    case = consented()
    case.deliver(told("2020-10-14 09:00"), "window")
    case.archive(told("2020-10-15 09:00"))

    assert case.reopen(told("2020-10-16 09:00"), VOIDED, SEED)
    assert case.is_open


def test_only_a_completion_can_be_taken_back() -> None:
    running, ended = accepted(), accepted()
    ended.withdraw(told("2020-09-29 09:00"), WHOLE, (), "", SEED)
    ended.collect_events()

    assert not running.reopen(told("2020-09-29 09:00"), VOIDED, SEED)
    assert not ended.reopen(told("2020-09-30 09:00"), VOIDED, SEED)
    assert (names(running), names(ended)) == ([], [])


def test_completion_on_a_reported_result_is_opened_by_its_source_alone() -> None:
    case = reported()
    case.report(told("2020-10-22 09:20"), row(RecordKind.RESULT), RESULT)
    decision = Decision(True, 0, RESULT.completed_at, f"row-{RecordKind.RESULT.value}")
    case.complete(told("2020-10-22 09:20"), decision)

    assert not case.reopen(told("2020-10-23 09:00"), VOIDED, SEED)


def test_p06_case_whose_prerequisite_was_refused_ends_without_a_decision() -> None:
    case = accepted()

    case.fall(told("2020-09-29 09:00"), SEED)

    assert (case.state, case.completion_kind, case.granted) == (CaseState.COMPLETED, OTHER, False)
    case.collect_events()
    case.fall(told("2020-09-30 09:00"), SEED)
    assert names(case) == []
