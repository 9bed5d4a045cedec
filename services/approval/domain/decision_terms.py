"""What a decision's document has to say, who may issue it and whose seal it bears (2.1, 3.4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final

from services.approval.domain.rules import ApprovalRuleError
from services.kernel.limits import Limit

ISSUE_WITHIN: Final = Limit(10)
"""行政许可法 art. 44: the certificate is issued and served within 10 working days."""
REVIEW_LAW_OF_2023: Final = date(2024, 1, 1)
"""From this day on the 行政复议法 of 2023: the government at that level reviews, nobody else."""
REVIEW_DAYS: Final = 60
SUIT_MONTHS: Final = 6


class NoReasonsError(ApprovalRuleError):
    """A refusal states its reasons (art. 38)."""


class NoRemediesError(ApprovalRuleError):
    """A refusal names where to ask for reconsideration and where to sue (art. 38)."""


class NotDecidedSoError(ApprovalRuleError):
    """The document says something else than the task's decision, or there is no decision."""


class NoHumanDecisionError(ApprovalRuleError):
    """Nobody decided this: it was deemed, and a certificate stands on a human decision (D11)."""


class AlreadyIssuedError(ApprovalRuleError):
    """This decision has its document, or the case its certificate."""


class OtherDocumentError(ApprovalRuleError):
    """The seal was asked for a document with another hash (P26)."""


class SealNotUsableError(ApprovalRuleError):
    """The seal is unknown, suspended, of another department, or not in force yet."""


class NotCustodianError(ApprovalRuleError):
    """Somebody else keeps this seal."""


class NotSealedError(ApprovalRuleError):
    """A certificate follows a decision whose document bears its seal."""


class WithheldError(ApprovalRuleError):
    """A commitment is not fulfilled yet, so there is no certificate (P24)."""


class DecisionResult(Enum):
    """What was decided."""

    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True)
class Seal:
    """审批专用章, as catalog says it."""

    seal: str
    department: str
    custodian: str
    since: date
    suspended_on: date | None = None


@dataclass(frozen=True)
class Remedies:
    """Where a refusal may be taken."""

    review: str
    """Who reconsiders: before 2024 the government or the authority above, from 2024 the former."""
    court: str

    def text(self, day: date) -> str:
        """Give the words of a decision of this day (DOMAIN.md 2.1.3, F10)."""
        law = "2023年修订" if day >= REVIEW_LAW_OF_2023 else "2017年修正"
        return (
            f"如不服本决定，可以自知道或者应当知道本决定之日起{REVIEW_DAYS}日内，"
            f"依照《中华人民共和国行政复议法》（{law}）向{self.review}申请行政复议；"
            f"也可以自知道或者应当知道本决定之日起{SUIT_MONTHS}个月内，"
            f"依照《中华人民共和国行政诉讼法》向{self.court}提起行政诉讼。"
        )


@dataclass(frozen=True)
class Ruling:
    """The task's own decision, which the document puts into words."""

    task_id: str
    project_no: str
    item_code: str
    department: str
    granted: bool
    human: bool
    """A person decided; False when it was deemed."""
    conditional: bool = False
    """On a commitment that is not fulfilled yet."""
    commitment_no: str | None = None
    decided_at: datetime | None = None
    """When the task was decided; a case decided anew has another document."""
    accepted_by: str | None = None
    """Who took the case in, and so does not decide it (A03)."""


@dataclass(frozen=True)
class Wording:
    """What the document says beside the result."""

    document: str
    """文号."""
    result: DecisionResult
    reasons: Collection[str]
    """Codes. The words, which may name a person, stand in the document alone."""
    legal_basis: Collection[str]
    """Statutes with their articles."""
    remedies: Remedies | None = None


@dataclass(frozen=True)
class Paper:
    """A rendered document in the store."""

    document_hash: str
    """SHA-256 in hex of the file as rendered."""
    code_hash: str
    """SHA-256 in hex of its verification code; the code itself is printed and nowhere else."""
