"""Stories of what follows: results published and delivered, promises withdrawn or broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.approval.domain import Process
from services.approval.domain.certificate_terms import RevocationGround
from services.approval.domain.certificates import Certificate
from services.approval.domain.commitments import Commitment
from services.approval.domain.publications import PublishedDecision
from services.approval.domain.survey_events import SurveyParticipantAbsent
from services.intake.domain import Application, Case
from services.kernel.aggregate import Aggregate
from services.kernel.calendar_seed import SEED, calendar_as_of
from services.kernel.facts import Actor, ActorKind
from services.notify.domain import Delivery, DeliveryKind, DeliveryOrder, SignedBy
from tests.contract.certificate_stories import DAY, NUMBER, SUPERIOR, issued
from tests.unit.approval.projects import BEGUN, CLERK, member, opened
from tests.unit.approval.projects import facts as about
from tests.unit.approval.sites import FACTS, LETTER, SLOT, attended, officer, requested, survey_of
from tests.unit.approval.sites import at as told
from tests.unit.facts import HOUSE, NOW, facts
from tests.unit.intake.rows import ITEM

ISSUER = Actor(ActorKind.PERSON, "issuer-1", window="30", role="issuing_clerk")
HOUR = timedelta(hours=1)
PROOF = "ab" * 32


def published_decision() -> PublishedDecision:
    return PublishedDecision.publish(
        facts(subject="case-1"),
        project_no="case-1",
        task_id="p-1/I1",
        item_code="I1",
        department="D07",
        decided_at=NOW,
        process_no="p-1",
    )


def withdrawn_edge() -> Process:
    """A letter cuts B loose of A and is taken back; D stayed away from a survey."""
    process = opened(member("A"), member("B", "A"), member("D"))
    later = BEGUN + HOUR
    process.defer_prerequisite(about(CLERK, later), "p-1/B", "p-1/A", "case-B-C1")
    process.restore_prerequisite(about(CLERK, later + HOUR), "p-1/B", "case-B-C1")
    survey = survey_of(("D01", "D02"))
    survey.hold(told(SLOT.ends_at), SLOT.starts_at, SLOT.ends_at, attended(("D01",)))
    [cause] = [one for one in survey.pending if isinstance(one, SurveyParticipantAbsent)]
    process.blame_absence(about(CLERK, later + 2 * HOUR), "p-1/D", "p-1-S1", cause, later)
    return process


def delivery(number: str, kind: DeliveryKind, where: str = "v-3f9a1c20") -> Delivery:
    order = DeliveryOrder(number, "case-1", kind, (NUMBER.text,), where)
    return Delivery.order(facts(ISSUER), order)


def returned_parcel() -> Delivery:
    """L01: nobody took it, so it came back and nothing was served."""
    parcel = delivery("case-1-T1", DeliveryKind.EMS)
    parcel.hand_over(facts(ISSUER, NOW + HOUR), "EX123456789CN", NOW + HOUR)
    parcel.track(facts(ISSUER, NOW + DAY), "EX123456789CN", "out_for_delivery", NOW + DAY)
    parcel.fail(facts(ISSUER, NOW + DAY + HOUR), "nobody_there", NOW + DAY + HOUR)
    parcel.come_back(facts(ISSUER, NOW + 4 * DAY), "unclaimed", NOW + 4 * DAY)
    return parcel


def parcel_of_another() -> Delivery:
    """L02: somebody of the household signs for it."""
    parcel = delivery("case-1-T2", DeliveryKind.DOOR)
    parcel.hand_over(facts(ISSUER, NOW + HOUR), "DOOR-2020-0012", NOW + HOUR)
    parcel.complete(facts(ISSUER, NOW + DAY), SignedBy.FAMILY, NOW + 3 * HOUR, PROOF)
    return parcel


def ordered_revocation() -> Certificate:
    """P18: the promise it stands on was not made true, so it is revoked because of the letter."""
    certificate = issued()
    certificate.order_revocation(facts(at=NOW + DAY), "case-1-C4", SEED)
    revoked = RevocationGround.UNQUALIFIED
    certificate.revoke(facts(SUPERIOR, NOW + 2 * DAY), revoked, "住建撤〔2020〕3号", False)
    return certificate


def recounted_letter() -> Commitment:
    """A letter of January 2020: the Spring Festival is lengthened over its last day."""
    at = datetime.fromisoformat("2020-01-20T10:00:00+08:00")
    letter = requested(no="case-1-C7")
    consulted = replace(FACTS, consulted_on=date(2020, 1, 10))
    letter.check(told(at, officer("D01")), consulted, False)
    letter.sign(told(at), replace(LETTER, due_on=date(2020, 1, 31)), calendar_as_of(at.date()))
    letter.recalculate(told(at + 7 * DAY), SEED)
    return letter


def waiting_case() -> Case:
    """A member of a project: its task waits, so its limits count from when it does not."""
    said = Application("case-9", "I1", "window", "s-9", NOW, window="07", project_code="p-1")
    case = Case.submit(facts(subject="case-9"), said)
    case.accept(facts(subject="case-9"), ITEM, NOW, SEED)
    case.route(facts(HOUSE, subject="case-9"), case.department, "p-1/I1", True)
    ready = NOW + 14 * DAY
    case.task_ready(facts(HOUSE, ready, "case-9"), ready, SEED)
    return case


AFTERMATH_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "approval-published-decision": published_decision,
    "approval-withdrawn-edge": withdrawn_edge,
    "approval-ordered-revocation": ordered_revocation,
    "approval-recounted-letter": recounted_letter,
    "intake-waiting-case": waiting_case,
    "notify-returned-parcel": returned_parcel,
    "notify-parcel-of-another": parcel_of_another,
}
