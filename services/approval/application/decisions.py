"""What approval can be told of decisions as documents: issued, sealed, and followed by a limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeGuard

from services.approval import timers
from services.approval.application.base import Base
from services.approval.application.ports import DecisionWords, Holder, Papers, Seals, Unserved
from services.approval.domain.decision_terms import (
    DecisionResult,
    NotDecidedSoError,
    Ruling,
    Wording,
)
from services.approval.domain.decisions import Decision, decision_stream
from services.approval.domain.process import Process
from services.approval.domain.process_events import LateDecisionRecorded
from services.approval.domain.publications import PublishedDecision
from services.approval.domain.tasks import TaskApproved
from services.approval.domain.terms import TaskState, breach_at
from services.chassis.deadlines import Deadline, Due, cancel_deadlines, set_deadlines
from services.chassis.errors import NotFoundError, UnavailableError
from services.chassis.eventlog.application import command
from services.chassis.eventlog.database import Database
from services.chassis.projection import Change
from services.kernel.aggregate import Fact
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import legal_date
from services.kernel.facts import Actor, ActorKind, Facts

APPROACHING: Final = "issuing_approaching"
BREACH: Final = "issuing_breach"
RECOUNT: Final = "issuing_recount"
DECISION_TIMERS: Final = (APPROACHING, BREACH, RECOUNT)
"""Keys are decision numbers."""

REASONS: Final = {
    "conditions_not_met": "申请人不符合法定条件",
    "materials_untrue": "提交的申请材料与事实不符",
    "materials_missing": "法定材料在期限内没有补齐",
    "survey_failed": "现场勘查结论不合格",
    "prerequisite_refused": "前置审批没有通过",
    "quota_used_up": "法定数量限额已满",
    "plan_conflict": "不符合已经批准的规划",
}
"""What reason codes read as in the document; another code is printed with the officer's words."""


@dataclass(frozen=True)
class Filed:
    """What became of a document or a certificate."""

    key: str
    state: str
    stream: str
    version: int


def _no_seal(_: Database, __: str) -> None:
    return None


def _nobody_known(_: Database, __: str) -> str:
    return ""


def _none_unserved(_: Database, __: str) -> Sequence[str]:
    return ()


