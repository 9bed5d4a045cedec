"""What every part of approval's application stands on: processes, the calendar, the true time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Final, TypeGuard
from uuid import UUID

import msgspec

from services.approval import timers
from services.approval.domain import (
    DeemedEffect,
    Delegation,
    Limits,
    NoProcessError,
    NotDelegatedError,
    Process,
    Scheme,
    process_of,
)
from services.approval.domain.process_events import TaskReady
from services.approval.domain.tasks import TaskCreated, TaskReopened
from services.chassis.bus.envelope import INGRESS
from services.chassis.bus.held import wake_each
from services.chassis.clock import CHINA
from services.chassis.deadlines import Due
from services.chassis.errors import ConflictError
from services.chassis.eventlog.application import Application
from services.chassis.eventlog.database import Database
from services.chassis.projection import ReadModel
from services.chassis.reference import ItemVersion, Reference
from services.kernel.aggregate import Fact
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import legal_date
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id
from services.kernel.limits import Limit

AWAITS_TASK: Final = "awaits_task"
"""Why an outside row waits: its task is not there yet, or waits for others itself."""

Delegations = Callable[[Database, str, str, str, date], Delegation]
"""Asks for department, account, item and day."""
Homes = Callable[[Database, Collection[str]], Mapping[str, str]]
"""Asks for the process of each of these cases."""


Awaited = Callable[[Database, str], bool]
"""Asks whether a case belongs to a project, as intake said when it accepted the case."""
Schemes = Callable[[Database, str, int], Scheme | None]


class _Listing(msgspec.Struct, frozen=True):
    deemed_effect: str = DeemedEffect.NEXT_STAGE.value
    also_stops_statutory: list[str] = []
    also_stops_promised: list[str] = []
    confidential: bool | None = None


def _nobody(*_: object) -> Delegation:
    return Delegation(False, None)


def _nowhere(*_: object) -> Mapping[str, str]:
    return {}


def _alone(*_: object) -> bool:
    return False


def _no_scheme(*_: object) -> None:
    return None


class Base(Application):
    """Finds and keeps processes, with their deadlines."""

    def __init__(
        self,
        database: Database,
        project: ReadModel | None = None,
        *,
        delegations: Delegations = _nobody,
        homes: Homes = _nowhere,
        schemes: Schemes = _no_scheme,
        awaited: Awaited = _alone,
        region: str = "",
    ) -> None:
        """`delegations`, `homes`, `schemes` and `awaited` look up the read model."""
        super().__init__(database, project)
        self.reference = Reference(database)
        self._delegations = delegations
        self._homes = homes
        self._schemes = schemes
        self._awaited = awaited
        self._region = region
        self._limits: dict[tuple[str, int], Limits] = {}
        self._public: dict[tuple[str, int], bool] = {}

    def received_now(self) -> datetime:
        """Give the database's time: when it received what is being asked for (D01)."""
        moment: datetime = self.database.read("SELECT clock_timestamp()")[0][0]
        return moment.astimezone(CHINA)

    def expect(self, project_nos: Iterable[str]) -> None:
        """Load the tasks of these cases in one go, for the commands that follow in this unit."""
        self.prefetch(Process, [task_stream(number) for number in project_nos])

    def process_of(self, process_no: str, *, counting: bool = False) -> Process:
        """Give a process by its number: a case's or a project's.

        Args:
            counting: its limits will be counted; a parallel one is always ready for that.

        Raises:
            NoProcessError: there is none, or not yet.
        """
        process = self.find(Process, task_stream(process_no))
        if process is None:
            process = self.find(Process, stream_id("process", process_no))
        if process is None:
            raise NoProcessError("there is no task or process of this number, or not yet")
        if counting or not process.is_single:
            process.counting_by(self.reference.calendar().calendar)
        return process

    def process_of_task(self, task_id: str, *, counting: bool = False) -> Process:
        """Give the process of a task, named by its id or by the number of its case.

        Raises:
            NoProcessError: there is none, or not yet.
        """
        return self.process_of(self.home_of(task_id), counting=counting)

    def home_of(self, task_id: str) -> str:
        """Give the number of the process a task belongs to; its own when none is known."""
        if "/" in task_id:
            return process_of(task_id)
        if self.find(Process, task_stream(task_id)) is not None:
            return task_id
        return self._homes(self.database, [task_id]).get(task_id, task_id)

    def delegation_for(self, facts: Facts, department: str, item_code: str) -> str | None:
        """Give the live delegation of who acts; None where the department names nobody.

        Raises:
            NotDelegatedError: it decides by chief representatives, and this is none today (P25).
        """
        day = legal_date(facts.occurred_at)
        found = self._delegations(self.database, department, facts.actor.id, item_code, day)
        if found.named and found.live is None:
            raise NotDelegatedError(
                "the department decides by its chief representatives; no live delegation here"
            )
        return found.live

    def check_version(self, process: Process, expected: int | None) -> None:
        """Raises:
        ConflictError: the process is not as it was seen; names what happened since.
        """
        if expected is None or process.version == expected:
            return
        since = [one.type for one in self.events_of(process.id) if one.version > expected]
        named = ", ".join(dict.fromkeys(one.split(".")[1] for one in since))
        raise ConflictError(f"it changed meanwhile: {named or 'another version'}; look again")

    def limits_of(self, item: ItemVersion) -> Limits:
        """Give what the list of an item version says of time; versions never change."""
        key = (item.item_code, item.item_version)
        if key not in self._limits:
            text = self.reference.listing(*key)
            said = msgspec.json.decode(text, type=_Listing) if text else _Listing()
            self._limits[key] = Limits(
                item.promised,
                item.statutory,
                tuple(said.also_stops_statutory),
                tuple(said.also_stops_promised),
                DeemedEffect(said.deemed_effect),
            )
        return self._limits[key]

    def file(
        self, process: Process, calendar: WorkCalendar | None = None, firing: Due | None = None
    ) -> None:
        """Keep a process, and its deadlines in line with it."""
        timed = not process.is_single or any(task.clocks for task in process.tasks.values())
        if timed and timers.retimed(process.pending):
            counted = calendar or self.reference.calendar().calendar
            self.change(*timers.changes(process, counted, firing))
        ready = [fact.project_no for fact in process.pending if _lets_decide(fact)]
        if ready:
            self.change(wake_each(INGRESS, AWAITS_TASK, ready))
        self.keep(process)

    def is_public(self, item_code: str, item_version: int | None) -> bool:
        """Say whether what is granted for an item is public: unless its list keeps it back.

        Of an item whose version nobody named, the newest one says so.
        """
        version = item_version
        if version is None:
            known = self.reference.ask({item_code})[0].get(item_code)
            numbers = [one.item_version for one in known.versions] if known else []
            version = max(numbers, default=0)
        key = (item_code, version)
        if key not in self._public:
            text = self.reference.listing(*key)
            if text is None:  # not here yet, so not remembered
                return True
            self._public[key] = not msgspec.json.decode(text, type=_Listing).confidential
        return self._public[key]

    def own_facts(self, process: Process, due: Due, occurred_at: datetime) -> Facts:
        """Say of an event a deadline causes: when, about what, because of what."""
        return Facts(
            occurred_at=occurred_at,
            subject=process.process_no,
            actor=Actor(ActorKind.TIMER, "approval"),
            correlation_id=due.id,
            region=self._region,
        )

    def order_revocations(self, facts: Facts, project_no: str, commitment_no: str) -> None:
        """Follow a promise that was not made true; the part with the certificates does it."""

    def fire(self, due: Due) -> None:
        """Do what a deadline is for; parts that set deadlines extend this and call `super`."""


def task_stream(project_no: str) -> UUID:
    """Give the stream of the process of one case."""
    return stream_id("task", project_no)


def joint_limit(scheme: Scheme) -> Limit:
    """Give the joint limit of a scheme, in working days."""
    return Limit(scheme.joint_limit_days)


def _lets_decide(fact: Fact) -> TypeGuard[TaskCreated | TaskReady | TaskReopened]:
    """Say whether a task can be decided from here on, for which an early row may have waited."""
    if isinstance(fact, TaskCreated):
        return fact.prerequisites is None
    return isinstance(fact, (TaskReady, TaskReopened))
