"""A decision as a document: what it says, whose seal it bears, and the limit that follows it."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from services.approval.domain.decision_events import (
    DecisionIssued,
    IssuingApproaching,
    IssuingBreached,
    IssuingLimitStarted,
    IssuingMet,
    IssuingRecalculated,
    SealApplied,
)
from services.approval.domain.decision_terms import (
    ISSUE_WITHIN,
    AlreadyIssuedError,
    DecisionResult,
    NoHumanDecisionError,
    NoReasonsError,
    NoRemediesError,
    NotCustodianError,
    NotDecidedSoError,
    NotSealedError,
    OtherDocumentError,
    Paper,
    Ruling,
    Seal,
    SealNotUsableError,
    WithheldError,
    Wording,
)
from services.approval.domain.rules import (
    SamePersonError,
    WrongDepartmentError,
)
from services.approval.domain.terms import in_time
from services.kernel.aggregate import Aggregate, applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Cause, Clock, Due, Kind, amber_at, legal_date, recalculate
from services.kernel.facts import ActorKind, Facts
from services.kernel.identifiers import stream_id


class Decision(Aggregate):
    """One decision document; stream `stream_id("decision", decision_no)`."""

    def __init__(self) -> None:
        self.decision_no = ""
        self.project_no = ""
        self.task_id = ""
        self.item_code = ""
        self.department = ""
        self.document = ""
        self.result = DecisionResult.REFUSED
        self.conditional = False
        """On a commitment; the certificate waits until the limit starts."""
        self.issued_at: datetime | None = None
        self.decided_by = ""
        self.document_hash = ""
        self.file_hash = ""
        """Of the sealed file; empty before."""
        self.seal = ""
        self.started_at: datetime | None = None
        self.due_at: datetime | None = None
        """End of the ten working days in which the certificate is served (art. 44)."""
        self.due_calendar = ""
        self.due_provisional = False
        self.approached: datetime | None = None
        self.breached: datetime | None = None
        self.served_at: datetime | None = None

    @classmethod
    def of(cls, decision_no: str) -> Self:
        """Give the document before it was issued."""
        return cls.begin(decision_stream(decision_no))

    @property
    def sealed(self) -> bool:
        """Whether it bears its seal."""
        return bool(self.file_hash)

    @property
    def awaits_service(self) -> bool:
        """Whether the limit of art. 44 runs."""
        return self.due_at is not None and self.served_at is None

    def check(self, facts: Facts, ruling: Ruling, said: Wording) -> None:
        """Say whether the document may be issued, before it is rendered.

        Raises:
            AlreadyIssuedError, NotDecidedSoError, NoHumanDecisionError (D11), SamePersonError
            (A03), WrongDepartmentError, NoReasonsError, NoRemediesError: as their names say.
        """
        if self.version:
            raise AlreadyIssuedError("this decision has its document")
        if not ruling.human or facts.actor.kind is not ActorKind.PERSON:
            raise NoHumanDecisionError("a deemed consent is no decision that could be put in words")
        if facts.actor.id == ruling.accepted_by:
            raise SamePersonError("who accepted the case does not decide it")
        if ruling.granted is not (said.result is DecisionResult.GRANTED):
            raise NotDecidedSoError("the task was decided otherwise")
        if facts.actor.unit != ruling.department:
            raise WrongDepartmentError("the task belongs to another department")
        if said.result is DecisionResult.REFUSED:
            if not said.reasons or not said.legal_basis:
                raise NoReasonsError("a refusal states its reasons and the law it stands on")
            if said.remedies is None or not (said.remedies.review and said.remedies.court):
                raise NoRemediesError("a refusal says where to ask for review and where to sue")

    def issue(
        self,
        facts: Facts,
        decision_no: str,
        ruling: Ruling,
        said: Wording,
        paper: Paper,
        delegation: str | None = None,
    ) -> None:
        """Put the task's decision into words; refuses as `check` does.

        Args:
            delegation: the live one of who acts; None where the department decides by its officers.
        """
        self.check(facts, ruling, said)
        told = said.remedies.text(legal_date(facts.occurred_at)) if said.remedies else None
        self.record(
            DecisionIssued,
            facts,
            decision_no=decision_no,
            project_no=ruling.project_no,
            task_id=ruling.task_id,
            item_code=ruling.item_code,
            department=ruling.department,
            document=said.document,
            result=said.result,
            conditional=ruling.conditional,
            issued_at=facts.occurred_at,
            decided_by=facts.actor.id,
            document_hash=paper.document_hash,
            code_hash=paper.code_hash,
            reasons=list(dict.fromkeys(said.reasons)),
            legal_basis=list(dict.fromkeys(said.legal_basis)),
            delegation=delegation,
            remedies=told if said.result is DecisionResult.REFUSED else None,
            commitment_no=ruling.commitment_no,
        )

    def check_seal(self, facts: Facts, document_hash: str, name: str, seal: Seal | None) -> None:
        """Say whether this seal may be put on this document, before the file is signed.

        Raises:
            OtherDocumentError (P26), SealNotUsableError, NotCustodianError, AlreadyIssuedError.
        """
        if document_hash != self.document_hash:
            raise OtherDocumentError("the hash is that of another document")
        if self.sealed:
            raise AlreadyIssuedError("the document bears its seal already")
        day = legal_date(facts.occurred_at)
        if seal is None or seal.seal != name or seal.since > day:
            raise SealNotUsableError("no such seal is in use")
        if seal.department != self.department:
            raise SealNotUsableError("the seal belongs to another department")
        if seal.suspended_on is not None and seal.suspended_on <= day:
            raise SealNotUsableError("the seal is suspended")
        if facts.actor.id != seal.custodian:
            raise NotCustodianError("another account keeps this seal")

    def apply_seal(
        self, facts: Facts, document_hash: str, seal: Seal | None, file_hash: str, place: str
    ) -> None:
        """Bind the seal to this very document; refuses as `check_seal` does."""
        self.check_seal(facts, document_hash, seal.seal if seal else "", seal)
        self.record(
            SealApplied,
            facts,
            decision_no=self.decision_no,
            project_no=self.project_no,
            seal=seal.seal if seal else "",
            document_hash=document_hash,
            file_hash=file_hash,
            applied_by=facts.actor.id,
            place=place,
            applied_at=facts.occurred_at,
        )

    def start_limit(self, facts: Facts, calendar: WorkCalendar) -> None:
        """Let the ten working days run: from a grant, or from the fulfilment of its commitment.

        Without effect when they run already, and on a refusal, which has no certificate.
        """
        if self.result is DecisionResult.REFUSED or self.due_at is not None:
            return
        due = Clock(Kind.STEP, ISSUE_WITHIN, facts.occurred_at).due(calendar)
        if due is None:
            raise ValueError("a limit that nothing suspends has an end")
        self.record(
            IssuingLimitStarted,
            facts,
            decision_no=self.decision_no,
            project_no=self.project_no,
            started_at=facts.occurred_at,
            due_at=due.at,
            calendar_version=due.calendar,
            provisional=due.provisional or None,
        )

    def check_certificate(self) -> None:
        """Say whether a certificate may follow.

        Raises:
            NotDecidedSoError, NotSealedError, WithheldError (P24).
        """
        if self.result is DecisionResult.REFUSED:
            raise NotDecidedSoError("a refusal has no certificate")
        if not self.sealed:
            raise NotSealedError("the decision's document bears no seal yet")
        if self.due_at is None:
            raise WithheldError("a commitment is not fulfilled, so the certificate waits")

    def served(self, facts: Facts, certificate_no: str) -> None:
        """The certificate reached its holder; the first service counts."""
        if self.due_at is None or self.served_at is not None:
            return
        self.record(
            IssuingMet,
            facts,
            decision_no=self.decision_no,
            project_no=self.project_no,
            certificate_no=certificate_no,
            served_at=facts.occurred_at,
            on_time=in_time(facts.occurred_at, self.due_at),
        )

    def recalculate_limit(self, facts: Facts, calendar: WorkCalendar) -> None:
        """Count the limit again by an amended calendar; without effect where nothing moves."""
        if self.started_at is None or self.due_at is None or self.served_at is not None:
            return
        clock = Clock(Kind.STEP, ISSUE_WITHIN, self.started_at)
        before = Due(self.due_at, self.due_calendar, self.due_provisional)
        found = recalculate(clock, before, calendar, Cause.CALENDAR_AMENDED)
        if found is None or found.new is None:
            return
        if not found.moved and found.new.provisional == self.due_provisional:
            return
        self.record(
            IssuingRecalculated,
            facts,
            decision_no=self.decision_no,
            project_no=self.project_no,
            old_due_at=self.due_at,
            new_due_at=found.new.at,
            calendar_version=found.new.calendar,
            cause=Cause.CALENDAR_AMENDED,
            provisional=found.new.provisional or None,
        )

    def amber_at(self, calendar: WorkCalendar) -> datetime | None:
        """Give the moment from which the limit is about to end."""
        if self.started_at is None:
            return None
        return amber_at(Clock(Kind.STEP, ISSUE_WITHIN, self.started_at), calendar)

    def approach(self, facts: Facts, noticed_at: datetime) -> None:
        """Say once that the limit is about to end, unless it is over or met."""
        due_at = self.due_at
        if due_at is None or self.served_at is not None or self.approached == due_at:
            return
        if in_time(noticed_at, due_at):
            self.record(IssuingApproaching, facts, **self._named, due_at=due_at)

    def breach(self, facts: Facts, detected_at: datetime) -> None:
        """Say once that the limit has passed without service."""
        due_at = self.due_at
        if due_at is None or self.served_at is not None or self.breached == due_at:
            return
        if not in_time(detected_at, due_at):
            self.record(
                IssuingBreached, facts, **self._named, due_at=due_at, detected_at=detected_at
            )

    @property
    def _named(self) -> dict[str, str]:
        return {"decision_no": self.decision_no, "project_no": self.project_no}

    @applies(DecisionIssued)
    def _issued(self, event: DecisionIssued) -> None:
        self.decision_no, self.project_no = event.decision_no, event.project_no
        self.task_id, self.item_code = event.task_id, event.item_code
        self.department, self.document = event.department, event.document
        self.result, self.conditional = event.result, event.conditional
        self.issued_at, self.decided_by = event.issued_at, event.decided_by
        self.document_hash = event.document_hash

    @applies(SealApplied)
    def _sealed(self, event: SealApplied) -> None:
        self.seal, self.file_hash = event.seal, event.file_hash

    @applies(IssuingLimitStarted)
    def _limit_started(self, event: IssuingLimitStarted) -> None:
        self.started_at, self.due_at = event.started_at, event.due_at
        self.due_calendar, self.due_provisional = event.calendar_version, bool(event.provisional)

    @applies(IssuingRecalculated)
    def _recalculated(self, event: IssuingRecalculated) -> None:
        self.due_at, self.due_calendar = event.new_due_at, event.calendar_version
        self.due_provisional = bool(event.provisional)

    @applies(IssuingApproaching)
    def _approached(self, event: IssuingApproaching) -> None:
        self.approached = event.due_at

    @applies(IssuingBreached)
    def _breached(self, event: IssuingBreached) -> None:
        self.breached = event.due_at

    @applies(IssuingMet)
    def _met(self, event: IssuingMet) -> None:
        self.served_at = event.served_at


def decision_stream(decision_no: str) -> UUID:
    """Give the stream of a decision's document."""
    return stream_id("decision", decision_no)
