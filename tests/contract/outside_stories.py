"""Stories of outside systems, so that every event class about them happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from services.intake.domain import Application, Operation, RecordKind, Reply
from services.intake.domain.case import Case
from services.intake.domain.events import RecordRefused
from services.intake.domain.records import MaterialSaid, Procedure, SpecialSaid
from services.intake.domain.refusal import Quarantine, Refusal
from services.intake.domain.sources import Source
from services.kernel.aggregate import Aggregate
from services.kernel.clock import Reason
from services.kernel.facts import Actor, ActorKind
from services.kernel.identifiers import stream_id
from tests.unit.facts import COUNTY, HOUSE, facts
from tests.unit.intake.rows import ACCEPT, ITEM, completed, later, row

DESK = Actor(ActorKind.PERSON, "exchange-1", role="exchange_officer")
RUNNING = SpecialSaid(Procedure.OTHER, "专家评审", later(1), None, Reason.EXPERT_REVIEW)
ENDED = replace(RUNNING, ended_at=later(3), outcome="approved")
EXTENSION = SpecialSaid(Procedure.EXTENSION, "延长办理期限", later(2), days=5)
PERMIT = MaterialSaid("建设工程规划许可证", "electronic", 1, later(0), "a" * 64, 48213, "image/png")
KINDS = ("accept", "process", "result")


def outside_case() -> Case:
    """A procedure runs, ends, and is deleted; a material is corrected and deleted; a conflict."""
    said, limits = completed(ACCEPT)
    case = Case.submit(facts(COUNTY), Application("case-1", "I1", "window", "s-1"), row())
    case.report_acceptance(facts(COUNTY), row(), said, ITEM, limits)
    special, material = RecordKind.SPECIAL, RecordKind.MATERIAL
    case.report(facts(COUNTY, later(1)), row(special), RUNNING)
    case.correct(facts(COUNTY, later(3)), row(special, Operation.UPDATE, later(3)), ENDED)
    case.report(facts(COUNTY, later(2)), row(special, guid="row-more"), EXTENSION)
    case.report(facts(COUNTY), row(material), PERMIT)
    renewed = replace(PERMIT, copies=2)
    case.correct(facts(COUNTY), row(material, Operation.UPDATE, later(1)), renewed)
    case.retract(facts(COUNTY), row(material, Operation.DELETE, later(4)), "deleted by the sender")
    case.retract(facts(COUNTY), row(special, Operation.DELETE, later(4)), "deleted by the sender")
    case.conflict(facts(COUNTY), replace(row(), data_source="province-vertical-12"))
    return case


def refusal() -> Refusal:
    """As it is told today."""
    reply = Reply("exchange", "accept", "bad_value", "task_version is no number", "row-9", "case-9")
    return Refusal.tell(facts(HOUSE, subject="row-9"), reply, "b" * 64)


def old_refusal() -> Refusal:
    """As earlier releases told it."""
    reply = Reply("exchange", "accept", "unknown_item", "task_code is unknown", "row-9", "case-9")
    told = Refusal.begin(stream_id("refusal", reply.key))
    told.record(RecordRefused, facts(HOUSE, subject="row-9"), **vars(reply))
    return told


def quarantine() -> Quarantine:
    code, field = "unknown_item_version", "task_version"
    reply = Reply("exchange", "accept", code, "this version is not known", "row-7", "case-7", field)
    return Quarantine.tell(facts(HOUSE, subject="row-7"), reply, "c" * 64)


def source() -> Source:
    """Admitted, permitted more, disabled."""
    found = Source.of("county-vertical-07")
    found.admit(facts(DESK, subject=found.name), KINDS, ())
    found.permit(facts(DESK, subject=found.name), (*KINDS, "material"), ("D07",))
    found.disable(facts(DESK, subject=found.name), "leaked_password")
    return found


OUTSIDE_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "intake-outside-case": outside_case,
    "intake-refusal": old_refusal,
    "intake-refusal-v2": refusal,
    "intake-quarantine": quarantine,
    "intake-source": source,
}
