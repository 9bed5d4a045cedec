"""The end of a limit that was counted again, in the row of what has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from services.chassis.events import Event
from services.chassis.projection import Change, Statement

RECOUNTED: Final = "intake.limit-recounted.v1"
_MOVES: Final[Mapping[str, str]] = {
    "TICKET": "UPDATE ticket_row SET due_at = %s WHERE ticket_no = %s",
    "BAD_REVIEW_CONTACT": (
        "UPDATE rating_row SET contact_due_at = %s WHERE (project_no, stage) ="
        " (split_part(%s, '/', 1), split_part(%s, '/', 2)::int)"
    ),
    "VILLAGE_CERTIFICATE": "UPDATE village_row SET due_at = %s WHERE request_no = %s",
    "HAND_OVER": "UPDATE contact_row SET due_at = %s WHERE enquiry_no = %s",
}
"""A case shows its own days from its log."""


class _Recounted(msgspec.Struct, frozen=True):
    limit: str
    key: str
    new_due_at: datetime


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    if event.type == RECOUNTED:
        said = event.read(_Recounted)
        if said.limit in _MOVES:
            statement = _MOVES[said.limit]
            keys = [said.key] * (statement.count("%s") - 1)
            yield Statement(statement, (said.new_due_at, *keys))
