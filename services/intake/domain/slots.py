"""A slot: so many places at a window at a time, and who has them (预约)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from services.intake.domain.appointment_events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentCheckedIn,
    AppointmentMissed,
    AppointmentSlotClosed,
    AppointmentSlotOpened,
    AppointmentSlotResized,
)
from services.intake.domain.appointment_terms import (
    AlreadyBookedError,
    AppointmentOverError,
    AppointmentState,
    BookingTerms,
    CancelReason,
    CapacityError,
    CheckInTimeError,
    NoSuchAppointmentError,
    NoSuchSlotError,
    NotYoursError,
    RestDayError,
    SlotClosedError,
    SlotFullError,
    SlotHoursError,
    SlotPastError,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from services.kernel.times import SHANGHAI

_S = AppointmentState


@dataclass(frozen=True)
class Place:
    """One appointment of a slot."""

    subject_id: str
    account: str = ""
    """Empty when a clerk booked it."""
    state: AppointmentState = AppointmentState.BOOKED


class Slot(Aggregate):
    """One slot; stream `slot_stream(slot_no)`. All its appointments are in it, so their number
    is decided by one version: two who want the last place cannot both have it.
    """

    def __init__(self) -> None:
        self.slot_no = ""
        self.window = ""
        self.starts_at: datetime | None = None
        self.ends_at: datetime | None = None
        self.capacity = 0
        self.closed = False
        self.places: dict[str, Place] = {}
        """By appointment_no, cancelled ones too."""

    @classmethod
    def open(
        cls,
        facts: Facts,
        window: str,
        starts_at: datetime,
        ends_at: datetime,
        capacity: int,
        calendar: WorkCalendar,
    ) -> Self:
        """Open a slot that lies ahead, on a working day.

        Raises:
            RestDayError: offices do not work that day.
            SlotPastError: it would have begun already.
        """
        day = legal_date(starts_at)
        if not calendar.works(day):
            raise RestDayError(f"offices do not work on {day}", "day")
        if starts_at <= facts.occurred_at:
            raise SlotPastError("a slot is opened before it begins", "day")
        if capacity < 1 or ends_at <= starts_at:
            raise SlotHoursError("a slot has a place at least, and ends after it begins")
        number = slot_number(window, starts_at)
        slot = cls.begin(slot_stream(number))
        slot.record(
            AppointmentSlotOpened,
            facts,
            slot_no=number,
            window=window,
            starts_at=starts_at,
            ends_at=ends_at,
            capacity=capacity,
            calendar_version=calendar.label(day, day),
        )
        return slot

    @property
    def free(self) -> int:
        """How many places nobody has; none once it is closed."""
        return (
            0
            if self.closed
            else self.capacity
            - sum(place.state is not _S.CANCELLED for place in self.places.values())
        )

    def awaited(self) -> list[str]:
        """Name the appointments nobody has come for, in the order in which they were booked."""
        return [number for number, place in self.places.items() if place.state is _S.BOOKED]

    def book(
        self,
        facts: Facts,
        appointment_no: str,
        place: Place,
        calendar: WorkCalendar,
        item_code: str | None = None,
    ) -> None:
        """Take a place.

        Raises:
            SlotClosedError: the window takes nobody at this time.
            SlotPastError: the slot has begun.
            RestDayError: its day was declared a day of rest meanwhile.
            AlreadyBookedError: the number, the account or the person has a place in it already.
            SlotFullError: there is none left.
        """
        starts_at, ends_at = self._times()
        if self.closed:
            raise SlotClosedError("the slot was closed; choose another one", "slot_no")
        if facts.occurred_at >= starts_at:
            raise SlotPastError("the slot has begun; choose a later one", "slot_no")
        if not calendar.works(legal_date(starts_at)):
            raise RestDayError("offices do not work that day; choose another one", "slot_no")
        if appointment_no in self.places or any(
            other.state is not _S.CANCELLED
            and (other.subject_id == place.subject_id or other.account == place.account != "")
            for other in self.places.values()
        ):
            raise AlreadyBookedError("there is a place in this slot already", "slot_no")
        if self.free < 1:
            raise SlotFullError("every place is taken; choose another slot", "slot_no")
        self.record(
            AppointmentBooked,
            facts,
            appointment_no=appointment_no,
            slot_no=self.slot_no,
            window=self.window,
            starts_at=starts_at,
            ends_at=ends_at,
            booked_at=facts.occurred_at,
            subject_id=place.subject_id,
            account=place.account or None,
            item_code=item_code,
        )

    def cancel(
        self, facts: Facts, appointment_no: str, reason: CancelReason, account: str = ""
    ) -> Place:
        """Give a place back, before the slot begins; gives whose it was.

        Args:
            account: of who asks, when that is not a clerk.
        """
        place = self._awaited(appointment_no, account)
        if facts.occurred_at >= self._times()[0]:
            raise SlotPastError("the slot has begun; it cannot be cancelled any more")
        self._cancel(facts, appointment_no, reason)
        return place

    def check_in(self, facts: Facts, appointment_no: str, terms: BookingTerms) -> Place:
        """Say that who booked is here, from shortly before the slot until its end."""
        place = self._awaited(appointment_no)
        starts_at, ends_at = self._times()
        if facts.occurred_at < starts_at - terms.early:
            raise CheckInTimeError(f"check-in opens {terms.early_minutes} minutes before the slot")
        if facts.occurred_at > ends_at:
            raise CheckInTimeError("the slot is over")
        self.record(
            AppointmentCheckedIn,
            facts,
            appointment_no=appointment_no,
            slot_no=self.slot_no,
            checked_in_at=facts.occurred_at,
            clerk=facts.actor.id,
        )
        return place

    def close(self, facts: Facts) -> list[str]:
        """Take nobody at this time; gives the appointments that are cancelled with it.

        Raises:
            SlotPastError: it has begun.
            SlotClosedError: it is closed already.
        """
        self._must_be_ahead(facts)
        self.record(
            AppointmentSlotClosed,
            facts,
            slot_no=self.slot_no,
            window=self.window,
            closed_at=facts.occurred_at,
        )
        late = self.awaited()
        for number in late:
            self._cancel(facts, number, CancelReason.CENTRE)
        return late

    def resize(self, facts: Facts, capacity: int) -> None:
        """Take another number of people; the same again changes nothing.

        Raises:
            SlotPastError: it has begun.
            SlotClosedError: it is closed.
            CapacityError: fewer than have a place.
        """
        self._must_be_ahead(facts)
        taken = self.capacity - self.free
        if capacity < max(1, taken):
            raise CapacityError(f"{taken} places of it are taken", "capacity")
        if capacity != self.capacity:
            self.record(
                AppointmentSlotResized,
                facts,
                slot_no=self.slot_no,
                window=self.window,
                old_capacity=self.capacity,
                capacity=capacity,
                resized_at=facts.occurred_at,
            )

    def _must_be_ahead(self, facts: Facts) -> None:
        if facts.occurred_at >= self._times()[0]:
            raise SlotPastError("the slot has begun", "slot_no")
        if self.closed:
            raise SlotClosedError("the slot was closed", "slot_no")

    def end(self, facts: Facts, calendar: WorkCalendar) -> list[str]:
        """Say of those who have not come that they missed it, after its end; gives their numbers.

        On a day that was declared a day of rest meanwhile nobody missed anything: these are
        cancelled.
        """
        starts_at, ends_at = self._times()
        if facts.occurred_at < ends_at:
            return []
        late = self.awaited()
        missed = calendar.works(legal_date(starts_at))
        for number in late:
            if missed:
                self.record(
                    AppointmentMissed,
                    facts,
                    appointment_no=number,
                    slot_no=self.slot_no,
                    ended_at=ends_at,
                    missed_at=facts.occurred_at,
                )
            else:
                self._cancel(facts, number, CancelReason.REST_DAY)
        return late

    def _cancel(self, facts: Facts, appointment_no: str, reason: CancelReason) -> None:
        self.record(
            AppointmentCancelled,
            facts,
            appointment_no=appointment_no,
            slot_no=self.slot_no,
            reason=reason,
            cancelled_at=facts.occurred_at,
        )

    def _awaited(self, appointment_no: str, account: str = "") -> Place:
        place = self.places.get(appointment_no)
        if place is None:
            raise NoSuchAppointmentError("the slot has no such appointment", "appointment_no")
        if account and place.account != account:
            raise NotYoursError("this appointment is another account's", "appointment_no")
        if place.state is not _S.BOOKED:
            raise AppointmentOverError(f"the appointment is {place.state.value} already")
        return place

    def _times(self) -> tuple[datetime, datetime]:
        if self.starts_at is None or self.ends_at is None:
            raise NoSuchSlotError("nobody opened this slot", "slot_no")
        return self.starts_at, self.ends_at

    @applies(AppointmentSlotOpened)
    def _opened(self, event: AppointmentSlotOpened) -> None:
        self.slot_no, self.window, self.capacity = event.slot_no, event.window, event.capacity
        self.starts_at, self.ends_at = event.starts_at, event.ends_at

    @applies(AppointmentSlotClosed)
    def _closed(self, event: AppointmentSlotClosed) -> None:
        self.closed = True

    @applies(AppointmentSlotResized)
    def _resized(self, event: AppointmentSlotResized) -> None:
        self.capacity = event.capacity

    @applies(AppointmentBooked)
    def _booked(self, event: AppointmentBooked) -> None:
        self.places[event.appointment_no] = Place(event.subject_id, event.account or "")

    @applies(AppointmentCancelled)
    def _cancelled(self, event: AppointmentCancelled) -> None:
        self._turned(event.appointment_no, _S.CANCELLED)

    @applies(AppointmentCheckedIn)
    def _checked_in(self, event: AppointmentCheckedIn) -> None:
        self._turned(event.appointment_no, _S.CHECKED_IN)

    @applies(AppointmentMissed)
    def _missed(self, event: AppointmentMissed) -> None:
        self._turned(event.appointment_no, _S.MISSED)

    def _turned(self, appointment_no: str, state: AppointmentState) -> None:
        self.places[appointment_no] = replace(self.places[appointment_no], state=state)


def slot_number(window: str, starts_at: datetime) -> str:
    """Give the number of a slot: its window, day and time, such as `W01-202010200900`."""
    return f"{window}-{starts_at.astimezone(SHANGHAI):%Y%m%d%H%M}"


def slot_stream(slot_no: str) -> UUID:
    """Give the stream of a slot."""
    window, _, start = slot_no.rpartition("-")
    return stream_id("slot", f"{window}/{start}")


def slot_of(appointment_no: str) -> str:
    """Give the slot an appointment is in: its number begins with it."""
    return appointment_no.rpartition("-")[0]
