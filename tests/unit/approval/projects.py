"""A project of four departments for domain tests, and how to move it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.approval.domain import (
    Assignment,
    DeemedEffect,
    Limits,
    Member,
    Opening,
    Process,
    Verdict,
    breach_at,
)
from services.kernel.aggregate import Fact
from services.kernel.calendar import WorkCalendar
from services.kernel.calendar_seed import SEED
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.limits import Limit
from services.kernel.times import SHANGHAI

BEGUN = datetime(2020, 9, 7, 9, 0, tzinfo=SHANGHAI)
TIMER = Actor(ActorKind.TIMER, "approval")
CLERK = Actor(ActorKind.PERSON, "clerk-12", unit="D00", window="07", role="clerk")
COUNTY = Actor(ActorKind.EXTERNAL, "county-vertical-07", role="exchange")
TEN = Limits(Limit(10), Limit(20))
GRANT, REFUSE = True, False


def day(month: int, number: int, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
    """Give a moment of 2020."""
    return datetime(2020, month, number, hour, minute, second, tzinfo=SHANGHAI)


def end_of(month: int, number: int) -> datetime:
    """Give the last second of a day of 2020."""
    return day(month, number, 23, 59, 59)


def officer(item: str, who: str = "", role: str = "officer") -> Actor:
    """Give an officer of the department of an item: A of DA."""
    return Actor(ActorKind.PERSON, who or f"officer-{item}", unit=f"D{item}", role=role)


def facts(actor: Actor = CLERK, at: datetime = BEGUN) -> Facts:
    """Say who and when, about the project."""
    return Facts(at, "p-1", actor, "correlation-1", region="3412XX", department=actor.unit)


def member(
    item: str, *needs: str, limits: Limits = TEN, waivable: bool = False, of: str = ""
) -> Member:
    """Give a task of the project."""
    return Member(f"{of or 'case'}-{item}", item, f"D{item}", 1, needs, waivable, limits)


def opening(
    process_no: str, members: Sequence[Member], joint: int = 45, version: int = 3
) -> Opening:
    """Say what a project begins with."""
    kind, lead = "PRIVATE_INVESTMENT", "DA"
    limit = Limit(joint)
    return Opening(process_no, "S1", version, kind, lead, limit, 15, members, "clerk-12", "07")


def opened(
    *members: Member,
    at: datetime = BEGUN,
    calendar: WorkCalendar = SEED,
    joint: int = 45,
    version: int = 3,
) -> Process:
    """Begin the project."""
    said = opening("p-1", members, joint, version)
    return Process.open(facts(CLERK, at), said, calendar)


def chain(**edges: Sequence[str]) -> Process:
    """Begin a project whose tasks wait as said: `chain(A="", B="A", C="AB")`."""
    process = opened(*(member(item, *needs) for item, needs in edges.items()))
    process.collect_events()
    return process


def single(
    limits: Limits = TEN,
    at: datetime = BEGUN,
    calendar: WorkCalendar = SEED,
    *,
    saved: bool = True,
) -> Process:
    """Give a department a case of its own, counted as intake counts it."""
    from services.kernel.clock import Clocks

    clocks = Clocks.start(at, statutory=limits.statutory, promised=limits.promised)
    assert clocks.promised is not None
    promised = clocks.promised.due(calendar)
    statutory = clocks.statutory.due(calendar) if clocks.statutory else None
    assert promised is not None
    said = Assignment(
        "case-A",
        "A",
        "DA",
        promised.at,
        at,
        "clerk-12",
        1,
        "07",
        statutory.at if statutory else None,
        limits,
    )
    process = Process.create(facts(CLERK, at), said).counting_by(calendar)
    if saved:
        process.collect_events()
    return process


def decide(
    process: Process, item: str, granted: bool = GRANT, at: datetime = BEGUN, by: str = ""
) -> None:
    """Let the department of an item decide at this moment."""
    verdict = Verdict(granted, 0 if granted else 1, at)
    task_id = f"case-{item}"
    process.decide(facts(officer(item, by), at), verdict, task_id)


def fire(process: Process, item: str, noticed_at: datetime | None = None) -> None:
    """Let the timer of a task's limit go off, by default in the second after its end."""
    task = process.task(f"case-{item}")
    due_at = process.binding_due(task) or task.promised_due_at or BEGUN
    at = breach_at(due_at)
    process.pass_by(facts(TIMER, at), task.task_id, noticed_at or at)


def state(process: Process, item: str) -> str:
    """Give the state of the task of an item."""
    return process.task(f"case-{item}").state.value


def states(process: Process) -> dict[str, str]:
    """Give the state of each task by its item."""
    return {task.item_code: task.state.value for task in process.tasks.values()}


def told(process: Process) -> list[str]:
    """Give the names of what happened and is not saved yet, and forget it."""
    return [type(event).__name__ for event in process.collect_events()]


def of(process: Process, kind: type[Fact]) -> list[Fact]:
    """Give the pending events of a kind."""
    return [event for event in process.pending if isinstance(event, kind)]


def with_effect(effect: DeemedEffect, limits: Limits = TEN) -> Limits:
    """Give limits after which silence does something else."""
    return replace(limits, effect=effect)


def everything(process: Process) -> Mapping[str, object]:
    """Give everything a process remembers, to compare with what its events rebuild."""
    return {name: value for name, value in vars(process).items() if not name.startswith("_")}
