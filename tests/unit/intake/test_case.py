"""Cases: given events, when a command, then events or an error."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.intake.domain import (
    NOT_LISTED,
    REASONS,
    Application,
    Case,
    CaseRefusedError,
    CaseState,
    Decision,
    ListedItem,
    NotBegunError,
    Operation,
    ProjectNoTakenError,
    RecordKind,
    RowGuidReusedError,
    Verdict,
    filled,
)
from services.intake.domain.events import (
    CaseAccepted,
    CaseCompleted,
    CaseRefused,
    CaseSubmitted,
    ExternalRecordCorrected,
    ExternalRecordRetracted,
    ResultReported,
    StepReported,
)
from services.intake.domain.rules import InFutureError
from services.kernel.calendar_seed import SEED
from tests.unit.facts import COUNTY, HOUSE, NOW, facts
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

APPLIED = Application("case-1", "I1", "window", "s-1", window="07")


def test_case_is_accepted_under_the_version_in_force_with_its_limit() -> None:
    case = Case.submit(facts(), APPLIED)

    case.accept(facts(), ITEM, NOW, SEED)

    submitted, event = case.pending
    assert isinstance(submitted, CaseSubmitted)
    assert submitted.submitted_at == NOW
    assert isinstance(event, CaseAccepted)
    assert (event.item_version, event.mode, event.department) == (2, "manual", "D07")
    assert str(event.promised_due_at) == "2020-10-29 23:59:59+08:00"
    assert (event.calendar_version, event.provisional) == ("2020.2", None)
    assert str(event.statutory_due_at) == "2020-11-10 23:59:59+08:00"


def test_case_is_refused_when_its_item_is_on_no_list() -> None:
    case = Case.submit(facts(), APPLIED)

    case.refuse(facts(), NOT_LISTED, REASONS[NOT_LISTED])

    assert isinstance(case.pending[-1], CaseRefused)
    assert case.state is CaseState.REFUSED


def test_application_is_refused_when_it_claims_the_future() -> None:
    with pytest.raises(InFutureError):
        Case.submit(facts(), replace(APPLIED, submitted_at=NOW + timedelta(seconds=1)))


def test_version_in_force_is_the_highest_that_is_effective() -> None:
    old = replace(ITEM, item_version=1, effective_from=NOW - timedelta(days=9))
    coming = replace(ITEM, item_version=3, effective_from=NOW + timedelta(days=9))

    assert ListedItem([coming, old, ITEM]).in_force(NOW) == ITEM
    assert ListedItem([coming]).in_force(NOW) is None


def test_limit_is_kept_as_stated_when_the_record_states_one() -> None:
    said, counted = filled(replace(ACCEPT, promised_due_at=later(30)), ITEM, SEED)

    assert (said.promised_due_at, counted) == (later(30), None)


def test_reported_acceptance_keeps_its_times() -> None:
    case = accepted()

    assert case.accepted_at == NOW
    assert case.state is CaseState.ACCEPTED
    assert case.department == "D07"


def test_acceptance_is_refused_when_another_row_has_the_case_number() -> None:
    said, limits = completed(ACCEPT)

    with pytest.raises(ProjectNoTakenError):
        accepted().report_acceptance(facts(COUNTY), row(guid="row-9"), said, ITEM, limits)


def test_step_is_recorded_also_after_the_completion() -> None:
    case = accepted()
    case.complete(facts(HOUSE), Decision(True, 0, later(2)))

    case.report(facts(COUNTY), row(RecordKind.PROCESS), STEP)

    event = case.pending[-1]
    assert isinstance(event, StepReported)
    assert (event.handler, event.unit) == ("officer-21", "审批股")


def test_step_without_handler_names_none() -> None:
    case = accepted()

    case.report(facts(COUNTY), row(RecordKind.PROCESS), replace(STEP, handler="", unit=""))

    event = case.pending[-1]
    assert isinstance(event, StepReported)
    assert (event.handler, event.unit) == (None, None)


def test_result_waits_when_the_case_is_not_accepted() -> None:
    case = Case.submit(facts(), APPLIED)

    with pytest.raises(NotBegunError):
        case.report(facts(COUNTY), row(RecordKind.RESULT), RESULT)


def test_result_is_refused_when_the_case_was_refused() -> None:
    case = Case.submit(facts(), APPLIED)
    case.refuse(facts(), NOT_LISTED, REASONS[NOT_LISTED])

    with pytest.raises(CaseRefusedError):
        case.report(facts(COUNTY), row(RecordKind.RESULT), RESULT)


@pytest.mark.parametrize(("days", "on_time"), [(2, True), (9, True), (30, False), (-3, True)])
def test_completion_is_on_time_when_it_is_not_after_the_limit(days: int, on_time: bool) -> None:
    case = accepted()

    assert case.complete(facts(HOUSE), Decision(True, 0, later(days)))

    event = case.pending[-1]
    assert isinstance(event, CaseCompleted)
    assert event.on_time is on_time
    assert case.on_time is on_time
    assert case.completed_at == later(days)


def test_completion_has_no_effect_when_the_case_is_completed() -> None:
    case = accepted()
    case.complete(facts(HOUSE), Decision(True, 0, later(2)))

    assert not case.complete(facts(HOUSE), Decision(False, 1, later(3)))
    assert len(case.pending) == 1


def completed_by_result() -> Case:
    case = accepted()
    case.report(facts(COUNTY), row(RecordKind.RESULT), RESULT)
    case.complete(facts(HOUSE), Decision(True, 0, RESULT.completed_at, "row-result"))
    case.collect_events()
    return case


def test_correction_names_what_changed_and_holds_from_here_on() -> None:
    case = completed_by_result()
    update = row(RecordKind.RESULT, Operation.UPDATE, later(5))
    said = replace(RESULT, completed_at=later(4))

    assert case.rows.judge(update, said) is Verdict.CORRECTED
    case.correct(facts(COUNTY), update, said)

    event = case.pending[-1]
    assert isinstance(event, ExternalRecordCorrected)
    assert event.changed == {"completed_at": later(4).isoformat()}
    assert case.completed_at == later(4)


def test_completion_counts_as_corrected_when_the_result_was_corrected_meanwhile() -> None:
    case = accepted()
    case.report(facts(COUNTY), row(RecordKind.RESULT), RESULT)
    update = row(RecordKind.RESULT, Operation.UPDATE, later(5))
    case.correct(facts(COUNTY), update, replace(RESULT, result="rejected", completion_kind=1))

    case.complete(facts(HOUSE), Decision(True, 0, RESULT.completed_at, "row-result"))

    assert (case.granted, case.completion_kind) == (False, 1)


def test_correction_of_the_acceptance_moves_the_limit() -> None:
    case = accepted()
    said, _ = filled(replace(ACCEPT, accepted_at=later(1)), ITEM, SEED)

    case.correct(facts(COUNTY), row(operation=Operation.UPDATE, at=later(5)), said)

    event = case.pending[-1]
    assert isinstance(event, ExternalRecordCorrected)
    assert set(event.changed) == {"accepted_at", "submitted_at", "promised_due_at"}
    assert case.accepted_at == later(1)
    assert str(case.promised_due_at) == "2020-10-30 23:59:59+08:00"


def test_retracted_acceptance_ends_the_case_and_a_later_insert_brings_it_back() -> None:
    case = completed_by_result()
    case.retract(facts(COUNTY), row(operation=Operation.DELETE, at=later(5)), "deleted")
    assert isinstance(case.pending[-1], ExternalRecordRetracted)
    assert case.state is CaseState.RETRACTED

    said, limits = completed(ACCEPT)
    again = row(at=later(6))
    assert case.rows.judge(again, said) is Verdict.NEW
    case.report_acceptance(facts(COUNTY), again, said, ITEM, limits)

    assert (case.state, case.completed_at) == (CaseState.ACCEPTED, None)


def test_retracted_result_opens_the_case_again() -> None:
    case = completed_by_result()

    case.retract(facts(COUNTY), row(RecordKind.RESULT, Operation.DELETE, later(5)), "deleted")

    assert (case.state, case.completed_at, case.granted) == (CaseState.ACCEPTED, None, None)
    assert not case.complete(facts(HOUSE), Decision(True, 0, later(2), "row-result"))


def test_completion_by_an_officer_stands_when_a_result_is_retracted() -> None:
    case = accepted()
    case.complete(facts(HOUSE), Decision(True, 0, later(1)))
    case.report(facts(COUNTY), row(RecordKind.RESULT), RESULT)

    case.retract(facts(COUNTY), row(RecordKind.RESULT, Operation.DELETE, later(5)), "deleted")

    assert case.state is CaseState.COMPLETED


def test_insert_is_refused_when_its_guid_had_other_content() -> None:
    case = completed_by_result()

    with pytest.raises(RowGuidReusedError):
        case.rows.judge(row(RecordKind.RESULT, at=later(5)), replace(RESULT, completion_kind=6))


def test_delete_waits_when_its_row_is_not_here() -> None:
    with pytest.raises(NotBegunError):
        accepted().rows.judge(row(RecordKind.RESULT, Operation.DELETE), None)


def test_replayed_case_is_the_same_case() -> None:
    case = Case.submit(facts(), APPLIED)
    case.accept(facts(), ITEM, NOW, SEED)
    case.report(facts(COUNTY), row(RecordKind.PROCESS), STEP)
    case.report(facts(COUNTY), row(RecordKind.RESULT), RESULT)
    case.complete(facts(HOUSE), Decision(True, 0, RESULT.completed_at, "row-result"))
    events = case.pending
    case.collect_events()

    again = Case.replay(events)

    assert again == case


def test_case_is_as_it_was_when_only_older_events_are_replayed() -> None:
    case = Case.submit(facts(), APPLIED)
    case.accept(facts(), ITEM, NOW, SEED)
    case.complete(facts(HOUSE, at=later(2)), Decision(True, 0, later(2)))

    then = Case.replay(event for event in case.pending if event.timestamp <= later(1))

    assert then is not None
    assert then.state is CaseState.ACCEPTED


def test_reported_events_carry_only_what_was_said() -> None:
    case = accepted()
    case.report(facts(COUNTY), row(RecordKind.RESULT), RESULT)

    event = case.pending[-1]
    assert isinstance(event, ResultReported)
    assert event.completed_at == RESULT.completed_at
