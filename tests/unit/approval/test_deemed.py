"""Silence as consent: D01 to D16 of DOMAIN.md 3.7."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.approval.domain import (
    AlreadyDecidedError,
    DeemedEffect,
    IrrevocableError,
    Liable,
    Limits,
    Notice,
    NoticeMissingError,
    NotSoError,
    Process,
    Result,
    Verdict,
    VoidGround,
    WrongDepartmentError,
    breach_at,
)
from services.approval.domain.process_events import (
    ClockBreached,
    DeemedConsentVoided,
    LateDecisionRecorded,
    LiabilityRecorded,
    TaskDeemedConsented,
    TaskReady,
)
from services.kernel.calendar_seed import SEED, calendar_as_of
from services.kernel.clock import Cause, Reason
from services.kernel.limits import Limit
from tests.unit.approval.projects import (
    BEGUN,
    CLERK,
    COUNTY,
    REFUSE,
    TIMER,
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
    single,
    state,
    states,
    told,
    with_effect,
)

DUE = end_of(9, 21)
"""Ten working days from 2020-09-07."""
LAST_MOMENT = breach_at(DUE) - timedelta(milliseconds=1)
TOLD = Notice("N-1", 5)
CONSENT = ["ClockBreached", "TaskDeemedConsented", "LiabilityRecorded", "LiabilityRecorded"]


def notice(process: Process, *, applicant: bool, window: bool) -> None:
    process.notice_delay(
        facts(officer("A"), day(9, 15)),
        "case-A",
        "no_show",
        "bring_the_plan",
        TOLD,
        to_applicant=applicant,
        to_window=window,
    )


def test_d01_decision_at_the_last_moment_wins_when_it_comes_first() -> None:
    process = chain(A="", B="A")

    decide(process, "A", at=LAST_MOMENT)
    fire(process, "A")

    assert told(process) == ["TaskApproved", "TaskReady"]


def test_d01_decision_at_the_due_instant_is_late_although_no_timer_has_fired() -> None:
    process = chain(A="", B="A")

    decide(process, "A", at=breach_at(DUE))
    fire(process, "A")

    assert told(process) == [*CONSENT, "TaskReady", "LateDecisionRecorded"]
    assert state(process, "A") == "deemed_consented"


def test_d01_loser_is_looked_at_again_and_the_receipt_time_decides() -> None:
    process = chain(A="", B="A")
    fire(process, "A")

    decide(process, "A", at=LAST_MOMENT)

    assert state(process, "A") == "approved"
    assert all(one.withdrawn for one in process.liabilities.values())


def test_d02_timely_decision_that_arrives_late_voids_the_consent_and_counts() -> None:
    process = chain(A="", B="A")
    fire(process, "A")
    told(process)

    verdict = Verdict(False, 1, day(9, 20), "row-1")
    process.decide_as_reported(facts(COUNTY, day(9, 23)), verdict, "case-A")

    (voided,) = of(process, DeemedConsentVoided)
    assert voided.ground is VoidGround.TIMELY_DECISION_LATE  # type: ignore[attr-defined]
    assert told(process) == [
        "DeemedConsentVoided",
        "LiabilityWithdrawn",
        "TaskRejected",
        "TaskCancelled",
        "ProcessDecided",
    ]
    assert states(process) == {"A": "rejected", "B": "cancelled"}
    assert [one.withdrawn for one in process.liabilities.values()] == [True, True]


def test_d02_timely_approval_leaves_what_it_set_going_as_it_is() -> None:
    process = chain(A="", B="A")
    fire(process, "A")
    due = process.task("case-B").promised_due_at
    told(process)

    verdict = Verdict(True, 0, day(9, 20))
    process.late_decision(facts(officer("A"), day(9, 24)), "case-A", verdict, "ab" * 32)

    assert told(process) == ["DeemedConsentVoided", "LiabilityWithdrawn", "TaskApproved"]
    assert (state(process, "B"), process.task("case-B").promised_due_at) == ("open", due)


def test_d03_late_rejection_is_recorded_and_reverses_nothing() -> None:
    process = chain(A="", B="A")
    fire(process, "A")
    told(process)

    decide(process, "A", REFUSE, day(9, 23))

    assert told(process) == ["LateDecisionRecorded"]
    assert states(process) == {"A": "deemed_consented", "B": "open"}
    with pytest.raises(AlreadyDecidedError):
        decide(process, "A", at=day(9, 24))


def test_d03_overturning_needs_its_own_procedure_and_ends_what_waited() -> None:
    process = chain(A="", B="A", C="B")
    fire(process, "A")
    decide(process, "A", REFUSE, day(9, 23))

    process.overturn(facts(CLERK, day(9, 25)), "case-A", "art_69_1", compensation=True)

    assert states(process) == {"A": "overturned", "B": "cancelled", "C": "cancelled"}
    assert process.result is Result.REJECTED
    with pytest.raises(NotSoError):
        process.overturn(facts(CLERK, day(9, 25)), "case-A", "art_69_1", compensation=True)


def test_d04_late_approval_is_recorded_and_the_liability_stays() -> None:
    process = chain(A="", B="A")
    fire(process, "A")
    assert not process.task("case-A").granted

    decide(process, "A", at=day(9, 23))

    (late,) = of(process, LateDecisionRecorded)
    assert late.granted  # type: ignore[attr-defined]
    assert process.task("case-A").granted  # by a human decision, late as it is
    assert [one.withdrawn for one in process.liabilities.values()] == [False, False]


def test_d04_proof_of_nothing_in_time_does_not_void() -> None:
    process = chain(A="", B="A")
    fire(process, "A")

    verdict = Verdict(True, 0, breach_at(DUE))
    process.late_decision(facts(officer("A"), day(9, 24)), "case-A", verdict, "ab" * 32)

    assert of(process, DeemedConsentVoided) == []
    assert state(process, "A") == "deemed_consented"


def test_d05_clock_that_stands_still_at_the_due_time_does_not_fire() -> None:
    process = chain(A="", B="A")
    process.suspend(facts(officer("A"), day(9, 18)), "case-A", Reason.EXPERT_REVIEW, TOLD)
    told(process)

    process.pass_by(facts(TIMER, breach_at(DUE)), "p-1/A", breach_at(DUE))

    assert told(process) == []
    process.resume(facts(officer("A"), day(9, 25)), "case-A", Reason.EXPERT_REVIEW)
    assert process.task("case-A").promised_due_at == end_of(9, 27)
    fire(process, "A")
    assert state(process, "A") == "deemed_consented"


def test_d06_applicants_delay_told_to_both_keeps_silence_from_counting() -> None:
    process = chain(A="", B="A")
    notice(process, applicant=True, window=True)

    process.pass_by(facts(TIMER, breach_at(DUE)), "p-1/A", breach_at(DUE))

    assert told(process) == ["ApplicantDelayNoticed", "ClockSuspended"]
    assert process.liabilities == {}
    assert state(process, "A") == "open"


def test_d07_applicants_delay_without_a_notice_excuses_nothing() -> None:
    process = chain(A="", B="A")
    with pytest.raises(NoticeMissingError):
        process.suspend(facts(officer("A"), day(9, 15)), "case-A", Reason.APPLICANT_CAUSE, TOLD)

    fire(process, "A")

    assert state(process, "A") == "deemed_consented"
    assert len(process.liabilities) == 2


def test_d08_notice_to_the_applicant_alone_counts_as_none() -> None:
    process = chain(A="", B="A")
    notice(process, applicant=True, window=False)

    fire(process, "A")

    assert told(process)[0] == "ApplicantDelayNoticed"
    assert state(process, "A") == "deemed_consented"
    assert len(process.liabilities) == 2


def test_d09_three_that_waited_become_ready_once() -> None:
    process = chain(A="", B="A", C="A", D="A")

    fire(process, "A")
    fire(process, "A")
    decide(process, "A", at=day(9, 23))

    ready = [one.task_id for one in of(process, TaskReady)]  # type: ignore[attr-defined]
    assert ready == ["p-1/B", "p-1/C", "p-1/D"]


def test_d10_item_without_an_effect_only_breaches() -> None:
    process = opened(member("A", limits=with_effect(DeemedEffect.NONE)), member("B", "A"))
    told(process)

    fire(process, "A")
    process.breach(facts(TIMER, day(10, 20)), "p-1/A", day(10, 20))

    assert told(process) == ["ClockBreached", "ClockBreached"]
    assert states(process) == {"A": "open", "B": "blocked"}


def test_d11_last_stage_waits_for_a_human_and_somebody_answers() -> None:
    process = chain(A="")

    fire(process, "A")

    assert told(process) == ["ClockBreached", "LiabilityRecorded", "LiabilityRecorded"]
    assert state(process, "A") == "open"
    assert not process.task("case-A").granted
    decide(process, "A", at=day(9, 25))
    assert process.task("case-A").granted


def test_d11_case_of_one_department_waits_for_a_human_too() -> None:
    process = single()

    fire(process, "A")
    decide(process, "A", at=day(9, 25))

    assert told(process) == [
        "ClockBreached",
        "LiabilityRecorded",
        "LiabilityRecorded",
        "TaskApproved",
    ]


def test_d11_renewal_is_deemed_granted_at_the_last_stage() -> None:
    process = single(with_effect(DeemedEffect.GRANT))

    fire(process, "A")

    assert state(process, "A") == "deemed_consented"
    assert process.task().granted


def test_d12_window_and_department_answer_for_one_cause() -> None:
    process = chain(A="", B="A")

    fire(process, "A")

    (consent,) = of(process, TaskDeemedConsented)
    liable = of(process, LiabilityRecorded)
    assert [(one.liable, one.unit) for one in liable] == [  # type: ignore[attr-defined]
        (Liable.WINDOW, "07"),
        (Liable.DEPARTMENT, "DA"),
    ]
    assert {one.cause_version for one in liable} == {consent.originator_version}  # type: ignore[attr-defined]


def test_d13_after_two_days_of_downtime_it_fires_once_with_the_true_due() -> None:
    process = chain(A="", B="A")

    fire(process, "A", noticed_at=day(9, 23, 12))
    fire(process, "A", noticed_at=day(9, 23, 12))

    (consent,) = of(process, TaskDeemedConsented)
    assert (consent.due_at, consent.fired_at) == (DUE, day(9, 23, 12))  # type: ignore[attr-defined]
    assert consent.facts.occurred_at == breach_at(DUE)


def test_d13_what_came_in_time_meanwhile_is_considered_first() -> None:
    process = chain(A="", B="A")
    verdict = Verdict(True, 0, day(9, 20), "row-1")
    process.decide_as_reported(facts(COUNTY, day(9, 23)), verdict, "case-A")

    process.pass_by(facts(TIMER, breach_at(DUE)), "p-1/A", day(9, 23, 12))

    assert told(process) == ["TaskApproved", "TaskReady"]


def test_d14_the_same_firing_twice_is_one_event() -> None:
    process = chain(A="", B="A")
    alone = chain(A="")

    for one in (process, alone):
        for _ in range(3):
            fire(one, "A")

    assert len(of(process, TaskDeemedConsented)) == 1
    assert len(of(alone, ClockBreached)) == 1
    assert len(alone.liabilities) == 2


def amended(process: Process) -> None:
    process.counting_by(SEED)
    process.recalculate(facts(TIMER, day(1, 27)), Cause.CALENDAR_AMENDED)


def spring() -> Process:
    """A project of 2020-01-22; its first limit of three days ends on 02-01, until amended."""
    at, limits = day(1, 22), Limits(Limit(3))
    known = calendar_as_of(day(1, 22).date())
    process = opened(member("A", limits=limits), member("B", "A"), at=at, calendar=known)
    assert process.task("case-A").promised_due_at == end_of(2, 1)
    fire(process, "A")
    assert states(process) == {"A": "deemed_consented", "B": "open"}
    told(process)
    return process


def test_d15_consent_that_an_amended_calendar_makes_too_early_is_void() -> None:
    process = spring()

    amended(process)

    assert told(process)[:2] == ["DeemedConsentVoided", "LiabilityWithdrawn"]
    assert states(process) == {"A": "open", "B": "blocked"}
    assert process.task("case-A").promised_due_at == end_of(2, 4)
    assert process.task("case-B").clocks is None
    fire(process, "A")
    assert states(process) == {"A": "deemed_consented", "B": "open"}


def test_d15_consent_stands_when_the_next_stage_has_decided() -> None:
    process = spring()
    decide(process, "B", at=day(2, 2))
    told(process)

    amended(process)

    assert told(process) == []
    with pytest.raises(IrrevocableError):
        process.void(facts(CLERK, day(2, 3)), "case-A", VoidGround.WRONG_CLOCK, "ab" * 32)


def test_d15_wrong_clock_is_put_right_by_a_person() -> None:
    process = chain(A="", B="A")
    fire(process, "A")

    process.void(facts(CLERK, day(9, 22)), "case-A", VoidGround.WRONG_CLOCK, "ab" * 32)

    assert states(process) == {"A": "open", "B": "blocked"}
    assert all(one.withdrawn for one in process.liabilities.values())


def test_d16_case_accepted_by_silence_runs_from_the_receipt() -> None:
    """Intake lets acceptance stand; approval counts from the day it is given (K24)."""
    process = single(at=day(9, 24))

    assert process.only.promised_due_at == end_of(10, 14)


def test_statutory_breach_makes_somebody_answer_and_no_more() -> None:
    process = chain(A="", B="A")
    at = breach_at(end_of(10, 10))
    process.suspend(facts(officer("A"), day(9, 18)), "case-A", Reason.THIRD_PARTY, TOLD)
    told(process)

    process.breach(facts(TIMER, at), "p-1/A", at)
    process.breach(facts(TIMER, at), "p-1/A", at)

    assert told(process) == ["ClockBreached", "LiabilityRecorded", "LiabilityRecorded"]
    assert state(process, "A") == "open"


def test_late_decision_is_the_departments() -> None:
    process = chain(A="", B="A")
    fire(process, "A")

    with pytest.raises(WrongDepartmentError):
        process.late_decision(facts(officer("B"), day(9, 23)), "case-A", Verdict(True, 0, BEGUN))


def test_everything_silence_did_is_rebuilt_from_events() -> None:
    process = opened(member("A"), member("B", "A"))
    fire(process, "A")
    process.void(facts(CLERK, day(9, 22)), "case-A", VoidGround.WRONG_CLOCK, "ab" * 32)

    again = Process.replay(process.pending)

    assert again is not None
    assert everything(again) == everything(process)
