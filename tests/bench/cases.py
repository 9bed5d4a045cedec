"""The event every write row appends: a case's reported step, about 400 bytes as stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.chassis.eventlog.application import Application, command
from services.chassis.eventlog.mapper import body_of, state_of_body
from services.kernel.aggregate import Aggregate, Fact, applies
from services.kernel.facts import Actor, ActorKind, Facts
from services.kernel.identifiers import stream_id

MORNING = datetime(2020, 6, 1, 8, 30, tzinfo=UTC)
CLERK = Actor(ActorKind.PERSON, "clerk-017", unit="D07", window="W12", role="clerk")
HISTORY = 10
"""Events a case has before a command is measured on it."""


class StepTaken(Fact):
    """One step of a case is done."""

    TOPIC = "intake.bench-step-taken.v1"

    project_no: str
    row_guid: str
    name: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    handler: str | None = None


class Case(Aggregate):
    """Remembers how many steps were taken, and refuses one that ends before the last."""

    def __init__(self) -> None:
        self.steps = 0
        self.last = MORNING

    def take_step(self, facts: Facts, number: int) -> None:
        """Decide whether this step may be taken."""
        if facts.occurred_at < self.last:
            raise ValueError("steps are taken in the order of time")
        self.record(StepTaken, facts, **fields(facts, number))

    @applies(StepTaken)
    def _step_taken(self, event: StepTaken) -> None:
        self.steps += 1
        self.last = event.ended_at


class Cases(Application):
    """The one use case of the command row."""

    @command
    def take_step(self, stream: UUID, facts: Facts, number: int) -> dict[str, int]:
        """Load, decide, append."""
        case = self.load(Case, stream)
        case.take_step(facts, number)
        self.keep(case)
        return {"version": case.version}


def project_no(number: int) -> str:
    """Give the number of a case, as long as a real one."""
    return f"3412220000{number:012d}"


def stream_of(number: int) -> UUID:
    """Give the stream of a case."""
    return stream_id("case", project_no(number))


def facts_of(number: int, minute: int = 0) -> Facts:
    """Give the facts of an event of this case."""
    moment = MORNING + timedelta(minutes=minute)
    return Facts(moment, project_no(number), CLERK, f"c-{number:08d}", "", "341222", "D07")


def fields(facts: Facts, number: int) -> dict[str, object]:
    """Give an event's own fields."""
    return {
        "project_no": facts.subject,
        "row_guid": f"9f4c2a71-5f0e-4a6b-8e1d-{number:012d}",
        "name": "部门审查",
        "outcome": "pass",
        "started_at": facts.occurred_at,
        "ended_at": facts.occurred_at + timedelta(seconds=40),
        "handler": "officer-0042",
    }


def step(number: int, version: int) -> StepTaken:
    """Make the fact a case's `version`-th step is."""
    facts = facts_of(number, version)
    return StepTaken(
        originator_id=stream_of(number),
        originator_version=version,
        timestamp=facts.occurred_at,
        facts=facts,
        **fields(facts, version),  # type: ignore[arg-type]
    )


def stored(fact: Fact) -> bytes:
    """Give the bytes that are stored of a fact."""
    return state_of_body(body_of(fact))
