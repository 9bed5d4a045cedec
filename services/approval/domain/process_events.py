"""What happens to a process of many tasks, beyond what was released of tasks first."""

from __future__ import annotations

from datetime import datetime

import msgspec

from services.approval.domain.terms import DeemedEffect, Liable, Result, VoidGround
from services.kernel.aggregate import Fact
from services.kernel.clock import Cause, Kind, Reason


class ParallelApprovalStarted(Fact):
    """A project began under one version of its scheme; that version stays (P03)."""

    TOPIC = "approval.parallel-approval-started.v1"

    process_no: str
    scheme: str
    scheme_version: int
    kind: str
    lead: str
    started_at: datetime
    joint_limit: int
    joint_extension: int
    joint_due_at: datetime
    calendar_version: str
    tasks: list[str]
    provisional: bool | None = None


class TaskReady(Fact):
    """Nothing keeps the task any more; its clocks run from here."""

    TOPIC = "approval.task-ready.v1"

    process_no: str
    task_id: str
    project_no: str
    ready_at: datetime
    unblocked_by: list[str]
    promised_due_at: datetime | None = None
    statutory_due_at: datetime | None = None
    binding_due_at: datetime | None = None
    """The earlier of its promise and the joint limit (P09)."""
    calendar_version: str | None = None
    provisional: bool | None = None
    department: str | None = None
    item_code: str | None = None


class TaskStarted(Fact):
    """Somebody of the department took it up."""

    TOPIC = "approval.task-started.v1"

    process_no: str
    task_id: str
    project_no: str
    handler: str
    started_at: datetime


class TaskReturned(Fact):
    """The department gave it back (退回); its clocks run on."""

    TOPIC = "approval.task-returned.v1"

    process_no: str
    task_id: str
    project_no: str
    reason: str


class TaskConditionallyApproved(Fact):
    """Decided before the papers came, on a commitment; no certificate yet."""

    TOPIC = "approval.task-conditionally-approved.v1"

    process_no: str
    task_id: str
    project_no: str
    commitment_no: str
    decided_at: datetime
    decided_by: str
    reason: str | None = None
    delegation: str | None = None


class TaskWaived(Fact):
    """The process does without it, as its scheme allows."""

    TOPIC = "approval.task-waived.v1"

    process_no: str
    task_id: str
    project_no: str
    reason: str


class MutualPrerequisiteDetected(Fact):
    """Tasks wait for each other; all stay blocked until a commitment cuts one edge (P01)."""

    TOPIC = "approval.mutual-prerequisite-detected.v1"

    process_no: str
    tasks: list[str]


class PrerequisiteDeferred(Fact):
    """A commitment lets the task go on before the one it waits for."""

    TOPIC = "approval.prerequisite-deferred.v1"

    process_no: str
    task_id: str
    project_no: str
    prerequisite: str
    commitment_no: str


class PrerequisiteRestored(Fact):
    """The commitment was taken back: the task waits for the other one again, if it must."""

    TOPIC = "approval.prerequisite-restored.v1"

    process_no: str
    task_id: str
    project_no: str
    prerequisite: str
    commitment_no: str
    reblocked: bool
    """Its clocks are gone; they begin anew when it is ready again."""


class TaskDeemedConsented(Fact):
    """Silence beyond the limit counts as consent (默许)."""

    TOPIC = "approval.task-deemed-consented.v1"

    process_no: str
    task_id: str
    project_no: str
    rule: str
    """promised_limit, or joint_limit when that one ended earlier."""
    due_at: datetime
    fired_at: datetime
    effect: DeemedEffect
    next_stage: list[str]
    department: str
    window: str | None = None


class DeemedConsentVoided(Fact):
    """It never was; what it set going and is not decided waits again."""

    TOPIC = "approval.deemed-consent-voided.v1"

    process_no: str
    task_id: str
    project_no: str
    ground: VoidGround
    proof: str
    reblocked: list[str]
    promised_due_at: datetime | None = None


class DeemedConsentOverturned(Fact):
    """Set aside by the authority or its superior (行政许可法 art. 69)."""

    TOPIC = "approval.deemed-consent-overturned.v1"

    process_no: str
    task_id: str
    project_no: str
    legal_ground: str
    compensation: bool


class LateDecisionRecorded(Fact):
    """The department decided after its silence had counted as consent; that stands (D03, D04)."""

    TOPIC = "approval.late-decision-recorded.v1"

    process_no: str
    task_id: str
    project_no: str
    granted: bool
    completion_kind: int
    decided_at: datetime
    decided_by: str
    row_guid: str | None = None
    reason: str | None = None


