"""Services outside of the hall and its hours: home visits (上门服务), extended hours (延时服务)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Self
from uuid import UUID

from services.intake.domain.opening_hours import meets_hours
from services.intake.domain.visit_terms import (
    ExtendedHoursServiceRecorded,
    ExtendedTimeError,
    HomeVisitCancelled,
    HomeVisitCompleted,
    HomeVisitOrdered,
    HomeVisitScheduled,
    InsideHoursError,
    VisitCancelReason,
    VisitOutcome,
    VisitReason,
    VisitState,
    VisitTimeError,
    WrongVisitStateError,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import OfficeHours, legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = VisitState
_LONGEST: Final = timedelta(hours=24)


class HomeVisit(Aggregate):
    """One visit; stream `visit_stream(visit_no)`."""

    def __init__(self) -> None:
        self.visit_no = ""
        self.subject_id = ""
        self.account = ""
        self.reason: VisitReason | None = None
        self.item_code: str | None = None
        self.project_no: str | None = None
        self.state = VisitState.ORDERED
        self.ordered_at: datetime | None = None
        self.clerk = ""
        self.starts_at: datetime | None = None
        self.outcome: VisitOutcome | None = None

    @classmethod
    def order(
        cls,
        facts: Facts,
        visit_no: str,
        subject_id: str,
        reason: VisitReason,
        *,
        account: str = "",
        item_code: str | None = None,
        project_no: str | None = None,
    ) -> Self:
        """Ask for a visit."""
        visit = cls.begin(visit_stream(visit_no))
        visit.record(
            HomeVisitOrdered,
            facts,
            visit_no=visit_no,
            subject_id=subject_id,
            reason=reason,
            ordered_at=facts.occurred_at,
            has_place=True,
            account=account or None,
            item_code=item_code,
            project_no=project_no,
        )
        return visit

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to go."""
        return self.state in (_S.ORDERED, _S.SCHEDULED)

    def schedule(self, facts: Facts, clerk: str, starts_at: datetime) -> None:
        """Say who goes and when; may be said again until it is over."""
        self._in(_S.ORDERED, _S.SCHEDULED)
        if starts_at <= facts.occurred_at:
            raise VisitTimeError("a visit is arranged for a time ahead", "starts_at")
        self.record(
            HomeVisitScheduled,
            facts,
            visit_no=self.visit_no,
            clerk=clerk,
            starts_at=starts_at,
            scheduled_at=facts.occurred_at,
        )

    def complete(self, facts: Facts, outcome: VisitOutcome, project_no: str | None = None) -> None:
        """Say what came of it: by the clerk who went, not before it was to begin."""
        self._in(_S.SCHEDULED)
        if facts.actor.id != self.clerk:
            raise WrongVisitStateError("the clerk who went says this")
        if self.starts_at is not None and facts.occurred_at < self.starts_at:
            raise VisitTimeError("the visit has not begun yet")
        self.record(
            HomeVisitCompleted,
            facts,
            visit_no=self.visit_no,
            clerk=self.clerk,
            outcome=outcome,
            completed_at=facts.occurred_at,
            project_no=project_no or self.project_no,
        )

    def cancel(self, facts: Facts, reason: VisitCancelReason) -> None:
        """Call it off."""
        self._in(_S.ORDERED, _S.SCHEDULED)
        self.record(
            HomeVisitCancelled,
            facts,
            visit_no=self.visit_no,
            reason=reason,
            cancelled_at=facts.occurred_at,
        )

    def _in(self, *states: VisitState) -> None:
        if self.state not in states:
            raise WrongVisitStateError(f"that cannot be done while it is {self.state.value}")

    @applies(HomeVisitOrdered)
    def _ordered(self, event: HomeVisitOrdered) -> None:
        self.visit_no, self.subject_id = event.visit_no, event.subject_id
        self.account, self.reason = event.account or "", event.reason
        self.item_code, self.project_no = event.item_code, event.project_no
        self.ordered_at = event.ordered_at

    @applies(HomeVisitScheduled)
    def _scheduled(self, event: HomeVisitScheduled) -> None:
        self.state, self.clerk, self.starts_at = _S.SCHEDULED, event.clerk, event.starts_at

    @applies(HomeVisitCompleted)
    def _completed(self, event: HomeVisitCompleted) -> None:
        self.state, self.outcome = _S.COMPLETED, event.outcome
        self.project_no = event.project_no

    @applies(HomeVisitCancelled)
    def _cancelled(self, event: HomeVisitCancelled) -> None:
        self.state = _S.CANCELLED


class ExtendedHours(Aggregate):
    """What was done for one case outside of hours; stream `extended_stream(project_no)`."""

    def __init__(self) -> None:
        self.times: list[tuple[datetime, datetime]] = []

    @classmethod
    def of(cls, project_no: str) -> Self:
        """Give the case before anything was done for it outside of hours."""
        return cls.begin(extended_stream(project_no))

    def tell(
        self,
        facts: Facts,
        project_no: str,
        window: str,
        began_at: datetime,
        ended_at: datetime,
        hours: OfficeHours,
        calendar: WorkCalendar,
    ) -> None:
        """Record that the case was handled then.

        Raises:
            ExtendedTimeError: it ends before it begins, is not over, or is told already.
            InsideHoursError: the window was open for a part of it.
        """
        if not began_at < ended_at <= facts.occurred_at:
            raise ExtendedTimeError("it ends after it begins, and is over", "ended_at")
        if ended_at - began_at > _LONGEST:
            raise ExtendedTimeError("it is told day by day", "ended_at")
        if any(began_at < end and start < ended_at for start, end in self.times):
            raise ExtendedTimeError("this time is recorded already", "began_at")
        if meets_hours(began_at, ended_at, hours, calendar):
            raise InsideHoursError("the window was open; say only what lies outside", "began_at")
        day = legal_date(began_at)
        self.record(
            ExtendedHoursServiceRecorded,
            facts,
            project_no=project_no,
            window=window,
            clerk=facts.actor.id,
            began_at=began_at,
            ended_at=ended_at,
            working_day=calendar.works(day),
            calendar_version=calendar.label(day, legal_date(ended_at)),
        )

    @applies(ExtendedHoursServiceRecorded)
    def _told(self, event: ExtendedHoursServiceRecorded) -> None:
        self.times.append((event.began_at, event.ended_at))


def visit_stream(visit_no: str) -> UUID:
    """Give the stream of a home visit."""
    return stream_id("visit", visit_no)


def extended_stream(project_no: str) -> UUID:
    """Give the stream of what was done for a case outside of hours."""
    return stream_id("extended-hours", project_no)
