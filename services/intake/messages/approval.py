"""What intake reads of approval: who has a case, when its clocks stand still, how it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from services.chassis.events import Event
from services.intake.domain.terms import Decision, ReopeningGround

TASK_CREATED: Final = "approval.task-created.v1"
READY: Final = "approval.task-ready.v1"
APPROVED: Final = "approval.task-approved.v1"
REJECTED: Final = "approval.task-rejected.v1"
CONDITIONALLY: Final = "approval.task-conditionally-approved.v1"
DEEMED: Final = "approval.task-deemed-consented.v1"
SUSPENDED: Final = "approval.clock-suspended.v1"
RESUMED: Final = "approval.clock-resumed.v1"
EXTENDED: Final = "approval.clock-extended.v1"
WITHDRAWN: Final = "approval.case-deemed-withdrawn.v1"
VOIDED: Final = "approval.deemed-consent-voided.v1"
OVERTURNED: Final = "approval.deemed-consent-overturned.v1"
LATE: Final = "approval.late-decision-recorded.v1"
REOPENED: Final = "approval.task-reopened.v1"
CANCELLED: Final = "approval.task-cancelled.v1"
GRANT: Final = "GRANT"
REOPENS: Final[Mapping[str, ReopeningGround]] = {
    VOIDED: ReopeningGround.DEEMED_CONSENT_VOIDED,
    OVERTURNED: ReopeningGround.DEEMED_CONSENT_OVERTURNED,
    REOPENED: ReopeningGround.TASK_REOPENED,
}
"""What undoes the completion of a case, and why."""


class TaskCreated(msgspec.Struct, frozen=True):
    """A department has the case."""

    project_no: str
    department: str
    task_id: str | None = None
    prerequisites: list[str] | None = None


class TaskReady(msgspec.Struct, frozen=True):
    """Nothing keeps a task of a project any more; its clocks run from here."""

    project_no: str
    ready_at: datetime
    task_id: str | None = None


class TaskDecided(msgspec.Struct, frozen=True):
    """Approval granted or rejected a case; which of the two says the event's type."""

    project_no: str
    decided_at: datetime
    completion_kind: int
    row_guid: str | None = None
    task_id: str | None = None


class DecidedConditionally(msgspec.Struct, frozen=True):
    """A pre-decision; the certificate waits for the papers."""

    project_no: str
    decided_at: datetime
    task_id: str | None = None


class DeemedConsented(msgspec.Struct, frozen=True):
    """The department kept silent; only the effect GRANT decides the case."""

    project_no: str
    effect: str
    fired_at: datetime
    task_id: str | None = None


class DecidedLate(msgspec.Struct, frozen=True):
    """A decision came after silence had counted; a case that silence did not decide is decided."""

    project_no: str
    granted: bool
    decided_at: datetime
    completion_kind: int
    row_guid: str | None = None
    task_id: str | None = None


class TaskUndone(msgspec.Struct, frozen=True):
    """A deemed consent, or a decided task, has lost its ground."""

    project_no: str
    task_id: str | None = None


class TaskCancelled(msgspec.Struct, frozen=True):
    """A task ended undecided; `because` of another task that was refused."""

    project_no: str
    reason: str = ""
    because: str | None = None


class DeemedWithdrawn(msgspec.Struct, frozen=True):
    """A promise was not kept: the application counts as withdrawn (容缺受理, P19)."""

    project_no: str
    commitment_no: str = ""


class ClockSuspended(msgspec.Struct, frozen=True):
    """Clocks of a task, or of the whole process, stand still."""

    reason: str
    since: datetime
    expected_days: int
    project_no: str | None = None
    notice_no: str | None = None
    task_id: str | None = None


class ClockResumed(msgspec.Struct, frozen=True):
    """They go on."""

    reason: str
    resumed_at: datetime
    project_no: str | None = None
    task_id: str | None = None


class ClockExtended(msgspec.Struct, frozen=True):
    """They got more time."""

    days: int
    approver_role: str
    decided_on: datetime
    project_no: str | None = None
    task_id: str | None = None


APPROVAL_READS: Final[Mapping[str, type[msgspec.Struct]]] = {
    TASK_CREATED: TaskCreated,
    READY: TaskReady,
    APPROVED: TaskDecided,
    REJECTED: TaskDecided,
    CONDITIONALLY: DecidedConditionally,
    DEEMED: DeemedConsented,
    LATE: DecidedLate,
    WITHDRAWN: DeemedWithdrawn,
    VOIDED: TaskUndone,
    OVERTURNED: TaskUndone,
    REOPENED: TaskUndone,
    CANCELLED: TaskCancelled,
    SUSPENDED: ClockSuspended,
    RESUMED: ClockResumed,
    EXTENDED: ClockExtended,
}


class _About(msgspec.Struct, frozen=True):
    project_no: str | None = None


def case_of(event: Event) -> str:
    """Name the case an event of approval is about; empty when it is about a whole project."""
    return event.read(_About).project_no or ""


def decision(event: Event) -> Decision | None:
    """Read how approval decides the case; None for anything else."""
    match event.type:
        case "approval.task-approved.v1" | "approval.task-rejected.v1":
            said = event.read(TaskDecided)
            return Decision(
                event.type == APPROVED,
                said.completion_kind,
                said.decided_at,
                said.row_guid,
                task_id=said.task_id,
            )
        case "approval.late-decision-recorded.v1":
            late = event.read(DecidedLate)
            return Decision(
                late.granted,
                late.completion_kind,
                late.decided_at,
                late.row_guid,
                task_id=late.task_id,
            )
        case "approval.task-conditionally-approved.v1":
            waits = event.read(DecidedConditionally)
            return Decision(True, 0, waits.decided_at, conditional=True, task_id=waits.task_id)
        case "approval.task-deemed-consented.v1":
            silent = event.read(DeemedConsented)
            if silent.effect == GRANT:
                return Decision(True, 0, silent.fired_at, task_id=silent.task_id)
    return None
