"""One task inside its process: what is known of it, and its two clocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from services.approval.domain.tasks import TaskCreated
from services.approval.domain.terms import (
    UNDECIDED,
    UNFINISHED,
    DeemedEffect,
    Limits,
    TaskState,
)
from services.kernel.clock import Clock, Clocks, Kind
from services.kernel.limits import Limit, Unit


@dataclass
class Task:
    """What one department has to decide. Changed by the appliers of its process alone."""

    task_id: str
    project_no: str
    item_code: str
    department: str
    item_version: int | None = None
    state: TaskState = TaskState.OPEN
    prerequisites: list[str] = field(default_factory=list)
    """Ids of the tasks it waits for, deferred ones included."""
    deferred: dict[str, str] = field(default_factory=dict)
    """Prerequisites it no longer waits for, with the commitment that let them go."""
    waivable: bool = False
    limits: Limits | None = None
    clocks: Clocks | None = None
    """Run from when it is ready; None before, and where no limit is counted here."""
    dues: dict[str, datetime] = field(default_factory=dict)
    """Ends of its limits by kind; none of one that stands still."""
    accepted_by: str | None = None
    window: str | None = None
    ready_at: datetime | None = None
    handler: str | None = None
    steps: dict[str, str] = field(default_factory=dict)
    """Name of each step by its row."""
    decided_at: datetime | None = None
    decided_by: str | None = None
    completion_kind: int | None = None
    ground: str | None = None
    """Row of the reported result the decision stands on."""
    commitment_no: str | None = None
    ended_because: str | None = None
    """The task whose end cancelled this one."""
    deemed_due: datetime | None = None
    """End of the limit after which silence counted as consent."""
    late: bool | None = None
    """What was decided after that: granted or not."""
    handled: datetime | None = None
    """The limit whose passing has been dealt with (D13, D14)."""
    approached: dict[str, datetime] = field(default_factory=dict)
    breaches: dict[str, datetime] = field(default_factory=dict)
    """Ends that passed while it was undecided, by kind."""

    @classmethod
    def created(cls, event: TaskCreated) -> Task:
        """Remember a new task; one with prerequisites, or of a parallel process, is blocked."""
        limits = _limits(event)
        task = cls(
            task_id=event.task_id or event.project_no,
            project_no=event.project_no,
            item_code=event.item_code,
            department=event.department,
            item_version=event.item_version,
            prerequisites=list(event.prerequisites or ()),
            waivable=bool(event.waivable),
            limits=limits,
            accepted_by=event.accepted_by,
            window=event.window,
        )
        if event.prerequisites is not None:
            task.state = TaskState.BLOCKED
            return task
        task.ready_at = event.accepted_at
        if event.promised_due_at is not None:
            task.dues[Kind.PROMISED.value] = event.promised_due_at
        if event.statutory_due_at is not None:
            task.dues[Kind.STATUTORY.value] = event.statutory_due_at
        if limits is not None and event.accepted_at is not None:
            task.start_clocks(event.accepted_at)
        return task

    @property
    def is_single(self) -> bool:
        """Whether it is a process of its own."""
        return self.task_id == self.project_no

    @property
    def undecided(self) -> bool:
        """Whether it is ready and waits for its decision."""
        return self.state in UNDECIDED

    @property
    def final(self) -> bool:
        """Whether it no longer keeps the process open."""
        return self.state not in UNFINISHED

    @property
    def granted(self) -> bool:
        """Whether a certificate may follow: a human decision, or a renewal deemed granted (D11)."""
        if self.state is TaskState.DEEMED_CONSENTED:
            return self.effect is DeemedEffect.GRANT or bool(self.late)
        return self.state is TaskState.APPROVED

    @property
    def effect(self) -> DeemedEffect:
        """What silence does here."""
        return self.limits.effect if self.limits else DeemedEffect.NONE

    @property
    def promised_due_at(self) -> datetime | None:
        """End of the promise; None while it stands still."""
        return self.dues.get(Kind.PROMISED.value)

    @property
    def statutory_due_at(self) -> datetime | None:
        """End of the statutory limit; None while it stands still."""
        return self.dues.get(Kind.STATUTORY.value)

    @property
    def suspended(self) -> bool:
        """Whether one of its clocks stands still now."""
        return any(one.until is None for clock in self.all_clocks for one in clock.suspensions)

    @property
    def promise_suspended(self) -> bool:
        """Whether the clock silence is measured by stands still now; then it has no end (D05)."""
        promised = self.clock(Kind.PROMISED)
        return promised is not None and any(one.until is None for one in promised.suspensions)

    @property
    def all_clocks(self) -> Iterable[Clock]:
        """Its clocks, as far as there are any."""
        return self.clocks.all if self.clocks else ()

    def clock(self, kind: Kind) -> Clock | None:
        """Give one of its clocks."""
        return next((one for one in self.all_clocks if one.kind is kind), None)

    def start_clocks(self, at: datetime) -> None:
        """Let both run from here, from zero."""
        if self.limits is None:
            return
        self.clocks = Clocks.start(
            at,
            statutory=self.limits.statutory,
            promised=self.limits.promised,
            also_stops_statutory=self.limits.also_stops_statutory,
            also_stops_promised=self.limits.also_stops_promised,
        )

    def set_due(self, kind: Kind, due_at: datetime | None) -> None:
        """Remember where a limit ends now; None: it stands still."""
        if due_at is None:
            self.dues.pop(kind.value, None)
        else:
            self.dues[kind.value] = due_at

    def block(self) -> None:
        """Wait again: clocks and handler are gone."""
        self.state = TaskState.BLOCKED
        self.clocks = self.handler = self.ready_at = self.handled = None
        self.dues = {}

    def undo(self) -> None:
        """Forget the decision; it is ready."""
        self.state = TaskState.OPEN
        self.decided_at = self.decided_by = self.completion_kind = self.ground = None
        self.commitment_no = self.ended_because = self.deemed_due = self.late = None


def _limits(event: TaskCreated) -> Limits | None:
    if event.promised_limit is None and event.statutory_limit is None:
        return None
    return Limits(
        promised=_limit(event.promised_limit, event.promised_unit),
        statutory=_limit(event.statutory_limit, event.statutory_unit),
        also_stops_statutory=tuple(event.also_stops_statutory or ()),
        also_stops_promised=tuple(event.also_stops_promised or ()),
        effect=event.deemed_effect or DeemedEffect.NEXT_STAGE,
    )


def _limit(value: int | None, unit: Unit | None) -> Limit | None:
    return None if value is None else Limit(value, unit or Unit.WORKING_DAY)
