"""What the catalog answers to rows of outside systems that it cannot take."""

from __future__ import annotations

from services.kernel.aggregate import Fact


class RecordRefused(Fact):
    """A row could not be taken, and why; never repeats a value. Stream: refusal/<reply key>."""

    TOPIC = "catalog.record-refused.v1"

    data_source: str
    record: str
    reason_code: str
    reason: str
    row_guid: str | None = None
    about: str | None = None
    """Business key of what the row is about."""
    field: str | None = None
