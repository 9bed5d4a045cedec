"""A decision and the timer of deemed consent at the due instant: one outcome, by receipt time.

`BANJIAN_RACES=1000` races so often as RELIABILITY asks, by default 30 times, within one
millisecond before or after the instant.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.approval import projections
from services.approval.application import Approval
from services.approval.domain import Process, breach_at
from services.approval.domain.process_events import ClockRecalculated
from services.chassis.deadlines.firing import Clockwork
from services.chassis.eventlog.database import Database
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Cause, Kind
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id
from tests.support.house import House
from tests.unit.approval.projects import CLERK, TIMER, member, officer
from tests.unit.approval.projects import opening as project_of

RACES = int(os.environ.get("BANJIAN_RACES", "30"))
OFFSETS_MS = (-1.0, -0.5, 0.0, 0.0, 0.5, 1.0)
TOGETHER = len(OFFSETS_MS)
"""Races that share an instant: a limit ends on a whole second, and seconds are long."""
INSTANTS = 10
MOST = 5
"""A busy machine misses the millisecond: so many times as many races at most."""

pytestmark = pytest.mark.timeout(300 + 3 * RACES)


@dataclass(frozen=True)
class Outcome:
    """How one race ended."""

    approved: bool
    in_time: bool
    """By when the database received the decision."""
    off_ms: float
    """How long after the instant that was."""
    story: tuple[str, ...]


class Desk:
    """Approval's application over a migrated house, and its deadlines, without its process."""

    def __init__(self, house: House) -> None:
        self.database = Database(house.database_url_of("approval"))
        self.approval = Approval(self.database, projections.READ_MODEL, homes=projections.homes_of)

    def open(self, instants: Mapping[str, datetime]) -> None:
        """Begin projects of two tasks whose first limit ends just before their instant."""
        begun = datetime.now(UTC) - timedelta(days=1)
        with self.approval.unit_of_work():
            for number, instant in instants.items():
                about = Facts(begun, number, CLERK, "race")
                members = [member("A", of=number), member("B", "A", of=number)]
                process = Process.open(about, project_of(number, members), SEED)
                process.record(
                    ClockRecalculated,
                    Facts(begun, number, TIMER, "race"),
                    process_no=number,
                    task_id=f"{number}/A",
                    project_no=f"{number}-A",
                    clock=Kind.PROMISED,
                    old_due_at=process.task(f"{number}-A").promised_due_at,
                    new_due_at=instant - timedelta(seconds=1),
                    calendar_version="2020.2",
                    cause=Cause.CORRECTION,
                )
                self.approval.file(process)

    def decide(self, number: str) -> None:
        """Decide as the route does: by when the database received it."""
        about = Facts(self.approval.received_now(), number, officer("A"), "race")
        self.approval.decide(about, f"{number}/A", True, 0)

    def process(self, number: str) -> Process:
        return self.approval.load(Process, stream_id("process", number))

    def story(self, number: str) -> list[tuple[str, dict[str, Any]]]:
        """Give what happened after the project began, in the order of its stream."""
        events = self.approval.events_of(stream_id("process", number))
        assert [event.version for event in events] == list(range(1, len(events) + 1))
        return [
            (event.type.split(".")[1], json.loads(bytes(event.body.data))) for event in events[5:]
        ]

    def left(self) -> list[tuple[Any, ...]]:
        return self.database.read("SELECT key FROM deadlines WHERE kind = 'task_passing'")


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    desk = Desk(house)
    yield desk
    desk.database.close()


def test_d01_decision_and_timer_at_the_due_instant_have_one_outcome_by_receipt(desk: Desk) -> None:
    outcomes: list[Outcome] = []
    near = 0
    while near < RACES and len(outcomes) < MOST * RACES:
        outcomes += race(desk, f"GC-{len(outcomes)}")
        near = sum(abs(one.off_ms) <= 1 for one in outcomes)

    assert [one for one in outcomes if one.approved is not one.in_time] == []
    for story, times in Counter(one.story for one in outcomes).most_common():
        print(f"\nD01: {times:4d} {' '.join(story)}")
    print(f"D01: {near} of {len(outcomes)} within a millisecond")
    assert {one.in_time for one in outcomes} == {True, False}


