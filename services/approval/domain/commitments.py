"""A commitment letter (《提交资料承诺书》), from the request to its end (DOMAIN.md 1.4, 2.1.4).

`Commitment` is asked for, judged, signed and decided on; how it ends is `commitment_ends`.
"""

from __future__ import annotations

from typing import Self
from uuid import UUID

from services.approval.domain.commitment_ends import KeptCommitment, due_of
from services.approval.domain.commitment_events import (
    CommitmentDeadlineExtended,
    CommitmentEligibilityChecked,
    CommitmentLetterSigned,
    CommitmentRequested,
    CommitmentWithdrawn,
    ConditionalDecisionMade,
)
from services.approval.domain.commitment_terms import (
    EXTENDED_BY,
    AlreadyDecidedOnError,
    Bar,
    CommitmentAsked,
    CommitmentState,
    ConsultedLaterError,
    DueTooEarlyError,
    Eligibility,
    ExtensionRefusedError,
    Letter,
    LetterIncompleteError,
    NotConditionalError,
    NotDeferrableError,
    NothingPromisedError,
    OtherDepartmentsLetterError,
    RefusalReason,
    Scheme,
)
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = CommitmentState
_UNDECIDED = (_S.REQUESTED, _S.ELIGIBLE, _S.SIGNED)


