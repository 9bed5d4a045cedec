"""The reply to a row of an outside department that could not be taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

from services.kernel.aggregate import Aggregate, Fact
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class RecordRefused(Fact):
    """A row of an outside department was not taken; its routing key names who sent it."""

    TOPIC = "approval.record-refused.v1"

    data_source: str
    record: str
    reason_code: str
    reason: str
    row_guid: str | None = None
    project_no: str | None = None
    field: str | None = None
    row_digest: str | None = None


class Known(NamedTuple):
    """The last state of a row that took effect."""

    record: str
    project_no: str
    source_time: datetime
    retracted: bool
    digest: bytes


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
        refusal.record(RecordRefused, facts, **vars(reply), row_digest=digest or None)
        return refusal
