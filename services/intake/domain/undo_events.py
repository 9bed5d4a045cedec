"""What is said of a case that somebody wants undone, before it is (作废、误录删除)."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from services.kernel.aggregate import Fact


class Undoing(Enum):
    """What somebody asks for."""

    VOIDING = "voiding"
    DELETION = "deletion"


class CaseUndoRequested(Fact):
    """Somebody asks that it be voided or deleted; nothing has changed yet."""

    TOPIC = "intake.case-undo-requested.v1"

    project_no: str
    undoing: Undoing
    reason: str
    requested_at: datetime


class CaseUndoDeclined(Fact):
    """It stays as it is: a supervisor declines, or who asked takes it back."""

    TOPIC = "intake.case-undo-declined.v1"

    project_no: str
    undoing: Undoing
    reason: str
    declined_at: datetime


UNDO_FACTS: tuple[type[Fact], ...] = (CaseUndoRequested, CaseUndoDeclined)
