"""The credit record (信用记录) of an applicant, as far as broken promises go."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from services.approval.domain.commitment_events import CreditRecordFlagged, CreditRecordRepaired
from services.approval.domain.commitment_terms import (
    CREDIT_OFFICE,
    LetterIncompleteError,
    NotCreditOfficeError,
    NotFlaggedError,
    Scheme,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Credit(Aggregate):
    """One record; stream `stream_id("credit", subject_id)`. Nobody is named in it."""

    def __init__(self) -> None:
        self.subject_id = ""
        self.open: list[str] = []
        """Letters that were broken and not repaired."""
        self.repaired: list[str] = []

    @classmethod
    def of(cls, subject_id: str) -> Self:
        """Give the record as it is before anything was broken."""
        record = cls.begin(credit_stream(subject_id))
        record.subject_id = subject_id
        return record

    @property
    def flagged(self) -> bool:
        """Whether no further promise is taken from this applicant."""
        return bool(self.open)

    def flag(self, facts: Facts, commitment_no: str, scheme: Scheme) -> None:
        """Record a broken promise, once a letter."""
        if commitment_no not in self.open and commitment_no not in self.repaired:
            self.record(
                CreditRecordFlagged,
                facts,
                subject_id=self.subject_id,
                commitment_no=commitment_no,
                scheme=scheme,
                flagged_at=facts.occurred_at,
            )

    def repair(self, facts: Facts, basis: str) -> None:
        """Record that it is repaired.

        Raises:
            NotCreditOfficeError, NotFlaggedError, LetterIncompleteError: the basis is missing.
        """
        if facts.actor.role != CREDIT_OFFICE:
            raise NotCreditOfficeError(f"only the role {CREDIT_OFFICE} does this")
        if not self.flagged:
            raise NotFlaggedError("nothing in this record is to be repaired")
        if not basis.strip():
            raise LetterIncompleteError("name the document it is repaired by", "basis")
        self.record(
            CreditRecordRepaired,
            facts,
            subject_id=self.subject_id,
            basis=basis,
            repaired_by=facts.actor.id,
            repaired_at=facts.occurred_at,
        )

    @applies(CreditRecordFlagged)
    def _flagged(self, event: CreditRecordFlagged) -> None:
        self.subject_id = event.subject_id
        self.open.append(event.commitment_no)

    @applies(CreditRecordRepaired)
    def _repaired(self, event: CreditRecordRepaired) -> None:
        self.repaired += self.open
        self.open = []


def credit_stream(subject_id: str) -> UUID:
    """Give the stream of an applicant's credit record."""
    return stream_id("credit", subject_id)
