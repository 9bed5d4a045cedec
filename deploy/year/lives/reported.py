"""Cases that departments report from systems of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from deploy.year.chance import Chance
from deploy.year.lives.after import LEVELS
from deploy.year.lives.going import Going
from deploy.year.lives.scene import (
    BUS_MS,
    CALENDAR,
    DAY,
    after,
    following,
)
from deploy.year.lives.taken import Taken
from deploy.year.world import Asked, outside, told
from services.approval.domain import Verdict
from services.intake.application.cases import subject_of
from services.intake.domain import (
    AcceptSaid,
    Application,
    Case,
    Decision,
    Operation,
    RecordKind,
    ResultSaid,
    Row,
    filled,
)
from services.intake.domain import limits_of as limits_said
from services.intake.domain.clocks import breach_at
from services.kernel.clock import Kind


class Reported(Taken):
    """How rows of outside systems make a case."""

    def reported(
        self,
        chance: Chance,
        kind: str,
        number: int,
        asked: Asked,
        moment: datetime,
        source: str,
        channel: str = "window",
        fee: object = None,
        fee_number: int = 0,
    ) -> None:
        """Follow the rows a department's own system sends about one of its cases."""
        project_no = self.number(asked.item.item_code, moment.date(), kind, number)
        actor = outside(source)
        row = Row(
            RecordKind.ACCEPT,
            source,
            f"{project_no}-a",
            Operation.INSERT,
            moment,
            chance.digest(64),
        )
        stated = AcceptSaid(
            asked.item.item_code,
            asked.item.item_version,
            moment,
            channel=channel,
            department=asked.department,
            department_name=asked.item.department_name,
            window=asked.window.code if channel == "window" else "",
        )
        said, counted = filled(stated, asked.item, CALENDAR)
        facts = told(moment, project_no, actor, chance.digest(32), department=asked.department)
        subject = subject_of(project_no)
        case = Case.submit(
            facts,
            Application(
                project_no,
                asked.item.item_code,
                channel,
                subject,
                moment,
                window=said.window or None,
            ),
            row,
        )
        limits = limits_said(asked.item, moment, CALENDAR, counted)
        case.report_acceptance(facts, row, said, asked.item, limits)
        going = Going(case, asked, facts, chance)
        sent = chance.between(200, 4_000)
        event = self.pen.put(case, moment, sent)
        self._assign(going, event, sent)
        self.notice(event)
        if fee is not None:
            self.charge(going, fee, fee_number, moment)
        done = self._reported_end(going, moment)
        self._result(going, row, done)

    def _reported_end(self, going: Going, moment: datetime) -> datetime:
        """Say when its department is done with it."""
        chance, case = going.chance, going.case
        if going.asked.immediate:
            return self.by(moment, after(moment, 3 + 20 * chance.unit() ** 2), 0.1)
        due = case.promised_due_at
        assert due is not None
        if moment < self.cut - 45 * DAY and chance.happens(0.006):
            noticed = breach_at(due)
            case.breach(self._timer(going, due), Kind.PROMISED, noticed)
            self.pen.put(case, noticed, 300)
            return after(noticed, 20 + 800 * chance.unit())
        share = 0.02 + 0.85 * chance.unit() ** 2.5
        done = after(moment + (due - moment) * share, chance.between(1, 20))
        if done >= due:
            done = moment + (due - moment) * 0.6
        return self.by(moment, done, chance.unit())

    def _result(self, going: Going, accept: Row, done: datetime) -> None:
        """Take the result row: approval decides by it, and the case is completed."""
        case, chance, process = going.case, going.chance, going.process
        assert process is not None
        granted = not chance.happens(0.008)
        kind = 0 if granted else 1
        rated = chance.happens(0.035)
        said = ResultSaid(
            "granted" if granted else "rejected",
            kind,
            done,
            6 - chance.one_of(LEVELS) if rated else 0,
            "5_best" if rated else "",
        )
        guid = f"{case.project_no}-r"
        row = replace(
            accept,
            kind=RecordKind.RESULT,
            row_guid=guid,
            source_time=done,
            digest=chance.digest(64),
        )
        facts = replace(going.facts, occurred_at=done, correlation_id=chance.digest(32))
        case.report(facts, row, said)
        sent = chance.between(200, 4_000)
        event = self.pen.put(case, done, sent)
        there = replace(facts, causation_id=event.id)
        process.decide_as_reported(there, Verdict(granted, kind, done, guid))
        own = following(self.pen.put(process, done, sent + BUS_MS), "intake")
        case.complete(own, Decision(granted, kind, done, guid))
        completed = self.pen.put(case, done, sent + 2 * BUS_MS)
        if rated:
            self.rated_elsewhere(case, own, said)
        self.notice(completed)
