"""How a certificate ends: revoked, cancelled, withdrawn, handed over, expired (arts. 69, 70)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.approval.domain.certificate_events import (
    CertificateCancelled,
    CertificateExpired,
    CertificateRevoked,
    CertificateTransferred,
    CertificateWithdrawn,
    FraudEstablished,
    RevocationDue,
)
from services.approval.domain.certificate_renewals import RenewableCertificate
from services.approval.domain.certificate_terms import (
    CancellationGround,
    CompensationDueError,
    MustRevokeError,
    NoCompensationError,
    RevocationGround,
    Status,
    WithdrawalKind,
    WrongCertificateStateError,
    expires_at,
)
from services.approval.domain.rules import WrongDepartmentError, WrongRoleError
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Clock, Kind
from services.kernel.facts import Facts
from services.kernel.limits import Limit

REVOKE_WITHIN: Final = Limit(20)
"""Working days to decide on a revocation that a broken promise orders: as for a licence (art. 42),
because the law names no limit for this."""
ARTICLE_70: Final = "行政许可法第七十条"
_AUTHORITY_FAULTS: Final = frozenset(RevocationGround) - {
    RevocationGround.FRAUD,
    RevocationGround.UNQUALIFIED,
}


class EndedCertificate(RenewableCertificate):
    """The part of a certificate that is taken, or runs out."""

    def __init__(self) -> None:
        super().__init__()
        self.revocation_letter = ""
        """The broken promise because of which its revocation is to be decided (P18)."""
        self.revocation_due_at: datetime | None = None

    def order_revocation(self, facts: Facts, commitment_no: str, calendar: WorkCalendar) -> None:
        """Put its revocation on the list: a promise it stands on was not made true (P18).

        The authority decides it within `REVOKE_WITHIN`; once has effect, and none where it is
        revoked.
        """
        if self.revocation_letter or self.status is Status.REVOKED:
            return
        due = Clock(Kind.STEP, REVOKE_WITHIN, facts.occurred_at).due(calendar)
        if due is None:
            raise ValueError("a limit that nothing suspends has an end")
        self.record(
            RevocationDue,
            facts,
            **self._named,
            commitment_no=commitment_no,
            ordered_at=facts.occurred_at,
            due_at=due.at,
            calendar_version=due.calendar,
            provisional=due.provisional or None,
        )

    def establish_fraud(self, facts: Facts, document: str) -> None:
        """Say that it was got by fraud; from here it can only be revoked."""
        self._of_authority(facts)
        if self.status is Status.REVOKED or self.fraud:
            raise WrongCertificateStateError("that is established")
        self.record(
            FraudEstablished,
            facts,
            **self._named,
            document=document,
            established_at=facts.occurred_at,
        )

    def revoke(
        self, facts: Facts, ground: RevocationGround, document: str, compensation: bool
    ) -> None:
        """撤销 (art. 69): also of one that is expired or cancelled, as it never should have been.

        Raises:
            NoCompensationError, CompensationDueError: as paragraph 4 says.
            MustRevokeError: fraud is established, so no other ground will do.
        """
        self._of_authority(facts)
        if self.status is Status.REVOKED:
            raise WrongCertificateStateError("it is revoked")
        if self.fraud and ground is not RevocationGround.FRAUD:
            raise MustRevokeError("fraud is established: it is revoked for that")
        if ground is RevocationGround.FRAUD and compensation:
            raise NoCompensationError("what was got by fraud is not protected")
        if ground in _AUTHORITY_FAULTS and not compensation:
            raise CompensationDueError("the authority's fault: say that the loss is compensated")
        second = ground is RevocationGround.FRAUD
        self.record(
            CertificateRevoked,
            facts,
            **self._named,
            ground=ground,
            article=f"行政许可法第六十九条第{'二' if second else '一'}款",
            document=document,
            compensation=compensation,
            revoked_at=facts.occurred_at,
            commitment_no=self.revocation_letter or None,
        )

    def cancel(self, facts: Facts, ground: CancellationGround) -> None:
        """注销 (art. 70): a formality, of one that has ended or whose holder is gone."""
        self._of_authority(facts)
        if self.status in (Status.CANCELLED, Status.TRANSFERRED):
            raise WrongCertificateStateError("it is over already")
        if self.fraud and self.status is not Status.REVOKED:
            raise MustRevokeError("fraud is established: revoke it")
        if ground is CancellationGround.NOT_RENEWED and (
            self.valid_to is None or facts.occurred_at < expires_at(self.valid_to)
        ):
            raise WrongCertificateStateError("it has not expired")
        if ground is CancellationGround.RIGHT_ENDED and self.status not in (
            Status.REVOKED,
            Status.WITHDRAWN,
        ):
            raise WrongCertificateStateError("it was neither revoked nor withdrawn")
        self.record(
            CertificateCancelled,
            facts,
            **self._named,
            ground=ground,
            article=ARTICLE_70,
            cancelled_at=facts.occurred_at,
        )

    def withdraw(
        self, facts: Facts, kind: WithdrawalKind, article: str, document: str, compensation: bool
    ) -> None:
        """撤回 (compensated, art. 8) or 吊销 (a penalty, not compensated)."""
        self._of_authority(facts)
        self._open()
        if kind is WithdrawalKind.PUBLIC_GOOD and not compensation:
            raise CompensationDueError("withdrawn for the public good: the loss is compensated")
        if kind is WithdrawalKind.PENALTY and compensation:
            raise NoCompensationError("a penalty compensates nothing")
        self.record(
            CertificateWithdrawn,
            facts,
            **self._named,
            kind=kind,
            article=article,
            document=document,
            compensation=compensation,
            withdrawn_at=facts.occurred_at,
        )

    def transfer(self, facts: Facts, to_region: str) -> None:
        """Another region keeps it from now on (转出)."""
        self._of_authority(facts)
        self._open()
        self.record(
            CertificateTransferred,
            facts,
            **self._named,
            to_region=to_region,
            transferred_at=facts.occurred_at,
        )

    def expire(self, facts: Facts, noticed_at: datetime) -> None:
        """Say what became of it at its end: deemed renewed (art. 50), or expired. Once."""
        if self.status is not Status.VALID or self.valid_to is None:
            return
        if noticed_at < expires_at(self.valid_to):
            return
        if self.renewal_open and not self.fraud:
            self.deem_renewed(facts, noticed_at)
            return
        self.record(
            CertificateExpired,
            facts,
            **self._named,
            valid_to=self.valid_to,
            noticed_at=noticed_at,
        )

    def _of_authority(self, facts: Facts) -> None:
        """The deciding department, or its superior (art. 69)."""
        if facts.actor.role == "supervisor":
            return
        if facts.actor.role != "officer":
            raise WrongRoleError("the authority that decided does this, or its superior")
        if facts.actor.unit != self.department:
            raise WrongDepartmentError("another department decided this")

    @applies(FraudEstablished)
    def _fraud(self, event: FraudEstablished) -> None:
        self.fraud = True

    @applies(RevocationDue)
    def _revocation_due(self, event: RevocationDue) -> None:
        self.revocation_letter, self.revocation_due_at = event.commitment_no, event.due_at

    @applies(CertificateRevoked)
    def _revoked(self, event: CertificateRevoked) -> None:
        self._ended(Status.REVOKED)

    @applies(CertificateCancelled)
    def _cancelled(self, event: CertificateCancelled) -> None:
        self._ended(Status.CANCELLED)

    @applies(CertificateWithdrawn)
    def _withdrawn(self, event: CertificateWithdrawn) -> None:
        self._ended(Status.WITHDRAWN)

    @applies(CertificateTransferred)
    def _transferred(self, event: CertificateTransferred) -> None:
        self._ended(Status.TRANSFERRED)

    @applies(CertificateExpired)
    def _expired(self, event: CertificateExpired) -> None:
        self._ended(Status.EXPIRED)

    def _ended(self, status: Status) -> None:
        self.status, self.renewal_open = status, False
