"""What can happen to a decision's document. Fields, units and sources: `contracts/approval/`.

No words about a person: reasons are codes; the words stand in the document, which is in the store.
"""

from __future__ import annotations

from datetime import datetime

from services.approval.domain.decision_terms import DecisionResult
from services.kernel.aggregate import Fact
from services.kernel.clock import Cause


class DecisionIssued(Fact):
    """A decision became a document (决定书)."""

    TOPIC = "approval.decision-issued.v1"

    decision_no: str
    project_no: str
    task_id: str
    item_code: str
    department: str
    document: str
    result: DecisionResult
    conditional: bool
    issued_at: datetime
    decided_by: str
    document_hash: str
    code_hash: str
    reasons: list[str]
    legal_basis: list[str]
    delegation: str | None = None
    remedies: str | None = None
    commitment_no: str | None = None


class SealApplied(Fact):
    """The document bears its seal and its electronic signature."""

    TOPIC = "approval.seal-applied.v1"

    decision_no: str
    project_no: str
    seal: str
    document_hash: str
    file_hash: str
    applied_by: str
    place: str
    applied_at: datetime


class IssuingLimitStarted(Fact):
    """From now on the ten working days of art. 44 run."""

    TOPIC = "approval.issuing-limit-started.v1"

    decision_no: str
    project_no: str
    started_at: datetime
    due_at: datetime
    calendar_version: str
    provisional: bool | None = None


class IssuingRecalculated(Fact):
    """The calendar was amended, so the limit ends on another day."""

    TOPIC = "approval.issuing-recalculated.v1"

    decision_no: str
    project_no: str
    old_due_at: datetime
    new_due_at: datetime
    calendar_version: str
    cause: Cause
    provisional: bool | None = None


class IssuingApproaching(Fact):
    """The limit is about to end, and nothing was served (amber)."""

    TOPIC = "approval.issuing-approaching.v1"

    decision_no: str
    project_no: str
    due_at: datetime


class IssuingBreached(Fact):
    """The limit passed without service (red)."""

    TOPIC = "approval.issuing-breached.v1"

    decision_no: str
    project_no: str
    due_at: datetime
    detected_at: datetime


class IssuingMet(Fact):
    """The certificate was served; dispatch is not enough (L01)."""

    TOPIC = "approval.issuing-met.v1"

    decision_no: str
    project_no: str
    certificate_no: str
    served_at: datetime
    on_time: bool
