"""What disclosure tells of supervision, and what it reads of approval for its cards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from services.chassis.bus.envelope import Publication

APPROACHING: Final = "approval.deadline-approaching.v1"
BREACHED: Final = "approval.clock-breached.v1"
RECALCULATED: Final = "approval.clock-recalculated.v1"
LIABLE: Final = "approval.liability-recorded.v1"
EXCUSED: Final = "approval.liability-withdrawn.v1"
STARTED: Final = "approval.parallel-approval-started.v1"


class LimitSaid(msgspec.Struct, frozen=True):
    """A limit is about to end, or passed; without a task it is that of the whole process."""

    process_no: str
    clock: str
    due_at: datetime
    task_id: str | None = None
    project_no: str | None = None
    department: str = ""
    """Whose limit it is; empty in events from before it was told."""


class LimitMoved(msgspec.Struct, frozen=True):
    """A limit was counted again."""

    process_no: str
    clock: str
    old_due_at: datetime
    new_due_at: datetime
    task_id: str | None = None


class Liable(msgspec.Struct, frozen=True):
    """Somebody answers for a limit."""

    process_no: str
    task_id: str
    liability_no: str
    due_at: datetime


class Excused(msgspec.Struct, frozen=True):
    """Nobody answers any more."""

    process_no: str
    task_id: str
    liability_nos: list[str]


class Started(msgspec.Struct, frozen=True):
    """A project of several departments began; `lead` is the department that leads it."""

    process_no: str
    lead: str


READS: Final[Mapping[str, type[msgspec.Struct]]] = {
    APPROACHING: LimitSaid,
    BREACHED: LimitSaid,
    RECALCULATED: LimitMoved,
    LIABLE: Liable,
    EXCUSED: Excused,
    STARTED: Started,
}
CARDS: Final = frozenset({APPROACHING, BREACHED, RECALCULATED, EXCUSED})
"""Events that issue a card, or take one back."""
_NAMES: Final = (
    "supervision-cycle-scheduled",
    "supervision-obligation-met",
    "supervision-obligation-missed",
    "supervision-cycle-ended",
    "rectification-notice-issued",
    "rectification-answered",
    "rectification-verified",
    "rectification-overdue",
    "circular-published",
    "lagging-unit-named",
    "score-imported",
    "training-held",
    "inspection-recorded",
    "card-issued",
    "card-withdrawn",
    "outreach-held",
    "outreach-issue-raised",
    "outreach-issue-resolved",
    "hall-visitors-counted",
    "page-visits-counted",
    "enquiries-counted",
    "reported-fact-recorded",
    "supervision-record-retracted",
)
PUBLISHES: Final = {
    f"disclosure.{name}.v1": Publication(f"disclosure.{name}.v1") for name in _NAMES
}
