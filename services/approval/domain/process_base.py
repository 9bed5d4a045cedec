"""The process and its tasks: what is remembered, who waits for whom, and when it is decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from services.approval.domain.graph import cycles
from services.approval.domain.process_events import (
    MutualPrerequisiteDetected,
    ParallelApprovalStarted,
    ProcessDecided,
    ProcessReopened,
    TaskReady,
    TaskResult,
)
from services.approval.domain.rules import NoTaskError, WrongDepartmentError
from services.approval.domain.task import Task
from services.approval.domain.tasks import TaskCancelled, TaskCreated
from services.approval.domain.terms import CONSENTS, Liable, Result, TaskState
from services.kernel.aggregate import Aggregate, applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Cause, Clock, Clocks, Due, Kind
from services.kernel.facts import Facts
from services.kernel.limits import Limit

SURVEY_ABSENCE: Final = "survey_absence"
"""Rule of who stayed away from a survey; no limit passed, so none that moves excuses it."""


@dataclass(frozen=True)
class Liability:
    """Who answers for which silence."""

    task_id: str
    liable: Liable
    due_at: datetime
    rule: str = ""
    withdrawn: bool = False


class ProcessBase(Aggregate):
    """The part of a process that every act on it shares."""

    def __init__(self) -> None:
        self.process_no = ""
        self.scheme = ""
        self.scheme_version = 0
        self.kind = ""
        self.lead = ""
        self.started_at: datetime | None = None
        self.tasks: dict[str, Task] = {}
        self.joint: Clock | None = None
        self.joint_extension = 0
        self.joint_due_at: datetime | None = None
        self.joint_approached: datetime | None = None
        self.joint_breach: datetime | None = None
        self.cycles: list[list[str]] = []
        """Groups found to wait for each other, each told once."""
        self.result: Result | None = None
        self.decided_at: datetime | None = None
        self.liabilities: dict[str, Liability] = {}
        self._calendar: WorkCalendar | None = None

    def counting_by(self, calendar: WorkCalendar) -> Self:
        """Count limits by this calendar from here on; it is no part of what is remembered."""
        self._calendar = calendar
        return self

    @property
    def calendar(self) -> WorkCalendar:
        """What limits are counted by.

        Raises:
            RuntimeError: nobody has said (`counting_by`).
        """
        if self._calendar is None:
            raise RuntimeError("say first by which calendar the process counts")
        return self._calendar

    # What is asked of it.

    @property
    def is_single(self) -> bool:
        """Whether it is one department's case, which has no more than one task."""
        return not self.scheme

    @property
    def is_open(self) -> bool:
        """Whether something is to be decided still."""
        return any(not task.final for task in self.tasks.values())

    @property
    def only(self) -> Task:
        """The task of a process of one."""
        return next(iter(self.tasks.values()))

    def task(self, task_id: str = "") -> Task:
        """Give a task by its id, or by the number of its case; "" is the only one.

        Raises:
            NoTaskError: there is none of this name.
        """
        if not task_id and self.is_single:
            return self.only
        found = self.tasks.get(task_id)
        if found is None:
            found = next((one for one in self.tasks.values() if one.project_no == task_id), None)
        if found is None:
            raise NoTaskError("there is no such task in this process")
        return found

    def mutual(self, task_id: str) -> set[str]:
        """Give the tasks in the cycle of this one, itself included; none when it is in none."""
        groups = cycles({one.task_id: one.prerequisites for one in self.tasks.values()})
        return next((set(group) for group in groups if task_id in group), set())

    def waits_for(self, task: Task) -> list[str]:
        """Give the prerequisites that keep a task from being ready."""
        return [
            one
            for one in task.prerequisites
            if one not in task.deferred and not self._satisfied(one)
        ]

    def dependants(self, task_id: str) -> list[Task]:
        """Give the tasks that name this one as a prerequisite."""
        return [one for one in self.tasks.values() if task_id in one.prerequisites]

    def binding_due(self, task: Task) -> datetime | None:
        """Give the end that counts: the earlier of its promise and the joint limit (P09).

        None while the promise stands still, or none is counted here.
        """
        promised = task.promised_due_at
        if task.clocks is None or promised is None:
            return None
        joint = self.joint_due_at
        if joint is None or (task.ready_at is not None and task.ready_at > joint):
            return promised  # a limit that ended before the task was ready binds nobody
        return min(promised, joint)

    # What acts share.

    def _satisfied(self, task_id: str) -> bool:
        task = self.tasks.get(task_id)
        if task is None or task.state in CONSENTS:
            return True
        return task.waivable and task.state is TaskState.CANCELLED

    def _names(self, task: Task) -> dict[str, Any]:
        """Name a task in an event."""
        return {
            "process_no": self.process_no,
            "task_id": task.task_id,
            "project_no": task.project_no,
        }

    def _named(self, task: Task) -> dict[str, Any]:
        """Name a task in an event that was released before there were processes."""
        return {"project_no": task.project_no} if self.is_single else self._names(task)

    def _check_unit(self, facts: Facts, task: Task) -> None:
        if facts.actor.unit != task.department:
            raise WrongDepartmentError("the task belongs to another department")

    def _tell_cycles(self, facts: Facts) -> None:
        """Say of every group that waits for each other that it does, once (P01, P02)."""
        edges = {one.task_id: one.prerequisites for one in self.tasks.values()}
        for group in cycles(edges):
            if group not in self.cycles:
                self.record(
                    MutualPrerequisiteDetected, facts, process_no=self.process_no, tasks=group
                )

    def _make_ready(self, facts: Facts) -> None:
        """Let every blocked task go on whose prerequisites are met; each exactly once (D09)."""
        for task in list(self.tasks.values()):
            if task.state is not TaskState.BLOCKED or self.waits_for(task):
                continue
            fields: dict[str, Any] = {"ready_at": facts.occurred_at}
            if task.limits is not None:
                fields |= self._first_dues(task, facts.occurred_at)
            met = [one for one in task.prerequisites if one not in task.deferred]
            fields |= {"department": task.department, "item_code": task.item_code}
            self.record(TaskReady, facts, **self._names(task), unblocked_by=met, **fields)

    def _first_dues(self, task: Task, at: datetime) -> dict[str, Any]:
        assert task.limits is not None
        clocks = Clocks.start(at, statutory=task.limits.statutory, promised=task.limits.promised)
        promised = clocks.promised.due(self.calendar) if clocks.promised else None
        statutory = clocks.statutory.due(self.calendar) if clocks.statutory else None
        dues = [due for due in (promised, statutory) if due is not None]
        ends = [due.at for due in (promised,) if due] + [
            end for end in (self.joint_due_at,) if end and promised and at <= end
        ]
        return {
            "promised_due_at": promised.at if promised else None,
            "statutory_due_at": statutory.at if statutory else None,
            "binding_due_at": min(ends, default=None),
            "calendar_version": dues[0].calendar if dues else None,
            "provisional": any(due.provisional for due in dues) or None,
        }

    def _fall_out(self, facts: Facts, task: Task, reason: str) -> None:
        """End what waited for a task that will never consent; others stand (P05, P06)."""
        if task.waivable:
            return
        for other in self.dependants(task.task_id):
            if not other.final and other.state is not TaskState.APPROVED_CONDITIONALLY:
                self._cancel(facts, other, reason, task.task_id)

    def _cancel(self, facts: Facts, task: Task, reason: str, because: str | None = None) -> None:
        self.record(
            TaskCancelled,
            facts,
            department=task.department,
            **self._named(task),
            reason=reason,
            because=because,
        )
        self._fall_out(facts, task, reason)

    def _conclude(self, facts: Facts) -> None:
        """Decide the process when every task is final; say so anew when its result is another."""
        if self.is_single or self.is_open or not self.tasks:
            return
        result = self._joined()
        if self.result is result:
            return
        self.record(
            ProcessDecided,
            facts,
            process_no=self.process_no,
            result=result,
            tasks=[
                TaskResult(one.task_id, one.project_no, one.state.value)
                for one in self.tasks.values()
            ],
            decided_at=facts.occurred_at,
        )

    def _reopened(self, facts: Facts, task: Task, reason: str) -> None:
        """Say that a decided process has a task to decide again (P07)."""
        if self.result is not None:
            self.record(ProcessReopened, facts, **self._names(task), reason=reason)
            self._recount_joint(facts, Cause.CALENDAR_AMENDED)

    def _recount_joint(self, facts: Facts, cause: Cause) -> None:
        """Count the joint limit again; nobody did while the process was decided."""
        raise NotImplementedError

    def _joined(self) -> Result:
        states = [(one.state, one.waivable) for one in self.tasks.values()]
        refused = (TaskState.REJECTED, TaskState.OVERTURNED)
        if any(state in refused and not waivable for state, waivable in states):
            return Result.REJECTED
        if any(state in CONSENTS for state, _ in states):
            return Result.GRANTED
        return Result.WITHDRAWN

    # What is remembered.

    @applies(ParallelApprovalStarted)
    def _started(self, event: ParallelApprovalStarted) -> None:
        self.process_no = event.process_no
        self.scheme = event.scheme
        self.scheme_version = event.scheme_version
        self.kind = event.kind
        self.lead = event.lead
        self.started_at = event.started_at
        self.joint = Clock(Kind.JOINT, Limit(event.joint_limit), event.started_at)
        self.joint_extension = event.joint_extension
        self.joint_due_at = event.joint_due_at

    @applies(TaskCreated)
    def _created(self, event: TaskCreated) -> None:
        self.process_no = event.process_no or event.project_no
        task = Task.created(event)
        self.tasks[task.task_id] = task
        if self.started_at is None:
            self.started_at = event.accepted_at

    @applies(MutualPrerequisiteDetected)
    def _detected(self, event: MutualPrerequisiteDetected) -> None:
        self.cycles.append(event.tasks)

    @applies(TaskReady)
    def _ready(self, event: TaskReady) -> None:
        task = self.tasks[event.task_id]
        task.state = TaskState.OPEN
        task.ready_at = event.ready_at
        task.start_clocks(event.ready_at)
        task.set_due(Kind.PROMISED, event.promised_due_at)
        task.set_due(Kind.STATUTORY, event.statutory_due_at)

    @applies(TaskCancelled)
    def _cancelled(self, event: TaskCancelled) -> None:
        task = self.tasks[event.task_id or event.project_no]
        task.state = TaskState.CANCELLED
        task.ended_because = event.because

    @applies(ProcessDecided)
    def _decided(self, event: ProcessDecided) -> None:
        self.result = event.result
        self.decided_at = event.decided_at

    @applies(ProcessReopened)
    def _opened_again(self, event: ProcessReopened) -> None:
        self.result = self.decided_at = None


def first(dues: Iterable[Due | None]) -> Due | None:
    """Give the earliest of these ends."""
    return min((due for due in dues if due is not None), key=lambda due: due.at, default=None)
