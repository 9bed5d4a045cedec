"""What can happen to a certificate. Fields, units and sources: `contracts/approval/`.

The holder is a `subject_id`: who that is stands in intake's vault.
"""

from __future__ import annotations

from datetime import date, datetime

from services.approval.domain.certificate_terms import (
    CancellationGround,
    Handing,
    RevocationGround,
    WithdrawalKind,
)
from services.kernel.aggregate import Fact


class CertificateIssued(Fact):
    """An electronic certificate (电子证照), or a new version of one."""

    TOPIC = "approval.certificate-issued.v1"

    certificate_no: str
    project_no: str
    decision_no: str
    item_code: str
    department: str
    title: str
    type_code: str
    issuer: str
    serial: str
    certificate_version: int
    subject_id: str
    valid_from: date
    issued_at: datetime
    file_hash: str
    code_hash: str
    due_at: datetime
    """By when it is served: the limit of its decision."""
    valid_to: date | None = None
    associated: str | None = None
    """Identifier of the version it takes the place of."""


class CertificateRegistered(Fact):
    """The library of certificates has it (证照库)."""

    TOPIC = "approval.certificate-registered.v1"

    certificate_no: str
    project_no: str
    library_id: str


class CertificateDispatched(Fact):
    """It is on its way. The issuing limit runs on: only service meets it (L01)."""

    TOPIC = "approval.certificate-dispatched.v1"

    certificate_no: str
    project_no: str
    how: Handing
    dispatched_at: datetime


class CertificateReturned(Fact):
    """It came back, or nobody took it; there is no date of service (L01)."""

    TOPIC = "approval.certificate-returned.v1"

    certificate_no: str
    project_no: str
    reason: str
    returned_at: datetime


class CertificateServed(Fact):
    """It reached its holder."""

    TOPIC = "approval.certificate-served.v1"

    certificate_no: str
    project_no: str
    how: Handing
    served_at: datetime
    by_other: bool
    """Somebody else signed for it (L02)."""
    on_time: bool


class CertificateSuperseded(Fact):
    """A new version took its place."""

    TOPIC = "approval.certificate-superseded.v1"

    certificate_no: str
    project_no: str
    by: str
    superseded_at: datetime


class RevocationDue(Fact):
    """A promise it stands on was not made true: its revocation is to be decided (P18)."""

    TOPIC = "approval.certificate-revocation-due.v1"

    certificate_no: str
    project_no: str
    commitment_no: str
    ordered_at: datetime
    due_at: datetime
    calendar_version: str
    provisional: bool | None = None


class CertificateRevoked(Fact):
    """撤销 (art. 69)."""

    TOPIC = "approval.certificate-revoked.v1"

    certificate_no: str
    project_no: str
    ground: RevocationGround
    article: str
    document: str
    compensation: bool
    revoked_at: datetime
    commitment_no: str | None = None
    """The letter whose breach had put it on the list."""


class CertificateCancelled(Fact):
    """注销 (art. 70)."""

    TOPIC = "approval.certificate-cancelled.v1"

    certificate_no: str
    project_no: str
    ground: CancellationGround
    article: str
    cancelled_at: datetime


class CertificateWithdrawn(Fact):
    """撤回 or 吊销."""

    TOPIC = "approval.certificate-withdrawn.v1"

    certificate_no: str
    project_no: str
    kind: WithdrawalKind
    article: str
    document: str
    compensation: bool
    withdrawn_at: datetime


class CertificateTransferred(Fact):
    """Another region keeps it from now on (转出)."""

    TOPIC = "approval.certificate-transferred.v1"

    certificate_no: str
    project_no: str
    to_region: str
    transferred_at: datetime


class CertificateExpired(Fact):
    """Its last day is over, and nobody had asked for a renewal."""

    TOPIC = "approval.certificate-expired.v1"

    certificate_no: str
    project_no: str
    valid_to: date
    noticed_at: datetime


class FraudEstablished(Fact):
    """It was got by fraud or bribery: it must be revoked (art. 69), and nothing else is open."""

    TOPIC = "approval.certificate-fraud-established.v1"

    certificate_no: str
    project_no: str
    document: str
    established_at: datetime


class RenewalRequested(Fact):
    """The holder asks for another term (art. 50)."""

    TOPIC = "approval.renewal-requested.v1"

    certificate_no: str
    project_no: str
    requested_at: datetime
    valid_to: date
    renewal_no: str | None = None
    """Case of the renewal, where it has one of its own."""


class RenewalGranted(Fact):
    """It is valid for another term."""

    TOPIC = "approval.renewal-granted.v1"

    certificate_no: str
    project_no: str
    old_valid_to: date
    valid_to: date
    granted_at: datetime


class RenewalRefused(Fact):
    """It ends on its day."""

    TOPIC = "approval.renewal-refused.v1"

    certificate_no: str
    project_no: str
    reason: str
    refused_at: datetime


class RenewalDeemedGranted(Fact):
    """Nobody had decided by the expiry: deemed renewed (视为准予延续, art. 50)."""

    TOPIC = "approval.renewal-deemed-granted.v1"

    certificate_no: str
    project_no: str
    old_valid_to: date
    valid_to: date
    rule: str
    fired_at: datetime
