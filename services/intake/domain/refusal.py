"""The reply to a row of an outside system that could not be taken, or not yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from services.intake.domain.record_events import RecordQuarantined, RecordTurnedDown
from services.kernel.aggregate import Aggregate
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


@dataclass(frozen=True)
class Reply:
    """Why a row is refused; never repeats a value of it."""

    data_source: str
    """Whom it is for: the broker user who sent the row where the broker said so."""
    record: str
    reason_code: str
    reason: str
    row_guid: str | None = None
    project_no: str | None = None
    field: str | None = None

    @property
    def key(self) -> str:
        """The same row refused again for the same reason is the same reply."""
        parts = (self.data_source, self.record, self.row_guid, self.project_no, self.reason_code)
        return "/".join((*(part or "" for part in parts), self.field or ""))


class Refusal(Aggregate):
    """One reply, told once. Stream: `stream_id("refusal", reply.key)`."""

    def __init__(self) -> None:
        pass

    @classmethod
    def tell(cls, facts: Facts, reply: Reply, digest: str = "") -> Self:
        """Refuse a row with a reason; `digest` says which message it was."""
        refusal = cls.begin(stream_id("refusal", reply.key))
        refusal.record(RecordTurnedDown, facts, **vars(reply), row_digest=digest or None)
        return refusal


class Quarantine(Aggregate):
    """One reply that a row waits, told once. Stream: `stream_id("quarantine", reply.key)`."""

    def __init__(self) -> None:
        pass

    @classmethod
    def tell(cls, facts: Facts, reply: Reply, digest: str = "") -> Self:
        """Say that the row waits, for what."""
        quarantine = cls.begin(stream_id("quarantine", reply.key))
        quarantine.record(RecordQuarantined, facts, **vars(reply), row_digest=digest or None)
        return quarantine
