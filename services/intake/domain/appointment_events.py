"""What can happen to appointments (预约). Fields, units and sources: `contracts/intake/`.

Who comes is in none of them: a reference into the vault, or the account that booked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.intake.domain.appointment_terms import CancelReason
from services.kernel.aggregate import Fact


class AppointmentSlotOpened(Fact):
    """A window takes so many people at this time. Stream: slot/<window>/<start>."""

    TOPIC = "intake.appointment-slot-opened.v1"

    slot_no: str
    window: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    calendar_version: str


class AppointmentSlotClosed(Fact):
    """The window takes nobody at this time; who had a place is told so, one by one."""

    TOPIC = "intake.appointment-slot-closed.v1"

    slot_no: str
    window: str
    closed_at: datetime


class AppointmentSlotResized(Fact):
    """The window takes another number of people at this time."""

    TOPIC = "intake.appointment-slot-resized.v1"

    slot_no: str
    window: str
    old_capacity: int
    capacity: int
    resized_at: datetime


class AppointmentBooked(Fact):
    """A place was taken."""

    TOPIC = "intake.appointment-booked.v1"

    appointment_no: str
    slot_no: str
    window: str
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    subject_id: str
    account: str | None = None
    """Set exactly when it was booked online."""
    item_code: str | None = None


class AppointmentCancelled(Fact):
    """A place is free again."""

    TOPIC = "intake.appointment-cancelled.v1"

    appointment_no: str
    slot_no: str
    reason: CancelReason
    cancelled_at: datetime


class AppointmentCheckedIn(Fact):
    """Who booked is here."""

    TOPIC = "intake.appointment-checked-in.v1"

    appointment_no: str
    slot_no: str
    checked_in_at: datetime
    clerk: str


class AppointmentMissed(Fact):
    """Nobody came."""

    TOPIC = "intake.appointment-missed.v1"

    appointment_no: str
    slot_no: str
    ended_at: datetime
    missed_at: datetime


class AccountAppointmentEntered(Fact):
    """An account has one appointment more that is open. Stream: booker/<account>."""

    TOPIC = "intake.account-appointment-entered.v1"

    account: str
    appointment_no: str
    starts_at: datetime
    ends_at: datetime


class AccountAppointmentEnded(Fact):
    """An account has one appointment less that is open."""

    TOPIC = "intake.account-appointment-ended.v1"

    account: str
    appointment_no: str
    missed: bool
    ended_at: datetime


class OnlineBookingBlocked(Fact):
    """An account missed too many appointments and does not book online for a while."""

    TOPIC = "intake.online-booking-blocked.v1"

    account: str
    missed: list[str]
    """The appointments because of which it is so."""
    no_shows: int
    within_days: int
    blocked_days: int
    blocked_at: datetime
    blocked_until: datetime
    terms_version: int


class OnlineBookingUnblocked(Fact):
    """The supervisor lets an account book online again before its time."""

    TOPIC = "intake.online-booking-unblocked.v1"

    account: str
    blocked_until: datetime
    unblocked_at: datetime


class BookingTermsSet(Fact):
    """The supervisor set what the centre asks of those who book. Stream: booking-terms/<region>."""

    TOPIC = "intake.booking-terms-set.v1"

    terms_version: int
    max_open: int
    no_shows: int
    within_days: int
    blocked_days: int
    early_minutes: int
    grace_minutes: int
    set_at: datetime


APPOINTMENT_FACTS: Final[tuple[type[Fact], ...]] = (
    AppointmentSlotOpened,
    AppointmentSlotClosed,
    AppointmentSlotResized,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentCheckedIn,
    AppointmentMissed,
    AccountAppointmentEntered,
    AccountAppointmentEnded,
    OnlineBookingBlocked,
    OnlineBookingUnblocked,
    BookingTermsSet,
)
