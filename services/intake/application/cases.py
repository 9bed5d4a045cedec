"""What intake can be told of its cases: by a window, an outside system, approval, a deadline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.chassis.deadlines import Due, set_deadline
from services.chassis.eventlog.application import command
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.projection import ReadModel
from services.chassis.reference import Reference
from services.chassis.vault import PersonalVault, Seal
from services.intake import timers
from services.intake.application.checklists import Checklists
from services.intake.domain import (
    Acceptance,
    AcceptanceRule,
    Case,
    CaseState,
    Decision,
    Ground,
    ItemVersion,
    Known,
    NotBegunError,
    ProjectNoTakenError,
    off_list,
)
from services.intake.domain import Application as Applied
from services.intake.domain.accepted import AUTO, BY_ATTESTATION
from services.intake.domain.clocks import breach_at, in_time, notice_due
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Cause
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

Rows = Callable[[Database, Collection[tuple[str, str]]], Mapping[tuple[str, str], str]]


class Catalog(Protocol):
    """Looks up items and the calendar."""

    def __call__(self, codes: Collection[str], /) -> Known:
        """Give what is known now."""
        ...

    def believed(self, codes: Collection[str], uow: UnitOfWork, /) -> Known:
        """Give what was known; the unit of work fails if it is so no more, and is tried again."""
        ...


@dataclass(frozen=True)
class Receipt:
    """What became of an application; `reason_code` and `reason` only when it was refused."""

    project_no: str
    state: str
    stream: str
    version: int
    reason_code: str = ""
    reason: str = ""


class Cases(Checklists):
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
        self._sealed = PersonalVault(seal)
        self._region = region

    @command
    def submit(
        self,
        facts: Facts,
        said: Applied,
        particulars: Mapping[str, str],
        *,
        numbered: bool = False,
        key: str | None = None,
    ) -> Receipt:
        """Take in an application; refuse what stands on no list (清单之外无审批, V03, V07).

        Accepted at once when a clerk attests that everything is there (`said.at_once`), or by a
        declared rule of the item; else it waits for a clerk, and five working days for the law.
        The particulars go to the vault in the same transaction; no event holds them.

        Args:
            numbered: the number was made for this application, so nobody asks the log whether it
                is taken; were it, the append would be refused.
        """
        stream = stream_of(said.project_no)
        if numbered:
            self.uow.absent.add(stream)
        if self.find(Case, stream) is not None:
            raise ProjectNoTakenError("another case has this project_no", "project_no")
        known = self._catalog.believed({said.item_code}, self.uow)
        about = self._for_item(facts, known, said.item_code)
        case = Case.submit(about, said, calendar=known.calendar)
        if particulars:
            self.change(self._vault.introducing(said.subject_id, particulars))
        return self._enter(about, case, known, said.at_once)

    @command
    def draft_case(
        self,
        facts: Facts,
        said: Applied,
        particulars: Mapping[str, str],
        *,
        key: str | None = None,
    ) -> Receipt:
        """Begin an application that is handed in later, with what is known of the applicant."""
        if self.find(Case, stream_of(said.project_no)) is not None:
            raise ProjectNoTakenError("another case has this project_no", "project_no")
        case = Case.draft(facts, said)
        if particulars:
            self.change(self._vault.introducing(said.subject_id, particulars))
        self._file(case)
        return receipt_of(case)

    def _enter(self, facts: Facts, case: Case, known: Known, at_once: bool) -> Receipt:
        """Guard the door, and accept what can be accepted without a person looking first."""
        listed = known.items.get(case.item_code)
        ground = off_list(listed, facts.occurred_at)
        item = listed.in_force(facts.occurred_at) if listed and ground is None else None
        if ground is not None:
            case.refuse(facts, ground.code, ground.reason, automatic=True)
        elif item is not None:
            how = BY_ATTESTATION if at_once else self._by_rule(case, item)
            if how is not None:
                case.accept(facts, item, facts.occurred_at, known.calendar, how)
        self._file(case, known.calendar)
        self._watch_calendar(known, [case.project_no])
        return receipt_of(case, ground)

    def _for_item(self, facts: Facts, known: Known, item_code: str) -> Facts:
        """Say which department an application is for, as far as the item tells now."""
        listed = known.items.get(item_code)
        item = listed.in_force(facts.occurred_at) if listed else None
        return replace(facts, department=item.department) if item else facts

    def _judge_again(self, facts: Facts, case: Case) -> None:
        """Accept an application by the rule when its last material came.

        The version of the rule that was in force when it was handed in judges it still; one that
        was revoked meanwhile judges nothing. Whom a clerk has told what is missing, a clerk
        accepts.
        """
        if case.state is not CaseState.SUBMITTED or case.notices or case.submitted_at is None:
            return
        stream = stream_id("acceptance-rule", case.item_code)
        now = self.find(AcceptanceRule, stream)
        if now is None or not now.in_force:
            return
        known = self._catalog({case.item_code})
        listed = known.items.get(case.item_code)
        item = listed.in_force(facts.occurred_at) if listed else None
        due_at = case.notice_due_at
        if item is None or (due_at is not None and not in_time(facts.occurred_at, due_at)):
            return
        then = self.state_of(AcceptanceRule, stream, at=case.submitted_at)
        how = self._by_rule(case, item, then) if then is not None else None
        if how is None:
            return
        about = replace(facts, department=item.department)
        case.accept(about, item, facts.occurred_at, known.calendar, how)
        self._file(case, known.calendar)
        self._watch_calendar(known, [case.project_no])

    def _by_rule(
        self, case: Case, item: ItemVersion, judged_by: AcceptanceRule | None = None
    ) -> Acceptance | None:
        """Give the declared rule that accepts this application, None when none does."""
        stream = stream_id("acceptance-rule", item.item_code)
        rule = judged_by or self.find(AcceptanceRule, stream)
        if rule is None or not rule.in_force:
            return None
        complete = self.all_here(case.project_no, item.item_code, item.item_version)
        if not rule.accepts(case.channel, case.declared_trust, complete):
            return None
        return Acceptance(AUTO, rule=item.item_code, rule_version=rule.rule_version)

    @command
    def complete(self, facts: Facts, project_no: str, decision: Decision) -> None:
        """Complete a case as approval decided."""
        case = self.find(Case, stream_of(project_no))
        if case is None:
            raise NotBegunError("there is no such case, or not yet")
        case.complete(facts, decision, self._catalog(()).calendar if case.suspended else None)
        self._file(case)

    def fire(self, due: Due) -> None:
        """Do what a deadline of a case is for; without effect when the case has moved on."""
        if due.kind == timers.LIMIT_SWEEP:
            self.change(timers.recount_limits(int(due.key), again=False))
            return
        if due.kind == timers.LIMIT_RECOUNT:
            watched, _, key = due.key.partition(":")
            actor = Actor(ActorKind.SYSTEM, "intake")
            facts = Facts(due.fired_at, key, actor, due.id, region=self._region)
            self.recount(watched, key, facts, self._catalog(()).calendar)
            return
        case = self.find(Case, stream_of(due.key))
        if case is None:
            return
        if due.kind in timers.WAITING_KINDS:
            self._fire_waiting(case, due)
            return
        if not case.running:
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

    def _fire_waiting(self, case: Case, due: Due) -> None:
        """Let silence accept (K24), or corrections lapse. The end is counted by today's calendar.

        A calendar that was amended after the five days were told only moves the moment of this.
        """
        known = self._catalog({case.item_code})
        if due.kind == timers.CORRECTION:
            facts = self._own_facts(case, due, due.due_at)
            case.lapse_corrections(facts, due.fired_at)
            self._file(case, known.calendar, due.kind)
            return
        if case.state is not CaseState.SUBMITTED or case.legal_date is None:
            return
        end = breach_at(notice_due(case.legal_date, known.calendar))
        if end > due.fired_at:
            other = timers.MOVED if due.kind == timers.NOTICE else timers.NOTICE
            self.change(set_deadline(other, case.project_no, end))
            return
        listed = known.items.get(case.item_code)
        item = listed.in_force(case.received_at or due.due_at) if listed else None
        if item is None:
            raise NotBegunError("the item was never in force here")
        facts = replace(self._own_facts(case, due, due.due_at), department=item.department)
        case.deem_accepted(facts, item, due.fired_at, known.calendar)
        self._file(case, known.calendar, due.kind)
        self._watch_calendar(known, [case.project_no])

    def door_hours(self, window: str, day: date, said: str = "") -> str:
        """Give the hours of a window on a day: as said, else as catalog knows them, else none."""
        return said or Reference(self.database).hours(window, day)

    def calendar_changed(self, year: int) -> None:
        """Have every limit in working days that runs and touches this year counted again."""
        self.change(timers.recount_open(year), timers.recount_limits(year))

    def recount(self, watched: str, key: str, facts: Facts, calendar: WorkCalendar) -> None:
        """Count the limit again at whose end this deadline is; each base knows its own.

        Args:
            watched: one of `timers.LIMITS`.
        """
        if watched != timers.CORRECTION:
            return
        case = self.find(Case, stream_of(key))
        if case is not None:
            about = replace(facts, department=case.department)
            if case.recount_limit(about, calendar):
                self._file(case)

    def expect(self, project_nos: Collection[str]) -> None:
        """Load these cases in one go, for the commands that follow in this unit of work."""
        self.prefetch(Case, [stream_of(number) for number in project_nos])

    def _file(self, case: Case, calendar: WorkCalendar | None = None, firing: str = "") -> None:
        """Keep a case; while it is open it has its deadlines, and its applicant is not erased.

        Args:
            firing: kind of the deadline that fires just now.
        """
        if case.turned:
            hold = self._vault.holding if case.is_open else self._vault.releasing
            self.change(hold(case.subject_id, case.project_no))
        if case.retimed:
            if case.running and calendar is None:
                calendar = self._catalog(()).calendar
            self.change(*timers.changes(case, calendar if case.running else None, firing))
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


def receipt_of(case: Case, ground: Ground | None = None) -> Receipt:
    """Say where a case stands after a command."""
    return Receipt(
        case.project_no,
        case.state.value,
        str(case.id),
        case.version,
        ground.code if ground else "",
        ground.reason if ground else "",
    )


def subject_of(project_no: str) -> str:
    """Give the reference to a case's applicant; says nothing about the person."""
    return f"s-{stream_id('subject', project_no).hex[:16]}"


def stream_of(project_no: str) -> UUID:
    return stream_id("case", project_no)
