"""Everything approval refuses, one class a rule."""

from __future__ import annotations


class ApprovalRuleError(Exception):
    """Root of what approval refuses; one class a rule. The text says what to do instead."""


class AlreadyDecidedError(ApprovalRuleError):
    """The task has its decision, or nothing is left to decide."""


class WrongDepartmentError(ApprovalRuleError):
    """The task belongs to another department, or the act to another role."""


class SamePersonError(ApprovalRuleError):
    """Who accepted a case does not decide it (受审分离, A03)."""


class BlockedError(ApprovalRuleError):
    """The task waits for others that are not decided."""


class NotDelegatedError(ApprovalRuleError):
    """The department decides by its chief representatives alone, and this is none today (P25)."""


class WrongRoleError(ApprovalRuleError):
    """Only somebody else may do this (K20)."""


class NotWaivableError(ApprovalRuleError):
    """The scheme does not let this task be done without."""


class SelfEdgeError(ApprovalRuleError):
    """A task cannot wait for itself (P02)."""


class NotSoError(ApprovalRuleError):
    """The task is not in the state this needs; see its history."""


class NoClockError(ApprovalRuleError):
    """No limit of this task is counted here."""


class NoticeMissingError(ApprovalRuleError):
    """An applicant's delay excuses only with a notice to applicant and central window (D07)."""


class NotToldError(ApprovalRuleError):
    """A suspension needs its expected days and its written notice (行政许可法 art. 45)."""


class IrrevocableError(ApprovalRuleError):
    """The next stage has decided on the strength of it; it cannot be undone here (K07)."""


class NoTaskError(Exception):
    """There is no task for this case, or not yet."""


class NoProcessError(NoTaskError):
    """There is no such process, or not yet."""
