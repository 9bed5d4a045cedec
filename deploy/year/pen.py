"""Facts as rows of the logs: what PostgreSQL's binary COPY reads, with the moment to sort by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from struct import Struct
from typing import Any, cast
from uuid import UUID

from services.chassis.eventlog.mapper import body_of, event_of, state_of_body
from services.chassis.events import Body, Event
from services.chassis.names import SERVICES
from services.kernel.aggregate import Aggregate, Fact
from services.kernel.times import SHANGHAI

EPOCH = datetime(2000, 1, 1, tzinfo=UTC).astimezone(SHANGHAI)
"""PostgreSQL counts from here, in microseconds; told by the clock nearly all moments are told by,
between which differences cost least."""
DAY_US = 86_400_000_000
SHANGHAI_US = 8 * 3_600_000_000
"""What the clock of the county is ahead."""
_HEAD = Struct(">qhi16sii").pack
_LENGTH = Struct(">i").pack
_TAIL = Struct(">iq").pack
HEADER = b"PGCOPY\n\xff\r\n\0" + Struct(">ii").pack(0, 0)
TRAILER = Struct(">h").pack(-1)
COLUMNS = "stream, version, topic, state, recorded_at"

Row = bytes
"""When it was recorded, to sort by, and then what COPY reads: it begins with stream and version."""
SORTED_BY = 8
"""Bytes of the moment in front of what COPY reads."""
Sink = Callable[[int, int, Row], None]
"""Takes the number of a service (in `SERVICES`), a day of the county and a row."""
_topics: dict[type[Fact], tuple[int, bytes]] = {}
"""Number of the service, and the topic as COPY reads it."""


def microseconds(moment: datetime) -> int:
    """Give a moment as PostgreSQL stores it."""
    since = moment - EPOCH
    return since.days * DAY_US + since.seconds * 1_000_000 + since.microseconds


def day_of(recorded_us: int) -> int:
    """Give the day of the county a moment lies in, counted from 2000-01-01."""
    return (recorded_us + SHANGHAI_US) // DAY_US


class Pen:
    """Writes the facts of one life down, each recorded a little later than the one before."""

    __slots__ = ("_last", "_sink")

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._last = 0

    def begin(self) -> None:
        """Another life: what was written before has nothing to do with it."""
        self._last = 0

    def pause(self) -> int:
        """Let something be written that has a course of its own; gives what to go on with."""
        last, self._last = self._last, 0
        return last

    def go_on(self, last: int) -> None:
        """Go on where it was paused."""
        self._last = last

    def put(self, aggregate: Aggregate, at: datetime, later_ms: int = 4) -> Event:
        """Write what is pending of an aggregate; gives its last event, as others hear of it.

        Args:
            at: when the log took it, `later_ms` later; never before what was written last.
        """
        us = microseconds(at) + later_ms * 1_000
        fact, body = None, None
        for fact in aggregate.collect_events():
            us = max(us, self._last + 137)
            body = self._write(fact, us)
            self._last = us
        if body is None:
            raise ValueError(f"nothing happened to this {type(aggregate).__name__}")
        return event_of(cast(Fact, fact), body)

    def put_each(self, aggregate: Aggregate, at: datetime, later_ms: int = 4) -> list[Event]:
        """Write what is pending of an aggregate; gives all of it, as others hear of it."""
        us = microseconds(at) + later_ms * 1_000
        said = []
        for fact in aggregate.collect_events():
            us = max(us, self._last + 137)
            said.append(event_of(cast(Fact, fact), self._write(fact, us)))
            self._last = us
        return said

    def write_all(self, facts: Iterable[Fact]) -> None:
        """Write facts of many streams, each recorded when it happened, in the order given."""
        latest: dict[UUID, int] = {}
        for place, fact in enumerate(facts):
            us = microseconds(fact.facts.occurred_at) + place
            us = max(us, latest.get(fact.originator_id, 0) + 1)
            latest[fact.originator_id] = us
            self._write(fact, us)

    def _write(self, fact: Any, us: int) -> Body:
        kind = type(fact)
        known = _topics.get(kind)
        if known is None:
            topic = kind.TOPIC.encode()
            service = SERVICES.index(kind.TOPIC.partition(".")[0])
            known = _topics[kind] = (service, _LENGTH(len(topic)) + topic)
        service, named = known
        body = body_of(fact)
        state = state_of_body(body)
        head = _HEAD(us, 5, 16, fact.originator_id.bytes, 4, fact.originator_version)
        row = b"".join((head, named, _LENGTH(len(state)), state, _TAIL(8, us)))
        self._sink(service, day_of(us), row)
        return body
