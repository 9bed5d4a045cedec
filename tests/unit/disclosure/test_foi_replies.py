"""Replies, fees, remedies: rows F08, F10, M05 and articles 36, 37, 42 and 51."""

from __future__ import annotations

from datetime import date

import pytest

from services.disclosure.domain import foi_errors as refused
from services.disclosure.domain.foi_fees import by_number, by_pages
from services.disclosure.domain.foi_remedies import remedies
from services.disclosure.domain.foi_terms import (
    GROUNDS,
    Delivery,
    FoiState,
    Ground,
    Outcome,
    Point,
    Reply,
    Route,
    Scale,
)
from services.kernel.clock import Reason
from tests.unit.disclosure.foi_world import (
    CALENDAR,
    OFFICER,
    TIMER,
    answer,
    at,
    by,
    due_on,
    received,
)

ASKED = date(2020, 9, 22)


def test_f08_reply_without_remedies_is_not_sent() -> None:
    for told in ("", "感谢您的来信。", "可以申请行政复议。"):
        request = received()
        with pytest.raises(refused.NoRemediesError):
            answer(request, remedies=told)
        assert request.is_open


def test_f10_remedies_follow_the_day_of_the_reply() -> None:
    before = remedies(at("2023-12-31"), Reply.REFUSED)
    after = remedies(at("2024-01-02"), Reply.REFUSED)

    assert "上一级主管部门" in before
    assert "先向本级人民政府申请行政复议" in after  # reconsideration comes first since 2024
    assert "第二十三条" in after
    assert remedies(at("2024-01-02"), Reply.PROVIDED) not in (before, after)
    request = received(raw_on=date(2023, 12, 25))
    with pytest.raises(refused.NoRemediesError):
        answer(request, "2024-01-02", Reply.REFUSED, (Ground.PROCESS,), remedies=before)
    answer(request, "2024-01-02", Reply.REFUSED, (Ground.PROCESS,), remedies=after)


def test_a_reply_that_needs_a_ground_has_one_of_its_own() -> None:
    for reply, allowed in GROUNDS.items():
        for ground in Ground:
            if ground not in allowed:
                with pytest.raises(refused.WrongGroundError):
                    answer(received(), reply=reply, grounds=(ground,), where="x")
        if allowed:
            with pytest.raises(refused.WrongGroundError):
                answer(received(), reply=reply, where="x")
    with pytest.raises(refused.WrongGroundError):
        answer(received(), reply=Reply.REFUSED, grounds=(Ground.PROCESS, Ground.SECURITY))


@pytest.mark.parametrize(
    ("reply", "ground"),
    [
        (Reply.ALREADY_PUBLIC, None),
        (Reply.NOT_THIS_AUTHORITY, Ground.NOT_HELD),
        (Reply.REPEAT_NOT_PROCESSED, Ground.PUBLICATION),
    ],
)
def test_reply_says_where_else_to_look(reply: Reply, ground: Ground | None) -> None:
    grounds = (ground,) if ground else ()
    with pytest.raises(refused.NoPlaceError):
        answer(received(), reply=reply, grounds=grounds)

    assert answer(received(), reply=reply, grounds=grounds, where="/open/P-1").reply is reply


def test_repeated_request_names_the_one_it_repeats() -> None:
    asked = {"reply": Reply.REPEAT_NOT_PROCESSED, "grounds": (Ground.REPEAT,)}
    with pytest.raises(refused.NoPlaceError):
        answer(received(), **asked)  # type: ignore[arg-type]
    answer(received(), **asked, earlier_request_no="F1")  # type: ignore[arg-type]


def test_massive_request_is_refused_only_after_unreasonable_reasons() -> None:
    request = received()
    massive = (Ground.MASSIVE,)
    with pytest.raises(refused.ReasonsNotAskedError):
        answer(request, reply=Reply.REPEAT_NOT_PROCESSED, grounds=massive)
    request.ask_reasons(by(OFFICER, "2020-09-22"))
    request.give_reasons(by(OFFICER, "2020-09-23"), date(2020, 9, 23), reasonable=False)

    answer(request, reply=Reply.REPEAT_NOT_PROCESSED, grounds=massive)


def test_still_unclear_needs_a_correction_that_came() -> None:
    request = received()
    with pytest.raises(refused.WrongGroundError):
        answer(request, reply=Reply.NOT_FOUND, grounds=(Ground.STILL_UNCLEAR,))
    request.ask_correction(
        by(OFFICER, "2020-09-24"), "N-1", [Point.DESCRIPTION], date(2020, 10, 20), CALENDAR
    )
    request.correct(by(OFFICER, "2020-10-12"), date(2020, 10, 12), CALENDAR)

    answer(request, reply=Reply.NOT_FOUND, grounds=(Ground.STILL_UNCLEAR,))


def test_f05_third_party_decides_what_may_be_given() -> None:
    request = received()
    with pytest.raises(refused.ThirdPartyNotAskedError):
        answer(request, reply=Reply.REFUSED, grounds=(Ground.THIRD_PARTY,))
    request.consult(by(OFFICER, ASKED), Reason.THIRD_PARTY, "P-1", ASKED, CALENDAR)
    with pytest.raises(refused.ConsultationOpenError):
        answer(request)
    request.answer(by(OFFICER, "2020-09-25"), "P-1", False, date(2020, 9, 25), CALENDAR)
    with pytest.raises(refused.ThirdPartyObjectsError):
        answer(request)

    answer(request, public_interest=True)


