"""What silence does (默许): consent or a mere breach, who answers for it, and its undoing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.approval.domain.process_base import SURVEY_ABSENCE, Liability
from services.approval.domain.process_events import (
    ClockBreached,
    DeemedConsentOverturned,
    DeemedConsentVoided,
    LiabilityRecorded,
    LiabilityWithdrawn,
    TaskDeemedConsented,
)
from services.approval.domain.process_joint import JointTiming
from services.approval.domain.rules import IrrevocableError, NotSoError
from services.approval.domain.task import Task
from services.approval.domain.tasks import TaskReopened
from services.approval.domain.terms import (
    DeemedEffect,
    Liable,
    TaskState,
    VoidGround,
    breach_at,
    in_time,
)
from services.kernel.aggregate import Fact, applies
from services.kernel.clock import Cause, Kind
from services.kernel.facts import Actor, ActorKind, Facts

TIMER = Actor(ActorKind.TIMER, "approval")
STATUTORY_RULE = "statutory_limit"
_IRREVOCABLE = frozenset({TaskState.APPROVED, TaskState.APPROVED_CONDITIONALLY, TaskState.REJECTED})


class Silence(JointTiming):
    """What happens when a limit passes and nobody has decided."""

    def __init__(self) -> None:
        super().__init__()

    def pass_by(self, facts: Facts, task_id: str, noticed_at: datetime) -> None:
        """Do what the passed limit of a task means, once; nothing when something came before it.

        Args:
            noticed_at: by the database's clock; the event itself happened when the limit passed.
        """
        task = self.tasks.get(task_id)
        if task is not None:
            self._settle(facts, task, noticed_at)

    def breach(self, facts: Facts, task_id: str, noticed_at: datetime) -> None:
        """Say once that the statutory limit of a task has passed; somebody answers for it."""
        task = self.tasks.get(task_id)
        if task is None or not task.undecided:
            return
        due_at, told = task.statutory_due_at, task.breaches.get(Kind.STATUTORY.value)
        if due_at is None or in_time(noticed_at, due_at) or (told and due_at <= told):
            return
        self._breached(facts, task, Kind.STATUTORY, due_at, noticed_at)
        if task.effect is not DeemedEffect.NONE:
            self._blame(facts, task, STATUTORY_RULE, ClockBreached, due_at)

    def blame_absence(
        self, facts: Facts, task_id: str, survey_no: str, cause: Fact, agreed_at: datetime
    ) -> None:
        """Have a department answer for not coming to a survey it was expected at (P13).

        The window did not stay away, so it does not answer. Once for each survey.
        """
        task = self.task(task_id)
        number = f"{task.task_id}#{survey_no}.{Liable.DEPARTMENT.value}"
        if number in self.liabilities:
            return
        self.record(
            LiabilityRecorded,
            facts,
            **self._names(task),
            liability_no=number,
            liable=Liable.DEPARTMENT,
            unit=task.department,
            department=task.department,
            rule=SURVEY_ABSENCE,
            cause=cause.TOPIC,
            cause_version=cause.originator_version,
            due_at=agreed_at,
            survey_no=survey_no,
        )

    def void(self, facts: Facts, task_id: str, ground: VoidGround, proof: str) -> None:
        """Undo a deemed consent that should not have been; who answered for it no longer does.

        Raises:
            NotSoError: silence did not count as consent here.
            IrrevocableError: the next stage has decided on the strength of it (K07).
        """
        task = self.task(task_id)
        self._check_deemed(task)
        self._check_revocable(task)
        self._void(facts, task, ground, proof)
        self._reopened(facts, task, "deemed_consent_voided")

    def overturn(self, facts: Facts, task_id: str, legal_ground: str, compensation: bool) -> None:
        """Set a deemed consent aside (行政许可法 art. 69); what still waits for it falls.

        Raises:
            NotSoError: silence did not count as consent here.
        """
        task = self.task(task_id)
        self._check_deemed(task)
        going = self._set_going(task) if task.waivable else []
        self.record(
            DeemedConsentOverturned,
            facts,
            **self._names(task),
            legal_ground=legal_ground,
            compensation=compensation,
        )
        why = "prerequisite_overturned"
        self._wait_for_waiver(facts, going, why)
        self._fall_out(facts, task, why)
        self._conclude(facts)

    def _wait_for_waiver(self, facts: Facts, tasks: Iterable[Task], why: str) -> None:
        """Have tasks wait again, as after the rejection of a waivable one: until it is waived."""
        for one in tasks:
            told = {"reason": why, "fresh": True, "department": one.department}
            self.record(TaskReopened, facts, **self._named(one), **told)

    def recalculate(self, facts: Facts, cause: Cause) -> None:
        """Count every limit again; a deemed consent that came too early by the new count is void.

        Without effect where nothing moves (K06, K07).
        """
        for task in list(self.tasks.values()):
            if task.state is TaskState.DEEMED_CONSENTED:
                self._recount_deemed(facts, task)
            elif task.undecided:
                self._recount(facts, task, cause)
        if self.is_open:
            self._recount_joint(facts, cause)

    def _settle(self, facts: Facts, task: Task, at: datetime) -> None:
        """Let a limit that had passed by this moment have passed, before anything else happens."""
        due_at = self.binding_due(task)
        if due_at is None or not task.undecided or in_time(at, due_at):
            return
        if task.handled is not None and due_at <= task.handled:
            return
        own = replace(facts, occurred_at=breach_at(due_at), actor=TIMER)
        promised = due_at == task.promised_due_at
        self._breached(own, task, Kind.PROMISED if promised else Kind.JOINT, due_at, at)
        rule = "promised_limit" if promised else "joint_limit"
        ahead = [one.task_id for one in self.dependants(task.task_id) if not one.final]
        grants = task.effect is DeemedEffect.GRANT
        if task.effect is DeemedEffect.NONE:
            return
        if not grants and not ahead:  # the last stage: nothing to go on to without a human (D11)
            self._blame(own, task, rule, ClockBreached, due_at)
            return
        self.record(
            TaskDeemedConsented,
            own,
            **self._names(task),
            rule=rule,
            due_at=due_at,
            fired_at=at,
            effect=task.effect,
            next_stage=ahead,
            department=task.department,
            window=task.window,
        )
        self._blame(own, task, rule, TaskDeemedConsented, due_at)
        self._make_ready(own)
        self._conclude(own)

    def _blame(
        self, facts: Facts, task: Task, rule: str, cause: type[Fact], due_at: datetime
    ) -> None:
        """Have window and department answer for one cause, the event just recorded (D12)."""
        version = self.version
        for liable in Liable:
            unit = task.department if liable is Liable.DEPARTMENT else task.window or ""
            self.record(
                LiabilityRecorded,
                facts,
                **self._names(task),
                liability_no=f"{task.task_id}#{version}.{liable.value}",
                liable=liable,
                unit=unit,
                department=task.department,
                rule=rule,
                cause=cause.TOPIC,
                cause_version=version,
                due_at=due_at,
            )

    def _void(
        self, facts: Facts, task: Task, ground: VoidGround, proof: str, consents: bool = False
    ) -> None:
        """Undo, and every deemed consent that stood on it.

        `consents`: a real consent follows at once, so that nothing waits again.
        """
        due_at, because = task.deemed_due, ground.value.lower()
        moved = self._promise_by(task)
        if not consents:
            for one in self._consented_on(task):
                self._void(facts, one, ground, proof)
                self._reopened(facts, one, "deemed_consent_voided")
        going = [] if consents else self._set_going(task)
        self.record(
            DeemedConsentVoided,
            facts,
            **self._names(task),
            ground=ground,
            proof=proof,
            reblocked=[one.task_id for one in going],
            promised_due_at=moved,
        )
        self._excuse(
            facts, task, because, lambda one: one.due_at == due_at and one.rule != STATUTORY_RULE
        )
        for one in going:
            self._excuse(facts, one, because, lambda _: True)
        if not consents:
            self._recount(facts, task, Cause.CALENDAR_AMENDED)

    def _recount_deemed(self, facts: Facts, task: Task) -> None:
        old, new = task.deemed_due, self._promise_by(task)
        joint = self.joint.due(self.calendar) if self.joint else None
        if (
            new is not None
            and joint is not None
            and not (task.ready_at and task.ready_at > joint.at)
        ):
            new = min(new, joint.at)
        if old is None or new is None or new <= old:
            return
        if self._decided_on(task) or task.late is not None:
            return
        proof = f"{old.isoformat()} -> {new.isoformat()}"
        self._void(facts, task, VoidGround.CALENDAR_AMENDED, proof)
        self._reopened(facts, task, "deemed_consent_voided")

    def _promise_by(self, task: Task) -> datetime | None:
        clock = task.clock(Kind.PROMISED)
        due = clock.due(self.calendar) if clock and self._calendar else None
        return due.at if due else task.promised_due_at

    def _set_going(self, task: Task) -> list[Task]:
        """Give the undecided tasks that would wait without the consent of this one."""
        return [
            one
            for one in self.dependants(task.task_id)
            if one.undecided and task.task_id not in one.deferred
        ]

    def _consented_on(self, task: Task) -> list[Task]:
        """Give the deemed consents that go with this one: nobody has decided on them."""
        return [
            one
            for one in self.dependants(task.task_id)
            if one.state is TaskState.DEEMED_CONSENTED
            and task.task_id not in one.deferred
            and one.late is None
            and not self._decided_on(one)
        ]

    def _decided_on(self, task: Task) -> bool:
        """Say whether somebody decided on the strength of a consent, or of one that followed it."""
        return any(
            one.state in _IRREVOCABLE
            or (
                one.state is TaskState.DEEMED_CONSENTED
                and (one.late is not None or self._decided_on(one))
            )
            for one in self.dependants(task.task_id)
        )

    def _check_deemed(self, task: Task) -> None:
        if task.state is not TaskState.DEEMED_CONSENTED:
            raise NotSoError("there is no deemed consent here")

    def _check_revocable(self, task: Task) -> None:
        if self._decided_on(task):
            raise IrrevocableError("the next stage has decided on the strength of it")

    @applies(TaskDeemedConsented)
    def _consented(self, event: TaskDeemedConsented) -> None:
        task = self.tasks[event.task_id]
        task.state = TaskState.DEEMED_CONSENTED
        task.deemed_due = event.due_at

    @applies(DeemedConsentVoided)
    def _voided(self, event: DeemedConsentVoided) -> None:
        task = self.tasks[event.task_id]
        task.undo()
        task.handled = None
        task.breaches = {
            kind: at for kind, at in task.breaches.items() if kind == Kind.STATUTORY.value
        }
        if event.promised_due_at is not None:
            task.set_due(Kind.PROMISED, event.promised_due_at)
        for task_id in event.reblocked:
            self.tasks[task_id].block()

    @applies(DeemedConsentOverturned)
    def _overturned(self, event: DeemedConsentOverturned) -> None:
        self.tasks[event.task_id].state = TaskState.OVERTURNED

    @applies(LiabilityRecorded)
    def _liable(self, event: LiabilityRecorded) -> None:
        self.liabilities[event.liability_no] = Liability(
            event.task_id, event.liable, event.due_at, event.rule
        )

    @applies(LiabilityWithdrawn)
    def _not_liable(self, event: LiabilityWithdrawn) -> None:
        for number in event.liability_nos:
            self.liabilities[number] = replace(self.liabilities[number], withdrawn=True)
