"""Stories of joint surveys, commitment letters and credit records, so that every event happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from services.approval.domain.commitment_terms import Scheme
from services.approval.domain.commitments import Commitment
from services.approval.domain.credit import Credit
from services.approval.domain.survey_terms import (
    DeliveredBy,
    NotHeldCause,
    Participant,
    ParticipantKind,
    Party,
    Rectification,
    Slot,
)
from services.approval.domain.surveys import Survey
from services.kernel.aggregate import Aggregate
from services.kernel.calendar_seed import SEED
from tests.unit.approval.sites import (
    AGREED,
    DUE,
    FACTS,
    HASH,
    HEAD,
    LETTER,
    SIGNED,
    SLOT,
    SUPERVISOR,
    TIMER,
    WATER,
    at,
    attended,
    decided,
    officer,
    requested,
    signed,
    survey_of,
    two,
)

LATE = DUE + timedelta(seconds=1)


def held_survey() -> Survey:
    """The applicant stays away once; then it is held without a waived utility and a department."""
    survey = survey_of(("D01", "D02", "D03"), Participant(WATER, ParticipantKind.UTILITY))
    survey.confirm(at(AGREED - timedelta(days=1)), "D01", two("D01"))
    survey.fail_to_hold(at(AGREED), NotHeldCause.APPLICANT, [])
    slot = Slot(SLOT.starts_at + timedelta(days=1), SLOT.ends_at + timedelta(days=1))
    survey.reschedule(at(AGREED + timedelta(hours=1)), "申请人缺席", [slot])
    for party in Party:
        survey.accept_slot(at(AGREED + timedelta(hours=2)), party, slot.starts_at)
    survey.waive(at(AGREED + timedelta(hours=3)), WATER, "抢修，已书面说明接口位置")
    ended = slot.ends_at
    survey.hold(at(ended), slot.starts_at, ended, attended(("D01", "D02")))
    survey.pass_site(at(ended, officer("D01")), "D01", "SU-2020-0031", HASH)
    midnight = ended.replace(hour=23, minute=59, second=59)
    survey.end_day(at(midnight, TIMER), midnight + timedelta(seconds=1))
    later = midnight + timedelta(hours=9)
    items = [Rectification(1, "北侧围挡高度不足 2.5 米", "建筑施工安全检查标准")]
    by = DeliveredBy.ELECTRONIC
    survey.ask_to_rectify(at(later, officer("D02")), "D02", items, by, HASH)
    survey.report_rectified(at(later + timedelta(days=2)), "D02")
    survey.ask_again(at(later + timedelta(days=2)), ["D02"], "project-1-S2")
    return survey


def cancelled_survey() -> Survey:
    survey = survey_of(("D01",), survey_no="project-1-S3")
    survey.cancel(at(AGREED - timedelta(days=1)), "申请人改变方案")
    return survey


def kept_letter() -> Commitment:
    letter = decided()
    more = replace(LETTER, due_on=date(2020, 10, 30))
    letter.extend(at(SIGNED + timedelta(days=2), HEAD), more, "前置部门专家评审延期", SEED)
    for code in ("M1", "M2"):
        letter.receive(at(SIGNED + timedelta(days=3)), code, HASH, SEED)
    return letter


def lapsed_letter() -> Commitment:
    letter = decided(no="case-1-C2")
    letter.prerequisite_rejected(at(SIGNED + timedelta(days=3)), "project-1/B")
    return letter


def broken_tolerance() -> Commitment:
    letter = signed(Scheme.TOLERANCE, "case-1-C3")
    letter.pass_by(at(DUE, TIMER), LATE, SEED)
    return letter


def broken_promise() -> Commitment:
    letter = decided(Scheme.NOTICE_AND_PROMISE, "case-1-C4")
    letter.pass_by(at(DUE, TIMER), LATE, SEED)
    assert letter.rectify_due_at is not None
    letter.end_rectification(at(LATE, TIMER), letter.rectify_due_at + timedelta(seconds=1))
    return letter


def refused_letter() -> Commitment:
    letter = requested(no="case-1-C5")
    letter.check(at(SIGNED, officer("D01")), FACTS, True)
    return letter


def withdrawn_letter() -> Commitment:
    letter = signed(no="case-1-C6")
    letter.withdraw(at(SIGNED + timedelta(hours=5)))
    return letter


def repaired_credit() -> Credit:
    credit = Credit.of("s-1")
    credit.flag(at(LATE, TIMER), "case-1-C4", Scheme.NOTICE_AND_PROMISE)
    credit.repair(at(LATE + timedelta(days=30), SUPERVISOR), "信用修复决定 3 号")
    return credit


SITE_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "approval-held-survey": held_survey,
    "approval-cancelled-survey": cancelled_survey,
    "approval-kept-letter": kept_letter,
    "approval-lapsed-letter": lapsed_letter,
    "approval-broken-tolerance": broken_tolerance,
    "approval-broken-promise": broken_promise,
    "approval-refused-letter": refused_letter,
    "approval-withdrawn-letter": withdrawn_letter,
    "approval-credit": repaired_credit,
}
