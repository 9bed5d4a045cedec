"""What can happen to a commitment letter, and to a credit record.

The subject is the process_no; of a credit record it is the subject_id. Fields, units and sources:
`contracts/approval/`.
"""

from __future__ import annotations

from datetime import date, datetime

from services.approval.domain.commitment_terms import (
    Ground,
    LapseCause,
    PromisedMaterial,
    RefusalReason,
    Scheme,
)
from services.kernel.aggregate import Fact
from services.kernel.clock import Cause


class CommitmentRequested(Fact):
    """Papers are to be promised instead of handed in."""

    TOPIC = "approval.commitment-requested.v1"

    commitment_no: str
    process_no: str
    project_no: str
    task_id: str
    department: str
    scheme: Scheme
    materials: list[PromisedMaterial]
    subject_id: str
    defers: list[str]


class CommitmentEligibilityChecked(Fact):
    """The facts a letter stands on are on record."""

    TOPIC = "approval.commitment-eligibility-checked.v1"

    commitment_no: str
    process_no: str
    eligible: bool
    mutual_prerequisite: bool
    policy_fit: bool
    policy_basis: str
    credit_flagged: bool
    checked_by: str
    ground: Ground | None = None
    higher_authority: str | None = None
    consultation_no: str | None = None
    consulted_authority: str | None = None
    consulted_on: date | None = None


class CommitmentRefused(Fact):
    """No letter is taken."""

    TOPIC = "approval.commitment-refused.v1"

    commitment_no: str
    process_no: str
    project_no: str
    reason: RefusalReason
    prerequisite_task_id: str | None = None


class CommitmentLetterSigned(Fact):
    """The applicant promised, with a day and with what follows."""

    TOPIC = "approval.commitment-letter-signed.v1"

    commitment_no: str
    process_no: str
    project_no: str
    scheme: Scheme
    materials: list[PromisedMaterial]
    due_on: date
    due_at: datetime
    liability: str
    signature_ref: str
    document_hash: str
    rectify_days: int
    signed_at: datetime
    calendar_version: str
    provisional: bool | None = None


class ConditionalDecisionMade(Fact):
    """Decided before the papers are there."""

    TOPIC = "approval.conditional-decision-made.v1"

    commitment_no: str
    process_no: str
    project_no: str
    task_id: str
    certificate_withheld: bool
    decided_at: datetime
    decided_by: str


class CommitmentMaterialReceived(Fact):
    """A promised paper came."""

    TOPIC = "approval.commitment-material-received.v1"

    commitment_no: str
    process_no: str
    project_no: str
    material_code: str
    content_hash: str
    received_at: datetime
    on_time: bool


class CommitmentFulfilled(Fact):
    """Everything promised is there; nothing withholds the certificate any more."""

    TOPIC = "approval.commitment-fulfilled.v1"

    commitment_no: str
    process_no: str
    project_no: str
    fulfilled_at: datetime
    on_time: bool


class CommitmentDeadlineExtended(Fact):
    """More time was granted, once."""

    TOPIC = "approval.commitment-deadline-extended.v1"

    commitment_no: str
    process_no: str
    project_no: str
    old_due_at: datetime
    new_due_on: date
    new_due_at: datetime
    approver_role: str
    reason: str
    calendar_version: str
    provisional: bool | None = None


class CommitmentDueRecalculated(Fact):
    """The calendar was amended, so the day of the letter ends on another day."""

    TOPIC = "approval.commitment-due-recalculated.v1"

    commitment_no: str
    process_no: str
    project_no: str
    old_due_at: datetime
    new_due_at: datetime
    calendar_version: str
    cause: Cause
    provisional: bool | None = None


class CommitmentBreached(Fact):
    """The day passed and papers are missing. That stays so."""

    TOPIC = "approval.commitment-breached.v1"

    commitment_no: str
    process_no: str
    project_no: str
    missing: list[str]
    due_at: datetime
    detected_at: datetime


class PreDecisionLapsed(Fact):
    """The pre-decision is gone, no certificate was or will be issued on it (P17, P21)."""

    TOPIC = "approval.pre-decision-lapsed.v1"

    commitment_no: str
    process_no: str
    project_no: str
    task_id: str
    cause: LapseCause
    prerequisite_task_id: str | None = None


class CaseDeemedWithdrawn(Fact):
    """The application counts as withdrawn (视为撤回申请; P19)."""

    TOPIC = "approval.case-deemed-withdrawn.v1"

    commitment_no: str
    process_no: str
    project_no: str
    task_id: str


class RectificationOrdered(Fact):
    """What was promised is to be made true, or the certificate is revoked (P18)."""

    TOPIC = "approval.rectification-ordered.v1"

    commitment_no: str
    process_no: str
    project_no: str
    days: int
    due_at: datetime
    calendar_version: str
    provisional: bool | None = None


class CommitmentRevocationOrdered(Fact):
    """It was not made true: the certificate is to be revoked (撤销; P18)."""

    TOPIC = "approval.commitment-revocation-ordered.v1"

    commitment_no: str
    process_no: str
    project_no: str
    task_id: str
    missing: list[str]
    detected_at: datetime


class CommitmentWithdrawn(Fact):
    """The applicant took the promise back before the decision."""

    TOPIC = "approval.commitment-withdrawn.v1"

    commitment_no: str
    process_no: str
    project_no: str
    withdrawn_at: datetime


class CreditRecordFlagged(Fact):
    """A promise was not kept: no further one is taken from this applicant (P23)."""

    TOPIC = "approval.credit-record-flagged.v1"

    subject_id: str
    commitment_no: str
    scheme: Scheme
    flagged_at: datetime


class CreditRecordRepaired(Fact):
    """The record is repaired: promises are taken again (安阳市政务服务条例 art. 29)."""

    TOPIC = "approval.credit-record-repaired.v1"

    subject_id: str
    basis: str
    repaired_by: str
    repaired_at: datetime


COMMITMENT_FACTS: tuple[type[Fact], ...] = (
    CommitmentRequested,
    CommitmentEligibilityChecked,
    CommitmentRefused,
    CommitmentLetterSigned,
    ConditionalDecisionMade,
    CommitmentMaterialReceived,
    CommitmentFulfilled,
    CommitmentDeadlineExtended,
    CommitmentDueRecalculated,
    CommitmentBreached,
    PreDecisionLapsed,
    CaseDeemedWithdrawn,
    RectificationOrdered,
    CommitmentRevocationOrdered,
    CommitmentWithdrawn,
    CreditRecordFlagged,
    CreditRecordRepaired,
)
