"""Who books online: what an account has open, what it missed, and whether it may book (预约)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from services.intake.domain.appointment_events import (
    AccountAppointmentEnded,
    AccountAppointmentEntered,
    BookingTermsSet,
    OnlineBookingBlocked,
    OnlineBookingUnblocked,
)
from services.intake.domain.appointment_terms import (
    SUPERVISOR,
    AlreadyBookedError,
    BookingBlockedError,
    BookingTerms,
    BookingTermsError,
    NotBlockedError,
    TooManyOpenError,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Booker(Aggregate):
    """The appointments of one account; stream `booker_stream(account)`.

    It changes with the slot in one transaction, so an account that asks twice at the same moment
    does not get more than it may.
    """

    def __init__(self) -> None:
        self.account = ""
        self.open: dict[str, tuple[datetime, datetime]] = {}
        """Start and end, by appointment_no."""
        self.missed: dict[str, datetime] = {}
        """End of the slot, by appointment_no; those that led to a block are forgotten."""
        self.blocked_until: datetime | None = None

    @classmethod
    def of(cls, account: str) -> Self:
        """Give the account before it booked anything."""
        booker = cls.begin(booker_stream(account))
        booker.account = account
        return booker

    def enter(
        self,
        facts: Facts,
        appointment_no: str,
        starts_at: datetime,
        ends_at: datetime,
        terms: BookingTerms,
    ) -> None:
        """Take one appointment more.

        Raises:
            BookingBlockedError: too many were missed.
            TooManyOpenError: so many are open already.
            AlreadyBookedError: one of them is at this time.
        """
        if self.blocked_until is not None and facts.occurred_at < self.blocked_until:
            raise BookingBlockedError(
                "too many appointments were missed; book at a window until"
                f" {self.blocked_until.isoformat()}"
            )
        if len(self.open) >= terms.max_open:
            raise TooManyOpenError(f"an account has at most {terms.max_open} appointments open")
        if any(starts_at < end and start < ends_at for start, end in self.open.values()):
            raise AlreadyBookedError("the account has an appointment at this time", "slot_no")
        self.record(
            AccountAppointmentEntered,
            facts,
            account=self.account,
            appointment_no=appointment_no,
            starts_at=starts_at,
            ends_at=ends_at,
        )

    def leave(self, facts: Facts, appointment_no: str) -> None:
        """An appointment was kept or cancelled; without effect when it is not open."""
        if appointment_no in self.open:
            self._end(facts, appointment_no, facts.occurred_at, missed=False)

    def miss(
        self,
        facts: Facts,
        appointment_no: str,
        terms: BookingTerms,
        terms_version: int,
    ) -> None:
        """An appointment was missed; one too many keeps the account from booking online."""
        if appointment_no not in self.open:
            return
        ended_at = self.open[appointment_no][1]
        self._end(facts, appointment_no, ended_at, missed=True)
        since = max(self.missed.values()) - timedelta(days=terms.within_days)
        recent = [number for number, end in self.missed.items() if end > since]
        if len(recent) >= terms.no_shows:
            blocked_for = timedelta(days=terms.blocked_days)
            self.record(
                OnlineBookingBlocked,
                facts,
                account=self.account,
                missed=recent,
                no_shows=terms.no_shows,
                within_days=terms.within_days,
                blocked_days=terms.blocked_days,
                blocked_at=facts.occurred_at,
                blocked_until=facts.occurred_at + blocked_for,
                terms_version=terms_version,
            )

    def unblock(self, facts: Facts) -> None:
        """Let the account book online again.

        Raises:
            BookingTermsError: not by the supervisor.
            NotBlockedError: it is not blocked, or no longer.
        """
        if facts.actor.role != SUPERVISOR:
            raise BookingTermsError("the supervisor lifts a block")
        if self.blocked_until is None or facts.occurred_at >= self.blocked_until:
            raise NotBlockedError("the account may book online", "account")
        self.record(
            OnlineBookingUnblocked,
            facts,
            account=self.account,
            blocked_until=self.blocked_until,
            unblocked_at=facts.occurred_at,
        )

    def _end(self, facts: Facts, appointment_no: str, ended_at: datetime, *, missed: bool) -> None:
        self.record(
            AccountAppointmentEnded,
            facts,
            account=self.account,
            appointment_no=appointment_no,
            missed=missed,
            ended_at=ended_at,
        )

    @applies(AccountAppointmentEntered)
    def _entered(self, event: AccountAppointmentEntered) -> None:
        self.account = event.account
        self.open[event.appointment_no] = (event.starts_at, event.ends_at)

    @applies(AccountAppointmentEnded)
    def _ended(self, event: AccountAppointmentEnded) -> None:
        del self.open[event.appointment_no]
        if event.missed:
            self.missed[event.appointment_no] = event.ended_at

    @applies(OnlineBookingBlocked)
    def _blocked(self, event: OnlineBookingBlocked) -> None:
        self.blocked_until = event.blocked_until
        for number in event.missed:
            del self.missed[number]

    @applies(OnlineBookingUnblocked)
    def _unblocked(self, event: OnlineBookingUnblocked) -> None:
        self.blocked_until = None


class TermsOfBooking(Aggregate):
    """What the centre asks of those who book; stream `terms_stream(region)`."""

    def __init__(self) -> None:
        self.terms = BookingTerms()
        self.terms_version = 0
        """0 as long as nobody set them."""

    @classmethod
    def of(cls, region: str) -> Self:
        """Give the terms before anybody set them."""
        return cls.begin(terms_stream(region))

    def set(self, facts: Facts, terms: BookingTerms) -> None:
        """Set all of them; the same again changes nothing.

        Raises:
            BookingTermsError: not by the supervisor, or one of them is nothing.
        """
        if facts.actor.role != SUPERVISOR:
            raise BookingTermsError("the supervisor sets the terms of booking")
        given = asdict(terms)
        lowest = {"early_minutes": 0, "grace_minutes": 0}
        wrong = [name for name, value in given.items() if value < lowest.get(name, 1)]
        if wrong:
            raise BookingTermsError("this is too small", wrong[0])
        if self.version and terms == self.terms:
            return
        self.record(
            BookingTermsSet,
            facts,
            terms_version=self.terms_version + 1,
            set_at=facts.occurred_at,
            **given,
        )

    @applies(BookingTermsSet)
    def _set(self, event: BookingTermsSet) -> None:
        self.terms_version = event.terms_version
        self.terms = BookingTerms(
            event.max_open,
            event.no_shows,
            event.within_days,
            event.blocked_days,
            event.early_minutes,
            event.grace_minutes,
        )


def booker_stream(account: str) -> UUID:
    """Give the stream of an account's appointments."""
    return stream_id("booker", account)


def terms_stream(region: str) -> UUID:
    """Give the stream of the terms of booking."""
    return stream_id("booking-terms", region)
