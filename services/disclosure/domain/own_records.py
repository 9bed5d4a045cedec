"""Corrections of what an authority holds about somebody, asked for by them (条例 art. 41).

Who asks, what is wrong and what shows it stand in the vault. The law sets no limit for the answer;
it does say what the answer may be, and that a wrong addressee is told the right one.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Final, Self
from uuid import UUID

from services.disclosure.domain.foi_errors import ReceiptDateError
from services.disclosure.domain.foi_remedies import remedies
from services.disclosure.domain.foi_terms import Reply
from services.disclosure.domain.rules import DisclosureRuleError
from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class RecordOutcome(Enum):
    """What an authority can answer (art. 41)."""

    CORRECTED = "corrected"
    """审核属实，予以更正."""
    UNFOUNDED = "unfounded"
    """审核不属实，不予更正."""
    TRANSFERRED = "transferred"
    """转送有权更正的行政机关."""
    REFERRED = "referred"
    """告知向有权更正的行政机关提出."""


ELSEWHERE: Final = frozenset({RecordOutcome.TRANSFERRED, RecordOutcome.REFERRED})


class RecordDecidedError(DisclosureRuleError):
    """It was answered already, or the number is taken."""

    code = "record_decided"


class NoAuthorityError(DisclosureRuleError):
    """Who has to correct it is named when it is somebody else, and only then."""

    code = "no_authority"


class RecordCorrectionRequested(Fact):
    """Somebody says that a record about themselves is wrong."""

    TOPIC = "disclosure.record-correction-requested.v1"

    correction_no: str
    subject_id: str
    code_digest: str
    received_on: date
    account: str | None = None


class RecordCorrectionDecided(Fact):
    """The authority answered."""

    TOPIC = "disclosure.record-correction-decided.v1"

    correction_no: str
    outcome: RecordOutcome
    letter_no: str
    decided_on: date
    remedies: str
    authority: str | None = None


class RecordCorrection(Aggregate):
    """One such application; stream `stream_id("record-correction", correction_no)`."""

    def __init__(self) -> None:
        self.correction_no = ""
        self.subject_id = ""
        self.code_digest = ""
        self.received_on: date | None = None
        self.outcome: RecordOutcome | None = None
        self.authority = ""
        self.decided_on: date | None = None

    @classmethod
    def of(cls, correction_no: str) -> Self:
        """Give the application before it was made."""
        return cls.begin(record_stream(correction_no))

    def ask(
        self,
        facts: Facts,
        correction_no: str,
        *,
        subject_id: str,
        code_digest: str,
        account: str | None = None,
        received_on: date | None = None,
    ) -> None:
        """Take it in.

        Args:
            received_on: the day it came on paper; None: it comes now.

        Raises:
            RecordDecidedError: another application has this number.
            ReceiptDateError: it would have come later than now.
        """
        if self.correction_no:
            raise RecordDecidedError("another application has this number")
        today = legal_date(facts.occurred_at)
        if received_on is not None and received_on > today:
            raise ReceiptDateError("it cannot have come later than now", "received_on")
        self.record(
            RecordCorrectionRequested,
            facts,
            correction_no=correction_no,
            subject_id=subject_id,
            code_digest=code_digest,
            received_on=received_on or today,
            account=account,
        )

    def decide(
        self, facts: Facts, outcome: RecordOutcome, letter_no: str, authority: str = ""
    ) -> None:
        """Answer it once, with what can be done against the answer.

        Args:
            authority: who can correct it, when that is somebody else.
        """
        if self.outcome is not None:
            raise RecordDecidedError("it was answered already")
        if (outcome in ELSEWHERE) != bool(authority):
            raise NoAuthorityError("name who can correct it, when that is another", "authority")
        self.record(
            RecordCorrectionDecided,
            facts,
            correction_no=self.correction_no,
            outcome=outcome,
            letter_no=letter_no,
            decided_on=legal_date(facts.occurred_at),
            remedies=remedies(facts.occurred_at, Reply.PROVIDED),
            authority=authority or None,
        )

    @applies(RecordCorrectionRequested)
    def _asked(self, event: RecordCorrectionRequested) -> None:
        self.correction_no = event.correction_no
        self.subject_id = event.subject_id
        self.code_digest = event.code_digest
        self.received_on = event.received_on

    @applies(RecordCorrectionDecided)
    def _decided(self, event: RecordCorrectionDecided) -> None:
        self.outcome = event.outcome
        self.authority = event.authority or ""
        self.decided_on = event.decided_on


def record_stream(correction_no: str) -> UUID:
    """Give the stream of an application."""
    return stream_id("record-correction", correction_no)
