"""What intake can be told of its cases: by a window, an outside system, approval, a deadline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.deadlines import Due
from services.chassis.eventlog.application import command
from services.chassis.eventlog.database import Database
from services.chassis.projection import ReadModel
from services.chassis.vault import PersonalVault, Seal
from services.intake import timers
from services.intake.application.subjects import Subjects
from services.intake.domain import Application as Applied
from services.intake.domain import (
    Case,
    CaseState,
    Decision,
    Known,
    NotBegunError,
    ProjectNoTakenError,
    off_list,
)
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Cause
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

Rows = Callable[[Database, Collection[tuple[str, str]]], Mapping[tuple[str, str], str]]


Catalog = Callable[[Collection[str]], Known]


@dataclass(frozen=True)
class Receipt:
    """What became of an application; `reason_code` and `reason` only when it was refused."""

    project_no: str
    state: str
    stream: str
    version: int
    reason_code: str = ""
    reason: str = ""


class Cases(Subjects):
    """The cases of the centre."""

    def __init__(
        self,
        database: Database,
        project: ReadModel | None = None,
        *,
        catalog: Callable[[Database], Catalog],
        rows: Rows,
        seal: Seal,
        region: str,
    ) -> None:
        """`catalog` and `rows` look up the read model: items by code, cases by row key.

        `seal` holds the vault key.
        """
        super().__init__(database, project)
        self._catalog = catalog(database)
        self._rows = rows
        self._seal = seal
        self._vault = PersonalVault(seal)
        self._region = region

    @command
    def submit(
        self,
        facts: Facts,
        said: Applied,
        particulars: Mapping[str, str],
        *,
        key: str | None = None,
    ) -> Receipt:
        """Take in an application and accept or refuse it at once (清单之外无审批, V03, V07).

        The particulars go to the vault in the same transaction; no event holds them.
        """
        if self.find(Case, stream_of(said.project_no)) is not None:
            raise ProjectNoTakenError("another case has this project_no", "project_no")
        known = self._catalog({said.item_code})
        listed = known.items.get(said.item_code)
        case = Case.submit(facts, said)
        ground = off_list(listed, facts.occurred_at)
        item = listed.in_force(facts.occurred_at) if listed and ground is None else None
        if ground is not None:
            case.refuse(facts, ground.code, ground.reason)
        elif item is not None:
            case.accept(facts, item, facts.occurred_at, known.calendar)
        if particulars:
            self.change(self._vault.introducing(said.subject_id, particulars))
        self._file(case, known.calendar)
        self._watch_calendar(known, [case.project_no])
        return Receipt(
            case.project_no,
            case.state.value,
            str(case.id),
            case.version,
            ground.code if ground else "",
            ground.reason if ground else "",
        )

    @command
    def complete(self, facts: Facts, project_no: str, decision: Decision) -> None:
        """Complete a case as approval decided."""
        case = self.find(Case, stream_of(project_no))
        if case is None:
            raise NotBegunError("there is no such case, or not yet")
        case.complete(facts, decision)
        self._file(case)

    def fire(self, due: Due) -> None:
        """Do what a deadline of a case is for; without effect when the case has moved on."""
        case = self.find(Case, stream_of(due.key))
        if case is None or case.state is not CaseState.ACCEPTED:
            return
        calendar = None
        if due.kind == timers.RECALCULATE:
            calendar = self._catalog(()).calendar
            facts = self._own_facts(case, due, due.fired_at)
            case.recalculate(facts, calendar, Cause.CALENDAR_AMENDED)
        elif due.kind == timers.APPROACHING:
            case.approach(self._own_facts(case, due, due.due_at), due.fired_at)
        elif due.kind in timers.BREACHES:
            facts = self._own_facts(case, due, due.due_at)
            case.breach(facts, timers.BREACHES[due.kind], due.fired_at)
        self._file(case, calendar)

    def calendar_changed(self, year: int) -> None:
        """Have the limits of open cases that touch this year counted again."""
        self.change(timers.recount_open(year))

    def expect(self, project_nos: Collection[str]) -> None:
        """Load these cases in one go, for the commands that follow in this unit of work."""
        self.prefetch(Case, [stream_of(number) for number in project_nos])

    def _file(self, case: Case, calendar: WorkCalendar | None = None) -> None:
        """Keep a case; while it is open it has its deadlines, and its applicant is not erased."""
        if case.turned:
            hold = self._vault.holding if case.is_open else self._vault.releasing
            self.change(hold(case.subject_id, case.project_no))
        if case.retimed:
            begins = case.state is CaseState.ACCEPTED
            if begins and calendar is None:
                calendar = self._catalog(()).calendar
            self.change(*timers.changes(case, calendar if begins else None))
        self.keep(case)

    def _watch_calendar(self, known: Known, project_nos: Collection[str]) -> None:
        """Have these counted again if another edition commits before this transaction does."""
        self.change(timers.recount_if_changed(known.editions, project_nos))

    def _own_facts(self, case: Case, due: Due, occurred_at: datetime) -> Facts:
        return Facts(
            occurred_at=occurred_at,
            subject=case.project_no,
            actor=Actor(ActorKind.SYSTEM, "intake"),
            correlation_id=due.id,
            region=self._region,
            department=case.department,
        )


def subject_of(project_no: str) -> str:
    """Give the reference to a case's applicant; says nothing about the person."""
    return f"s-{stream_id('subject', project_no).hex[:16]}"


def stream_of(project_no: str) -> UUID:
    return stream_id("case", project_no)
