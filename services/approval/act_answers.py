"""What officers send when they act on tasks and processes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from services.approval.answers import Kind, Reason, Version
from services.approval.domain import VoidGround
from services.chassis.web import PageQuery
from services.kernel.clock import Kind as ClockKind
from services.kernel.clock import Reason as ClockReason

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[0-9A-Za-z._-]+$")]
Name = Annotated[str, msgspec.Meta(max_length=64)]
Stated = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern="^[a-z0-9_]+$", description="A code.")
]
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="SHA-256, in hex.")]
NoticeNo = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, description="Of the written notice.")
]
Days = Annotated[int, msgspec.Meta(ge=1, le=365, description="Working days.")]


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act that needs no words."""

    expected_version: Version = None


class Because(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act with its reason."""

    reason: Stated


class Suspend(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Clocks are to stand still; told in writing (行政许可法 art. 45)."""

    reason: ClockReason
    expected_days: Days
    notice_no: NoticeNo
    clocks: list[ClockKind] = []
    """Those meant; all the reason stops when empty."""


class Resume(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Clocks go on."""

    reason: ClockReason


class Extend(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More time, once."""

    days: Days
    reason: Stated
    notice_no: NoticeNo


class NoticeDelay(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The applicant keeps the task waiting; excuses only when told to both."""

    reason: Stated
    remedy: Stated
    notice_no: NoticeNo
    expected_days: Days
    to_applicant: bool
    to_window: bool


class Void(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A deemed consent never was."""

    ground: VoidGround
    proof: Digest


class Overturn(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A deemed consent is set aside (art. 69)."""

    legal_ground: Stated
    compensation: bool


class DecideLate(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision after silence counted as consent."""

    decision: Literal["approve", "reject"]
    decided_at: datetime
    """When it was made, with offset."""
    completion_kind: Kind | None = None
    reason: Reason = ""
    proof: Annotated[
        str, msgspec.Meta(pattern="^([0-9a-f]{64})?$", description="That it was made in time.")
    ] = ""


class AddDepartment(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A department joins mid-way with an accepted case."""

    project_no: Code
    item_code: Code
    department: Code
    item_version: Annotated[int, msgspec.Meta(ge=1)] | None = None
    needs: list[Code] = []
    """Item codes of the process it waits for."""
    waivable: bool = False


class Withdraw(Act, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the applicant withdraws: these cases, or all."""

    cases: list[Code] = []


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A joint review meeting."""

    meeting_no: Code
    projects: list[Code]
    departments: list[Code]
    scheduled_at: datetime
    place: Name = ""


class Held(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A meeting took place."""

    attended: list[Code]
    minutes_hash: Digest


class ProcessesQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list of processes."""

    state: Literal["", "running", "decided"] = ""
    kind: Name = ""
    lead: Name = ""


class LiabilitiesQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the register of who answers."""

    department: Name = ""
    liable: Literal["", "window", "department"] = ""
    process_no: Name = ""


class CountsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Whose work is counted; everybody's when empty."""

    department: Name = ""
