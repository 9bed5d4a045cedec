"""Pages about appointments (预约): for everybody, for who booked, and for the clerk of the day."""

from __future__ import annotations

from datetime import date
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlencode

from services.chassis.clock import Clock
from services.chassis.errors import NotAllowedError
from services.chassis.web import Call, Reply, route
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Crumb
from services.intake.application.appointments import OpenDay, Wish
from services.intake.appointment_answers import ActForm, BookForm, BookingQuery, OpenForm
from services.intake.domain.appointment_terms import CancelReason, SlotHoursError
from services.intake.domain.bookers import Booker, booker_stream
from services.intake.domain.rules import IntakeRuleError
from services.intake.pages.appointments import (
    booking_page,
    day_of,
    entries,
    refusal_of,
    shown_day,
    with_days,
)
from services.intake.projections.appointments import bookable, list_appointments, list_slots
from services.intake.service.appointments import APPLICANT, DESK, appointment_number
from services.intake.service.cases import PAGES
from services.intake.service.ratings import facts_of
from services.kernel.clock import legal_date

_PRIVATE: Final = {"Cache-Control": "no-store"}
_PARENT: Final = [Crumb("预约办理", "/booking")]


class AppointmentPages:
    """Pages about appointments; a part of intake's service."""

    clock: Clock
    frame: Any
    cases: Any
    open_day: Any
    cancel_one: Any
    check_one_in: Any

    @route(
        "GET",
        "/booking",
        html=True,
        public=True,
        query=BookingQuery,
        summary="Choose a window, a day and a time",
    )
    def show_booking(self, call: Call[None, BookingQuery]) -> Reply:
        return Reply(self._booking(call, call.query.window, day_of(call.query.day)))

    @route(
        "POST",
        "/booking",
        html=True,
        roles=APPLICANT,
        request=BookForm,
        summary="Take a place for the own account",
    )
    def book_by_form(self, call: Call[BookForm]) -> Reply:
        form = call.body
        key = f"form/intake/{call.caller.id}/{form.key}"
        number = appointment_number(form.slot_no, key)
        wish = Wish(form.slot_no, number, account=call.caller.id)
        facts = facts_of(self, call, form.slot_no, APPLICANT)
        try:
            self.cases.book_appointment(facts, wish, form.told(), key=key)
        except IntakeRuleError as refused:
            window, _, start = form.slot_no.rpartition("-")
            day = day_of(f"{start[:4]}-{start[4:6]}-{start[6:8]}")
            return Reply(self._booking(call, window, day, refused, form), status=422)
        return _go(call, "/booking/mine", {"done": number})

    @route(
        "GET",
        "/booking/mine",
        html=True,
        roles=APPLICANT,
        query=BookingQuery,
        summary="The appointments of the own account",
    )
    def show_mine(self, call: Call[None, BookingQuery]) -> Reply:
        return Reply(self._mine(call, done=call.query.done), headers=_PRIVATE)

    @route(
        "POST",
        "/booking/mine/<appointment_no>/cancellation",
        html=True,
        roles=APPLICANT,
        request=ActForm,
        summary="Give the own place back",
    )
    def cancel_by_form(self, call: Call[ActForm]) -> Reply:
        number = call.path["appointment_no"]
        try:
            self.cancel_one(call, CancelReason.APPLICANT)
        except IntakeRuleError as refused:
            return Reply(self._mine(call, refused), status=422, headers=_PRIVATE)
        return _go(call, "/booking/mine", {"done": number})

    @route(
        "GET",
        "/desk/appointments",
        html=True,
        roles=DESK,
        query=BookingQuery,
        summary="The day's appointments of a window, with check-in",
    )
    def show_desk(self, call: Call[None, BookingQuery]) -> Reply:
        query = call.query
        done = f"已开放 {query.done} 个时段。" if query.done.isdigit() else ""
        return Reply(self._desk(call, query.window, query.day, done=done), headers=_PRIVATE)

    @route(
        "POST",
        "/desk/appointments/<appointment_no>/check-in",
        html=True,
        roles=DESK,
        request=ActForm,
        summary="Say that who booked is here",
    )
    def check_in_by_form(self, call: Call[ActForm]) -> Reply:
        form = call.body
        try:
            self.check_one_in(call)
        except IntakeRuleError as refused:
            text = self._desk(call, form.window, form.day, refused)
            return Reply(text, status=422, headers=_PRIVATE)
        return _go(call, "/desk/appointments", {"window": form.window, "day": form.day})

    @route(
        "POST",
        "/desk/slots",
        html=True,
        roles=DESK,
        request=OpenForm,
        summary="Open a day of a window for booking",
    )
    def open_by_form(self, call: Call[OpenForm]) -> Reply:
        form = call.body
        try:
            opened = self.open_day(call, _day_asked(form))
        except (IntakeRuleError, NotAllowedError) as error:
            refused = error if isinstance(error, IntakeRuleError) else None
            said = "只能开放自己的窗口。" if refused is None else ""
            text = self._desk(call, form.window, form.day, refused, form=form, said=said)
            return Reply(text, status=422, headers=_PRIVATE)
        place = {"window": form.window, "day": form.day, "done": str(len(opened))}
        return _go(call, "/desk/appointments", place)

    def _booking(
        self,
        call: Call[Any, Any],
        window: str,
        day: date | None,
        refused: IntakeRuleError | None = None,
        form: BookForm | None = None,
    ) -> str:
        now, database = self.clock.now(), self.cases.database
        slots = list_slots(database, window=window, day=day) if window and day else []
        terms = self.cases.terms_of_booking().terms
        return PAGES.render(
            "booking.html",
            call,
            title="预约办理",
            english="Appointments",
            refused=refusal_of(refused),
            can_book="applicant" in call.caller.roles,
            key=form.key if form else token_hex(16),
            form_slot=form.slot_no if form else "",
            form_name=form.name if form else "",
            form_phone=form.phone if form else "",
            **booking_page(bookable(database, now), slots, window, day, now, terms),
        )

    def _mine(
        self, call: Call[Any, Any], refused: IntakeRuleError | None = None, done: str = ""
    ) -> str:
        now, account = self.clock.now(), call.caller.id
        rows = list_appointments(self.cases.database, account=account)[::-1]
        booker: Booker | None = self.cases.find(Booker, booker_stream(account))
        until = booker.blocked_until if booker else None
        return PAGES.render(
            "my_booking.html",
            call,
            title="我的预约",
            english="My appointments",
            crumbs=_PARENT,
            refused=refusal_of(refused),
            done=done if any(row.appointment_no == done for row in rows) else "",
            blocked_until=shown_time(until) if until and now < until else "",
            entries=entries(rows, now, self.cases.terms_of_booking().terms),
            days=with_days(rows),
        )

    def _desk(
        self,
        call: Call[Any, Any],
        window: str,
        day: str,
        refused: IntakeRuleError | None = None,
        *,
        done: str = "",
        said: str = "",
        form: OpenForm | None = None,
    ) -> str:
        now = self.clock.now()
        window, on = window or call.caller.window, day_of(day) or legal_date(now)
        rows = list_appointments(self.cases.database, window=window, day=on)
        slots = list_slots(self.cases.database, window=window, day=on)
        places, free = sum(row.capacity for row in slots), sum(row.free for row in slots)
        return PAGES.render(
            "desk_booking.html",
            call,
            title="当日预约",
            english="Appointments of the day",
            crumbs=_PARENT,
            refused=said or refusal_of(refused),
            wrong=refused.field if refused else "",
            done=done,
            window=window,
            day=on.isoformat(),
            shown=f"{f'{window} 号窗口' if window else '全部窗口'} · {shown_day(on)}",
            counts=f"开放 {len(slots)} 个时段、{places} 个号，余 {free} 个；预约 {len(rows)} 条。",
            entries=entries(rows, now, self.cases.terms_of_booking().terms),
            form=form or OpenForm(window=window, day=on.isoformat()),
        )


def _day_asked(form: OpenForm) -> OpenDay:
    day = day_of(form.day.strip())
    if day is None:
        raise SlotHoursError("write the day so: 2026-11-24", "day")
    if not form.window.strip().replace("-", "").isalnum():
        raise SlotHoursError("name the window", "window")
    for name, text, most in (("minutes", form.minutes, 240), ("capacity", form.capacity, 200)):
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise SlotHoursError(f"a number from 1 to {most}", name)
    return OpenDay(form.window.strip(), day, form.hours, int(form.minutes), int(form.capacity))


def _go(call: Call[Any, Any], path: str, query: dict[str, str]) -> Reply:
    place = f"{call.base}{path}?{urlencode({k: v for k, v in query.items() if v})}"
    return Reply("", status=303, headers={"Location": place})
