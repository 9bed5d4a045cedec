"""The renewal of a certificate (行政许可法 art. 50): asked for, decided, or deemed granted."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from services.approval.domain.certificate_events import (
    RenewalDeemedGranted,
    RenewalGranted,
    RenewalRefused,
    RenewalRequested,
)
from services.approval.domain.certificate_terms import (
    FURTHEST,
    LateRenewalError,
    MustRevokeError,
    NoExpiryError,
    NoRenewalError,
    Status,
    ValidityError,
    WrongCertificateStateError,
    last_day_to_ask,
    renewed_to,
)
from services.approval.domain.rules import WrongDepartmentError
from services.kernel.aggregate import Aggregate, applies
from services.kernel.clock import legal_date
from services.kernel.facts import Facts


class RenewableCertificate(Aggregate):
    """The part of a certificate that has a term."""

    def __init__(self) -> None:
        self.certificate_no = ""
        self.project_no = ""
        self.department = ""
        self.status = Status.VALID
        self.fraud = False
        """Established: it can only be revoked."""
        self.valid_from = date.min
        """First day of the present term."""
        self.valid_to: date | None = None
        self.renewal_open = False
        """Asked for in time and not decided."""
        self.renewals = 0

    def request_renewal(self, facts: Facts, renewal_no: str = "") -> None:
        """Ask for another term, at least 30 days before the last day.

        Raises:
            LateRenewalError, NoExpiryError, WrongCertificateStateError, MustRevokeError.
        """
        self._open()
        if self.valid_to is None:
            raise NoExpiryError("it has no end")
        if self.renewal_open:
            raise WrongCertificateStateError("a renewal is asked for already")
        if legal_date(facts.occurred_at) > last_day_to_ask(self.valid_to):
            raise LateRenewalError("renewal is asked for at least 30 days before the expiry")
        self.record(
            RenewalRequested,
            facts,
            **self._named,
            requested_at=facts.occurred_at,
            valid_to=self.valid_to,
            renewal_no=renewal_no or None,
        )

    def grant_renewal(self, facts: Facts, valid_to: date) -> None:
        """Decide for another term, by the department that granted."""
        old = self._to_decide(facts)
        if not old < valid_to <= FURTHEST:
            raise ValidityError("a renewal ends later than what it renews, before the year 3000")
        self.record(
            RenewalGranted,
            facts,
            **self._named,
            old_valid_to=old,
            valid_to=valid_to,
            granted_at=facts.occurred_at,
        )

    def refuse_renewal(self, facts: Facts, reason: str) -> None:
        """Decide against another term."""
        self._to_decide(facts)
        self.record(
            RenewalRefused, facts, **self._named, reason=reason, refused_at=facts.occurred_at
        )

    def deem_renewed(self, facts: Facts, fired_at: datetime) -> None:
        """Give it as long again: silence until the expiry grants (art. 50). Called by `expire`."""
        old = self.valid_to
        if old is None:
            return
        self.record(
            RenewalDeemedGranted,
            facts,
            **self._named,
            old_valid_to=old,
            valid_to=renewed_to(self.valid_from, old),
            rule="licensing_law_50",
            fired_at=fired_at,
        )

    @property
    def _named(self) -> dict[str, str]:
        return {"certificate_no": self.certificate_no, "project_no": self.project_no}

    def _open(self) -> None:
        if self.status is not Status.VALID:
            raise WrongCertificateStateError("it is not valid any more")
        if self.fraud:
            raise MustRevokeError("fraud is established: revoke it")

    def _to_decide(self, facts: Facts) -> date:
        if facts.actor.unit != self.department:
            raise WrongDepartmentError("another department decides this")
        if not self.renewal_open or self.valid_to is None:
            raise NoRenewalError("there is no renewal to decide")
        if self.fraud:
            raise MustRevokeError("fraud is established: revoke it")
        return self.valid_to

    @applies(RenewalRequested)
    def _renewal_requested(self, event: RenewalRequested) -> None:
        self.renewal_open = True

    @applies(RenewalGranted)
    def _renewal_granted(self, event: RenewalGranted) -> None:
        self._renewed(event.valid_to)

    @applies(RenewalDeemedGranted)
    def _renewal_deemed(self, event: RenewalDeemedGranted) -> None:
        self._renewed(event.valid_to)

    @applies(RenewalRefused)
    def _renewal_refused(self, event: RenewalRefused) -> None:
        self.renewal_open = False

    def _renewed(self, valid_to: date) -> None:
        if self.valid_to is not None:
            self.valid_from = self.valid_to + timedelta(days=1)
        self.valid_to = valid_to
        self.renewal_open = False
        self.renewals += 1
