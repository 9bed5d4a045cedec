"""The clock of the whole: the joint limit stopped, resumed, extended, near its end, and passed."""

from __future__ import annotations

from datetime import datetime

from services.approval.domain.process_clocks import Timing, at_of, check_told
from services.approval.domain.process_events import (
    ClockBreached,
    ClockResumed,
    DeadlineApproaching,
)
from services.approval.domain.rules import NoClockError, WrongRoleError
from services.approval.domain.terms import Notice, in_time
from services.kernel.clock import Approver, Cause, Clock, Kind, Reason
from services.kernel.clock.errors import ExtensionTooLongError
from services.kernel.facts import Facts

GOVERNMENT_HEAD = Approver.GOVERNMENT_HEAD.value


class JointTiming(Timing):
    """What time does to a process of many departments, beside their own limits."""

    def __init__(self) -> None:
        super().__init__()

    def suspend_joint(self, facts: Facts, reason: Reason, notice: Notice) -> None:
        """Let the joint clock stand still. Raises as `suspend`."""
        check_told(notice)
        joint = self._joint()
        joint.suspend(reason, facts.occurred_at, self.calendar)
        self._record_suspended(facts, reason, notice, [Kind.JOINT])

    def resume_joint(self, facts: Facts, reason: Reason) -> None:
        """Let the joint clock go on."""
        joint = self._joint()
        after = joint.resume(reason, facts.occurred_at)
        since = next(
            one.since for one in joint.suspensions if one.reason is reason and one.until is None
        )
        self.record(
            ClockResumed,
            facts,
            process_no=self.process_no,
            reason=reason,
            resumed_at=facts.occurred_at,
            excluded_days=self._between(since, facts.occurred_at),
            clocks=[Kind.JOINT],
            joint_due_at=at_of(after.due(self.calendar)),
        )

    def extend_joint(self, facts: Facts, days: int, reason: str, notice_no: str) -> None:
        """Give the whole more time, by the head of the government (K20).

        Raises:
            WrongRoleError; ClockRuleError as `Clock.extend`.
        """
        if facts.actor.role != GOVERNMENT_HEAD:
            raise WrongRoleError(f"only the role {GOVERNMENT_HEAD} extends a joint limit")
        joint = self._joint()
        if days > self.joint_extension:
            raise ExtensionTooLongError(f"the scheme gives {self.joint_extension} days at most")
        after = joint.extend(days, GOVERNMENT_HEAD, facts.occurred_at, self.calendar)
        ends = {"joint_due_at": at_of(after.due(self.calendar))}
        self._record_extended(facts, days, reason, notice_no, [Kind.JOINT], None, ends)

    def approach_joint(self, facts: Facts, noticed_at: datetime) -> None:
        """Say once that the joint limit is about to end, unless it is over (amber)."""
        due_at = self.joint_due_at
        if due_at is None or not self.is_open or not in_time(noticed_at, due_at):
            return
        if self.joint_approached != due_at:
            self.record(
                DeadlineApproaching,
                facts,
                process_no=self.process_no,
                clock=Kind.JOINT,
                due_at=due_at,
                department=self.lead or None,
            )

    def breach_joint(self, facts: Facts, noticed_at: datetime) -> None:
        """Say once that the joint limit has passed (red)."""
        due_at = self.joint_due_at
        if due_at is None or not self.is_open or in_time(noticed_at, due_at):
            return
        if self.joint_breach != due_at:
            self.record(
                ClockBreached,
                facts,
                process_no=self.process_no,
                clock=Kind.JOINT,
                due_at=due_at,
                detected_at=noticed_at,
                department=self.lead or None,
            )

    def _recount_joint(self, facts: Facts, cause: Cause) -> None:
        if self.joint is not None:
            self._recounted(facts, self.joint, self.joint_due_at, cause)

    def _joint(self) -> Clock:
        if self.joint is None:
            raise NoClockError("only a parallel process has a joint limit")
        return self.joint
