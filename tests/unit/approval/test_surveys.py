"""Joint site surveys: the rows P10 to P16 of DOMAIN.md 3.7, and the way of one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from services.approval.domain.survey_events import (
    JointSurveyHeld,
    SurveyOpinionIssued,
    SurveyOpinionOverdue,
    SurveyParticipantAbsent,
    SurveyTimeAgreed,
)
from services.approval.domain.survey_terms import (
    ApplicantAbsentError,
    Attendance,
    DeliveredBy,
    NoDepartmentAskedError,
    NoSuchSlotError,
    NotHeldCause,
    NothingToRectifyError,
    NotParticipantError,
    OpinionGivenError,
    OpinionUnwantedError,
    OtherDepartmentError,
    Participant,
    ParticipantKind,
    Party,
    QuorumError,
    ReasonMissingError,
    Rectification,
    Slot,
    SurveyAsked,
    SurveyState,
    SurveyStopsNoClockError,
    TooFewOfficialsError,
    WrongSurveyStateError,
    WrongSurveyTimeError,
)
from services.approval.domain.surveys import Survey
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Clock, Kind, Reason
from services.kernel.clock.errors import DoesNotStopError
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI
from tests.unit.approval.sites import (
    AGREED,
    APPLICANT,
    DEPARTMENTS,
    HASH,
    PROCESS,
    SLOT,
    TIMER,
    WATER,
    at,
    attended,
    held,
    officer,
    survey_of,
    two,
)

FENCE = [Rectification(1, "北侧围挡高度不足 2.5 米", "建筑施工安全检查标准")]
UTILITY = Participant(WATER, ParticipantKind.UTILITY, True)
MIDNIGHT = datetime(2020, 9, 22, 23, 59, 59, tzinfo=SHANGHAI)


def passes(survey: Survey, department: str, moment: datetime) -> None:
    survey.pass_site(at(moment, officer(department)), department, "seal-use-1", HASH)


def rectify(survey: Survey, department: str, moment: datetime) -> None:
    facts = at(moment, officer(department))
    survey.ask_to_rectify(facts, department, FENCE, DeliveredBy.IN_PERSON, HASH)


def last(survey: Survey, kind: type) -> object:
    return [fact for fact in survey.pending if isinstance(fact, kind)][-1]


def test_time_is_agreed_when_window_and_applicant_took_the_same_slot() -> None:
    survey = Survey.request(
        at(AGREED - timedelta(days=5)),
        SurveyAsked("S1", PROCESS, [Participant("D01", ParticipantKind.DEPARTMENT)], "工地"),
    )
    other = Slot(AGREED + timedelta(days=1), AGREED + timedelta(days=1, hours=1))
    survey.propose(at(AGREED - timedelta(days=4)), [SLOT, other])
    survey.accept_slot(at(AGREED - timedelta(days=3)), Party.CENTRAL_WINDOW, SLOT.starts_at)
    survey.accept_slot(at(AGREED - timedelta(days=3), APPLICANT), Party.APPLICANT, other.starts_at)
    assert survey.state is SurveyState.PROPOSED

    survey.accept_slot(at(AGREED - timedelta(days=2)), Party.CENTRAL_WINDOW, other.starts_at)

    assert (survey.state, survey.agreed) == (SurveyState.AGREED, other)
    assert isinstance(survey.pending[-1], SurveyTimeAgreed)


def test_one_side_alone_agrees_to_nothing() -> None:
    survey = survey_of()
    survey.reschedule(at(AGREED - timedelta(days=2)), "暴雨预警", [SLOT])
    for _ in range(2):
        survey.accept_slot(at(AGREED - timedelta(days=1)), Party.CENTRAL_WINDOW, AGREED)

    assert survey.state is SurveyState.PROPOSED
    with pytest.raises(WrongSurveyStateError):
        survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, attended(DEPARTMENTS))


def test_time_that_was_not_proposed_or_is_over_is_refused() -> None:
    survey = survey_of()
    survey.reschedule(at(AGREED - timedelta(days=2)), "改期", [SLOT])

    with pytest.raises(NoSuchSlotError):
        survey.accept_slot(at(AGREED - timedelta(days=1)), Party.APPLICANT, SLOT.ends_at)
    with pytest.raises(NoSuchSlotError):
        survey.accept_slot(at(AGREED), Party.APPLICANT, AGREED)
    with pytest.raises(NoSuchSlotError):
        survey.propose(at(AGREED), [SLOT])
    with pytest.raises(NoSuchSlotError):
        survey.propose(at(AGREED - timedelta(days=1)), [SLOT, SLOT])


def test_request_names_a_department_and_everybody_once() -> None:
    twice = [Participant("D01", ParticipantKind.DEPARTMENT)] * 2
    for asked in ([UTILITY], twice, []):
        with pytest.raises(NoDepartmentAskedError):
            Survey.request(at(AGREED), SurveyAsked("S1", PROCESS, asked, "工地"))


def test_survey_is_rescheduled_or_cancelled_for_a_reason() -> None:
    survey = survey_of()
    with pytest.raises(ReasonMissingError):
        survey.cancel(at(AGREED - timedelta(days=1)), " ")
    survey.reschedule(at(AGREED - timedelta(days=2)), "道路封闭", [SLOT])
    assert survey.agreed is None

    survey.cancel(at(AGREED - timedelta(days=1)), "申请人改变方案")

    assert survey.state is SurveyState.CANCELLED
    with pytest.raises(WrongSurveyStateError):
        survey.propose(at(AGREED - timedelta(days=1)), [SLOT])


def test_p10_one_of_five_departments_asks_for_rectification_the_same_day() -> None:
    survey = held()
    for department in DEPARTMENTS[:4]:
        passes(survey, department, SLOT.ends_at + timedelta(minutes=5))
    assert survey.state is SurveyState.HELD

    rectify(survey, "D05", SLOT.ends_at + timedelta(hours=6))

    assert survey.state is SurveyState.FAILED_WITH_NOTICE
    assert survey.opinions == dict.fromkeys(DEPARTMENTS[:4], True) | {"D05": False}
    survey.end_day(at(MIDNIGHT, TIMER), MIDNIGHT + timedelta(seconds=1))
    assert survey.overdue == []


def test_p10_no_opinion_by_the_end_of_the_day_is_overdue_and_a_late_one_is_late() -> None:
    survey = held()
    for department in DEPARTMENTS[:4]:
        passes(survey, department, SLOT.ends_at)
    survey.end_day(at(MIDNIGHT, TIMER), MIDNIGHT)
    assert survey.overdue == []

    for _ in range(2):
        survey.end_day(at(MIDNIGHT, TIMER), MIDNIGHT + timedelta(seconds=1))

    assert survey.overdue == ["D05"]
    told = last(survey, SurveyOpinionOverdue)
    assert isinstance(told, SurveyOpinionOverdue)
    assert (told.due_at, told.task_id) == (MIDNIGHT, f"{PROCESS}/D05")
    rectify(survey, "D05", MIDNIGHT + timedelta(hours=9))
    late = survey.pending[-2]
    assert getattr(late, "on_time", None) is False
    assert survey.state is SurveyState.FAILED_WITH_NOTICE


@pytest.mark.parametrize(
    ("ends_at", "day_ends_at"),
    [
        (datetime(2020, 9, 22, 23, 30, tzinfo=SHANGHAI), MIDNIGHT),
        (  # a make-up Saturday of the National Day
            datetime(2020, 10, 10, 12, 0, tzinfo=SHANGHAI),
            datetime(2020, 10, 10, 23, 59, 59, tzinfo=SHANGHAI),
        ),
        (  # a Sunday on which nobody works
            datetime(2020, 10, 11, 12, 0, tzinfo=SHANGHAI),
            datetime(2020, 10, 11, 23, 59, 59, tzinfo=SHANGHAI),
        ),
        (  # told in UTC, the day before there (K23)
            datetime.fromisoformat("2020-09-21T16:30:00+00:00"),
            MIDNIGHT,
        ),
    ],
)
def test_p11_opinions_are_due_by_the_end_of_the_same_calendar_day(
    ends_at: datetime, day_ends_at: datetime
) -> None:
    slot = Slot(ends_at - timedelta(hours=1), ends_at)

    survey = held(("D01",), slot)

    assert survey.day_ends_at == day_ends_at
    passes(survey, "D01", day_ends_at)
    told = last(survey, SurveyOpinionIssued)
    assert isinstance(told, SurveyOpinionIssued) and told.on_time


def test_p11_nothing_is_on_the_spot_the_day_after() -> None:
    survey = held(("D01",))

    with pytest.raises(WrongSurveyTimeError):
        passes(survey, "D01", MIDNIGHT + timedelta(seconds=1))

    survey.pass_site(
        at(MIDNIGHT + timedelta(hours=9), officer("D01")), "D01", "seal-use-1", HASH, False
    )
    assert survey.state is SurveyState.PASSED


def test_p12_without_the_applicant_it_is_not_held_and_waits_for_them() -> None:
    survey = survey_of()
    with pytest.raises(ApplicantAbsentError):
        survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, attended(DEPARTMENTS), False)

    survey.fail_to_hold(at(AGREED + timedelta(minutes=30)), NotHeldCause.APPLICANT, [])

    assert (survey.state, survey.waits_for_applicant) == (SurveyState.NOT_HELD, True)
    later = Slot(AGREED + timedelta(days=2), AGREED + timedelta(days=2, hours=1))
    survey.reschedule(at(AGREED + timedelta(hours=2)), "申请人缺席", [later])
    assert survey.waits_for_applicant
    for party in Party:
        survey.accept_slot(at(AGREED + timedelta(days=1)), party, later.starts_at)
    assert not survey.waits_for_applicant


def test_p12_nobody_is_absent_before_the_agreed_time() -> None:
    survey = survey_of()

    with pytest.raises(WrongSurveyTimeError):
        survey.fail_to_hold(at(AGREED - timedelta(seconds=1)), NotHeldCause.APPLICANT, [])


def test_p13_an_absent_department_is_liable_and_has_not_agreed() -> None:
    survey = survey_of()

    survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, attended(DEPARTMENTS[:4]))

    told = last(survey, SurveyParticipantAbsent)
    assert isinstance(told, SurveyParticipantAbsent)
    assert (told.participant, told.liable, told.deemed_agreement) == ("D05", True, False)
    assert survey.state is SurveyState.HELD
    with pytest.raises(OpinionUnwantedError):
        passes(survey, "D05", SLOT.ends_at)
    for department in DEPARTMENTS[:4]:
        passes(survey, department, SLOT.ends_at)
    assert survey.state is SurveyState.PASSED
    assert getattr(survey.pending[-1], "absent", None) == ["D05"]


def test_p13_absence_agrees_where_a_rule_says_so() -> None:
    silent = Participant("D09", ParticipantKind.DEPARTMENT, absence_agrees=True)
    survey = survey_of(("D01",), silent)

    survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, attended(["D01"]))

    told = last(survey, SurveyParticipantAbsent)
    assert isinstance(told, SurveyParticipantAbsent)
    assert (told.liable, told.deemed_agreement) == (True, True)
    passes(survey, "D01", SLOT.ends_at)
    assert getattr(survey.pending[-1], "absent", None) == []


def test_p13_without_any_department_there_was_no_survey() -> None:
    survey = survey_of(("D01",), UTILITY)

    with pytest.raises(QuorumError):
        survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, [Attendance(WATER, ["water-1"])])

    survey.fail_to_hold(at(SLOT.ends_at), NotHeldCause.DEPARTMENT, ["D01"])
    assert (survey.state, survey.waits_for_applicant) == (SurveyState.NOT_HELD, False)


@pytest.mark.parametrize("officials", [["D01-1"], ["D01-1", "D01-1"]])
def test_p14_the_opinion_of_one_official_is_invalid(officials: list[str]) -> None:
    survey = survey_of(("D01", "D02"))
    with pytest.raises(TooFewOfficialsError):
        survey.confirm(at(AGREED - timedelta(days=1)), "D01", officials)
    came = [Attendance("D01", officials), Attendance("D02", two("D02"))]
    survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, came)

    with pytest.raises(TooFewOfficialsError):
        passes(survey, "D01", SLOT.ends_at)
    with pytest.raises(TooFewOfficialsError):
        rectify(survey, "D01", SLOT.ends_at)

    passes(survey, "D02", SLOT.ends_at)
    survey.end_day(at(MIDNIGHT, TIMER), MIDNIGHT + timedelta(seconds=1))
    assert survey.overdue == ["D01"]


def test_p15_quorum_fails_without_a_required_utility() -> None:
    survey = survey_of(("D01",), UTILITY)

    with pytest.raises(QuorumError):
        survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, attended(["D01"]))

    survey.fail_to_hold(at(SLOT.ends_at), NotHeldCause.QUORUM, [WATER])
    assert survey.state is SurveyState.NOT_HELD


def test_p15_a_required_utility_is_waived_with_a_reason() -> None:
    survey = survey_of(("D01",), UTILITY)
    with pytest.raises(ReasonMissingError):
        survey.waive(at(SLOT.starts_at), WATER, "")
    with pytest.raises(NotParticipantError):
        survey.waive(at(SLOT.starts_at), "D01", "不用来")
    survey.waive(at(SLOT.starts_at), WATER, "抢修，已书面说明接口位置")

    survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, attended(["D01"]))

    told = last(survey, SurveyParticipantAbsent)
    assert isinstance(told, SurveyParticipantAbsent)
    assert (told.participant, told.liable) == (WATER, False)


def test_p15_who_is_not_required_may_stay_away() -> None:
    survey = survey_of(("D01",), Participant("measurer", ParticipantKind.INTERMEDIARY, False))

    survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, attended(["D01"]))

    assert survey.state is SurveyState.HELD


def test_p16_a_survey_stops_no_clock_unless_its_item_says_so() -> None:
    for clock in (Kind.STATUTORY, Kind.PROMISED):
        with pytest.raises(SurveyStopsNoClockError):
            survey_of().check_stops(clock)
    with pytest.raises(DoesNotStopError):
        Clock(Kind.STATUTORY, Limit(20), AGREED).suspend(Reason.SURVEY, AGREED, SEED)

    survey_of(stops_statutory=True).check_stops(Kind.STATUTORY)
    with pytest.raises(SurveyStopsNoClockError):
        survey_of(stops_statutory=True).check_stops(Kind.PROMISED)


def test_times_of_a_survey_are_in_order_and_over() -> None:
    survey = survey_of(("D01",))
    for start, end, now in (
        (SLOT.ends_at, AGREED, SLOT.ends_at),
        (AGREED, SLOT.ends_at, SLOT.ends_at - timedelta(seconds=1)),
    ):
        with pytest.raises(WrongSurveyTimeError):
            survey.hold(at(now), start, end, attended(["D01"]))
    with pytest.raises(NotParticipantError):
        survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, attended(["D01", "D99"]))


def test_a_department_speaks_once_and_for_itself() -> None:
    survey = held(("D01", "D02"))
    with pytest.raises(OtherDepartmentError):
        survey.pass_site(at(SLOT.ends_at, officer("D02")), "D01", "seal-use-1", HASH)
    with pytest.raises(NothingToRectifyError):
        survey.ask_to_rectify(at(SLOT.ends_at, officer("D01")), "D01", [], DeliveredBy.POST, HASH)
    passes(survey, "D01", SLOT.ends_at)

    with pytest.raises(OpinionGivenError):
        rectify(survey, "D01", SLOT.ends_at)


def test_what_was_put_right_is_looked_at_again() -> None:
    survey = held(("D01", "D02"))
    passes(survey, "D02", SLOT.ends_at)
    rectify(survey, "D01", SLOT.ends_at)
    later = SLOT.ends_at + timedelta(days=3)
    with pytest.raises(NothingToRectifyError):
        survey.ask_again(at(later), ["D01"], "project-1-S2")
    with pytest.raises(NothingToRectifyError):
        survey.report_rectified(at(later), "D02")

    survey.report_rectified(at(later), "D01")
    survey.ask_again(at(later), ["D01"], "project-1-S2")

    assert survey.resurveyed == {"D01": "project-1-S2"}
    for again in (["D01"], ["D02"], []):
        with pytest.raises(NothingToRectifyError):
            survey.ask_again(at(later), again, "project-1-S3")
    with pytest.raises(NothingToRectifyError):
        survey.report_rectified(at(later), "D01")


def test_survey_replays_to_the_same_state() -> None:
    survey = survey_of(("D01", "D02"), UTILITY)
    survey.confirm(at(AGREED - timedelta(days=1)), "D01", two("D01"))
    survey.confirm(at(AGREED - timedelta(days=1)), "D01", two("D01"))
    survey.waive(at(AGREED), WATER, "停水检修")
    survey.hold(at(SLOT.ends_at), AGREED, SLOT.ends_at, attended(["D01"]))
    rectify(survey, "D01", SLOT.ends_at)

    again = Survey.replay(survey.pending)

    assert again is not None
    assert {k: v for k, v in vars(again).items() if not k.startswith("_")} == {
        k: v for k, v in vars(survey).items() if not k.startswith("_")
    }
    assert isinstance(last(survey, JointSurveyHeld), JointSurveyHeld)
