"""A request for information: receipt, correction, consultation, more time (rows F01 to F07)."""

from __future__ import annotations

from datetime import date

import pytest

from services.disclosure.domain import foi_errors as refused
from services.disclosure.domain.foi_terms import Channel, FoiState, Point, Stance
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import ClockRuleError, Reason
from tests.unit.disclosure.foi_world import (
    CALENDAR,
    HEAD,
    OFFICER,
    TIMER,
    answer,
    at,
    by,
    due_on,
    received,
)


def test_f01_twenty_working_days_and_twenty_more() -> None:
    request = received()
    assert due_on(request) == "2020-10-23"

    request.extend(by(HEAD, "2020-10-23"), 20, "N-2", CALENDAR)

    assert due_on(request) == "2020-11-20"
    with pytest.raises(ClockRuleError):
        request.extend(by(HEAD, "2020-10-26"), 20, "N-3", CALENDAR)


def test_extension_is_the_heads_before_the_due_day_is_over_and_told() -> None:
    request = received()

    with pytest.raises(ClockRuleError):
        request.extend(by(OFFICER, "2020-10-20"), 20, "N-2", CALENDAR)
    with pytest.raises(ClockRuleError):
        request.extend(by(HEAD, "2020-10-24"), 20, "N-2", CALENDAR)
    with pytest.raises(ClockRuleError):
        request.extend(by(HEAD, "2020-10-20"), 21, "N-2", CALENDAR)
    with pytest.raises(refused.NotExtendedNoticeError):
        request.extend(by(HEAD, "2020-10-20"), 20, "", CALENDAR)


@pytest.mark.parametrize("channel", [Channel.IN_PERSON, Channel.REGISTERED_POST])
def test_handed_in_or_signed_for_is_received_that_day(channel: Channel) -> None:
    request = received(channel)

    assert request.received_on == date(2020, 9, 21)
    with pytest.raises(refused.NothingToConfirmError):
        request.confirm(by(OFFICER, "2020-09-22"), date(2020, 9, 22), CALENDAR)


@pytest.mark.parametrize("channel", [Channel.INTERNET, Channel.ORDINARY_POST])
def test_f07_no_day_of_receipt_until_both_sides_confirm_one(channel: Channel) -> None:
    request = received(channel, date(2020, 9, 18))
    assert (request.received_on, request.due_at) == (None, None)
    assert request.state is FoiState.RECEIVED
    with pytest.raises(refused.WrongFoiStateError):
        answer(request)
    request.overrun(by(TIMER, "2021-01-04"), at("2021-01-04"))
    assert request.overdue_at is None

    request.confirm(by(OFFICER, "2020-09-21"), date(2020, 9, 21), CALENDAR)

    assert (request.received_on, due_on(request)) == (date(2020, 9, 21), "2020-10-23")


def test_day_of_receipt_lies_between_its_coming_and_today() -> None:
    request = received(Channel.INTERNET, date(2020, 9, 18))

    for wrong in (date(2020, 9, 17), date(2020, 9, 22)):
        with pytest.raises(refused.ReceiptDateError):
            request.confirm(by(OFFICER, "2020-09-21"), wrong, CALENDAR)
    with pytest.raises(refused.RequestNoTakenError):
        received(onto=request)


def test_f06_corrected_request_starts_from_zero() -> None:
    request = received()
    points = [Point.DESCRIPTION]
    request.ask_correction(by(OFFICER, "2020-09-28"), "N-1", points, date(2020, 10, 20), CALENDAR)
    assert request.due_at is None

    request.correct(by(OFFICER, "2020-10-12"), date(2020, 10, 12), CALENDAR)

    assert due_on(request) == "2020-11-09"  # 20 working days from the 12th, nothing left over
    with pytest.raises(refused.CorrectionAskedBeforeError):
        request.ask_correction(
            by(OFFICER, "2020-10-13"), "N-2", points, date(2020, 10, 20), CALENDAR
        )


def test_correction_is_asked_within_seven_working_days() -> None:
    last, late = "2020-09-29", "2020-09-30"  # the 27th, a Sunday, works
    received().ask_correction(by(OFFICER, last), "N", [Point.FORM], date(2020, 10, 20), CALENDAR)

    with pytest.raises(refused.CorrectionTooLateError):
        received().ask_correction(
            by(OFFICER, late), "N", [Point.FORM], date(2020, 10, 20), CALENDAR
        )


def test_not_corrected_is_abandoned_after_its_last_day() -> None:
    request = received()
    request.ask_correction(
        by(OFFICER, "2020-09-24"), "N-1", [Point.IDENTITY], date(2020, 10, 15), CALENDAR
    )

    request.abandon(by(TIMER, "2020-10-15"), at("2020-10-15", 23))
    assert request.state is FoiState.CORRECTION_PENDING
    request.abandon(by(TIMER, "2020-10-16", 0), at("2020-10-16", 0))

    assert request.state is FoiState.ABANDONED
    assert request.ended_on == date(2020, 10, 16)
    request.abandon(by(TIMER, "2020-10-17"), at("2020-10-17"))
    assert request.version == 3


