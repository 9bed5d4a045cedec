"""What approval can be told of certificates: issued, handed out, renewed, and ended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from services.approval.application.decisions import DECISION_TIMERS, Decisions, Filed
from services.approval.application.ports import CertificateWords
from services.approval.domain.certificate_terms import (
    Grant,
    Handing,
    NoHolderError,
    NumberTakenError,
    expires_at,
)
from services.approval.domain.certificates import Certificate, certificate_stream
from services.approval.domain.decision_terms import NoHumanDecisionError, WithheldError
from services.chassis.deadlines import Deadline, Due, cancel_deadlines, set_deadlines
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.kernel.certificate_numbers import CertificateNumber
from services.kernel.clock import legal_date
from services.kernel.facts import Actor, ActorKind, Facts

EXPIRY: Final = "certificate_expiry"
"""Due in the first moment after the last day; the key is the identifier."""


class Certificates(Decisions):
    """The certificates of the centre."""

    @command
    def issue_certificate(
        self,
        facts: Facts,
        decision_no: str,
        said: Grant,
        replaces: str = "",
        *,
        key: str | None = None,
    ) -> Filed:
        """Issue a certificate on a sealed, granting decision of a human (D11, P24).

        Args:
            replaces: identifier of the version it takes the place of; its number is that one's
                next, whatever `said.number` has as version.

        Raises:
            WithheldError: a commitment is not fulfilled.
        """
        decision = self._decision(decision_no)
        about = self._about(facts, decision.project_no, decision.department)
        ruling = self._ruling(decision.task_id)
        if not (ruling.granted and ruling.human):
            raise NoHumanDecisionError("no human decision stands that grants this (D11)")
        if not self.certificate_may_be_issued(decision.task_id):
            raise WithheldError("a commitment is not fulfilled, so the certificate waits")
        old = self._certificate(replaces) if replaces else None
        number = CertificateNumber.parse(replaces).next if replaces else said.number
        certificate = self.find(Certificate, certificate_stream(number.text))
        if certificate is not None:
            raise NumberTakenError("another certificate has this identifier")
        certificate = Certificate.of(number.text)
        holder = said.subject_id or self.holder(self.database, decision.project_no)
        if not holder:
            raise NoHolderError("who holds it is not known here: name its subject_id")
        wanted = replace(said, number=number, subject_id=holder)
        wanted.check()
        decision.check_certificate()
        item, department = self.names_of(decision.item_code, decision.department)
        paper = self.papers_or_refuse().certificate(
            CertificateWords(
                certificate_no=number.text,
                title=wanted.title,
                item=item,
                department=department,
                project_no=decision.project_no,
                subject=wanted.subject_id,
                valid_from=wanted.valid_from,
                valid_to=wanted.valid_to,
                at=facts.occurred_at,
            )
        )
        if old is not None:
            old.supersede(self._about(facts, old.project_no, old.department), number.text)
            self._file_certificate(old)
        certificate.issue(about, decision, wanted, paper, replaces)
        return self._file_certificate(certificate)

    @command
    def act_on_certificate(
        self, facts: Facts, certificate_no: str, act: str, *said: object, key: str | None = None
    ) -> Filed:
        """Do one thing to a certificate: a key of `_ACTS`, with what that one takes."""
        certificate = self._certificate(certificate_no)
        about = self._about(facts, certificate.project_no, certificate.department)
        _ACTS[act](certificate, about, *said)
        return self._file_certificate(certificate)

    @command
    def serve_certificate(
        self,
        facts: Facts,
        certificate_no: str,
        how: Handing,
        served_at: datetime,
        by_other: bool = False,
        *,
        key: str | None = None,
    ) -> Filed:
        """Say that it reached its holder; that, not its dispatch, meets the limit (L01, L02)."""
        certificate = self._certificate(certificate_no)
        about = self._about(facts, certificate.project_no, certificate.department)
        certificate.serve(about, how, served_at, by_other)
        decision = self._decision(certificate.decision_no)
        decision.served(_at(about, served_at), certificate_no)
        self._file_decision(decision)
        return self._file_certificate(certificate)

    def case_delivered(
        self, facts: Facts, project_no: str, how: Handing, by_other: bool = False
    ) -> None:
        """Intake handed out what a case led to; certificates that were served have no effect."""
        for number in self.unserved(self.database, project_no):
            certificate = self._certificate(number)
            if certificate.served_at is not None or certificate.issued_at is None:
                continue
            served_at = max(facts.occurred_at, certificate.issued_at)
            self.serve_certificate(_at(facts, served_at), number, how, served_at, by_other)

    def parcel_sent(self, facts: Facts, numbers: Collection[str], how: Handing) -> None:
        """Certificates are on their way; the issuing limit runs on (L01)."""
        for certificate in self._unserved_among(numbers):
            if certificate.dispatched_at is None:
                about = self._about(facts, certificate.project_no, certificate.department)
                certificate.dispatch(about, how)
                self._file_certificate(certificate)

    def parcel_returned(self, facts: Facts, numbers: Collection[str], reason: str) -> None:
        """They came back: nothing was served (L01)."""
        for certificate in self._unserved_among(numbers):
            if certificate.dispatched_at is not None:
                about = self._about(facts, certificate.project_no, certificate.department)
                certificate.come_back(about, reason)
                self._file_certificate(certificate)

    def parcel_served(
        self,
        facts: Facts,
        project_no: str,
        numbers: Collection[str],
        how: Handing,
        signed_at: datetime,
        by_other: bool,
    ) -> None:
        """They reached their holder: the issuing limit is met by that moment (art. 44, L02).

        Args:
            numbers: identifiers; none: every certificate of the case that is not served.
        """
        for certificate in self._unserved_among(
            numbers or self.unserved(self.database, project_no)
        ):
            if certificate.issued_at is None:
                continue
            served_at = max(signed_at, certificate.issued_at)
            about = _at(facts, max(facts.occurred_at, served_at))
            number = certificate.certificate_no
            self.serve_certificate(about, number, how, served_at, by_other)

    def _unserved_among(self, numbers: Collection[str]) -> Iterator[Certificate]:
        """Give those that are here, not served and not over; a parcel may carry other papers."""
        for number in numbers:
            certificate = self.find(Certificate, certificate_stream(number))
            if certificate is not None and certificate.awaits_service:
                yield certificate

    def order_revocations(self, facts: Facts, project_no: str, commitment_no: str) -> None:
        """Put the certificates of a case on the list of revocations to decide (P18)."""
        for number in self.issued(self.database, project_no):
            certificate = self._certificate(number)
            about = self._about(facts, certificate.project_no, certificate.department)
            calendar = self.reference.calendar().calendar
            certificate.order_revocation(about, commitment_no, calendar)
            self._file_certificate(certificate)

    def fire(self, due: Due) -> None:
        """Do what a deadline of a decision or certificate is for; those of others go on to them."""
        if due.kind in DECISION_TIMERS:
            self.fire_decision(due)
            return
        if due.kind != EXPIRY:
            super().fire(due)
            return
        certificate = self.find(Certificate, certificate_stream(due.key))
        if certificate is not None:
            own = Facts(
                due.due_at, certificate.project_no, Actor(ActorKind.TIMER, "approval"), due.id
            )
            about = self._about(own, certificate.project_no, certificate.department)
            certificate.expire(about, due.fired_at)
            self._file_certificate(certificate, fired=True)

    def _certificate(self, certificate_no: str) -> Certificate:
        certificate = self.find(Certificate, certificate_stream(certificate_no))
        if certificate is None:
            raise NotFoundError("there is no such certificate")
        return certificate

    def _file_certificate(self, certificate: Certificate, fired: bool = False) -> Filed:
        number, ends = certificate.certificate_no, certificate.valid_to
        runs = certificate.status.value == "01" and ends is not None
        if runs and ends is not None:
            self.change(set_deadlines([Deadline(EXPIRY, number, expires_at(ends))]))
        elif not fired:
            self.change(cancel_deadlines((EXPIRY,), number))
        self.keep(certificate)
        return Filed(number, certificate.status.value, str(certificate.id), certificate.version)


def serial_of(decision_no: str, at: datetime) -> str:
    """Draw a serial from a decision's number: the year and nine digits, always the same ones."""
    digits = int.from_bytes(sha256(decision_no.encode()).digest()[:8]) % 10**9
    return f"{legal_date(at).year}{digits:09d}"


def _at(facts: Facts, moment: datetime) -> Facts:
    return replace(facts, occurred_at=moment)


_ACTS: Final[dict[str, Callable[..., None]]] = {
    "register": Certificate.register,
    "dispatch": Certificate.dispatch,
    "come_back": Certificate.come_back,
    "establish_fraud": Certificate.establish_fraud,
    "revoke": Certificate.revoke,
    "cancel": Certificate.cancel,
    "withdraw": Certificate.withdraw,
    "transfer": Certificate.transfer,
    "request_renewal": Certificate.request_renewal,
    "grant_renewal": Certificate.grant_renewal,
    "refuse_renewal": Certificate.refuse_renewal,
}
