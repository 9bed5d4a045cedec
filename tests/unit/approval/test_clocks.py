"""Clocks of tasks and of the whole: the K rows of DOMAIN.md 3.7 in a process, and P16."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.approval.domain import (
    Limits,
    NoClockError,
    Notice,
    NotToldError,
    Process,
    WrongDepartmentError,
    WrongRoleError,
    breach_at,
)
from services.approval.domain.process_events import ClockRecalculated, ClockResumed
from services.kernel.calendar_seed import SEED, calendar_as_of
from services.kernel.clock import Cause, Kind, Reason, explain
from services.kernel.clock.errors import (
    AlreadyExtendedError,
    AlreadySuspendedError,
    DoesNotStopError,
    ExtendedTooLateError,
    ExtensionTooLongError,
    NotSuspendedError,
    SuspendedAfterDueError,
)
from services.kernel.limits import Limit, Unit
from tests.unit.approval.projects import (
    CLERK,
    TIMER,
    chain,
    day,
    end_of,
    facts,
    member,
    of,
    officer,
    opened,
    single,
    told,
)

TOLD = Notice("N-1", 5)
HEAD = officer("A", "head-A", "department_head")
MAYOR = officer("", "mayor-1", "government_head")


def days(promised: int, statutory: int | None = None, unit: Unit = Unit.WORKING_DAY) -> Limits:
    return Limits(Limit(promised, unit), None if statutory is None else Limit(statutory))


def due(process: Process, kind: Kind = Kind.PROMISED) -> datetime | None:
    return process.only.dues.get(kind.value)


def stop(process: Process, at: datetime, reason: Reason = Reason.EXPERT_REVIEW) -> None:
    process.suspend(facts(officer("A"), at), "case-A", reason, TOLD)


def go_on(process: Process, at: datetime, reason: Reason = Reason.EXPERT_REVIEW) -> None:
    process.resume(facts(officer("A"), at), "case-A", reason)


def extend(process: Process, units: int, at: datetime) -> None:
    process.extend(facts(HEAD, at), "case-A", units, "complex_case", "N-9")


def test_k01_make_up_sunday_counts() -> None:
    assert due(single(days(5), day(9, 25))) == end_of(10, 9)


def test_k02_make_up_saturday_is_a_due_date() -> None:
    assert due(single(days(2), day(9, 30))) == end_of(10, 10)


def test_k03_licence_of_twenty_days_and_its_extension_by_ten() -> None:
    process = single(days(20, 20), day(9, 7))
    assert due(process) == end_of(10, 10)

    extend(process, 10, day(9, 30))

    assert (due(process), due(process, Kind.STATUTORY)) == (end_of(10, 23), end_of(10, 23))


def test_k05_joint_limit_and_its_extension() -> None:
    process = opened(member("A"), at=day(1, 20))
    assert process.joint_due_at == end_of(3, 31)

    process.extend_joint(facts(MAYOR, day(3, 2)), 15, "complex_project", "N-9")

    assert process.joint_due_at == end_of(4, 22)


def test_k06_retroactive_holiday_moves_the_end_and_the_old_one_is_kept() -> None:
    known = calendar_as_of(day(1, 20).date())
    process = single(days(20, 20), day(1, 20), known)
    assert due(process) == end_of(2, 21)

    process.counting_by(SEED).recalculate(facts(TIMER, day(1, 27)), Cause.CALENDAR_AMENDED)
    process.recalculate(facts(TIMER, day(1, 27)), Cause.CALENDAR_AMENDED)

    moved = of(process, ClockRecalculated)
    assert [(one.old_due_at, one.new_due_at) for one in moved] == [  # type: ignore[attr-defined]
        (end_of(2, 21), end_of(2, 25))
    ] * 2  # both limits, once each


def test_k06_joint_limit_is_counted_again_too() -> None:
    process = opened(member("A"), at=day(1, 20), calendar=calendar_as_of(day(1, 20).date()))

    process.counting_by(SEED).recalculate(facts(TIMER, day(1, 27)), Cause.CALENDAR_AMENDED)

    assert process.joint_due_at == end_of(3, 31)


def test_k07_three_days_over_the_lengthened_festival() -> None:
    process = single(days(3), day(1, 22), calendar_as_of(day(1, 22).date()))
    assert due(process) == end_of(2, 1)

    process.counting_by(SEED).recalculate(facts(TIMER, day(1, 27)), Cause.CALENDAR_AMENDED)

    assert due(process) == end_of(2, 4)


def test_k09_end_in_a_year_that_is_not_announced_is_provisional() -> None:
    at = datetime(2026, 12, 21, 9, tzinfo=day(1, 1).tzinfo)
    process = opened(member("A", limits=days(20)), at=at)
    (ready,) = [one for one in process.pending if type(one).__name__ == "TaskReady"]

    assert ready.provisional  # type: ignore[attr-defined]
    assert ready.promised_due_at.date().isoformat() == "2027-01-18"  # type: ignore[attr-defined]


def test_k11_suspended_over_the_holiday() -> None:
    process = single(days(7), day(9, 28))

    stop(process, day(9, 29))
    assert due(process) is None
    go_on(process, day(10, 9))

    assert due(process) == end_of(10, 16)


def test_k12_suspension_wholly_in_a_holiday_changes_nothing() -> None:
    process = single(days(5), day(9, 25))

    stop(process, day(10, 1))
    go_on(process, day(10, 9))

    assert due(process) == end_of(10, 9)
    (resumed,) = of(process, ClockResumed)
    assert resumed.excluded_days == 0  # type: ignore[attr-defined]


def test_k15_overlapping_reasons_are_united_not_added() -> None:
    process = single(days(10), day(9, 7))

    stop(process, day(9, 9))
    stop(process, day(9, 10), Reason.TESTING)
    go_on(process, day(9, 11))
    assert due(process) is None  # the other reason still holds
    go_on(process, day(9, 14), Reason.TESTING)

    assert due(process) == end_of(9, 24)  # three days: 9, 10, 11 September


def test_k16_suspended_and_resumed_the_same_day_excludes_nothing() -> None:
    process = single(days(10), day(9, 7))

    stop(process, day(9, 9))
    go_on(process, day(9, 9, 17))

    assert due(process) == end_of(9, 21)


def test_k17_resume_without_suspend_and_suspend_twice_are_refused() -> None:
    process = single(days(10), day(9, 7))
    with pytest.raises(NotSuspendedError):
        go_on(process, day(9, 9))

    stop(process, day(9, 9))

    with pytest.raises(AlreadySuspendedError):
        stop(process, day(9, 10))


def test_k18_suspension_after_the_breach_is_refused_and_the_breach_stands() -> None:
    process = single(days(10), day(9, 7))
    process.pass_by(facts(TIMER, breach_at(end_of(9, 21))), "case-A", breach_at(end_of(9, 21)))

    with pytest.raises(SuspendedAfterDueError):
        stop(process, day(9, 22))

    assert process.only.breaches == {"PROMISED": end_of(9, 21)}


def test_k19_extension_on_the_due_date_holds_and_the_day_after_does_not() -> None:
    in_time, late = single(days(10), day(9, 7)), single(days(10), day(9, 7))

    extend(in_time, 5, end_of(9, 21))
    with pytest.raises(ExtendedTooLateError):
        extend(late, 5, breach_at(end_of(9, 21)))

    assert due(in_time) == end_of(9, 27)


def test_k20_head_of_a_department_does_not_extend_a_joint_limit() -> None:
    process = chain(A="")

    with pytest.raises(WrongRoleError):
        process.extend_joint(facts(HEAD, day(9, 8)), 15, "complex_project", "N-9")
    with pytest.raises(WrongRoleError):
        process.extend(facts(MAYOR, day(9, 8)), "case-A", 5, "complex_case", "N-9")
    with pytest.raises(WrongRoleError):
        process.extend(facts(officer("A"), day(9, 8)), "case-A", 5, "complex_case", "N-9")
    other = officer("B", "head-B", "department_head")
    with pytest.raises(WrongDepartmentError):
        process.extend(facts(other, day(9, 8)), "case-A", 5, "complex_case", "N-9")


def test_k21_second_extension_is_refused() -> None:
    process, joint = single(days(10), day(9, 7)), chain(A="")
    extend(process, 5, day(9, 8))
    joint.extend_joint(facts(MAYOR, day(9, 8)), 15, "complex_project", "N-9")

    with pytest.raises(AlreadyExtendedError):
        extend(process, 5, day(9, 9))
    with pytest.raises(AlreadyExtendedError):
        joint.extend_joint(facts(MAYOR, day(9, 9)), 15, "complex_project", "N-9")


def test_k21_extension_beyond_the_law_or_the_scheme_is_refused() -> None:
    with pytest.raises(ExtensionTooLongError):
        extend(single(days(10), day(9, 7)), 11, day(9, 8))
    with pytest.raises(ExtensionTooLongError):
        chain(A="").extend_joint(facts(MAYOR, day(9, 8)), 16, "complex_project", "N-9")


def test_k22_decision_in_the_last_second_is_in_time_whatever_the_counter() -> None:
    process = chain(A="", B="A")

    process.pass_by(facts(TIMER, end_of(9, 21)), "p-1/A", end_of(9, 21))

    assert told(process) == []


def test_k23_the_day_of_a_moment_in_utc_is_that_of_shanghai() -> None:
    at = datetime(2020, 9, 24, 17, 0, tzinfo=UTC)  # 01:00 of the 25th

    assert due(single(days(5), at)) == end_of(10, 9)


def test_k24_limits_of_a_case_accepted_by_silence_run_from_the_receipt() -> None:
    assert due(single(days(5), day(9, 24))) == end_of(9, 30)


def test_k25_returned_task_does_not_get_its_days_again() -> None:
    process = single(days(10), day(9, 7))
    process.start(facts(officer("A"), day(9, 8)))

    process.return_task(facts(officer("A"), day(9, 10)), "case-A", "papers_incomplete")

    assert due(process) == end_of(9, 21)


def test_k26_calendar_days_that_end_in_a_holiday_move_behind_it() -> None:
    assert due(single(days(10, unit=Unit.CALENDAR_DAY), day(9, 25))) == end_of(10, 9)


def test_k27_immediate_task_is_late_when_its_day_is_over() -> None:
    process = single(days(0, unit=Unit.IMMEDIATE), day(9, 7))
    assert due(process) == end_of(9, 7)

    process.pass_by(facts(TIMER, day(9, 8, 0)), "case-A", day(9, 8, 0))

    assert told(process) == ["ClockBreached", "LiabilityRecorded", "LiabilityRecorded"]


def test_k28_late_task_leaves_the_whole_in_time() -> None:
    process = chain(A="", B="")

    process.pass_by(facts(TIMER, day(9, 22)), "p-1/A", day(9, 22))

    assert process.task("case-A").breaches != {}
    assert (process.task("case-B").breaches, process.joint_breach) == ({}, None)


def test_k29_hours_count_within_office_hours() -> None:
    process = single(days(4, unit=Unit.HOUR), day(9, 7, 16, 30))

    assert due(process) == day(9, 8, 11, 30)


def test_k30_half_days_of_some_are_working_days_of_all() -> None:
    at = datetime(2021, 3, 5, 9, tzinfo=day(1, 1).tzinfo)

    found = due(single(days(1), at))

    assert found is not None
    assert found.date().isoformat() == "2021-03-08"


def test_p16_survey_does_not_stop_the_statutory_clock() -> None:
    process = single(days(10, 20), day(9, 7))
    with pytest.raises(DoesNotStopError):
        stop(process, day(9, 9), Reason.SURVEY)

    agreed = Limits(Limit(10), Limit(20), also_stops_promised=("SURVEY",))
    process = single(agreed, day(9, 7))
    stop(process, day(9, 9), Reason.SURVEY)

    assert (due(process), due(process, Kind.STATUTORY)) == (None, end_of(10, 10))
    with pytest.raises(DoesNotStopError):
        process.suspend(
            facts(officer("A"), day(9, 9)), "case-A", Reason.SURVEY, TOLD, [Kind.STATUTORY]
        )


def test_reason_of_the_promise_alone_leaves_the_statutory_clock_running() -> None:
    process = single(days(10, 20), day(9, 7))

    stop(process, day(9, 9), Reason.THIRD_PARTY)

    assert (due(process), due(process, Kind.STATUTORY)) == (None, end_of(10, 10))
    assert process.only.suspended


@pytest.mark.parametrize("notice", [Notice("", 5), Notice("N-1", 0)])
def test_suspension_says_in_writing_how_long(notice: Notice) -> None:
    process = single(days(10), day(9, 7))

    with pytest.raises(NotToldError):
        process.suspend(facts(officer("A"), day(9, 9)), "case-A", Reason.TESTING, notice)


def test_joint_clock_stands_still_and_goes_on() -> None:
    process = opened(member("A"), at=day(9, 7), joint=10)

    process.suspend_joint(facts(CLERK, day(9, 9)), Reason.HEARING, TOLD)
    assert process.joint_due_at is None
    with pytest.raises(DoesNotStopError):
        process.suspend_joint(facts(CLERK, day(9, 9)), Reason.SURVEY, TOLD)
    process.resume_joint(facts(CLERK, day(9, 11)), Reason.HEARING)

    assert process.joint_due_at == end_of(9, 23)


def test_limits_are_said_to_approach_and_to_pass_once() -> None:
    process = chain(A="", B="A")

    for _ in range(2):
        process.approach(facts(TIMER, day(9, 18)), "p-1/A", day(9, 18))
        process.approach_joint(facts(TIMER, day(11, 1)), day(11, 1))
        process.breach_joint(facts(TIMER, day(12, 1)), day(12, 1))

    assert told(process) == ["DeadlineApproaching", "DeadlineApproaching", "ClockBreached"]


def test_limit_that_has_passed_approaches_no_more() -> None:
    process = chain(A="", B="A")

    process.approach(facts(TIMER, day(9, 22)), "p-1/A", day(9, 22))

    assert told(process) == []


def test_clock_of_a_blocked_task_does_not_run() -> None:
    process = chain(A="", B="A")

    with pytest.raises(NoClockError):
        process._clocks(process.task("case-B"))


def test_every_day_of_a_clock_is_explained() -> None:
    process = single(days(5), day(9, 25))
    clock = process.only.clock(Kind.PROMISED)
    assert clock is not None

    cells = explain(clock, SEED)

    assert [cell.number for cell in cells][-1] == 5
    assert cells[-1].due
