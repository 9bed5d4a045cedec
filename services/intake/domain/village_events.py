"""What can happen to a village certificate. Fields, units and sources: `contracts/intake/`.

Who it is about and what it says is in none of them: that stands in the vault.
"""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.village_terms import CertificateKind, CertificateRefusal, Stage
from services.kernel.aggregate import Fact


class VillageCertificateRequested(Fact):
    """Somebody needs a certificate; the village's limit runs from here."""

    TOPIC = "intake.village-certificate-requested.v1"

    request_no: str
    kind: CertificateKind
    village: str
    township: str
    channel: str
    subject_id: str
    has_text: bool
    requested_at: datetime
    due_at: datetime
    limit_days: int
    calendar_version: str
    account: str | None = None
    provisional: bool | None = None


class VillageCertificateVerified(Fact):
    """The village says that it is so; the township's limit runs from here."""

    TOPIC = "intake.village-certificate-verified.v1"

    request_no: str
    village: str
    verified_at: datetime
    on_time: bool
    has_text: bool
    due_at: datetime
    limit_days: int
    calendar_version: str
    provisional: bool | None = None


class VillageCertificateIssued(Fact):
    """The township sealed it. Of the verification code only the digest is here."""

    TOPIC = "intake.village-certificate-issued.v1"

    request_no: str
    certificate_no: str
    kind: CertificateKind
    village: str
    township: str
    issued_at: datetime
    valid_until: datetime
    on_time: bool
    code_digest: str


class VillageCertificateRefused(Fact):
    """The village or the township gives none, and says why."""

    TOPIC = "intake.village-certificate-refused.v1"

    request_no: str
    stage: Stage
    reason: CertificateRefusal
    refused_at: datetime
    on_time: bool
    has_text: bool


class VillageCertificateWithdrawn(Fact):
    """Whoever asked does not need it any more."""

    TOPIC = "intake.village-certificate-withdrawn.v1"

    request_no: str
    stage: Stage
    withdrawn_at: datetime


class VillageCertificateOverdue(Fact):
    """The promised day of a stage passed and nobody had acted. That stays so."""

    TOPIC = "intake.village-certificate-overdue.v1"

    request_no: str
    stage: Stage
    due_at: datetime
    detected_at: datetime


VILLAGE_FACTS: tuple[type[Fact], ...] = (
    VillageCertificateRequested,
    VillageCertificateVerified,
    VillageCertificateIssued,
    VillageCertificateRefused,
    VillageCertificateWithdrawn,
    VillageCertificateOverdue,
)
