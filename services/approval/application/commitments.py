"""What approval can be told of commitment letters, and of credit records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.approval import site_timers, timers
from services.approval.application.surveys import SiteDone, Surveys
from services.approval.domain import (
    AlreadyDecidedError,
    NoProcessError,
    Process,
    TaskRejected,
    TaskState,
    Verdict,
)
from services.approval.domain.commitment_events import (
    CaseDeemedWithdrawn,
    CommitmentBreached,
    CommitmentFulfilled,
    CommitmentRevocationOrdered,
    PreDecisionLapsed,
)
from services.approval.domain.commitment_terms import (
    Bar,
    CommitmentAsked,
    CommitmentState,
    Eligibility,
    Letter,
    NoCommitmentError,
    NotDeferrableError,
    PromisedMaterial,
    Scheme,
)
from services.approval.domain.commitments import Commitment, commitment_stream
from services.approval.domain.credit import Credit, credit_stream
from services.approval.domain.terms import CONSENTS
from services.chassis.deadlines import Due
from services.chassis.eventlog.application import command
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Actor, ActorKind, Facts

_DEADLINES = (
    site_timers.COMMITMENT_DUE,
    site_timers.RECTIFICATION_DUE,
    site_timers.RECOUNT,
)
_STANDING = (CommitmentState.SIGNED, CommitmentState.DECIDED, CommitmentState.FULFILLED)
"""A task may be ahead of what it needs as long as its letter stands."""


class Commitments(Surveys):
    """The commitment letters."""

    @command
    def request_commitment(
        self,
        facts: Facts,
        task_id: str,
        scheme: Scheme,
        materials: Sequence[PromisedMaterial],
        defers: Sequence[str],
        subject_id: str,
        *,
        key: str | None = None,
    ) -> SiteDone:
        """Ask for a letter about a task that is not decided.

        Args:
            defers: prerequisites of the task whose papers are promised.

        Raises:
            AlreadyDecidedError: nothing is left to promise for.
            NotDeferrableError: the task does not wait for one of `defers`.
        """
        process = self.process_of_task(task_id)
        task = process.task(task_id)
        if task.final:
            raise AlreadyDecidedError("the task is decided; there is nothing to promise for")
        before = [process.task(one).task_id for one in defers]
        if not set(before) <= set(task.prerequisites):
            raise NotDeferrableError("the task does not wait for what is named", "defers")
        letters = list(self._letters_of(task.project_no))
        asked = CommitmentAsked(
            commitment_no=f"{task.project_no}-C{len(letters) + 1}",
            process_no=process.process_no,
            project_no=task.project_no,
            task_id=task.task_id,
            department=task.department,
            scheme=scheme,
            materials=list(materials),
            subject_id=subject_id,
            defers=before,
        )
        letter = Commitment.request(self._of_process(facts, process.process_no), asked)
        return self._file_letter(letter)

    @command
    def check_eligibility(
        self, facts: Facts, commitment_no: str, found: Eligibility, *, key: str | None = None
    ) -> SiteDone:
        """Put the three facts on record; that tasks wait for each other is found, not claimed."""
        letter = self._letter(commitment_no)
        process = self.process_of(letter.process_no)
        mutual = bool(letter.defers) and set(letter.defers) <= process.mutual(letter.task_id)
        credit = self.find(Credit, credit_stream(letter.subject_id))
        flagged = credit is not None and credit.flagged
        about = self._of_process(facts, letter.process_no)
        letter.check(about, replace(found, mutual_prerequisite=mutual), flagged)
        return self._file_letter(letter)

    @command
    def sign_commitment(
        self, facts: Facts, commitment_no: str, said: Letter, *, key: str | None = None
    ) -> SiteDone:
        """Take the signed letter; under 先办后补 it cuts what waits for each other loose (P01)."""
        letter = self._letter(commitment_no)
        process = self.process_of(letter.process_no, counting=True)
        about = self._of_process(facts, letter.process_no)
        refused = [one for one in letter.defers if process.task(one).state is TaskState.REJECTED]
        if refused:
            letter.prerequisite_rejected(about, refused[0])
            return self._file_letter(letter)
        dated = self.reference.calendar()
        letter.sign(about, said, dated.calendar)
        for prerequisite in letter.defers:
            process.defer_prerequisite(about, letter.task_id, prerequisite, commitment_no)
        self.file(process)
        done = self._file_letter(letter)
        self.change(timers.recount_papers_if_changed(dated.editions, site_timers.RECOUNT, done.key))
        return done

    @command
    def decide_on_commitment(
        self, facts: Facts, commitment_no: str, reason: str | None = None, *, key: str | None = None
    ) -> SiteDone:
        """Decide before the papers: conditionally, or under 告知承诺 at once and whole.

        `facts.occurred_at` is when the database received it.
        """
        letter = self._letter(commitment_no)
        process = self.process_of(letter.process_no, counting=True)
        task = process.task(letter.task_id)
        about = self._of_process(facts, letter.process_no)
        letter.decide(about)
        delegation = self.delegation_for(facts, task.department, task.item_code)
        verdict = Verdict(True, 0, facts.occurred_at, reason=reason, delegation=delegation)
        if letter.scheme is Scheme.NOTICE_AND_PROMISE:
            process.decide(about, verdict, task.task_id)
        else:
            process.approve_conditionally(about, task.task_id, commitment_no, verdict)
        self.file(process)
        return self._file_letter(letter)

    @command
    def receive_promised(
        self,
        facts: Facts,
        commitment_no: str,
        material_code: str,
        content_hash: str,
        *,
        key: str | None = None,
    ) -> SiteDone:
        """Take a promised paper; with the last one in time the promise is kept (P20)."""
        letter = self._letter(commitment_no)
        about = self._of_process(facts, letter.process_no)
        letter.receive(about, material_code, content_hash, self._calendar())
        return self._follow(letter)

    @command
    def extend_commitment(
        self,
        facts: Facts,
        commitment_no: str,
        said: Letter,
        reason: str,
        *,
        key: str | None = None,
    ) -> SiteDone:
        """Grant more time, once; `said.due_on` is the new day."""
        letter = self._letter(commitment_no)
        about = self._of_process(facts, letter.process_no)
        dated = self.reference.calendar()
        letter.extend(about, said, reason, dated.calendar)
        done = self._file_letter(letter)
        self.change(timers.recount_papers_if_changed(dated.editions, site_timers.RECOUNT, done.key))
        return done

    @command
    def withdraw_commitment(
        self, facts: Facts, commitment_no: str, *, key: str | None = None
    ) -> SiteDone:
        """Take the promise back, for the applicant, before the decision.

        What it had cut loose waits again, unless it is decided by now.
        """
        letter = self._letter(commitment_no)
        about = self._of_process(facts, letter.process_no)
        letter.withdraw(about)
        process = self.process_of(letter.process_no, counting=True)
        process.restore_prerequisite(about, letter.task_id, commitment_no)
        self.file(process)
        return self._file_letter(letter)

    @command
    def repair_credit(
        self, facts: Facts, subject_id: str, basis: str, *, key: str | None = None
    ) -> SiteDone:
        """Record that an applicant's record is repaired, so that promises are taken again."""
        credit = self.find(Credit, credit_stream(subject_id))
        if credit is None:
            raise NoCommitmentError("there is nothing in this record")
        credit.repair(replace(facts, subject=subject_id, region=self._region), basis)
        self.keep(credit)
        return SiteDone(subject_id, "repaired", str(credit.id), credit.version)

    def certificate_may_be_issued(self, task_id: str) -> bool:
        """Say whether no letter keeps the certificate of a task back; `certificate_bar` says why.

        The task is named by its id or by the number of its case.
        """
        return self.certificate_bar(task_id) is None

    def certificate_bar(self, task_id: str) -> Bar | None:
        """Give what keeps the certificate of a task back; None: no letter does (P17, P24)."""
        try:
            process: Process | None = self.process_of_task(task_id)
        except NoProcessError:
            process = None
        task = process.task(task_id) if process else None
        letters = list(self._letters_of(task.project_no if task else task_id))
        for letter in letters:
            if letter.bar is not None:
                return letter.bar
        if process is None or task is None:
            return None
        if task.state is TaskState.BLOCKED:
            return Bar.PREREQUISITE_OPEN
        standing = {one.commitment_no for one in letters if one.state in _STANDING}
        for prerequisite, number in task.deferred.items():
            if number not in standing and process.task(prerequisite).state not in CONSENTS:
                return Bar.PREREQUISITE_OPEN
        return None

    def file(
        self, process: Process, calendar: WorkCalendar | None = None, firing: Due | None = None
    ) -> None:
        """Keep a process; what is rejected in it ends the promises that wait for it (P21)."""
        refused = [fact for fact in process.pending if isinstance(fact, TaskRejected)]
        super().file(process, calendar, firing)
        for fact in refused:
            task_id = fact.task_id or fact.project_no
            for task in list(process.tasks.values()):
                letter = self._found(task.deferred.get(task_id, ""))
                if letter is not None:
                    letter.prerequisite_rejected(fact.facts, task_id)
                    self._follow(letter)

    def fire(self, due: Due) -> None:
        """Do what the end of a promise or of a rectification is for; others go on."""
        if due.kind not in _DEADLINES:
            return super().fire(due)
        letter = self._letter(due.key)
        facts = self._by_timer(due, letter.process_no)
        if due.kind == site_timers.RECOUNT:
            letter.recalculate(replace(facts, occurred_at=due.fired_at), self._calendar())
        elif due.kind == site_timers.COMMITMENT_DUE:
            letter.pass_by(facts, due.fired_at, self._calendar())
        else:
            letter.end_rectification(facts, due.fired_at)
        self._follow(letter, fired=due.kind)
        return None

    def _follow(self, letter: Commitment, fired: str = "") -> SiteDone:
        """Let the process and the credit record follow what became of a letter, and keep it."""
        pending = list(letter.pending)
        done = self._file_letter(letter, fired)
        for fact in pending:
            house = Actor(ActorKind.SYSTEM, "approval", unit=letter.department)
            facts = replace(fact.facts, actor=house)
            ends = isinstance(fact, (CommitmentFulfilled, PreDecisionLapsed, CaseDeemedWithdrawn))
            if ends:
                self._end_task(facts, letter, fact)
            if isinstance(fact, CommitmentRevocationOrdered):
                self.order_revocations(facts, letter.project_no, letter.commitment_no)
            late = isinstance(fact, CommitmentBreached)
            if isinstance(fact, CommitmentRevocationOrdered) or (
                late and letter.scheme is not Scheme.NOTICE_AND_PROMISE
            ):
                credit = self.find(Credit, credit_stream(letter.subject_id))
                credit = credit or Credit.of(letter.subject_id)
                about = replace(facts, subject=letter.subject_id)
                credit.flag(about, letter.commitment_no, letter.scheme)
                self.keep(credit)
        return done

    def _end_task(self, facts: Facts, letter: Commitment, fact: object) -> None:
        process = self.process_of(letter.process_no, counting=True)
        task = process.task(letter.task_id)
        conditional = task.state is TaskState.APPROVED_CONDITIONALLY
        if isinstance(fact, CommitmentFulfilled) and conditional:
            process.fulfil_conditional(facts, letter.task_id)
        elif isinstance(fact, PreDecisionLapsed):
            process.lapse_conditional(facts, letter.task_id, fact.cause.value)
        elif isinstance(fact, CaseDeemedWithdrawn):
            process.cancel_task(facts, letter.task_id, "deemed_withdrawn")
        self.file(process)

    def _file_letter(self, letter: Commitment, fired: str = "") -> SiteDone:
        """Keep a letter with its deadlines; the one that fires now is removed by its firing."""
        self.change(*site_timers.of_commitment(letter, fired))
        self.keep(letter)
        number = letter.commitment_no
        return SiteDone(number, letter.state.value, str(letter.id), letter.version)

    def _letter(self, commitment_no: str) -> Commitment:
        letter = self._found(commitment_no)
        if letter is None:
            raise NoCommitmentError("there is no such letter")
        return letter

    def _found(self, commitment_no: str) -> Commitment | None:
        if not commitment_no:
            return None
        return self.find(Commitment, commitment_stream(commitment_no))

    def _letters_of(self, project_no: str) -> Iterator[Commitment]:
        """Give the letters of a case, in order: their numbers follow each other."""
        number = 1
        while (letter := self._found(f"{project_no}-C{number}")) is not None:
            yield letter
            number += 1

    def _calendar(self) -> WorkCalendar:
        return self.reference.calendar().calendar
