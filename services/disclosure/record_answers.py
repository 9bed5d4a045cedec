"""What disclosure takes and answers about records to be corrected, and about persons, over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from services.chassis.vault import Access, Purpose
from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.disclosure.application.own_records import EVIDENCE, WRONG
from services.disclosure.domain.erasure import ErasureGround
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


class PurposeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What for; without it a person is shown masked."""

    purpose: Purpose | None = None


class FindSubjects(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search by identity number. In a body, so that it stands in no URL and no access log."""

    id_number: Annotated[str, Meta(min_length=1, max_length=64)]
    purpose: Purpose = Purpose.SUBJECT_REQUEST

    def __repr__(self) -> str:
        return "FindSubjects(...)"

    __str__ = __repr__


class EraseAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request to erase."""

    ground: ErasureGround


class HoldSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request, an application or a suit; it forbids erasing until it is released."""

    reason: str
    kind: str
    released_at: datetime | None = None


class SubjectSeen(msgspec.Struct, frozen=True):
    """What is shown of a person."""

    subject_id: str
    masked: bool
    fields: dict[str, str]
    """Empty when the person was erased."""
    holds: list[HoldSeen]
    erased_at: datetime | None


class SubjectFound(msgspec.Struct, frozen=True):
    """One reference to the person who was looked for."""

    subject_id: str
    holds: list[HoldSeen]


class SubjectExport(msgspec.Struct, frozen=True):
    """Everything disclosure knows about one human being, for them."""

    exported_at: datetime
    subjects: list[SubjectSeen]
    files: list[dict[str, Any]]
    """Every request and application of theirs with its history; the log holds nothing personal."""
    accesses: list[Access]


class SubjectGone(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an erasure did."""

    subject_ids: list[str]
    event: str
    position: int | None = None
