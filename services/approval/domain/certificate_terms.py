"""What is said of a certificate, and what its law refuses (行政许可法 arts. 44, 50, 69, 70)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final

from services.approval.domain.rules import ApprovalRuleError
from services.kernel.certificate_numbers import CertificateNumber
from services.kernel.times import SHANGHAI

FURTHEST: Final = date(2999, 12, 31)
"""Last day a certificate may name; a later one is a mistake of the pen."""
RENEWAL_DAYS: Final = 30
"""Art. 50: renewal is asked for at least 30 days before the expiry. Calendar days: they are the
holder's, while art. 82 counts the authority's limits in working days."""


class WrongCertificateStateError(ApprovalRuleError):
    """The certificate is not in the state this needs."""


class ValidityError(ApprovalRuleError):
    """A certificate ends after it begins."""


class NoHolderError(ApprovalRuleError):
    """A certificate has a holder; intake has not told who applied."""


class NumberTakenError(ApprovalRuleError):
    """Another certificate has this identifier."""


class LateRenewalError(ApprovalRuleError):
    """Renewal is asked for at least 30 days before the expiry (art. 50); later is a new case."""


class NoRenewalError(ApprovalRuleError):
    """Nobody asked for a renewal, or it is decided."""


class NoExpiryError(ApprovalRuleError):
    """A certificate without an end needs no renewal."""


class NoCompensationError(ApprovalRuleError):
    """What was got by fraud is not protected: a revocation for it compensates nothing (art. 69)."""


class CompensationDueError(ApprovalRuleError):
    """Withdrawn for the public good, or revoked for the authority's fault, says what it owes."""


class MustRevokeError(ApprovalRuleError):
    """Fraud is established: nothing else than the revocation is open (art. 69)."""


class NotDeliveredSoError(ApprovalRuleError):
    """Served when it was, and not before it was issued."""


class Status(Enum):
    """Status codes of the certificate directory; what has no code of its own is 99.

    Code 02 occurs in the list without its meaning being known here, so nothing gets it.
    """

    VALID = "01"
    REVOKED = "03"
    """撤销: it should never have been granted (art. 69)."""
    CANCELLED = "04"
    """注销: a formality at its end (art. 70), and where a new version took its place."""
    EXPIRED = "05"
    TRANSFERRED = "06"
    """转出, to another region."""
    WITHDRAWN = "07"
    """吊销 as a penalty, 撤回 for the public good (art. 8)."""
    OTHER = "99"


class RevocationGround(Enum):
    """Art. 69, first and second paragraph."""

    ABUSE = "abuse"
    """滥用职权、玩忽职守."""
    BEYOND_POWER = "beyond_power"
    """超越法定职权."""
    PROCEDURE = "procedure"
    """违反法定程序."""
    UNQUALIFIED = "unqualified"
    """申请人不具备资格或者不符合法定条件."""
    OTHER_LAWFUL = "other_lawful"
    """依法可以撤销的其他情形."""
    FRAUD = "fraud"
    """欺骗、贿赂等不正当手段: must be revoked."""


class CancellationGround(Enum):
    """Art. 70."""

    NOT_RENEWED = "not_renewed"
    """有效期届满未延续."""
    HOLDER_GONE = "holder_gone"
    """公民死亡或者丧失行为能力."""
    BODY_ENDED = "body_ended"
    """法人或者其他组织依法终止."""
    RIGHT_ENDED = "right_ended"
    """依法被撤销、撤回或者吊销."""
    IMPOSSIBLE = "impossible"
    """不可抗力导致无法实施."""
    ON_REQUEST = "on_request"
    """被许可人申请注销 (法律、法规规定的其他情形)."""


class WithdrawalKind(Enum):
    """Why a lawful certificate is taken."""

    PUBLIC_GOOD = "public_good"
    """撤回 (art. 8): the law or the facts changed; the loss is compensated."""
    PENALTY = "penalty"
    """吊销, a penalty; nothing is compensated."""


class Handing(Enum):
    """How it reaches its holder."""

    WINDOW = "window"
    POST = "post"
    DOOR = "door"
    ELECTRONIC = "electronic"


@dataclass(frozen=True)
class Grant:
    """What a certificate is to say; no particulars of its holder, only the reference."""

    number: CertificateNumber
    title: str
    """Name of the certificate's type, as printed."""
    subject_id: str
    valid_from: date
    valid_to: date | None = None
    """Last day; None: no end."""

    def check(self) -> None:
        """Refuse an impossible validity.

        Raises:
            ValidityError: it ends before it begins.
        """
        if self.valid_to is not None and not self.valid_from <= self.valid_to <= FURTHEST:
            raise ValidityError(
                "a certificate ends on or after its first day, before the year 3000"
            )


def expires_at(valid_to: date) -> datetime:
    """Give the first moment after the last day of validity, in Asia/Shanghai."""
    return datetime.combine(valid_to + timedelta(days=1), datetime.min.time(), SHANGHAI)


def last_day_to_ask(valid_to: date) -> date:
    """Give the last day on which renewal is asked for in time (art. 50)."""
    return valid_to - timedelta(days=RENEWAL_DAYS)


def renewed_to(valid_from: date, valid_to: date) -> date:
    """Give the last day after a renewal by law: as long again as the term that ended.

    Whole years are years again, whatever 29 February lies between; anything else is days.
    """
    first = valid_to + timedelta(days=1)
    years = first.year - valid_from.year
    if years > 0 and (first.month, first.day) == (valid_from.month, valid_from.day):
        return years_after(first, years) - timedelta(days=1)
    return valid_to + (first - valid_from)


def years_after(day: date, years: int) -> date:
    """Give the same day some years later; 1 March for a 29 February that is not."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
