"""What one unit owes in one cycle, turn after turn: scheduled, met, missed, met late."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self
from uuid import UUID

from services.disclosure.domain.entry_terms import check_names_nobody
from services.disclosure.domain.foi_base import after
from services.disclosure.domain.supervision_events import (
    SupervisionCycleEnded,
    SupervisionCycleScheduled,
    SupervisionObligationMet,
    SupervisionObligationMissed,
)
from services.disclosure.domain.supervision_periods import Turn, turn_of
from services.disclosure.domain.supervision_terms import (
    AlreadyRecordedError,
    Cycle,
    EmptyError,
    InTheFutureError,
    NotUnderSupervisionError,
    UnknownPeriodError,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


@dataclass(frozen=True)
class Owed:
    """One turn that is owed."""

    begin: date
    end: date
    due_at: datetime
    met_on: date | None = None
    missed: bool = False


class Supervision(Aggregate):
    """One unit in one cycle; stream `stream_id("supervision", "<unit>/<cycle>")`."""

    def __init__(self) -> None:
        self.unit = ""
        self.cycle = Cycle.WEEKLY_UPDATE
        self.owed: dict[str, Owed] = {}
        """By obligation number, oldest first."""
        self.ended_on: date | None = None
        """From this day nothing more is owed; None: it goes on."""

    @classmethod
    def of(cls, unit: str, cycle: Cycle) -> Self:
        """Give it before anything was owed."""
        return cls.begin(supervision_stream(unit, cycle))

    def schedule(
        self, facts: Facts, unit: str, cycle: Cycle, day: date, calendar: WorkCalendar
    ) -> Turn:
        """Have the unit owe the turn a day lies in; one it owes already is not owed twice."""
        turn = turn_of(cycle, day, calendar)
        number = turn.number(unit)
        if number not in self.owed:
            self._schedule(facts, unit, cycle, turn)
        return turn

    def meet(self, facts: Facts, obligation_no: str, on: date, evidence: str) -> None:
        """Say that it was done, and what shows it; after the limit it is said to be late."""
        owed = self._owed(obligation_no)
        if owed.met_on is not None:
            raise AlreadyRecordedError("it was met before", "obligation_no")
        if on > legal_date(facts.occurred_at):
            raise InTheFutureError("that day has not come", "on")
        if on < owed.begin:
            raise UnknownPeriodError("its period had not begun then", "on")
        if not evidence.strip():
            raise EmptyError("what shows it?", "evidence")
        check_names_nobody(evidence)
        late = owed.missed or on > legal_date(owed.due_at)
        self.record(
            SupervisionObligationMet,
            self._about(facts),
            obligation_no=obligation_no,
            cycle=self.cycle,
            unit=self.unit,
            on=on,
            evidence=evidence.strip(),
            late=late or None,
        )

    def miss(
        self, facts: Facts, obligation_no: str, detected_at: datetime, calendar: WorkCalendar
    ) -> None:
        """Say once that its limit passed; a limit that ends later by a newer calendar moves first.

        Without effect when it was met, or missed, before.
        """
        owed = self._owed(obligation_no)
        if owed.met_on is not None or owed.missed:
            return
        turn = turn_of(self.cycle, owed.begin, calendar)
        if turn.due_at > owed.due_at:
            self._schedule(facts, self.unit, self.cycle, turn)
            owed = self._owed(obligation_no)
        if detected_at < after(owed.due_at):
            return
        self.record(
            SupervisionObligationMissed,
            self._about(facts),
            obligation_no=obligation_no,
            cycle=self.cycle,
            unit=self.unit,
            due_at=owed.due_at,
            detected_at=detected_at,
        )

    def end(self, facts: Facts, on: date) -> None:
        """Ask no further turn of it; those that began before are still owed."""
        if not self.version or self.ended_on is not None:
            raise NotUnderSupervisionError("the unit does not owe this cycle", "unit")
        told = {"cycle": self.cycle, "unit": self.unit, "on": on}
        self.record(SupervisionCycleEnded, self._about(facts), **told)

    def owes(self, day: date) -> str | None:
        """Give the number of the turn a day lies in while it is not met; None: nothing is owed."""
        for number, owed in reversed(self.owed.items()):
            if owed.begin <= day <= owed.end:
                return number if owed.met_on is None else None
        return None

    def goes_on(self, day: date) -> bool:
        """Tell whether a turn that begins on a day is owed."""
        return self.ended_on is None or day < self.ended_on

    def _schedule(self, facts: Facts, unit: str, cycle: Cycle, turn: Turn) -> None:
        self.record(
            SupervisionCycleScheduled,
            replace(facts, subject=unit),
            obligation_no=turn.number(unit),
            cycle=cycle,
            unit=unit,
            period_begin=turn.begin,
            period_end=turn.end,
            due_at=turn.due_at,
            calendar_version=turn.calendar_version,
            provisional=turn.provisional or None,
        )

    def _owed(self, obligation_no: str) -> Owed:
        owed = self.owed.get(obligation_no)
        if owed is None:
            raise NotUnderSupervisionError("no such obligation", "obligation_no")
        return owed

    def _about(self, facts: Facts) -> Facts:
        return replace(facts, subject=self.unit)

    @applies(SupervisionCycleScheduled)
    def _scheduled(self, event: SupervisionCycleScheduled) -> None:
        self.unit, self.cycle, self.ended_on = event.unit, event.cycle, None
        self.owed[event.obligation_no] = Owed(event.period_begin, event.period_end, event.due_at)

    @applies(SupervisionObligationMet)
    def _met(self, event: SupervisionObligationMet) -> None:
        owed = self.owed[event.obligation_no]
        self.owed[event.obligation_no] = replace(owed, met_on=event.on)

    @applies(SupervisionObligationMissed)
    def _missed(self, event: SupervisionObligationMissed) -> None:
        owed = self.owed[event.obligation_no]
        self.owed[event.obligation_no] = replace(owed, missed=True)

    @applies(SupervisionCycleEnded)
    def _ended(self, event: SupervisionCycleEnded) -> None:
        self.ended_on = event.on


def supervision_stream(unit: str, cycle: Cycle) -> UUID:
    """Give the stream of a unit in a cycle."""
    return stream_id("supervision", f"{unit}/{cycle.value}")