class LiabilityRecorded(Fact):
    """Somebody answers for a limit that passed in silence."""

    TOPIC = "approval.liability-recorded.v1"

    process_no: str
    task_id: str
    project_no: str
    liability_no: str
    liable: Liable
    unit: str
    """Code of the department, or of the window; empty when the window is not known."""
    department: str
    rule: str
    cause: str
    """Topic of the event that is the cause."""
    cause_version: int
    """Its number in this stream."""
    due_at: datetime
    survey_no: str | None = None
    """The survey whose stream the cause stands in; None: it stands in this one."""


class LiabilityWithdrawn(Fact):
    """There was nothing to answer for."""

    TOPIC = "approval.liability-withdrawn.v1"

    process_no: str
    task_id: str
    project_no: str
    liability_nos: list[str]
    reason: str


class ClockSuspended(Fact):
    """Clocks stand still. Without a task: the joint one."""

    TOPIC = "approval.clock-suspended.v1"

    process_no: str
    reason: Reason
    since: datetime
    expected_days: int
    notice_no: str
    clocks: list[Kind]
    task_id: str | None = None
    project_no: str | None = None


class ClockResumed(Fact):
    """Clocks go on; those that still stand still for another reason have no end."""

    TOPIC = "approval.clock-resumed.v1"

    process_no: str
    reason: Reason
    resumed_at: datetime
    excluded_days: int
    """Working days not counted for this reason."""
    clocks: list[Kind]
    task_id: str | None = None
    project_no: str | None = None
    promised_due_at: datetime | None = None
    statutory_due_at: datetime | None = None
    joint_due_at: datetime | None = None


class ClockExtended(Fact):
    """More time, once, before the limit had passed (行政许可法 art. 42)."""

    TOPIC = "approval.clock-extended.v1"

    process_no: str
    days: int
    approver_role: str
    reason: str
    notice_no: str
    decided_on: datetime
    clocks: list[Kind]
    task_id: str | None = None
    project_no: str | None = None
    promised_due_at: datetime | None = None
    statutory_due_at: datetime | None = None
    joint_due_at: datetime | None = None


class ClockRecalculated(Fact):
    """A limit was counted again; what it was before is kept (K06, K07)."""

    TOPIC = "approval.clock-recalculated.v1"

    process_no: str
    clock: Kind
    old_due_at: datetime
    new_due_at: datetime
    calendar_version: str
    cause: Cause
    task_id: str | None = None
    project_no: str | None = None
    provisional: bool | None = None


class DeadlineApproaching(Fact):
    """A limit is about to end (amber)."""

    TOPIC = "approval.deadline-approaching.v1"

    process_no: str
    clock: Kind
    due_at: datetime
    task_id: str | None = None
    project_no: str | None = None
    department: str | None = None
    """Whose limit it is; the lead's where it is that of the whole process."""


class ClockBreached(Fact):
    """A limit passed while its task, or the process, was undecided (red). That stays so."""

    TOPIC = "approval.clock-breached.v1"

    process_no: str
    clock: Kind
    due_at: datetime
    detected_at: datetime
    task_id: str | None = None
    project_no: str | None = None
    department: str | None = None
    """Whose limit it is; the lead's where it is that of the whole process."""


class ApplicantDelayNoticed(Fact):
    """The applicant keeps the task waiting; said in writing (D06 to D08)."""

    TOPIC = "approval.applicant-delay-noticed.v1"

    process_no: str
    task_id: str
    project_no: str
    reason: str
    remedy: str
    notice_no: str
    to_applicant: bool
    to_window: bool


class TaskResult(msgspec.Struct, frozen=True):
    """How one task of a process ended."""

    task_id: str
    project_no: str
    state: str


class ProcessDecided(Fact):
    """Every task of the process is final."""

    TOPIC = "approval.process-decided.v1"

    process_no: str
    result: Result
    tasks: list[TaskResult]
    decided_at: datetime


class ProcessReopened(Fact):
    """A task of a decided process is to be decided again (P07)."""

    TOPIC = "approval.process-reopened.v1"

    process_no: str
    task_id: str
    project_no: str
    reason: str


PROCESS_FACTS: tuple[type[Fact], ...] = (
    ParallelApprovalStarted,
    TaskReady,
    TaskStarted,
    TaskReturned,
    TaskConditionallyApproved,
    TaskWaived,
    MutualPrerequisiteDetected,
    PrerequisiteDeferred,
    PrerequisiteRestored,
    TaskDeemedConsented,
    DeemedConsentVoided,
    DeemedConsentOverturned,
    LateDecisionRecorded,
    LiabilityRecorded,
    LiabilityWithdrawn,
    ClockSuspended,
    ClockResumed,
    ClockExtended,
    ClockRecalculated,
    DeadlineApproaching,
    ClockBreached,
    ApplicantDelayNoticed,
    ProcessDecided,
    ProcessReopened,
)
