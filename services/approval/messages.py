"""What approval publishes and what it reads of intake and catalog. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from services.approval import domain
from services.approval.domain import Assignment, Limits, Member, Step, Verdict
from services.approval.domain.certificate_facts import CERTIFICATE_FACTS
from services.approval.domain.certificate_terms import Handing
from services.approval.domain.commitment_events import COMMITMENT_FACTS
from services.approval.domain.process_events import (
    PROCESS_FACTS,
    LiabilityRecorded,
    TaskDeemedConsented,
    TaskReady,
)
from services.approval.domain.publications import DecisionPublished
from services.approval.domain.refusal import RecordRefused
from services.approval.domain.survey_events import SURVEY_FACTS
from services.approval.projections import applicants, sources
from services.approval.projections import catalog as delegations
from services.approval.projections import certificates as seals
from services.chassis import reference
from services.chassis.bus.envelope import Publication
from services.chassis.events import Event
from services.chassis.reference.messages import CALENDARS, CalendarSaid
from services.kernel.aggregate import Fact
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.limits import Limit, Unit

_FACTS: tuple[type[Fact], ...] = (
    domain.TaskCreated,
    domain.StepRecorded,
    domain.TaskApproved,
    domain.TaskRejected,
    domain.TaskReopened,
    domain.TaskCancelled,
    *PROCESS_FACTS,
    RecordRefused,
    domain.ReviewMeetingScheduled,
    domain.ReviewMeetingHeld,
    *CERTIFICATE_FACTS,
    *SURVEY_FACTS,
    *COMMITMENT_FACTS,
    DecisionPublished,
)
PUBLISHES: dict[str, Publication] = {fact.TOPIC: Publication(fact.TOPIC) for fact in _FACTS}


class _Addressed(msgspec.Struct, frozen=True):
    data_source: str = ""
    department: str = ""


def _department(event: Event) -> str:
    """Give the department whose task it is about, also when somebody else acted."""
    return event.read(_Addressed).department or event.body.department


def _sender(event: Event) -> str:
    return event.read(_Addressed).data_source


_DELIVERED: tuple[type[Fact], ...] = (
    domain.TaskCreated,
    TaskReady,
    domain.TaskCancelled,
    domain.TaskReopened,
    TaskDeemedConsented,
    LiabilityRecorded,
)
"""What an outside department hears of its tasks: its code stands in the routing key."""
PUBLISHES |= {fact.TOPIC: Publication(fact.TOPIC, addressee=_department) for fact in _DELIVERED}
PUBLISHES[RecordRefused.TOPIC] = Publication(RecordRefused.TOPIC, addressee=_sender)
TAKES_RECORDS = True
"""Also reads `banjian.ingress`, see `records`."""
LISTENS = ("catalog", "intake", "notify")

ACCEPTED = "intake.case-accepted.v1"
STEP = "intake.step-reported.v1"
RESULT = "intake.result-reported.v1"
RETRACTED = "intake.external-record-retracted.v1"
OPENED = "intake.project-opened.v1"
DECIDED = "intake.case-decided.v1"
WITHDRAWN = "intake.case-withdrawn.v1"
VOIDED = "intake.case-voided.v1"
FORWARDED = "intake.case-forwarded-up.v1"
DELETED = "intake.case-deleted-in-error.v1"
DELIVERED = "intake.case-delivered.v1"
COMPLETED = "intake.case-completed.v1"
HANDED = "notify.parcel-handed-to-courier.v1"
SERVED = "notify.delivery-completed.v1"
RETURNED = "notify.parcel-returned.v1"
UNACCEPTED = "intake.acceptance-withdrawn.v1"
ENDED: Mapping[str, str] = {
    WITHDRAWN: "withdrawn",
    VOIDED: "voided",
    FORWARDED: "forwarded_up",
    DELETED: "deleted_in_error",
    UNACCEPTED: "acceptance_withdrawn",
}
"""Endings of a case that are no decision, with the reason its task ends for."""


class CaseAccepted(msgspec.Struct, frozen=True):
    """Intake accepted a case for a department."""

    project_no: str
    item_code: str
    department: str
    accepted_at: datetime
    promised_due_at: datetime | None = None
    item_version: int | None = None
    window: str | None = None
    mode: str = ""
    promised_limit: int | None = None
    promised_unit: Unit = Unit.WORKING_DAY
    statutory_limit: int | None = None
    statutory_unit: Unit = Unit.WORKING_DAY
    statutory_due_at: datetime | None = None
    project_code: str | None = None

    @property
    def limits(self) -> Limits | None:
        """The limits intake counted; none of what an outside system reported."""
        if self.mode == "external" or self.promised_limit is None:
            return None
        statutory = self.statutory_limit
        return Limits(
            Limit(self.promised_limit, self.promised_unit),
            None if statutory is None else Limit(statutory, self.statutory_unit),
        )


class ProjectCase(msgspec.Struct, frozen=True):
    """One case of a project."""

    project_no: str
    item_code: str
    item_version: int
    department: str


class ProjectOpened(msgspec.Struct, frozen=True):
    """A project was handed in for parallel approval; its cases are accepted."""

    project_code: str
    scheme: str
    scheme_version: int
    cases: list[ProjectCase]


class DecidedAtWindow(msgspec.Struct, frozen=True):
    """A case was decided; on the spot (即办件) nobody else decides it."""

    project_no: str
    granted: bool
    decided_at: datetime
    on_spot: bool | None = None


class CaseEnded(msgspec.Struct, frozen=True):
    """Intake ended a case that is not decided, or a part of it, or takes its acceptance back."""

    project_no: str
    scope: str = ""
    items: list[str] | None = None

    @property
    def parts(self) -> list[str]:
        """What of it was taken back; empty: the whole."""
        return self.items or [] if self.scope == "part" else []


class CaseCompleted(msgspec.Struct, frozen=True):
    """A case is completed; approval's own decision comes back so too."""

    project_no: str
    completion_kind: int
    granted: bool
    completed_at: datetime


