"""What disclosure takes and answers about records to be corrected, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.disclosure.application.own_records import EVIDENCE, WRONG
from services.disclosure.domain.own_records import RecordCorrection, RecordOutcome

Named = Annotated[str, Meta(min_length=1, max_length=200)]
Code = Annotated[str, Meta(max_length=40)]


class AskOwnCorrection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody says a record about themselves is wrong. All of it goes to the vault."""

    name: Named
    id_number: Annotated[str, Meta(min_length=4, max_length=64)]
    phone: Annotated[str, Meta(min_length=5, max_length=64)]
    text: Annotated[str, Meta(min_length=5, max_length=4000)]
    """Which record, what is wrong in it, what is right."""
    evidence: Annotated[str, Meta(min_length=2, max_length=4000)]
    """What shows it: the law asks for evidence."""

    def told(self) -> dict[str, str]:
        """Give what goes to the vault, by field."""
        return {
            "name": self.name,
            "document_no": self.id_number,
            "phone": self.phone,
            WRONG: self.text,
            EVIDENCE: self.evidence,
        }

    def __repr__(self) -> str:
        return "AskOwnCorrection(...)"

    __str__ = __repr__


class RegisterOwnCorrection(
    AskOwnCorrection, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """An application that came on paper, entered by an officer."""

    received_on: date
    """The day it was handed in, or arrived."""

    def __repr__(self) -> str:
        return "RegisterOwnCorrection(...)"

    __str__ = __repr__


class CorrectionReceipt(msgspec.Struct, frozen=True):
    """Where an application can be followed; the code is told once."""

    correction_no: str
    code: str
    state: str
    event: str


class DecideCorrection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer; `authority` when it is for another to correct."""

    outcome: RecordOutcome
    letter_no: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z._-]+$")]
    authority: Annotated[str, Meta(max_length=100)] = ""


class CorrectionTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done to an application."""

    correction_no: str
    state: str
    event: str
    position: int | None = None


class CorrectionsQuery(PageQuery, frozen=True, kw_only=True):
    """All of them, or those that wait."""

    all: bool = False


class OwnRecordView(msgspec.Struct, frozen=True):
    """An application as the desk sees it."""

    correction_no: str
    subject_id: str
    received_on: date | None
    outcome: str
    authority: str
    decided_on: date | None
    history: list[HistoryEvent]


def record_view(record: RecordCorrection, history: list[HistoryEvent]) -> OwnRecordView:
    """Show the state of an application."""
    return OwnRecordView(
        record.correction_no,
        record.subject_id,
        record.received_on,
        record.outcome.value if record.outcome else "",
        record.authority,
        record.decided_on,
        history,
    )
