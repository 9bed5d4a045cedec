"""What approval takes and answers over HTTP about decision documents, seals and certificates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from services.approval.domain.certificate_terms import (
    CancellationGround,
    Handing,
    RevocationGround,
    Status,
    WithdrawalKind,
)
from services.approval.domain.certificates import Certificate
from services.approval.domain.decision_terms import DecisionResult
from services.approval.domain.decisions import Decision
from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent

Short = Annotated[str, msgspec.Meta(max_length=64)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[a-z0-9_]+$")]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Statute = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 in hex.")]
Subject = Annotated[str, msgspec.Meta(max_length=64, pattern="^[0-9A-Za-z._-]*$")]


class IssueDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the document says. A refusal needs reasons, a legal basis, `review` and `court`."""

    document: Title
    """文号."""
    result: DecisionResult
    reasons: Annotated[list[Code], msgspec.Meta(max_length=20)] = []
    legal_basis: Annotated[list[Statute], msgspec.Meta(max_length=20)] = []
    review: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """Who reconsiders."""
    court: Annotated[str, msgspec.Meta(max_length=100)] = ""
    statement: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    """Printed, and kept in the document alone."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    __str__ = __repr__


class ApplySeal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which seal, on which document: the hash of what the keeper has read."""

    seal: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    document_hash: Hash
    place: Literal["hall", "site", "electronic"] = "hall"


class IssueCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the certificate says. `replaces` names the version whose place it takes."""

    decision_no: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    title: Title
    type_code: Annotated[str, msgspec.Meta(pattern="^[0-9A-Z]{21}$")] = ""
    issuer: Annotated[str, msgspec.Meta(pattern="^[0-9A-Z]{6,18}$")] = ""
    serial: Annotated[str, msgspec.Meta(pattern="^[0-9A-Z]{0,40}$")] = ""
    """Empty: drawn from the decision's number."""
    subject_id: Subject = ""
    """Empty: the applicant of the case."""
    valid_from: date | None = None
    """Absent: today."""
    valid_to: date | None = None
    years: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    """Term when `valid_to` is absent; 0: no end."""
    replaces: Annotated[str, msgspec.Meta(max_length=120)] = ""


class Hand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it is sent."""

    how: Handing


class Serve(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How and when it reached its holder."""

    how: Handing
    served_at: datetime | None = None
    """Absent: now."""
    by_other: bool = False
    """Somebody else signed for it."""


class ComeBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it was not served, and why a renewal is refused."""

    reason: Code


class Register(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Its number in the library."""

    library_id: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z._-]{1,100}$")]


class Establish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document that finds fraud."""

    document: Title


class Revoke(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """撤销 (art. 69)."""

    ground: RevocationGround
    document: Title
    compensation: bool = False


class Cancel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """注销 (art. 70)."""

    ground: CancellationGround


class Withdraw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """撤回 or 吊销."""

    kind: WithdrawalKind
    article: Statute
    document: Title
    compensation: bool = False


class Transfer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it goes."""

    to_region: Annotated[str, msgspec.Meta(pattern="^[0-9X]{6,12}$")]


class AskRenewal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The case of the renewal, where it has one."""

    renewal_no: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z._-]{0,50}$")] = ""


class GrantRenewal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last day of the new term."""

    valid_to: date


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of it. `state` of a decision: issued, sealed; of a certificate: its code."""

    key: str
    state: str
    event: str
    position: int | None = None


class DecisionsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    department: Short = ""
    project_no: Annotated[str, msgspec.Meta(max_length=50)] = ""
    light: Literal["", "amber", "red"] = ""
    unserved: bool = False


class CertificatesQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    department: Short = ""
    project_no: Annotated[str, msgspec.Meta(max_length=50)] = ""
    status: Short = ""
    unserved: bool = False
    revocation: bool = False
    """Only those whose revocation a broken promise orders and nobody has decided."""


class DecisionView(msgspec.Struct, frozen=True):
    """A decision's document, rebuilt from its events."""

    decision_no: str
    project_no: str
    task_id: str
    item_code: str
    department: str
    document: str
    result: str
    conditional: bool
    issued_at: datetime | None
    decided_by: str
    document_hash: str
    file_hash: str
    seal: str
    due_at: datetime | None
    provisional: bool
    breached: bool
    served_at: datetime | None
    version: int
    history: list[HistoryEvent]


