"""One clock: the facts of a limit, what may be done to it, and when it ends (DOMAIN.md 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from services.kernel.calendar import WorkCalendar
from services.kernel.clock.axis import (
    Axis,
    CalendarDays,
    OfficeTime,
    Stretch,
    WorkingDays,
    counted,
    jump,
)
from services.kernel.clock.due import LAST_SECOND, Due
from services.kernel.clock.errors import (
    AlreadyExtendedError,
    AlreadySuspendedError,
    DoesNotStopError,
    ExtendedTooLateError,
    ExtensionTooLongError,
    NotExtendableError,
    NotRestartableError,
    NotRetroactiveError,
    NotSuspendedError,
    ResumedTooEarlyError,
    StoppedBeforeStartError,
    StoppedError,
    SuspendedAfterDueError,
    SuspendedBeforeStartError,
    WrongApproverError,
)
from services.kernel.clock.hours import OFFICE_HOURS, OfficeHours, legal_date
from services.kernel.clock.reasons import STOPPED_BY, Kind, Reason
from services.kernel.clock.suspension import Suspension, stretches
from services.kernel.clock.terms import TERMS, Extension
from services.kernel.limits import Limit, Unit
from services.kernel.times import SHANGHAI

_DAY = timedelta(days=1)
_REMEMBERED = 20_000
"""Ends a calendar remembers; more is more than a few years of a county ask for."""
_RESTARTS = frozenset({Kind.FOI})
"""A corrected request is answered in a whole new limit (条例 art. 30). Nothing else starts again:
a second correction notice does not give the five days of the first anew (K25)."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The facts of one limit. Immutable: every command gives the clock as it is afterwards.

    No calendar is kept: the end is counted by whichever calendar is asked about, so that an
    amendment only asks again. Commands take the calendar known when they happen.
    """

    kind: Kind
    limit: Limit
    started_at: datetime
    suspensions: tuple[Suspension, ...] = ()
    extension: Extension | None = None
    stopped_at: datetime | None = None
    also_stopped_by: frozenset[Reason] = frozenset()
    """Reasons its item adds to the usual ones."""
    hours: OfficeHours = OFFICE_HOURS
    closes: time | None = None
    """Cut-off of the last day: when the counter closes; None: 24:00."""

    # What may be done.

    def suspend(self, reason: Reason, at: datetime, calendar: WorkCalendar) -> Clock:
        """Stand still from `at` on.

        Raises:
            DoesNotStopError, AlreadySuspendedError, SuspendedBeforeStartError,
            SuspendedAfterDueError, StoppedError: see services/kernel/clock/errors.py.
        """
        self._check_running()
        if not self.stopped_by(reason):
            raise DoesNotStopError(
                f"{reason.value} does not stop a {self.kind.value} clock; the item would have to "
                "say so"
            )
        if self.suspended_for(reason):
            raise AlreadySuspendedError(f"suspended for {reason.value} already; resume it first")
        if self._before_start(at):
            raise SuspendedBeforeStartError("it cannot be suspended before it starts")
        if self.breached(calendar, at):
            raise SuspendedAfterDueError("the limit has passed; the breach stands")
        return replace(self, suspensions=(*self.suspensions, Suspension(at, None, reason)))

    def resume(self, reason: Reason, at: datetime) -> Clock:
        """Go on from `at`: the day it is resumed counts again.

        Raises:
            NotSuspendedError, ResumedTooEarlyError, StoppedError.
        """
        self._check_running()
        open_one = self._open(reason)
        if open_one is None:
            raise NotSuspendedError(f"it is not suspended for {reason.value}")
        if at < open_one.since:
            raise ResumedTooEarlyError("it cannot be resumed before it was suspended")
        closed = replace(open_one, until=at)
        rest = (closed if one is open_one else one for one in self.suspensions)
        return replace(self, suspensions=tuple(rest))

    def extend(self, units: int, role: str, decided_at: datetime, calendar: WorkCalendar) -> Clock:
        """Add time to the limit: once, before it has passed, approved by the right role.

        Raises:
            NotExtendableError, WrongApproverError, ExtensionTooLongError, AlreadyExtendedError,
            ExtendedTooLateError, StoppedError.
        """
        self._check_running()
        terms = TERMS.get(self.kind)
        if terms is None or self.immediate:
            raise NotExtendableError(f"a {self.kind.value} limit of this unit cannot be extended")
        if role != terms.approver.value:
            raise WrongApproverError(f"only the role {terms.approver.value} may extend it")
        if not 0 < units <= terms.most:
            raise ExtensionTooLongError(f"an extension is 1 to {terms.most}, not {units}")
        if self.extension is not None:
            raise AlreadyExtendedError("it has been extended; the law gives one extension")
        if self.breached(calendar, decided_at):
            raise ExtendedTooLateError("it has to be decided before the limit has passed")
        return replace(self, extension=Extension(units, decided_at, role))

    def restart(self, at: datetime) -> Clock:
        """Begin again from zero: what was suspended or extended before is of no account (F06).

        Raises:
            NotRestartableError, StoppedError.
        """
        self._check_running()
        if self.kind not in _RESTARTS:
            raise NotRestartableError(f"nothing starts a {self.kind.value} clock again")
        if self._before_start(at):
            raise NotRestartableError("it begins again later than it began")
        return replace(self, started_at=at, suspensions=(), extension=None)

    def start_as_of(self, at: datetime) -> Clock:
        """Move the start back, as for an application deemed accepted on receipt (K24).

        Raises:
            NotRetroactiveError, StoppedError.
        """
        self._check_running()
        if at > self.started_at:
            raise NotRetroactiveError("a retroactive start lies before the start")
        return replace(self, started_at=at)

    def stop(self, at: datetime) -> Clock:
        """End it; what is suspended is over with it.

        Raises:
            StoppedError, StoppedBeforeStartError.
        """
        self._check_running()
        if at < self.started_at:
            raise StoppedBeforeStartError("it cannot be stopped before it started")
        return replace(self, stopped_at=at)

    # What follows from it.

    @property
    def immediate(self) -> bool:
        """Whether it ends with the day it starts (当场; K27)."""
        return self.limit.unit is Unit.IMMEDIATE or self.limit.value == 0

    @property
    def units(self) -> int:
        """The limit with its extension."""
        return self.limit.value + (self.extension.units if self.extension else 0)

    def stopped_by(self, reason: Reason) -> bool:
        """Tell whether this reason makes it stand still."""
        return reason in STOPPED_BY[self.kind] or reason in self.also_stopped_by

    def suspended_for(self, reason: Reason) -> bool:
        """Tell whether it stands still for this reason now."""
        return self._open(reason) is not None

    def suspended(self, at: datetime) -> bool:
        """Tell whether it stands still on the day of this moment (for hours: at this moment)."""
        exact = self.limit.unit is Unit.HOUR
        return any(one.covers(at, exact) for one in self.suspensions)

    def due(self, calendar: WorkCalendar) -> Due | None:
        """Count its end; None while it stands still without an end in sight.

        Raises:
            BeyondCalendarError: the end lies beyond the year 9999.
        """
        if self.immediate:
            day = legal_date(self.started_at)
            return Due(self._closing(day), calendar.label(day, day))
        if self.limit.unit is not Unit.WORKING_DAY or self.suspensions:
            return self._count(calendar)
        known = (legal_date(self.started_at).toordinal(), self.units, self.closes)
        due: Due | None = calendar.counted.get(known)
        if due is None:
            if len(calendar.counted) >= _REMEMBERED:
                calendar.counted.clear()
            due = calendar.counted[known] = self._count(calendar)
        return due

    def _count(self, calendar: WorkCalendar) -> Due | None:
        axis, start, still = self.line(calendar)
        position = jump(start, self.units * axis.units, still)
        if position is None:
            return None
        end = axis.end(position, still)
        if end is None:
            return None
        day, moment = end
        if moment is not None:
            first, at = legal_date(self.started_at), datetime.combine(day, moment, SHANGHAI)
        else:
            first, at = legal_date(self.started_at) + _DAY, self._closing(day)
        return Due(at, calendar.label(first, day), calendar.provisional(first, day))

    def breached(self, calendar: WorkCalendar, at: datetime) -> bool:
        """Tell whether the limit had passed at this moment, or when it was stopped before."""
        due = self.due(calendar)
        return due is not None and due.passed(min(at, self.stopped_at) if self.stopped_at else at)

    def days_used(self, calendar: WorkCalendar, at: datetime) -> int:
        """Count the days used until the stop, or until `at`: the day of that moment included.

        Working days, except for a limit in calendar days.
        """
        counts = self.limit.unit is Unit.CALENDAR_DAY
        axis: Axis = CalendarDays(calendar) if counts else WorkingDays(calendar)
        return self._used(axis, at)

    def hours_used(self, calendar: WorkCalendar, at: datetime) -> Decimal:
        """Count the office hours used until the stop, or until `at`; two decimal places."""
        seconds = self._used(OfficeTime(calendar, self.hours), at)
        return (Decimal(seconds) / 3600).quantize(Decimal("0.01"))

    def line(self, calendar: WorkCalendar) -> tuple[Axis, int, Sequence[Stretch]]:
        """Give the line it is counted on, its start on it, and what is suspended."""
        axis: Axis
        if self.limit.unit is Unit.HOUR:
            axis = OfficeTime(calendar, self.hours)
        elif self.limit.unit is Unit.CALENDAR_DAY:
            axis = CalendarDays(calendar)
        else:
            axis = WorkingDays(calendar)
        start = axis.position(self.started_at)
        return axis, start, self._still(axis, start)

    def _used(self, axis: Axis, at: datetime) -> int:
        start = axis.position(self.started_at)
        end = axis.position(min(at, self.stopped_at) if self.stopped_at else at)
        return counted(start, end, self._still(axis, start))

    def _still(self, axis: Axis, start: int) -> Sequence[Stretch]:
        return stretches(self.suspensions, axis, start) if self.suspensions else ()

    def _closing(self, day: date) -> datetime:
        return datetime.combine(day, self.closes or LAST_SECOND, SHANGHAI)

    def _open(self, reason: Reason) -> Suspension | None:
        return next(
            (one for one in self.suspensions if one.reason is reason and one.until is None), None
        )

    def _before_start(self, at: datetime) -> bool:
        if self.limit.unit is Unit.HOUR:
            return at < self.started_at
        return legal_date(at) < legal_date(self.started_at)

    def _check_running(self) -> None:
        if self.stopped_at is not None:
            raise StoppedError("it has been stopped")
