"""Parallel approval: P01 to P09 of DOMAIN.md 3.7, and what a process of many tasks may do."""

from __future__ import annotations

import pytest

from services.approval.domain import (
    AlreadyDecidedError,
    BlockedError,
    NotSoError,
    NotWaivableError,
    Process,
    Result,
    SamePersonError,
    SelfEdgeError,
    TaskState,
    Verdict,
    WrongDepartmentError,
)
from services.approval.domain.process_events import (
    MutualPrerequisiteDetected,
    ParallelApprovalStarted,
    ProcessDecided,
    TaskReady,
)
from tests.unit.approval.projects import (
    BEGUN,
    CLERK,
    COUNTY,
    REFUSE,
    chain,
    day,
    decide,
    end_of,
    everything,
    facts,
    fire,
    member,
    of,
    officer,
    opened,
    state,
    states,
    told,
)


def cut(process: Process, item: str, other: str) -> None:
    process.defer_prerequisite(facts(), f"case-{item}", f"case-{other}", "c-1")


def test_p01_two_that_wait_for_each_other_are_told_once_and_blocked_until_an_edge_is_cut() -> None:
    process = opened(member("A", "B"), member("B", "A"), member("C"))
    (detected,) = of(process, MutualPrerequisiteDetected)

    assert detected.tasks == ["p-1/A", "p-1/B"]  # type: ignore[attr-defined]
    assert states(process) == {"A": "blocked", "B": "blocked", "C": "open"}
    assert process.mutual("p-1/A") == {"p-1/A", "p-1/B"}
    assert process.mutual("p-1/C") == set()
    with pytest.raises(BlockedError):
        decide(process, "A")

    cut(process, "A", "B")
    cut(process, "A", "B")

    assert states(process) == {"A": "open", "B": "blocked", "C": "open"}
    assert len(of(process, MutualPrerequisiteDetected)) == 1
    verdict = Verdict(True, 0, day(9, 8))
    process.approve_conditionally(facts(officer("A"), day(9, 8)), "p-1/A", "c-1", verdict)
    assert state(process, "B") == "open"
    assert not process.task("case-A").granted


def test_p02_three_in_a_ring_are_one_cycle() -> None:
    process = opened(member("A", "C"), member("B", "A"), member("C", "B"), member("D", "A"))

    assert [one.tasks for one in of(process, MutualPrerequisiteDetected)] == [  # type: ignore[attr-defined]
        ["p-1/A", "p-1/B", "p-1/C"]
    ]


def test_p02_two_rings_are_two_cycles() -> None:
    process = opened(member("A", "B"), member("B", "A"), member("C", "D"), member("D", "C"))

    assert process.cycles == [["p-1/A", "p-1/B"], ["p-1/C", "p-1/D"]]


def test_p02_task_that_waits_for_itself_is_refused() -> None:
    with pytest.raises(SelfEdgeError):
        opened(member("A", "A"))


def test_p03_process_keeps_the_version_of_its_scheme() -> None:
    process = opened(member("A"), member("B", "A"), version=3)
    (started,) = of(process, ParallelApprovalStarted)

    assert (started.scheme_version, process.scheme_version) == (3, 3)  # type: ignore[attr-defined]
    process.add_task(facts(), member("C"))
    assert process.scheme_version == 3


def test_p04_withdrawal_ends_what_is_open_and_leaves_what_is_approved() -> None:
    process = chain(A="", B="", C="B")
    decide(process, "A")

    process.withdraw(facts(CLERK, day(9, 9)))

    assert states(process) == {"A": "approved", "B": "cancelled", "C": "cancelled"}
    assert process.task("case-A").granted
    assert process.result is Result.GRANTED


def test_p04_withdrawal_of_everything_is_no_grant() -> None:
    process = chain(A="", B="A")

    process.withdraw(facts(CLERK, day(9, 9)))

    assert process.result is Result.WITHDRAWN


def test_p05_partial_withdrawal_ends_what_waited_for_it_and_the_rest_joins() -> None:
    process = chain(A="", B="A", C="B", D="")

    process.withdraw(facts(CLERK, day(9, 9)), ["case-A"])

    assert states(process) == {"A": "cancelled", "B": "cancelled", "C": "cancelled", "D": "open"}
    assert process.result is None
    decide(process, "D", at=day(9, 10))
    assert process.result is Result.GRANTED


def test_p05_what_waited_for_a_waivable_one_goes_on() -> None:
    process = opened(member("A", waivable=True), member("B", "A"))

    process.withdraw(facts(CLERK, day(9, 9)), ["case-A"])

    assert states(process) == {"A": "cancelled", "B": "open"}


def test_p06_one_rejection_lets_independent_approvals_stand_and_ends_the_whole_as_rejected() -> (
    None
):
    process = chain(A="", B="A", C="", D="C")
    decide(process, "C")

    decide(process, "A", REFUSE, day(9, 9))

    assert states(process) == {"A": "rejected", "B": "cancelled", "C": "approved", "D": "open"}
    assert process.task("case-C").granted
    assert process.result is None
    decide(process, "D", at=day(9, 10))
    assert process.result is Result.REJECTED
    (decided,) = of(process, ProcessDecided)
    assert [one.state for one in decided.tasks] == [
        "rejected",
        "cancelled",
        "approved",
        "approved",
    ]


def test_p06_rejection_of_a_waivable_task_only_blocks_until_it_is_waived() -> None:
    process = opened(member("A", waivable=True), member("B", "A"))
    decide(process, "A", REFUSE)

    assert states(process) == {"A": "rejected", "B": "blocked"}
    process.waive(facts(CLERK, day(9, 9)), "case-A", "not_needed")
    assert states(process) == {"A": "waived", "B": "open"}
    decide(process, "B", at=day(9, 10))
    assert process.result is Result.GRANTED


