"""What notify publishes and what it reads of intake. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from services.chassis.bus.envelope import Publication
from services.chassis.events import Event
from services.kernel.aggregate import Fact
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.times import SHANGHAI
from services.notify.domain import DELIVERY_FACTS, Kind, NoticeRecorded, Occasion

_FACTS: tuple[type[Fact], ...] = (NoticeRecorded, *DELIVERY_FACTS)
PUBLISHES: Mapping[str, Publication] = {fact.TOPIC: Publication(fact.TOPIC) for fact in _FACTS}
LISTENS = ("intake",)


class CaseAccepted(msgspec.Struct, frozen=True):
    """Intake accepted a case."""

    project_no: str
    item_name: str
    promised_due_at: datetime | None = None
    subject_id: str = ""


class CaseRefused(msgspec.Struct, frozen=True):
    """Intake refused a case."""

    project_no: str
    reason: str
    subject_id: str = ""


class CaseCompleted(msgspec.Struct, frozen=True):
    """Intake completed a case."""

    project_no: str
    granted: bool
    subject_id: str = ""


READS: Mapping[str, type[msgspec.Struct]] = {
    "intake.case-accepted.v1": CaseAccepted,
    "intake.case-refused.v1": CaseRefused,
    "intake.case-refused.v2": CaseRefused,
    "intake.case-completed.v1": CaseCompleted,
}


def occasion(event: Event) -> Occasion:
    """Say which notice an event of intake makes due."""
    said = event.read(READS[event.type])
    match said:
        case CaseAccepted():
            due = said.promised_due_at
            told = due.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if due else "未承诺"
            kind, words = Kind.CASE_ACCEPTED, {"item": said.item_name, "due": told}
        case CaseRefused():
            kind, words = Kind.CASE_REFUSED, {"reason": said.reason}
        case CaseCompleted():
            kind, words = Kind.CASE_COMPLETED, {"result": "准予" if said.granted else "不予"}
        case _:
            raise TypeError(event.type)
    # Without a subject nobody applied by name: the case stands for the person.
    return Occasion(kind, said.project_no, said.subject_id or f"case-{said.project_no}", words)


def facts_after(event: Event) -> Facts:
    """Say of an event caused by this one: when, about what, by whom, because of what."""
    body = event.body
    return Facts(
        occurred_at=body.occurred_at,
        subject=body.subject,
        actor=Actor(ActorKind.SYSTEM, "notify"),
        correlation_id=body.correlation_id,
        causation_id=event.id,
        region=body.region,
        department=body.department,
    )
