"""The words of commitment letters (承诺书): three schemes, where one stands, what is refused.

DOMAIN.md 2.1.4: three different things. SUPPLEMENT_LATER withholds the certificate, TOLERANCE
takes a case in with papers missing, NOTICE_AND_PROMISE grants on a written promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

import msgspec

from services.approval.domain.rules import ApprovalRuleError, NoTaskError, WrongDepartmentError

EXTENDED_BY: Final = "department_head"
"""The role that grants more time: who heads the department that decides."""
CREDIT_OFFICE: Final = "supervisor"
"""The role that records that a credit record is repaired."""
RECTIFY_DAYS: Final = 10
"""Working days to put right what was promised, before the certificate is revoked, unless the
letter names another limit. A setting of the house: the law leaves it to the authority."""


class Scheme(Enum):
    """Which of the three things a letter is."""

    SUPPLEMENT_LATER = "SUPPLEMENT_LATER"
    """先办后补 (the report): decided before the papers, the certificate withheld."""
    TOLERANCE = "TOLERANCE"
    """容缺受理: accepted with secondary papers missing (安阳市政务服务条例 art. 24)."""
    NOTICE_AND_PROMISE = "NOTICE_AND_PROMISE"
    """告知承诺: granted at once on a written promise (the same, arts. 25-27)."""


class Ground(Enum):
    """Why the papers cannot come together."""

    MUTUAL_PREREQUISITE = "mutual_prerequisite"
    NOT_AT_THIS_LEVEL = "not_at_this_level"


class CommitmentState(Enum):
    """Where a letter stands."""

    REQUESTED = "requested"
    ELIGIBLE = "eligible"
    REFUSED = "refused"
    SIGNED = "signed"
    DECIDED = "decided"
    """Decided conditionally."""
    FULFILLED = "fulfilled"
    BREACHED = "breached"
    """Before anything was decided on it."""
    LAPSED = "lapsed"
    """The pre-decision lapsed: no certificate ever (P17)."""
    DEEMED_WITHDRAWN = "deemed_withdrawn"
    RECTIFYING = "rectifying"
    REVOKED = "revoked"
    """The certificate is to be revoked (P18)."""
    WITHDRAWN = "withdrawn"


class RefusalReason(Enum):
    """Why no letter is taken."""

    NOT_ELIGIBLE = "not_eligible"
    """No mutual prerequisite, and the authority is at this level (P22)."""
    NOT_CONSULTED = "not_consulted"
    POLICY_UNFIT = "policy_unfit"
    CREDIT_FLAGGED = "credit_flagged"
    """An earlier promise was not kept, and the record is not repaired (P23)."""
    PREREQUISITE_REJECTED = "prerequisite_rejected"
    """The authority that was to be waited for has refused (P21)."""


class LapseCause(Enum):
    """Why a pre-decision is gone."""

    BREACHED = "breached"
    PREREQUISITE_REJECTED = "prerequisite_rejected"


class Bar(Enum):
    """Why no certificate may be issued in a case (P24)."""

    COMMITMENT_OPEN = "commitment_open"
    COMMITMENT_BREACHED = "commitment_breached"
    PRE_DECISION_LAPSED = "pre_decision_lapsed"
    CASE_DEEMED_WITHDRAWN = "case_deemed_withdrawn"
    REVOCATION_ORDERED = "revocation_ordered"
    PREREQUISITE_OPEN = "prerequisite_open"
    """It went before what it needs on a letter that is gone, and that is not granted yet."""


class PromisedMaterial(msgspec.Struct, frozen=True):
    """A paper that is to come later."""

    code: str
    title: str


@dataclass(frozen=True)
class CommitmentAsked:
    """A letter to be. `defers` are the tasks of the same process whose papers are promised."""

    commitment_no: str
    process_no: str
    project_no: str
    task_id: str
    department: str
    scheme: Scheme
    materials: list[PromisedMaterial]
    subject_id: str
    defers: list[str]


@dataclass(frozen=True)
class Eligibility:
    """The three recorded facts of 先办后补 (DOMAIN.md 1.4)."""

    mutual_prerequisite: bool
    """Found in the process, never claimed."""
    policy_fit: bool
    policy_basis: str
    higher_authority: str | None = None
    """Code of the authority the papers come from, when it is not at this level."""
    consultation_no: str | None = None
    """Number of the record that the prerequisite authority was consulted (请示咨询)."""
    consulted_authority: str | None = None
    consulted_on: date | None = None

    @property
    def ground(self) -> Ground | None:
        """Why the papers cannot come together; None when they can."""
        if self.mutual_prerequisite:
            return Ground.MUTUAL_PREREQUISITE
        return Ground.NOT_AT_THIS_LEVEL if self.higher_authority else None

    def refusal(self, scheme: Scheme) -> RefusalReason | None:
        """Say why this is no case for the scheme; None when it is one."""
        if scheme is Scheme.SUPPLEMENT_LATER:
            if self.ground is None:
                return RefusalReason.NOT_ELIGIBLE
            if not (self.consultation_no and self.consulted_authority and self.consulted_on):
                return RefusalReason.NOT_CONSULTED
        return None if self.policy_fit else RefusalReason.POLICY_UNFIT


@dataclass(frozen=True)
class Letter:
    """《提交资料承诺书》 as signed."""

    due_on: date
    liability: str
    signature_ref: str
    document_hash: str
    rectify_days: int = RECTIFY_DAYS


class CommitmentRuleError(ApprovalRuleError):
    """Root of what is refused about letters; `field` names the part of the request."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class NoCommitmentError(NoTaskError):
    """There is no such letter."""


class WrongCommitmentStateError(CommitmentRuleError):
    """Something else has to happen first, or it is over."""


class NothingPromisedError(CommitmentRuleError):
    """A letter promises at least one paper, each named once."""


class NotDeferrableError(CommitmentRuleError):
    """Only what the task waits for can be promised, and only under 先办后补."""


class DueTooEarlyError(CommitmentRuleError):
    """What is promised lies ahead, and more time is more time."""


class LetterIncompleteError(CommitmentRuleError):
    """A letter says what follows when it is broken, and is signed."""


class NotConditionalError(CommitmentRuleError):
    """Under 容缺受理 nothing is decided before the papers are there."""


class NotPromisedError(CommitmentRuleError):
    """This paper was not promised, or is there already."""


class ExtensionRefusedError(CommitmentRuleError):
    """More time is granted once, by the head of the authority, before the day has passed."""


class AlreadyDecidedOnError(CommitmentRuleError):
    """A promise is withdrawn before the decision, not after."""


class OtherDepartmentsLetterError(CommitmentRuleError, WrongDepartmentError):
    """Another department decides on it."""


class ConsultedLaterError(CommitmentRuleError):
    """A consultation lies behind the check, not ahead of it."""


class NotFlaggedError(CommitmentRuleError):
    """There is nothing to repair in this credit record."""


class NotCreditOfficeError(CommitmentRuleError):
    """Only the office that keeps credit records says that one is repaired."""
