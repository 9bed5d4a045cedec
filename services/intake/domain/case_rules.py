"""What the law of a case refuses, one class a rule."""

from __future__ import annotations

from collections.abc import Iterable

from services.intake.domain.rules import IntakeRuleError


class CaseStateError(IntakeRuleError):
    """The case is not in a state in which this can be done."""

    code = "case_state"


class SilenceAcceptedError(IntakeRuleError):
    """Nothing was said within five working days: the law has accepted the case (art. 32)."""

    code = "silence_accepted"


class MaterialsMissingError(IntakeRuleError):
    """Required materials are not there; names them by code."""

    code = "materials_missing"

    def __init__(self, missing: Iterable[tuple[str, str]]) -> None:
        named = "、".join(f"{name}（{code}）" for code, name in missing)
        super().__init__(f"缺少必要材料，请先一次性告知或收齐：{named}", "materials")


class NotAskedForError(IntakeRuleError):
    """The version in force does not ask for this material any more (V02)."""

    code = "not_asked_for"


class EmptyNoticeError(IntakeRuleError):
    """A notice lists at least one thing, each once."""

    code = "empty_notice"


class UnknownCorrectionError(IntakeRuleError):
    """The notice asks for no such thing."""

    code = "unknown_correction"


class OtherAuthorityError(IntakeRuleError):
    """Who refuses for want of competence names the authority that has it (art. 32 (2))."""

    code = "other_authority_missing"


class SameApproverError(IntakeRuleError):
    """Who does it does not approve it."""

    code = "same_approver"


class UndoStateError(IntakeRuleError):
    """It is asked for already that the case be undone, or nobody asked for that."""

    code = "undo_state"


class NotImmediateError(IntakeRuleError):
    """Only immediate items are decided on the spot; for others, who accepts does not decide."""

    code = "not_immediate"


class NotByRuleError(IntakeRuleError):
    """A person decided this, no rule did."""

    code = "not_by_rule"


class ReviewStateError(IntakeRuleError):
    """A review is under way already, or none is."""

    code = "review_state"


class NotYoursError(IntakeRuleError):
    """The case belongs to another account."""

    code = "not_yours"
