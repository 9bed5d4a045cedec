"""What a case is begun with, where it stands, and how it is ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class CaseState(Enum):
    """Where a case stands."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    COMPLETED = "completed"
    RETRACTED = "retracted"
    """Its acceptance was deleted by the system that had reported it; it counts nowhere."""


@dataclass(frozen=True)
class Application:
    """What an applicant hands in, without anything about the person."""

    project_no: str
    item_code: str
    channel: str
    subject_id: str
    submitted_at: datetime | None = None
    """When it was handed in; None: now."""
    item_version_seen: int | None = None
    handling_form: str | None = None
    window: str | None = None


@dataclass(frozen=True)
class Decision:
    """How approval ended the case; `row_guid` names the reported result it stands on, if any."""

    granted: bool
    completion_kind: int
    decided_at: datetime
    row_guid: str | None = None
