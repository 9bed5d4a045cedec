"""What can happen to a result at the issuing window. Fields and sources: `contracts/intake/`.

A pick-up code is in none of them: only its keyed hash.
"""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.issuing_terms import Identity, ReturnGround
from services.kernel.aggregate import Fact


class ResultShelved(Fact):
    """A result waits at the issuing window."""

    TOPIC = "intake.result-shelved.v1"

    project_no: str
    department: str
    granted: bool
    shelved_at: datetime
    collect_by: datetime
    item_code: str | None = None
    shelf: str | None = None


class PickupCodeIssued(Fact):
    """The applicant, or their agent, was told a pick-up code; an earlier one is void."""

    TOPIC = "intake.pickup-code-issued.v1"

    project_no: str
    code_digest: str
    issued_at: datetime
    turn: int


class PickupCodeMismatched(Fact):
    """Somebody at the window named another code."""

    TOPIC = "intake.pickup-code-mismatched.v1"

    project_no: str
    wrong: int
    tried_at: datetime


class ResultLocked(Fact):
    """Too many wrong codes: nothing is handed out until a supervisor unlocks it."""

    TOPIC = "intake.result-locked.v1"

    project_no: str
    wrong: int
    locked_at: datetime


class ResultUnlocked(Fact):
    """A supervisor looked into it."""

    TOPIC = "intake.result-unlocked.v1"

    project_no: str
    unlocked_at: datetime


class ResultHandedOver(Fact):
    """The applicant, or their agent, has it in hand."""

    TOPIC = "intake.result-handed-over.v1"

    project_no: str
    identity: Identity
    handed_over_at: datetime
    agent: str | None = None
    window: str | None = None


class ResultCollectionOverdue(Fact):
    """Nobody came for it in the days it waits."""

    TOPIC = "intake.result-collection-overdue.v1"

    project_no: str
    due_at: datetime
    detected_at: datetime


class ResultReturned(Fact):
    """It left the window without the applicant, back to the department."""

    TOPIC = "intake.result-returned.v1"

    project_no: str
    department: str
    reason: ReturnGround
    returned_at: datetime


ISSUING_FACTS: tuple[type[Fact], ...] = (
    ResultShelved,
    PickupCodeIssued,
    PickupCodeMismatched,
    ResultLocked,
    ResultUnlocked,
    ResultHandedOver,
    ResultCollectionOverdue,
    ResultReturned,
)
