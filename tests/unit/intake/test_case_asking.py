"""An application until it is accepted or turned away: K22, K24, K25, D16, V02, F10."""

from __future__ import annotations

from datetime import date

import pytest

from services.intake.domain import Application, Case, CaseState
from services.intake.domain.case_rules import (
    CaseStateError,
    EmptyNoticeError,
    OtherAuthorityError,
    SilenceAcceptedError,
    UnknownCorrectionError,
)
from services.intake.domain.channels import CUT_OFFS, counts_for
from services.intake.domain.checklists import not_asked_any_more
from services.intake.domain.clocks import notice_due
from services.intake.domain.material_terms import Needed
from services.intake.domain.remedies import remedies
from services.kernel.calendar_seed import SEED
from tests.unit.facts import HOUSE
from tests.unit.intake.lives import PLAN, accepted, applied, at, names, notify, told
from tests.unit.intake.rows import ITEM

COUNTERS = {"window", "comprehensive_window", "village", "courier", "post"}


@pytest.mark.parametrize("channel", [*CUT_OFFS, "other"])
def test_k22_counters_close_and_nothing_else_does(channel: str) -> None:
    """18:00 on a working day is the next one's at a counter, and that day's everywhere else."""
    evening, last = at("2020-10-12 18:00"), at("2020-10-12 17:30")

    assert counts_for(channel, last, SEED) == date(2020, 10, 12)
    later = date(2020, 10, 13) if channel in COUNTERS else date(2020, 10, 12)
    assert counts_for(channel, evening, SEED) == later


SEEN = [Needed("M1", "营业执照"), Needed("M2", "平面图")]
NOW_ASKED = [Needed("M1", "营业执照"), Needed("M3", "承诺书")]


def test_v02_what_the_version_in_force_dropped_is_not_asked_for() -> None:
    assert not_asked_any_more(SEEN, NOW_ASKED, ["M1", "M2"]) == "M2"


def test_v02_what_it_added_and_what_is_on_no_list_may_be_told() -> None:
    assert not_asked_any_more(SEEN, NOW_ASKED, ["M1", "M3", "signature"]) is None


@pytest.mark.parametrize(
    ("channel", "when", "day"),
    [
        ("online", "2020-10-09 23:59", date(2020, 10, 9)),
        ("mobile", "2020-10-09 23:59", date(2020, 10, 9)),
        ("wechat", "2020-10-07 12:00", date(2020, 10, 7)),
        ("window", "2020-10-09 17:30", date(2020, 10, 9)),
        ("window", "2020-10-09 17:31", date(2020, 10, 10)),
        ("comprehensive_window", "2020-10-10 18:00", date(2020, 10, 12)),
        ("courier", "2020-10-03 10:00", date(2020, 10, 9)),
        ("village", "2020-10-09 20:00", date(2020, 10, 10)),
        ("hotline", "2020-10-09 23:00", date(2020, 10, 9)),
        ("provincial", "2020-10-09 23:00", date(2020, 10, 9)),
    ],
)
def test_k22_channel_cut_off_gives_the_legal_date(channel: str, when: str, day: date) -> None:
    assert applied(when, channel).legal_date == day


def test_k24_notice_is_due_five_working_days_after_the_receipt() -> None:
    assert str(applied("2020-09-24 10:00").notice_due_at) == "2020-09-30 23:59:59+08:00"
    assert str(notice_due(date(2020, 9, 30), SEED)) == "2020-10-14 23:59:59+08:00"


def test_k24_silence_accepts_as_of_the_receipt_and_both_limits_count_from_then() -> None:
    case = applied("2020-09-24 10:00")

    case.deem_accepted(told("2020-10-01 00:00", HOUSE), ITEM, at("2020-09-30 23:59:59"), SEED)
    assert names(case) == [], "the last second is still in time"
    case.deem_accepted(told("2020-10-01 00:00", HOUSE), ITEM, at("2020-10-01 00:00"), SEED)

    assert (case.state, case.deemed, case.mode) == (CaseState.ACCEPTED, True, "auto")
    assert case.accepted_at == at("2020-09-24 10:00")
    assert str(case.promised_due_at) == "2020-10-10 23:59:59+08:00"
    assert str(case.statutory_due_at) == "2020-10-21 23:59:59+08:00"
    case.deem_accepted(told("2020-10-02 00:00", HOUSE), ITEM, at("2020-10-02 00:00"), SEED)
    assert len(case.pending) == 1


