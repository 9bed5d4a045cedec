"""A certificate: issued, served, renewed, and every way in which it ends (DOMAIN.md 3.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, Self
from uuid import UUID

from services.approval.domain.certificate_ends import EndedCertificate
from services.approval.domain.certificate_events import (
    CertificateDispatched,
    CertificateIssued,
    CertificateRegistered,
    CertificateReturned,
    CertificateServed,
    CertificateSuperseded,
)
from services.approval.domain.certificate_terms import (
    Grant,
    Handing,
    NotDeliveredSoError,
    NumberTakenError,
    Status,
    WrongCertificateStateError,
    expires_at,
    years_after,
)
from services.approval.domain.decision_terms import Paper
from services.approval.domain.decisions import Decision
from services.approval.domain.terms import in_time
from services.kernel.aggregate import applies
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_ENDS: Final = frozenset(Status) - {Status.VALID, Status.EXPIRED}


class Certificate(EndedCertificate):
    """One version of a certificate; stream `stream_id("certificate", certificate_no)`."""

    def __init__(self) -> None:
        super().__init__()
        self.decision_no = ""
        self.item_code = ""
        self.title = ""
        self.subject_id = ""
        self.file_hash = ""
        self.issued_at: datetime | None = None
        self.due_at: datetime | None = None
        """By when it is served."""
        self.dispatched_at: datetime | None = None
        """None again when it came back."""
        self.served_at: datetime | None = None
        self.library_id = ""
        self.associated = ""
        """The version whose place it took."""
        self.superseded_by = ""

    @classmethod
    def of(cls, certificate_no: str) -> Self:
        """Give the certificate before it was issued."""
        return cls.begin(certificate_stream(certificate_no))

    def status_at(self, moment: datetime) -> Status:
        """Give its status then, as far as its events say; past its last day it is expired.

        While a timely renewal waits it stays valid until the timer has said what became of it.
        """
        if self.status is not Status.VALID or self.valid_to is None or self.renewal_open:
            return self.status
        return Status.VALID if moment < expires_at(self.valid_to) else Status.EXPIRED

    def issue(
        self, facts: Facts, decision: Decision, said: Grant, paper: Paper, associated: str = ""
    ) -> None:
        """Issue it on a granting decision of a human, sealed and not withheld (D11, P24).

        Raises:
            NumberTakenError, ValidityError, and what `Decision.check_certificate` raises.
        """
        if self.version:
            raise NumberTakenError("another certificate has this identifier")
        said.check()
        decision.check_certificate()
        number = said.number
        self.record(
            CertificateIssued,
            facts,
            certificate_no=number.text,
            project_no=decision.project_no,
            decision_no=decision.decision_no,
            item_code=decision.item_code,
            department=decision.department,
            title=said.title,
            type_code=number.type_code,
            issuer=number.issuer,
            serial=number.serial,
            certificate_version=number.version,
            subject_id=said.subject_id,
            valid_from=said.valid_from,
            issued_at=facts.occurred_at,
            file_hash=paper.document_hash,
            code_hash=paper.code_hash,
            due_at=decision.due_at,
            valid_to=said.valid_to,
            associated=associated or None,
        )

    def register(self, facts: Facts, library_id: str) -> None:
        """Note where the library keeps it; the same again has no effect."""
        if self.library_id == library_id:
            return
        if self.library_id:
            raise WrongCertificateStateError("the library keeps it under another number")
        self.record(CertificateRegistered, facts, **self._named, library_id=library_id)

    def dispatch(self, facts: Facts, how: Handing) -> None:
        """Send it off. That meets no limit."""
        self._unserved()
        if self.dispatched_at is not None:
            raise WrongCertificateStateError("it is on its way")
        self.record(
            CertificateDispatched, facts, **self._named, how=how, dispatched_at=facts.occurred_at
        )

    def come_back(self, facts: Facts, reason: str) -> None:
        """It was not served after all (L01)."""
        self._unserved()
        if self.dispatched_at is None:
            raise WrongCertificateStateError("it was not sent")
        self.record(
            CertificateReturned,
            facts,
            **self._named,
            reason=reason,
            returned_at=facts.occurred_at,
        )

    def serve(self, facts: Facts, how: Handing, served_at: datetime, by_other: bool) -> None:
        """It reached its holder, at this moment in the world.

        Raises:
            NotDeliveredSoError: before it was issued, or in the future.
        """
        self._unserved()
        if self.issued_at is None or not self.issued_at <= served_at <= facts.occurred_at:
            raise NotDeliveredSoError("served after it was issued, and not in the future")
        self.record(
            CertificateServed,
            replace(facts, occurred_at=served_at),
            **self._named,
            how=how,
            served_at=served_at,
            by_other=by_other,
            on_time=self.due_at is None or in_time(served_at, self.due_at),
        )

    def supersede(self, facts: Facts, by: str) -> None:
        """A new version takes its place."""
        self._open()
        self.record(
            CertificateSuperseded, facts, **self._named, by=by, superseded_at=facts.occurred_at
        )

    @property
    def awaits_service(self) -> bool:
        """Whether it is in force and has not reached its holder."""
        return self.issued_at is not None and self.served_at is None and self.status not in _ENDS

    def _unserved(self) -> None:
        if self.served_at is not None:
            raise WrongCertificateStateError("it was served")
        if self.status in _ENDS:
            raise WrongCertificateStateError("it is over")

    @applies(CertificateIssued)
    def _issued(self, event: CertificateIssued) -> None:
        self.certificate_no, self.project_no = event.certificate_no, event.project_no
        self.decision_no, self.item_code = event.decision_no, event.item_code
        self.department, self.title = event.department, event.title
        self.subject_id, self.file_hash = event.subject_id, event.file_hash
        self.issued_at, self.due_at = event.issued_at, event.due_at
        self.valid_from, self.valid_to = event.valid_from, event.valid_to
        self.associated = event.associated or ""

    @applies(CertificateRegistered)
    def _registered(self, event: CertificateRegistered) -> None:
        self.library_id = event.library_id

    @applies(CertificateDispatched)
    def _dispatched(self, event: CertificateDispatched) -> None:
        self.dispatched_at = event.dispatched_at

    @applies(CertificateReturned)
    def _returned(self, event: CertificateReturned) -> None:
        self.dispatched_at = None

    @applies(CertificateServed)
    def _served(self, event: CertificateServed) -> None:
        self.served_at = event.served_at

    @applies(CertificateSuperseded)
    def _superseded(self, event: CertificateSuperseded) -> None:
        self.status, self.superseded_by = Status.CANCELLED, event.by
        self.renewal_open = False


def certificate_stream(certificate_no: str) -> UUID:
    """Give the stream of a certificate."""
    return stream_id("certificate", certificate_no)


def default_validity(issued_at: datetime, years: int) -> tuple[date, date | None]:
    """Give first and last day of a validity of this many years; 0 has no end."""
    first = legal_date(issued_at)
    if years == 0:
        return first, None
    return first, years_after(first, years) - timedelta(days=1)
