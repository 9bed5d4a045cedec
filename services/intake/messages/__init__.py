"""What intake publishes, what it listens to, and how others' events read here. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from services.chassis import reference
from services.chassis.bus.envelope import Publication
from services.chassis.events import Event
from services.chassis.reference.messages import CALENDARS, CalendarSaid
from services.intake.domain import events, fee_events, record_events
from services.intake.domain.agency_events import AGENCY_FACTS
from services.intake.domain.appointment_events import APPOINTMENT_FACTS
from services.intake.domain.case_events import CASE_FACTS
from services.intake.domain.contact_terms import CONTACT_FACTS
from services.intake.domain.erasure import SubjectErased
from services.intake.domain.issuing_events import ISSUING_FACTS
from services.intake.domain.material_events import FACTS as MATERIAL_FACTS
from services.intake.domain.projects import ProjectOpened
from services.intake.domain.rating_events import RATING_FACTS
from services.intake.domain.recounts import LimitRecounted
from services.intake.domain.source_events import SOURCE_FACTS
from services.intake.domain.ticket_events import TICKET_FACTS
from services.intake.domain.undo_events import UNDO_FACTS
from services.intake.domain.village_events import VILLAGE_FACTS
from services.intake.domain.visit_terms import VISIT_FACTS
from services.intake.messages.approval import APPROVAL_READS
from services.intake.messages.certificates import CERTIFICATE_READS
from services.intake.messages.places import REGISTERED, RegionRegistered
from services.kernel.aggregate import Fact
from services.kernel.facts import Actor, ActorKind, Facts

_FACTS: tuple[type[Fact], ...] = (
    events.CaseSubmitted,
    events.CaseAccepted,
    events.CaseRefused,
    events.CaseRefusedV1,
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
    *fee_events.FACTS,
    *RATING_FACTS,
    *AGENCY_FACTS,
    *ISSUING_FACTS,
    *VILLAGE_FACTS,
    *TICKET_FACTS,
    *record_events.FACTS,
    *SOURCE_FACTS,
    *MATERIAL_FACTS,
    *APPOINTMENT_FACTS,
    *VISIT_FACTS,
    *CONTACT_FACTS,
    ProjectOpened,
    LimitRecounted,
    *CASE_FACTS,
    *UNDO_FACTS,
)
PUBLISHES: dict[str, Publication] = {fact.TOPIC: Publication(fact.TOPIC) for fact in _FACTS}


_REPLIES: tuple[type[Fact], ...] = (*record_events.REPLIES, fee_events.PaymentRefused)
"""Told to one source: its name stands in the routing key."""


def _addressee(event: Event) -> str:
    return event.read(_Addressed).data_source


class _Addressed(msgspec.Struct, frozen=True):
    data_source: str


PUBLISHES |= {fact.TOPIC: Publication(fact.TOPIC, addressee=_addressee) for fact in _REPLIES}
LISTENS = ("catalog", "approval")
TAKES_RECORDS = True
"""Also reads `banjian.ingress`, see `records`."""


READS: Mapping[str, type[msgspec.Struct]] = {
    **reference.READS,
    REGISTERED: RegionRegistered,
    **CERTIFICATE_READS,
    **APPROVAL_READS,
}


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
