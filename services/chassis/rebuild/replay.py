"""Which events a read model has taken in, and those events again, as it saw them the first time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate, chain
from typing import Any
from uuid import UUID

import msgspec
from psycopg2 import sql

from services.chassis.bus.envelope import Publication
from services.chassis.eventlog.reader import read_log
from services.chassis.events import Body, Event

Range = tuple[int, int]
"""First and last position, both inside."""
Publications = Mapping[str, Mapping[str, Publication]]
"""`messages.PUBLISHES` of each source."""

PAGE_POSITIONS = 20_000
BRIDGE = 5_000
"""Positions between two ranges that are rather read and passed over than asked for separately."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_body = msgspec.json.Decoder(Body).decode


def minus(have: Sequence[Range], taken: Sequence[Range]) -> list[Range]:
    """Give the positions of `have` that are not in `taken`; both sorted, without overlaps."""
    left: list[Range] = []
    for low, high in have:
        for first, last in taken:
            if last < low or first > high:
                continue
            if first > low:
                left.append((low, first - 1))
            low = last + 1
            if low > high:
                break
        if low <= high:
            left.append((low, high))
    return left


def join(ranges: Iterable[Range]) -> list[Range]:
    """Sort ranges and make one of those that touch."""
    joined: list[Range] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def count(ranges: Iterable[Range]) -> int:
    """Count the positions in ranges."""
    return sum(last - first + 1 for first, last in ranges)


def done(cursor: Any, service: str, sources: Sequence[str]) -> dict[str, list[Range]]:
    """Give the positions whose effect is in the live read model, per source.

    Of its own log that is everything sealed: an own event and its effect commit together. What is
    committed but not sealed is `own_tail`.
    """
    found: dict[str, list[Range]] = {source: [] for source in sources}
    cursor.execute(
        sql.SQL(
            "SELECT source, lower(part), upper(part) - 1 FROM {}, unnest(done) AS part"
            " WHERE source = ANY(%s) ORDER BY source, part"
        ).format(sql.Identifier(service, "inbox")),
        ([source for source in sources if source != service],),
    )
    for source, low, high in cursor.fetchall():
        found[source].append((low, high))
    if service in found:
        cursor.execute(
            sql.SQL("SELECT coalesce(max(position), 0) FROM {}").format(
                sql.Identifier(service, "ledger")
            )
        )
        tip = cursor.fetchone()[0]
        found[service] = [(1, tip)] if tip else []
    return found


def own_tail(cursor: Any, service: str, after: int) -> list[Event]:
    """Give the committed events of the service that have no position, in the order they will get.

    Complete only while nobody else can commit to the log. `after` is the last sealed position.
    """
    cursor.execute(
        sql.SQL(
            "SELECT e.stream::text, e.version, e.topic, e.state FROM {} AS e"
            " WHERE (e.xid, e.id) > coalesce((SELECT (l.xid, l.id) FROM {} AS l"
            " WHERE l.position = %s), ('0'::xid8, 0::bigint)) ORDER BY e.xid, e.id"
        ).format(sql.Identifier(service, "events"), sql.Identifier(service, "ledger")),
        (after,),
    )
    return [
        Event(service, topic, UUID(stream), version, 0, 0, None, _body(state))
        for stream, version, topic, state in cursor.fetchall()
    ]


@dataclass
class Meter:
    """Counts positions left behind, events that were passed over included."""

    passed: int = 0


@dataclass(frozen=True)
class Logs:
    """Where the logs are and how they are to be seen."""

    urls: Mapping[str, str]
    """URL of a role that may read the log of each source."""
    publications: Publications
    reads: Collection[str] | None = None
    """Types of other services' events to give; None: all. The subscription passes over the rest."""
    meter: Meter = field(default_factory=Meter)


def replay(logs: Logs, service: str, wanted: Mapping[str, Sequence[Range]]) -> Iterator[Event]:
    """Give the events at the wanted positions of each source's log, as `service` saw them.

    Within a source in the order of its log; between sources by the time they were recorded, so that
    what was caused comes after its cause, as it did live. Own events come as the read model that
    commits with them sees them: without a position. Others come as they were published.
    """
    sources = [
        _Source(_of_source(logs, source, service, ranges), _shown(logs, source, service))
        for source, ranges in wanted.items()
        if ranges
    ]
    return _in_order(sources)


