"""Words of a process: where tasks stand, what silence does, what is assigned and decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from services.kernel.limits import Limit


class TaskState(Enum):
    """Where a task stands."""

    BLOCKED = "blocked"
    """It waits for other tasks."""
    OPEN = "open"
    """Ready: its clocks run, nobody has taken it up."""
    READY = "open"  # noqa: PIE796 - the released word, and what it means
    IN_PROGRESS = "in_progress"
    APPROVED = "approved"
    APPROVED_CONDITIONALLY = "approved_conditionally"
    """Decided before the papers came (先办后补); no certificate yet."""
    REJECTED = "rejected"
    DEEMED_CONSENTED = "deemed_consented"
    OVERTURNED = "overturned"
    """A deemed consent that was set aside (行政许可法 art. 69)."""
    WAIVED = "waived"
    CANCELLED = "cancelled"


UNDECIDED = frozenset({TaskState.OPEN, TaskState.IN_PROGRESS})
UNFINISHED = UNDECIDED | {TaskState.BLOCKED, TaskState.APPROVED_CONDITIONALLY}
"""Every other state is final: it does not keep the process open."""
CONSENTS = frozenset(
    {
        TaskState.APPROVED,
        TaskState.APPROVED_CONDITIONALLY,
        TaskState.DEEMED_CONSENTED,
        TaskState.WAIVED,
    }
)
"""What lets a task that waited for it go on."""


class DeemedEffect(Enum):
    """What silence beyond the promised limit does (默许)."""

    NEXT_STAGE = "NEXT_STAGE"
    """Those that waited go on; nothing is granted by it."""
    GRANT = "GRANT"
    """Granted; only renewals (行政许可法 art. 50)."""
    NONE = "NONE"
    """A breach and no more."""


class VoidGround(Enum):
    """Why a deemed consent never was."""

    TIMELY_DECISION_LATE = "TIMELY_DECISION_LATE"
    """The decision was made in time, its message came late (D02)."""
    CALENDAR_AMENDED = "CALENDAR_AMENDED"
    WRONG_CLOCK = "WRONG_CLOCK"


class Result(Enum):
    """How a process ended."""

    GRANTED = "granted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Liable(Enum):
    """Who answers for a silence: both always, with one cause (D12)."""

    WINDOW = "window"
    DEPARTMENT = "department"


@dataclass(frozen=True)
class Limits:
    """How long a task may take, and what silence does."""

    promised: Limit | None = None
    statutory: Limit | None = None
    also_stops_statutory: tuple[str, ...] = ()
    also_stops_promised: tuple[str, ...] = ()
    effect: DeemedEffect = DeemedEffect.NEXT_STAGE


@dataclass(frozen=True)
class Assignment:
    """What a department gets to decide for a case of its own."""

    project_no: str
    item_code: str
    department: str
    promised_due_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str | None = None
    item_version: int | None = None
    window: str | None = None
    statutory_due_at: datetime | None = None
    limits: Limits | None = None
    """None: no limit is counted here, as for what an outside system reports."""


@dataclass(frozen=True)
class Member:
    """One task of a parallel process."""

    project_no: str
    item_code: str
    department: str
    item_version: int | None = None
    needs: tuple[str, ...] = ()
    """Item codes it waits for; those that are no part of the process are left out."""
    waivable: bool = False
    limits: Limits = Limits()


@dataclass(frozen=True)
class Opening:
    """A project that begins, under one version of its scheme."""

    process_no: str
    scheme: str
    scheme_version: int
    kind: str
    lead: str
    joint: Limit
    joint_extension: int
    members: Sequence[Member]
    accepted_by: str | None = None
    window: str | None = None


@dataclass(frozen=True)
class SchemeMember:
    """One item of a published scheme."""

    item_code: str
    department: str
    needs: tuple[str, ...] = ()
    waivable: bool = False


@dataclass(frozen=True)
class Scheme:
    """One version of a parallel scheme, as catalog published it; limits in working days."""

    scheme: str
    scheme_version: int
    kind: str
    lead: str
    joint_limit_days: int
    joint_extension_days: int
    members: Sequence[SchemeMember]


@dataclass(frozen=True)
class Delegation:
    """Who may decide for a department: whether it names anybody, and by which document today."""

    named: bool
    live: str | None


@dataclass(frozen=True)
class Step:
    """One finished step; the same `row_guid` is the same step."""

    row_guid: str
    name: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    handler: str | None = None


@dataclass(frozen=True)
class Verdict:
    """A decision; `row_guid` names the reported result it stands on, if any.

    `decided_at` is when the database received it, or what an outside system says and can show.
    """

    granted: bool
    completion_kind: int
    decided_at: datetime
    row_guid: str | None = None
    reason: str | None = None
    delegation: str | None = None


@dataclass(frozen=True)
class Notice:
    """The written notice of a suspension: its number, and how long it will take."""

    notice_no: str
    expected_days: int


def breach_at(due_at: datetime) -> datetime:
    """Give the first moment after a limit: its last second still belongs to it."""
    return due_at.replace(microsecond=0) + timedelta(seconds=1)


def in_time(moment: datetime, due_at: datetime) -> bool:
    """Say whether something was done within its limit."""
    return moment < breach_at(due_at)
