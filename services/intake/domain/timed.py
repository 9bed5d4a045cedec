"""What happens to the clocks of a case: counted again, standing still, approaching, passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.intake.domain.case_events import CaseExtended, CaseResumed, CaseSuspended
from services.intake.domain.case_rules import CaseStateError
from services.intake.domain.clocks import Counts, in_time
from services.intake.domain.events import ClockBreached, ClockRecalculated, DeadlineApproaching
from services.intake.domain.recounts import Recounted
from services.intake.domain.rules import InFutureError
from services.intake.domain.terms import RUNNING, CaseState, Standstill
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import (
    Cause,
    Clocks,
    Due,
    Kind,
    Reason,
    Suspension,
    legal_date,
    reasons_in,
)
from services.kernel.facts import Facts
from services.kernel.limits import Unit

Also = Mapping[Kind, frozenset[Reason]]
"""What stops a clock of this item besides the usual reasons."""


class TimedCase(Recounted):
    """The part of a case that time acts upon; its limits are set by the acceptance (`Case`)."""

    def __init__(self) -> None:
        self.project_no = ""
        self.state = CaseState.SUBMITTED
        self.accepted_at: datetime | None = None
        self.counted_from: datetime | None = None
        """Start of its limits where that is not the acceptance: its task became ready later."""
        self.waits = False
        """Its task waits for others, so that no limit of it passes (DECISIONS.md 37)."""
        self.promised_due_at: datetime | None = None
        self.counts = Counts()
        """The limits counted here."""
        self.still: dict[str, tuple[Suspension, ...]] = {}
        """The times they stood still, by kind."""
        self.approached: datetime | None = None
        """End of the promise of which it was said that it approaches."""
        self.breaches: dict[str, datetime] = {}
        """The ends that passed while the case was open, by kind of clock."""

    @property
    def running(self) -> bool:
        """Whether its limits count."""
        return self.state in RUNNING

    @property
    def begun_at(self) -> datetime | None:
        """From when its limits count."""
        return self.counted_from or self.accepted_at

    @property
    def statutory_due_at(self) -> datetime | None:
        """End of the statutory limit, as far as intake counted one."""
        counted = self.counts.get(Kind.STATUTORY.value)
        return counted.due_at if counted else None

    @property
    def provisional(self) -> bool:
        """Whether a limit may move, because the calendar of a year is not published yet."""
        return any(counted.provisional for counted in self.counts.values())

    @property
    def waits_for(self) -> tuple[Reason, ...]:
        """Why clocks of it stand still now, each reason once."""
        found = (one.reason for stops in self.still.values() for one in stops if not one.until)
        return tuple(dict.fromkeys(reason for reason in found if reason is not None))

    @property
    def suspended(self) -> bool:
        """Whether a clock of it stands still."""
        return bool(self.waits_for)

    def stands_still(self, clock: Kind) -> bool:
        """Whether this one does."""
        return any(one.until is None for one in self.still.get(clock.value, ()))

    def due_at(self, clock: Kind) -> datetime | None:
        """Give the end of one of the two limits; while it stands still, the last one told."""
        return self.promised_due_at if clock is Kind.PROMISED else self.statutory_due_at

    def clocks(self, also: Also | None = None) -> Clocks:
        """Give its clocks as facts of counting.

        Raises:
            CaseStateError: it is not accepted.
        """
        if self.begun_at is None:
            raise CaseStateError("the case is not accepted, no limit counts")
        more = also or {}
        return Clocks(
            *(
                self.counts.clock(kind, self.begun_at, self.still, more.get(kind, frozenset()))
                for kind in (Kind.STATUTORY, Kind.PROMISED)
            )
        )

    def suspend(
        self, facts: Facts, said: Standstill, calendar: WorkCalendar, also: Also | None = None
    ) -> None:
        """Let the clocks the reason stops stand still (art. 45; promised: more reasons).

        Raises:
            CaseStateError: it is not under way.
            InFutureError: from a moment that lies ahead.
            ClockRuleError: the reason stops none, does so already, or the limit has passed
                (K17, K18).
        """
        if not self.running:
            raise CaseStateError(f"the case is {self.state.value}; its clocks do not run")
        if said.since > facts.occurred_at:
            raise InFutureError("a clock is not stopped ahead of its time", "from")
        [reason] = reasons_in([said.reason])
        before = self.clocks(also)
        after = before.suspend(reason, said.since, calendar)
        stopped = [
            new.kind.value for old, new in zip(before.all, after.all, strict=True) if old != new
        ]
        self.record(
            CaseSuspended,
            facts,
            project_no=self.project_no,
            reason=reason.value,
            suspended_at=said.since,
            expected_days=said.expected_days,
            clocks=stopped,
            notice_no=said.notice_no,
            task_id=said.task_id,
        )

    def resume(
        self,
        facts: Facts,
        reason: str,
        on: datetime,
        calendar: WorkCalendar,
        task_id: str | None = None,
    ) -> None:
        """Let them go on; the day they are resumed counts again. What stood still is added.

        Raises:
            ClockRuleError: nothing stands still for this reason, or not yet then (K17).
            InFutureError: at a moment that lies ahead.
        """
        if on > facts.occurred_at:
            raise InFutureError("a clock is not resumed ahead of its time", "on")
        [meant] = reasons_in([reason])
        before = self.clocks()
        after = before.resume(meant, on)
        moved = [new for old, new in zip(before.all, after.all, strict=True) if old != new]
        dues: dict[Kind, Due] = {
            one.kind: due for one in moved if (due := one.due(calendar)) is not None
        }
        since = min(
            one.since
            for old in before.all
            for one in old.suspensions
            if one.reason is meant and one.until is None
        )
        self.record(
            CaseResumed,
            facts,
            project_no=self.project_no,
            reason=meant.value,
            resumed_at=on,
            excluded_days=_working_days(calendar, legal_date(since), legal_date(on)),
            clocks=[one.kind.value for one in moved],
            task_id=task_id,
            **_ends(dues),
        )

    def extend(
        self,
        facts: Facts,
        days: int,
        role: str,
        decided_on: datetime,
        calendar: WorkCalendar,
        task_id: str | None = None,
    ) -> None:
        """Give its clocks more time, as approval decided; the law's conditions are judged there.

        Raises:
            CaseStateError: it is not under way, or nothing is counted here.
        """
        if not self.running:
            raise CaseStateError(f"the case is {self.state.value}; its clocks do not run")
        longer = [
            replace(one, limit=replace(one.limit, value=one.limit.value + days))
            for one in self.clocks().all
            if one.limit.unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY)
        ]
        if not longer:
            raise CaseStateError("none of its limits is counted in days here")
        dues = {one.kind: due for one in longer if (due := one.due(calendar)) is not None}
        self.record(
            CaseExtended,
            facts,
            project_no=self.project_no,
            days=days,
            decided_on=decided_on,
            approver_role=role,
            clocks=[one.kind.value for one in longer],
            task_id=task_id,
            **_ends(dues),
        )

    def wind_up(self, facts: Facts, calendar: WorkCalendar) -> None:
        """End every standstill, because the case ends; so that its ends are dates again."""
        for reason in self.waits_for:
            on = max(
                [facts.occurred_at] + [one.since for stops in self.still.values() for one in stops]
            )
            self.resume(replace(facts, occurred_at=on), reason.value, on, calendar)

    def recalculate(self, facts: Facts, calendar: WorkCalendar, cause: Cause) -> None:
        """Count the limits of an open case again; without effect where nothing moves (K06)."""
        if not self.running or self.begun_at is None:
            return
        for recount in list(self.counts.recounted(self.begun_at, calendar, self.still)):
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

    def task_ready(self, facts: Facts, ready_at: datetime, calendar: WorkCalendar) -> None:
        """Count its limits from when nothing keeps its task any more (DECISIONS.md 37).

        Without effect on a case whose task did not wait, and where nothing counts.
        """
        if not self.running or self.accepted_at is None:
            return
        if not self.waits and legal_date(ready_at) <= legal_date(self.begun_at or ready_at):
            return
        for name, old in list(self.counts.items()):
            clock = self.counts.clock(Kind(name), ready_at, self.still)
            due = clock.due(calendar) if clock else None
            if due is not None:
                self.record(
                    ClockRecalculated,
                    facts,
                    project_no=self.project_no,
                    clock=Kind(name),
                    old_due_at=old.due_at,
                    new_due_at=due.at,
                    calendar_version=due.calendar,
                    cause=Cause.RETROACTIVE_START,
                    provisional=due.provisional or None,
                    started_at=ready_at,
                )

    def approach(self, facts: Facts, noticed_at: datetime) -> None:
        """Say once that the promise is about to end, unless it is over already."""
        due_at = self.promised_due_at
        if not self.running or due_at is None or self.approached == due_at or self.waits:
            return
        if in_time(noticed_at, due_at) and not self.stands_still(Kind.PROMISED):
            self.record(
                DeadlineApproaching,
                facts,
                project_no=self.project_no,
                clock=Kind.PROMISED,
                due_at=due_at,
            )

    def breach(self, facts: Facts, clock: Kind, detected_at: datetime) -> None:
        """Say once that a limit has passed; without effect when the case ended or the end moved.

        Nor while the clock stands still (D05).
        """
        due_at = self.due_at(clock)
        if not self.running or due_at is None or self.stands_still(clock) or self.waits:
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

    @applies(CaseSuspended)
    def _suspended(self, event: CaseSuspended) -> None:
        stop = Suspension(event.suspended_at, None, Reason(event.reason))
        for kind in event.clocks:
            self.still = {**self.still, kind: (*self.still.get(kind, ()), stop)}

    @applies(CaseResumed)
    def _resumed(self, event: CaseResumed) -> None:
        reason = Reason(event.reason)
        self.still = {
            kind: tuple(
                replace(one, until=event.resumed_at)
                if one.until is None and one.reason is reason
                else one
                for one in stops
            )
            for kind, stops in self.still.items()
        }
        self._moved(event)

    @applies(CaseExtended)
    def _extended(self, event: CaseExtended) -> None:
        self.counts.extra += event.days
        self._moved(event)

    def _moved(self, event: CaseResumed | CaseExtended) -> None:
        self.counts.moved(event)
        if event.promised_due_at is not None:
            self.promised_due_at = event.promised_due_at

    @applies(ClockRecalculated)
    def _recalculated(self, event: ClockRecalculated) -> None:
        self.counts.recalculated(event)
        if event.started_at is not None:
            self.counted_from, self.waits = event.started_at, False
        if event.clock is Kind.PROMISED:
            self.promised_due_at = event.new_due_at

    @applies(DeadlineApproaching)
    def _approached(self, event: DeadlineApproaching) -> None:
        self.approached = event.due_at

    @applies(ClockBreached)
    def _breached(self, event: ClockBreached) -> None:
        self.breaches = {**self.breaches, event.clock.value: event.due_at}


def _ends(dues: Mapping[Kind, Due]) -> dict[str, Any]:
    promised, statutory = dues.get(Kind.PROMISED), dues.get(Kind.STATUTORY)
    return {
        "promised_due_at": promised.at if promised else None,
        "statutory_due_at": statutory.at if statutory else None,
        "calendar_version": max((one.calendar for one in dues.values()), default=None),
        "provisional": any(one.provisional for one in dues.values()) or None,
    }


def _working_days(calendar: WorkCalendar, first: date, end: date) -> int:
    """Count the working days from the first on, before the end."""
    return calendar.through(end.toordinal() - 1) - calendar.through(first.toordinal() - 1)
