"""Stories of village certificates, of agencies, and of results at the issuing window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from services.intake.domain.agency import Agency
from services.intake.domain.agency_terms import AgencyScope, Ending, Mandate
from services.intake.domain.clocks import breach_at
from services.intake.domain.issuing import Result
from services.intake.domain.issuing_terms import TRIES, Identity, ReturnGround
from services.intake.domain.village_terms import (
    CertificateKind,
    CertificateRefusal,
    CertificateWish,
)
from services.intake.domain.villages import VillageCertificate
from services.kernel.aggregate import Aggregate
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, ActorKind, Facts
from tests.unit.facts import HOUSE, NOW, facts

COUNTY = "3412XX"
VILLAGE, TOWNSHIP = "3412XX001001", "3412XX001"
DAY = timedelta(days=1)
VILLAGER = Actor(ActorKind.PERSON, "applicant-31", role="applicant")
VILLAGE_CLERK = Actor(ActorKind.PERSON, "village-1", role="village_clerk")
TOWNSHIP_CLERK = Actor(ActorKind.PERSON, "township-1", role="township_clerk")
AGENT = Actor(ActorKind.PERSON, "agent-5", role="agent")
ISSUER = Actor(ActorKind.PERSON, "issuer-1", window="60", role="issuing_clerk")
SUPERVISOR = Actor(ActorKind.PERSON, "supervisor-1", unit="D01", role="supervisor")
CODE_DIGEST = "sha256:0123456789abcdef:" + "ab" * 32


def by(actor: Actor, at: datetime = NOW, subject: str = "V1") -> Facts:
    """Say who, when and about what."""
    return replace(facts(actor, at, subject), region=VILLAGE)


def wish(number: str = "V1", account: str | None = "applicant-31") -> CertificateWish:
    """What is asked for."""
    kind = CertificateKind.RESIDENCE
    return CertificateWish(number, kind, VILLAGE, "village_point", "s-1", True, account)


def requested(number: str = "V1", account: str | None = "applicant-31") -> VillageCertificate:
    """A request nobody acted on."""
    asked = VillageCertificate.of(number)
    actor = VILLAGER if account else VILLAGE_CLERK
    asked.request(by(actor, NOW, number), wish(number, account), COUNTY, VILLAGE, SEED)
    return asked


def verified(number: str = "V1") -> VillageCertificate:
    """A request the village has verified."""
    asked = requested(number)
    asked.verify(by(VILLAGE_CLERK, NOW + DAY, number), VILLAGE, False, SEED)
    return asked


def issued_certificate() -> VillageCertificate:
    """Verified in time, sealed too late."""
    asked = verified()
    assert asked.due_at is not None
    late = breach_at(asked.due_at)
    asked.pass_due(by(HOUSE, late), late)
    asked.seal(by(TOWNSHIP_CLERK, late + DAY), TOWNSHIP, "3412XX0012020102300000012345", "ab" * 32)
    return asked


def refused_certificate() -> VillageCertificate:
    asked = requested("V2", None)
    reason = CertificateRefusal.NOT_OF_THIS_VILLAGE
    asked.refuse(by(VILLAGE_CLERK, NOW + DAY, "V2"), VILLAGE, reason, True)
    return asked


def withdrawn_certificate() -> VillageCertificate:
    asked = verified("V3")
    asked.withdraw(by(VILLAGER, NOW + DAY, "V3"), "")
    return asked


def mandate(number: str = "A1", account: str | None = "applicant-31") -> Mandate:
    """What an applicant asks of an agent."""
    scope = [AgencyScope.MATERIALS, AgencyScope.COLLECT]
    return Mandate(number, "agent-5", ["case-1"], scope, NOW + 30 * DAY, 0, account)


def appointed(number: str = "A1", account: str | None = "applicant-31") -> Agency:
    """An agency the agent has not answered."""
    agency = Agency.of(number)
    agency.appoint(facts(VILLAGER, NOW, number), mandate(number, account))
    return agency


def accepted(number: str = "A1") -> Agency:
    """An agency under way."""
    agency = appointed(number)
    agency.accept(facts(AGENT, NOW + DAY, number))
    return agency


def completed_agency() -> Agency:
    agency = accepted()
    agency.complete(facts(AGENT, NOW + 2 * DAY, "A1"))
    return agency


def revoked_agency() -> Agency:
    agency = accepted("A2")
    agency.revoke(facts(VILLAGER, NOW + 2 * DAY, "A2"), Ending.APPLICANT)
    return agency


def lapsed_agency() -> Agency:
    agency = accepted("A3")
    agency.lapse(facts(HOUSE, NOW + 30 * DAY, "A3"))
    return agency


def shelved(number: str = "case-1") -> Result:
    """A result that waits, and whose applicant was told no code yet."""
    result = Result.of(number)
    result.shelve(
        facts(HOUSE, NOW, number),
        number,
        department="D07",
        granted=True,
        item_code="I1",
        shelf="A-12",
    )
    return result


def coded(number: str = "case-1") -> Result:
    """A result whose applicant was told a code."""
    result = shelved(number)
    result.issue_code(facts(VILLAGER, NOW, number), CODE_DIGEST)
    return result


def hand(
    result: Result,
    matches: bool = True,
    identity: Identity | None = Identity.NUMBER,
    involved: tuple[str, ...] = ("clerk-12", "officer-21"),
    actor: Actor = ISSUER,
) -> bool:
    """Try to hand it over."""
    return result.hand_over(
        facts(actor, NOW + DAY, result.project_no),
        matches=matches,
        identity=identity,
        involved=involved,
        agent="agent-5" if identity is Identity.AGENT else "",
    )


def handed_over_result() -> Result:
    """Locked by wrong codes, unlocked, handed to the agent."""
    result = coded()
    for _ in range(TRIES):
        hand(result, matches=False)
    result.unlock(facts(SUPERVISOR, NOW + DAY))
    hand(result, identity=Identity.AGENT)
    return result


def uncollected_result() -> Result:
    result = shelved("case-2")
    assert result.collect_by is not None
    late = breach_at(result.collect_by)
    result.pass_due(facts(HOUSE, late, "case-2"), late)
    result.give_back(facts(ISSUER, late + DAY, "case-2"), ReturnGround.NOT_COLLECTED)
    return result


ISSUING_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "intake-issued-village-certificate": issued_certificate,
    "intake-refused-village-certificate": refused_certificate,
    "intake-withdrawn-village-certificate": withdrawn_certificate,
    "intake-completed-agency": completed_agency,
    "intake-revoked-agency": revoked_agency,
    "intake-lapsed-agency": lapsed_agency,
    "intake-handed-over-result": handed_over_result,
    "intake-uncollected-result": uncollected_result,
}
