"""Appointments (预约): when somebody books, comes or does not, then a place or a reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from services.intake.domain import Booker, Slot, TermsOfBooking
from services.intake.domain.appointment_events import (
    AppointmentCancelled,
    AppointmentMissed,
    OnlineBookingBlocked,
)
from services.intake.domain.appointment_terms import (
    AlreadyBookedError,
    AppointmentOverError,
    AppointmentState,
    BookingBlockedError,
    BookingTerms,
    BookingTermsError,
    CancelReason,
    CapacityError,
    CheckInTimeError,
    NoSuchAppointmentError,
    NoSuchSlotError,
    NotBlockedError,
    NotYoursError,
    RestDayError,
    SlotClosedError,
    SlotFullError,
    SlotHoursError,
    SlotPastError,
    TooManyOpenError,
)
from services.intake.domain.opening_hours import read_hours, slots_of
from services.intake.domain.slots import Place, slot_number, slot_of, slot_stream
from services.kernel.calendar import Edition
from services.kernel.calendar_seed import SEED
from services.kernel.clock import OFFICE_HOURS
from services.kernel.identifiers import stream_id
from services.kernel.times import SHANGHAI
from tests.contract.service_stories import (
    APPLICANT,
    DAY,
    ENDS,
    MINUTE,
    NUMBER,
    STARTS,
    SUPERVISOR,
    TERMS,
    blocked_booker,
    kept_slot,
    of,
    opened,
)
from tests.unit.facts import CLERK, HOUSE, NOW

HOLIDAY = datetime(2020, 10, 1, 9, 0, tzinfo=SHANGHAI)
MADE_UP = datetime(2020, 9, 27, 9, 0, tzinfo=SHANGHAI)
"""A Sunday on which offices worked."""
NOBODY_WORKS = SEED.amended(
    Edition(2020, 99, "test", date(2020, 10, 20), {STARTS.date(): "风雪"}, {})
)


def booked(slot: Slot, number: str = "a-1", account: str = "account-1") -> Slot:
    slot.book(of(APPLICANT), number, Place(f"s-{number}", account), SEED)
    return slot


def enter(booker: Booker, number: str, starts_at: datetime, at: datetime = NOW) -> None:
    booker.enter(of(APPLICANT, at), number, starts_at, starts_at + 30 * MINUTE, TERMS)


def miss(booker: Booker, number: str, starts_at: datetime, at: datetime = NOW) -> None:
    enter(booker, number, starts_at, at)
    booker.miss(of(HOUSE, starts_at + 45 * MINUTE), number, TERMS, 0)


def test_hours_of_a_door_are_cut_into_slots() -> None:
    slots = list(slots_of(read_hours("08:30-12:00，14:00-17:30"), STARTS.date(), 60))

    assert [start.hour * 100 + start.minute for start, _ in slots] == [
        830,
        930,
        1030,
        1400,
        1500,
        1600,
    ]
    assert all(end - start == timedelta(hours=1) for start, end in slots)
    assert read_hours("") == OFFICE_HOURS


@pytest.mark.parametrize("text", ["8", "8-9", "12:00-08:30", "08:30-12:00,11:00-13:00", "a-b", "-"])
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(SlotHoursError):
        read_hours(text)


@pytest.mark.parametrize("minutes", [0, -5, 211, 1000])
def test_slot_longer_than_every_stretch_is_none(minutes: int) -> None:
    with pytest.raises(SlotHoursError):
        list(slots_of(OFFICE_HOURS, STARTS.date(), minutes))


def test_number_and_stream_of_a_slot_name_window_and_start() -> None:
    assert slot_number("B-2", STARTS) == "B-2-202010210900"
    assert slot_stream("B-2-202010210900") == stream_id("slot", "B-2/202010210900")
    assert slot_of("B-2-202010210900-00000017") == "B-2-202010210900"
    assert opened().id == slot_stream(NUMBER)


def test_slot_is_opened_on_working_days_only_and_ahead() -> None:
    long_before = of(CLERK, MADE_UP - 9 * DAY)
    Slot.open(long_before, "W", MADE_UP, MADE_UP + 30 * MINUTE, 1, SEED)

    with pytest.raises(RestDayError):
        Slot.open(long_before, "W", HOLIDAY, HOLIDAY + 30 * MINUTE, 1, SEED)
    with pytest.raises(RestDayError):
        opened(starts_at=STARTS + 3 * DAY)
    with pytest.raises(SlotPastError):
        opened(starts_at=NOW)
    with pytest.raises(SlotHoursError):
        opened(0)
    with pytest.raises(SlotHoursError):
        Slot.open(of(CLERK), "W", STARTS, STARTS, 1, SEED)


def test_last_place_is_one_and_a_cancelled_one_is_free() -> None:
    slot = booked(opened(1))
    with pytest.raises(SlotFullError):
        booked(slot, "a-2", "account-2")

    slot.cancel(of(APPLICANT), "a-1", CancelReason.APPLICANT, "account-1")

    assert slot.free == 1
    assert booked(slot, "a-2", "account-2").free == 0


def test_places_of_those_who_came_or_missed_stay_taken() -> None:
    slot = kept_slot()

    assert {place.state for place in slot.places.values()} == {
        AppointmentState.CANCELLED,
        AppointmentState.CHECKED_IN,
        AppointmentState.MISSED,
    }
    assert slot.free == 0


@pytest.mark.parametrize("late", [timedelta(0), MINUTE])
def test_slot_that_has_begun_is_neither_booked_nor_cancelled(late: timedelta) -> None:
    slot, at = booked(opened()), STARTS + late

    with pytest.raises(SlotPastError):
        slot.book(of(APPLICANT, at), "a-2", Place("s-2"), SEED)
    with pytest.raises(SlotPastError):
        slot.cancel(of(APPLICANT, at), "a-1", CancelReason.APPLICANT)
    slot.cancel(of(APPLICANT, STARTS - MINUTE), "a-1", CancelReason.APPLICANT)


def test_day_declared_a_rest_day_later_is_not_booked() -> None:
    with pytest.raises(RestDayError):
        opened().book(of(APPLICANT), "a-1", Place("s-1"), NOBODY_WORKS)


def test_nobody_has_two_places_in_a_slot() -> None:
    slot = booked(opened(5))

    with pytest.raises(AlreadyBookedError):
        slot.book(of(APPLICANT), "a-1", Place("s-9"), SEED)
    with pytest.raises(AlreadyBookedError):
        slot.book(of(APPLICANT), "a-2", Place("s-9", "account-1"), SEED)
    with pytest.raises(AlreadyBookedError):
        slot.book(of(CLERK), "a-2", Place("s-a-1"), SEED)
    slot.book(of(CLERK), "a-3", Place("s-3"), SEED)
    slot.book(of(CLERK), "a-4", Place("s-4"), SEED)


def test_slot_nobody_opened_is_none() -> None:
    with pytest.raises(NoSuchSlotError):
        booked(Slot.begin(slot_stream("W-1")))


def test_appointment_is_cancelled_by_its_account_once() -> None:
    slot = booked(opened())

    with pytest.raises(NotYoursError):
        slot.cancel(of(APPLICANT), "a-1", CancelReason.APPLICANT, "account-2")
    with pytest.raises(NoSuchAppointmentError):
        slot.cancel(of(APPLICANT), "a-9", CancelReason.APPLICANT)
    slot.cancel(of(CLERK), "a-1", CancelReason.CENTRE)
    with pytest.raises(AppointmentOverError):
        slot.cancel(of(CLERK), "a-1", CancelReason.CENTRE)
    with pytest.raises(AppointmentOverError):
        slot.check_in(of(CLERK, STARTS), "a-1", TERMS)


@pytest.mark.parametrize("at", [STARTS - 15 * MINUTE, STARTS, ENDS])
def test_check_in_is_open_from_fifteen_minutes_before_until_the_end(at: datetime) -> None:
    slot = booked(opened())

    slot.check_in(of(CLERK, at), "a-1", TERMS)

    assert slot.places["a-1"].state is AppointmentState.CHECKED_IN


@pytest.mark.parametrize("at", [STARTS - 16 * MINUTE, ENDS + timedelta(seconds=1)])
def test_check_in_is_closed_before_and_after(at: datetime) -> None:
    with pytest.raises(CheckInTimeError):
        booked(opened()).check_in(of(CLERK, at), "a-1", TERMS)


def test_end_of_a_slot_misses_who_is_not_there_once() -> None:
    slot = booked(booked(opened()), "a-2", "account-2")
    slot.check_in(of(CLERK, STARTS), "a-1", TERMS)
    assert slot.end(of(HOUSE, ENDS - MINUTE), SEED) == []

    assert slot.end(of(HOUSE, ENDS), SEED) == ["a-2"]

    assert [type(fact) for fact in slot.pending][-1] is AppointmentMissed
    assert slot.end(of(HOUSE, ENDS), SEED) == []


def test_nobody_misses_a_day_that_became_a_rest_day() -> None:
    slot = booked(opened())

    slot.end(of(HOUSE, ENDS), NOBODY_WORKS)

    [*_, last] = slot.pending
    assert isinstance(last, AppointmentCancelled)
    assert last.reason is CancelReason.REST_DAY


def test_account_has_so_many_open_and_no_two_at_a_time() -> None:
    booker = Booker.of("account-1")
    enter(booker, "a-1", STARTS)
    with pytest.raises(AlreadyBookedError):
        enter(booker, "a-2", STARTS + 29 * MINUTE)
    enter(booker, "a-2", STARTS + 30 * MINUTE)
    enter(booker, "a-3", STARTS + DAY)
    with pytest.raises(TooManyOpenError):
        enter(booker, "a-4", STARTS + 2 * DAY)

    booker.leave(of(APPLICANT), "a-1")

    enter(booker, "a-4", STARTS + 2 * DAY)
    booker.leave(of(APPLICANT), "a-1")
    assert set(booker.open) == {"a-2", "a-3", "a-4"}


def test_three_missed_in_ninety_days_block_for_thirty() -> None:
    booker = blocked_booker()
    last = STARTS + 6 * DAY + 45 * MINUTE

    [*_, said] = booker.pending
    assert isinstance(said, OnlineBookingBlocked)
    assert said.missed == ["a-1", "a-2", "a-3"]
    assert booker.blocked_until == last + 30 * DAY
    with pytest.raises(BookingBlockedError):
        enter(booker, "b-1", STARTS + 60 * DAY, last + 30 * DAY - MINUTE)
    enter(booker, "b-1", STARTS + 60 * DAY, last + 30 * DAY)


@pytest.mark.parametrize(("days", "blocked"), [(89, True), (90, False)])
def test_what_was_missed_ninety_days_ago_counts_no_more(days: int, blocked: bool) -> None:
    booker = Booker.of("account-1")
    for number, starts_at in enumerate((STARTS, STARTS + DAY, STARTS + days * DAY)):
        miss(booker, f"a-{number}", starts_at)

    assert (booker.blocked_until is not None) is blocked


def test_order_in_which_ends_are_noted_does_not_matter() -> None:
    booker = Booker.of("account-1")
    for number, days in enumerate((6, 2, 0)):
        miss(booker, f"a-{number}", STARTS + days * DAY)

    assert booker.blocked_until is not None


def test_block_is_for_what_came_after_the_last_one() -> None:
    booker = blocked_booker()
    later = STARTS + 60 * DAY
    miss(booker, "b-1", later, later - DAY)
    miss(booker, "b-2", later + DAY, later)

    assert sum(isinstance(fact, OnlineBookingBlocked) for fact in booker.pending) == 1


def test_missed_appointment_that_is_not_open_counts_nothing() -> None:
    booker = Booker.of("account-1")

    booker.miss(of(HOUSE, ENDS), "a-1", TERMS, 0)

    assert booker.pending == ()


def test_terms_are_set_by_the_supervisor_and_the_same_changes_nothing() -> None:
    terms = TermsOfBooking.of("3412XX")
    with pytest.raises(BookingTermsError):
        terms.set(of(CLERK), BookingTerms())
    with pytest.raises(BookingTermsError) as refused:
        terms.set(of(SUPERVISOR), BookingTerms(within_days=0))
    assert refused.value.field == "within_days"
    terms.set(of(SUPERVISOR), BookingTerms(early_minutes=0))

    terms.set(of(SUPERVISOR), BookingTerms(early_minutes=0))

    assert (terms.terms_version, terms.terms.early_minutes, len(terms.pending)) == (1, 0, 1)


def test_closed_slot_cancels_who_had_a_place_and_takes_nobody() -> None:
    slot = opened(2)
    slot.book(of(CLERK), "a-1", Place("s-1"), SEED)

    assert slot.close(of(CLERK)) == ["a-1"]

    assert (slot.free, slot.awaited()) == (0, [])
    for act in (
        lambda: slot.book(of(CLERK), "a-2", Place("s-2"), SEED),
        lambda: slot.close(of(CLERK)),
        lambda: slot.resize(of(CLERK), 3),
    ):
        with pytest.raises(SlotClosedError):
            act()


def test_slot_is_never_smaller_than_what_is_taken() -> None:
    slot = opened(2)
    slot.book(of(CLERK), "a-1", Place("s-1"), SEED)
    slot.book(of(CLERK), "a-2", Place("s-2"), SEED)

    with pytest.raises(CapacityError):
        slot.resize(of(CLERK), 1)
    slot.resize(of(CLERK), 3)
    assert (slot.capacity, slot.free) == (3, 1)
    slot.collect_events()
    slot.resize(of(CLERK), 3)
    assert list(slot.pending) == []
    assert slot.starts_at is not None
    with pytest.raises(SlotPastError):
        slot.close(of(CLERK, slot.starts_at))


def test_block_is_lifted_by_the_supervisor_before_its_time() -> None:
    booker = blocked_booker()
    assert booker.blocked_until is not None
    early = booker.blocked_until - timedelta(days=1)
    with pytest.raises(BookingTermsError):
        booker.unblock(of(CLERK, early, "account-1"))

    booker.unblock(of(SUPERVISOR, early, "account-1"))

    assert booker.blocked_until is None
    with pytest.raises(NotBlockedError):
        booker.unblock(of(SUPERVISOR, early, "account-1"))
