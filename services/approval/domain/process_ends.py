"""How tasks end without a decision and are opened again: waived, withdrawn, reconsidered."""

from __future__ import annotations

from collections.abc import Collection

from services.approval.domain.process_events import TaskWaived
from services.approval.domain.process_ways import Ways
from services.approval.domain.rules import AlreadyDecidedError, NotSoError, NotWaivableError
from services.approval.domain.task import Task
from services.approval.domain.tasks import TaskCancelled, TaskReopened
from services.approval.domain.terms import TaskState
from services.kernel.aggregate import applies
from services.kernel.facts import Facts


class Ends(Ways):
    """What becomes of a task that nobody decides, and how it comes back."""

    def __init__(self) -> None:
        super().__init__()

    def waive(self, facts: Facts, task_id: str, reason: str) -> None:
        """Do without a task, where the scheme allows it.

        Raises:
            NotWaivableError, AlreadyDecidedError.
        """
        task = self.task(task_id)
        if not task.waivable:
            raise NotWaivableError("the scheme does not let this task be done without")
        if task.final and task.state not in (TaskState.REJECTED, TaskState.OVERTURNED):
            raise AlreadyDecidedError(f"the task is {task.state.value}")
        self.record(TaskWaived, facts, **self._names(task), reason=reason)
        self._make_ready(facts)
        self._conclude(facts)

    def cancel_task(self, facts: Facts, task_id: str, reason: str) -> None:
        """End a task that is not decided, and what waits for it; a second time has no effect.

        For a waivable one nothing waits any longer.
        """
        task = self.task(task_id)
        if not task.final:
            self._cancel(facts, task, reason)
            self._make_ready(facts)
            self._conclude(facts)

    def withdraw(
        self,
        facts: Facts,
        task_ids: Collection[str] = (),
        reason: str = "withdrawn",
    ) -> None:
        """End what the applicant withdraws, by default all; what is decided stands (P04, P05).

        What waits for a withdrawn task ends with it; for a waivable one it waits no longer.
        """
        chosen = [self.task(one) for one in task_ids] or list(self.tasks.values())
        for task in chosen:
            if not task.final:
                self.record(
                    TaskCancelled,
                    facts,
                    department=task.department,
                    **self._named(task),
                    reason=reason,
                )
        for task in chosen:
            if task.state is TaskState.CANCELLED:
                self._fall_out(facts, task, "prerequisite_withdrawn")
        self._make_ready(facts)
        self._conclude(facts)

    def end_case(
        self, facts: Facts, case_no: str, reason: str, items: Collection[str] = ()
    ) -> None:
        """End the task of a case that intake ended, or the tasks of the named items (P05).

        Args:
            items: item codes, case numbers or task ids; those without a task here are parts of a
                task, which goes on.
        """
        names = set(items)
        chosen = [
            one.task_id
            for one in self.tasks.values()
            if (names or {case_no}) & {one.item_code, one.project_no, one.task_id}
        ]
        if chosen:
            self.withdraw(facts, chosen, reason)

    def reopen_task(self, facts: Facts, task_id: str, reason: str) -> None:
        """Have a rejected task decided again, limits from now, and what fell with it (P07).

        Raises:
            NotSoError: it was not rejected.
        """
        task = self.task(task_id)
        if task.state is not TaskState.REJECTED:
            raise NotSoError("only a rejected task is opened again after reconsideration")
        self._reopened(facts, task, reason)
        fallen = self._fallen(task)
        self.record(
            TaskReopened,
            facts,
            department=task.department,
            **self._named(task),
            reason=reason,
            fresh=True,
        )
        for other in fallen:
            why = "prerequisite_reopened"
            self.record(
                TaskReopened,
                facts,
                department=other.department,
                **self._named(other),
                reason=why,
                fresh=True,
            )
        self._make_ready(facts)

    def _fallen(self, task: Task) -> list[Task]:
        return [one for one in self.tasks.values() if self._fell_with(one, task.task_id)]

    def _fell_with(self, task: Task, cause: str) -> bool:
        if task.state is not TaskState.CANCELLED or task.ended_because is None:
            return False
        if task.ended_because == cause:
            return True
        return self._fell_with(self.tasks[task.ended_because], cause)

    def accepted_again(self, facts: Facts, reason: str, task_id: str = "") -> None:
        """Reopen a cancelled task whose case was accepted again; else no effect.

        In a parallel process its limits run from when nothing keeps it (any more).
        """
        task = self.task(task_id)
        if task.state is not TaskState.CANCELLED:
            return
        if self.is_single:
            self.record(
                TaskReopened, facts, department=task.department, **self._named(task), reason=reason
            )
            return
        self._reopened(facts, task, "accepted_again")
        self.record(
            TaskReopened,
            facts,
            department=task.department,
            **self._named(task),
            reason=reason,
            fresh=True,
        )
        self._make_ready(facts)

    def cancel(self, facts: Facts, row_guid: str, reason: str, task_id: str = "") -> None:
        """End a task whose acceptance was retracted; a second time has no effect."""
        task = self.task(task_id)
        if task.state is not TaskState.CANCELLED:
            self.record(
                TaskCancelled,
                facts,
                department=task.department,
                **self._named(task),
                reason=reason,
                row_guid=row_guid,
            )
            self._fall_out(facts, task, "prerequisite_withdrawn")
            self._conclude(facts)

    @applies(TaskWaived)
    def _waived(self, event: TaskWaived) -> None:
        self.tasks[event.task_id].state = TaskState.WAIVED

    @applies(TaskReopened)
    def _task_reopened(self, event: TaskReopened) -> None:
        task = self.task(event.task_id or event.project_no)
        task.undo()
        if event.fresh:
            task.block()
