"""The clocks of tasks: stopped, resumed, extended, approaching, counted again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from services.approval.domain.process_base import SURVEY_ABSENCE, Liability
from services.approval.domain.process_dues import Dues
from services.approval.domain.process_events import (
    ApplicantDelayNoticed,
    ClockBreached,
    ClockExtended,
    ClockRecalculated,
    ClockResumed,
    ClockSuspended,
    DeadlineApproaching,
    LiabilityWithdrawn,
)
from services.approval.domain.rules import (
    NoClockError,
    NoticeMissingError,
    NotToldError,
    WrongRoleError,
)
from services.approval.domain.task import Task
from services.approval.domain.terms import Notice, in_time
from services.kernel.clock import (
    Approver,
    Cause,
    Clock,
    Clocks,
    Due,
    Kind,
    Reason,
    legal_date,
)
from services.kernel.clock.errors import DoesNotStopError
from services.kernel.facts import Facts

DEPARTMENT_HEAD = "department_head"


class Timing(Dues):
    """What time does to a task short of passing it by. Clock rules raise `ClockRuleError`."""

    def __init__(self) -> None:
        super().__init__()

    def suspend(
        self,
        facts: Facts,
        task_id: str,
        reason: Reason,
        notice: Notice,
        clocks: Iterable[Kind] = (),
    ) -> None:
        """Let the clocks of a task that the reason stops stand still, from now.

        Args:
            clocks: those meant; by default all the reason stops.

        Raises:
            NotToldError: without notice number or expected days (art. 45).
            NoticeMissingError: the applicant's own delay is suspended by its notice alone.
            DoesNotStopError: one of those meant is not stopped by it (P16).
        """
        if reason is Reason.APPLICANT_CAUSE:
            raise NoticeMissingError("give notice of the applicant's delay; that stops the promise")
        task = self.task(task_id)
        self._check_unit(facts, task)
        self._suspend(facts, task, reason, notice, clocks)

    def resume(self, facts: Facts, task_id: str, reason: Reason) -> None:
        """Let the clocks of a task go on; the day of it counts again (K11)."""
        task = self.task(task_id)
        self._check_unit(facts, task)
        before = self._clocks(task)
        after = before.resume(reason, facts.occurred_at)
        kinds = [one.kind for one in before.all if one.suspended_for(reason)]
        since = min(
            one.since
            for clock in before.all
            for one in clock.suspensions
            if one.reason is reason and one.until is None
        )
        self.record(
            ClockResumed,
            facts,
            **self._names(task),
            reason=reason,
            resumed_at=facts.occurred_at,
            excluded_days=self._between(since, facts.occurred_at),
            clocks=kinds,
            **self._ends(after),
        )

    def extend(self, facts: Facts, task_id: str, days: int, reason: str, notice_no: str) -> None:
        """Give a task more time: once, before it is due, by the head of its department (K19-K21).

        Raises:
            WrongRoleError, WrongDepartmentError; ClockRuleError as `Clock.extend`.
        """
        if facts.actor.role != DEPARTMENT_HEAD:
            raise WrongRoleError(f"only the role {DEPARTMENT_HEAD} extends a department's limit")
        task = self.task(task_id)
        self._check_unit(facts, task)
        self._check_undecided(task)
        role = Approver.AUTHORITY_HEAD.value
        before = self._clocks(task)
        after = before.extend(days, role, facts.occurred_at, self.calendar)
        kinds = [new.kind for old, new in zip(before.all, after.all, strict=True) if old != new]
        self._record_extended(facts, days, reason, notice_no, kinds, task, self._ends(after))

    def notice_delay(
        self,
        facts: Facts,
        task_id: str,
        reason: str,
        remedy: str,
        notice: Notice,
        *,
        to_applicant: bool,
        to_window: bool,
    ) -> None:
        """Say that the applicant keeps the task waiting.

        Given to both it stops the promise until the clock is resumed, so that silence counts for
        nothing and nobody answers for it (D06); to one alone it has no effect (D08).
        """
        check_told(notice)
        task = self.task(task_id)
        self._check_unit(facts, task)
        self._check_undecided(task)
        self.record(
            ApplicantDelayNoticed,
            facts,
            **self._names(task),
            reason=reason,
            remedy=remedy,
            notice_no=notice.notice_no,
            to_applicant=to_applicant,
            to_window=to_window,
        )
        cause = Reason.APPLICANT_CAUSE
        standing = any(one.suspended_for(cause) for one in task.all_clocks)
        if to_applicant and to_window and not standing and task.clocks is not None:
            self._suspend(facts, task, cause, notice, ())

    def approach(self, facts: Facts, task_id: str, noticed_at: datetime) -> None:
        """Say once that the promise of a task is about to end, unless it is over (amber)."""
        task = self.tasks.get(task_id)
        if task is None or not task.undecided:
            return
        due_at, kind = task.promised_due_at, Kind.PROMISED
        if due_at is None or not in_time(noticed_at, due_at):
            return
        if task.approached.get(kind.value) != due_at:
            self.record(
                DeadlineApproaching,
                facts,
                **self._names(task),
                clock=kind,
                due_at=due_at,
                department=task.department or None,
            )

    def _suspend(
        self, facts: Facts, task: Task, reason: Reason, notice: Notice, meant: Iterable[Kind]
    ) -> None:
        check_told(notice)
        self._check_undecided(task)
        before = self._clocks(task)
        for kind in meant:
            clock = task.clock(kind)
            if clock is None or not clock.stopped_by(reason):
                raise DoesNotStopError(f"{reason.value} does not stop the {kind.value} clock here")
        after = before.suspend(reason, facts.occurred_at, self.calendar)
        kinds = [new.kind for old, new in zip(before.all, after.all, strict=True) if old != new]
        self._record_suspended(facts, reason, notice, kinds, task)

    def _recount(self, facts: Facts, task: Task, cause: Cause) -> None:
        for clock in task.all_clocks:
            self._recounted(facts, clock, task.dues.get(clock.kind.value), cause, task)

    def _recounted(
        self,
        facts: Facts,
        clock: Clock,
        old: datetime | None,
        cause: Cause,
        task: Task | None = None,
    ) -> None:
        new = clock.due(self.calendar)
        if new is None or old is None or new.at == old:
            return
        names = self._names(task) if task else {"process_no": self.process_no}
        self.record(
            ClockRecalculated,
            facts,
            **names,
            clock=clock.kind,
            old_due_at=old,
            new_due_at=new.at,
            calendar_version=new.calendar,
            cause=cause,
            provisional=new.provisional or None,
        )
        if new.at > old:
            rule = f"{clock.kind.value.lower()}_limit"
            for one in [task] if task else [one for one in self.tasks.values() if one.undecided]:
                self._excuse(
                    facts, one, cause.value.lower(), lambda b: (b.due_at, b.rule) == (old, rule)
                )

    def _excuse(
        self, facts: Facts, task: Task, reason: str, which: Callable[[Liability], bool]
    ) -> None:
        """Have nobody answer any more for these limits of a task: they had not passed."""
        nos = [
            number
            for number, one in self.liabilities.items()
            if one.task_id == task.task_id
            and one.rule != SURVEY_ABSENCE
            and not one.withdrawn
            and which(one)
        ]
        if nos:
            named = self._names(task)
            self.record(LiabilityWithdrawn, facts, **named, liability_nos=nos, reason=reason)

    def _breached(
        self, facts: Facts, task: Task, kind: Kind, due_at: datetime, noticed_at: datetime
    ) -> None:
        self.record(
            ClockBreached,
            facts,
            **self._names(task),
            clock=kind,
            due_at=due_at,
            detected_at=noticed_at,
            department=task.department or None,
        )

    def _record_suspended(
        self,
        facts: Facts,
        reason: Reason,
        notice: Notice,
        kinds: list[Kind],
        task: Task | None = None,
    ) -> None:
        self.record(
            ClockSuspended,
            facts,
            **(self._names(task) if task else {"process_no": self.process_no}),
            reason=reason,
            since=facts.occurred_at,
            expected_days=notice.expected_days,
            notice_no=notice.notice_no,
            clocks=kinds,
        )

    def _record_extended(
        self,
        facts: Facts,
        days: int,
        reason: str,
        notice_no: str,
        kinds: list[Kind],
        task: Task | None,
        ends: dict[str, Any],
    ) -> None:
        self.record(
            ClockExtended,
            facts,
            **(self._names(task) if task else {"process_no": self.process_no}),
            days=days,
            approver_role=facts.actor.role,
            reason=reason,
            notice_no=notice_no,
            decided_on=facts.occurred_at,
            clocks=kinds,
            **ends,
        )

    def _clocks(self, task: Task) -> Clocks:
        if task.clocks is None:
            raise NoClockError("no limit of this task is counted here, or not yet")
        return task.clocks

    def _between(self, since: datetime, until: datetime) -> int:
        """Count the working days d with since <= d < until."""
        days = (legal_date(moment).toordinal() - 1 for moment in (since, until))
        first, last = (self.calendar.through(day) for day in days)
        return last - first

    def _ends(self, clocks: Clocks) -> dict[str, Any]:
        promised, statutory = clocks.promised, clocks.statutory
        return {
            "promised_due_at": at_of(promised.due(self.calendar)) if promised else None,
            "statutory_due_at": at_of(statutory.due(self.calendar)) if statutory else None,
        }


def check_told(notice: Notice) -> None:
    """Raises:
    NotToldError: without notice number or expected days (art. 45).
    """
    if not notice.notice_no or notice.expected_days < 1:
        raise NotToldError("say in writing how long it will take: notice_no and expected_days")


def at_of(due: Due | None) -> datetime | None:
    """Give the moment of an end; None for none."""
    return due.at if due else None