class Decisions(Base):
    """The decision documents."""

    papers: Papers | None = None
    """Who makes and keeps files; set by the service, absent where there is no storage."""
    seals: Seals = staticmethod(_no_seal)
    unserved: Unserved = staticmethod(_none_unserved)
    issued: Unserved = staticmethod(_none_unserved)
    """Asks for the certificates of a case that are not revoked."""
    holder: Holder = staticmethod(_nobody_known)

    def certificate_may_be_issued(self, task_id: str) -> bool:
        """Say whether no commitment keeps the certificate back; a part of its own does."""
        return True

    @command
    def issue_decision(
        self,
        facts: Facts,
        task_id: str,
        said: Wording,
        statement: str = "",
        *,
        key: str | None = None,
    ) -> Filed:
        """Put a task's decision into words, on the day it is signed.

        Args:
            statement: what the officer writes beside the reason codes. It is printed, and stands in
                the file alone: it may speak of a person.
        """
        ruling = self._ruling(task_id)
        about = self._about(facts, ruling.project_no, ruling.department)
        found = list(self._decisions_of(ruling.project_no))
        if found and _covers(found[-1], ruling):
            decision = found[-1]
        else:
            decision = Decision.of(decision_no_of(ruling.project_no, len(found) + 1))
        number = decision.decision_no or decision_no_of(ruling.project_no, len(found) + 1)
        decision.check(about, ruling, said)
        delegation = self.delegation_for(about, ruling.department, ruling.item_code)
        words = self._words(about, number, ruling, said, statement)
        paper = self.papers_or_refuse().decision(words)
        decision.issue(about, number, ruling, said, paper, delegation)
        if ruling.conditional:
            return self._file_decision(decision)
        return self._start_limit(about, decision)

    @command
    def apply_seal(
        self,
        facts: Facts,
        decision_no: str,
        seal: str,
        document_hash: str,
        place: str,
        *,
        key: str | None = None,
    ) -> Filed:
        """Put the seal on a document: this very one, by who keeps the seal (P26)."""
        decision = self._decision(decision_no)
        about = self._about(facts, decision.project_no, decision.department)
        known = self.seals(self.database, seal)
        decision.check_seal(about, document_hash, seal, known)
        file_hash = self.papers_or_refuse().sealed(document_hash, seal, place)
        decision.apply_seal(about, document_hash, known, file_hash, place)
        return self._file_decision(decision)

    @command
    def release_certificate(self, facts: Facts, task_id: str) -> None:
        """Let the issuing limit of a conditional decision run: its commitment is fulfilled."""
        project_no = self.process_of_task(task_id).task(task_id).project_no
        for decision in self._decisions_of(project_no):
            about = self._about(facts, project_no, decision.department)
            self._start_limit(about, decision)

    def file(
        self, process: Process, calendar: WorkCalendar | None = None, firing: Due | None = None
    ) -> None:
        """Keep a process; where a commitment was fulfilled by it, the issuing limit starts."""
        fulfilled = [
            fact
            for fact in process.pending
            if isinstance(fact, TaskApproved)
            and process.task(fact.task_id or fact.project_no).commitment_no
        ]
        granted = [fact for fact in process.pending if _grants(fact)]
        super().file(process, calendar, firing)
        for fact in granted:
            self._publish(process, fact)
        for fact in fulfilled:
            self.release_certificate(fact.facts, fact.task_id or fact.project_no)

    def _publish(self, process: Process, fact: TaskApproved | LateDecisionRecorded) -> None:
        """Make a granting decision public (art. 40), unless its item is confidential."""
        task = process.task(fact.task_id or fact.project_no)
        if not self.is_public(task.item_code, task.item_version):
            return
        published = PublishedDecision.publish(
            self._about(fact.facts, task.project_no, task.department),
            project_no=task.project_no,
            task_id=task.task_id,
            item_code=task.item_code,
            department=task.department,
            decided_at=fact.decided_at,
            process_no=process.process_no,
        )
        if self.find(PublishedDecision, published.id) is None:
            self.keep(published)

    def recount_papers(self, year: int) -> None:
        """Have the issuing limits and letters that touch this year counted again."""
        self.change(timers.recount_papers(year))

    def names_of(self, item_code: str, department: str) -> tuple[str, str]:
        """Give what an item and its department are called; codes where catalog has not told."""
        known = self.reference.ask({item_code})[0].get(item_code)
        versions = known.versions if known else []
        last = max(versions, key=lambda one: one.item_version, default=None)
        if last is None:
            return item_code, department
        return last.name, last.department_name if last.department == department else department

    def fire_decision(self, due: Due) -> None:
        """Do what a deadline of a decision is for; without effect when it was met meanwhile."""
        decision = self.find(Decision, decision_stream(due.key))
        if decision is None:
            return
        at = due.fired_at if due.kind == RECOUNT else due.due_at
        own = Facts(at, decision.project_no, Actor(ActorKind.TIMER, "approval"), due.id)
        facts = self._about(own, decision.project_no, decision.department)
        if due.kind == APPROACHING:
            decision.approach(facts, due.fired_at)
        elif due.kind == BREACH:
            decision.breach(facts, due.fired_at)
        else:
            decision.recalculate_limit(facts, self.reference.calendar().calendar)
        self._file_decision(decision, fired=due.kind)

    def _start_limit(self, facts: Facts, decision: Decision) -> Filed:
        """Let the issuing limit run, counted again if another calendar commits meanwhile."""
        dated = self.reference.calendar()
        decision.start_limit(facts, dated.calendar)
        done = self._file_decision(decision)
        self.change(timers.recount_papers_if_changed(dated.editions, RECOUNT, done.key))
        return done

    def _ruling(self, task_id: str) -> Ruling:
        """Read the task's decision.

        Raises:
            NotDecidedSoError: there is none that could be put into words.
        """
        task = self.process_of_task(task_id).task(task_id)
        granted = {
            TaskState.APPROVED: True,
            TaskState.APPROVED_CONDITIONALLY: True,
            TaskState.REJECTED: False,
            TaskState.DEEMED_CONSENTED: True,
        }.get(task.state)
        if granted is None:
            raise NotDecidedSoError("the task is not decided")
        return Ruling(
            task_id=task.task_id,
            project_no=task.project_no,
            item_code=task.item_code,
            department=task.department,
            granted=granted,
            human=task.state is not TaskState.DEEMED_CONSENTED or bool(task.late),
            conditional=task.state is TaskState.APPROVED_CONDITIONALLY,
            commitment_no=task.commitment_no,
            decided_at=task.decided_at,
            accepted_by=task.accepted_by,
        )

    def _words(
        self,
        facts: Facts,
        number: str,
        ruling: Ruling,
        said: Wording,
        statement: str,
    ) -> DecisionWords:
        item, department = self.names_of(ruling.item_code, ruling.department)
        granted = said.result is DecisionResult.GRANTED
        return DecisionWords(
            decision_no=number,
            document=said.document,
            title="准予行政许可决定书" if granted else "不予行政许可决定书",
            paragraphs=list(_paragraphs(facts, item, ruling, said, statement)),
            department=department,
            subject=self.holder(self.database, ruling.project_no) or "–",
            at=facts.occurred_at,
        )

    def _decision(self, decision_no: str) -> Decision:
        decision = self.find(Decision, decision_stream(decision_no))
        if decision is None:
            raise NotFoundError("there is no such decision")
        return decision

    def _decisions_of(self, project_no: str) -> Iterator[Decision]:
        """Give the documents of a case, first to last; a case decided anew has another."""
        number = 1
        while found := self.find(Decision, decision_stream(decision_no_of(project_no, number))):
            yield found
            number += 1

    def papers_or_refuse(self) -> Papers:
        if self.papers is None:
            raise UnavailableError("no files are kept here: set BANJIAN_STORAGE")
        return self.papers

    def _about(self, facts: Facts, project_no: str, department: str) -> Facts:
        return replace(facts, subject=project_no, department=department)

    def _file_decision(self, decision: Decision, fired: str = "") -> Filed:
        self.change(*self._decision_deadlines(decision, fired))
        self.keep(decision)
        state = "sealed" if decision.sealed else "issued"
        return Filed(decision.decision_no, state, str(decision.id), decision.version)

    def _decision_deadlines(self, decision: Decision, fired: str) -> Iterable[Change]:
        """Bring the deadlines in line with the decision, but not the one that fires right now."""
        key = decision.decision_no
        if fired and fired != RECOUNT:
            return
        yield cancel_deadlines((APPROACHING, BREACH), key)
        due_at = decision.due_at
        if due_at is None or not decision.awaits_service:
            return
        wanted = []
        if decision.breached != due_at:
            wanted.append(Deadline(BREACH, key, breach_at(due_at)))
        amber_at = decision.amber_at(self.reference.calendar().calendar)
        if amber_at is not None and amber_at < due_at and decision.approached != due_at:
            wanted.append(Deadline(APPROACHING, key, amber_at))
        if wanted:
            yield set_deadlines(wanted)