def test_silence_counts_from_the_legal_date_not_from_after_closing() -> None:
    case = applied("2020-09-24 18:00", "window")

    case.deem_accepted(told("2020-10-10 00:00", HOUSE), ITEM, at("2020-10-10 00:00"), SEED)

    assert case.accepted_at == at("2020-09-25 00:00")


@pytest.mark.parametrize("act", ["refuse", "not_required", "notify"])
def test_nothing_is_turned_away_after_the_five_days(act: str) -> None:
    case = applied("2020-09-24 10:00")
    late = told("2020-10-01 00:00")

    with pytest.raises(SilenceAcceptedError):
        if act == "refuse":
            case.refuse(late, "no_jurisdiction", "x", "y")
        elif act == "not_required":
            case.declare_not_required(late, "x")
        else:
            notify(case, "2020-10-01 00:00")


def test_one_notice_stops_the_five_days_and_full_corrections_begin_them_anew() -> None:
    case = applied("2020-09-24 10:00")
    notify(case, "2020-09-25 10:00")
    assert (case.state, case.notice_due_at) == (CaseState.CORRECTION_PENDING, None)
    assert case.correction_due == date(2020, 10, 9)

    case.take_corrections(told("2020-09-27 10:00"), ["plan"], SEED)
    assert case.state is CaseState.CORRECTION_PENDING
    assert [one.code for one in case.outstanding] == ["soil"]
    case.take_corrections(told("2020-09-28 10:00"), ["soil"], SEED)

    assert (case.state, case.legal_date) == (CaseState.SUBMITTED, date(2020, 9, 28))
    assert str(case.notice_due_at) == "2020-10-12 23:59:59+08:00"
    case.accept(told("2020-09-29 10:00"), ITEM, at("2020-09-29 10:00"), SEED)
    assert case.state.value == "accepted"


def test_k25_second_notice_is_a_fault_and_restarts_nothing() -> None:
    case = applied("2020-09-24 10:00")
    notify(case, "2020-09-25 10:00", [PLAN])
    case.take_corrections(told("2020-09-28 10:00"), ["plan"], SEED)
    before = (case.state, case.notice_due_at, case.outstanding)
    case.collect_events()

    notify(case, "2020-09-29 10:00")

    assert names(case) == ["CorrectionNoticeIssued", "CorrectionFaultRecorded"]
    notice, fault = case.pending
    assert notice.is_first is False  # type: ignore[attr-defined]
    assert (fault.clerk, fault.first_notice_no) == ("clerk-12", "case-1-B1")  # type: ignore[attr-defined]
    assert (case.state, case.notice_due_at, case.outstanding) == before
    assert case.faults == 1


def test_k25_second_notice_while_corrections_are_awaited_binds_nobody() -> None:
    case = applied()
    notify(case, "2020-09-25 10:00", [PLAN])
    due_on = case.correction_due

    notify(case, "2020-09-28 10:00")

    assert [one.code for one in case.outstanding] == ["plan"]
    assert case.correction_due == due_on


def test_corrections_that_lapse_end_the_application() -> None:
    case = applied()
    notify(case, "2020-09-25 10:00")
    case.collect_events()

    case.lapse_corrections(told("2020-10-10 00:00", HOUSE), at("2020-10-10 00:00"))

    assert names(case) == ["CorrectionLapsed", "CaseAbandoned"], "never accepted: no completion"
    assert (case.state, case.ended_at) == (CaseState.ABANDONED, at("2020-10-10 00:00"))
    assert not case.is_open
    case.lapse_corrections(told("2020-10-11 00:00", HOUSE), at("2020-10-11 00:00"))
    assert len(case.pending) == 2


def test_lapse_has_no_effect_when_the_corrections_came() -> None:
    case = applied()
    notify(case, "2020-09-25 10:00", [PLAN])
    case.take_corrections(told("2020-09-28 10:00"), ["plan"], SEED)

    case.lapse_corrections(told("2020-10-10 00:00", HOUSE), at("2020-10-10 00:00"))

    assert case.state is CaseState.SUBMITTED


