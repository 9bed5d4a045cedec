"""What approval decides: pure, without clock, database or framework."""

from services.approval.domain.tasks import (
    AlreadyDecidedError,
    ApprovalRuleError,
    Assignment,
    NoTaskError,
    SamePersonError,
    Step,
    StepRecorded,
    Task,
    TaskApproved,
    TaskCancelled,
    TaskCreated,
    TaskRejected,
    TaskReopened,
    TaskState,
    Verdict,
    WrongDepartmentError,
)

__all__ = [
    "AlreadyDecidedError",
    "ApprovalRuleError",
    "Assignment",
    "NoTaskError",
    "SamePersonError",
    "Step",
    "StepRecorded",
    "Task",
    "TaskApproved",
    "TaskCancelled",
    "TaskCreated",
    "TaskRejected",
    "TaskReopened",
    "TaskState",
    "Verdict",
    "WrongDepartmentError",
]
