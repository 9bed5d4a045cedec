"""What intake can be told of appointments (预约): by applicants, clerks, and the end of a slot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeVar

from services.chassis.deadlines import Due, set_deadline
from services.chassis.errors import ConflictError, DuplicateError
from services.chassis.eventlog.application import command
from services.intake.application.cases import Cases
from services.intake.application.ratings import Done
from services.intake.application.seen import check_seen
from services.intake.domain.appointment_terms import (
    AppointmentState,
    BookingTerms,
    CancelReason,
    NoSuchAppointmentError,
    NoSuchSlotError,
    SlotPastError,
)
from services.intake.domain.bookers import Booker, TermsOfBooking, booker_stream, terms_stream
from services.intake.domain.opening_hours import read_hours, slots_of
from services.intake.domain.slots import Place, Slot, slot_number, slot_of, slot_stream
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

NO_SHOW: Final = "appointment_no_show"
"""Due some minutes after a slot's end; the key is the slot_no."""
RACES: Final = 100
"""So often a lost race for a slot is run again: each one lost is a place somebody else got."""
T = TypeVar("T")


@dataclass(frozen=True)
class OpenDay:
    """A day of a window that is opened for booking."""

    window: str
    day: date
    hours: str
    """As on the door, `08:30-12:00,14:00-17:30`; when empty catalog's, else the hall's."""
    minutes: int
    capacity: int


@dataclass(frozen=True)
class Opened:
    """The slots that are there now and were not before."""

    slot_nos: list[str]


@dataclass(frozen=True)
class Wish:
    """Who wants which place."""

    slot_no: str
    appointment_no: str
    account: str = ""
    """Of who books online; empty when a clerk books."""
    subject_id: str = ""
    """A person known already; derived when empty."""
    item_code: str | None = None


