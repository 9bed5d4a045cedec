"""What may happen to a request before its reply: corrected, consulted about, extended, paid for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from services.disclosure.domain import foi_errors as refused
from services.disclosure.domain.foi_base import FoiBase, after, midnight
from services.disclosure.domain.foi_events import (
    CoAuthorityConsulted,
    CoAuthorityDeemedConsented,
    CoAuthorityReplied,
    Counted,
    FoiAbandoned,
    FoiClockRecalculated,
    FoiCorrectionReceived,
    FoiCorrectionRequested,
    FoiExtended,
    FoiFeeLapsed,
    FoiFeeNoticed,
    FoiFeePaid,
    FoiOverdue,
    FoiReasonableDelaySet,
    FoiReasonsGiven,
    FoiReasonsRequested,
    ThirdPartyConsulted,
    ThirdPartyReplied,
    ThirdPartySilent,
)
from services.disclosure.domain.foi_fees import fee_of
from services.disclosure.domain.foi_terms import (
    CONSULTATION,
    CORRECTION,
    PAY_DAYS,
    REPLY,
    WORKED_ON,
    FoiState,
    Point,
    Scale,
    Stance,
)
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Clock, Due, Kind, Reason, legal_date
from services.kernel.clock.due import LAST_SECOND
from services.kernel.facts import Facts
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI


class FoiWaiting(FoiBase):
    """The acts between the receipt of a request and its reply."""

    def __init__(self) -> None:
        super().__init__()

    # art. 30: one correction notice; the clock begins anew

    def ask_correction(
        self,
        facts: Facts,
        notice_no: str,
        points: list[Point],
        due_on: date,
        calendar: WorkCalendar,
    ) -> None:
        """Say once, within seven working days, what is unclear, and until when to say it."""
        self._in(*WORKED_ON)
        if self.correction_asked:
            raise refused.CorrectionAskedBeforeError("the law gives one correction notice")
        today = legal_date(facts.occurred_at)
        start = self.counts_from or today
        if facts.occurred_at >= after(count(CORRECTION, start, calendar).at):
            raise refused.CorrectionTooLateError(
                "the correction notice is given within seven working days of the receipt"
            )
        if not points:
            raise refused.WrongFoiStateError("say what is unclear", "points")
        if due_on <= today:
            raise refused.ReceiptDateError("the applicant needs a reasonable time", "due_on")
        self.record(
            FoiCorrectionRequested,
            self._about(facts),
            request_no=self.request_no,
            notice_no=notice_no,
            points=points,
            asked_on=today,
            due_on=due_on,
        )

    def correct(self, facts: Facts, received_on: date, calendar: WorkCalendar) -> None:
        """The corrected request came: a whole new limit begins (F06)."""
        self._in(FoiState.CORRECTION_PENDING)
        today = legal_date(facts.occurred_at)
        if received_on > today or (self.counts_from and received_on < self.counts_from):
            raise refused.ReceiptDateError("it came neither before its notice nor later than now")
        self.record(FoiCorrectionReceived, self._about(facts), **self._begun(received_on, calendar))

    def abandon(self, facts: Facts, detected_at: datetime) -> None:
        """Its days for the correction are over; without effect when they are not."""
        due = self.correction_due
        if self.state is not FoiState.CORRECTION_PENDING or due is None:
            return
        if legal_date(detected_at) <= due:
            return
        self.record(
            FoiAbandoned,
            self._about(facts),
            request_no=self.request_no,
            due_on=due,
            abandoned_on=due + timedelta(days=1),
        )

    # art. 32 and 34: others are asked; their time does not count

    def consult(
        self,
        facts: Facts,
        reason: Reason,
        party: str,
        asked_on: date,
        calendar: WorkCalendar,
    ) -> None:
        """Ask a third party, or an authority that made it too."""
        self._in(*WORKED_ON)
        self._check_paid()
        if party in self.parties:
            raise refused.UnknownPartyError("this party was asked before", "party")
        self._check_day(facts, asked_on)
        if self._clock is not None and self._clock.breached(calendar, facts.occurred_at):
            raise refused.WrongFoiStateError("the limit has passed; asking does not stop it")
        due = count(CONSULTATION, asked_on, calendar)
        told: dict[str, Any] = {
            "request_no": self.request_no,
            "asked_on": asked_on,
            "answer_due_at": due.at,
            "limit_days": CONSULTATION.value,
            "calendar_version": due.calendar,
            "provisional": due.provisional or None,
        }
        if reason is Reason.THIRD_PARTY:
            self.record(ThirdPartyConsulted, self._about(facts), party_no=party, **told)
        else:
            self.record(CoAuthorityConsulted, self._about(facts), authority=party, **told)

    def answer(
        self, facts: Facts, party: str, consents: bool, replied_on: date, calendar: WorkCalendar
    ) -> None:
        """Somebody who was asked answers, within their days."""
        one = self.asked.get(party)
        if one is None:
            known = party in self.parties
            kind = refused.ConsultationOverError if known else refused.UnknownPartyError
            raise kind("nobody of this name still has time to answer", "party")
        self._check_day(facts, replied_on, one.asked_on)
        if replied_on > legal_date(one.answer_due_at):
            raise refused.ConsultationOverError("the days to answer were over", "replied_on")
        told: dict[str, Any] = {
            "request_no": self.request_no,
            "stance": Stance.CONSENTS if consents else Stance.OBJECTS,
            "replied_on": replied_on,
            "due_at": self._due_then(party, midnight(replied_on), calendar),
        }
        if one.reason is Reason.THIRD_PARTY:
            self.record(ThirdPartyReplied, self._about(facts), party_no=party, **told)
        else:
            self.record(CoAuthorityReplied, self._about(facts), authority=party, **told)

    def fall_silent(
        self, facts: Facts, party: str, detected_at: datetime, calendar: WorkCalendar
    ) -> None:
        """The days to answer are over: the opposite for the two (F05); without effect before."""
        one = self.asked.get(party)
        if one is None or not self.is_open or detected_at < after(one.answer_due_at):
            return
        told: dict[str, Any] = {
            "request_no": self.request_no,
            "answer_due_at": one.answer_due_at,
            "due_at": self._due_then(party, after(one.answer_due_at), calendar),
        }
        if one.reason is Reason.THIRD_PARTY:
            self.record(ThirdPartySilent, self._about(facts), party_no=party, **told)
        else:
            self.record(CoAuthorityDeemedConsented, self._about(facts), authority=party, **told)

    # art. 33 and 35: more time

    def extend(self, facts: Facts, days: int, notice_no: str, calendar: WorkCalendar) -> None:
        """Give more time, once: the head of the office agrees, and the applicant is told."""
        self._in(*WORKED_ON)
        self._check_paid()
        if not notice_no:
            raise refused.NotExtendedNoticeError("the applicant is told in writing", "notice_no")
        clock = self._running()
        grown = clock.extend(days, facts.actor.role, facts.occurred_at, calendar)
        due = grown.due(calendar)
        counted = due or count(REPLY, legal_date(clock.started_at), calendar)
        self.record(
            FoiExtended,
            self._about(facts),
            request_no=self.request_no,
            days=days,
            approver_role=facts.actor.role,
            notice_no=notice_no,
            calendar_version=counted.calendar,
            old_due_at=self.due_at,
            new_due_at=due.at if due else None,
            provisional=(due.provisional if due else None) or None,
        )

    def ask_reasons(self, facts: Facts) -> None:
        """Ask why there are so many of them, or so often."""
        self._in(*WORKED_ON)
        if self.reasons_asked:
            raise refused.WrongFoiStateError("the applicant was asked before")
        today = legal_date(facts.occurred_at)
        self.record(
            FoiReasonsRequested,
            self._about(facts),
            request_no=self.request_no,
            asked_on=today,
        )

    def give_reasons(self, facts: Facts, given_on: date, reasonable: bool) -> None:
        """The applicant said why; say whether that is reasonable."""
        self._in(*WORKED_ON)
        if not self.reasons_asked:
            raise refused.ReasonsNotAskedError("ask for reasons first")
        self._check_day(facts, given_on)
        self.record(
            FoiReasonsGiven,
            self._about(facts),
            request_no=self.request_no,
            given_on=given_on,
            reasonable=reasonable,
        )

    def delay(self, facts: Facts, due_on: date, notice_no: str) -> None:
        """Set another limit for a reasonable but very large request, and tell the applicant."""
        self._in(*WORKED_ON)
        if not self.reasonable:
            raise refused.ReasonsNotAskedError("only reasons that are reasonable give more time")
        if not notice_no:
            raise refused.NotExtendedNoticeError("the applicant is told in writing", "notice_no")
        due_at = datetime.combine(due_on, LAST_SECOND, SHANGHAI)
        if self.due_at is None or due_at <= self.due_at:
            raise refused.ReceiptDateError("it ends later than the limit that runs", "due_on")
        if facts.occurred_at >= after(self.due_at):
            raise refused.WrongFoiStateError("the limit has passed")
        self.record(
            FoiReasonableDelaySet,
            self._about(facts),
            request_no=self.request_no,
            notice_no=notice_no,
            due_at=due_at,
            old_due_at=self.due_at,
        )

    # art. 42: fees

    def ask_fee(
        self, facts: Facts, scale: Scale, quantity: int, notice_no: str, calendar: WorkCalendar
    ) -> None:
        """Ask for a fee by one of the scales, within the limit; never by both."""
        self._in(*WORKED_ON)
        if self.fee_fen:
            raise refused.FeeNoticedBeforeError("a fee is asked once, by one scale")
        if self.asked:
            raise refused.ConsultationOpenError("somebody still has time to answer")
        if self._running().breached(calendar, facts.occurred_at):
            raise refused.WrongFoiStateError("a fee is asked within the limit for the reply")
        fee = fee_of(scale, quantity)
        if not fee:
            raise refused.NoFeeError("this many cost nothing", "quantity")
        today = legal_date(facts.occurred_at)
        self.record(
            FoiFeeNoticed,
            self._about(facts),
            request_no=self.request_no,
            notice_no=notice_no,
            scale=scale,
            quantity=quantity,
            fee_fen=fee,
            noticed_on=today,
            pay_by=today + timedelta(days=PAY_DAYS),
        )

    def pay_fee(self, facts: Facts, fee_fen: int, paid_on: date, calendar: WorkCalendar) -> None:
        """The fee came: the limit is counted again from the next day."""
        if self.pay_by is None or fee_fen != self.fee_fen:
            raise refused.WrongFeeError("another amount is owed, or none", "fee_fen")
        self._check_day(facts, paid_on)
        if paid_on > self.pay_by:
            raise refused.WrongFeeError("the days to pay were over", "paid_on")
        begun = self._begun(paid_on, calendar, "paid_on")
        self.record(FoiFeePaid, self._about(facts), fee_fen=fee_fen, **begun)

    def lapse_fee(self, facts: Facts, detected_at: datetime) -> None:
        """The days to pay are over; without effect when they are not, or it was paid."""
        if self.pay_by is None or not self.is_open or legal_date(detected_at) <= self.pay_by:
            return
        self.record(
            FoiFeeLapsed,
            self._about(facts),
            request_no=self.request_no,
            pay_by=self.pay_by,
            lapsed_on=self.pay_by + timedelta(days=1),
        )

    # the clock

    def overrun(self, facts: Facts, detected_at: datetime) -> None:
        """Say once that the limit passed without a reply; without effect when it did not."""
        due = self.due_at
        if due is None or self.waits or self.overdue_at == due or detected_at < after(due):
            return
        self.record(
            FoiOverdue,
            self._about(facts),
            request_no=self.request_no,
            due_at=due,
            detected_at=detected_at,
        )

    def recount(self, facts: Facts, calendar: WorkCalendar) -> None:
        """Count again by another calendar; says so only of what moved."""
        if not self.is_open:
            return
        clock = self._clock
        due = clock.due(calendar) if clock is not None else None
        old = None if self.delayed else self.due_at
        if old and due and (due.at, due.provisional) != (old, self.provisional):
            self._recounted(facts, Counted.REPLY, old, due)
        for party, one in self.asked.items():
            found = count(CONSULTATION, one.asked_on, calendar)
            if found.at != one.answer_due_at:
                self._recounted(facts, Counted.CONSULTATION, one.answer_due_at, found, party)

    def _recounted(
        self, facts: Facts, clock: Counted, old: datetime, due: Due, party: str | None = None
    ) -> None:
        self.record(
            FoiClockRecalculated,
            self._about(facts),
            request_no=self.request_no,
            clock=clock,
            old_due_at=old,
            new_due_at=due.at,
            calendar_version=due.calendar,
            party=party,
            provisional=due.provisional or None,
        )

    def _due_then(self, party: str, at: datetime, calendar: WorkCalendar) -> datetime | None:
        """Give the end of the limit once this party is asked no more."""
        clock, reason = self._running(), self.parties[party].reason
        others = [one for no, one in self.asked.items() if no != party]
        if not any(one.reason is reason for one in others) and clock.suspended_for(reason):
            clock = clock.resume(reason, at)
        due = clock.due(calendar)
        return due.at if due else None

    def _begun(
        self, day: date, calendar: WorkCalendar, name: str = "received_on"
    ) -> dict[str, Any]:
        due = count(REPLY, day, calendar, Kind.FOI)
        return {
            "request_no": self.request_no,
            name: day,
            "due_at": due.at,
            "limit_days": REPLY.value,
            "calendar_version": due.calendar,
            "provisional": due.provisional or None,
        }

    def _running(self) -> Clock:
        if self._clock is None:
            raise refused.WrongFoiStateError("its clock does not run yet")
        return self._clock

    def _check_paid(self) -> None:
        if self.pay_by is not None:
            raise refused.FeeOpenError("the fee is not paid yet")

    def _check_day(self, facts: Facts, day: date, first: date | None = None) -> None:
        first = first or self.counts_from
        if day > legal_date(facts.occurred_at) or (first is not None and day < first):
            raise refused.ReceiptDateError("that day cannot be")

    def _in(self, *states: FoiState) -> None:
        if self.state not in states:
            raise refused.WrongFoiStateError(f"that cannot be done while it is {self.state.value}")


def count(limit: Limit, day: date, calendar: WorkCalendar, kind: Kind = Kind.NOTICE) -> Due:
    """Count a limit from a day that is itself not counted."""
    due = Clock(kind, limit, midnight(day)).due(calendar)
    if due is None:
        raise ValueError("a limit that nothing suspends has an end")
    return due