def _grants(fact: Fact) -> TypeGuard[TaskApproved | LateDecisionRecorded]:
    if isinstance(fact, LateDecisionRecorded):
        return fact.granted
    return isinstance(fact, TaskApproved)


def decision_no_of(project_no: str, number: int) -> str:
    """Name the n-th decision document of a case."""
    return f"{project_no}-D{number:02d}"


def _covers(decision: Decision, ruling: Ruling) -> bool:
    """Say whether a document was issued on this ruling, and not on one before it."""
    if decision.issued_at is None or ruling.decided_at is None:
        return True
    return decision.issued_at >= ruling.decided_at


def _paragraphs(
    facts: Facts, item: str, ruling: Ruling, said: Wording, statement: str
) -> Iterator[str]:
    yield f"申请事项：{item}（办件编号 {ruling.project_no}）。"
    basis = "、".join(said.legal_basis) or "《中华人民共和国行政许可法》第三十八条"
    if said.result is DecisionResult.GRANTED:
        yield f"经审查，上述申请符合法定条件、标准。依据{basis}，本机关决定准予行政许可。"
        if ruling.conditional:
            yield (
                f"本决定以承诺书 {ruling.commitment_no} 所载材料按期补齐为条件；"
                "材料补齐之前不颁发证照，逾期没有补齐的，本决定失效。"
            )
        else:
            yield "本机关自作出本决定之日起十个工作日内向申请人颁发、送达行政许可证件。"
    else:
        told = "；".join(REASONS.get(code, code) for code in said.reasons)
        yield f"经审查，不能准予行政许可的理由如下：{told}。"
        yield f"依据{basis}，本机关决定不予行政许可。"
    if statement:
        yield statement
    if said.remedies is not None and said.result is DecisionResult.REFUSED:
        yield said.remedies.text(legal_date(facts.occurred_at))
