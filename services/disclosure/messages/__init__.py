"""Translates: what disclosure reads of other services' events, and what it tells the world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec

from services.chassis import reference
from services.chassis.bus.envelope import Publication
from services.chassis.events import Event
from services.chassis.reference.messages import CALENDARS, CalendarSaid
from services.disclosure.messages import asked, catalog, happened, results, supervision

Record = Literal["accept", "process", "result"]


class Accepted(msgspec.Struct, frozen=True):
    """`intake.case-accepted.v1`, as far as figures need it."""

    project_no: str
    item_code: str
    channel: str
    department: str
    accepted_at: datetime
    promised_due_at: datetime | None = None


class Completed(msgspec.Struct, frozen=True):
    """`intake.case-completed.v1`."""

    project_no: str
    completion_kind: int
    completed_at: datetime


class Fields(msgspec.Struct, frozen=True):
    """What a correction may change that figures depend on; None: not changed."""

    accepted_at: datetime | None = None
    promised_due_at: datetime | None = None
    channel: str | None = None
    department: str | None = None
    item_code: str | None = None
    completed_at: datetime | None = None
    completion_kind: int | None = None


class Corrected(msgspec.Struct, frozen=True):
    """`intake.external-record-corrected.v1`."""

    project_no: str
    record: Record
    changed: Fields


class Retracted(msgspec.Struct, frozen=True):
    """`intake.external-record-retracted.v1`."""

    project_no: str
    record: Record


class Recalculated(msgspec.Struct, frozen=True):
    """`intake.clock-recalculated.v1`: a deadline was counted anew, such as after an amendment."""

    project_no: str
    clock: str
    """`PROMISED`, `STATUTORY` or `STEP`."""
    new_due_at: datetime


class Uncounted(msgspec.Struct, frozen=True):
    """`intake.case-deleted-in-error.v1` and `intake.acceptance-withdrawn.v1`: no case any more.

    Also `intake.case-reopened.v1`: not completed any more.
    """

    project_no: str


class Moved(msgspec.Struct, frozen=True):
    """`intake.case-resumed.v1` and `intake.case-extended.v1`: a limit ends later now."""

    project_no: str
    promised_due_at: datetime | None = None


LISTENS: Final = ("catalog", "intake", "approval")
READS: Final[Mapping[str, type[msgspec.Struct]]] = {
    **reference.READS,
    **catalog.READS,
    "intake.case-accepted.v1": Accepted,
    "intake.case-completed.v1": Completed,
    "intake.clock-recalculated.v1": Recalculated,
    "intake.case-resumed.v1": Moved,
    "intake.case-extended.v1": Moved,
    "intake.case-deleted-in-error.v1": Uncounted,
    "intake.acceptance-withdrawn.v1": Uncounted,
    "intake.case-reopened.v1": Uncounted,
    "intake.external-record-corrected.v1": Corrected,
    "intake.external-record-retracted.v1": Retracted,
    **results.READS,
    **happened.READS,
    **supervision.READS,
}
CHECKPOINTED: Final = frozenset(
    {
        "disclosure.statistic-published.v1",
        "disclosure.statistic-corrected.v1",
        "disclosure.report-published.v1",
    }
)
"""Events after which the log's head is signed at once."""
PUBLISHES: Final = {
    "disclosure.statistic-published.v1": Publication("disclosure.statistic-published.v1"),
    "disclosure.statistic-corrected.v1": Publication("disclosure.statistic-corrected.v1"),
    "disclosure.report-published.v1": Publication("disclosure.report-published.v1"),
    **asked.PUBLISHES,
    **supervision.PUBLISHES,
}


def years_changed(events: Iterable[Event]) -> list[int]:
    """Name the years of which one of these events brings another calendar."""
    changed = (event for event in events if event.type in CALENDARS)
    return sorted({event.read(CalendarSaid).year for event in changed})
