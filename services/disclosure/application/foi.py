"""What disclosure can be told of requests for information."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.chassis.deadlines import Due
from services.chassis.errors import NotAllowedError
from services.chassis.eventlog.application import command
from services.chassis.vault import Opening
from services.disclosure import timers
from services.disclosure.application import foi_acts as acts
from services.disclosure.application.asked import Asked, FoiDone, digest_of
from services.disclosure.domain.annual import Annual, annual
from services.disclosure.domain.foi import FoiRequest, foi_stream
from services.disclosure.domain.foi_remedies import remedies
from services.disclosure.domain.foi_terms import Category, Channel, Delivery, Form, Reply, Scale
from services.kernel.clock import Reason
from services.kernel.facts import Actor, ActorKind, Facts

TEXT: Final = "foi_text"
"""The vault field with what is asked for, in the applicant's words."""
REQUIRED: Final = ("name", "document_no", "phone", TEXT)
"""What a request names (art. 29)."""
HOLD_KINDS: Final = {"reconsideration": "reconsideration", "suit": "litigation"}


@dataclass(frozen=True)
class Wish:
    """How somebody asks, without a word of who they are."""

    request_no: str
    channel: Channel
    raw_on: date
    category: Category
    form_wanted: Form
    delivery: Delivery
    code: str
    """What opens the progress page; told once."""
    account: str = ""


