"""What approval publishes and what it reads of intake and catalog. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from services.approval import domain
from services.approval.domain import Assignment, Step, Verdict
from services.chassis import reference
from services.chassis.bus.envelope import Publication
from services.chassis.events import Event
from services.kernel.facts import Actor, ActorKind, Facts

PUBLISHES: Mapping[str, Publication] = {
    fact.TOPIC: Publication(fact.TOPIC)
    for fact in (
        domain.TaskCreated,
        domain.StepRecorded,
        domain.TaskApproved,
        domain.TaskRejected,
        domain.TaskReopened,
        domain.TaskCancelled,
    )
}
LISTENS = ("catalog", "intake")

ACCEPTED = "intake.case-accepted.v1"
STEP = "intake.step-reported.v1"
RESULT = "intake.result-reported.v1"
RETRACTED = "intake.external-record-retracted.v1"


class CaseAccepted(msgspec.Struct, frozen=True):
    """Intake accepted a case for a department."""

    project_no: str
    item_code: str
    department: str
    accepted_at: datetime
    promised_due_at: datetime | None = None


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


READS: Mapping[str, type[msgspec.Struct]] = {
    **reference.READS,
    ACCEPTED: CaseAccepted,
    STEP: StepReported,
    RESULT: ResultReported,
    RETRACTED: RecordRetracted,
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
    )


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

    What an outside system reports stays its doing; the rest approval does by rule.
    """
    body = event.body
    reported = body.actor.kind is ActorKind.EXTERNAL and event.type in (STEP, RESULT)
    return Facts(
        occurred_at=body.occurred_at,
        subject=body.subject,
        actor=body.actor if reported else Actor(ActorKind.SYSTEM, "approval"),
        correlation_id=body.correlation_id,
        causation_id=event.id,
        region=body.region,
        department=body.department,
    )
