"""The two limits of a case: counted at acceptance, counted again when the calendar changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from services.intake.domain.case_events import CaseExtended, CaseResumed
from services.intake.domain.events import (
    CaseAccepted,
    ClockRecalculated,
    ExternalRecordCorrected,
)
from services.intake.domain.items import ItemVersion
from services.intake.domain.records import AcceptSaid
from services.kernel import clock as kernel
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Cause, Clock, Due, Kind, Reason, Suspension
from services.kernel.clock.due import LAST_SECOND
from services.kernel.limits import Limit, Unit
from services.kernel.times import SHANGHAI

Still = Mapping[str, Sequence[Suspension]]
"""The times the clocks of a case stood still, by kind."""
NEVER: Still = MappingProxyType({})


@dataclass(frozen=True)
class Counted:
    """One limit as intake counted it; what the sender states is none of these."""

    limit: Limit
    due_at: datetime
    calendar: str
    provisional: bool = False


@dataclass(frozen=True)
class Recount:
    """What a new count of one limit gave."""

    kind: Kind
    old_due_at: datetime
    due: Due


class Counts(dict[str, Counted]):
    """The limits of one case that intake counted, by kind; follows the events of the case."""

    extra = 0
    """Days an extension adds, by approval or as an outside system reported it."""

    def accepted(self, event: CaseAccepted) -> None:
        """Follow an acceptance; older ones did not say what they had counted."""
        self.clear()
        provisional = bool(event.provisional)
        if event.promised_limit is not None and event.promised_due_at is not None:
            limit = Limit(event.promised_limit, event.promised_unit or Unit.WORKING_DAY)
            self[Kind.PROMISED.value] = Counted(
                limit, event.promised_due_at, event.calendar_version or "", provisional
            )
        if event.statutory_limit is not None and event.statutory_due_at is not None:
            limit = Limit(event.statutory_limit, event.statutory_unit or Unit.WORKING_DAY)
            self[Kind.STATUTORY.value] = Counted(
                limit, event.statutory_due_at, event.statutory_calendar or "", provisional
            )

    def recalculated(self, event: ClockRecalculated) -> None:
        """Follow a recount."""
        self[event.clock.value] = replace(
            self[event.clock.value],
            due_at=event.new_due_at,
            calendar=event.calendar_version,
            provisional=bool(event.provisional),
        )

    def corrected(self, event: ExternalRecordCorrected, said: AcceptSaid) -> None:
        """Follow a correction of the acceptance: the promise is counted again, or stated now."""
        kind, due_at = Kind.PROMISED.value, said.promised_due_at
        calendar = event.calendar_version or ""
        if event.promised_limit is not None and due_at is not None:
            limit = Limit(event.promised_limit, event.promised_unit or Unit.WORKING_DAY)
            old = self.get(kind)
            calendar = calendar or (old.calendar if old else "")
            self[kind] = Counted(limit, due_at, calendar)
        elif "promised_due_at" in event.changed and kind in self:
            if calendar and due_at:
                self[kind] = replace(self[kind], due_at=due_at, calendar=calendar)
            else:
                del self[kind]
        kind = Kind.STATUTORY.value
        if event.statutory_limit is not None and kind in self:
            limit = Limit(event.statutory_limit, event.statutory_unit or Unit.WORKING_DAY)
            self[kind] = replace(self[kind], limit=limit)

    def moved(self, event: CaseResumed | CaseExtended) -> None:
        """Follow a resumption or an extension: what moved ends later now."""
        for kind, due_at in (
            (Kind.PROMISED.value, event.promised_due_at),
            (Kind.STATUTORY.value, event.statutory_due_at),
        ):
            if due_at is not None and kind in self:
                self[kind] = replace(
                    self[kind],
                    due_at=due_at,
                    calendar=event.calendar_version or self[kind].calendar,
                    provisional=bool(event.provisional),
                )

    def clock(
        self,
        kind: Kind,
        start: datetime,
        still: Still = NEVER,
        also: frozenset[Reason] = frozenset(),
    ) -> Clock | None:
        """Give one of the clocks with all that moved it; None when it is not counted here."""
        counted = self.get(kind.value)
        if counted is None:
            return None
        suspensions = tuple(still.get(kind.value, ()))
        limit = self._limit(counted)
        return Clock(kind, limit, start, suspensions, also_stopped_by=also)

    def _limit(self, counted: Counted) -> Limit:
        limit = counted.limit
        in_days = limit.unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY)
        return replace(limit, value=limit.value + self.extra) if self.extra and in_days else limit

    def recounted(
        self, start: datetime, calendar: WorkCalendar, still: Still = NEVER
    ) -> Iterator[Recount]:
        """Count again; gives those whose end moved, and those that are provisional no more."""
        for name, old in self.items():
            kind = Kind(name)
            before = Due(old.due_at, old.calendar, old.provisional)
            cause = Cause.CALENDAR_AMENDED  # which one does not matter to the count
            clock = Clock(kind, self._limit(old), start, tuple(still.get(name, ())))
            found = kernel.recalculate(clock, before, calendar, cause)
            if found is None or found.new is None:
                continue
            if found.moved or found.new.provisional != old.provisional:
                yield Recount(kind, old.due_at, found.new)

    def amber_at(
        self, start: datetime, due_at: datetime, calendar: WorkCalendar, still: Still = NEVER
    ) -> datetime | None:
        """Give the moment from which the promise is about to end.

        None when that is at the start already, so that nothing approaches.
        """
        counted = self.get(Kind.PROMISED.value)
        if counted is not None:
            suspensions = tuple(still.get(Kind.PROMISED.value, ()))
            clock = Clock(Kind.PROMISED, self._limit(counted), start, suspensions)
            moment = kernel.amber_at(clock, calendar)
        else:  # a promise the sender states: one working day is left
            last = due_at.astimezone(SHANGHAI).toordinal()
            before = date.fromordinal(calendar.nth(calendar.through(last) - 1))
            moment = datetime.combine(before, LAST_SECOND, SHANGHAI)
        return moment if moment is not None and start < moment < due_at else None


def count(kind: Kind, limit: Limit, start: datetime, calendar: WorkCalendar) -> Due:
    """Count a limit from its start by this calendar."""
    due = Clock(kind, limit, start).due(calendar)
    if due is None:
        raise ValueError("a limit that nothing suspends has an end")
    return due


def filled(
    said: AcceptSaid, item: ItemVersion, calendar: WorkCalendar
) -> tuple[AcceptSaid, Due | None]:
    """Complete what a record left unsaid from its item; also give the limit if it was counted."""
    due = None
    if said.promised_due_at is None:
        due = count(Kind.PROMISED, item.promised, said.accepted_at, calendar)
    whole = replace(
        said,
        submitted_at=said.submitted_at or said.accepted_at,
        promised_due_at=due.at if due else said.promised_due_at,
        department=said.department or item.department,
        department_name=said.department_name or item.department_name,
    )
    return whole, due


def limits_of(
    item: ItemVersion, accepted_at: datetime, calendar: WorkCalendar, promised: Due | None
) -> dict[str, object]:
    """Give what an acceptance says of the limits counted here.

    Args:
        promised: the promised one as counted; None when the sender stated when it ends.
    """
    fields: dict[str, object] = {}
    provisional = False
    if promised is not None:
        fields["calendar_version"] = promised.calendar
        fields["promised_limit"] = item.promised.value
        fields["promised_unit"] = item.promised.unit
        provisional = promised.provisional
    if item.statutory is not None:
        statutory = count(Kind.STATUTORY, item.statutory, accepted_at, calendar)
        fields["statutory_due_at"] = statutory.at
        fields["statutory_calendar"] = statutory.calendar
        fields["statutory_limit"] = item.statutory.value
        fields["statutory_unit"] = item.statutory.unit
        provisional = provisional or statutory.provisional
    return fields | ({"provisional": True} if provisional else {})


NOTICE_DAYS = Limit(5)
"""一次性告知: working days from the receipt (行政许可法 art. 32 (4))."""


def notice_due(day: date, calendar: WorkCalendar) -> datetime:
    """Give the end of the days for the one-time notice of what was received on this legal date."""
    received = datetime.combine(day, time(0), SHANGHAI)
    return count(Kind.NOTICE, NOTICE_DAYS, received, calendar).at


def breach_at(due_at: datetime) -> datetime:
    """Give the first moment after a limit: its last second still belongs to it."""
    return due_at.replace(microsecond=0) + timedelta(seconds=1)


def in_time(moment: datetime, due_at: datetime) -> bool:
    """Say whether something was done within its limit."""
    return moment < breach_at(due_at)
