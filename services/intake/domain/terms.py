"""What a case is begun with, where it stands, and how it is ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class CaseState(Enum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CORRECTION_PENDING = "correction_pending"
    ACCEPTED = "accepted"
    IN_REVIEW = "in_review"
    DECIDED = "decided"
    """Decided on a condition that is still to be met; anything else completes it at once."""
    COMPLETED = "completed"
    DELIVERED = "delivered"
    ARCHIVED = "archived"
    REFUSED = "refused"
    NOT_REQUIRED = "not_required"
    WITHDRAWN = "withdrawn"
    ABANDONED = "abandoned"
    FORWARDED_UP = "forwarded_up"
    VOIDED = "voided"
    DELETED_IN_ERROR = "deleted_in_error"
    """An entry error, compensated; it counts nowhere."""
    RETRACTED = "retracted"
    """Its acceptance was deleted by the system that had reported it; it counts nowhere."""


WAITING = frozenset({CaseState.SUBMITTED, CaseState.CORRECTION_PENDING})
"""Handed in, and neither accepted nor turned away."""
RUNNING = frozenset({CaseState.ACCEPTED, CaseState.IN_REVIEW})
"""Its limits count."""
OPEN = WAITING | RUNNING | {CaseState.DECIDED}
"""Something is still to be decided."""
DONE = frozenset({CaseState.COMPLETED, CaseState.DELIVERED, CaseState.ARCHIVED})
"""Completed, and what may follow a completion."""


ENDED = frozenset({CaseState.WITHDRAWN, CaseState.FORWARDED_UP, CaseState.VOIDED})
"""Ended another way than by a decision; the completion that follows does not change that."""
TURNED_AWAY = frozenset({CaseState.REFUSED, CaseState.NOT_REQUIRED, CaseState.ABANDONED})
"""Ended before an acceptance."""


class ReopeningGround(Enum):
    """Why a completed case is to be decided again."""

    DEEMED_CONSENT_VOIDED = "deemed_consent_voided"
    """Silence had not been consent: a decision came in time, or the count was wrong (D02, K07)."""
    DEEMED_CONSENT_OVERTURNED = "deemed_consent_overturned"
    """行政许可法 art. 69."""
    TASK_REOPENED = "task_reopened"
    """A rejection was set aside on reconsideration, or what had fallen with one (P07)."""


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
    account: str | None = None
    """Who may act for it besides a clerk: an account at the identity provider."""
    project_code: str | None = None
    """The project it belongs to, whose cases are approved side by side."""
    declared_trust: bool | None = None
    """The applicant vouches for what they say (信任在先、审核在后)."""
    at_once: bool = True
    """A clerk attests that everything is there, and accepts at once."""


@dataclass(frozen=True)
class Decision:
    """How approval ended the case; `row_guid` names the reported result it stands on, if any."""

    granted: bool
    completion_kind: int
    decided_at: datetime
    row_guid: str | None = None
    conditional: bool = False
    """A pre-decision (先办后补): no completion before its condition is met or has lapsed."""
    task_id: str | None = None
    decided_by: str | None = None
    """Account of the officer who decided; None for an outside system, and for silence."""


@dataclass(frozen=True)
class Acceptance:
    """Who accepts: a clerk, a declared rule, or the law itself, because nobody said anything."""

    mode: str = "manual"
    deemed: bool = False
    rule: str | None = None
    rule_version: int | None = None
    attested: bool = False
    """The clerk attests that everything is there, whatever the list of materials shows."""


@dataclass(frozen=True)
class NoticeItem:
    """One thing that is missing or wrong."""

    code: str
    material: str
    wrong: str
    """What is wrong with it and what to bring, for the applicant."""


@dataclass(frozen=True)
class Standstill:
    """Why the clocks of a case are to stand still, and for how long (told in writing, art. 45)."""

    reason: str
    since: datetime
    expected_days: int
    task_id: str | None = None
    notice_no: str | None = None
