"""The deadlines of a process: limits approach, pass, and are counted again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from services.approval.domain import Process, breach_at
from services.approval.domain.task import Task
from services.chassis.deadlines import Deadline, Due, set_deadlines
from services.chassis.projection import Change, Statement
from services.kernel.aggregate import Fact
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Clock, Kind, amber_at

APPROACHING: Final = "task_approaching"
PASSING: Final = "task_passing"
"""The second after the end that binds a task: silence counts from here."""
STATUTORY: Final = "task_statutory_breach"
JOINT_APPROACHING: Final = "joint_approaching"
JOINT_BREACH: Final = "joint_breach"
RECALCULATE: Final = "recalculate"
KINDS: Final = (APPROACHING, PASSING, STATUTORY, JOINT_APPROACHING, JOINT_BREACH)

_UNTIMED: Final = frozenset(
    {
        "approval.step-recorded.v1",
        "approval.task-started.v1",
        "approval.task-returned.v1",
        "approval.deadline-approaching.v1",
        "approval.liability-recorded.v1",
        "approval.liability-withdrawn.v1",
        "approval.mutual-prerequisite-detected.v1",
        "approval.applicant-delay-noticed.v1",
    }
)
_DROP = (
    "DELETE FROM deadlines d WHERE d.kind = ANY(%s) AND d.key = ANY(%s) AND NOT EXISTS"
    " (SELECT 1 FROM unnest(%s::text[], %s::text[]) AS w(kind, key)"
    " WHERE w.kind = d.kind AND w.key = d.key)"
)


def retimed(facts: Iterable[Fact]) -> bool:
    """Say whether one of these may have given or taken an end, or moved one."""
    return any(fact.TOPIC not in _UNTIMED for fact in facts)


def changes(process: Process, calendar: WorkCalendar, firing: Due | None) -> Iterable[Change]:
    """Bring the deadlines of a process in line with it; the one that fires now is left alone."""
    wanted = list(_wanted(process, calendar))
    kept = [(one.kind, one.key) for one in wanted]
    if firing is not None:
        kept.append((firing.kind, firing.key))
    if process.version > len(process.pending):
        keys = [process.process_no, *(one for one in process.tasks if one != process.process_no)]
        kinds, names = [kind for kind, _ in kept], [key for _, key in kept]
        yield Statement(_DROP, (list(KINDS), keys, kinds, names))
    if wanted:
        yield set_deadlines(wanted)


def _wanted(process: Process, calendar: WorkCalendar) -> Iterable[Deadline]:
    for task in process.tasks.values():
        if task.undecided:
            yield from _of_task(process, task, calendar)
    due_at = process.joint_due_at
    if due_at is None or process.joint is None or not process.is_open:
        return
    if process.joint_breach != due_at:
        yield Deadline(JOINT_BREACH, process.process_no, breach_at(due_at))
    if process.joint_approached != due_at:
        yield from _amber(JOINT_APPROACHING, process.process_no, process.joint, calendar)


def _of_task(process: Process, task: Task, calendar: WorkCalendar) -> Iterable[Deadline]:
    binding = process.binding_due(task)
    if binding is not None and task.handled != binding:
        yield Deadline(PASSING, task.task_id, breach_at(binding))
    promised = task.clock(Kind.PROMISED)
    due_at = task.promised_due_at
    told = (task.approached.get(Kind.PROMISED.value), task.breaches.get(Kind.PROMISED.value))
    if promised is not None and due_at is not None and due_at not in told:
        yield from _amber(APPROACHING, task.task_id, promised, calendar)
    statutory = task.statutory_due_at
    if statutory is not None and task.breaches.get(Kind.STATUTORY.value) != statutory:
        yield Deadline(STATUTORY, task.task_id, breach_at(statutory))


def _amber(kind: str, key: str, clock: Clock, calendar: WorkCalendar) -> Iterable[Deadline]:
    due = clock.due(calendar)
    moment = amber_at(clock, calendar)
    if due is not None and moment is not None and clock.started_at < moment < due.at:
        yield Deadline(kind, key, moment, breach_at(due.at))


def recount_open(year: int) -> Statement:
    """Schedule the recount of every process with a limit that touches the year."""
    return Statement("SELECT recount_open(%s)", (year,))


def recount_if_changed(edition: int, process_nos: Collection[str]) -> Statement:
    """Schedule the recount of these if the calendar has other editions than they were counted by.

    Must be the last change of its transaction, because it may wait for a lock.
    """
    return Statement("SELECT recount_if_changed(%s, %s::text[])", (edition, list(process_nos)))


def recount_papers(year: int) -> Statement:
    """Schedule the recount of every issuing limit and every letter that touches the year."""
    return Statement("SELECT recount_papers(%s)", (year,))


def recount_papers_if_changed(edition: int, kind: str, key: str) -> Statement:
    """Schedule this recount if the calendar has other editions than it was counted by.

    Must be the last change of its transaction, because it may wait for a lock.
    """
    return Statement("SELECT recount_papers_if_changed(%s, %s, %s)", (edition, kind, key))
