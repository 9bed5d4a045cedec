"""What intake decides: pure, without clock, database or framework."""

from services.intake.domain.case import Case
from services.intake.domain.clocks import filled, limits_of
from services.intake.domain.fee_terms import Assessment, FeeState
from services.intake.domain.fees import FeeOrder
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
from services.intake.domain.payments import Paid, Payment, PaymentRefusal
from services.intake.domain.ratings import Rating
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
from services.intake.domain.tickets import Ticket

__all__ = [
    "NOT_LISTED",
    "NOT_YET",
    "REASONS",
    "AcceptSaid",
    "Application",
    "Assessment",
    "Case",
    "CaseRefusedError",
    "CaseState",
    "Decision",
    "FeeOrder",
    "FeeState",
    "Ground",
    "IntakeRuleError",
    "ItemVersion",
    "Known",
    "ListedItem",
    "NotBegunError",
    "Operation",
    "Paid",
    "Payment",
    "PaymentRefusal",
    "ProjectNoTakenError",
    "Rating",
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
    "Ticket",
    "UnknownItemVersionError",
    "Verdict",
    "filled",
    "limits_of",
    "off_list",
]
