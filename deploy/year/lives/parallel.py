"""What approval decides of a project, and what the house makes of it; letters of promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from deploy.year.chance import Chance
from deploy.year.days import working_days_later
from deploy.year.lives.going import Going
from deploy.year.lives.scene import BUS_MS, CALENDAR, following
from deploy.year.lives.services import Services
from deploy.year.world import Asked, person, told
from services.approval.domain import (
    Process,
    TaskState,
    Verdict,
)
from services.approval.domain.commitment_terms import (
    CommitmentAsked,
    Eligibility,
    Letter,
    PromisedMaterial,
    Scheme,
)
from services.approval.domain.commitments import Commitment
from services.chassis.events import Event
from services.disclosure.domain.supervision_cards import Card
from services.disclosure.domain.supervision_terms import CardExcuse, Colour
from services.disclosure.messages.supervision import EXCUSED
from services.intake import messages
from services.intake.domain import Standstill
from services.intake.domain.events import CaseCompleted
from services.intake.messages import approval
from services.kernel.facts import Actor, ActorKind, Facts

CLERK: Final = person("C140", "3412XX", "clerk", "W72")


class Parallel(Services):
    """How the rooms follow each other in a project."""

    _red_cards: Sequence[Card] = ()
    """Cards for the silence that came last."""

    def _written(
        self, process: Process, moment: datetime, goings: dict[str, Going], later_ms: int = 4
    ) -> list[Card]:
        """Write what approval decided; intake follows each of its events, disclosure limits."""
        events = self.pen.put_each(process, moment, later_ms)
        for event in events:
            self._follow(event, goings, moment)
        cards: list[Card] = []
        for event in events:
            going = goings.get(approval.case_of(event))
            if going is not None:
                cards += self.cards([event], going.case.department)
            if event.type == EXCUSED:
                self._excused(event, self._red_cards)
        return cards

    def _follow(self, event: Event, goings: dict[str, Going], moment: datetime) -> None:
        """Do in intake what this event of approval means for its case."""
        number = approval.case_of(event)
        going = goings.get(number)
        if going is None:
            return
        case = going.case
        facts = replace(messages.facts_after(event), subject=number)
        decision = approval.decision(event)
        if decision is not None:
            actor = event.body.actor
            who = actor.id if actor.kind is ActorKind.PERSON else None
            case.complete(facts, replace(decision, decided_by=who), CALENDAR)
        elif event.type == approval.TASK_CREATED:
            created = event.read(approval.TaskCreated)
            waits = bool(created.prerequisites)
            case.route(facts, created.department, created.task_id or number, waits)
        elif event.type == approval.READY:
            case.task_ready(facts, event.read(approval.TaskReady).ready_at, CALENDAR)
        elif event.type == approval.SUSPENDED:
            still = event.read(approval.ClockSuspended)
            task = still.task_id or number
            stands = Standstill(
                still.reason, still.since, still.expected_days, task, still.notice_no
            )
            case.suspend(facts, stands, CALENDAR)
        elif event.type == approval.RESUMED:
            goes = event.read(approval.ClockResumed)
            case.resume(facts, goes.reason, goes.resumed_at, CALENDAR, goes.task_id or number)
        done = any(isinstance(fact, CaseCompleted) for fact in case.pending)
        if not case.pending:
            return
        written = self.pen.put(case, moment, BUS_MS)
        if done:
            self._papers(going, event, moment)
            self.completed(going, facts, written, bool(case.granted))

    def _papers(self, going: Going, decided: Event, moment: datetime) -> None:
        """Put in writing what a person decided; a silence that counts as consent has no paper."""
        assert going.process is not None
        state = going.process.task(going.number).state
        if going.papers is not None:
            self.release(going, moment)
        elif state in (TaskState.APPROVED, TaskState.REJECTED):
            self.put_in_words(going, _said(decided), moment)

    def _excused(self, event: Event, cards: Sequence[Card]) -> None:
        """Take back the cards of a limit nobody answers for any more."""
        for card in cards:
            if card.colour is Colour.RED and not card.withdrawn:
                reason = CardExcuse.LIABILITY_WITHDRAWN
                card.withdraw(following(event, "disclosure"), reason)
                self.pen.put(card, event.body.occurred_at, 1_000)

    def _officer(self, process: Process, asked: Asked, moment: datetime, chance: Chance) -> Facts:
        return told(
            moment,
            process.process_no,
            asked.decider,
            chance.digest(32),
            department=asked.department,
        )

    def _promise(
        self, process: Process, goings: dict[str, Going], now: datetime, chance: Chance
    ) -> Commitment:
        """Cut those loose that wait for each other: papers are promised for later (先办后补)."""
        group = set(process.cycles[0])
        task = process.task(sorted(group)[0])
        first = next(one for one in task.prerequisites if one in group)
        going = goings[task.project_no]
        number = f"{task.project_no}-C1"
        applicant = person(f"enterprise-{task.project_no[-4:]}", "", "applicant")

        def about(actor: Actor, minutes: int) -> Facts:
            moment = now + timedelta(minutes=minutes)
            return told(moment, process.process_no, actor, chance.digest(32))

        letter = Commitment.request(
            about(applicant, 5),
            CommitmentAsked(
                number,
                process.process_no,
                task.project_no,
                task.task_id,
                task.department,
                Scheme.SUPPLEMENT_LATER,
                [PromisedMaterial("M1", "前置部门审查意见")],
                going.case.subject_id,
                [first],
            ),
        )
        self.pen.put(letter, now + timedelta(minutes=5))
        found = Eligibility(
            first in process.mutual(task.task_id),
            True,
            "县产业目录2020年本",
            consultation_no=f"请示-{process.process_no[-6:]}",
            consulted_authority=process.task(first).department,
            consulted_on=(now - timedelta(days=1)).date(),
        )
        letter.check(about(going.asked.decider, 25), found, False)
        self.pen.put(letter, now + timedelta(minutes=25))
        due = working_days_later(now.date(), 40)
        said = Letter(due, "逾期未补齐，预先决定失效，责任自负。", "signature-1", chance.digest(64))
        facts = about(applicant, 50)
        letter.sign(facts, said, CALENDAR)
        self.pen.put(letter, facts.occurred_at)
        process.defer_prerequisite(facts, task.task_id, first, number)
        self._written(process, facts.occurred_at, goings)
        return letter

    def _decide_first(
        self,
        letter: Commitment,
        process: Process,
        goings: dict[str, Going],
        asked: Asked,
        done: datetime,
        chance: Chance,
    ) -> None:
        """Decide before the papers came: the certificate waits for them."""
        facts = self._officer(process, asked, done, chance)
        letter.decide(facts)
        self.pen.put(letter, done)
        verdict = Verdict(True, 0, done, reason="conditions_met", delegation=asked.delegation)
        process.approve_conditionally(facts, letter.task_id, letter.commitment_no, verdict)
        self._written(process, done, goings)
        self.put_in_words(goings[letter.project_no], facts, done)

    def _supply(
        self,
        letter: Commitment,
        process: Process,
        goings: dict[str, Going],
        moment: datetime,
        chance: Chance,
    ) -> None:
        """Bring what was promised, in time: the decision is whole now."""
        facts = told(moment, process.process_no, CLERK, chance.digest(32))
        letter.receive(facts, "M1", chance.digest(64), CALENDAR)
        self.pen.put(letter, moment)
        process.fulfil_conditional(facts, letter.task_id)
        self._written(process, moment, goings)


def _said(event: Event) -> Facts:
    """Give what an event says of itself."""
    body = event.body
    return Facts(
        body.occurred_at,
        body.subject,
        body.actor,
        body.correlation_id,
        body.causation_id,
        body.region,
        body.department,
    )
