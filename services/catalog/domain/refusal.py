"""The reply to a row of an outside system that could not be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from services.catalog.domain.reply_events import RecordRefused
from services.kernel.aggregate import Aggregate
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


@dataclass(frozen=True)
class Reply:
    """Why a row is refused; never repeats a value of it."""

    data_source: str
    record: str
    reason_code: str
    reason: str
    row_guid: str | None = None
    about: str | None = None
    field: str | None = None

    @property
    def key(self) -> str:
        """The same row refused again for the same reason is the same reply."""
        parts = (self.data_source, self.record, self.row_guid, self.about, self.reason_code)
        return "/".join((*(part or "" for part in parts), self.field or ""))


class Refusal(Aggregate):
    """One reply, told once. Stream: `stream_id("refusal", reply.key)`."""

    @classmethod
    def tell(cls, facts: Facts, reply: Reply) -> Self:
        """Refuse a row with a reason."""
        refusal = cls.begin(stream_id("refusal", reply.key))
        refusal.record(RecordRefused, facts, **vars(reply))
        return refusal
