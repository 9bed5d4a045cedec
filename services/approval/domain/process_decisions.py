"""Decisions on tasks: by the department, on a commitment, as reported, after silence."""

from __future__ import annotations

from typing import Any

from services.approval.domain.deemed import Silence
from services.approval.domain.process_events import (
    LateDecisionRecorded,
    TaskConditionallyApproved,
)
from services.approval.domain.rules import AlreadyDecidedError, NotSoError, SamePersonError
from services.approval.domain.task import Task
from services.approval.domain.tasks import TaskApproved, TaskRejected, TaskReopened
from services.approval.domain.terms import TaskState, Verdict, VoidGround, in_time
from services.kernel.aggregate import applies
from services.kernel.clock import Cause
from services.kernel.facts import Facts

LAPSED = "pre_decision_lapsed"


class Decisions(Silence):
    """How tasks are decided.

    Whether a decision was in time says its `decided_at`, the moment the database received it, and
    nothing else: when a timer was faster although the decision was in time, its deemed consent is
    void; when the timer was slower although the limit had passed, silence comes first (D01, D02).
    """

    def __init__(self) -> None:
        super().__init__()

    def decide(self, facts: Facts, verdict: Verdict, task_id: str = "") -> None:
        """Let an officer decide.

        Raises:
            WrongDepartmentError, BlockedError, AlreadyDecidedError, SamePersonError: as their
                names say.
        """
        task = self.task(task_id)
        if task.state is not TaskState.DEEMED_CONSENTED:
            self._check_undecided(task)
        self._check_unit(facts, task)
        self._check_person(facts, task)
        self._take(facts, task, verdict, f"received {verdict.decided_at.isoformat()}")

    def decide_as_reported(self, facts: Facts, verdict: Verdict, task_id: str = "") -> None:
        """Take a decision an outside system reports; a task that has its own keeps it.

        What it reports while the task waits for others is taken when it is asked for: it is early.
        """
        task = self.task(task_id)
        again = task.state is TaskState.DEEMED_CONSENTED and task.late is None
        if task.state is TaskState.BLOCKED:
            self._check_undecided(task)
        if task.undecided or again:
            self._take(facts, task, verdict, f"row {verdict.row_guid}")

    def decide_from_outside(
        self, facts: Facts, verdict: Verdict, task_id: str, proof: str = ""
    ) -> None:
        """Take the decision of a department that works in a system of its own.

        Made in time, with its `proof` (digest of the document), it voids a deemed consent (D02);
        without proof it counts from its receipt, which is what `decided_at` has to be then.

        Raises:
            WrongDepartmentError, BlockedError, AlreadyDecidedError: as their names say.
        """
        task = self.task(task_id)
        self._check_unit(facts, task)
        if task.state is not TaskState.DEEMED_CONSENTED:
            self._check_undecided(task)
        self._take(facts, task, verdict, proof)

    def approve_conditionally(
        self, facts: Facts, task_id: str, commitment_no: str, verdict: Verdict
    ) -> None:
        """Decide before the papers came, on a commitment; what waited goes on, no certificate.

        Raises:
            WrongDepartmentError, BlockedError, AlreadyDecidedError, SamePersonError.
        """
        task = self.task(task_id)
        self._check_undecided(task)
        self._check_unit(facts, task)
        self._check_person(facts, task)
        self._settle(facts, task, verdict.decided_at)
        self._check_undecided(task)
        self.record(
            TaskConditionallyApproved,
            facts,
            **self._names(task),
            commitment_no=commitment_no,
            decided_at=verdict.decided_at,
            decided_by=facts.actor.id,
            reason=verdict.reason,
            delegation=verdict.delegation,
        )
        self._make_ready(facts)

    def fulfil_conditional(self, facts: Facts, task_id: str) -> None:
        """Make a conditional decision whole: the papers came. Once has effect.

        Raises:
            NotSoError: it was not decided conditionally, or that lapsed.
        """
        task = self.task(task_id)
        if task.state is TaskState.APPROVED and task.commitment_no:
            return
        if task.state is not TaskState.APPROVED_CONDITIONALLY:
            raise NotSoError("there is no conditional decision to fulfil")
        self._end(facts, task, Verdict(True, 0, facts.occurred_at), task.commitment_no)

    def lapse_conditional(self, facts: Facts, task_id: str, reason: str = LAPSED) -> None:
        """End a conditional decision without a certificate (P17, P21); else no effect."""
        task = self.task(task_id)
        if task.state is TaskState.APPROVED_CONDITIONALLY:
            verdict = Verdict(False, 1, facts.occurred_at, reason=reason)
            going = self._set_going(task) if task.waivable else []
            self._end(facts, task, verdict, task.commitment_no)
            self._wait_for_waiver(facts, going, "prerequisite_rejected")

    def result_retracted(self, facts: Facts, row_guid: str, reason: str, task_id: str = "") -> None:
        """Reopen the task if its decision stood on this row; else no effect.

        What went on because of it and is not decided waits again; what fell with it is open again.
        """
        task = self.task(task_id)
        if task.ground != row_guid:
            return
        self._reopened(facts, task, "result_retracted")
        again = self._set_going(task) if task.state is TaskState.APPROVED else self._fallen(task)
        self.record(
            TaskReopened,
            facts,
            department=task.department,
            **self._named(task),
            reason=reason,
            row_guid=row_guid,
        )
        if task.clocks is not None:
            self._recount(facts, task, Cause.CALENDAR_AMENDED)
        for other in again:
            if other.undecided:
                self._excuse(facts, other, "result_retracted", lambda _: True)
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

    def late_decision(self, facts: Facts, task_id: str, verdict: Verdict, proof: str = "") -> None:
        """Take a decision after silence had counted as consent.

        With a `proof` (digest of the document) that it was made in time the deemed consent is void
        (D02); without one, or made late, it is recorded and changes nothing (D03, D04).

        Raises:
            NotSoError: silence did not count as consent here.
            WrongDepartmentError, SamePersonError, AlreadyDecidedError.
        """
        task = self.task(task_id)
        self._check_unit(facts, task)
        self._check_person(facts, task)
        if task.state is not TaskState.DEEMED_CONSENTED:
            raise NotSoError("there is no deemed consent; decide the task")
        if not proof:
            self._record_late(facts, task, verdict)
        else:
            self._take(facts, task, verdict, proof)

    def _check_person(self, facts: Facts, task: Task) -> None:
        if facts.actor.id == task.accepted_by:
            raise SamePersonError("who accepted the case does not decide it")

    def _take(self, facts: Facts, task: Task, verdict: Verdict, proof: str) -> None:
        self._settle(facts, task, verdict.decided_at)
        if task.state is TaskState.DEEMED_CONSENTED:
            assert task.deemed_due is not None
            if not in_time(verdict.decided_at, task.deemed_due):
                return self._record_late(facts, task, verdict)
            ground = VoidGround.TIMELY_DECISION_LATE
            self._void(facts, task, ground, proof, consents=verdict.granted)
        self._excuse(
            facts, task, "decided_in_time", lambda one: in_time(verdict.decided_at, one.due_at)
        )
        self._end(facts, task, verdict)
        return None

    def _record_late(self, facts: Facts, task: Task, verdict: Verdict) -> None:
        if task.late is not None:
            raise AlreadyDecidedError("its late decision is on file")
        self.record(
            LateDecisionRecorded,
            facts,
            **self._names(task),
            granted=verdict.granted,
            completion_kind=verdict.completion_kind,
            decided_at=verdict.decided_at,
            decided_by=facts.actor.id,
            row_guid=verdict.row_guid,
            reason=verdict.reason,
        )

    def _end(
        self, facts: Facts, task: Task, verdict: Verdict, commitment_no: str | None = None
    ) -> None:
        said: dict[str, Any] = vars(verdict) | self._named(task)
        del said["granted"]
        self.record(
            TaskApproved if verdict.granted else TaskRejected,
            facts,
            **said,
            decided_by=facts.actor.id,
            commitment_no=commitment_no,
        )
        if verdict.granted:
            self._make_ready(facts)
        else:
            self._lapse_with(facts, task)
            self._fall_out(facts, task, "prerequisite_rejected")
        self._conclude(facts)

    def _lapse_with(self, facts: Facts, task: Task) -> None:
        """End the conditional decisions that went ahead of a task that is rejected now (P21)."""
        for other in self.dependants(task.task_id):
            if not task.waivable:
                self.lapse_conditional(facts, other.task_id, "prerequisite_rejected")

    @applies(TaskApproved)
    def _approved(self, event: TaskApproved) -> None:
        self._close(TaskState.APPROVED, event)

    @applies(TaskRejected)
    def _rejected(self, event: TaskRejected) -> None:
        self._close(TaskState.REJECTED, event)

    @applies(TaskConditionallyApproved)
    def _conditional(self, event: TaskConditionallyApproved) -> None:
        task = self.tasks[event.task_id]
        task.state = TaskState.APPROVED_CONDITIONALLY
        task.decided_at, task.decided_by = event.decided_at, event.decided_by
        task.commitment_no = event.commitment_no

    @applies(LateDecisionRecorded)
    def _late(self, event: LateDecisionRecorded) -> None:
        task = self.tasks[event.task_id]
        task.late = event.granted
        task.decided_at, task.decided_by = event.decided_at, event.decided_by
        task.completion_kind = event.completion_kind

    def _close(self, state: TaskState, event: TaskApproved | TaskRejected) -> None:
        task = self.task(event.task_id or event.project_no)
        task.state = state
        task.decided_at, task.decided_by = event.decided_at, event.decided_by
        task.completion_kind = event.completion_kind
        task.ground = event.row_guid
        task.commitment_no = event.commitment_no or task.commitment_no