class Commitment(KeptCommitment):
    """One letter; stream `stream_id("commitment", commitment_no)`."""

    def __init__(self) -> None:
        super().__init__()
        self.eligibility: CommitmentEligibilityChecked | None = None
        self.liability = ""
        self.signature_ref = ""
        self.document_hash = ""
        self.extended = False

    @classmethod
    def request(cls, facts: Facts, said: CommitmentAsked) -> Self:
        """Ask for a letter.

        Raises:
            NothingPromisedError: no paper, or one twice.
            NotDeferrableError: prerequisites are promised under another scheme than 先办后补.
        """
        codes = [one.code for one in said.materials]
        if not codes or len(set(codes)) != len(codes):
            raise NothingPromisedError("name each promised paper, once", "materials")
        if said.defers and said.scheme is not Scheme.SUPPLEMENT_LATER:
            raise NotDeferrableError("only 先办后补 goes before its prerequisites", "defers")
        letter = cls.begin(commitment_stream(said.commitment_no))
        letter.record(CommitmentRequested, facts, **vars(said))
        return letter

    @property
    def bar(self) -> Bar | None:
        """Why no certificate may be issued because of this letter; None: it bars none (P24)."""
        match self.state:
            case _S.LAPSED:
                return Bar.PRE_DECISION_LAPSED
            case _S.DEEMED_WITHDRAWN:
                return Bar.CASE_DEEMED_WITHDRAWN
            case _S.RECTIFYING:
                return Bar.COMMITMENT_BREACHED
            case _S.BREACHED:
                return Bar.COMMITMENT_BREACHED if self.missing else None
            case _S.REVOKED:
                return Bar.REVOCATION_ORDERED
            case _S.SIGNED | _S.DECIDED:
                granted = self.scheme is Scheme.NOTICE_AND_PROMISE and self.state is _S.DECIDED
                return None if granted else Bar.COMMITMENT_OPEN
        return None

    def check(self, facts: Facts, found: Eligibility, credit_flagged: bool) -> None:
        """Put the facts on record; without them the letter is refused, with its reason.

        Raises:
            ConsultedLaterError: it claims to have been consulted in the future (A02).
        """
        self._in(_S.REQUESTED)
        self._of_the_department(facts)
        if found.consulted_on is not None and found.consulted_on > legal_date(facts.occurred_at):
            raise ConsultedLaterError("a consultation lies behind the check", "consulted_on")
        reason = found.refusal(self.scheme)
        if reason is None and credit_flagged:
            reason = RefusalReason.CREDIT_FLAGGED
        self.record(
            CommitmentEligibilityChecked,
            facts,
            commitment_no=self.commitment_no,
            process_no=self.process_no,
            **vars(found),
            eligible=reason is None,
            ground=found.ground,
            credit_flagged=credit_flagged,
            checked_by=facts.actor.id,
        )
        if reason is not None:
            self.refuse(facts, reason)

    def sign(self, facts: Facts, letter: Letter, calendar: WorkCalendar) -> None:
        """Take the signed letter; a day on which nobody works ends on the next one that is one.

        Raises:
            DueTooEarlyError: it is due today or before.
            LetterIncompleteError: liability or signature are missing.
        """
        self._in(_S.ELIGIBLE)
        if letter.due_on <= legal_date(facts.occurred_at):
            raise DueTooEarlyError("what is promised lies ahead", "due_on")
        if not letter.liability.strip() or not letter.signature_ref:
            raise LetterIncompleteError("a letter names its liability and is signed", "liability")
        due = due_of(letter.due_on, calendar)
        self._tell(
            CommitmentLetterSigned,
            facts,
            scheme=self.scheme,
            materials=list(self.materials.values()),
            **vars(letter),
            due_at=due.at,
            signed_at=facts.occurred_at,
            calendar_version=due.calendar,
            provisional=due.provisional or None,
        )

    def decide(self, facts: Facts) -> None:
        """Decide before the papers are there; the certificate is withheld under 先办后补.

        Raises:
            NotConditionalError: under 容缺受理 nothing is decided so.
            OtherDepartmentsLetterError: the task is another department's.
        """
        self._in(_S.SIGNED)
        self._of_the_department(facts)
        if self.scheme is Scheme.TOLERANCE:
            raise NotConditionalError("under 容缺受理 the papers come before the decision")
        self._check_in_time(facts)
        self._tell(
            ConditionalDecisionMade,
            facts,
            task_id=self.task_id,
            certificate_withheld=self.scheme is Scheme.SUPPLEMENT_LATER,
            decided_at=facts.occurred_at,
            decided_by=facts.actor.id,
        )

    def extend(self, facts: Facts, letter: Letter, reason: str, calendar: WorkCalendar) -> None:
        """Grant more time, once, before the day has passed; `letter.due_on` is the new day.

        Raises:
            ExtensionRefusedError, DueTooEarlyError.
        """
        self._in(_S.SIGNED, _S.DECIDED)
        self._of_the_department(facts)
        if facts.actor.role != EXTENDED_BY:
            raise ExtensionRefusedError(f"only the role {EXTENDED_BY} grants more time")
        if self.extended:
            raise ExtensionRefusedError("more time is granted once")
        if not reason.strip():
            raise ExtensionRefusedError("more time needs a reason", "reason")
        self._check_in_time(facts)
        due = due_of(letter.due_on, calendar)
        if self.due_at is None or due.at <= self.due_at:
            raise DueTooEarlyError("more time is more time", "due_on")
        self._tell(
            CommitmentDeadlineExtended,
            facts,
            old_due_at=self.due_at,
            new_due_on=letter.due_on,
            new_due_at=due.at,
            approver_role=facts.actor.role,
            reason=reason,
            calendar_version=due.calendar,
            provisional=due.provisional or None,
        )

    def withdraw(self, facts: Facts) -> None:
        """Take the promise back, for the applicant, before the decision (条例 art. 29).

        Raises:
            AlreadyDecidedOnError: see there.
        """
        if self.state is _S.DECIDED:
            raise AlreadyDecidedOnError("it was decided on; a promise is withdrawn before that")
        self._in(*_UNDECIDED)
        self._tell(CommitmentWithdrawn, facts, withdrawn_at=facts.occurred_at)

    def _of_the_department(self, facts: Facts) -> None:
        if facts.actor.unit != self.department:
            raise OtherDepartmentsLetterError("another department decides on this letter")

    def _check_in_time(self, facts: Facts) -> None:
        if not self.in_time(facts.occurred_at):
            raise ExtensionRefusedError("the day of the letter has passed")

    @applies(CommitmentRequested)
    def _requested(self, event: CommitmentRequested) -> None:
        self.commitment_no, self.process_no = event.commitment_no, event.process_no
        self.project_no, self.task_id = event.project_no, event.task_id
        self.department, self.scheme = event.department, event.scheme
        self.materials = {one.code: one for one in event.materials}
        self.subject_id, self.defers = event.subject_id, event.defers

    @applies(CommitmentEligibilityChecked)
    def _checked(self, event: CommitmentEligibilityChecked) -> None:
        self.ground = event.ground
        if event.eligible:
            self.state = _S.ELIGIBLE

    @applies(CommitmentLetterSigned)
    def _signed(self, event: CommitmentLetterSigned) -> None:
        self.state, self.signed_at = _S.SIGNED, event.signed_at
        self.due_on, self.due_at = event.due_on, event.due_at
        self.provisional = bool(event.provisional)
        self.liability, self.signature_ref = event.liability, event.signature_ref
        self.document_hash, self.rectify_days = event.document_hash, event.rectify_days

    @applies(ConditionalDecisionMade)
    def _decided(self, event: ConditionalDecisionMade) -> None:
        self.state, self.decided_at = _S.DECIDED, event.decided_at

    @applies(CommitmentDeadlineExtended)
    def _extended(self, event: CommitmentDeadlineExtended) -> None:
        self.extended, self.provisional = True, bool(event.provisional)
        self.due_on, self.due_at = event.new_due_on, event.new_due_at

    @applies(CommitmentWithdrawn)
    def _withdrawn(self, event: CommitmentWithdrawn) -> None:
        self.state = _S.WITHDRAWN


def commitment_stream(commitment_no: str) -> UUID:
    """Give the stream of a letter."""
    return stream_id("commitment", commitment_no)
