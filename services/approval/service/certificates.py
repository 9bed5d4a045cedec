"""Decision documents, seals and certificates over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar

from services.approval.application.certificates import serial_of
from services.approval.application.decisions import Filed
from services.approval.certificate_answers import (
    ApplySeal,
    AskRenewal,
    Cancel,
    CertificatesQuery,
    CertificateView,
    ComeBack,
    DecisionsQuery,
    DecisionView,
    Establish,
    GrantRenewal,
    Hand,
    IssueCertificate,
    IssueDecision,
    Register,
    Revoke,
    Serve,
    Told,
    Transfer,
    Withdraw,
    certificate_view,
    decision_view,
    state_of,
)
from services.approval.domain.certificate_terms import Grant
from services.approval.domain.certificates import (
    Certificate,
    certificate_stream,
    default_validity,
)
from services.approval.domain.decision_terms import DecisionResult, Remedies, Wording
from services.approval.domain.decisions import Decision, decision_stream
from services.approval.projections.certificates import (
    CertificateRow,
    DecisionRow,
    list_certificates,
    list_decisions,
)
from services.chassis.errors import NotAllowedError, NotFoundError, RuleError
from services.chassis.web import Call, Page, Reply, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.kernel.certificate_numbers import CertificateNumber, CertificateNumberError
from services.kernel.clock import legal_date
from services.kernel.facts import Facts

OFFICER: Final = frozenset({"officer"})
ISSUER: Final = frozenset({"issuing_clerk"})
KEEPER: Final = frozenset({"officer", "issuing_clerk"})
"""Who keeps a seal says catalog, by account."""
AUTHORITY: Final = frozenset({"officer", "supervisor"})
"""The department that decided, or its superior (art. 69)."""
READERS: Final = frozenset({"officer", "issuing_clerk", "supervisor"})
S = TypeVar("S", Decision, Certificate)
_PRIVATE: Final = {"Cache-Control": "no-store"}


class CertificateRoutes:
    """Routes of the nameko service."""

    name: str
    frame: Any
    tasks: Any

    @route(
        "POST",
        "/cases/<project_no>/decision-document",
        request=IssueDecision,
        response=Told,
        roles=OFFICER,
        status=201,
        summary="Put the decision of a case into words, inside a live delegation",
    )
    def issue_decision(self, call: Call[IssueDecision]) -> Told:
        """A refusal states its reasons and its remedies (行政许可法 art. 38)."""
        return self._issue_decision(call, call.path["project_no"])

    @route(
        "POST",
        "/projects/<process_no>/tasks/<item_code>/decision-document",
        request=IssueDecision,
        response=Told,
        roles=OFFICER,
        status=201,
        summary="Put the decision of one task of a parallel process into words",
    )
    def issue_task_decision(self, call: Call[IssueDecision]) -> Told:
        return self._issue_decision(call, f"{call.path['process_no']}/{call.path['item_code']}")

    @route(
        "POST",
        "/decisions/<decision_no>/seal",
        request=ApplySeal,
        response=Told,
        roles=KEEPER,
        status=201,
        summary="Put the seal on a decision: this very document, by the keeper of the seal",
    )
    def apply_seal(self, call: Call[ApplySeal]) -> Told:
        said = call.body
        number = call.path["decision_no"]
        done = self.tasks.apply_seal(
            self._certificate_facts(call, KEEPER),
            number,
            said.seal,
            said.document_hash,
            said.place,
            key=call.idempotency_key or None,
        )
        return self._told_of(call, done)

    @route(
        "GET",
        "/decisions",
        query=DecisionsQuery,
        response=Page[DecisionRow],
        roles=READERS,
        summary="List decision documents, newest first; an officer sees their own department's",
    )
    def list_decisions(self, call: Call[None, DecisionsQuery]) -> Page[DecisionRow]:
        query = call.query
        rows = list_decisions(
            self.tasks.database,
            department=_own_department(call) or query.department,
            project_no=query.project_no,
            light=query.light,
            unserved=query.unserved,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.issued_at, row.decision_no))

    @route(
        "GET",
        "/decisions/<decision_no>",
        response=DecisionView,
        roles=READERS,
        summary="A decision's document and its history",
    )
    def get_decision(self, call: Call) -> DecisionView:
        decision = self._decision_of(call)
        events = self.tasks.events_of(decision.id)
        return decision_view(decision, [history_event(event) for event in events])

    @route(
        "GET",
        "/decisions/<decision_no>/file",
        roles=READERS,
        html=True,
        media="application/pdf",
        summary="The document as a PDF: the sealed one when there is one",
    )
    def get_decision_file(self, call: Call) -> Reply:
        decision = self._decision_of(call)
        return self._file(decision.file_hash or decision.document_hash, decision.decision_no)

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
            department=_own_department(call) or query.department,
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

    @route(
        "POST",
        "/certificates/<certificate_no>/fraud",
        request=Establish,
        response=Told,
        roles=AUTHORITY,
        status=201,
        summary="Establish that it was got by fraud; it must be revoked then (art. 69)",
    )
    def establish_fraud(self, call: Call[Establish]) -> Told:
        return self._act_on(call, AUTHORITY, "establish_fraud", call.body.document)

    @route(
        "POST",
        "/certificates/<certificate_no>/revocation",
        request=Revoke,
        response=Told,
        roles=AUTHORITY,
        status=201,
        summary="Revoke it (撤销, art. 69)",
    )
    def revoke_certificate(self, call: Call[Revoke]) -> Told:
        said = call.body
        return self._act_on(
            call, AUTHORITY, "revoke", said.ground, said.document, said.compensation
        )

    @route(
        "POST",
        "/certificates/<certificate_no>/cancellation",
        request=Cancel,
        response=Told,
        roles=AUTHORITY,
        status=201,
        summary="Cancel it (注销, art. 70)",
    )
    def cancel_certificate(self, call: Call[Cancel]) -> Told:
        return self._act_on(call, AUTHORITY, "cancel", call.body.ground)

    @route(
        "POST",
        "/certificates/<certificate_no>/withdrawal",
        request=Withdraw,
        response=Told,
        roles=AUTHORITY,
        status=201,
        summary="Take it: 撤回 for the public good, or 吊销 as a penalty",
    )
    def withdraw_certificate(self, call: Call[Withdraw]) -> Told:
        said = call.body
        told = (said.kind, said.article, said.document, said.compensation)
        return self._act_on(call, AUTHORITY, "withdraw", *told)

    @route(
        "POST",
        "/certificates/<certificate_no>/transfer",
        request=Transfer,
        response=Told,
        roles=AUTHORITY,
        status=201,
        summary="Hand it over to another region (转出)",
    )
    def transfer_certificate(self, call: Call[Transfer]) -> Told:
        return self._act_on(call, AUTHORITY, "transfer", call.body.to_region)

    @route(
        "POST",
        "/certificates/<certificate_no>/renewal",
        request=AskRenewal,
        response=Told,
        roles=ISSUER,
        status=201,
        summary="Take a request for another term, at least 30 days before the expiry (art. 50)",
    )
    def request_renewal(self, call: Call[AskRenewal]) -> Told:
        return self._act_on(call, ISSUER, "request_renewal", call.body.renewal_no)

    @route(
        "POST",
        "/certificates/<certificate_no>/renewal/grant",
        request=GrantRenewal,
        response=Told,
        roles=OFFICER,
        status=201,
        summary="Decide for another term; silence until the expiry grants too",
    )
    def grant_renewal(self, call: Call[GrantRenewal]) -> Told:
        return self._act_on(call, OFFICER, "grant_renewal", call.body.valid_to)

    @route(
        "POST",
        "/certificates/<certificate_no>/renewal/refusal",
        request=ComeBack,
        response=Told,
        roles=OFFICER,
        status=201,
        summary="Decide against another term",
    )
    def refuse_renewal(self, call: Call[ComeBack]) -> Told:
        return self._act_on(call, OFFICER, "refuse_renewal", call.body.reason)

    def _issue_decision(self, call: Call[IssueDecision], task_id: str) -> Told:
        said = call.body
        refused = said.result is DecisionResult.REFUSED
        wording = Wording(
            document=said.document,
            result=said.result,
            reasons=said.reasons,
            legal_basis=said.legal_basis,
            remedies=Remedies(said.review, said.court) if refused else None,
        )
        done = self.tasks.issue_decision(
            self._certificate_facts(call, OFFICER),
            task_id,
            wording,
            said.statement,
            key=call.idempotency_key or None,
        )
        return self._told_of(call, done)

    def _act_on(self, call: Call[Any, Any], roles: frozenset[str], act: str, *said: object) -> Told:
        done = self.tasks.act_on_certificate(
            self._certificate_facts(call, roles),
            call.path["certificate_no"],
            act,
            *said,
            key=call.idempotency_key or None,
        )
        return self._told_of(call, done)

    def _certificate_facts(self, call: Call[Any, Any], roles: frozenset[str]) -> Facts:
        """Say who acts, and when the database received it; the application says about what."""
        return Facts(
            occurred_at=self.tasks.received_now(),
            subject=next(iter(call.path.values()), ""),
            actor=call.caller.actor(min(roles & call.caller.roles)),
            correlation_id=call.correlation_id,
            region=self.frame.settings.region,
        )

    def _told_of(self, call: Call[Any, Any], done: Filed) -> Told:
        place = written(call, self.tasks.database, self.name, done.stream, done.version)
        return Told(done.key, done.state, place.event, place.position)

    def _decision_of(self, call: Call[Any, Any]) -> Decision:
        found: Decision | None = self.tasks.state_of(
            Decision, decision_stream(call.path["decision_no"])
        )
        return seen(call, found, "there is no such decision")

    def _certificate_of(self, call: Call[Any, Any]) -> Certificate:
        found: Certificate | None = self.tasks.state_of(
            Certificate, certificate_stream(call.path["certificate_no"])
        )
        return seen(call, found, "there is no such certificate")

    def _file(self, digest: str, name: str) -> Reply:
        file = self.tasks.papers_or_refuse().file(digest)
        headers = {
            **_PRIVATE,
            "Content-Type": "application/pdf",
            "Content-Disposition": f'inline; filename="{name}.pdf"',
        }
        return Reply(file, headers=headers)


def seen(call: Call[Any, Any], found: S | None, missing: str) -> S:
    """Let an officer see what their own department has decided.

    Raises:
        NotFoundError, NotAllowedError: there is none, or it is another department's.
    """
    if found is None:
        raise NotFoundError(missing)
    own = _own_department(call)
    if own and own != found.department:
        raise NotAllowedError("this belongs to another department")
    return found


def _own_department(call: Call[Any, Any]) -> str:
    """Give the department an officer is confined to; empty for those who see everything.

    Raises:
        NotAllowedError: an officer without a department.
    """
    if call.caller.roles & (READERS - OFFICER):
        return ""
    if not call.caller.unit:
        raise NotAllowedError("you belong to no department")
    return str(call.caller.unit)
