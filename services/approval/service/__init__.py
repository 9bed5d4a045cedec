"""Listens for approval: intake's and catalog's events, and the officers by HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.approval import domain, messages
from services.approval.application import Approval
from services.approval.projections import READ_MODEL
from services.approval.service.tasks import TaskRoutes
from services.chassis import reference
from services.chassis.bus.providers import ApplicationProvider
from services.chassis.bus.subscription import subscribe
from services.chassis.clock import SystemClock
from services.chassis.errors import BanjianError, NotAllowedError, NotFoundError, RuleError
from services.chassis.events import Event
from services.chassis.frame_provider import FrameProvider
from services.chassis.translate import translate


class Service(TaskRoutes):
    """The nameko service."""

    name = "approval"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {
        domain.ApprovalRuleError: RuleError,
        domain.WrongDepartmentError: NotAllowedError,
        domain.NoTaskError: NotFoundError,
    }
    clock = SystemClock()
    frame: Any = FrameProvider()
    tasks: Any = ApplicationProvider(Approval, READ_MODEL)

    @subscribe(reads=messages.READS)
    def on_events(self, batch: Sequence[Event]) -> None:
        """Take up accepted cases, file reported steps and results, follow retractions."""
        told = [event for event in batch if event.type not in reference.READS]
        for event in batch:
            self.tasks.change(*reference.project(event))
        self.tasks.expect({event.subject for event in told})
        for event in told:
            try:
                self._on(event)
            except (domain.ApprovalRuleError, domain.NoTaskError) as error:
                raise translate(error, self.errors) from error

    def _on(self, event: Event) -> None:
        facts = messages.facts_after(event)
        if event.type == messages.ACCEPTED:
            self.tasks.create(facts, messages.assignment(event))
        elif event.type == messages.STEP:
            self.tasks.record_step(facts, event.subject, messages.step(event))
        elif event.type == messages.RESULT:
            self.tasks.take_result(facts, event.subject, messages.verdict(event))
        elif event.type == messages.RETRACTED:
            said = event.read(messages.RecordRetracted)
            if said.record == "accept":
                self.tasks.cancel(facts, said.project_no, said.row_guid, said.reason)
            elif said.record == "result":
                self.tasks.take_back(facts, said.project_no, said.row_guid, said.reason)