def test_f05_silent_third_party_leaves_both_ways_open_a_silent_authority_one() -> None:
    def silent(reason: Reason) -> object:
        request = received()
        request.consult(by(OFFICER, ASKED), reason, "P", ASKED, CALENDAR)
        request.fall_silent(by(TIMER, "2020-10-20", 0), "P", at("2020-10-20", 0), CALENDAR)
        return request

    for given in (Reply.PROVIDED, Reply.REFUSED):
        grounds = (Ground.THIRD_PARTY,) if given is Reply.REFUSED else ()
        answer(silent(Reason.THIRD_PARTY), "2020-10-21", given, grounds)  # type: ignore[arg-type]
    answer(silent(Reason.OTHER_AUTHORITY), "2020-10-21")  # type: ignore[arg-type]


def test_authority_that_made_it_too_and_objects_binds() -> None:
    request = received()
    request.consult(by(OFFICER, ASKED), Reason.OTHER_AUTHORITY, "D09", ASKED, CALENDAR)
    request.answer(by(OFFICER, "2020-09-25"), "D09", False, date(2020, 9, 25), CALENDAR)

    with pytest.raises(refused.CoAuthorityObjectsError):
        answer(request)
    answer(request, reply=Reply.REFUSED, grounds=(Ground.PROCESS,))


def test_m05_fee_by_number_steps_every_ten_from_31_on() -> None:
    yuan = {n: by_number(n) // 100 for n in (1, 10, 11, 30, 31, 40, 41, 50, 51)}

    assert yuan == {1: 0, 10: 0, 11: 100, 30: 100, 31: 200, 40: 200, 41: 300, 50: 300, 51: 400}


def test_fee_by_pages_is_progressive() -> None:
    yuan = {n: by_pages(n) // 100 for n in (30, 31, 100, 101, 200, 201, 250)}

    assert yuan == {30: 0, 31: 10, 100: 700, 101: 720, 200: 2700, 201: 2740, 250: 4700}


def test_fee_is_asked_once_paid_exactly_and_begins_the_limit_anew() -> None:
    request = received()
    with pytest.raises(refused.NoFeeError):
        request.ask_fee(by(OFFICER, "2020-09-24"), Scale.BY_NUMBER, 10, "N-1", CALENDAR)
    request.ask_fee(by(OFFICER, "2020-09-24"), Scale.BY_NUMBER, 31, "N-1", CALENDAR)
    assert (request.fee_fen, request.pay_by, request.due_at) == (20_000, date(2020, 10, 24), None)
    with pytest.raises(refused.FeeNoticedBeforeError):
        request.ask_fee(by(OFFICER, "2020-09-24"), Scale.BY_PAGES, 300, "N-2", CALENDAR)
    with pytest.raises(refused.FeeOpenError):
        answer(request)
    with pytest.raises(refused.WrongFeeError):
        request.pay_fee(by(OFFICER, "2020-10-12"), 19_999, date(2020, 10, 12), CALENDAR)

    request.pay_fee(by(OFFICER, "2020-10-12"), 20_000, date(2020, 10, 12), CALENDAR)

    assert due_on(request) == "2020-11-09"


def test_fee_not_paid_ends_it_after_thirty_days() -> None:
    request = received()
    request.ask_fee(by(OFFICER, "2020-09-24"), Scale.BY_PAGES, 101, "N-1", CALENDAR)

    request.lapse_fee(by(TIMER, "2020-10-24"), at("2020-10-24", 23))
    assert request.is_open
    request.lapse_fee(by(TIMER, "2020-10-25", 0), at("2020-10-25", 0))

    assert (request.state, request.ended_on) == (FoiState.NOT_PROCESSED, date(2020, 10, 25))


def test_served_supplemented_and_fought_over() -> None:
    request = answer(received(), "2020-10-20", Reply.REFUSED, (Ground.PROCESS,))
    with pytest.raises(refused.ReceiptDateError):
        request.serve(by(OFFICER, "2020-10-21"), date(2020, 10, 19), Delivery.POST)
    request.serve(by(OFFICER, "2020-10-23"), date(2020, 10, 22), Delivery.POST)
    assert request.state is FoiState.CLOSED
    request.file_remedy(by(OFFICER, "2020-11-02"), Route.RECONSIDERATION, "R-1", date(2020, 11, 2))
    with pytest.raises(refused.RemedyError):
        request.file_remedy(by(OFFICER, "2020-11-03"), Route.SUIT, "S-1", date(2020, 11, 3))
    request.settle_remedy(by(OFFICER, "2020-12-01"), "R-1", Outcome.UPHELD, date(2020, 12, 1))
    request.file_remedy(by(OFFICER, "2020-12-07"), Route.SUIT, "S-1", date(2020, 12, 7))
    request.settle_remedy(by(OFFICER, "2021-02-01"), "S-1", Outcome.CORRECTED, date(2021, 2, 1))
    with pytest.raises(refused.RemedyError):
        request.settle_remedy(by(OFFICER, "2021-02-02"), "S-1", Outcome.OTHER, date(2021, 2, 2))
    facts = by(OFFICER, "2021-02-03")
    with pytest.raises(refused.NoRemediesError):
        request.supplement(facts, Reply.PROVIDED, [], "", "B-1")

    request.supplement(facts, Reply.PROVIDED, [], remedies(facts.occurred_at, Reply.PROVIDED), "B")

    assert request.remedies["S-1"].after_reconsideration
    assert request.reply is Reply.REFUSED  # the table keeps the first reply


def test_withdrawn_as_long_as_it_is_not_answered() -> None:
    request = received()
    request.withdraw(by(OFFICER, "2020-09-25"))
    assert request.state is FoiState.WITHDRAWN

    with pytest.raises(refused.WrongFoiStateError):
        answered = answer(received())
        answered.withdraw(by(OFFICER, "2020-10-26"))
