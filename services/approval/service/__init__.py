"""Listens for approval: intake's and catalog's events, and the officers by HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from services.approval import domain, messages, projections
from services.approval.application import Approval
from services.approval.projections import READ_MODEL
from services.approval.projections.sources import keep_row, known_row
from services.approval.service.certificate_ends import CertificateEndRoutes
from services.approval.service.certificates import CertificateRoutes
from services.approval.service.commitments import CommitmentRoutes
from services.approval.service.decisions import DecisionRoutes
from services.approval.service.desk import DeskRoutes
from services.approval.service.desk_acts import DeskActs
from services.approval.service.desk_joint import DeskJoint
from services.approval.service.outside import OutsideRecords
from services.approval.service.papers import equip
from services.approval.service.survey_lists import SurveyLists
from services.approval.service.surveys import SurveyRoutes
from services.approval.service.tasks import TaskRoutes
from services.approval.service.verify import VerifyRoutes
from services.chassis.audit.routes import AuditRoutes
from services.chassis.bus.providers import ApplicationProvider
from services.chassis.bus.subscription import subscribe
from services.chassis.clock import SystemClock
from services.chassis.deadlines import Due
from services.chassis.deadlines.entrypoint import deadlines
from services.chassis.errors import BanjianError, NotAllowedError, NotFoundError, RuleError
from services.chassis.events import Event
from services.chassis.frame import frame_of
from services.chassis.frame_provider import FrameProvider
from services.chassis.translate import translate
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import ClockRuleError
from services.kernel.facts import ActorKind


class ApprovalProvider(ApplicationProvider):
    """Approval's application, with its look-ups and its region."""

    def setup(self) -> None:
        self._kind = partial(  # type: ignore[assignment]  # called like the class
            Approval,
            delegations=projections.delegation_for,
            homes=projections.homes_of,
            schemes=projections.scheme_of,
            awaited=projections.is_awaited,
            region=frame_of(self.container).settings.region,
        )
        super().setup()
        equip(self.application, frame_of(self.container).settings)
        application: Any = self.application
        application.known_row, application.keep_row = known_row, keep_row


class Service(
    OutsideRecords,
    TaskRoutes,
    SurveyRoutes,
    SurveyLists,
    CommitmentRoutes,
    DecisionRoutes,
    CertificateRoutes,
    CertificateEndRoutes,
    VerifyRoutes,
    DeskRoutes,
    DeskActs,
    DeskJoint,
    AuditRoutes,
):
    """The nameko service."""

    name = "approval"
    errors: Final[Mapping[type[Exception], type[BanjianError]]] = {
        domain.ApprovalRuleError: RuleError,
        domain.WrongDepartmentError: NotAllowedError,
        domain.WrongRoleError: NotAllowedError,
        domain.NotDelegatedError: NotAllowedError,
        ClockRuleError: RuleError,
        domain.NoTaskError: NotFoundError,
    }
    clock = SystemClock()
    frame: Any = FrameProvider()
    tasks: Any = ApprovalProvider(Approval, READ_MODEL)

    @subscribe(reads=messages.READS)
    def on_events(self, batch: Sequence[Event]) -> None:
        """Take up accepted cases, file reported steps and results, follow retractions."""
        told = [event for event in batch if event.type not in messages.CATALOG]
        for event in batch:
            if event.type in messages.CATALOG:
                self.tasks.change(*projections.project(event))
        for year in messages.years_changed(batch):
            self.tasks.calendar_changed(year)
            self.tasks.recount_papers(year)
        self.tasks.expect({event.subject for event in told})
        counted = [event for event in told if messages.is_counted(event)]
        dated = self.tasks.reference.calendar() if counted else None
        for event in told:
            try:
                self._on(event, dated.calendar if dated else None)
            except (domain.ApprovalRuleError, domain.NoTaskError) as error:
                raise translate(error, self.errors) from error
        if dated is not None:
            self.tasks.watch_calendar(dated.editions, {event.subject for event in counted})

    @deadlines
    def on_due(self, due: Due) -> None:
        """Let limits approach and pass, and count them again."""
        self.tasks.fire(due)

    def _on(self, event: Event, calendar: WorkCalendar | None) -> None:
        facts = messages.facts_after(event)
        if event.type == messages.ACCEPTED:
            if messages.is_member(event):
                self.tasks.change(*projections.project(event))
                self.tasks.member_accepted(facts, event.subject)
            else:
                self.tasks.create(facts, messages.assignment(event), calendar)
        elif event.type == messages.OPENED:
            project = event.read(messages.ProjectOpened)
            actor = event.body.actor
            self.tasks.open_process(
                facts,
                project.project_code,
                project.scheme,
                project.scheme_version,
                messages.members(project),
                actor.id if actor.kind is ActorKind.PERSON else None,
                actor.window or None,
            )
        elif event.type == messages.DECIDED:
            verdict = messages.on_spot(event)
            if verdict is not None:
                self.tasks.take_result(facts, event.subject, verdict)
        elif event.type in messages.ENDED:
            ended = event.read(messages.CaseEnded)
            if ended.scope != "part" or ended.parts:
                reason = messages.ENDED[event.type]
                self.tasks.case_ended(facts, ended.project_no, reason, ended.parts)
        elif event.type == messages.COMPLETED:
            done = messages.completed_at_window(event)
            if done is not None:
                self.tasks.take_completion(facts, event.subject, done)
        elif event.type == messages.DELIVERED:
            delivered = event.read(messages.CaseDelivered)
            facts = replace(facts, occurred_at=delivered.delivered_at)
            self.tasks.case_delivered(facts, delivered.project_no, delivered.handing)
        elif event.type in (messages.HANDED, messages.SERVED, messages.RETURNED):
            parcel = event.read(messages.Parcel)
            if event.type == messages.SERVED and parcel.signed_at is not None:
                served = (parcel.certificates, parcel.handing, parcel.signed_at, parcel.by_other)
                self.tasks.parcel_served(facts, parcel.project_no, *served)
            elif event.type == messages.HANDED:
                self.tasks.parcel_sent(facts, parcel.certificates, parcel.handing)
            else:
                self.tasks.parcel_returned(facts, parcel.certificates, parcel.reason)
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
