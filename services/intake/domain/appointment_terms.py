"""The words of appointments (预约): states, reasons, the terms of booking, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from services.intake.domain.rules import IntakeRuleError

SUPERVISOR: Final = "supervisor"
"""The role that sets the terms of booking."""


class SlotClosedError(IntakeRuleError):
    """The slot was closed."""

    code = "slot_closed"


class CapacityError(IntakeRuleError):
    """A slot has a place at least, and those that are taken."""

    code = "slot_capacity"


class NotBlockedError(IntakeRuleError):
    """Nothing keeps the account from booking online."""

    code = "not_blocked"


class AppointmentState(Enum):
    """Where an appointment stands."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    CHECKED_IN = "checked_in"
    MISSED = "missed"


class CancelReason(Enum):
    """Why an appointment was cancelled. A closed list: in a free text somebody might be named."""

    APPLICANT = "applicant"
    """Who booked does not come."""
    CENTRE = "centre"
    """The centre cannot keep it."""
    REST_DAY = "rest_day"
    """The day was declared a day of rest after it was booked; nobody missed anything."""


@dataclass(frozen=True)
class BookingTerms:
    """What the centre asks of those who book; each can be set by the supervisor."""

    max_open: int = 3
    """Appointments an account may have open at a time."""
    no_shows: int = 3
    """So many missed appointments ..."""
    within_days: int = 90
    """... within so many days (of 24 hours, by the ends of the slots) ..."""
    blocked_days: int = 30
    """... keep the account from booking online for so many days."""
    early_minutes: int = 15
    """Check-in opens so many minutes before the slot begins."""
    grace_minutes: int = 15
    """Who has not come so many minutes after the slot's end has missed it."""

    @property
    def early(self) -> timedelta:
        """How long before its slot somebody may check in."""
        return timedelta(minutes=self.early_minutes)

    @property
    def grace(self) -> timedelta:
        """How long after its slot an appointment counts as missed."""
        return timedelta(minutes=self.grace_minutes)


class NoSuchSlotError(IntakeRuleError):
    """Nobody opened this slot."""

    code = "no_such_slot"


class SlotHoursError(IntakeRuleError):
    """The hours give no slot, or they are not hours."""

    code = "slot_hours"


class RestDayError(IntakeRuleError):
    """Offices do not work on this day."""

    code = "rest_day"


class SlotPastError(IntakeRuleError):
    """The slot has begun, or is over."""

    code = "slot_past"


class SlotFullError(IntakeRuleError):
    """Every place is taken."""

    code = "slot_full"


class AlreadyBookedError(IntakeRuleError):
    """The account, or the person, has a place at this time already."""

    code = "already_booked"


class TooManyOpenError(IntakeRuleError):
    """The account has as many appointments open as it may."""

    code = "too_many_open"


class BookingBlockedError(IntakeRuleError):
    """The account missed too many appointments and books at the window or by telephone for now."""

    code = "booking_blocked"


class NoSuchAppointmentError(IntakeRuleError):
    """The slot has no such appointment."""

    code = "no_such_appointment"


class AppointmentOverError(IntakeRuleError):
    """The appointment was cancelled, kept or missed already."""

    code = "appointment_over"


class NotYoursError(IntakeRuleError):
    """The appointment is another account's."""

    code = "not_yours"


class CheckInTimeError(IntakeRuleError):
    """Too early or too late to check in."""

    code = "check_in_time"


class BookingTermsError(IntakeRuleError):
    """Only the supervisor sets the terms, and none of them is negative or nothing."""

    code = "booking_terms"