class CertificateView(msgspec.Struct, frozen=True):
    """A certificate, rebuilt from its events."""

    certificate_no: str
    project_no: str
    decision_no: str
    item_code: str
    department: str
    title: str
    subject_id: str
    status: str
    status_text: str
    valid_from: date
    valid_to: date | None
    issued_at: datetime | None
    due_at: datetime | None
    dispatched_at: datetime | None
    served_at: datetime | None
    renewal_open: bool
    renewals: int
    fraud: bool
    associated: str
    superseded_by: str
    library_id: str
    file_hash: str
    version: int
    history: list[HistoryEvent]
    revocation_due_at: datetime | None = None
    revocation_letter: str = ""


class RegisterEntry(msgspec.Struct, frozen=True):
    """What anybody may know of a certificate by its identifier: whether it is good."""

    certificate_no: str
    state: str
    """valid, superseded, revoked, cancelled, expired, transferred, withdrawn, not_yet, unknown."""
    status: str
    """Code of the directory, empty when unknown."""
    as_of: datetime


STATES: dict[str, tuple[str, str]] = {
    "valid": ("有效", "Valid"),
    "not_yet": ("尚未生效", "Not valid yet"),
    "superseded": ("已被新版本替换", "Superseded"),
    "revoked": ("已撤销", "Revoked"),
    "cancelled": ("已注销", "Cancelled"),
    "expired": ("已过期", "Expired"),
    "transferred": ("已转出", "Transferred out"),
    "withdrawn": ("已撤回或者吊销", "Withdrawn"),
    "unknown": ("查无此件", "Unknown"),
}
"""By what a person may ask: in Chinese and in English."""
_BY_STATUS = {
    Status.VALID: "valid",
    Status.REVOKED: "revoked",
    Status.CANCELLED: "cancelled",
    Status.EXPIRED: "expired",
    Status.TRANSFERRED: "transferred",
    Status.WITHDRAWN: "withdrawn",
    Status.OTHER: "unknown",
}


def state_of(certificate: Certificate, now: datetime, today: date) -> str:
    """Say in one word whether a certificate is good at this moment."""
    if certificate.superseded_by:
        return "superseded"
    status = certificate.status_at(now)
    if status is Status.VALID and certificate.renewals == 0 and today < certificate.valid_from:
        return "not_yet"
    return _BY_STATUS[status]


def decision_view(decision: Decision, history: list[HistoryEvent]) -> DecisionView:
    """Show the state of a decision's document."""
    return DecisionView(
        decision_no=decision.decision_no,
        project_no=decision.project_no,
        task_id=decision.task_id,
        item_code=decision.item_code,
        department=decision.department,
        document=decision.document,
        result=decision.result.value,
        conditional=decision.conditional,
        issued_at=decision.issued_at,
        decided_by=decision.decided_by,
        document_hash=decision.document_hash,
        file_hash=decision.file_hash,
        seal=decision.seal,
        due_at=decision.due_at,
        provisional=decision.due_provisional,
        breached=decision.breached is not None,
        served_at=decision.served_at,
        version=decision.version,
        history=history,
    )


def certificate_view(
    certificate: Certificate, state: str, now: datetime, history: list[HistoryEvent]
) -> CertificateView:
    """Show the state of a certificate."""
    return CertificateView(
        certificate_no=certificate.certificate_no,
        project_no=certificate.project_no,
        decision_no=certificate.decision_no,
        item_code=certificate.item_code,
        department=certificate.department,
        title=certificate.title,
        subject_id=certificate.subject_id,
        status=certificate.status_at(now).value,
        status_text=STATES[state][0],
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
        issued_at=certificate.issued_at,
        due_at=certificate.due_at,
        dispatched_at=certificate.dispatched_at,
        served_at=certificate.served_at,
        renewal_open=certificate.renewal_open,
        renewals=certificate.renewals,
        fraud=certificate.fraud,
        associated=certificate.associated,
        superseded_by=certificate.superseded_by,
        library_id=certificate.library_id,
        file_hash=certificate.file_hash,
        version=certificate.version,
        history=history,
        revocation_due_at=certificate.revocation_due_at,
        revocation_letter=certificate.revocation_letter,
    )
