"""How a promise ends: kept, broken with what its scheme says follows, or overtaken (P17-P21)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from services.approval.domain.commitment_events import (
    CaseDeemedWithdrawn,
    CommitmentBreached,
    CommitmentDueRecalculated,
    CommitmentFulfilled,
    CommitmentMaterialReceived,
    CommitmentRefused,
    CommitmentRevocationOrdered,
    PreDecisionLapsed,
    RectificationOrdered,
)
from services.approval.domain.commitment_terms import (
    RECTIFY_DAYS,
    CommitmentState,
    Ground,
    LapseCause,
    NotPromisedError,
    PromisedMaterial,
    RefusalReason,
    Scheme,
    WrongCommitmentStateError,
)
from services.approval.domain.terms import breach_at, in_time
from services.kernel.aggregate import Aggregate, applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Cause, Clock, Due, Kind
from services.kernel.clock.due import LAST_SECOND
from services.kernel.facts import Facts
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI

_S = CommitmentState
_RUNNING = (_S.SIGNED, _S.DECIDED)


class KeptCommitment(Aggregate):
    """The part of a letter that is kept or broken; it is made by `Commitment`."""

    def __init__(self) -> None:
        self.commitment_no = ""
        self.process_no = ""
        self.project_no = ""
        self.task_id = ""
        self.department = ""
        self.scheme = Scheme.SUPPLEMENT_LATER
        self.state = CommitmentState.REQUESTED
        self.subject_id = ""
        self.materials: dict[str, PromisedMaterial] = {}
        self.defers: list[str] = []
        """Tasks of the same process whose papers are promised."""
        self.ground: Ground | None = None
        self.received: dict[str, datetime] = {}
        self.due_on: date | None = None
        self.due_at: datetime | None = None
        self.provisional = False
        self.rectify_days = RECTIFY_DAYS
        self.rectify_due_at: datetime | None = None
        self.signed_at: datetime | None = None
        self.decided_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.breached_at: datetime | None = None
        """End of the promise that was broken."""
        self.reason = ""
        """Why it was refused or lapsed."""

    @property
    def missing(self) -> list[str]:
        """Promised papers that have not come."""
        return sorted(code for code in self.materials if code not in self.received)

    @property
    def is_running(self) -> bool:
        """Whether something promised is still waited for in time."""
        return self.state in _RUNNING

    def in_time(self, moment: datetime) -> bool:
        """Say whether the promise may still be kept; its last second belongs to it (P20)."""
        return self.due_at is not None and in_time(moment, self.due_at)

    def receive(self, facts: Facts, code: str, content_hash: str, calendar: WorkCalendar) -> None:
        """Take a promised paper; one that comes after the day breaks the promise all the same.

        While a rectification runs it may still make the promise true; where nothing was decided
        the broken promise stays, and the papers no longer stand in the way.

        Raises:
            NotPromisedError: it was not promised, or is there.
        """
        self._in(*_RUNNING, _S.RECTIFYING, _S.BREACHED)
        if code not in self.materials or code in self.received:
            raise NotPromisedError("it was not promised, or is there already", "material_code")
        if self.is_running:
            self.pass_by(facts, facts.occurred_at, calendar)
        on_time = self.in_time(facts.occurred_at)
        self._tell(
            CommitmentMaterialReceived,
            facts,
            material_code=code,
            content_hash=content_hash,
            received_at=facts.occurred_at,
            on_time=on_time,
        )
        if not self.missing and self.state in (*_RUNNING, _S.RECTIFYING):
            self._tell(CommitmentFulfilled, facts, fulfilled_at=facts.occurred_at, on_time=on_time)

    def pass_by(self, facts: Facts, detected_at: datetime, calendar: WorkCalendar) -> None:
        """Break the promise if its day has passed, with what follows; else without effect.

        先办后补: the pre-decision lapses (P17). 容缺受理: the application counts as withdrawn
        (P19). 告知承诺: rectification is ordered (P18).
        """
        if not self.is_running or self.due_at is None or self.in_time(detected_at):
            return
        decided = self.state is _S.DECIDED
        self._tell(
            CommitmentBreached,
            facts,
            missing=self.missing,
            due_at=self.due_at,
            detected_at=detected_at,
        )
        if self.scheme is Scheme.TOLERANCE:
            self._tell(CaseDeemedWithdrawn, facts, task_id=self.task_id)
        elif self.scheme is Scheme.SUPPLEMENT_LATER and decided:
            self._lapse(facts, LapseCause.BREACHED)
        elif self.scheme is Scheme.NOTICE_AND_PROMISE and decided:
            due = _count(self.due_at, self.rectify_days, calendar)
            self._tell(
                RectificationOrdered,
                facts,
                days=self.rectify_days,
                due_at=due.at,
                calendar_version=due.calendar,
                provisional=due.provisional or None,
            )

    def recalculate(self, facts: Facts, calendar: WorkCalendar) -> None:
        """Count the day of the letter again by an amended calendar.

        Without effect where nothing moves, and on a letter that is not waited for any more.
        """
        if not self.is_running or self.due_on is None or self.due_at is None:
            return
        due = due_of(self.due_on, calendar)
        if due.at == self.due_at and due.provisional == self.provisional:
            return
        self._tell(
            CommitmentDueRecalculated,
            facts,
            old_due_at=self.due_at,
            new_due_at=due.at,
            calendar_version=due.calendar,
            cause=Cause.CALENDAR_AMENDED,
            provisional=due.provisional or None,
        )

    def end_rectification(self, facts: Facts, detected_at: datetime) -> None:
        """Order the certificate revoked when the promise was not made true in time (P18)."""
        due_at = self.rectify_due_at
        if self.state is not _S.RECTIFYING or due_at is None or detected_at < breach_at(due_at):
            return
        self._tell(
            CommitmentRevocationOrdered,
            facts,
            task_id=self.task_id,
            missing=self.missing,
            detected_at=detected_at,
        )

    def prerequisite_rejected(self, facts: Facts, task_id: str) -> None:
        """Follow a refusal of what the papers were to come from, also before the day (P21).

        Without effect on a letter that does not wait for this task.
        """
        if task_id not in self.defers:
            return
        if self.state is _S.DECIDED:
            self._lapse(facts, LapseCause.PREREQUISITE_REJECTED, task_id)
        elif self.state in (_S.REQUESTED, _S.ELIGIBLE, _S.SIGNED):
            self.refuse(facts, RefusalReason.PREREQUISITE_REJECTED, task_id)

    def refuse(
        self, facts: Facts, reason: RefusalReason, prerequisite_task_id: str | None = None
    ) -> None:
        """Do not take the letter."""
        self._tell(
            CommitmentRefused, facts, reason=reason, prerequisite_task_id=prerequisite_task_id
        )

    def _lapse(self, facts: Facts, cause: LapseCause, task_id: str | None = None) -> None:
        self._tell(
            PreDecisionLapsed,
            facts,
            task_id=self.task_id,
            cause=cause,
            prerequisite_task_id=task_id,
        )

    def _in(self, *states: CommitmentState) -> None:
        if self.state not in states:
            raise WrongCommitmentStateError(f"that cannot be done while it is {self.state.value}")

    def _tell(self, event: Any, facts: Facts, **fields: Any) -> None:
        self.record(
            event,
            facts,
            commitment_no=self.commitment_no,
            process_no=self.process_no,
            project_no=self.project_no,
            **fields,
        )

    @applies(CommitmentRefused)
    def _refused(self, event: CommitmentRefused) -> None:
        self.state, self.reason = _S.REFUSED, event.reason.value

    @applies(CommitmentMaterialReceived)
    def _received(self, event: CommitmentMaterialReceived) -> None:
        self.received[event.material_code] = event.received_at

    @applies(CommitmentFulfilled)
    def _fulfilled(self, event: CommitmentFulfilled) -> None:
        self.state, self.ended_at = _S.FULFILLED, event.fulfilled_at

    @applies(CommitmentDueRecalculated)
    def _recalculated(self, event: CommitmentDueRecalculated) -> None:
        self.due_at, self.provisional = event.new_due_at, bool(event.provisional)

    @applies(CommitmentBreached)
    def _breached(self, event: CommitmentBreached) -> None:
        self.state, self.breached_at = _S.BREACHED, event.due_at

    @applies(PreDecisionLapsed)
    def _lapsed(self, event: PreDecisionLapsed) -> None:
        self.state, self.reason = _S.LAPSED, event.cause.value

    @applies(CaseDeemedWithdrawn)
    def _deemed_withdrawn(self, event: CaseDeemedWithdrawn) -> None:
        self.state = _S.DEEMED_WITHDRAWN

    @applies(RectificationOrdered)
    def _rectification_ordered(self, event: RectificationOrdered) -> None:
        self.state, self.rectify_due_at = _S.RECTIFYING, event.due_at

    @applies(CommitmentRevocationOrdered)
    def _revocation_ordered(self, event: CommitmentRevocationOrdered) -> None:
        self.state = _S.REVOKED


def due_of(day: date, calendar: WorkCalendar) -> Due:
    """Give the end of a day that was promised; a rest day moves to the next working day (203)."""
    last = calendar.next_working_day(day)
    at = datetime.combine(last, LAST_SECOND, SHANGHAI)
    return Due(at, calendar.label(day, last), calendar.provisional(day, last))


def _count(start: datetime, days: int, calendar: WorkCalendar) -> Due:
    due = Clock(Kind.STEP, Limit(days), start).due(calendar)
    if due is None:
        raise ValueError("a limit that nothing suspends has an end")
    return due
