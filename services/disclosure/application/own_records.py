"""What disclosure can be told of records somebody wants corrected, and of their own data here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from services.chassis.eventlog.application import command
from services.chassis.vault import Hold, Opening
from services.disclosure.application.asked import FoiDone, digest_of
from services.disclosure.application.foi import FoiRequests
from services.disclosure.domain.foi import FoiRequest, foi_stream
from services.disclosure.domain.own_records import (
    RecordCorrection,
    RecordOutcome,
    record_stream,
)
from services.kernel.facts import Facts

WRONG: Final = "record_text"
"""The vault field with what is wrong and what is right, in the person's words."""
EVIDENCE: Final = "record_evidence"
"""The vault field with what shows it."""
REQUIRED: Final = ("name", "document_no", "phone", WRONG, EVIDENCE)


class OwnRecords(FoiRequests):
    """Corrections of one's own record (art. 41), and the rights of a person (PIPL 45 to 47)."""

    @command
    def ask_record_correction(
        self,
        facts: Facts,
        correction_no: str,
        code: str,
        told: Mapping[str, str],
        *,
        account: str = "",
        received_on: date | None = None,
        key: str | None = None,
    ) -> FoiDone:
        """Take an application in; who asks, and for what, goes to the vault and nowhere else.

        Args:
            received_on: the day it came, when it came on paper.
        """
        named = "name, number, contact, what is wrong, evidence"
        subject_id = self._take_in(correction_no, told, REQUIRED, named)
        record = self.find(RecordCorrection, record_stream(correction_no))
        record = record or RecordCorrection.of(correction_no)
        record.ask(
            self._here(facts),
            correction_no,
            subject_id=subject_id,
            code_digest=digest_of(correction_no, code),
            account=account or None,
            received_on=received_on,
        )
        return self._file_own_record(record)

    @command
    def decide_record_correction(
        self,
        facts: Facts,
        correction_no: str,
        outcome: RecordOutcome,
        letter_no: str,
        authority: str = "",
        *,
        key: str | None = None,
    ) -> FoiDone:
        """Answer it; from then on the person may have their data erased."""
        record = self.record_correction(correction_no)
        record.decide(self._here(facts), outcome, letter_no, authority)
        self.change(self._vault.releasing(record.subject_id, correction_no))
        return self._file_own_record(record)

    def record_correction(self, correction_no: str) -> RecordCorrection:
        """Give an application.

        Raises:
            NotFoundError: there is none.
        """
        return self._asked(RecordCorrection, record_stream(correction_no))

    def record_correction_by_code(self, correction_no: str, code: str) -> RecordCorrection:
        """Give an application to who knows its code; a wrong code is as good as none.

        Raises:
            NotFoundError: there is none, or the code is another.
        """
        stream = record_stream(correction_no)
        return self._asked_by_code(RecordCorrection, stream, correction_no, code)

    def record_texts(self, record: RecordCorrection, opening: Opening) -> Mapping[str, str]:
        """Give who asks and for what; the opening is written down."""
        return self._texts(record.subject_id, None, opening)

    def named(self, holds: Iterable[Hold]) -> list[Hold]:
        """Say of each hold what it is: the vault knows only that a number stands."""
        return [
            replace(one, kind=self._kind_of(one.reason)) if one.kind == "case" else one
            for one in holds
        ]

    def _kind_of(self, number: str) -> str:
        if self.find(RecordCorrection, record_stream(number)) is not None:
            return "record_correction"
        known = self.find(FoiRequest, foi_stream(number)) is not None
        return "request" if known else "case"

    def _file_own_record(self, record: RecordCorrection) -> FoiDone:
        self.keep(record)
        state = "received" if record.outcome is None else record.outcome.value
        return FoiDone(record.correction_no, state, str(record.id), record.version)
