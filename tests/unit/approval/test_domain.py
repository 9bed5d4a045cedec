"""Tasks: given events, when a command, then events or an error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.approval.domain import (
    AlreadyDecidedError,
    Assignment,
    Process,
    SamePersonError,
    Step,
    StepRecorded,
    TaskApproved,
    TaskCancelled,
    TaskCreated,
    TaskRejected,
    TaskReopened,
    TaskState,
    Verdict,
    WrongDepartmentError,
)
from tests.unit.facts import CLERK, COUNTY, HOUSE, NOW, OFFICER, facts

CASE = Assignment("case-1", "I1", "D07", accepted_at=NOW, accepted_by="clerk-12")
STEP = Step("row-2", "审查", "pass", NOW, NOW, "officer-21")
GRANT = Verdict(True, 0, NOW)
REPORTED = Verdict(True, 0, NOW, row_guid="row-3")


def created() -> Process:
    task = Process.create(facts(HOUSE), CASE)
    task.collect_events()
    return task


def test_task_is_created_for_the_department() -> None:
    task = Process.create(facts(HOUSE), CASE)

    (event,) = task.pending
    assert isinstance(event, TaskCreated)
    assert event.accepted_by == "clerk-12"
    assert task.only.state is TaskState.OPEN


def test_step_is_filed_once_when_it_comes_twice() -> None:
    task = created()

    task.record_step(facts(COUNTY), STEP)
    task.record_step(facts(COUNTY), STEP)

    (event,) = task.pending
    assert isinstance(event, StepRecorded)


def test_officer_grants() -> None:
    task = created()

    task.decide(facts(OFFICER), GRANT)

    (event,) = task.pending
    assert isinstance(event, TaskApproved)
    assert event.decided_by == "officer-21"
    assert task.only.state is TaskState.APPROVED


def test_officer_rejects_with_a_reason() -> None:
    task = created()

    task.decide(facts(OFFICER), Verdict(False, 1, NOW, reason="conditions_not_met"))

    (event,) = task.pending
    assert isinstance(event, TaskRejected)
    assert (event.completion_kind, event.reason) == (1, "conditions_not_met")


def test_decision_is_refused_when_the_same_person_accepted_the_case() -> None:
    with pytest.raises(SamePersonError):
        created().decide(facts(CLERK), GRANT)


def test_decision_is_refused_when_the_officer_is_of_another_department() -> None:
    with pytest.raises(WrongDepartmentError):
        created().decide(facts(replace(OFFICER, unit="D08")), GRANT)


def test_decision_is_refused_when_the_task_has_one() -> None:
    task = created()
    task.decide(facts(OFFICER), GRANT)

    with pytest.raises(AlreadyDecidedError):
        task.decide(facts(replace(OFFICER, id="officer-22")), GRANT)


def test_reported_decision_has_no_effect_when_the_task_has_one() -> None:
    task = created()
    task.decide_as_reported(facts(COUNTY), REPORTED)
    task.collect_events()

    task.decide_as_reported(facts(COUNTY), replace(REPORTED, row_guid="row-4"))

    assert task.pending == ()
    assert task.only.ground == "row-3"


def test_step_is_filed_when_the_task_is_decided() -> None:
    task = created()
    task.decide_as_reported(facts(COUNTY), REPORTED)

    task.record_step(facts(COUNTY), STEP)

    assert isinstance(task.pending[-1], StepRecorded)


def test_task_is_open_again_when_its_ground_is_retracted() -> None:
    task = created()
    task.decide_as_reported(facts(COUNTY), REPORTED)

    task.result_retracted(facts(COUNTY), "row-3", "deleted by the sender")

    assert isinstance(task.pending[-1], TaskReopened)
    assert (task.only.state, task.only.decided_at, task.only.ground) == (TaskState.OPEN, None, None)


def test_decision_of_an_officer_stands_when_a_reported_result_is_retracted() -> None:
    task = created()
    task.decide(facts(OFFICER), GRANT)

    task.result_retracted(facts(COUNTY), "row-3", "deleted by the sender")

    assert task.only.state is TaskState.APPROVED


def test_task_is_cancelled_once_and_opens_when_the_case_is_accepted_again() -> None:
    task = created()

    task.cancel(facts(COUNTY), "row-1", "deleted by the sender")
    task.cancel(facts(COUNTY), "row-1", "deleted by the sender")
    assert [type(event) for event in task.pending] == [TaskCancelled]
    task.accepted_again(facts(HOUSE), "accepted again")
    task.accepted_again(facts(HOUSE), "accepted again")

    assert [type(event) for event in task.pending] == [TaskCancelled, TaskReopened]
    assert task.only.state is TaskState.OPEN
