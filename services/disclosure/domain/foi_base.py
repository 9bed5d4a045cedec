"""The state of a request for information, and how its events make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from services.disclosure.domain.foi_events import (
    CoAuthorityConsulted,
    CoAuthorityDeemedConsented,
    CoAuthorityReplied,
    Counted,
    FoiAbandoned,
    FoiAssigned,
    FoiCarriedForward,
    FoiClockRecalculated,
    FoiCorrectionReceived,
    FoiCorrectionRequested,
    FoiExtended,
    FoiFeeLapsed,
    FoiFeeNoticed,
    FoiFeePaid,
    FoiOutcomeRecorded,
    FoiOverdue,
    FoiReasonableDelaySet,
    FoiReasonsGiven,
    FoiReasonsRequested,
    FoiReceiptConfirmed,
    FoiReconsiderationFiled,
    FoiReplied,
    FoiReplyServed,
    FoiReplySupplemented,
    FoiRequestReceived,
    FoiSuitFiled,
    FoiWithdrawn,
    ThirdPartyConsulted,
    ThirdPartyReplied,
    ThirdPartySilent,
)
from services.disclosure.domain.foi_terms import (
    REPLY,
    Category,
    Channel,
    Delivery,
    FoiState,
    Form,
    Ground,
    Outcome,
    Reply,
    Route,
    Stance,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.clock import Clock, Extension, Kind, Reason, Suspension
from services.kernel.facts import Facts
from services.kernel.times import SHANGHAI

_S = FoiState


@dataclass(frozen=True)
class Consulted:
    """Somebody who was asked before the reply."""

    reason: Reason
    """THIRD_PARTY or OTHER_AUTHORITY."""
    asked_on: date
    answer_due_at: datetime
    stance: Stance = Stance.ASKED


@dataclass(frozen=True)
class Remedy:
    """A reconsideration or a suit."""

    route: Route
    filed_on: date
    after_reconsideration: bool = False
    outcome: Outcome | None = None


class FoiBase(Aggregate):
    """What is remembered of a request; stream `stream_id("foi", request_no)`."""

    def __init__(self) -> None:
        self.request_no = ""
        self.subject_id = ""
        self.account: str | None = None
        self.code_digest = ""
        self.channel = Channel.INTERNET
        self.category = Category.NATURAL
        self.form_wanted = Form.ELECTRONIC
        self.delivery = Delivery.ONLINE
        self.state = FoiState.RECEIVED
        self.raw_on: date | None = None
        self.received_on: date | None = None
        """First day of receipt; the request counts for its year."""
        self.counts_from: date | None = None
        """The clock runs from here: a correction or a payment begins it anew."""
        self.due_at: datetime | None = None
        """None: no clock runs, or it stands still."""
        self.delayed = False
        self.extended = False
        self.provisional = False
        self.unit = ""
        self.matter = ""
        self.correction_asked = False
        self.corrected = False
        self.correction_due: date | None = None
        self.parties: dict[str, Consulted] = {}
        self.reasons_asked = False
        self.reasonable: bool | None = None
        self.fee_fen = 0
        self.pay_by: date | None = None
        """Set while a fee is to be paid."""
        self.reply: Reply | None = None
        self.grounds: list[Ground] = []
        self.replied_on: date | None = None
        self.on_time: bool | None = None
        self.ended_on: date | None = None
        """The day it was processed: of the reply, or of its other end."""
        self.served_on: date | None = None
        self.overdue_at: datetime | None = None
        self.supplements: list[str] = []
        self.remedies: dict[str, Remedy] = {}
        self.carried: list[int] = []
        self._clock: Clock | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be answered."""
        return self.state in (_S.RECEIVED, _S.REGISTERED, _S.CORRECTION_PENDING, _S.IN_REVIEW)

    @property
    def waits(self) -> bool:
        """Whether somebody else has to do something first, so that no limit can pass."""
        return (
            self.state not in (_S.REGISTERED, _S.IN_REVIEW)
            or self.pay_by is not None
            or bool(self.asked)
        )

    @property
    def asked(self) -> Mapping[str, Consulted]:
        """Those who were consulted and still have time."""
        return {no: one for no, one in self.parties.items() if one.stance is Stance.ASKED}

    def _start(self, day: date, due_at: datetime | None) -> None:
        self.counts_from, self.due_at = day, due_at
        self.delayed = self.extended = False
        self._clock = Clock(Kind.FOI, REPLY, midnight(day))

    @applies(FoiRequestReceived)
    def _received(self, event: FoiRequestReceived) -> None:
        self.request_no, self.subject_id = event.request_no, event.subject_id
        self.account, self.code_digest = event.account, event.code_digest
        self.channel, self.category = event.channel, event.applicant_category
        self.form_wanted, self.delivery = event.form_wanted, event.delivery
        self.raw_on = event.raw_on
        if event.received_on is not None:
            self.state, self.received_on = _S.REGISTERED, event.received_on
            self.provisional = bool(event.provisional)
            self._start(event.received_on, event.due_at)

    @applies(FoiReceiptConfirmed)
    def _confirmed(self, event: FoiReceiptConfirmed) -> None:
        self.state, self.received_on = _S.REGISTERED, event.received_on
        self.provisional = bool(event.provisional)
        self._start(event.received_on, event.due_at)

    @applies(FoiAssigned)
    def _assigned(self, event: FoiAssigned) -> None:
        self.state, self.unit = _S.IN_REVIEW, event.unit
        self.matter = event.matter or self.matter

    @applies(FoiCorrectionRequested)
    def _correction_requested(self, event: FoiCorrectionRequested) -> None:
        self.state, self.correction_asked = _S.CORRECTION_PENDING, True
        self.correction_due, self.due_at = event.due_on, None

    @applies(FoiCorrectionReceived)
    def _correction_received(self, event: FoiCorrectionReceived) -> None:
        self.state, self.corrected, self.correction_due = _S.REGISTERED, True, None
        self.provisional = bool(event.provisional)
        self._start(event.received_on, event.due_at)

    @applies(FoiAbandoned)
    def _abandoned(self, event: FoiAbandoned) -> None:
        self._over(_S.ABANDONED, event.abandoned_on)

    @applies(ThirdPartyConsulted)
    def _third_party_consulted(self, event: ThirdPartyConsulted) -> None:
        self._consulted(event.party_no, Reason.THIRD_PARTY, event.asked_on, event.answer_due_at)

    @applies(CoAuthorityConsulted)
    def _co_authority_consulted(self, event: CoAuthorityConsulted) -> None:
        self._consulted(
            event.authority, Reason.OTHER_AUTHORITY, event.asked_on, event.answer_due_at
        )

    def _consulted(self, party: str, reason: Reason, asked_on: date, until: datetime) -> None:
        clock = self._clock
        if clock is not None and not clock.suspended_for(reason):
            since = Suspension(midnight(asked_on), None, reason)
            self._clock = replace(clock, suspensions=(*clock.suspensions, since))
        self.parties[party] = Consulted(reason, asked_on, until)
        self.due_at = None

    @applies(ThirdPartyReplied)
    def _third_party_replied(self, event: ThirdPartyReplied) -> None:
        self._answered(event.party_no, event.stance, midnight(event.replied_on), event.due_at)

    @applies(CoAuthorityReplied)
    def _co_authority_replied(self, event: CoAuthorityReplied) -> None:
        self._answered(event.authority, event.stance, midnight(event.replied_on), event.due_at)

    @applies(ThirdPartySilent)
    def _third_party_silent(self, event: ThirdPartySilent) -> None:
        self._answered(event.party_no, Stance.SILENT, after(event.answer_due_at), event.due_at)

    @applies(CoAuthorityDeemedConsented)
    def _co_authority_deemed(self, event: CoAuthorityDeemedConsented) -> None:
        at = after(event.answer_due_at)
        self._answered(event.authority, Stance.DEEMED_CONSENT, at, event.due_at)

    def _answered(self, party: str, stance: Stance, at: datetime, due_at: datetime | None) -> None:
        one = self.parties[party] = replace(self.parties[party], stance=stance)
        self._clock, self.due_at = self._resumed(one.reason, at), due_at

    def _resumed(self, reason: Reason, at: datetime) -> Clock | None:
        """Give the clock as it goes on, unless another of the same kind is still asked."""
        clock = self._clock
        if clock is None or any(one.reason is reason for one in self.asked.values()):
            return clock
        return clock.resume(reason, at) if clock.suspended_for(reason) else clock

    @applies(FoiExtended)
    def _extended(self, event: FoiExtended) -> None:
        self.extended, self.due_at = True, event.new_due_at
        if self._clock is not None:
            self._clock = replace(self._clock, extension=Extension(event.days))

    @applies(FoiReasonsRequested)
    def _reasons_requested(self, event: FoiReasonsRequested) -> None:
        self.reasons_asked = True

    @applies(FoiReasonsGiven)
    def _reasons_given(self, event: FoiReasonsGiven) -> None:
        self.reasonable = event.reasonable

    @applies(FoiReasonableDelaySet)
    def _delay_set(self, event: FoiReasonableDelaySet) -> None:
        self.delayed, self.due_at = True, event.due_at

    @applies(FoiFeeNoticed)
    def _fee_noticed(self, event: FoiFeeNoticed) -> None:
        self.fee_fen, self.pay_by, self.due_at = event.fee_fen, event.pay_by, None

    @applies(FoiFeePaid)
    def _fee_paid(self, event: FoiFeePaid) -> None:
        self.pay_by, self.provisional = None, bool(event.provisional)
        self._start(event.paid_on, event.due_at)

    @applies(FoiFeeLapsed)
    def _fee_lapsed(self, event: FoiFeeLapsed) -> None:
        self.pay_by = None
        self._over(_S.NOT_PROCESSED, event.lapsed_on)

    @applies(FoiReplied)
    def _replied(self, event: FoiReplied) -> None:
        self.reply, self.grounds = event.reply, list(event.grounds)
        self.replied_on, self.on_time = event.replied_on, event.on_time
        self._over(_S.REPLIED, event.replied_on)

    @applies(FoiReplyServed)
    def _served(self, event: FoiReplyServed) -> None:
        self.state, self.served_on = _S.CLOSED, event.served_on

    @applies(FoiOverdue)
    def _overdue(self, event: FoiOverdue) -> None:
        self.overdue_at = event.due_at

    @applies(FoiReplySupplemented)
    def _supplemented(self, event: FoiReplySupplemented) -> None:
        self.supplements.append(event.supplement_no)

    @applies(FoiReconsiderationFiled)
    def _reconsideration(self, event: FoiReconsiderationFiled) -> None:
        self.remedies[event.docket_no] = Remedy(Route.RECONSIDERATION, event.filed_on)

    @applies(FoiSuitFiled)
    def _suit(self, event: FoiSuitFiled) -> None:
        self.remedies[event.docket_no] = Remedy(
            Route.SUIT, event.filed_on, event.after_reconsideration
        )

    @applies(FoiOutcomeRecorded)
    def _outcome(self, event: FoiOutcomeRecorded) -> None:
        one = self.remedies[event.docket_no]
        self.remedies[event.docket_no] = replace(one, outcome=event.outcome)

    @applies(FoiCarriedForward)
    def _carried_forward(self, event: FoiCarriedForward) -> None:
        self.carried.append(event.year)

    @applies(FoiWithdrawn)
    def _withdrawn(self, event: FoiWithdrawn) -> None:
        self._over(_S.WITHDRAWN, event.withdrawn_on)

    @applies(FoiClockRecalculated)
    def _recalculated(self, event: FoiClockRecalculated) -> None:
        if event.clock is Counted.REPLY:
            self.due_at, self.provisional = event.new_due_at, bool(event.provisional)
        elif event.party in self.parties:
            one = self.parties[event.party]
            self.parties[event.party] = replace(one, answer_due_at=event.new_due_at)

    def _over(self, state: FoiState, day: date) -> None:
        self.state, self.ended_on, self.due_at = state, day, None
        self.correction_due = None

    def _about(self, facts: Facts) -> Facts:
        return replace(facts, subject=self.request_no, department=self.unit)


def midnight(day: date) -> datetime:
    """Give the first moment of a day in the county."""
    return datetime.combine(day, time(0), SHANGHAI)


def after(due_at: datetime) -> datetime:
    """Give the first moment of the day after a limit's last one."""
    return midnight(date.fromordinal(due_at.astimezone(SHANGHAI).toordinal() + 1))
