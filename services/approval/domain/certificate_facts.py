"""Every event of decisions and certificates, as they are published."""

from __future__ import annotations

from typing import Final

from services.approval.domain.certificate_events import (
    CertificateCancelled,
    CertificateDispatched,
    CertificateExpired,
    CertificateIssued,
    CertificateRegistered,
    CertificateReturned,
    CertificateRevoked,
    CertificateServed,
    CertificateSuperseded,
    CertificateTransferred,
    CertificateWithdrawn,
    FraudEstablished,
    RenewalDeemedGranted,
    RenewalGranted,
    RenewalRefused,
    RenewalRequested,
    RevocationDue,
)
from services.approval.domain.decision_events import (
    DecisionIssued,
    IssuingApproaching,
    IssuingBreached,
    IssuingLimitStarted,
    IssuingMet,
    IssuingRecalculated,
    SealApplied,
)
from services.kernel.aggregate import Fact

CERTIFICATE_FACTS: Final[tuple[type[Fact], ...]] = (
    DecisionIssued,
    SealApplied,
    IssuingLimitStarted,
    IssuingRecalculated,
    IssuingApproaching,
    IssuingBreached,
    IssuingMet,
    CertificateIssued,
    CertificateRegistered,
    CertificateDispatched,
    CertificateReturned,
    CertificateServed,
    CertificateSuperseded,
    FraudEstablished,
    RevocationDue,
    CertificateRevoked,
    CertificateCancelled,
    CertificateWithdrawn,
    CertificateTransferred,
    CertificateExpired,
    RenewalRequested,
    RenewalGranted,
    RenewalRefused,
    RenewalDeemedGranted,
)
