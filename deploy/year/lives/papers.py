"""What a decision becomes on paper: document, seal, certificate, and how that is served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from deploy.feed.sample.items import uscc
from deploy.year.lives.scene import BUS_MS, CALENDAR, SECOND, Scene, after, then
from deploy.year.world import ISSUER, TIMER
from services.approval.application.certificates import serial_of
from services.approval.application.decisions import decision_no_of
from services.approval.domain import TaskState, breach_at
from services.approval.domain.certificate_terms import Grant, Handing
from services.approval.domain.certificates import Certificate, default_validity
from services.approval.domain.decision_terms import (
    DecisionResult,
    Paper,
    Remedies,
    Ruling,
    Seal,
    Wording,
)
from services.approval.domain.decisions import Decision
from services.approval.domain.publications import PublishedDecision
from services.kernel.certificate_numbers import CertificateNumber
from services.kernel.facts import Facts

if TYPE_CHECKING:
    from deploy.year.lives.going import Going

ELECTRONIC: Final = 0.35
"""Share of the certificates that are served as an electronic licence, the rest with the result."""
LAW: Final = "《中华人民共和国行政许可法》第三十八条"
REMEDIES: Final = Remedies("县人民政府", "县人民法院")
YEARS: Final = (0, 3, 5)
"""How long certificates hold; 0 has no end."""
OF_THE_BODY: Final = "001"
"""Which of the types of its department: the sample has one each."""


@dataclass
class Papers:
    """The papers of one case."""

    decision: Decision
    ready_at: datetime
    """When the last of them was made."""
    certificate: Certificate | None = None


class Documents(Scene):
    """How decisions of officers become papers."""

    def put_in_words(self, going: Going, decided: Facts, done: datetime) -> None:
        """Issue the document of a decision, seal it, and issue the certificate it grants."""
        process, chance, asked = going.process, going.chance, going.asked
        assert process is not None
        task = process.task(going.number)
        conditional = task.state is TaskState.APPROVED_CONDITIONALLY
        granted = task.state is not TaskState.REJECTED
        ruling = Ruling(
            task.task_id,
            task.project_no,
            task.item_code,
            task.department,
            granted,
            True,
            conditional,
            task.commitment_no,
            task.decided_at,
            task.accepted_by,
        )
        if granted and not conditional:
            self.publish(going, decided, done)
        at = after(done, chance.between(3, 50))
        number = decision_no_of(going.number, 1)
        decision = Decision.of(number)
        facts = then(going.facts, at, asked.decider, chance)
        paper = Paper(chance.digest(64), chance.digest(64))
        said = _wording(granted, number, done.year)
        decision.issue(facts, number, ruling, said, paper, asked.delegation)
        if not conditional:
            decision.start_limit(facts, CALENDAR)
        self._later(decision, at)
        at = after(at, chance.between(2, 40))
        keeper = self.world.keeper(self.world.place_of[task.department])
        seal = Seal(f"SP-{task.department}", task.department, keeper.id, date(self.plan.year, 1, 1))
        about = then(going.facts, at, keeper, chance)
        decision.apply_seal(about, decision.document_hash, seal, chance.digest(64), "hall")
        self._later(decision, at)
        going.papers = Papers(decision, at)
        if granted and not conditional:
            self.certify(going, at)

    def release(self, going: Going, moment: datetime) -> None:
        """Let the certificate follow: what the decision was made on is fulfilled."""
        assert going.papers is not None
        facts = then(going.facts, moment, going.asked.decider, going.chance)
        going.papers.decision.start_limit(facts, CALENDAR)
        self._later(going.papers.decision, moment)
        self.certify(going, moment)

    def certify(self, going: Going, since: datetime) -> None:
        """Issue the certificate; a part of them is served at once, as an electronic licence."""
        papers, chance = going.papers, going.chance
        assert papers is not None
        at = after(since, chance.between(5, 120))
        decision = papers.decision
        body = uscc(self.world.place_of[decision.department])
        serial = serial_of(decision.decision_no, at)
        number = CertificateNumber(body + OF_THE_BODY, body, serial)
        first, last = default_validity(at, chance.one_of(YEARS))
        grant = Grant(number, f"{going.case.item_name}证照", going.case.subject_id, first, last)
        certificate = papers.certificate = Certificate.of(number.text)
        facts = then(going.facts, at, ISSUER, chance)
        certificate.issue(facts, decision, grant, Paper(chance.digest(64), chance.digest(64)))
        self._later(certificate, at)
        papers.ready_at = at
        if chance.happens(0.8):
            kept = after(at, 1)
            library = f"ZZ{int.from_bytes(sha256(number.text.encode()).digest()[:6]):015}"
            certificate.register(then(going.facts, kept, ISSUER, chance), library)
            self._later(certificate, kept)
            papers.ready_at = kept
        if chance.happens(ELECTRONIC):
            papers.ready_at += 20 * SECOND
            self.serve(going, then(going.facts, papers.ready_at, ISSUER, chance), "electronic")

    def serve(self, going: Going, facts: Facts, how: str, by_other: bool = False) -> None:
        """Have the certificate reach its holder, if it has not yet."""
        papers = going.papers
        if papers is None or papers.certificate is None or papers.certificate.served_at:
            return
        handing = Handing.POST if how == "courier" else Handing(how)
        at = facts.occurred_at
        papers.certificate.serve(facts, handing, at, by_other)
        self._later(papers.certificate, at, BUS_MS)
        papers.decision.served(facts, papers.certificate.certificate_no)
        if papers.decision.pending:
            self._later(papers.decision, at, BUS_MS)

    def not_served(self, going: Going) -> None:
        """Let the ten working days pass: nobody came for the certificate."""
        papers = going.papers
        if papers is None or papers.certificate is None or papers.certificate.served_at:
            return
        decision, due = papers.decision, papers.decision.due_at
        assert due is not None
        amber, over = decision.amber_at(CALENDAR), breach_at(due)
        if amber is not None and papers.ready_at < amber < self.year_end:
            decision.approach(self._by_timer(going, amber), amber)
            self._later(decision, amber)
        if over < self.year_end:
            decision.breach(self._by_timer(going, due), over)
            self._later(decision, over)

    def _by_timer(self, going: Going, moment: datetime) -> Facts:
        return then(going.facts, moment, TIMER["approval"], going.chance)

    def publish(self, going: Going, decided: Facts, done: datetime, later_ms: int = 4) -> None:
        """Make a granting decision public, as approval does in the same breath."""
        process = going.process
        assert process is not None
        task = process.task(going.number)
        assert task.decided_at is not None
        published = PublishedDecision.publish(
            replace(decided, subject=task.project_no, department=task.department),
            project_no=task.project_no,
            task_id=task.task_id,
            item_code=task.item_code,
            department=task.department,
            decided_at=task.decided_at,
            process_no=process.process_no,
        )
        self._later(published, done, later_ms + 1)


def _wording(granted: bool, number: str, year: int) -> Wording:
    serial = int.from_bytes(sha256(number.encode()).digest()[:4]) % 100_000
    if granted:
        return Wording(f"准许决字〔{year}〕{serial:05}号", DecisionResult.GRANTED, [], [LAW])
    reasons = ["conditions_not_met"]
    document = f"不许决字〔{year}〕{serial:05}号"
    return Wording(document, DecisionResult.REFUSED, reasons, [LAW], REMEDIES)
