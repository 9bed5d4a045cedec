"""Which events a read model has taken in, and those events again, as it saw them the first time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import merge
from itertools import chain
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
        _of_source(logs, source, service, ranges) for source, ranges in wanted.items() if ranges
    ]
    ordered = sources[0] if len(sources) == 1 else merge(*sources, key=_recorded)
    for event in ordered:
        yield _unsealed(event) if event.source == service else event


def _of_source(logs: Logs, source: str, service: str, ranges: Sequence[Range]) -> Iterator[Event]:
    publications = logs.publications.get(source, {})
    topics = None
    if source != service and logs.reads is not None:
        topics = [topic for topic, said in publications.items() if said.type in logs.reads]
    events = chain.from_iterable(_span(logs, source, span, topics) for span in _spans(ranges))
    return events if source == service else _published(events, publications)


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
) -> Iterator[Event]:
    lows = [low for low, _ in span]
    behind, last = lows[0] - 1, span[-1][1]
    for batch in read_log(logs.urls[source], source, behind, last, PAGE_POSITIONS, topics):
        if len(span) == 1:
            yield from batch
        else:
            for event in batch:
                if event.position <= span[bisect_right(lows, event.position) - 1][1]:
                    yield event
        logs.meter.passed += batch[-1].position - behind
        behind = batch[-1].position
    logs.meter.passed += last - behind


def _recorded(event: Event) -> datetime:
    return event.recorded_at or _LONG_AGO


def _unsealed(event: Event) -> Event:
    return Event(event.source, event.type, event.stream, event.version, 0, 0, None, event.body)


def _published(events: Iterator[Event], publications: Mapping[str, Publication]) -> Iterator[Event]:
    changed = {
        topic: publication
        for topic, publication in publications.items()
        if publication.translate is not None or publication.type != topic
    }
    if not changed:
        return events
    return (
        _as_public(event, changed[event.type]) if event.type in changed else event
        for event in events
    )


def _as_public(event: Event, publication: Publication) -> Event:
    body = event.body
    if publication.translate is not None:
        data = msgspec.Raw(publication.translate(event))
        body = msgspec.structs.replace(body, data=data, v=1)
    return msgspec.structs.replace(event, type=publication.type, body=body)
