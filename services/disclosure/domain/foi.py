"""A request for information (依申请公开), from its receipt to its end (DOMAIN.md 2.2, 3.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Self
from uuid import UUID

from services.disclosure.domain import foi_errors as refused
from services.disclosure.domain.foi_events import (
    FoiAssigned,
    FoiCarriedForward,
    FoiOutcomeRecorded,
    FoiReceiptConfirmed,
    FoiReconsiderationFiled,
    FoiReplied,
    FoiReplyServed,
    FoiReplySupplemented,
    FoiRequestReceived,
    FoiSuitFiled,
    FoiWithdrawn,
)
from services.disclosure.domain.foi_remedies import tells_remedies
from services.disclosure.domain.foi_terms import (
    CONFIRMED,
    GIVES,
    GROUNDS,
    NAMES_A_PLACE,
    WORKED_ON,
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
from services.disclosure.domain.foi_waiting import FoiWaiting
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Reason, legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = FoiState
_ANSWERED = (_S.REPLIED, _S.CLOSED)


class FoiRequest(FoiWaiting):
    """One request; stream `stream_id("foi", request_no)`."""

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def of(cls, request_no: str) -> Self:
        """Give the request before anybody asked."""
        return cls.begin(foi_stream(request_no))

    def receive(
        self,
        facts: Facts,
        calendar: WorkCalendar,
        *,
        request_no: str,
        channel: Channel,
        raw_on: date,
        subject_id: str,
        category: Category,
        form_wanted: Form,
        delivery: Delivery,
        code_digest: str,
        account: str | None = None,
    ) -> None:
        """Take it in. Its day of receipt follows from the way it came (art. 31, F07).

        Args:
            raw_on: when it was handed in, signed for, or came in by an unconfirmed way.
        """
        if self.version:
            raise refused.RequestNoTakenError("another request has this number", "request_no")
        if raw_on > legal_date(facts.occurred_at):
            raise refused.ReceiptDateError("it cannot have come later than now", "raw_on")
        known: dict[str, Any] = {}
        if channel not in CONFIRMED:
            known = self._begun(raw_on, calendar)
            del known["request_no"]
        self.record(
            FoiRequestReceived,
            replace(facts, subject=request_no),
            request_no=request_no,
            channel=channel,
            raw_on=raw_on,
            subject_id=subject_id,
            applicant_category=category,
            form_wanted=form_wanted,
            delivery=delivery,
            code_digest=code_digest,
            account=account,
            **known,
        )

    def confirm(self, facts: Facts, received_on: date, calendar: WorkCalendar) -> None:
        """Both sides agree on the day it was received: only now there is one (F07)."""
        if self.channel not in CONFIRMED:
            raise refused.NothingToConfirmError("its day of receipt follows from how it came")
        self._in(_S.RECEIVED)
        raw = self.raw_on or received_on
        if received_on < raw or received_on > legal_date(facts.occurred_at):
            raise refused.ReceiptDateError("that day cannot be", "received_on")
        self.record(FoiReceiptConfirmed, self._about(facts), **self._begun(received_on, calendar))

    def assign(self, facts: Facts, unit: str, matter: str = "") -> None:
        """Give it to the unit that answers it; again, to another."""
        self._in(*WORKED_ON)
        self.record(
            FoiAssigned,
            self._about(facts),
            request_no=self.request_no,
            unit=unit,
            matter=matter or None,
        )

    def answer_with(
        self,
        facts: Facts,
        reply: Reply,
        grounds: list[Ground],
        remedies: str,
        *,
        form: Form,
        letter_no: str,
        sealed_by: str,
        where: str = "",
        earlier_request_no: str = "",
        public_interest: bool = False,
    ) -> None:
        """Reply. Nothing leaves the house that does not name the remedies of its day (F08, F10)."""
        self._in(*WORKED_ON)
        self._check_paid()
        if self.asked:
            raise refused.ConsultationOpenError("somebody still has time to answer")
        self._check_grounds(reply, grounds, earlier_request_no, where)
        self._check_parties(reply, grounds, public_interest)
        if not tells_remedies(remedies, facts.occurred_at, reply):
            raise refused.NoRemediesError(
                "a reply names reconsideration and suit as the law of its day has them", "remedies"
            )
        day = legal_date(facts.occurred_at)
        self.record(
            FoiReplied,
            self._about(facts),
            request_no=self.request_no,
            reply=reply,
            grounds=grounds,
            remedies=remedies,
            form=form,
            letter_no=letter_no,
            sealed_by=sealed_by,
            replied_on=day,
            on_time=self.due_at is not None and day <= legal_date(self.due_at),
            where=where or None,
            earlier_request_no=earlier_request_no or None,
            public_interest=public_interest or None,
        )

    def _check_grounds(self, reply: Reply, grounds: list[Ground], earlier: str, where: str) -> None:
        allowed = GROUNDS[reply]
        if bool(grounds) != bool(allowed) or not set(grounds) <= allowed:
            raise refused.WrongGroundError("this reply has no such ground, or lacks one", "grounds")
        if len(grounds) > 1 and reply is not Reply.PARTIALLY_PROVIDED:
            raise refused.WrongGroundError("name the one ground that decides", "grounds")
        if Ground.STILL_UNCLEAR in grounds and not self.corrected:
            raise refused.WrongGroundError("nothing was corrected yet", "grounds")
        if Ground.REPEAT in grounds and not earlier:
            raise refused.NoPlaceError("name the request it repeats", "earlier_request_no")
        if Ground.MASSIVE in grounds and self.reasonable is not False:
            raise refused.ReasonsNotAskedError("ask for reasons first (art. 35)", "grounds")
        if (reply in NAMES_A_PLACE or Ground.PUBLICATION in grounds) and not where:
            raise refused.NoPlaceError("say where it can be found, or who to ask", "where")

    def _check_parties(self, reply: Reply, grounds: list[Ground], public_interest: bool) -> None:
        third = [one.stance for one in self.parties.values() if one.reason is Reason.THIRD_PARTY]
        made = [one.stance for one in self.parties.values() if one.reason is not Reason.THIRD_PARTY]
        if Ground.THIRD_PARTY in grounds and not {Stance.OBJECTS, Stance.SILENT} & set(third):
            raise refused.ThirdPartyNotAskedError("ask the third party first", "grounds")
        if reply is Reply.PROVIDED and Stance.OBJECTS in third and not public_interest:
            raise refused.ThirdPartyObjectsError(
                "the third party objects; only a major public interest outweighs that"
            )
        if reply in GIVES and reply is not Reply.PARTIALLY_PROVIDED and Stance.OBJECTS in made:
            raise refused.CoAuthorityObjectsError("the authority that made it too objects")

    def serve(self, facts: Facts, served_on: date, delivery: Delivery) -> None:
        """The applicant has the reply: it is done."""
        self._in(_S.REPLIED)
        self._check_day(facts, served_on, self.replied_on)
        self.record(
            FoiReplyServed,
            self._about(facts),
            request_no=self.request_no,
            served_on=served_on,
            delivery=delivery,
        )

    def supplement(
        self, facts: Facts, reply: Reply, grounds: list[Ground], remedies: str, supplement_no: str
    ) -> None:
        """Add to the reply; that too names its remedies. The table keeps the first reply."""
        self._in(*_ANSWERED)
        if bool(grounds) != bool(GROUNDS[reply]) or not set(grounds) <= GROUNDS[reply]:
            raise refused.WrongGroundError("this reply has no such ground, or lacks one", "grounds")
        if not tells_remedies(remedies, facts.occurred_at, reply):
            raise refused.NoRemediesError("a supplement names the remedies of its day", "remedies")
        self.record(
            FoiReplySupplemented,
            self._about(facts),
            request_no=self.request_no,
            reply=reply,
            grounds=grounds,
            remedies=remedies,
            supplement_no=supplement_no,
            supplemented_on=legal_date(facts.occurred_at),
        )

    def file_remedy(self, facts: Facts, route: Route, docket_no: str, filed_on: date) -> None:
        """The applicant asks for reconsideration, or sues; also for what was never answered."""
        if docket_no in self.remedies:
            raise refused.RemedyError("this docket is known", "docket_no")
        self._check_day(facts, filed_on)
        told = {"request_no": self.request_no, "docket_no": docket_no, "filed_on": filed_on}
        if route is Route.RECONSIDERATION:
            if any(one.route is route for one in self.remedies.values()):
                raise refused.RemedyError("it is reconsidered once")
            self.record(FoiReconsiderationFiled, self._about(facts), **told)
            return
        earlier = [one for one in self.remedies.values() if one.route is Route.RECONSIDERATION]
        if any(one.outcome is None for one in earlier):
            raise refused.RemedyError("its reconsideration is not decided yet")
        self.record(FoiSuitFiled, self._about(facts), **told, after_reconsideration=bool(earlier))

    def settle_remedy(
        self, facts: Facts, docket_no: str, outcome: Outcome, decided_on: date
    ) -> None:
        """Say what came of a remedy."""
        one = self.remedies.get(docket_no)
        if one is None or one.outcome is not None:
            raise refused.RemedyError("there is no such docket open", "docket_no")
        self._check_day(facts, decided_on, one.filed_on)
        self.record(
            FoiOutcomeRecorded,
            self._about(facts),
            request_no=self.request_no,
            docket_no=docket_no,
            route=one.route,
            outcome=outcome,
            decided_on=decided_on,
        )

    def withdraw(self, facts: Facts) -> None:
        """The applicant takes it back, as long as it is not answered."""
        self._in(_S.RECEIVED, _S.CORRECTION_PENDING, *WORKED_ON)
        self.record(
            FoiWithdrawn,
            self._about(facts),
            request_no=self.request_no,
            withdrawn_on=legal_date(facts.occurred_at),
        )

    def carry_forward(self, facts: Facts, year: int) -> None:
        """The year ended with it open; without effect when it counts for none or is over."""
        received, over = self.received_on, self.ended_on
        if received is None or received.year > year or year in self.carried:
            return
        if over is not None and over.year <= year:
            return
        self.record(FoiCarriedForward, self._about(facts), request_no=self.request_no, year=year)


def foi_stream(request_no: str) -> UUID:
    """Give the stream of a request."""
    return stream_id("foi", request_no)
