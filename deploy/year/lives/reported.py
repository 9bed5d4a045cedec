"""Cases that departments report from systems of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final

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
from deploy.year.world import SOURCES, Asked, outside, told
from services.approval.domain import Verdict
from services.chassis.events import Event
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
from services.kernel.clock import Cause, Kind
from services.kernel.facts import Facts

ACCEPTANCE_CORRECTED: Final = 0.002
RESULT_CORRECTED: Final = 0.004
RESULT_UNDONE: Final = 0.0006
"""Shares of the cases whose rows their system corrects, or deletes and sends anew."""
DELETED: Final = "deleted by the sender"


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
        going, row = self.by_row(chance, kind, number, asked, moment, source, channel)
        if fee is not None:
            self.charge(going, fee, fee_number, moment)
        done = self._reported_end(going, moment)
        if chance.happens(ACCEPTANCE_CORRECTED) and not going.case.breaches:
            self._other_document(going, row, moment + (done - moment) * 0.5)
        result, said = self._result(going, row, done)
        if fee is None and done < self.cut - 7 * DAY:
            draw = chance.unit()
            if draw < RESULT_CORRECTED:
                self._other_result(going, result, said, done)
            elif draw < RESULT_CORRECTED + RESULT_UNDONE:
                self._another_result(going, result, done)

    def taken_back(self, number: int, day: date) -> None:
        """Live one a system reported that it should not have: it deletes the row."""
        chance, moment = self.arrive("taken-back", number, day)
        asked = self.world.asked(self.world.matter(day, chance, False), moment, chance)
        source = SOURCES[self.world.place_of[asked.department] % len(SOURCES)]
        going, row = self.by_row(chance, "taken-back", number, asked, moment, source)
        at = after(moment, chance.between(20, 400))
        gone = _again(row, Operation.DELETE, at, "")
        facts = self._sent(going, gone)
        going.case.retract(facts, gone, DELETED)
        own = following(self.pen.put(going.case, at, chance.between(200, 4_000)), "approval")
        assert going.process is not None
        going.process.cancel(own, row.row_guid, DELETED, going.number)
        self.pen.put(going.process, at, BUS_MS)

    def by_row(
        self,
        chance: Chance,
        kind: str,
        number: int,
        asked: Asked,
        moment: datetime,
        source: str,
        channel: str = "window",
    ) -> tuple[Going, Row]:
        """Take the accept row; gives the case and the row."""
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
        return going, row

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

    def _result(self, going: Going, accept: Row, done: datetime) -> tuple[Row, ResultSaid]:
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
        own, completed = self._by_result(going, row, said)
        if rated:
            self.rated_elsewhere(case, own, said)
        self.notice(completed)
        return row, said

    def _by_result(self, going: Going, row: Row, said: ResultSaid) -> tuple[Facts, Event]:
        """Let a result end the case: approval decides by it, and intake completes."""
        case, chance, process = going.case, going.chance, going.process
        assert process is not None
        done, guid = said.completed_at, row.row_guid
        granted, kind = said.result == "granted", said.completion_kind
        facts = replace(going.facts, occurred_at=done, correlation_id=chance.digest(32))
        case.report(facts, row, said)
        sent = chance.between(200, 4_000)
        event = self.pen.put(case, done, sent)
        there = replace(facts, causation_id=event.id)
        process.decide_as_reported(there, Verdict(granted, kind, done, guid))
        own = following(self.pen.put(process, done, sent + BUS_MS), "intake")
        case.complete(own, Decision(granted, kind, done, guid))
        return own, self.pen.put(case, done, sent + 2 * BUS_MS)

    def _other_document(self, going: Going, row: Row, at: datetime) -> None:
        """Correct the acceptance: its document has another number."""
        held = going.case.rows[row.key].said
        assert isinstance(held, AcceptSaid)
        said = replace(held, accept_doc_no=f"受{going.number[-11:]}")
        self._correct(going, _again(row, Operation.UPDATE, at, going.chance.digest(64)), said)

    def _other_result(self, going: Going, row: Row, said: ResultSaid, done: datetime) -> None:
        """Correct a result some days later: it was given earlier than the row said."""
        assert going.case.accepted_at is not None
        earlier = going.case.accepted_at + (done - going.case.accepted_at) * 0.8
        at = after(done, going.chance.between(60, 2_400))
        other = replace(said, completed_at=earlier.replace(microsecond=0))
        self._correct(going, _again(row, Operation.UPDATE, at, going.chance.digest(64)), other)

    def _correct(self, going: Going, row: Row, said: AcceptSaid | ResultSaid) -> None:
        facts = self._sent(going, row)
        going.case.correct(facts, row, said)
        going.case.recalculate(facts, CALENDAR, Cause.CORRECTION)
        self.pen.put(going.case, row.source_time, going.chance.between(200, 4_000))

    def _another_result(self, going: Going, row: Row, done: datetime) -> None:
        """Delete a result that was none; the case is open again until the next one."""
        case, chance, process = going.case, going.chance, going.process
        assert process is not None
        at = after(done, chance.between(30, 600))
        gone = _again(row, Operation.DELETE, at, "")
        facts = self._sent(going, gone)
        case.retract(facts, gone, DELETED)
        case.recalculate(facts, CALENDAR, Cause.CORRECTION)
        own = following(self.pen.put(case, at, chance.between(200, 4_000)), "approval")
        process.counting_by(CALENDAR).result_retracted(own, row.row_guid, DELETED, going.number)
        self.pen.put(process, at, BUS_MS)
        at = after(at, chance.between(60, 900))
        anew = _again(row, Operation.INSERT, at, chance.digest(64))
        self._by_result(going, anew, ResultSaid("granted", 0, at))

    def _sent(self, going: Going, row: Row) -> Facts:
        """Say what a system says by a row, when it wrote it."""
        return replace(
            going.facts, occurred_at=row.source_time, correlation_id=going.chance.digest(32)
        )


def _again(row: Row, operation: Operation, at: datetime, digest: str) -> Row:
    return replace(row, operation=operation, source_time=at, digest=digest)
