"""What intake takes and answers about appointments (预约) over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from services.chassis.web import PageQuery
from services.intake.answers import Code, Short
from services.intake.case_answers import Act
from services.intake.domain.appointment_terms import AppointmentState, CancelReason
from services.intake.projections.appointments import AppointmentRow, SlotRow

Minutes = Annotated[int, msgspec.Meta(ge=5, le=240)]
Capacity = Annotated[int, msgspec.Meta(ge=1, le=200)]
Few = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Hours = Annotated[str, msgspec.Meta(max_length=100)]


class OpenSlots(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day of a window, cut into slots of so many minutes with so many places each."""

    window: Code
    day: date
    minutes: Minutes = 30
    capacity: Capacity = 2
    hours: Hours = ""
    """As on the door, `08:30-12:00,14:00-17:30`; absent: as catalog knows them, else the hall's."""


class SlotsOpened(msgspec.Struct, frozen=True):
    """The slots that are there now and were not before."""

    slot_nos: list[str]


class Comes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who comes. Goes to the vault and nowhere else."""

    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    phone: Short = ""
    id_number: Short = ""

    def told(self) -> dict[str, str]:
        """Give what goes to the vault, by field."""
        said = {"name": self.name, "phone": self.phone, "document_no": self.id_number}
        return {name: text for name, text in said.items() if text}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    __str__ = __repr__


class BookAppointment(Comes, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place in a slot. An applicant books for their account, a clerk for who stands there."""

    item_code: Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9A-Za-z._-]*$")] = ""
    subject_id: Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9A-Za-z._-]*$")] = ""
    """A person known already; only a clerk says this."""


class CancelAppointment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why; an applicant's own reason is always `applicant`."""

    reason: CancelReason = CancelReason.APPLICANT


class ResizeSlot(Act, frozen=True, kw_only=True):
    """How many people a slot takes from now on."""

    capacity: Capacity


class LiftBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account that may book online again."""

    account: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class SetTerms(Act, frozen=True, kw_only=True):
    """What is asked of those who book; all of it."""

    max_open: Few
    no_shows: Few
    within_days: Few
    blocked_days: Few
    early_minutes: Annotated[int, msgspec.Meta(ge=0, le=240)]
    grace_minutes: Annotated[int, msgspec.Meta(ge=0, le=240)]


class TermsView(msgspec.Struct, frozen=True):
    """What is asked of those who book; version 0 is what comes with the house."""

    terms_version: int
    max_open: int
    no_shows: int
    within_days: int
    blocked_days: int
    early_minutes: int
    grace_minutes: int


class SlotsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the slots."""

    window: Short = ""
    day: date | None = None
    free: bool = False
    """Only those that lie ahead and have a place."""


class AppointmentsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the appointments."""

    window: Short = ""
    day: date | None = None
    state: AppointmentState | None = None


class BookingQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What of the booking page is shown; a day that is none shows every day."""

    window: Short = ""
    day: Annotated[str, msgspec.Meta(max_length=10)] = ""
    done: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """Number of the appointment that was just booked or cancelled."""


class BookForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one slot; `key` makes a second press of the button the same booking."""

    slot_no: Code
    key: Code
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    phone: Short = ""

    def told(self) -> dict[str, str]:
        """Give what goes to the vault, by field."""
        said = {"name": self.name.strip(), "phone": self.phone.strip()}
        return {name: text for name, text in said.items() if text}

    def __repr__(self) -> str:
        return "BookForm(...)"

    __str__ = __repr__


class ActForm(msgspec.Struct, frozen=True, kw_only=True):
    """A button beside one appointment; `back` is the window and day the clerk looks at."""

    window: Short = ""
    day: Annotated[str, msgspec.Meta(max_length=10)] = ""


class OpenForm(msgspec.Struct, frozen=True, kw_only=True):
    """The clerk's form that opens a day; everything is text, so that it can be shown again."""

    window: Annotated[str, msgspec.Meta(max_length=64)] = ""
    day: Annotated[str, msgspec.Meta(max_length=20)] = ""
    hours: Hours = ""
    minutes: Annotated[str, msgspec.Meta(max_length=4)] = "30"
    capacity: Annotated[str, msgspec.Meta(max_length=4)] = "2"


class SlotView(msgspec.Struct, frozen=True):
    """One slot, and how many places of it are free."""

    slot_no: str
    window: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    version: int | None = None
    """Of a slot asked for alone; say it as `expected_version` of its next act."""


def slot_view(row: SlotRow, version: int | None = None) -> SlotView:
    """Show a slot."""
    told = (row.slot_no, row.window, row.starts_at, row.ends_at, row.capacity, row.free)
    return SlotView(*told, version)


class OwnAppointment(msgspec.Struct, frozen=True):
    """An appointment as its account sees it."""

    appointment_no: str
    window: str
    starts_at: datetime
    ends_at: datetime
    state: str
    item_code: str | None
    reason: str | None


def own_view(row: AppointmentRow) -> OwnAppointment:
    """Show an account its appointment."""
    return OwnAppointment(
        row.appointment_no,
        row.window,
        row.starts_at,
        row.ends_at,
        row.state,
        row.item_code,
        row.reason,
    )
