"""Appointments (预约) over HTTP: slots, booking, check-in, lists, the terms of booking."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import NotAllowedError, NotFoundError
from services.chassis.web import Call, Page, route
from services.chassis.web.histories import written
from services.chassis.web.paging import page_of, read_cursor
from services.intake.application.appointments import OpenDay, Wish
from services.intake.application.ratings import Done
from services.intake.appointment_answers import (
    AppointmentsQuery,
    BookAppointment,
    CancelAppointment,
    LiftBlock,
    OpenSlots,
    OwnAppointment,
    ResizeSlot,
    SetTerms,
    SlotsOpened,
    SlotsQuery,
    SlotView,
    TermsView,
    own_view,
    slot_view,
)
from services.intake.domain.appointment_terms import (
    BookingTerms,
    CancelReason,
    SlotHoursError,
)
from services.intake.domain.opening_hours import read_hours, slots_of
from services.intake.domain.slots import Slot, slot_of, slot_stream
from services.intake.projections.appointments import (
    AppointmentRow,
    SlotRow,
    list_appointments,
    list_slots,
)
from services.intake.rating_answers import Told
from services.intake.service.case_desk import seen_by
from services.intake.service.ratings import facts_of
from services.kernel.times import SHANGHAI

APPLICANT: Final = frozenset({"applicant"})
DESK: Final = frozenset({"clerk", "supervisor"})
BOOKERS: Final = frozenset({"applicant", "clerk"})
SUPERVISOR: Final = frozenset({"supervisor"})


class AppointmentRoutes:
    """Routes about appointments; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/slots",
        request=OpenSlots,
        response=SlotsOpened,
        roles=DESK,
        status=201,
        summary="Open a working day of a window for booking, cut into slots",
    )
    def open_slots(self, call: Call[OpenSlots]) -> SlotsOpened:
        """Slots that are open already stay as they are; a clerk opens the own window."""
        said = call.body
        day = OpenDay(said.window, said.day, said.hours, said.minutes, said.capacity)
        return SlotsOpened(self.open_day(call, day, call.idempotency_key or None))

    @route(
        "GET",
        "/slots",
        query=SlotsQuery,
        response=Page[SlotView],
        public=True,
        summary="The slots of a window or a day, with the places that are free",
    )
    def list_slots(self, call: Call[None, SlotsQuery]) -> Page[SlotView]:
        query = call.query
        rows = list_slots(
            self.cases.database,
            window=query.window,
            day=query.day,
            from_=self.clock.now() if query.free else None,
            free=query.free,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        page = page_of(rows, query.limit, lambda row: (row.starts_at, row.slot_no))
        return Page([slot_view(row) for row in page.items], page.next)

    @route(
        "GET",
        "/slots/<slot_no>",
        response=SlotView,
        public=True,
        summary="One slot, with the version to say when it is changed",
    )
    def get_slot(self, call: Call) -> SlotView:
        slot = self.cases.state_of(Slot, slot_stream(call.path["slot_no"]))
        if slot is None:
            raise NotFoundError("nobody opened this slot")
        ends = (slot.starts_at, slot.ends_at)
        row = SlotRow(slot.slot_no, slot.window, *ends, slot.capacity, slot.capacity - slot.free)
        return slot_view(row, slot.version)

    @route(
        "POST",
        "/slots/<slot_no>/closing",
        response=Told,
        roles=DESK,
        summary="Take nobody at this time; the appointments in it are cancelled",
    )
    def close_slot(self, call: Call) -> Told:
        """Before it begins; nothing is held against who had a place."""
        number, key = call.path["slot_no"], call.idempotency_key or None
        done = self.cases.close_slot(
            facts_of(self, call, number, DESK), number, seen=seen_by(call), key=key
        )
        return self._told_of_appointment(call, done)

    @route(
        "POST",
        "/slots/<slot_no>/capacity",
        request=ResizeSlot,
        response=Told,
        roles=DESK,
        summary="Take more people at this time, or fewer; never fewer than have a place",
    )
    def resize_slot(self, call: Call[ResizeSlot]) -> Told:
        number, key = call.path["slot_no"], call.idempotency_key or None
        facts = facts_of(self, call, number, DESK)
        done = self.cases.resize_slot(
            facts, number, call.body.capacity, seen=seen_by(call), key=key
        )
        return self._told_of_appointment(call, done)

    @route(
        "POST",
        "/booking-blocks/lifting",
        request=LiftBlock,
        response=Told,
        roles=SUPERVISOR,
        summary="Let an account book online again before its time",
    )
    def lift_block(self, call: Call[LiftBlock]) -> Told:
        account, key = call.body.account, call.idempotency_key or None
        facts = facts_of(self, call, account, SUPERVISOR)
        done = self.cases.unblock_booking(facts, account, key=key)
        return self._told_of_appointment(call, done)

    @route(
        "POST",
        "/slots/<slot_no>/appointments",
        request=BookAppointment,
        response=Told,
        roles=BOOKERS,
        status=201,
        summary="Take a place in a slot, for the own account or, at a window, for a person",
    )
    def book_appointment(self, call: Call[BookAppointment]) -> Told:
        """Idempotent by Idempotency-Key."""
        said, slot_no = call.body, call.path["slot_no"]
        key = call.idempotency_key or None
        online = "clerk" not in call.caller.roles
        if online and said.subject_id:
            raise NotAllowedError("only a clerk books for a person by subject_id")
        wish = Wish(
            slot_no,
            appointment_number(slot_no, key),
            account=call.caller.id if online else "",
            subject_id=said.subject_id,
            item_code=said.item_code or None,
        )
        facts = facts_of(self, call, slot_no, APPLICANT if online else DESK)
        done = self.cases.book_appointment(facts, wish, said.told(), key=key)
        return self._told_of_appointment(call, done)

    @route(
        "POST",
        "/appointments/<appointment_no>/cancellation",
        request=CancelAppointment,
        response=Told,
        roles=BOOKERS,
        summary="Give a place back, before the slot begins",
    )
    def cancel_appointment(self, call: Call[CancelAppointment]) -> Told:
        done = self.cancel_one(call, call.body.reason, call.idempotency_key or None)
        return self._told_of_appointment(call, done)

    @route(
        "POST",
        "/appointments/<appointment_no>/check-in",
        response=Told,
        roles=DESK,
        summary="Say that who booked is here: from shortly before the slot until its end",
    )
    def check_in(self, call: Call) -> Told:
        done = self.check_one_in(call, call.idempotency_key or None)
        return self._told_of_appointment(call, done)

    @route(
        "GET",
        "/appointments",
        query=AppointmentsQuery,
        response=Page[AppointmentRow],
        roles=DESK,
        summary="The appointments of a window or a day, by their time",
    )
    def list_appointments(self, call: Call[None, AppointmentsQuery]) -> Page[AppointmentRow]:
        query = call.query
        rows = list_appointments(
            self.cases.database,
            window=query.window,
            day=query.day,
            state=query.state.value if query.state else "",
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.starts_at, row.appointment_no))

    @route(
        "GET",
        "/my/appointments",
        response=list[OwnAppointment],
        roles=APPLICANT,
        summary="The appointments of the own account",
    )
    def my_appointments(self, call: Call) -> list[OwnAppointment]:
        rows = list_appointments(self.cases.database, account=call.caller.id)
        return [own_view(row) for row in rows]

    @route(
        "GET",
        "/booking-terms",
        response=TermsView,
        public=True,
        summary="What is asked of those who book",
    )
    def get_booking_terms(self, call: Call) -> TermsView:
        found = self.cases.terms_of_booking()
        return TermsView(found.terms_version, **asdict(found.terms))

    @route(
        "PUT",
        "/booking-terms",
        request=SetTerms,
        response=TermsView,
        roles=SUPERVISOR,
        summary="Set what is asked of those who book, from now on",
    )
    def set_booking_terms(self, call: Call[SetTerms]) -> TermsView:
        said = call.body
        terms = BookingTerms(
            said.max_open,
            said.no_shows,
            said.within_days,
            said.blocked_days,
            said.early_minutes,
            said.grace_minutes,
        )
        facts = facts_of(self, call, "booking-terms", SUPERVISOR)
        self.cases.set_booking_terms(
            facts, terms, seen=seen_by(call), key=call.idempotency_key or None
        )
        return self.get_booking_terms(call)  # type: ignore[arg-type]  # it asks for no body

    def open_day(self, call: Call[Any, Any], day: OpenDay, key: str | None = None) -> list[str]:
        """Open a day for the API or the page.

        Raises:
            SlotHoursError: the day is cut otherwise already.
        """
        if call.caller.window and "supervisor" not in call.caller.roles:
            call.caller.require_window(day.window)
        known = list_slots(self.cases.database, window=day.window, day=day.day)
        hours = read_hours(self.cases.door_hours(day.window, day.day, day.hours))
        for starts_at, ends_at in slots_of(hours, day.day, day.minutes):
            for one in known:
                same = (one.starts_at, one.ends_at) == (starts_at, ends_at)
                if not same and starts_at < one.ends_at and one.starts_at < ends_at:
                    raise SlotHoursError("this day is cut into other slots already", "minutes")
        facts = facts_of(self, call, day.window, DESK)
        opened: list[str] = self.cases.open_slots(facts, day, key=key).slot_nos
        return opened

    def cancel_one(
        self, call: Call[Any, Any], reason: CancelReason, key: str | None = None
    ) -> Done:
        """Cancel for the API or the page; an applicant cancels the own appointments."""
        number, desk = call.path["appointment_no"], "clerk" in call.caller.roles
        facts = facts_of(self, call, slot_of(number), DESK if desk else APPLICANT)
        done: Done = self.cases.cancel_appointment(
            facts,
            number,
            reason if desk else CancelReason.APPLICANT,
            "" if desk else call.caller.id,
            key=key,
        )
        return done

    def check_one_in(self, call: Call[Any, Any], key: str | None = None) -> Done:
        """Check in for the API or the page."""
        number = call.path["appointment_no"]
        facts = facts_of(self, call, slot_of(number), DESK)
        done: Done = self.cases.check_in(facts, number, key=key)
        return done

    def _told_of_appointment(self, call: Call[Any, Any], done: Done) -> Told:
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        return Told(done.key, done.state, place.event, place.position, done.version)


def appointment_number(slot_no: str, key: str | None) -> str:
    """Make an appointment's number: its slot and a serial; the same for a repeated request."""
    serial = int.from_bytes(sha256((key or token_hex(16)).encode()).digest()[:8]) % 10**8
    return f"{slot_no}-{serial:08}"


def number_of(letter: str, now: datetime, key: str | None) -> str:
    """Make a number: letter, date, serial; the same for a repeated request."""
    serial = int.from_bytes(sha256((key or token_hex(16)).encode()).digest()[:8]) % 10**11
    return f"{letter}{now.astimezone(SHANGHAI):%Y%m%d}{serial:011}"