def test_f05_silence_means_opposite_things() -> None:
    third, made = received(), received()
    third.consult(by(OFFICER, "2020-09-22"), Reason.THIRD_PARTY, "P-1", date(2020, 9, 22), CALENDAR)
    made.consult(
        by(OFFICER, "2020-09-22"), Reason.OTHER_AUTHORITY, "D09", date(2020, 9, 22), CALENDAR
    )
    for request in (third, made):
        party = next(iter(request.parties))
        assert request.parties[party].answer_due_at.date() == date(2020, 10, 19)
        request.fall_silent(by(TIMER, "2020-10-19"), party, at("2020-10-19", 23), CALENDAR)
        assert request.parties[party].stance is Stance.ASKED  # not before its last day is over
        request.fall_silent(by(TIMER, "2020-10-20", 0), party, at("2020-10-20", 0), CALENDAR)

    assert third.parties["P-1"].stance is Stance.SILENT
    assert made.parties["D09"].stance is Stance.DEEMED_CONSENT
    assert [type(fact).TOPIC for fact in (third.pending[-1], made.pending[-1])] == [
        "disclosure.third-party-silent.v1",
        "disclosure.co-authority-deemed-consented.v1",
    ]


def test_time_of_others_is_not_counted() -> None:
    request = received()  # due 2020-10-23
    asked = date(2020, 9, 22)
    request.consult(by(OFFICER, asked), Reason.THIRD_PARTY, "P-1", asked, CALENDAR)
    assert request.due_at is None
    request.overrun(by(TIMER, "2020-12-01"), at("2020-12-01"))
    assert request.overdue_at is None  # no limit passes while it stands still

    request.answer(by(OFFICER, "2020-09-29"), "P-1", True, date(2020, 9, 29), CALENDAR)

    assert due_on(request) == "2020-11-02"  # 22 to 28 September: six working days later


def test_two_who_are_asked_at_once_stop_the_clock_until_the_last_answers() -> None:
    request = received()
    asked = date(2020, 9, 22)
    for party in ("P-1", "P-2"):
        request.consult(by(OFFICER, asked), Reason.THIRD_PARTY, party, asked, CALENDAR)
    request.consult(by(OFFICER, asked), Reason.OTHER_AUTHORITY, "D09", asked, CALENDAR)

    request.answer(by(OFFICER, "2020-09-24"), "P-1", True, date(2020, 9, 24), CALENDAR)
    request.answer(by(OFFICER, "2020-09-25"), "D09", True, date(2020, 9, 25), CALENDAR)
    assert request.due_at is None
    request.answer(by(OFFICER, "2020-09-29"), "P-2", False, date(2020, 9, 29), CALENDAR)

    assert due_on(request) == "2020-11-02"  # the union of the three, not their sum


def test_answer_after_the_last_day_changes_nothing() -> None:
    request = received()
    asked = date(2020, 9, 22)
    request.consult(by(OFFICER, asked), Reason.THIRD_PARTY, "P-1", asked, CALENDAR)

    with pytest.raises(refused.ConsultationOverError):
        request.answer(by(OFFICER, "2020-10-20"), "P-1", True, date(2020, 10, 20), CALENDAR)
    with pytest.raises(refused.UnknownPartyError):
        request.answer(by(OFFICER, "2020-10-20"), "P-9", True, date(2020, 10, 19), CALENDAR)
    request.answer(by(OFFICER, "2020-10-20"), "P-1", True, date(2020, 10, 19), CALENDAR)

    assert request.parties["P-1"].stance is Stance.CONSENTS


def test_extension_while_others_are_asked_counts_when_they_answered() -> None:
    request = received()
    asked = date(2020, 9, 22)
    request.consult(by(OFFICER, asked), Reason.THIRD_PARTY, "P-1", asked, CALENDAR)
    request.extend(by(HEAD, "2020-09-25"), 20, "N-1", CALENDAR)
    assert request.due_at is None

    request.answer(by(OFFICER, "2020-09-29"), "P-1", True, date(2020, 9, 29), CALENDAR)

    assert due_on(request) == "2020-11-30"


def test_reasonable_reasons_give_a_delay_others_do_not() -> None:
    request = received()
    with pytest.raises(refused.ReasonsNotAskedError):
        request.delay(by(OFFICER, "2020-09-24"), date(2020, 12, 31), "N-1")
    request.ask_reasons(by(OFFICER, "2020-09-22"))
    request.give_reasons(by(OFFICER, "2020-09-23"), date(2020, 9, 23), reasonable=True)

    request.delay(by(OFFICER, "2020-09-24"), date(2020, 12, 31), "N-1")

    assert due_on(request) == "2020-12-31"
    request.recount(by(TIMER, "2020-09-25"), CALENDAR)
    assert due_on(request) == "2020-12-31"  # set, not counted


def test_overdue_is_said_once_and_the_reply_still_counts() -> None:
    request = received()
    request.overrun(by(TIMER, "2020-10-23"), at("2020-10-23", 23))
    assert request.overdue_at is None
    for _ in range(2):
        request.overrun(by(TIMER, "2020-10-24", 0), at("2020-10-24", 0))
    assert request.version == 2

    answer(request, "2020-10-26")

    assert (request.on_time, request.state) == (False, FoiState.REPLIED)
    assert answer(received(), "2020-10-23").on_time is True


def test_k06_a_new_calendar_moves_the_limit_and_keeps_the_old() -> None:
    request = received(calendar=WorkCalendar())
    assert due_on(request) == "2020-10-19"  # Monday to Friday, no holidays known
    assert request.provisional

    request.recount(by(TIMER, "2020-09-22"), CALENDAR)
    request.recount(by(TIMER, "2020-09-22"), CALENDAR)

    assert (due_on(request), request.provisional, request.version) == ("2020-10-23", False, 2)