@dataclass
class _Source:
    """One log on its way: what was read of it and not given yet."""

    batches: Iterator[list[Event]]
    shown: Callable[[list[Event]], list[Event]]
    events: list[Event] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    """For each event when it was recorded, or one before it, if that was later."""
    at: int = 0

    def read(self) -> bool:
        """Make sure that there is something to give; False at the end."""
        while self.at == len(self.events):
            batch = next(self.batches, None)
            if batch is None:
                return False
            if batch:
                last = self.times[-1] if self.times else _LONG_AGO
                recorded = (event.recorded_at or _LONG_AGO for event in batch)
                self.times = list(accumulate(recorded, max, initial=last))[1:]
                self.events, self.at = self.shown(batch), 0
        return True

    def take(self, end: int) -> tuple[list[Event], list[datetime]]:
        begin, self.at = self.at, end
        return self.events[begin:end], self.times[begin:end]


def _in_order(sources: Sequence[_Source]) -> Iterator[Event]:
    """Merge logs by time, of the same time those named first; a log keeps its own order."""
    while sources := [source for source in sources if source.read()]:
        # Nothing that is read later belongs before the end of what ends first.
        ends = [source.times[-1] for source in sources]
        upto = min(ends)
        first = ends.index(upto)
        events: list[Event] = []
        times: list[datetime] = []
        for number, source in enumerate(sources):
            find = bisect_right if number <= first else bisect_left
            found, when = source.take(find(source.times, upto, source.at))
            events += found
            times += when
        if len(sources) == 1:
            yield from events
        else:
            for place in sorted(range(len(events)), key=times.__getitem__):
                yield events[place]


def _of_source(
    logs: Logs, source: str, service: str, ranges: Sequence[Range]
) -> Iterator[list[Event]]:
    topics = None
    if source != service and logs.reads is not None:
        published = logs.publications.get(source, {})
        topics = [topic for topic, said in published.items() if said.type in logs.reads]
    return chain.from_iterable(_span(logs, source, span, topics) for span in _spans(ranges))


def _shown(logs: Logs, source: str, service: str) -> Callable[[list[Event]], list[Event]]:
    """Say how events of a log look to the service: own ones unsealed, others as published."""
    if source == service:
        return lambda events: [_unsealed(event) for event in events]
    changed = {
        topic: publication
        for topic, publication in logs.publications.get(source, {}).items()
        if publication.translate is not None or publication.type != topic
    }
    if not changed:
        return lambda events: events
    return lambda events: [
        _as_public(event, changed[event.type]) if event.type in changed else event
        for event in events
    ]


def _spans(ranges: Sequence[Range]) -> list[list[Range]]:
    """Group ranges with small gaps between them, so that each group is one reading of the log."""
    spans: list[list[Range]] = []
    for part in ranges:
        if spans and part[0] - spans[-1][-1][1] <= BRIDGE:
            spans[-1].append(part)
        else:
            spans.append([part])
    return spans


def _span(
    logs: Logs, source: str, span: Sequence[Range], topics: Collection[str] | None
) -> Iterator[list[Event]]:
    lows = [low for low, _ in span]
    behind, last = lows[0] - 1, span[-1][1]
    for batch in read_log(logs.urls[source], source, behind, last, PAGE_POSITIONS, topics):
        yield (
            batch
            if len(span) == 1
            else [
                event
                for event in batch
                if event.position <= span[bisect_right(lows, event.position) - 1][1]
            ]
        )
        logs.meter.passed += batch[-1].position - behind
        behind = batch[-1].position
    logs.meter.passed += last - behind


def _unsealed(event: Event) -> Event:
    return Event(event.source, event.type, event.stream, event.version, 0, 0, None, event.body)


def _as_public(event: Event, publication: Publication) -> Event:
    body = event.body
    if publication.translate is not None:
        data = msgspec.Raw(publication.translate(event))
        body = msgspec.structs.replace(body, data=data, v=1)
    return msgspec.structs.replace(event, type=publication.type, body=body)
