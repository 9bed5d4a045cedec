"""Everything the law of intake refuses, one class a rule."""

from __future__ import annotations


class IntakeRuleError(Exception):
    """Root of the refusals of this service; `code` is stable, the text names no person."""

    code = "refused"

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ProjectNoTakenError(IntakeRuleError):
    """Another application, or another outside system, already uses this case number (I09)."""

    code = "project_no_taken"


class RowGuidReusedError(IntakeRuleError):
    """A row that is known came again as an insert, with other content."""

    code = "row_guid_reused"


class CaseRefusedError(IntakeRuleError):
    """The case was refused, so nothing can be done or reported for it."""

    code = "case_refused"


class InFutureError(IntakeRuleError):
    """A time that lies ahead of the decision it should lie behind (A02)."""

    code = "in_future"


class CaseEndedError(IntakeRuleError):
    """The case ended another way here; what a row says of its end has no effect any more."""

    code = "case_ended"


class NotBegunError(Exception):
    """The case, or the row, is not here: never was, or not yet. Retried when a message says so."""


class UnknownItemVersionError(Exception):
    """The item is known, this version of it is not: parked, never guessed (I05)."""