def test_d16_corrections_on_the_day_silence_accepted_change_nothing() -> None:
    case = applied("2020-09-24 10:00")
    notify(case, "2020-09-25 10:00", [PLAN])
    case.take_corrections(told("2020-09-28 10:00"), ["plan"], SEED)
    case.deem_accepted(told("2020-10-13 00:00", HOUSE), ITEM, at("2020-10-13 00:00"), SEED)
    assert case.deemed
    accepted_at = case.accepted_at

    with pytest.raises(CaseStateError):
        case.take_corrections(told("2020-10-13 00:00"), ["plan"], SEED)

    assert (case.state, case.accepted_at) == (CaseState.ACCEPTED, accepted_at)
    assert accepted_at == at("2020-09-28 10:00")


def test_notice_lists_something_and_nothing_twice() -> None:
    with pytest.raises(EmptyNoticeError):
        notify(applied(), "2020-09-25 10:00", [])
    with pytest.raises(EmptyNoticeError):
        notify(applied(), "2020-09-25 10:00", [PLAN, PLAN])


def test_correction_nobody_asked_for_is_refused() -> None:
    case = applied()
    notify(case, "2020-09-25 10:00", [PLAN])

    with pytest.raises(UnknownCorrectionError):
        case.take_corrections(told("2020-09-28 10:00"), ["soil"], SEED)
    with pytest.raises(CaseStateError):
        applied().take_corrections(told("2020-09-28 10:00"), ["plan"], SEED)


def test_application_with_outstanding_corrections_is_not_accepted() -> None:
    case = applied()
    notify(case, "2020-09-25 10:00")

    with pytest.raises(CaseStateError):
        case.accept(told("2020-09-28 10:00"), ITEM, at("2020-09-28 10:00"), SEED)


def test_refusal_for_want_of_competence_names_the_authority_and_the_remedies() -> None:
    case = applied()
    with pytest.raises(OtherAuthorityError):
        case.refuse(told("2020-09-25 10:00"), "no_jurisdiction", "不属于本机关职权")

    case.refuse(told("2020-09-25 10:00"), "no_jurisdiction", "不属于本机关职权", "市局")

    event = case.pending[-1]
    assert event.other_authority == "市局"  # type: ignore[attr-defined]
    assert event.remedies == remedies(at("2020-09-25 10:00"))  # type: ignore[attr-defined]
    assert (case.state, case.is_open) == (CaseState.REFUSED, False)


def test_f10_remedies_follow_the_law_of_the_day() -> None:
    before, since = remedies(at("2023-12-31 23:59")), remedies(at("2024-01-02 09:00"))

    assert "上一级主管部门" in before
    assert "上一级主管部门" not in since
    assert "第二十三条" in since
    assert all("60日" in text and "6个月" in text for text in (before, since))


def test_overturned_refusal_waits_again_with_five_new_days() -> None:
    case = applied()
    case.refuse(told("2020-09-25 10:00"), "no_jurisdiction", "x", "y")

    case.overturn_refusal(told("2020-11-20 09:00"), "reconsideration", SEED, "7号")

    assert (case.state, case.refusal) == (CaseState.SUBMITTED, None)
    assert str(case.notice_due_at) == "2020-11-27 23:59:59+08:00"
    with pytest.raises(CaseStateError):
        case.overturn_refusal(told("2020-11-20 09:00"), "suit", SEED)


def test_not_required_ends_it() -> None:
    case = applied()

    case.declare_not_required(told("2020-09-25 10:00"), "依法不需要取得行政许可")

    assert (case.state, case.is_open) == (CaseState.NOT_REQUIRED, False)
    with pytest.raises(CaseStateError):
        accepted().declare_not_required(told("2020-09-29 10:00"), "x")


def test_draft_is_handed_in_as_it_is() -> None:
    said = Application(
        "case-1", "I1", "wechat", "s-1", None, 1, "3", None, "applicant-7", declared_trust=True
    )
    case = Case.draft(told("2020-09-23 10:00"), said)
    assert (case.state, case.is_open) == (CaseState.DRAFT, False)

    case.hand_in(told("2020-09-24 22:00"), SEED)

    event = case.pending[-1]
    assert (event.drafted, event.account, event.item_version_seen) == (True, "applicant-7", 1)  # type: ignore[attr-defined]
    assert (case.state, case.legal_date) == (CaseState.SUBMITTED, date(2020, 9, 24))
    with pytest.raises(CaseStateError):
        case.hand_in(told("2020-09-25 10:00"), SEED)
