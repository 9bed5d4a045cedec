"""Records of the national exchange (accept, process, result) as an outside system writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import msgspec

RANK = {"accept": 0, "process": 1, "result": 2}
"""Order of records of one case that carry the same time."""


class Applicant(msgspec.Struct, frozen=True):
    """Who applies. In this package always invented, in ranges no real document uses."""

    name: str
    kind: str
    card_no: str
    phone: str
    address: str


@dataclass(frozen=True)
class Record:
    """One row of the exchange, ready to send."""

    at: datetime
    """When it happened in the world: the records leave in this order."""
    project_no: str
    """The case: partition key of the message."""
    kind: str
    row_guid: str
    body: bytes
    line: int = 0
    """Line of the source file it was read from, 0 when it was not read from a file."""


@dataclass(frozen=True)
class Item:
    """A service item as `POST /items` of the catalog takes it."""

    fields: dict[str, object]

    @property
    def code(self) -> str:
        return str(self.fields["item_code"])


def row_guid(source: str, *key: str) -> str:
    """Give the same guid for the same row for ever, so that a second push repeats the first."""
    return str(uuid5(NAMESPACE_URL, "/".join(("banjian-feed", source, *key))))


def in_time_order(records: Iterable[Record]) -> list[Record]:
    """Order records by their time, but never a case's record before its acceptance.

    Real logs hold cases that end, by the clock of another system, before they start. Their times
    stay as they are; a sender would still not send a result of a case it has not announced.
    """
    everything = list(records)
    accepted = {r.project_no: r.at for r in everything if r.kind == "accept"}

    def place(record: Record) -> tuple[datetime, str, int, datetime, int]:
        start = accepted.get(record.project_no, record.at)
        return (
            max(record.at, start),
            record.project_no,
            0 if record.kind == "accept" else 1,
            record.at,
            RANK[record.kind],
        )

    return sorted(everything, key=place)
