"""What is remembered of clocks: what stopped them, where they end, what was said of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from services.approval.domain.process_ends import Ends
from services.approval.domain.process_events import (
    ClockBreached,
    ClockExtended,
    ClockRecalculated,
    ClockResumed,
    ClockSuspended,
    DeadlineApproaching,
)
from services.kernel.aggregate import applies
from services.kernel.clock import Clock, Clocks, Extension, Kind, Suspension


class Dues(Ends):
    """Follows the events of clocks; what may be done to them says `Timing`."""

    def __init__(self) -> None:
        super().__init__()

    @applies(ClockSuspended)
    def _suspended(self, event: ClockSuspended) -> None:
        one = Suspension(event.since, None, event.reason)

        def stop(clock: Clock) -> Clock:
            return replace(clock, suspensions=(*clock.suspensions, one))

        self._turn(event.task_id, event.clocks, stop)
        if event.task_id is None:
            self.joint_due_at = None
        else:
            for kind in event.clocks:
                self.tasks[event.task_id].set_due(kind, None)

    @applies(ClockResumed)
    def _resumed(self, event: ClockResumed) -> None:
        self._turn(
            event.task_id, event.clocks, lambda clock: clock.resume(event.reason, event.resumed_at)
        )
        self._new_ends(event)

    @applies(ClockExtended)
    def _extended(self, event: ClockExtended) -> None:
        more = Extension(event.days, event.decided_on, event.approver_role)
        self._turn(event.task_id, event.clocks, lambda clock: replace(clock, extension=more))
        self._new_ends(event)

    @applies(ClockRecalculated)
    def _recalculated(self, event: ClockRecalculated) -> None:
        if event.task_id is None:
            self.joint_due_at = event.new_due_at
        else:
            self.tasks[event.task_id].set_due(event.clock, event.new_due_at)

    @applies(DeadlineApproaching)
    def _approached(self, event: DeadlineApproaching) -> None:
        if event.task_id is None:
            self.joint_approached = event.due_at
        else:
            task = self.tasks[event.task_id]
            task.approached = {**task.approached, event.clock.value: event.due_at}

    @applies(ClockBreached)
    def _was_breached(self, event: ClockBreached) -> None:
        if event.task_id is None:
            self.joint_breach = event.due_at
            return
        task = self.tasks[event.task_id]
        task.breaches = {**task.breaches, event.clock.value: event.due_at}
        if event.clock is not Kind.STATUTORY:
            task.handled = event.due_at

    def _new_ends(self, event: ClockResumed | ClockExtended) -> None:
        if event.task_id is None:
            self.joint_due_at = event.joint_due_at
            return
        task = self.tasks[event.task_id]
        task.set_due(Kind.PROMISED, event.promised_due_at)
        task.set_due(Kind.STATUTORY, event.statutory_due_at)

    def _turn(
        self, task_id: str | None, kinds: Iterable[Kind], change: Callable[[Clock], Clock]
    ) -> None:
        if task_id is None:
            if self.joint is not None:
                self.joint = change(self.joint)
            return
        task = self.tasks[task_id]
        if task.clocks is not None:
            statutory, promised = task.clocks.statutory, task.clocks.promised
            task.clocks = Clocks(
                change(statutory) if statutory and Kind.STATUTORY in kinds else statutory,
                change(promised) if promised and Kind.PROMISED in kinds else promised,
            )