class FoiRequests(Asked):
    """Requests for information (依申请公开)."""

    @command
    def receive_request(
        self, facts: Facts, wish: Wish, told: Mapping[str, str], *, key: str | None = None
    ) -> FoiDone:
        """Take a request in. Who asks, and for what, goes to the vault and nowhere else.

        Args:
            told: by vault field; `REQUIRED` names those that have to be there.
        """
        named = "name, number, contact and what is wanted"
        subject_id = self._take_in(wish.request_no, told, REQUIRED, named)
        request = self.find(FoiRequest, foi_stream(wish.request_no)) or FoiRequest.of(
            wish.request_no
        )
        request.receive(
            self._here(facts),
            self._calendar,
            request_no=wish.request_no,
            channel=wish.channel,
            raw_on=wish.raw_on,
            subject_id=subject_id,
            category=wish.category,
            form_wanted=wish.form_wanted,
            delivery=wish.delivery,
            code_digest=digest_of(wish.request_no, wish.code),
            account=wish.account or None,
        )
        return self._file(request)

    @command
    def act_on_request(
        self, facts: Facts, request_no: str, act: acts.FoiAct, *, key: str | None = None
    ) -> FoiDone:
        """Do something to a request; see `foi_acts`."""
        if facts.actor.role != acts.role_for(act):
            raise NotAllowedError(f"this needs the role {acts.role_for(act)}")
        request = self.request_of(request_no)
        self._do(self._here(facts), request, act)
        self._note(request.subject_id, f"foi_note_{request.version}", act.note)
        return self._file(request)

    def _do(self, facts: Facts, request: FoiRequest, act: acts.FoiAct) -> None:
        calendar = self._calendar
        match act:
            case acts.Confirm():
                request.confirm(facts, act.received_on, calendar)
            case acts.Assign():
                request.assign(facts, act.unit, act.matter)
            case acts.AskCorrection():
                request.ask_correction(facts, act.notice_no, act.points, act.due_on, calendar)
            case acts.Correct():
                request.correct(facts, act.received_on, calendar)
            case acts.ConsultThirdParty():
                request.consult(facts, Reason.THIRD_PARTY, act.party_no, act.asked_on, calendar)
            case acts.ConsultCoAuthority():
                reason = Reason.OTHER_AUTHORITY
                request.consult(facts, reason, act.authority, act.asked_on, calendar)
            case acts.RecordAnswer():
                request.answer(facts, act.party, act.consents, act.replied_on, calendar)
            case acts.Extend():
                request.extend(facts, act.days, act.notice_no, calendar)
            case acts.AskReasons():
                request.ask_reasons(facts)
            case acts.GiveReasons():
                request.give_reasons(facts, act.given_on, act.reasonable)
            case acts.Delay():
                request.delay(facts, act.due_on, act.notice_no)
            case acts.AskFee():
                quantity = self._quantity(request, act)
                request.ask_fee(facts, act.scale, quantity, act.notice_no, calendar)
            case acts.PayFee():
                request.pay_fee(facts, act.fee_fen, act.paid_on, calendar)
            case _:
                self._end(facts, request, act)

    def _end(self, facts: Facts, request: FoiRequest, act: acts.FoiAct) -> None:
        match act:
            case acts.Answer():
                request.answer_with(
                    facts,
                    act.reply,
                    act.grounds,
                    _told(act.remedies, facts, act.reply),
                    form=act.form,
                    letter_no=act.letter_no,
                    sealed_by=act.sealed_by,
                    where=act.where,
                    earlier_request_no=act.earlier_request_no,
                    public_interest=act.public_interest,
                )
            case acts.Serve():
                request.serve(facts, act.served_on, act.delivery)
            case acts.Supplement():
                told = _told(act.remedies, facts, act.reply)
                request.supplement(facts, act.reply, act.grounds, told, act.supplement_no)
            case acts.FileRemedy():
                request.file_remedy(facts, act.route, act.docket_no, act.filed_on)
                kind = HOLD_KINDS[act.route.value]
                self.change(self._vault.holding(request.subject_id, act.docket_no, kind))
            case acts.SettleRemedy():
                request.settle_remedy(facts, act.docket_no, act.outcome, act.decided_on)
                route = request.remedies[act.docket_no].route.value
                kind = HOLD_KINDS[route]
                self.change(self._vault.releasing(request.subject_id, act.docket_no, kind))
            case acts.Withdraw():
                request.withdraw(facts)

    def _quantity(self, request: FoiRequest, act: acts.AskFee) -> int:
        """Give what a fee is counted from: by number, the place in the person's month (M05)."""
        if act.scale is Scale.BY_PAGES:
            return act.pages
        with self.database.transaction() as cursor:
            same = self._vault.same_person(cursor.connection, request.subject_id)
        return self._rows.ordinal_in_month(same, request.request_no)

    def request_texts(self, request: FoiRequest, opening: Opening) -> Mapping[str, str]:
        """Give who asks, for what, and the letters; the opening is written down."""
        return self._texts(request.subject_id, None, opening)

    def request_of(self, request_no: str) -> FoiRequest:
        """Give a request.

        Raises:
            NotFoundError: there is none.
        """
        return self._asked(FoiRequest, foi_stream(request_no))

    def request_by_code(self, request_no: str, code: str) -> FoiRequest:
        """Give a request to who knows its code; a wrong code is as good as none.

        Raises:
            NotFoundError: there is none, or the code is another.
        """
        return self._asked_by_code(FoiRequest, foi_stream(request_no), request_no, code)

    def annual_table(self, year: int) -> Annual:
        """Give the table of a year; one that does not add up is never given (F09)."""
        asked = self._rows.asked_until(year)
        table = annual(year, asked)
        table.check(annual(year - 1, asked))
        return table

    def calendar_changed(self, year: int) -> None:
        """Have the open requests of a year counted again."""
        self.change(timers.recount_open(year))

    def fire(self, due: Due) -> None:
        """Do what a deadline of a request is for; those of others go on to them."""
        if due.kind not in timers.FOI_KINDS:
            super().fire(due)
            return
        request_no, _, rest = due.key.partition(timers.SEPARATOR)
        request = self.request_of(request_no)
        actor = Actor(ActorKind.TIMER, "disclosure")
        facts = self._here(Facts(due.due_at, request_no, actor, due.id))
        calendar = self._calendar
        match due.kind:
            case timers.OVERDUE:
                request.overrun(facts, due.fired_at)
            case timers.CORRECTION:
                request.abandon(facts, due.fired_at)
            case timers.FEE:
                request.lapse_fee(facts, due.fired_at)
            case timers.SILENCE:
                request.fall_silent(facts, rest, due.fired_at, calendar)
            case timers.YEAR_END:
                request.carry_forward(facts, int(rest))
            case timers.RECOUNT:
                request.recount(facts, calendar)
        self._file(request, due)

    def expect_requests(self, dues: Collection[Due]) -> None:
        """Load in one go what a batch of deadlines is about."""
        mine = [due for due in dues if due.kind in timers.FOI_KINDS]
        numbers = {due.key.partition(timers.SEPARATOR)[0] for due in mine}
        self.prefetch(FoiRequest, map(foi_stream, numbers))

    def _file(self, request: FoiRequest, due: Due | None = None) -> FoiDone:
        """Keep a request; who asks is not erased while it is open, and its limits are watched."""
        if request.pending:
            kind, key = (due.kind, due.key) if due is not None else ("", "")
            self.change(*timers.foi_changes(request, kind, key))
            if not request.is_open:
                self.change(self._vault.releasing(request.subject_id, request.request_no))
        counted = any("calendar_version" in vars(fact) for fact in request.pending)
        self.keep(request)
        if counted:
            editions = self.reference.calendar().editions
            self.change(timers.recount_if_changed(editions, [request.request_no]))
        return FoiDone(request.request_no, request.state.value, str(request.id), request.version)


def _told(given: str | None, facts: Facts, reply: Reply) -> str:
    return remedies(facts.occurred_at, reply) if given is None else given
