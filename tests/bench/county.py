"""Cases of a county as they stand in intake's log: every event a figure may be counted from."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from services.chassis.eventlog.mapper import state_of_body
from services.chassis.events import Body, Event
from tests.bench.cases import CLERK, MORNING, project_no, stream_of

ACCEPTED = "intake.case-accepted.v1"
STEP = "intake.step-reported.v1"
COMPLETED = "intake.case-completed.v1"
STEPS = 8
"""Steps between acceptance and completion: a case is ten events, as in the county's year."""
CASES_A_YEAR = 273_468
SOURCE, EVENT = "bench", "case-told"
"""Service and event under which nameko's own handler listens."""


class Told(NamedTuple):
    """One event before it has a place in the log."""

    stream: UUID
    version: int
    topic: str
    body: Body


def tell(number: int, steps: int = STEPS) -> Iterator[Told]:
    """Give the events of one case, oldest first; one case in fifteen stays open."""
    moment = MORNING + timedelta(minutes=number % 140_000, seconds=number % 60)
    stream, subject = stream_of(number), project_no(number)
    department = f"D{number % 38:02d}"

    def body(at: datetime, data: dict[str, object]) -> Body:
        raw = msgspec.Raw(msgspec.json.encode({"project_no": subject, **data}))
        return Body(
            at, subject, CLERK, f"c-{number:08d}", raw, region="341222", department=department
        )

    accepted = {
        "item_code": f"3412220{number % 1100:04d}",
        "item_version": 1,
        "item_name": "食品经营许可",
        "case_type": "PROMISED",
        "channel": "12345"[number % 5],
        "department": department,
        "accepted_at": moment,
        "mode": "external",
        "promised_due_at": moment + timedelta(days=7),
    }
    yield Told(stream, 1, ACCEPTED, body(moment, accepted))
    for step in range(steps):
        at = moment + timedelta(hours=3 * step + 1)
        done = {
            "row_guid": f"9f4c2a71-5f0e-4a6b-8e1d-{number * 10 + step:012d}",
            "data_source": "county-year",
            "name": "部门审查",
            "outcome": "pass",
            "started_at": at,
            "ended_at": at + timedelta(minutes=40),
            "source_time": at + timedelta(minutes=40),
        }
        yield Told(stream, step + 2, STEP, body(at, done))
    if number % 15:
        at = moment + timedelta(days=number % 9 + 1)
        done = {"completion_kind": 0, "granted": True, "completed_at": at}
        yield Told(stream, steps + 2, COMPLETED, body(at, done))


def published(cases: int, first: int = 0, position: int = 0) -> Iterator[Event]:
    """Give acceptance and completion of cases as disclosure receives them, every one an effect.

    Sealed at the positions after `position`, as if intake's log held nothing else.
    """
    for number in range(first, first + cases):
        before = 0
        for told in tell(number, steps=0):
            position += 1
            yield Event(
                "intake",
                told.topic,
                told.stream,
                told.version,
                position,
                before,
                told.body.occurred_at,
                told.body,
            )
            before = position


class Rows(io.TextIOBase):
    """The log of some cases as COPY reads it, made while it is read."""

    def __init__(self, first: int, cases: int) -> None:
        self._lines = (
            f"{told.stream}\t{told.version}\t{told.topic}\t\\\\x{state_of_body(told.body).hex()}\n"
            for number in range(first, first + cases)
            for told in tell(number)
        )
        self._rest = ""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        """Give at least `size` characters unless the end comes first."""
        parts, length = [self._rest], len(self._rest)
        for line in self._lines:
            parts.append(line)
            length += len(line)
            if size is not None and 0 <= size <= length:
                break
        text = "".join(parts)
        cut = len(text) if size is None or size < 0 else size
        self._rest = text[cut:]
        return text[:cut]
