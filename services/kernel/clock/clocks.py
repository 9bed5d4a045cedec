"""The two clocks of a case, side by side: what the law gives, and what the office promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time

from services.kernel.calendar import WorkCalendar
from services.kernel.clock.clock import Clock
from services.kernel.clock.errors import (
    AlreadySuspendedError,
    DoesNotStopError,
    NotSuspendedError,
    SuspendedAfterDueError,
)
from services.kernel.clock.hours import OFFICE_HOURS, OfficeHours
from services.kernel.clock.reasons import Kind, Reason, reasons_in
from services.kernel.limits import Limit


@dataclass(frozen=True)
class Clocks:
    """Both clocks of a case; an item without one of the limits has no such clock.

    Each reason stops the clocks it is meant for. Deemed consent follows the promised clock; a
    breach of the statutory one makes somebody liable, and no more.
    """

    statutory: Clock | None
    promised: Clock | None

    @classmethod
    def start(
        cls,
        at: datetime,
        *,
        statutory: Limit | None,
        promised: Limit | None,
        also_stops_statutory: Iterable[str] = (),
        also_stops_promised: Iterable[str] = (),
        hours: OfficeHours = OFFICE_HOURS,
        closes: time | None = None,
    ) -> Clocks:
        """Start both, with what the item's list says.

        Raises:
            UnknownReasonError: the item names a reason that is none.
        """

        def one(kind: Kind, limit: Limit | None, also: Iterable[str]) -> Clock | None:
            if limit is None:
                return None
            extra = reasons_in(also)
            return Clock(kind, limit, at, also_stopped_by=extra, hours=hours, closes=closes)

        return cls(
            one(Kind.STATUTORY, statutory, also_stops_statutory),
            one(Kind.PROMISED, promised, also_stops_promised),
        )

    @property
    def all(self) -> list[Clock]:
        """The clocks there are."""
        return [one for one in (self.statutory, self.promised) if one is not None]

    def suspend(self, reason: Reason, at: datetime, calendar: WorkCalendar) -> Clocks:
        """Stop those the reason stops and whose limit has not passed.

        Raises:
            DoesNotStopError: it stops neither.
            SuspendedAfterDueError: the limits of those it stops have passed (K18).
            AlreadySuspendedError: see `Clock.suspend`, as for the others it raises.
        """
        meant = [one for one in self.all if one.stopped_by(reason)]
        if not meant:
            raise DoesNotStopError(f"{reason.value} stops neither clock of this item")
        if any(one.suspended_for(reason) for one in meant):
            raise AlreadySuspendedError(f"suspended for {reason.value} already; resume it first")
        running = [one for one in meant if not one.breached(calendar, at)]
        if not running:
            raise SuspendedAfterDueError("the limit has passed; the breach stands")
        return self._each(lambda one: one.suspend(reason, at, calendar), running)

    def resume(self, reason: Reason, at: datetime) -> Clocks:
        """Go on with those that stand still for this reason.

        Raises:
            NotSuspendedError: none does. Otherwise as `Clock.resume`.
        """
        standing = [one for one in self.all if one.suspended_for(reason)]
        if not standing:
            raise NotSuspendedError(f"it is not suspended for {reason.value}")
        return self._each(lambda one: one.resume(reason, at), standing)

    def extend(self, units: int, role: str, decided_at: datetime, calendar: WorkCalendar) -> Clocks:
        """Extend both alike: a promise lasts as long as the law lets the case last.

        A promise that is immediate, or broken already, stays as it is.

        Raises:
            ClockRuleError: as `Clock.extend`.
        """
        running = [one for one in self.all if not one.breached(calendar, decided_at)] or self.all
        meant = [one for one in running if not one.immediate] or running
        return self._each(lambda one: one.extend(units, role, decided_at, calendar), meant)

    def start_as_of(self, at: datetime) -> Clocks:
        """Move both starts back (K24)."""
        return self._each(lambda one: one.start_as_of(at), self.all)

    def stop(self, at: datetime) -> Clocks:
        """Stop both."""
        return self._each(lambda one: one.stop(at), self.all)

    def _each(self, change: Callable[[Clock], Clock], which: Iterable[Clock]) -> Clocks:
        chosen = {one.kind for one in which}
        return replace(
            self,
            **{
                name: change(one)
                for name, one in (("statutory", self.statutory), ("promised", self.promised))
                if one is not None and one.kind in chosen
            },
        )
