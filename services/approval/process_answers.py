"""How a process is shown over HTTP."""

from __future__ import annotations

from datetime import datetime

import msgspec

from services.approval.answers import TaskView, task_view
from services.approval.domain import Process
from services.chassis.web.histories import HistoryEvent


class LiabilityView(msgspec.Struct, frozen=True):
    """Who answers for one silence."""

    liability_no: str
    task_id: str
    liable: str
    due_at: datetime
    withdrawn: bool


class ProcessView(msgspec.Struct, frozen=True):
    """A process, rebuilt from its events."""

    process_no: str
    scheme: str
    scheme_version: int
    kind: str
    lead: str
    version: int
    started_at: datetime | None
    joint_due_at: datetime | None
    joint_breach: datetime | None
    result: str | None
    decided_at: datetime | None
    cycles: list[list[str]]
    tasks: list[TaskView]
    liabilities: list[LiabilityView]


class ProcessHistory(msgspec.Struct, frozen=True):
    """A process and how it came to be so."""

    process: ProcessView
    history: list[HistoryEvent]


class DayView(msgspec.Struct, frozen=True):
    """One day of a clock: counted or not, and why."""

    day: str
    counted: bool
    why: str
    number: int
    name: str
    reasons: list[str]
    provisional: bool
    due: bool


class ClockStrip(msgspec.Struct, frozen=True):
    """Why a limit ends when it ends."""

    clock: str
    due_at: datetime | None
    days: list[DayView]


def process_view(process: Process) -> ProcessView:
    """Show the state of a process."""
    return ProcessView(
        process_no=process.process_no,
        scheme=process.scheme,
        scheme_version=process.scheme_version,
        kind=process.kind,
        lead=process.lead,
        version=process.version,
        started_at=process.started_at,
        joint_due_at=process.joint_due_at,
        joint_breach=process.joint_breach,
        result=process.result.value if process.result else None,
        decided_at=process.decided_at,
        cycles=process.cycles,
        tasks=[task_view(process, task) for task in process.tasks.values()],
        liabilities=[
            LiabilityView(number, one.task_id, one.liable.value, one.due_at, one.withdrawn)
            for number, one in process.liabilities.items()
        ],
    )
