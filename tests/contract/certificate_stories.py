"""Stories of decision documents and certificates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from services.approval.domain.certificate_terms import (
    CancellationGround,
    Grant,
    Handing,
    RevocationGround,
    WithdrawalKind,
    expires_at,
)
from services.approval.domain.certificates import Certificate
from services.approval.domain.decision_terms import (
    DecisionResult,
    Paper,
    Remedies,
    Ruling,
    Seal,
    Wording,
)
from services.approval.domain.decisions import Decision
from services.approval.domain.terms import breach_at
from services.kernel.aggregate import Aggregate
from services.kernel.calendar import WorkCalendar
from services.kernel.calendar_seed import SEED, SEED_EDITIONS
from services.kernel.certificate_numbers import CertificateNumber
from services.kernel.facts import Actor, ActorKind
from tests.unit.facts import NOW, OFFICER, facts

KEEPER = Actor(ActorKind.PERSON, "keeper-7", unit="D07", role="officer")
ISSUER = Actor(ActorKind.PERSON, "issuer-1", window="30", role="issuing_clerk")
SUPERIOR = Actor(ActorKind.PERSON, "supervisor-1", unit="D01", role="supervisor")
TIMER = Actor(ActorKind.TIMER, "approval")
DAY = timedelta(days=1)
PAPER = Paper("1" * 64, "2" * 64)
FILE = "3" * 64
SEAL = Seal("seal-7", "D07", "keeper-7", date(2020, 1, 1))
RULING = Ruling("case-1", "case-1", "I1", "D07", granted=True, human=True, accepted_by="clerk-12")
REFUSED = Ruling("case-1", "case-1", "I1", "D07", granted=False, human=True)
CONDITIONAL = Ruling(
    "P1/I1", "case-1", "I1", "D07", True, True, conditional=True, commitment_no="C1"
)
LAW = "《中华人民共和国行政许可法》第三十八条"
GRANT = Wording("住建许〔2020〕12号", DecisionResult.GRANTED, [], [LAW])
REFUSAL = Wording(
    "住建许〔2020〕13号",
    DecisionResult.REFUSED,
    ["conditions_not_met"],
    [LAW],
    Remedies("市人民政府", "县人民法院"),
)
NUMBER = CertificateNumber("11100000000013338W011", "11430000006122244L", "20230000403")
SAID = Grant(NUMBER, "建筑工程施工许可证", "s-1", date(2020, 10, 20), date(2023, 10, 19))
ENDS = expires_at(date(2023, 10, 19))


def granted(at: datetime = NOW, ruling: Ruling = RULING) -> Decision:
    """A granting document, without its seal."""
    decision = Decision.of("case-1-D01")
    about = facts(OFFICER, at)
    decision.issue(about, "case-1-D01", ruling, GRANT, PAPER, "delegation-7")
    if not ruling.conditional:
        decision.start_limit(about, SEED)
    return decision


def sealed(at: datetime = NOW) -> Decision:
    """A granting document under its seal."""
    decision = granted(at)
    decision.apply_seal(facts(KEEPER, at), PAPER.document_hash, SEAL, FILE, "hall")
    return decision


def issued(said: Grant = SAID, replaces: str = "") -> Certificate:
    """A certificate of three years."""
    certificate = Certificate.of(said.number.text)
    certificate.issue(facts(ISSUER), sealed(), said, PAPER, replaces)
    return certificate


def late_decision() -> Decision:
    """Sealed, recounted, nearly late, late, and served at last."""
    known = [one for one in SEED_EDITIONS if one.year < 2020]
    first = [one for one in SEED_EDITIONS if one.year == 2020 and one.version == 1]
    at = datetime.fromisoformat("2020-01-20T09:00:00+08:00")
    decision = Decision.of("case-1-D01")
    decision.issue(facts(OFFICER, at), "case-1-D01", RULING, GRANT, PAPER)
    decision.start_limit(facts(OFFICER, at), WorkCalendar.of(known + first))
    decision.apply_seal(facts(KEEPER, at), PAPER.document_hash, SEAL, FILE, "hall")
    decision.recalculate_limit(facts(TIMER, at + 7 * DAY), SEED)
    assert decision.due_at is not None
    amber = decision.amber_at(SEED)
    assert amber is not None
    decision.approach(facts(TIMER, amber), amber)
    late = breach_at(decision.due_at)
    decision.breach(facts(TIMER, late), late)
    decision.served(facts(ISSUER, late + DAY), NUMBER.text)
    return decision


def refused_decision() -> Decision:
    """A refusal with its reasons and remedies."""
    decision = Decision.of("case-1-D02")
    decision.issue(facts(OFFICER), "case-1-D02", REFUSED, REFUSAL, PAPER)
    return decision


def renewed_certificate() -> Certificate:
    """Lost in the post, served, renewed by silence, renewed by decision, superseded."""
    certificate = issued()
    certificate.register(facts(ISSUER), "LIB-1")
    certificate.dispatch(facts(ISSUER), Handing.POST)
    certificate.come_back(facts(ISSUER, NOW + 3 * DAY), "moved_away")
    at = NOW + 4 * DAY
    certificate.serve(facts(ISSUER, at), Handing.WINDOW, at, True)
    certificate.request_renewal(facts(ISSUER, ENDS - 40 * DAY), "case-9")
    certificate.expire(facts(TIMER, ENDS), ENDS)
    certificate.request_renewal(facts(ISSUER, ENDS + DAY))
    certificate.refuse_renewal(facts(OFFICER, ENDS + 2 * DAY), "conditions_not_met")
    certificate.request_renewal(facts(ISSUER, ENDS + 3 * DAY))
    certificate.grant_renewal(facts(OFFICER, ENDS + 4 * DAY), date(2030, 1, 1))
    certificate.supersede(facts(ISSUER, ENDS + 5 * DAY), NUMBER.next.text)
    return certificate


def fraudulent_certificate() -> Certificate:
    """Got by fraud, revoked, and cancelled as a formality."""
    certificate = issued()
    certificate.establish_fraud(facts(SUPERIOR, NOW + DAY), "监〔2020〕1号")
    certificate.revoke(facts(OFFICER, NOW + DAY), RevocationGround.FRAUD, "撤〔2020〕1号", False)
    certificate.cancel(facts(OFFICER, NOW + 2 * DAY), CancellationGround.RIGHT_ENDED)
    return certificate


def withdrawn_certificate() -> Certificate:
    """A penalty."""
    certificate = issued()
    certificate.withdraw(
        facts(OFFICER, NOW + DAY), WithdrawalKind.PENALTY, "《建筑法》第六十五条", "罚1号", False
    )
    return certificate


def transferred_certificate() -> Certificate:
    """Moved to another region."""
    certificate = issued()
    certificate.transfer(facts(OFFICER, NOW + DAY), "341203")
    return certificate


def expired_certificate() -> Certificate:
    """Nobody asked for a renewal."""
    certificate = issued()
    certificate.expire(facts(TIMER, ENDS), ENDS + DAY)
    return certificate


CERTIFICATE_STORIES: Mapping[str, Callable[[], Aggregate]] = {
    "approval-late-decision": late_decision,
    "approval-refused-decision": refused_decision,
    "approval-renewed-certificate": renewed_certificate,
    "approval-fraudulent-certificate": fraudulent_certificate,
    "approval-withdrawn-certificate": withdrawn_certificate,
    "approval-transferred-certificate": transferred_certificate,
    "approval-expired-certificate": expired_certificate,
}