def race(desk: Desk, name: str) -> list[Outcome]:
    """Let decisions and timers meet at some instants, several at each; give what came of it."""
    begin = int(desk.approval.received_now().timestamp()) + 2 + INSTANTS * TOGETHER // 10
    plan = [
        (f"{name}-{place}-{n}", begin + place, offset)
        for place in range(INSTANTS)
        for n, offset in enumerate(OFFSETS_MS)
    ]
    desk.open({number: datetime.fromtimestamp(second, UTC) for number, second, _ in plan})
    clockwork = Clockwork(desk.approval, lambda turn: turn.run(desk.approval.fire))
    failed: list[BaseException] = []
    done = threading.Event()

    def fire() -> None:
        while not done.is_set():
            clockwork.step()
            time.sleep(0.0005)

    def decide(number: str, second: int, offset_ms: float) -> None:
        time.sleep(max(0.0, second - 0.3 - time.time()))
        began = time.perf_counter()
        desk.approval.received_now()
        trip_s = time.perf_counter() - began  # the receipt lies about half of it ahead
        moment = second + offset_ms / 1000 - min(trip_s, 0.004) / 2
        time.sleep(max(0.0, moment - time.time()))
        desk.decide(number)

    def run(act: Any, *said: Any) -> None:
        try:
            act(*said)
        except BaseException as error:
            failed.append(error)

    deciding = [threading.Thread(target=run, args=(decide, *one)) for one in plan]
    firing = threading.Thread(target=run, args=(fire,))
    for thread in (firing, *deciding):
        thread.start()
    for thread in deciding:
        thread.join(60)
    done.set()
    firing.join(30)
    clockwork.step()
    assert not failed, failed
    return [
        outcome(desk, number, datetime.fromtimestamp(second, UTC)) for number, second, _ in plan
    ]


def outcome(desk: Desk, number: str, instant: datetime) -> Outcome:
    """Read how a race ended, and check that all of it fits together."""
    story, process = desk.story(number), desk.process(number)
    state = process.task(f"{number}-A").state.value
    assert state in ("approved", "deemed_consented"), state
    decisions = [
        said for name, said in story if name in ("task-approved", "late-decision-recorded")
    ]
    [decision] = decisions  # it is on file once, whatever became of it
    standing = [one for one in process.liabilities.values() if not one.withdrawn]
    assert len(standing) == (0 if state == "approved" else 2)
    ready = [said["task_id"] for name, said in story if name == "task-ready"]
    assert ready == [f"{number}/B"]  # once, whichever of the two consented
    assert (f"{number}/A",) not in desk.left()
    received = datetime.fromisoformat(decision["decided_at"])
    off_ms = (received - instant) / timedelta(milliseconds=1)
    names = tuple(name for name, _ in story)
    return Outcome(state == "approved", received < instant, off_ms, names)


@pytest.mark.parametrize("guard", ["receipt", "mutation-order-of-commits"])
@pytest.mark.parametrize("first", ["decision", "timer"])
def test_d01_receipt_decides_whichever_commits_first(
    desk: Desk, guard: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late decision that commits before the timer, a timely one that commits after it."""
    instant = breach_at(datetime.now(UTC) - timedelta(minutes=5))
    desk.open({"GC-1": instant})
    before = timedelta(milliseconds=1 if first == "timer" else 0)
    if guard != "receipt":
        monkeypatch.setattr(Process, "_take", by_order_of_commits)
    received = instant - before
    clockwork = Clockwork(desk.approval, lambda turn: turn.run(desk.approval.fire))

    if first == "timer":
        clockwork.step()
    about = Facts(received, "GC-1", officer("A"), "race")
    desk.approval.decide(about, "GC-1/A", True, 0)
    clockwork.step()

    approved = desk.process("GC-1").task("GC-1-A").state.value == "approved"
    assert (approved is (received < instant)) is (guard == "receipt")


def by_order_of_commits(process: Any, facts: Facts, task: Any, verdict: Any, _: str) -> None:
    """Decide as one would who trusts the version of the stream alone."""
    if task.state.value == "deemed_consented":
        process._record_late(facts, task, verdict)
    else:
        process._end(facts, task, verdict)
