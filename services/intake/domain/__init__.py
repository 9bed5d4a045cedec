"""What intake decides: pure, without clock, database or framework."""

from services.intake.domain.case import Case
from services.intake.domain.clocks import filled, limits_of
from services.intake.domain.items import (
    NOT_LISTED,
    NOT_YET,
    REASONS,
    Ground,
    ItemVersion,
    Known,
    ListedItem,
    Status,
    StatusKind,
    off_list,
)
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
    "Ground",
    "IntakeRuleError",
    "ItemVersion",
    "Known",
    "ListedItem",
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
    "Status",
    "StatusKind",
    "StepSaid",
    "UnknownItemVersionError",
    "Verdict",
    "filled",
    "limits_of",
    "off_list",
]
