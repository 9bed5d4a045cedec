"""Certificates over HTTP: issued, kept, sent off, served."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.approval.application.certificates import serial_of
from services.approval.certificate_answers import (
    CertificatesQuery,
    CertificateView,
    ComeBack,
    Hand,
    IssueCertificate,
    Register,
    Serve,
    Told,
    certificate_view,
    state_of,
)
from services.approval.domain.certificate_terms import Grant
from services.approval.domain.certificates import (
    Certificate,
    certificate_stream,
    default_validity,
)
from services.approval.projections.papers import (
    CertificateRow,
    list_certificates,
)
from services.approval.service.paper_room import (
    ISSUER,
    READERS,
    PaperRoom,
    own_department,
    seen,
)
from services.chassis.errors import RuleError
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import history_event
from services.chassis.web.paging import page_of, read_cursor
from services.kernel.certificate_numbers import CertificateNumber, CertificateNumberError
from services.kernel.clock import legal_date


class CertificateRoutes(PaperRoom):
    """Routes of the nameko service."""

    @route(
        "POST",
        "/certificates",
        request=IssueCertificate,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="Issue a certificate on a sealed, granting decision of a human",
    )
    def issue_certificate(self, call: Call[IssueCertificate]) -> Told:
        """Not while a commitment is unfulfilled. `replaces` makes a new version of another."""
        said = call.body
        facts = self._certificate_facts(call, ISSUER)
        first, last = default_validity(facts.occurred_at, said.years)
        try:
            number = (
                CertificateNumber.parse(said.replaces).next
                if said.replaces
                else CertificateNumber(
                    said.type_code,
                    said.issuer,
                    said.serial or serial_of(said.decision_no, facts.occurred_at),
                )
            )
        except CertificateNumberError as error:
            field = "replaces" if said.replaces else "type_code"
            raise RuleError(str(error), field=field) from None
        grant = Grant(
            number,
            said.title,
            said.subject_id,
            said.valid_from or first,
            said.valid_to or last,
        )
        done = self.tasks.issue_certificate(
            facts, said.decision_no, grant, said.replaces, key=call.idempotency_key or None
        )
        return self._told_of(call, done)

    @route(
        "GET",
        "/certificates",
        query=CertificatesQuery,
        response=Page[CertificateRow],
        roles=READERS,
        summary="List certificates, newest first; an officer sees their own department's",
    )
    def list_certificates(self, call: Call[None, CertificatesQuery]) -> Page[CertificateRow]:
        query = call.query
        rows = list_certificates(
            self.tasks.database,
            department=own_department(call) or query.department,
            project_no=query.project_no,
            status=query.status,
            unserved=query.unserved,
            revocation=query.revocation,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.issued_at, row.certificate_no))

    @route(
        "GET",
        "/certificates/<certificate_no>",
        response=CertificateView,
        roles=READERS,
        summary="A certificate and its history",
    )
    def get_certificate(self, call: Call) -> CertificateView:
        certificate = self._certificate_of(call)
        now = self.tasks.received_now()
        state = state_of(certificate, now, legal_date(now))
        events = self.tasks.events_of(certificate.id)
        return certificate_view(certificate, state, now, [history_event(one) for one in events])

    @route(
        "GET",
        "/certificates/<certificate_no>/file",
        roles=READERS,
        html=True,
        media="application/pdf",
        summary="The certificate as a signed PDF",
    )
    def get_certificate_file(self, call: Call) -> Reply:
        certificate = self._certificate_of(call)
        return self._file(certificate.file_hash, certificate.certificate_no)

    @route(
        "POST",
        "/certificates/<certificate_no>/service",
        request=Serve,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="Say that it reached its holder: that meets the issuing limit",
    )
    def serve_certificate(self, call: Call[Serve]) -> Told:
        facts = self._certificate_facts(call, ISSUER)
        served_at = call.body.served_at or facts.occurred_at
        if served_at.tzinfo is None:
            raise RuleError("a time needs an offset", field="served_at")
        done = self.tasks.serve_certificate(
            facts,
            call.path["certificate_no"],
            call.body.how,
            served_at,
            call.body.by_other,
            key=call.idempotency_key or None,
        )
        return self._told_of(call, done)

    @route(
        "POST",
        "/certificates/<certificate_no>/registration",
        request=Register,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="Say where the library of certificates keeps it",
    )
    def register_certificate(self, call: Call[Register]) -> Told:
        return self._act_on(call, ISSUER, "register", call.body.library_id)

    @route(
        "POST",
        "/certificates/<certificate_no>/dispatch",
        request=Hand,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="Send it off; the issuing limit runs on",
    )
    def dispatch_certificate(self, call: Call[Hand]) -> Told:
        return self._act_on(call, ISSUER, "dispatch", call.body.how)

    @route(
        "POST",
        "/certificates/<certificate_no>/return",
        request=ComeBack,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="It came back: it was not served",
    )
    def return_certificate(self, call: Call[ComeBack]) -> Told:
        return self._act_on(call, ISSUER, "come_back", call.body.reason)

    def _certificate_of(self, call: Call[Any, Any]) -> Certificate:
        found: Certificate | None = self.tasks.state_of(
            Certificate, certificate_stream(call.path["certificate_no"])
        )
        return seen(call, found, "there is no such certificate")
