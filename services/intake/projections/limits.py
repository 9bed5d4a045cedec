"""The end of a limit that was counted again, in the row of what has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from services.chassis.events import Event
from services.chassis.projection import Change, Update

RECOUNTED: Final = "intake.limit-recounted.v1"
_MOVES: Final[Mapping[str, tuple[str, str]]] = {
    "TICKET": ("ticket_row", "ticket_no"),
    "VILLAGE_CERTIFICATE": ("village_row", "request_no"),
    "HAND_OVER": ("contact_row", "enquiry_no"),
}
"""Tables with their keys; a case shows its own days from its log."""


class _Recounted(msgspec.Struct, frozen=True):
    limit: str
    key: str
    new_due_at: datetime


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    if event.type == RECOUNTED:
        said = event.read(_Recounted)
        if said.limit in _MOVES:
            table, key = _MOVES[said.limit]
            yield Update(table, {key: said.key}, {"due_at": said.new_due_at})
        elif said.limit == "BAD_REVIEW_CONTACT":
            project_no, _, stage = said.key.partition("/")
            rated = {"project_no": project_no, "stage": int(stage)}
            yield Update("rating_row", rated, {"contact_due_at": said.new_due_at})