class CaseDelivered(msgspec.Struct, frozen=True):
    """The applicant has the result of a case, and with it its certificates."""

    project_no: str
    how: str
    delivered_at: datetime

    @property
    def handing(self) -> Handing:
        """How a certificate got there."""
        return Handing.POST if self.how == "courier" else Handing(self.how)


class Parcel(msgspec.Struct, frozen=True):
    """What notify says of certificates on their way: sent off, served, or back."""

    project_no: str
    certificates: list[str]
    kind: str = ""
    signed_at: datetime | None = None
    by_other: bool = False
    reason: str = ""

    @property
    def handing(self) -> Handing:
        """How they get there."""
        return _HANDINGS.get(self.kind, Handing.POST)


_HANDINGS: Mapping[str, Handing] = {
    "WINDOW_PICKUP": Handing.WINDOW,
    "EMS": Handing.POST,
    "DOOR": Handing.DOOR,
    "ELECTRONIC": Handing.ELECTRONIC,
}


class StepReported(msgspec.Struct, frozen=True):
    """An outside system finished a step."""

    project_no: str
    row_guid: str
    name: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    handler: str | None = None


class ResultReported(msgspec.Struct, frozen=True):
    """An outside system ended the case."""

    project_no: str
    row_guid: str
    result: str
    completion_kind: int
    completed_at: datetime


class RecordRetracted(msgspec.Struct, frozen=True):
    """An outside system deleted a row."""

    project_no: str
    record: str
    row_guid: str
    reason: str


CATALOG: Mapping[str, type[msgspec.Struct]] = {
    **reference.READS,
    **delegations.READS,
    **seals.READS,
    **applicants.READS,
    **sources.READS,
}
"""What only fills tables."""
READS: Mapping[str, type[msgspec.Struct]] = {
    **CATALOG,
    ACCEPTED: CaseAccepted,
    STEP: StepReported,
    RESULT: ResultReported,
    RETRACTED: RecordRetracted,
    OPENED: ProjectOpened,
    DECIDED: DecidedAtWindow,
    DELIVERED: CaseDelivered,
    COMPLETED: CaseCompleted,
    **dict.fromkeys(ENDED, CaseEnded),
    **dict.fromkeys((HANDED, SERVED, RETURNED), Parcel),
}


def assignment(event: Event) -> Assignment:
    """Read what a department gets to decide; who accepted is the actor of the acceptance."""
    said = event.read(CaseAccepted)
    actor = event.body.actor
    return Assignment(
        project_no=said.project_no,
        item_code=said.item_code,
        department=said.department,
        promised_due_at=said.promised_due_at,
        accepted_at=said.accepted_at,
        accepted_by=actor.id if actor.kind is ActorKind.PERSON else None,
        item_version=said.item_version if said.limits else None,
        window=(said.window or actor.window or None) if said.limits else None,
        statutory_due_at=said.statutory_due_at if said.limits else None,
        limits=said.limits,
    )


def on_spot(event: Event) -> Verdict | None:
    """Read what the window decided itself; None when it only says what approval decided."""
    said = event.read(DecidedAtWindow)
    return (
        Verdict(said.granted, 0 if said.granted else 1, said.decided_at) if said.on_spot else None
    )


def completed_at_window(event: Event) -> Verdict | None:
    """Read a completion that a person at the window made; None: approval's own way led there."""
    if event.body.actor.kind is not ActorKind.PERSON:
        return None
    said = event.read(CaseCompleted)
    return Verdict(said.granted, said.completion_kind, said.completed_at)


def is_member(event: Event) -> bool:
    """Say whether an accepted case belongs to a project, whose process has its task."""
    return event.read(CaseAccepted).project_code is not None


def is_counted(event: Event) -> bool:
    """Say whether limits start with this event that intake counted."""
    if event.type != ACCEPTED:
        return False
    said = event.read(CaseAccepted)
    return said.limits is not None and said.project_code is None


def years_changed(events: Iterable[Event]) -> list[int]:
    """Name the years of which one of these events brings another calendar."""
    changed = (event for event in events if event.type in CALENDARS)
    return sorted({event.read(CalendarSaid).year for event in changed})


def members(said: ProjectOpened) -> list[Member]:
    """Give the cases of a project as tasks to be; what they wait for says the scheme."""
    return [
        Member(one.project_no, one.item_code, one.department, one.item_version)
        for one in said.cases
    ]


def step(event: Event) -> Step:
    """Read a reported step."""
    said = event.read(StepReported)
    return Step(
        said.row_guid, said.name, said.outcome, said.started_at, said.ended_at, said.handler
    )


def verdict(event: Event) -> Verdict:
    """Read a reported result as the decision it is."""
    said = event.read(ResultReported)
    return Verdict(said.result == "granted", said.completion_kind, said.completed_at, said.row_guid)


def facts_after(event: Event) -> Facts:
    """Say of an event caused by this one: when, about what, by whom, because of what.

    What an outside system reports, or a window decides on the spot, stays their doing;
    the rest approval does by rule.
    """
    body = event.body
    reported = event.type in (DECIDED, COMPLETED)
    reported |= body.actor.kind is ActorKind.EXTERNAL and event.type in (STEP, RESULT)
    return Facts(
        occurred_at=body.occurred_at,
        subject=body.subject,
        actor=body.actor if reported else Actor(ActorKind.SYSTEM, "approval"),
        correlation_id=body.correlation_id,
        causation_id=event.id,
        region=body.region,
        department=body.department,
    )
