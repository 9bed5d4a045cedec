"""Stories of appointments (预约), home visits, extended hours and enquiries (首问负责)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from services.intake.domain import (
    Booker,
    Contact,
    ExtendedHours,
    HomeVisit,
    Slot,
    TermsOfBooking,
)
from services.intake.domain.appointment_terms import BookingTerms, CancelReason
from services.intake.domain.clocks import breach_at
from services.intake.domain.contact_terms import ContactOutcome, DeclineReason
from services.intake.domain.slots import Place, slot_number
from services.intake.domain.visit_terms import VisitCancelReason, VisitOutcome, VisitReason
from services.kernel.aggregate import Aggregate
from services.kernel.calendar_seed import SEED
from services.kernel.clock import OFFICE_HOURS
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI
from tests.unit.facts import CLERK, HOUSE, NOW, facts

APPLICANT = Actor(ActorKind.PERSON, "account-1", role="applicant")
SUPERVISOR = Actor(ActorKind.PERSON, "supervisor-1", role="supervisor")
SECOND = Actor(ActorKind.PERSON, "clerk-13", unit="D08", window="08", role="clerk")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
STARTS = datetime(2020, 10, 21, 9, 0, tzinfo=SHANGHAI)
"""A Wednesday, the day after `NOW`."""
ENDS = STARTS + 30 * MINUTE
NUMBER = slot_number("W01", STARTS)
TERMS = BookingTerms()


def of(actor: Actor, at: datetime = NOW, subject: str = NUMBER) -> Facts:
    """Say who did it and when, of a slot unless another thing is named."""
    return facts(actor, at, subject)


def opened(capacity: int = 2, starts_at: datetime = STARTS) -> Slot:
    """A slot that nobody booked yet."""
    about = of(CLERK, NOW, slot_number("W01", starts_at))
    return Slot.open(about, "W01", starts_at, starts_at + 30 * MINUTE, capacity, SEED)


def kept_slot() -> Slot:
    """Four who booked: one cancelled, one came, one did not, one took the place given back."""
    slot = opened(3)
    slot.book(of(APPLICANT), "a-1", Place("s-1", "account-1"), SEED, "I1")
    slot.book(of(CLERK), "a-2", Place("s-2"), SEED)
    slot.book(of(CLERK), "a-3", Place("s-3"), SEED)
    slot.cancel(of(CLERK), "a-3", CancelReason.CENTRE)
    slot.book(of(CLERK), "a-4", Place("s-4"), SEED)
    slot.check_in(of(CLERK, STARTS), "a-2", TERMS)
    slot.end(of(HOUSE, ENDS + TERMS.grace), SEED)
    return slot


def blocked_booker() -> Booker:
    """An account that kept one appointment and then missed three."""
    booker = Booker.of("account-1")
    for number, day in enumerate((0, 1, 5, 6)):
        starts_at = STARTS + day * DAY
        about = of(APPLICANT, NOW, "account-1")
        booker.enter(about, f"a-{number}", starts_at, starts_at + 30 * MINUTE, TERMS)
        late = of(HOUSE, starts_at + 45 * MINUTE, "account-1")
        if number:
            booker.miss(late, f"a-{number}", TERMS, 0)
        else:
            booker.leave(late, "a-0")
    return booker


def closed_slot() -> Slot:
    """Made larger, then closed with somebody in it."""
    slot = opened(2)
    slot.resize(of(CLERK), 3)
    slot.book(of(CLERK), "a-1", Place("s-1"), SEED)
    slot.close(of(CLERK))
    return slot


def unblocked_booker() -> Booker:
    """A block the supervisor lifted."""
    booker = blocked_booker()
    assert booker.blocked_until is not None
    booker.unblock(of(SUPERVISOR, booker.blocked_until - DAY, "account-1"))
    return booker


def terms_set() -> TermsOfBooking:
    """Stricter terms."""
    terms = TermsOfBooking.of("3412XX")
    terms.set(of(SUPERVISOR, NOW, "booking-terms/3412XX"), BookingTerms(max_open=2))
    return terms


def visit(number: str = "V1") -> HomeVisit:
    """A visit somebody asked for."""
    about = of(APPLICANT, NOW, number)
    return HomeVisit.order(
        about,
        number,
        "s-5",
        VisitReason.ELDERLY,
        account="account-1",
        item_code="I1",
        project_no="case-1",
    )


def served_visit() -> HomeVisit:
    """A visit that took place."""
    found = visit()
    found.schedule(of(CLERK, NOW, "V1"), "clerk-12", STARTS)
    found.complete(of(CLERK, ENDS, "V1"), VisitOutcome.SERVED)
    return found


def cancelled_visit() -> HomeVisit:
    """A visit nobody needed."""
    found = visit("V2")
    found.cancel(of(CLERK, NOW, "V2"), VisitCancelReason.CAME_TO_HALL)
    return found


def extended() -> ExtendedHours:
    """A case that was finished after closing time."""
    found = ExtendedHours.of("case-1")
    closed = datetime.combine(date(2020, 10, 20), OFFICE_HOURS.closes, SHANGHAI)
    about = facts(CLERK, closed + 2 * timedelta(hours=1))
    found.tell(about, "case-1", "W01", closed, closed + 40 * MINUTE, OFFICE_HOURS, SEED)
    return found


def asked(number: str = "E1") -> Contact:
    """An enquiry clerk-12 was asked."""
    return Contact.assign(of(CLERK, NOW, number), number, "housing", "s-6", True)


def handed_over_contact() -> Contact:
    """Declined once, then taken over too late, and answered by a case."""
    contact = asked()
    contact.ask(of(CLERK, NOW, "E1"), "clerk-13", SEED)
    contact.decline(of(SECOND, NOW, "E1"), DeclineReason.ABSENT)
    contact.ask(of(CLERK, NOW, "E1"), "clerk-13", SEED)
    assert contact.due_at is not None
    late = breach_at(contact.due_at)
    contact.note_overdue(of(HOUSE, late, "E1"), late)
    contact.acknowledge(of(SECOND, late + DAY, "E1"))
    contact.close(of(SECOND, late + DAY, "E1"), ContactOutcome.CASE_OPENED, "case-1")
    return contact


SERVICE_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "intake-appointments": kept_slot,
    "intake-blocked-booker": blocked_booker,
    "intake-closed-slot": closed_slot,
    "intake-unblocked-booker": unblocked_booker,
    "intake-booking-terms": terms_set,
    "intake-home-visit": served_visit,
    "intake-cancelled-visit": cancelled_visit,
    "intake-extended-hours": extended,
    "intake-first-contact": handed_over_contact,
}