class Appointments(Cases):
    """The appointments of the centre."""

    @command
    def open_slots(self, facts: Facts, said: OpenDay, *, key: str | None = None) -> Opened:
        """Open the slots of a day; those that are open already, or begun, are left as they are.

        Raises:
            SlotPastError: all of them have begun.
        """
        calendar = self._catalog(()).calendar
        hours = read_hours(self.door_hours(said.window, said.day, said.hours))
        times = list(slots_of(hours, said.day, said.minutes))
        ahead = [time for time in times if time[0] > facts.occurred_at]
        if not ahead:
            raise SlotPastError("every slot of this day has begun", "day")
        numbers = [slot_number(said.window, starts_at) for starts_at, _ in ahead]
        self.prefetch(Slot, [slot_stream(number) for number in numbers])
        opened = []
        for number, (starts_at, ends_at) in zip(numbers, ahead, strict=True):
            if self.find(Slot, slot_stream(number)) is None:
                about = self._of_appointment(facts, number)
                self.keep(
                    Slot.open(about, said.window, starts_at, ends_at, said.capacity, calendar)
                )
                opened.append(number)
        return Opened(opened)

    def close_slot(
        self, facts: Facts, slot_no: str, *, seen: int | None = None, key: str | None = None
    ) -> Done:
        """Take nobody at this time; who had a place loses it, and nothing is held against them."""
        return _run(lambda: self._close(facts, slot_no, seen=seen, key=key))

    def resize_slot(
        self,
        facts: Facts,
        slot_no: str,
        capacity: int,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Take more people at this time, or fewer."""
        return _run(lambda: self._resize(facts, slot_no, capacity, seen=seen, key=key))

    @command
    def unblock_booking(self, facts: Facts, account: str, *, key: str | None = None) -> Done:
        """Let an account book online again, for the supervisor.

        Raises:
            NotBlockedError: it is not blocked.
        """
        booker = self._booker(account) or Booker.of(account)
        booker.unblock(self._of_appointment(facts, account))
        self.keep(booker)
        return Done(account, "unblocked", str(booker.id), booker.version)

    def book_appointment(
        self, facts: Facts, wish: Wish, told: Mapping[str, str], *, key: str | None = None
    ) -> Done:
        """Take a place in a slot. Idempotent by key; never one place too many.

        Who comes goes to the vault, if it is told. A lost race is run again: it ends with a place
        or with a slot that is full.
        """
        return _run(lambda: self._book_place(facts, wish, dict(told), key=key))

    def cancel_appointment(
        self,
        facts: Facts,
        appointment_no: str,
        reason: CancelReason,
        account: str = "",
        *,
        key: str | None = None,
    ) -> Done:
        """Give a place back; `account` is who asks, when that is not a clerk."""
        return _run(lambda: self._cancel_place(facts, appointment_no, reason, account, key=key))

    def check_in(self, facts: Facts, appointment_no: str, *, key: str | None = None) -> Done:
        """Say that who booked is here."""
        return _run(lambda: self._check_in_place(facts, appointment_no, key=key))

    @command
    def set_booking_terms(
        self, facts: Facts, terms: BookingTerms, *, seen: int | None = None, key: str | None = None
    ) -> Done:
        """Set what is asked of those who book, from now on."""
        found = self.terms_of_booking()
        check_seen(self, found, seen)
        found.set(self._of_appointment(facts, f"booking-terms/{self._region}"), terms)
        self.keep(found)
        return Done(self._region, "set", str(found.id), found.version)

    def terms_of_booking(self) -> TermsOfBooking:
        """Give the terms that hold now."""
        found = self.find(TermsOfBooking, terms_stream(self._region))
        return found or TermsOfBooking.of(self._region)

    def fire(self, due: Due) -> None:
        """Do what the end of a slot is for; deadlines of others go on to them."""
        if due.kind != NO_SHOW:
            super().fire(due)
            return
        slot = self._find_slot(due.key)
        own = Facts(due.due_at, due.key, Actor(ActorKind.SYSTEM, "intake"), due.id)
        late = slot.end(self._of_appointment(own, slot.slot_no), self._catalog(()).calendar)
        set_terms = self.terms_of_booking()
        for number in late:
            place = slot.places[number]
            if place.state is AppointmentState.MISSED:
                booker = self._booker(place.account)
                if booker is not None:
                    about = self._of_appointment(own, place.account)
                    booker.miss(about, number, set_terms.terms, set_terms.terms_version)
                    self.keep(booker)
                self.change(self._vault.releasing(place.subject_id, number))
            else:
                self._settle_place(own, number, place)
        self.keep(slot)

    @command
    def _close(
        self, facts: Facts, slot_no: str, *, seen: int | None = None, key: str | None = None
    ) -> Done:
        slot = self._find_slot(slot_no)
        check_seen(self, slot, seen)
        for number in slot.close(self._of_appointment(facts, slot_no)):
            self._settle_place(facts, number, slot.places[number])
        self.keep(slot)
        return Done(slot_no, "closed", str(slot.id), slot.version)

    @command
    def _resize(
        self,
        facts: Facts,
        slot_no: str,
        capacity: int,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        slot = self._find_slot(slot_no)
        check_seen(self, slot, seen)
        slot.resize(self._of_appointment(facts, slot_no), capacity)
        self.keep(slot)
        return Done(slot_no, "open", str(slot.id), slot.version)

    @command
    def _book_place(
        self, facts: Facts, wish: Wish, told: dict[str, str], *, key: str | None = None
    ) -> Done:
        slot = self._find_slot(wish.slot_no)
        known = self._catalog(())
        terms = self.terms_of_booking().terms
        subject_id = wish.subject_id or who_comes(wish.account or wish.appointment_no)
        place = Place(subject_id, wish.account)
        about = self._of_appointment(facts, wish.slot_no)
        slot.book(about, wish.appointment_no, place, known.calendar, wish.item_code)
        if slot.starts_at is None or slot.ends_at is None:
            raise NoSuchSlotError("nobody opened this slot", "slot_no")
        if wish.account:
            booker = self._booker(wish.account) or Booker.of(wish.account)
            booker.enter(
                self._of_appointment(facts, wish.account),
                wish.appointment_no,
                slot.starts_at,
                slot.ends_at,
                terms,
            )
            self.keep(booker)
        if told:
            self.change(self._vault.introducing(subject_id, told))
        self.change(
            self._vault.holding(subject_id, wish.appointment_no),
            set_deadline(NO_SHOW, slot.slot_no, slot.ends_at + terms.grace),
        )
        self.keep(slot)
        return _done(slot, wish.appointment_no)

    @command
    def _cancel_place(
        self,
        facts: Facts,
        appointment_no: str,
        reason: CancelReason,
        account: str,
        *,
        key: str | None = None,
    ) -> Done:
        slot = self._slot_with(appointment_no)
        about = self._of_appointment(facts, slot.slot_no)
        place = slot.cancel(about, appointment_no, reason, account)
        self._settle_place(facts, appointment_no, place)
        self.keep(slot)
        return _done(slot, appointment_no)

    @command
    def _check_in_place(self, facts: Facts, appointment_no: str, *, key: str | None = None) -> Done:
        slot = self._slot_with(appointment_no)
        terms = self.terms_of_booking().terms
        place = slot.check_in(self._of_appointment(facts, slot.slot_no), appointment_no, terms)
        self._settle_place(facts, appointment_no, place)
        self.keep(slot)
        return _done(slot, appointment_no)

    def _settle_place(self, facts: Facts, appointment_no: str, place: Place) -> None:
        """Have nothing wait for an appointment that was kept or cancelled."""
        booker = self._booker(place.account)
        if booker is not None:
            booker.leave(self._of_appointment(facts, place.account), appointment_no)
            self.keep(booker)
        self.change(self._vault.releasing(place.subject_id, appointment_no))

    def _booker(self, account: str) -> Booker | None:
        return self.find(Booker, booker_stream(account)) if account else None

    def _find_slot(self, slot_no: str) -> Slot:
        slot = self.find(Slot, slot_stream(slot_no))
        if slot is None:
            raise NoSuchSlotError("nobody opened this slot", "slot_no")
        return slot

    def _slot_with(self, appointment_no: str) -> Slot:
        slot = self.find(Slot, slot_stream(slot_of(appointment_no)))
        if slot is None:
            raise NoSuchAppointmentError("there is no such appointment", "appointment_no")
        return slot

    def _of_appointment(self, facts: Facts, subject: str) -> Facts:
        return replace(facts, subject=subject, region=self._region)


def who_comes(key: str) -> str:
    """Give the reference to who comes, by account or appointment; says nothing about them."""
    return f"s-{stream_id('subject', f'appointment/{key}').hex[:16]}"


def _done(slot: Slot, appointment_no: str) -> Done:
    state = slot.places[appointment_no].state.value
    return Done(appointment_no, state, str(slot.id), slot.version)


def _run(act: Callable[[], T]) -> T:
    """Run a command until it is not too late by a moment any more.

    Raises:
        ConflictError: it lost every race.
    """
    for _ in range(RACES - 1):
        try:
            return act()
        except DuplicateError:
            raise
        except ConflictError:
            continue
    return act()
