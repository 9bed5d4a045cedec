"""The ways of a task up to its decision: begun, taken up, given back, added, cut loose."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from services.approval.domain.process_base import ProcessBase
from services.approval.domain.process_events import (
    ParallelApprovalStarted,
    PrerequisiteDeferred,
    PrerequisiteRestored,
    TaskReturned,
    TaskStarted,
)
from services.approval.domain.rules import (
    AlreadyDecidedError,
    BlockedError,
    NotSoError,
    SelfEdgeError,
)
from services.approval.domain.task import Task
from services.approval.domain.tasks import (
    StepRecorded,
    TaskCreated,
)
from services.approval.domain.terms import (
    Assignment,
    Limits,
    Member,
    Opening,
    Step,
    TaskState,
)
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Clock, Kind
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Ways(ProcessBase):
    """What happens to tasks short of their decision."""

    def __init__(self) -> None:
        super().__init__()

    @classmethod
    def create(cls, facts: Facts, said: Assignment) -> Self:
        """Give a department a case of its own: a process of one task, ready at once."""
        process = cls.begin(stream_id("task", said.project_no))
        told: dict[str, Any] = {
            name: value
            for name, value in vars(said).items()
            if name != "limits" and value is not None
        }
        process.record(TaskCreated, facts, **told, **_limits_said(said.limits))
        return process

    @classmethod
    def open(cls, facts: Facts, said: Opening, calendar: WorkCalendar) -> Self:
        """Begin a parallel process under a version of its scheme.

        Raises:
            SelfEdgeError: an item waits for itself.
        """
        process = cls.begin(stream_id("process", said.process_no)).counting_by(calendar)
        at = facts.occurred_at
        due = Clock(Kind.JOINT, said.joint, at).due(calendar)
        assert due is not None
        process.record(
            ParallelApprovalStarted,
            facts,
            process_no=said.process_no,
            scheme=said.scheme,
            scheme_version=said.scheme_version,
            kind=said.kind,
            lead=said.lead,
            started_at=at,
            joint_limit=said.joint.value,
            joint_extension=said.joint_extension,
            joint_due_at=due.at,
            calendar_version=due.calendar,
            provisional=due.provisional or None,
            tasks=[f"{said.process_no}/{one.item_code}" for one in said.members],
        )
        codes = {one.item_code for one in said.members}
        for member in said.members:
            process._add(facts, member, codes, said.accepted_by, said.window)
        process._tell_cycles(facts)
        process._make_ready(facts)
        return process

    def add_task(
        self,
        facts: Facts,
        member: Member,
        accepted_by: str | None = None,
        window: str | None = None,
    ) -> str:
        """Bring in a department mid-way: its own clock, the joint limit as it was (P08).

        Raises:
            NotSoError: the item has a task, or it is no parallel process.
        """
        if self.is_single:
            raise NotSoError("only a parallel process takes more departments")
        task_id = f"{self.process_no}/{member.item_code}"
        if task_id in self.tasks:
            raise NotSoError("the item has a task in this process already")
        codes = {one.item_code for one in self.tasks.values()} | {member.item_code}
        self._add(facts, member, codes, accepted_by, window, added=True)
        self._reopened(facts, self.tasks[task_id], "task_added")
        self._tell_cycles(facts)
        self._make_ready(facts)
        return task_id

    def start(self, facts: Facts, task_id: str = "") -> None:
        """Take a task up; a second time by the same person has no effect.

        Raises:
            WrongDepartmentError, BlockedError, AlreadyDecidedError.
        """
        task = self.task(task_id)
        self._check_unit(facts, task)
        self._check_undecided(task)
        if task.handler != facts.actor.id:
            at = facts.occurred_at
            self.record(
                TaskStarted, facts, **self._names(task), handler=facts.actor.id, started_at=at
            )

    def return_task(self, facts: Facts, task_id: str, reason: str) -> None:
        """Give a task back, so that somebody else takes it up; its clocks run on.

        Raises:
            WrongDepartmentError, NotSoError.
        """
        task = self.task(task_id)
        self._check_unit(facts, task)
        if task.state is not TaskState.IN_PROGRESS:
            raise NotSoError("only a task in progress is given back")
        self.record(TaskReturned, facts, **self._names(task), reason=reason)

    def defer_prerequisite(
        self,
        facts: Facts,
        task_id: str,
        prerequisite_task_id: str,
        commitment_no: str,
    ) -> None:
        """Let a task go on before the one it waits for, on a commitment; once has effect.

        Raises:
            NotSoError: it does not wait for that one.
        """
        task, other = self.task(task_id), self.task(prerequisite_task_id)
        if other.task_id not in task.prerequisites:
            raise NotSoError("the task does not wait for that one")
        if other.task_id in task.deferred:
            return
        self.record(
            PrerequisiteDeferred,
            facts,
            **self._names(task),
            prerequisite=other.task_id,
            commitment_no=commitment_no,
        )
        self._make_ready(facts)

    def restore_prerequisite(self, facts: Facts, task_id: str, commitment_no: str) -> None:
        """Take back what a commitment had cut loose; without effect on a task that is decided."""
        task = self.task(task_id)
        if not (task.undecided or task.state is TaskState.BLOCKED):
            return
        for prerequisite, number in list(task.deferred.items()):
            if number == commitment_no:
                self.record(
                    PrerequisiteRestored,
                    facts,
                    **self._names(task),
                    prerequisite=prerequisite,
                    commitment_no=commitment_no,
                    reblocked=task.undecided and not self._satisfied(prerequisite),
                )

    def record_step(self, facts: Facts, step: Step, task_id: str = "") -> None:
        """File a step, also after the decision; one that is on file has no effect."""
        task = self.task(task_id)
        if step.row_guid not in task.steps:
            self.record(StepRecorded, facts, **self._named(task), **vars(step))

    def _check_undecided(self, task: Task) -> None:
        if task.state is TaskState.BLOCKED:
            raise BlockedError("the task waits for others that are not decided")
        if not task.undecided:
            raise AlreadyDecidedError(f"the task is {task.state.value}")

    def _add(
        self,
        facts: Facts,
        member: Member,
        codes: Collection[str],
        accepted_by: str | None,
        window: str | None,
        added: bool = False,
    ) -> None:
        if member.item_code in member.needs:
            raise SelfEdgeError("a task cannot wait for itself")
        self.record(
            TaskCreated,
            facts,
            project_no=member.project_no,
            item_code=member.item_code,
            department=member.department,
            accepted_at=facts.occurred_at,
            accepted_by=accepted_by,
            process_no=self.process_no,
            task_id=f"{self.process_no}/{member.item_code}",
            item_version=member.item_version,
            window=window,
            prerequisites=[f"{self.process_no}/{code}" for code in member.needs if code in codes],
            waivable=member.waivable,
            added=added or None,
            **_limits_said(member.limits),
        )

    @applies(StepRecorded)
    def _step_recorded(self, event: StepRecorded) -> None:
        self.task(event.task_id or event.project_no).steps[event.row_guid] = event.name

    @applies(TaskStarted)
    def _task_started(self, event: TaskStarted) -> None:
        task = self.tasks[event.task_id]
        task.state, task.handler = TaskState.IN_PROGRESS, event.handler

    @applies(TaskReturned)
    def _returned(self, event: TaskReturned) -> None:
        task = self.tasks[event.task_id]
        task.state, task.handler = TaskState.OPEN, None

    @applies(PrerequisiteDeferred)
    def _deferred(self, event: PrerequisiteDeferred) -> None:
        task = self.tasks[event.task_id]
        task.deferred = {**task.deferred, event.prerequisite: event.commitment_no}

    @applies(PrerequisiteRestored)
    def _restored(self, event: PrerequisiteRestored) -> None:
        task = self.tasks[event.task_id]
        kept = {one: no for one, no in task.deferred.items() if one != event.prerequisite}
        task.deferred = kept
        if event.reblocked:
            task.block()


def _limits_said(limits: Limits | None) -> dict[str, Any]:
    if limits is None:
        return {}
    said: dict[str, Any] = {"deemed_effect": limits.effect}
    for name, limit in (("promised", limits.promised), ("statutory", limits.statutory)):
        if limit is not None:
            said[f"{name}_limit"], said[f"{name}_unit"] = limit.value, limit.unit
    if limits.also_stops_statutory:
        said["also_stops_statutory"] = list(limits.also_stops_statutory)
    if limits.also_stops_promised:
        said["also_stops_promised"] = list(limits.also_stops_promised)
    return said
