"""What disclosure can be told of supervision: what units owe, and what they have to put right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.chassis.deadlines import Due, set_deadlines
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.disclosure import supervision_timers as timers
from services.disclosure.application.entries import EntryDone
from services.disclosure.application.foi import FoiRequests
from services.disclosure.domain.supervision_cycles import Supervision, supervision_stream
from services.disclosure.domain.supervision_notices import RectificationNotice, notice_stream
from services.disclosure.domain.supervision_periods import read_number
from services.disclosure.domain.supervision_terms import Cycle, NotTheUnitError
from services.kernel.aggregate import Aggregate
from services.kernel.clock import legal_date
from services.kernel.facts import Actor, ActorKind, Facts


@dataclass(frozen=True)
class SupervisionDone:
    """What was done, and where it stands."""

    key: str
    state: str
    stream: str
    version: int


class Supervising(FoiRequests):
    """Cycles and notices."""

    @command
    def start_cycles(
        self,
        facts: Facts,
        units: Sequence[str],
        cycles: Sequence[Cycle],
        begins: date,
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Have units owe cycles from the turn a day lies in on, turn after turn."""
        wanted = [(unit, cycle) for unit in dict.fromkeys(units) for cycle in dict.fromkeys(cycles)]
        self.prefetch(Supervision, (supervision_stream(*one) for one in wanted))
        last: Supervision | None = None
        for unit, cycle in wanted:
            last = self._schedule(facts, unit, cycle, begins)
        return _done(",".join(dict.fromkeys(units)), "scheduled", last)

    @command
    def end_cycle(
        self, facts: Facts, unit: str, cycle: Cycle, on: date, *, key: str | None = None
    ) -> SupervisionDone:
        """Ask no further turn of a cycle of a unit."""
        found = self._cycle_of(unit, cycle)
        found.end(self._here(facts), on)
        self.keep(found)
        return _done(unit, "ended", found)

    @command
    def meet_obligation(
        self,
        facts: Facts,
        obligation_no: str,
        on: date,
        evidence: str,
        *,
        unit: str | None = None,
        key: str | None = None,
    ) -> SupervisionDone:
        """Say that an obligation was met; `unit`: who says so may speak for this one only."""
        found = self._owing(obligation_no)
        if unit is not None and unit != found.unit:
            raise NotTheUnitError("another unit owes that", "obligation_no")
        owed = found.owed.get(obligation_no)
        found.meet(self._here(facts), obligation_no, on, evidence)
        if owed is not None:
            self.change(*timers.met(obligation_no, owed))
        state = "met_late" if found.pending[-1].late else "met"  # type: ignore[attr-defined]
        self.keep(found)
        return _done(obligation_no, state, found)

    @command
    def publish_entry(self, facts: Facts, entry_no: str, *, key: str | None = None) -> EntryDone:
        """Let everybody read it; with that its unit has made the update it owes this week."""
        done = super().publish_entry(facts, entry_no)
        self._updated(facts, self.entry_of(entry_no).unit or facts.actor.unit, entry_no)
        return done

    @command
    def issue_notice(
        self,
        facts: Facts,
        notice_no: str,
        unit: str,
        issues: Sequence[str],
        due_on: date,
        on: date,
        inspection_no: str | None = None,
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Tell a unit what to put right."""
        notice = self.find(RectificationNotice, notice_stream(notice_no))
        notice = notice or RectificationNotice.of(notice_no)
        notice.issue(self._here(facts), notice_no, unit, issues, due_on, on, inspection_no)
        return self._file_notice(notice)

    @command
    def answer_notice(
        self,
        facts: Facts,
        notice_no: str,
        answer: str,
        on: date,
        *,
        unit: str | None = None,
        key: str | None = None,
    ) -> SupervisionDone:
        """Say what was done about a notice; `unit`: who says so may speak for this one only."""
        notice = self.notice_of(notice_no)
        due_on = notice.due_on
        notice.answer(self._here(facts), unit, answer, on)
        return self._file_notice(notice, due_on)

    @command
    def verify_notice(
        self,
        facts: Facts,
        notice_no: str,
        accepted: bool,
        on: date,
        remark: str = "",
        due_on: date | None = None,
        *,
        key: str | None = None,
    ) -> SupervisionDone:
        """Say whether it is put right."""
        notice = self.notice_of(notice_no)
        notice.verify(self._here(facts), accepted, on, remark, due_on)
        return self._file_notice(notice)

    def notice_of(self, notice_no: str) -> RectificationNotice:
        """Give a notice.

        Raises:
            NotFoundError: there is none.
        """
        notice = self.find(RectificationNotice, notice_stream(notice_no))
        if notice is None:
            raise NotFoundError("there is no such notice")
        return notice

    def fire(self, due: Due) -> None:
        """Do what a deadline of supervision is for; those of others go on to them."""
        if due.kind not in timers.KINDS:
            super().fire(due)
            return
        parts = due.key.split(timers.SEPARATOR)
        facts = Facts(due.due_at, parts[0], Actor(ActorKind.TIMER, "disclosure"), due.id)
        facts = self._here(facts)
        match due.kind:
            case timers.MISSED:
                self._miss(facts, parts[0], due)
            case timers.NEXT:
                unit, cycle, day = parts[0], Cycle(parts[1]), date.fromisoformat(parts[2])
                if self._cycle_of(unit, cycle).goes_on(day):
                    self._schedule(facts, unit, cycle, day)
            case timers.ANSWER:
                notice = self.notice_of(parts[0])
                notice.overrun(facts, due.fired_at)
                self.keep(notice)

    def _updated(self, facts: Facts, unit: str, entry_no: str) -> None:
        """Meet this week's update with an entry; without effect where none is owed any more."""
        cycle, on = Cycle.WEEKLY_UPDATE, legal_date(facts.occurred_at)
        found = self.find(Supervision, supervision_stream(unit, cycle)) if unit else None
        owed = found.owes(on) if found is not None else None
        if owed is not None:
            self.meet_obligation(facts, owed, on, entry_no)

    def _miss(self, facts: Facts, obligation_no: str, due: Due) -> None:
        found = self._owing(obligation_no)
        before = found.owed[obligation_no].due_at
        found.miss(facts, obligation_no, due.fired_at, self._calendar)
        now = found.owed[obligation_no]
        if now.due_at != before and not now.missed:
            self.change(set_deadlines([timers.owed(obligation_no, now.due_at)]))
        self.keep(found)

    def _schedule(self, facts: Facts, unit: str, cycle: Cycle, day: date) -> Supervision:
        found = self.find(Supervision, supervision_stream(unit, cycle))
        found = found or Supervision.of(unit, cycle)
        turn = found.schedule(self._here(facts), unit, cycle, day, self._calendar)
        if found.pending:
            self.change(*timers.scheduled(unit, cycle, turn))
        self.keep(found)
        return found

    def _owing(self, obligation_no: str) -> Supervision:
        return self._cycle_of(*read_number(obligation_no))

    def _cycle_of(self, unit: str, cycle: Cycle) -> Supervision:
        found = self.find(Supervision, supervision_stream(unit, cycle))
        if found is None:
            raise NotFoundError("the unit does not owe this cycle")
        return found

    def _file_notice(
        self, notice: RectificationNotice, due_on: date | None = None
    ) -> SupervisionDone:
        self.change(*timers.answered(notice, due_on))
        self.keep(notice)
        return _done(notice.notice_no, notice.state.value, notice)


def _done(key: str, state: str, thing: Aggregate | None) -> SupervisionDone:
    stream, version = (str(thing.id), thing.version) if thing is not None else ("", 0)
    return SupervisionDone(key, state, stream, version)
