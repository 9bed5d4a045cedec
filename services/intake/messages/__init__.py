"""What intake publishes, what it listens to, and how others' events read here. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from services.chassis import reference
from services.chassis.bus.envelope import Publication
from services.chassis.events import Event
from services.chassis.reference.messages import CALENDARS, CalendarSaid
from services.intake.domain import events, fee_events
from services.intake.domain.erasure import SubjectErased
from services.intake.domain.rating_events import RATING_FACTS
from services.intake.domain.terms import Decision
from services.intake.domain.ticket_events import TICKET_FACTS
from services.kernel.facts import Actor, ActorKind, Facts

PUBLISHES: Mapping[str, Publication] = {
    fact.TOPIC: Publication(fact.TOPIC)
    for fact in (
        events.CaseSubmitted,
        events.CaseAccepted,
        events.CaseRefused,
        events.StepReported,
        events.ResultReported,
        events.CaseCompleted,
        events.ExternalRecordCorrected,
        events.ExternalRecordRetracted,
        events.ClockRecalculated,
        events.DeadlineApproaching,
        events.ClockBreached,
        events.RecordRefused,
        SubjectErased,
    )
} | {
    fact.TOPIC: Publication(fact.TOPIC)
    for fact in (*fee_events.FACTS, *RATING_FACTS, *TICKET_FACTS)
}
LISTENS = ("catalog", "approval")
TAKES_RECORDS = True
"""Also reads `banjian.ingress`, see `records`."""


class TaskDecided(msgspec.Struct, frozen=True):
    """Approval granted or rejected a case; which of the two says the event's type."""

    project_no: str
    decided_at: datetime
    completion_kind: int
    row_guid: str | None = None


READS: Mapping[str, type[msgspec.Struct]] = {
    **reference.READS,
    "approval.task-approved.v1": TaskDecided,
    "approval.task-rejected.v1": TaskDecided,
}


def decision(event: Event) -> tuple[str, Decision]:
    """Read approval's decision: the case and how it ended."""
    said = event.read(TaskDecided)
    granted = event.type == "approval.task-approved.v1"
    return said.project_no, Decision(granted, said.completion_kind, said.decided_at, said.row_guid)


def years_changed(events: Iterable[Event]) -> list[int]:
    """Name the years of which one of these events brings another calendar."""
    changed = (event for event in events if event.type in CALENDARS)
    return sorted({event.read(CalendarSaid).year for event in changed})


def facts_after(event: Event) -> Facts:
    """Say of an event caused by this one: when, about what, by whom, because of what."""
    body = event.body
    return Facts(
        occurred_at=body.occurred_at,
        subject=body.subject,
        actor=Actor(ActorKind.SYSTEM, "intake"),
        correlation_id=body.correlation_id,
        causation_id=event.id,
        region=body.region,
        department=body.department,
    )
