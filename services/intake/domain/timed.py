"""What happens to the clocks of a case: counted again, approaching, passed."""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.clocks import Counts, in_time
from services.intake.domain.events import ClockBreached, ClockRecalculated, DeadlineApproaching
from services.intake.domain.terms import CaseState
from services.kernel.aggregate import Aggregate, applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Cause, Kind
from services.kernel.facts import Facts


class TimedCase(Aggregate):
    """The part of a case that time acts upon; its limits are set by the acceptance (`Case`)."""

    def __init__(self) -> None:
        self.project_no = ""
        self.state = CaseState.SUBMITTED
        self.accepted_at: datetime | None = None
        self.promised_due_at: datetime | None = None
        self.counts = Counts()
        """The limits counted here."""
        self.approached: datetime | None = None
        """End of the promise of which it was said that it approaches."""
        self.breaches: dict[str, datetime] = {}
        """The ends that passed while the case was open, by kind of clock."""

    @property
    def statutory_due_at(self) -> datetime | None:
        """End of the statutory limit, as far as intake counted one."""
        counted = self.counts.get(Kind.STATUTORY.value)
        return counted.due_at if counted else None

    @property
    def provisional(self) -> bool:
        """Whether a limit may move, because the calendar of a year is not published yet."""
        return any(counted.provisional for counted in self.counts.values())

    def due_at(self, clock: Kind) -> datetime | None:
        """Give the end of one of the two limits."""
        return self.promised_due_at if clock is Kind.PROMISED else self.statutory_due_at

    def recalculate(self, facts: Facts, calendar: WorkCalendar, cause: Cause) -> None:
        """Count the limits of an open case again; without effect where nothing moves (K06)."""
        if self.state is not CaseState.ACCEPTED or self.accepted_at is None:
            return
        for recount in list(self.counts.recounted(self.accepted_at, calendar)):
            self.record(
                ClockRecalculated,
                facts,
                project_no=self.project_no,
                clock=recount.kind,
                old_due_at=recount.old_due_at,
                new_due_at=recount.due.at,
                calendar_version=recount.due.calendar,
                cause=cause,
                provisional=recount.due.provisional or None,
            )

    def approach(self, facts: Facts, noticed_at: datetime) -> None:
        """Say once that the promise is about to end, unless it is over already."""
        due_at = self.promised_due_at
        if self.state is not CaseState.ACCEPTED or due_at is None or self.approached == due_at:
            return
        if in_time(noticed_at, due_at):
            self.record(
                DeadlineApproaching,
                facts,
                project_no=self.project_no,
                clock=Kind.PROMISED,
                due_at=due_at,
            )

    def breach(self, facts: Facts, clock: Kind, detected_at: datetime) -> None:
        """Say once that a limit has passed; without effect when the case ended or the end moved."""
        due_at = self.due_at(clock)
        if self.state is not CaseState.ACCEPTED or due_at is None:
            return
        if in_time(detected_at, due_at) or self.breaches.get(clock.value) == due_at:
            return
        self.record(
            ClockBreached,
            facts,
            project_no=self.project_no,
            clock=clock,
            due_at=due_at,
            detected_at=detected_at,
        )

    @applies(ClockRecalculated)
    def _recalculated(self, event: ClockRecalculated) -> None:
        self.counts.recalculated(event)
        if event.clock is Kind.PROMISED:
            self.promised_due_at = event.new_due_at

    @applies(DeadlineApproaching)
    def _approached(self, event: DeadlineApproaching) -> None:
        self.approached = event.due_at

    @applies(ClockBreached)
    def _breached(self, event: ClockBreached) -> None:
        self.breaches = {**self.breaches, event.clock.value: event.due_at}
