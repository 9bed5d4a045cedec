"""What intake decides: pure, without clock, database or framework."""

from services.intake.domain.acceptance_rules import AcceptanceRule, Conditions
from services.intake.domain.agency import Agency
from services.intake.domain.bookers import Booker, TermsOfBooking
from services.intake.domain.case import Case
from services.intake.domain.clocks import filled, limits_of
from services.intake.domain.contacts import Contact
from services.intake.domain.fee_terms import Assessment, FeeState
from services.intake.domain.fees import FeeOrder
from services.intake.domain.issuing import Result
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
from services.intake.domain.projects import Project
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
from services.intake.domain.slots import Slot
from services.intake.domain.terms import (
    Acceptance,
    Application,
    CaseState,
    Decision,
    NoticeItem,
    Standstill,
)
from services.intake.domain.tickets import Ticket
from services.intake.domain.villages import VillageCertificate
from services.intake.domain.visits import ExtendedHours, HomeVisit

__all__ = [
    "NOT_LISTED",
    "NOT_YET",
    "REASONS",
    "AcceptSaid",
    "Acceptance",
    "AcceptanceRule",
    "Agency",
    "Application",
    "Assessment",
    "Booker",
    "Case",
    "CaseRefusedError",
    "CaseState",
    "Conditions",
    "Contact",
    "Decision",
    "ExtendedHours",
    "FeeOrder",
    "FeeState",
    "Ground",
    "HomeVisit",
    "IntakeRuleError",
    "ItemVersion",
    "Known",
    "ListedItem",
    "NotBegunError",
    "NoticeItem",
    "Operation",
    "Paid",
    "Payment",
    "PaymentRefusal",
    "Project",
    "ProjectNoTakenError",
    "Rating",
    "RecordKind",
    "Refusal",
    "Reply",
    "Result",
    "ResultSaid",
    "Row",
    "RowGuidReusedError",
    "Said",
    "Slot",
    "Standstill",
    "Status",
    "StatusKind",
    "StepSaid",
    "TermsOfBooking",
    "Ticket",
    "UnknownItemVersionError",
    "Verdict",
    "VillageCertificate",
    "filled",
    "limits_of",
    "off_list",
]
