"""What intake decides: pure, without clock, database or framework."""

from services.intake.domain.case import Case
from services.intake.domain.items import NOT_LISTED, NOT_YET, REASONS, ItemVersion, filled, in_force
from services.intake.domain.records import (
    AcceptSaid,
    Operation,
    RecordKind,
    ResultSaid,
    Row,
    Said,
    StepSaid,
    Verdict,
)
from services.intake.domain.refusal import Refusal, Reply
from services.intake.domain.rules import (
    CaseRefusedError,
    IntakeRuleError,
    NotBegunError,
    ProjectNoTakenError,
    RowGuidReusedError,
    UnknownItemVersionError,
)
from services.intake.domain.terms import Application, CaseState, Decision

__all__ = [
    "NOT_LISTED",
    "NOT_YET",
    "REASONS",
    "AcceptSaid",
    "Application",
    "Case",
    "CaseRefusedError",
    "CaseState",
    "Decision",
    "IntakeRuleError",
    "ItemVersion",
    "NotBegunError",
    "Operation",
    "ProjectNoTakenError",
    "RecordKind",
    "Refusal",
    "Reply",
    "ResultSaid",
    "Row",
    "RowGuidReusedError",
    "Said",
    "StepSaid",
    "UnknownItemVersionError",
    "Verdict",
    "filled",
    "in_force",
]
