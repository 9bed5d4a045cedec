"""Rows of the national exchange as facts: what each kind says, and what a repeated row means.

A row is known by (data_source, row_guid). Of two states of a row the one its system wrote
later (`cd_time`) holds, so rows that come twice, late or out of order end in the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import Enum

from services.kernel.clock import Reason


class RecordKind(Enum):
    """The tables of the exchange that intake reads."""

    ACCEPT = "accept"
    PROCESS = "process"
    RESULT = "result"
    SPECIAL = "special-procedure"
    MATERIAL = "material"


class Procedure(Enum):
    """What a special procedure is: more time, or time that may not count."""

    EXTENSION = "extension"
    OTHER = "other"


class Operation(Enum):
    """What happened to the row in its own system."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


class Verdict(Enum):
    """What a row means here, given what is known of it."""

    NEW = "new"
    SAME = "same"
    STALE = "stale"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    UNKNOWN = "unknown"
    REUSED = "reused"


@dataclass(frozen=True)
class Row:
    """The part that every row has. `source_time` is its cd_time."""

    kind: RecordKind
    data_source: str
    row_guid: str
    operation: Operation
    source_time: datetime
    digest: str = ""
    """SHA-256 of the message as it came, in hex, before its charset was changed."""

    @property
    def key(self) -> str:
        return f"{self.data_source}/{self.row_guid}"


@dataclass(frozen=True)
class AcceptSaid:
    """What an accept record states; empty or None where it is silent."""

    item_code: str
    item_version: int
    accepted_at: datetime
    submitted_at: datetime | None = None
    promised_due_at: datetime | None = None
    channel: str = "other"
    department: str = ""
    department_name: str = ""
    window: str = ""
    accept_doc_no: str = ""

    def starts_as(self, other: AcceptSaid) -> bool:
        """Say whether both limits are counted alike: the same version, the same moment."""
        ours = (self.item_code, self.item_version, self.accepted_at)
        return ours == (other.item_code, other.item_version, other.accepted_at)


@dataclass(frozen=True)
class StepSaid:
    """What a process record states."""

    name: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    handler: str = ""
    unit: str = ""


@dataclass(frozen=True)
class ResultSaid:
    """What a result record states; `completed_at` may lie before the acceptance and is kept."""

    result: str
    completion_kind: int
    completed_at: datetime
    satisfaction: int = 0
    """As the source numbers it; 0: it says nothing."""
    satisfaction_scale: str = ""
    """Which end of that is best (`rating_terms.Scale`); set exactly with `satisfaction`."""


@dataclass(frozen=True)
class SpecialSaid:
    """What a special procedure record states."""

    procedure: Procedure
    name: str
    started_at: datetime
    ended_at: datetime | None = None
    """None while it runs: the exchange has no empty end, there it equals the start."""
    reason: Reason | None = None
    """What the case waits for, as far as the name of the procedure says it."""
    outcome: str = ""
    days: int = 0
    """Working days an extension adds; 0 when the record does not say."""


@dataclass(frozen=True)
class MaterialSaid:
    """What a material record states; the file itself stays with its system."""

    name: str
    form: str
    copies: int
    received_at: datetime | None = None
    content_hash: str = ""
    size_bytes: int = 0
    media_type: str = ""


Said = AcceptSaid | StepSaid | ResultSaid | SpecialSaid | MaterialSaid
Scalar = str | int
"""A changed value as it stands in an event; times in RFC 3339."""


@dataclass(frozen=True)
class Known:
    """The last state of a row that took effect here."""

    kind: RecordKind
    said: Said
    source_time: datetime
    retracted: bool = False


def judge(known: Known | None, row: Row, said: Said | None) -> Verdict:
    """Say what this row means; `said` is None exactly for a delete.

    A state that is repeated, even under a later time, changes nothing and is not written down. So
    a row that went from A to B and back to A ends in B if its sender sends the B last.
    """
    if known is None:
        return Verdict.UNKNOWN if said is None else Verdict.NEW
    if said is None:
        late = row.source_time < known.source_time
        return Verdict.STALE if late or known.retracted else Verdict.RETRACTED
    if row.source_time < known.source_time:
        return Verdict.STALE
    if known.retracted:
        return Verdict.NEW if row.source_time > known.source_time else Verdict.STALE
    if said == known.said:
        return Verdict.SAME
    if row.operation is Operation.UPDATE:
        return Verdict.CORRECTED
    return Verdict.REUSED if row.source_time > known.source_time else Verdict.STALE


def differences(old: Said, new: Said) -> dict[str, Scalar]:
    """Name what the new state says differently, with the new values as an event holds them."""
    return {
        one.name: _scalar(getattr(new, one.name))
        for one in fields(new)
        if getattr(old, one.name) != getattr(new, one.name)
    }


def changed(said: Said, changes: Mapping[str, Scalar]) -> Said:
    """Apply `differences` again; the inverse of it."""
    values = {
        name: datetime.fromisoformat(str(value)) if name.endswith("_at") else value
        for name, value in changes.items()
    }
    return replace(said, **values)  # type: ignore[arg-type]  # names come from `differences` only


def _scalar(value: object) -> Scalar:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (str, int)):
        return value
    raise TypeError(type(value).__name__)


@dataclass(frozen=True)
class Incoming:
    """One row, translated; `said` is None for a delete.

    `particulars` is what the row says about persons, by vault field: it never enters an event.
    """

    row: Row
    project_no: str
    said: Said | None
    particulars: Mapping[str, str]
    correlation_id: str
    causation_id: str = ""
    body: bytes = field(default=b"", repr=False)
    """As it came, to be kept if it is refused; never logged."""
    departments: frozenset[str] = frozenset()
    """Departments its source may tell of; empty: all."""