def test_p07_rejected_task_is_opened_again_with_what_fell_with_it() -> None:
    process = chain(A="", B="A", C="B")
    decide(process, "A", REFUSE)
    assert process.result is Result.REJECTED
    told(process)

    process.reopen_task(facts(CLERK, day(11, 2)), "case-A", "reconsideration")

    assert told(process) == [
        "ProcessReopened",
        "TaskReopened",
        "TaskReopened",
        "TaskReopened",
        "TaskReady",
    ]
    assert states(process) == {"A": "open", "B": "blocked", "C": "blocked"}
    assert process.result is None
    assert process.task("case-A").promised_due_at == end_of(11, 16)
    for number, item in enumerate("ABC"):
        decide(process, item, at=day(11, 3 + number))
    assert process.result is Result.GRANTED


def test_p07_only_a_rejected_task_is_opened_again() -> None:
    process = chain(A="", B="A")

    with pytest.raises(NotSoError):
        process.reopen_task(facts(), "case-A", "reconsideration")


def test_p08_department_added_mid_way_has_its_own_clock_and_the_joint_limit_stays() -> None:
    process = chain(A="", B="A")
    joint = process.joint_due_at

    process.add_task(facts(CLERK, day(9, 21)), member("C"))

    assert process.joint_due_at == joint
    assert process.task("case-A").promised_due_at == end_of(9, 21)
    assert process.task("case-C").promised_due_at == end_of(10, 10)
    with pytest.raises(NotSoError):
        process.add_task(facts(), member("C"))


def test_p08_added_task_that_closes_a_ring_is_told() -> None:
    process = chain(A="", B="A")

    process.add_task(facts(), member("C", "B"))

    assert process.cycles == []
    assert state(process, "C") == "blocked"


def test_p09_joint_limit_that_ends_earlier_binds() -> None:
    process = opened(member("A"), member("B", "A"), joint=5)
    task = process.task("case-A")

    assert process.joint_due_at == end_of(9, 14)
    assert task.promised_due_at == end_of(9, 21)
    assert process.binding_due(task) == end_of(9, 14)
    (ready,) = of(process, TaskReady)
    assert ready.binding_due_at == end_of(9, 14)  # type: ignore[attr-defined]
    fire(process, "A")
    assert state(process, "A") == "deemed_consented"
    assert process.pending[-2].rule == "joint_limit"  # type: ignore[attr-defined]


def test_p09_own_limit_that_ends_earlier_binds() -> None:
    process = chain(A="", B="A")

    assert process.binding_due(process.task("case-A")) == end_of(9, 21)


def test_p21_prerequisite_refused_later_ends_the_decision_that_went_ahead() -> None:
    process = opened(member("A", "B"), member("B", "A"))
    cut(process, "A", "B")
    verdict = Verdict(True, 0, BEGUN)
    process.approve_conditionally(facts(officer("A")), "case-A", "c-1", verdict)

    decide(process, "B", REFUSE, day(9, 9))

    assert states(process) == {"A": "rejected", "B": "rejected"}
    process.lapse_conditional(facts(), "case-A")  # has lapsed: no effect
    with pytest.raises(NotSoError):
        process.fulfil_conditional(facts(), "case-A")


def test_conditional_decision_keeps_the_process_open_until_it_is_whole() -> None:
    process = chain(A="")
    process.approve_conditionally(facts(officer("A")), "case-A", "c-1", Verdict(True, 0, BEGUN))
    assert process.result is None

    process.fulfil_conditional(facts(officer("A"), day(9, 20)), "case-A")
    process.fulfil_conditional(facts(officer("A"), day(9, 20)), "case-A")

    assert process.task("case-A").granted
    assert process.result is Result.GRANTED


def test_a03_who_accepted_the_project_decides_none_of_its_tasks() -> None:
    process = chain(A="")

    with pytest.raises(SamePersonError):
        decide(process, "A", by="clerk-12")


def test_task_is_taken_up_and_given_back_by_its_department() -> None:
    process = chain(A="", B="A")
    with pytest.raises(WrongDepartmentError):
        process.start(facts(officer("B")), "case-A")

    process.start(facts(officer("A")), "case-A")
    process.start(facts(officer("A")), "case-A")
    assert state(process, "A") == "in_progress"
    process.return_task(facts(officer("A")), "case-A", "wrong_handler")

    assert told(process) == ["TaskStarted", "TaskReturned"]
    assert process.task("case-A").handler is None
    with pytest.raises(NotSoError):
        process.return_task(facts(officer("A")), "case-A", "wrong_handler")


def test_only_a_waivable_task_is_waived() -> None:
    process = chain(A="", B="A")

    with pytest.raises(NotWaivableError):
        process.waive(facts(), "case-A", "not_needed")


def test_reported_result_of_a_blocked_task_waits() -> None:
    process = chain(A="", B="A")

    with pytest.raises(BlockedError):
        process.decide_as_reported(facts(COUNTY), Verdict(True, 0, BEGUN, "row-1"), "case-B")


def test_decided_task_is_not_decided_again() -> None:
    process = chain(A="", B="A")
    decide(process, "A")

    with pytest.raises(AlreadyDecidedError):
        decide(process, "A", REFUSE)


def test_process_is_the_same_when_it_is_rebuilt() -> None:
    process = opened(member("A"), member("B", "A"), member("C", "B"), member("D", waivable=True))
    decide(process, "A")
    fire(process, "B")
    process.waive(facts(), "case-D", "not_needed")
    decide(process, "C", at=day(10, 15))

    again = Process.replay(process.pending)

    assert again is not None
    assert everything(again) == everything(process)
    assert again.task("case-A").state is TaskState.APPROVED
