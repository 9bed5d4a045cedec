"""How a case is worked on: decided while one waits, or held up, late, and decided at last."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from deploy.year.lives.after import Aftermath
from deploy.year.lives.going import Going
from deploy.year.lives.scene import (
    BUS_MS,
    CALENDAR,
    DAY,
    SECOND,
    after,
    following,
    then,
    timed,
)
from deploy.year.world import person
from services.approval.domain import Notice, Verdict
from services.chassis.events import Event
from services.intake.domain import (
    Decision,
    Standstill,
)
from services.intake.domain.clocks import breach_at
from services.kernel.clock import Kind, Reason
from services.kernel.facts import Facts


class Worked(Aftermath):
    """How a case that was accepted goes on."""

    def on_spot(self, going: Going, moment: datetime) -> None:
        """Decide it at the window while the applicant waits."""
        case, chance = going.case, going.chance
        done = after(moment, 2 + 16 * chance.unit() ** 2)
        granted = not chance.happens(0.006)
        facts = then(going.facts, self.by(moment, done, 0.1), going.asked.clerk, chance)
        case.decide_on_spot(facts, granted, "材料齐全" if granted else "不符合条件")
        event = self.pen.put(case, facts.occurred_at)
        process = going.process
        if process is not None:
            said = replace(facts, causation_id=event.id)
            kind = 0 if granted else 1
            process.decide_as_reported(said, Verdict(granted, kind, facts.occurred_at))
            self.pen.put(process, facts.occurred_at, BUS_MS)
            if granted:
                self.publish(going, said, facts.occurred_at, BUS_MS)
        self.completed(going, facts, event, granted)

    def work(self, going: Going, moment: datetime, stay_open: bool = False) -> None:
        """Let the department work on it: taken up, held up, decided; or silent."""
        chance, asked = going.chance, going.asked
        process = going.process
        assert process is not None
        started = after(moment, chance.between(4, 150))
        by = min(started, self.cut - SECOND)
        started = by if stay_open else self.by(moment, started, 0.05)
        facts = then(going.facts, started, asked.decider, chance)
        process.start(facts)
        self.pen.put(process, started)
        if stay_open:
            self._held_open(going, started)
            return
        early = moment < self.cut - 45 * DAY and not going.smooth
        draw = chance.unit()
        if early and draw < 0.07:
            started = self._stood_still(going, started)
        elif early and draw < 0.085:
            started = self._waited_for(going, started)
        elif early and draw < 0.10 and asked.promised_days > 1:
            self._extended(going, started)
        elif early and draw < 0.125:
            self._ended(going, after(started, chance.between(30, 600)), draw)
            return
        case = going.case
        due = case.promised_due_at
        assert due is not None
        if early and chance.happens(0.012):
            self._late(going, due)
            return
        whole = (due - started).total_seconds()
        share = 0.02 + 0.86 * chance.unit() ** 2.2
        done = started + timedelta(seconds=max(600.0, whole * share))
        done = after(done, chance.between(0, 30))
        if done >= due:
            done = started + (due - started) * 0.7
        done = self.by(started, done, chance.unit())
        if share > 0.6:
            self._amber(going, done)
        self.finish(going, done)

    def finish(self, going: Going, done: datetime) -> None:
        """Let the department decide, and the case be completed by it."""
        chance, process, case = going.chance, going.process, going.case
        assert process is not None
        granted = not chance.happens(0.02)
        facts = then(going.facts, done, going.asked.decider, chance)
        verdict = Verdict(
            granted,
            0 if granted else 1,
            done,
            reason=None if granted else "conditions_not_met",
            delegation=going.asked.delegation,
        )
        process.decide(facts, verdict)
        own = following(self.pen.put(process, done), "intake")
        decision = Decision(granted, verdict.completion_kind, done, decided_by=facts.actor.id)
        case.complete(own, decision, CALENDAR)
        event = self.pen.put(case, done, BUS_MS)
        self.put_in_words(going, facts, done)
        self.completed(going, own, event, granted)

    def completed(self, going: Going, facts: Facts, event: Event, granted: bool) -> None:
        """Let the house follow a completion: rating, shelf, notice; then the applicant comes."""
        case = going.case
        self.invite(case, facts, 2)
        self.notice(event)
        if going.handed:
            self.carried(going, facts)
        else:
            self.shelve(going, facts, granted)

    def _stood_still(self, going: Going, started: datetime) -> datetime:
        """Have experts look at it: both clocks stand still. Gives when work goes on."""
        chance, process, case = going.chance, going.process, going.case
        assert process is not None
        reason = (Reason.EXPERT_REVIEW, Reason.TESTING, Reason.INSPECTION)[chance.below(3)]
        since = started + timedelta(minutes=chance.between(5, 90))
        notice = Notice(f"TZ-{case.project_no[-11:]}", chance.between(3, 10))
        facts = then(going.facts, since, going.asked.decider, chance)
        process.suspend(facts, case.project_no, reason, notice)
        event = self.pen.put(process, since)
        still = Standstill(
            reason.value, since, notice.expected_days, case.project_no, notice.notice_no
        )
        case.suspend(following(event, "intake"), still, CALENDAR)
        self.pen.put(case, since, BUS_MS)
        return self._goes_on(going, since, reason, notice.expected_days)

    def _waited_for(self, going: Going, started: datetime) -> datetime:
        """Wait for the applicant, told so in writing: the promise stands still."""
        chance, process, case = going.chance, going.process, going.case
        assert process is not None
        since = started + timedelta(minutes=chance.between(5, 90))
        notice = Notice(f"GZ-{case.project_no[-11:]}", chance.between(2, 6))
        facts = then(going.facts, since, going.asked.decider, chance)
        process.notice_delay(
            facts,
            case.project_no,
            "no_show",
            "bring_the_originals",
            notice,
            to_applicant=True,
            to_window=True,
        )
        event = self.pen.put(process, since)
        reason = Reason.APPLICANT_CAUSE
        still = Standstill(
            reason.value, since, notice.expected_days, case.project_no, notice.notice_no
        )
        case.suspend(following(event, "intake"), still, CALENDAR)
        self.pen.put(case, since, BUS_MS)
        return self._goes_on(going, since, reason, notice.expected_days)

    def _goes_on(self, going: Going, since: datetime, reason: Reason, days: int) -> datetime:
        process, case, chance = going.process, going.case, going.chance
        assert process is not None
        until = after(since, days * 420 * (0.5 + 0.6 * chance.unit()))
        facts = then(going.facts, until, going.asked.decider, chance)
        process.resume(facts, case.project_no, reason)
        own = following(self.pen.put(process, until), "intake")
        case.resume(own, reason.value, until, CALENDAR, case.project_no)
        self.pen.put(case, until, BUS_MS)
        return until

    def _extended(self, going: Going, started: datetime) -> None:
        """Give it more time, by the head of the department."""
        process, case, chance = going.process, going.case, going.chance
        assert process is not None
        day = started + timedelta(minutes=30)
        head = person(f"head-{case.department}", case.department, "department_head")
        facts = then(going.facts, day, head, chance)
        days = chance.between(3, 10)
        process.extend(facts, case.project_no, days, "complex_case", f"YQ-{case.project_no[-11:]}")
        own = following(self.pen.put(process, day), "intake")
        case.extend(own, days, "authority_head", day, CALENDAR, case.project_no)
        self.pen.put(case, day, BUS_MS)

    def _ended(self, going: Going, moment: datetime, draw: float) -> None:
        """End it otherwise: withdrawn, forwarded up, or without effect."""
        case, process, chance = going.case, going.process, going.chance
        assert process is not None
        facts = then(going.facts, moment, going.asked.clerk, chance)
        if draw < 0.117:
            case.withdraw(facts, "whole", [], "", CALENDAR)
            reason = "withdrawn"
        elif draw < 0.122:
            case.forward_up(facts, "市级主管部门", CALENDAR)
            reason = "forwarded_up"
        else:
            case.void(facts, "supervisor-1", "重复申请", CALENDAR)
            reason = "voided"
        event = self.pen.put(case, moment)
        process.end_case(following(event, "approval"), case.project_no, reason)
        self.pen.put(process, moment, BUS_MS)
        self.notice(event)

    def _amber(self, going: Going, done: datetime) -> None:
        """Say that the promise is about to end, where it does before the decision."""
        case, process = going.case, going.process
        assert process is not None and case.begun_at is not None
        due = case.promised_due_at
        assert due is not None
        amber = case.counts.amber_at(case.begun_at, due, CALENDAR, case.still)
        if amber is None or not going.facts.occurred_at < amber < done or case.suspended:
            return
        facts = self._timer(going, amber)
        case.approach(facts, amber)
        self.pen.put(case, amber, 300)
        process.approach(self._timer(going, amber, "approval"), case.project_no, amber)
        self.cards(self.pen.put_each(process, amber, 400), case.department)

    def _late(self, going: Going, due: datetime, done: datetime | None = None) -> None:
        """Let the promise pass: red in both rooms, window and department answer for it."""
        case, process, chance = going.case, going.process, going.chance
        assert process is not None
        self._amber(going, due)
        noticed = breach_at(due)
        done = done or after(noticed, 30 + 900 * chance.unit())
        self._breach(going, Kind.PROMISED, due)
        process.pass_by(self._timer(going, due, "approval"), case.project_no, noticed)
        self.cards(self.pen.put_each(process, noticed, 500), case.department)
        statutory = case.statutory_due_at
        if statutory is not None and statutory < done:
            self._breach(going, Kind.STATUTORY, statutory)
            over = breach_at(statutory)
            process.breach(self._timer(going, statutory, "approval"), case.project_no, over)
            self.cards(self.pen.put_each(process, over, 700), case.department)
        self.finish(going, done)

    def _breach(self, going: Going, clock: Kind, due: datetime) -> None:
        noticed = breach_at(due)
        going.case.breach(self._timer(going, due), clock, noticed)
        self.pen.put(going.case, noticed, 300)

    def _timer(self, going: Going, due: datetime, service: str = "intake") -> Facts:
        return timed(going.facts, service, due, going.chance)

    def _held_open(self, going: Going, started: datetime) -> None:
        """Keep it open until after the cut: slow, standing still, or late; then it is decided."""
        chance, case = going.chance, going.case
        resumed = started
        if chance.happens(0.45):
            resumed = self._stood_still(going, started)
        due = case.promised_due_at
        assert due is not None
        done = max(resumed, self.cut + timedelta(days=1 + 12 * chance.unit()))
        done = after(done, 5)
        if breach_at(due) < done:
            self._late(going, due, done)
        else:
            self.finish(going, done)
