"""Intake follows approval: who has a case, when its clocks stand still, how it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from services.chassis.errors import NotFoundError
from services.chassis.events import Event
from services.chassis.logs import get_logger
from services.intake import messages
from services.intake.domain import NotBegunError
from services.intake.domain.case_rules import CaseStateError
from services.intake.messages import approval
from services.kernel.clock import ClockRuleError
from services.kernel.facts import ActorKind

log = get_logger()
WITHDRAWN_THERE: Final = "withdrawn"
"""Reason of a task that ended because the applicant took it, or the whole project, back."""
PASSED_OVER: Final = (ClockRuleError, CaseStateError)
"""What a clock of the case refuses: it stands still already, or the case is over here. Approval has
its own clocks; ours do not keep its events from coming in."""


class Following:
    """What the service does with approval's events; a part of it."""

    cases: Any

    def follow_approval(self, event: Event) -> None:
        """Do what an event of approval means for its case."""
        project_no = approval.case_of(event)
        if not project_no:
            return
        facts = replace(messages.facts_after(event), subject=project_no)
        decision = approval.decision(event)
        if decision is not None:
            actor = event.body.actor
            who = actor.id if actor.kind is ActorKind.PERSON else None
            try:
                self.cases.complete(facts, project_no, replace(decision, decided_by=who))
            except NotBegunError as error:
                raise NotFoundError(str(error)) from error
            return
        try:
            self._follow(event, project_no, facts)
        except NotBegunError:
            return
        except PASSED_OVER as refused:
            log.info("approval_not_followed", reason=type(refused).__name__, type=event.type)

    def _follow(self, event: Event, project_no: str, facts: Any) -> None:
        match event.type:
            case approval.TASK_CREATED:
                task = event.read(approval.TaskCreated)
                task_id = task.task_id or project_no
                waits = bool(task.prerequisites)
                self.cases.route_case(facts, project_no, task.department, task_id, waits)
            case approval.READY:
                ready = event.read(approval.TaskReady)
                self.cases.task_ready(facts, project_no, ready.ready_at)
            case approval.SUSPENDED:
                stops = event.read(approval.ClockSuspended)
                self.cases.suspend_case(
                    facts,
                    project_no,
                    stops.reason,
                    stops.since,
                    stops.expected_days,
                    notice_no=stops.notice_no,
                    task_id=stops.task_id,
                )
            case approval.RESUMED:
                goes_on = event.read(approval.ClockResumed)
                self.cases.resume_case(
                    facts,
                    project_no,
                    goes_on.resumed_at,
                    goes_on.reason,
                    task_id=goes_on.task_id,
                )
            case approval.WITHDRAWN:
                self.cases.withdraw_case(facts, project_no)
            case approval.CANCELLED:
                ended = event.read(approval.TaskCancelled)
                if ended.because:
                    self.cases.let_case_fall(facts, project_no)
                elif ended.reason == WITHDRAWN_THERE:
                    self.cases.withdraw_case(facts, project_no)
            case topic if topic in approval.REOPENS:
                undone = event.read(approval.TaskUndone)
                ground = approval.REOPENS[topic]
                self.cases.reopen_case(facts, project_no, ground, undone.task_id)
            case approval.EXTENDED:
                more = event.read(approval.ClockExtended)
                told = (more.days, more.approver_role, more.decided_on)
                self.cases.extend_case(facts, project_no, *told, task_id=more.task_id)
