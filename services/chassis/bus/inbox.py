"""Exactly once, in order per case: what of a batch may take effect now, and what must wait."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from services.chassis.bus.delivery import Item, Refused
from services.chassis.eventlog.database import Database
from services.chassis.projection import Change


class Work(Protocol):
    """The part of `UnitOfWork` the bus uses."""

    def change(self, *changes: Change) -> None: ...

    def received(self, source: str, positions: Iterable[int]) -> None: ...


class OpensWork(Protocol):
    """Opens a unit of work that commits at exit: `Application.unit_of_work`."""

    def __call__(self) -> AbstractContextManager[Work]: ...


class Ranges:
    """A set of positions: sorted, disjoint, half-open ranges, as PostgreSQL writes a multirange."""

    def __init__(self, text: str = "{}") -> None:
        self._lower: list[int] = []
        self._upper: list[int] = []
        for part in text.strip("{}").split("),"):
            low, _, high = part.strip("[)").partition(",")
            if low:
                self._lower.append(int(low))
                self._upper.append(int(high))

    def __contains__(self, position: int) -> bool:
        place = bisect_right(self._lower, position) - 1
        return place >= 0 and position < self._upper[place]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that must wait, and why: `behind` another of its case, or before a `gap`."""

    item: Item
    reason: str


@dataclass
class Plan:
    """What to do with one batch."""

    accepted: list[Item] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    duplicates: int = 0
    wake: list[tuple[str, str]] = field(default_factory=list)
    """Cases with messages that were held before their predecessor came; look at them again."""


@dataclass
class Known:
    """What the database knows about the cases and positions of a batch."""

    done: dict[str, Ranges] = field(default_factory=dict)
    held: dict[tuple[str, str], list[int | None]] = field(default_factory=dict)
    """Positions held per (source, subject); None where the position is unknown."""


_ASK = """
SELECT i.source, NULL, (i.done * int8multirange(int8range(b.low, b.high, '[]')))::text, NULL::bigint
FROM unnest(%(sources)s::text[], %(lows)s::bigint[], %(highs)s::bigint[]) AS b(source, low, high)
JOIN inbox i ON i.source = b.source
UNION ALL
SELECT h.source, h.subject, NULL, h.position
FROM (SELECT DISTINCT * FROM unnest(%(case_sources)s::text[], %(subjects)s::text[])
      AS c(source, subject)) AS c
JOIN held h ON h.source = c.source AND h.subject = c.subject
WHERE h.state <> 'discarded' AND h.id <> %(but)s AND NOT starts_with(h.reason, 'awaits_')
"""


def ask(database: Database, items: Sequence[Item | Refused], but: int = 0) -> Known:
    """Read in one round trip what is done and what is held around these items.

    Args:
        but: id of a held message to leave out: the one being tried again.
    """
    window: dict[str, tuple[int, int]] = {}
    cases = set()
    for item in items:
        if item.subject:
            cases.add((item.source, item.subject))
        if item.position is not None:
            low, high = window.get(item.source, (item.position, item.position))
            first = item.previous or item.position
            window[item.source] = (min(low, first, item.position), max(high, item.position))
    rows = database.read(
        _ASK,
        {
            "sources": list(window),
            "lows": [low for low, _ in window.values()],
            "highs": [high for _, high in window.values()],
            "case_sources": [source for source, _ in cases],
            "subjects": [subject for _, subject in cases],
            "but": but,
        },
    )
    known = Known()
    for source, subject, done, position in rows:
        if subject is None:
            known.done[source] = Ranges(done)
        else:
            known.held.setdefault((source, subject), []).append(position)
    return known


def plan(items: Sequence[Item | Refused], known: Known) -> Plan:
    """Decide for each message of a batch. Pure.

    Events of one source are taken in the order of their positions, so a disorder inside a batch
    costs nothing; records from outside in the order they came.
    """
    made = Plan()
    seen: dict[str, set[int]] = defaultdict(set)
    blocked: dict[tuple[str, str], int] = {}
    none = Ranges()
    for item in _in_order(items):
        case = (item.source, item.subject)
        position = item.position
        held = known.held.get(case, ()) if item.subject else ()
        if position is not None:
            done = known.done.get(item.source, none)
            if position in done or position in seen[item.source] or position in held:
                made.duplicates += 1
                continue
            seen[item.source].add(position)
        if isinstance(item, Refused):
            made.refused.append(item)
            _block(blocked, case, position)
            continue
        if item.subject and _is_behind(position, held, blocked.get(case)):
            made.waiting.append(Waiting(item, "behind"))
            continue
        if item.previous and item.previous not in done and item.previous not in seen[item.source]:
            made.waiting.append(Waiting(item, "gap"))
            _block(blocked, case, position)
            continue
        made.accepted.append(item)
        if held:
            made.wake.append(case)
    return made


def _in_order(items: Sequence[Item | Refused]) -> list[Item | Refused]:
    placed = [item for item in items if item.position is not None]
    placed.sort(key=lambda item: item.position or 0)
    return [item for item in items if item.position is None] + placed


def _block(
    blocked: dict[tuple[str, str], int], case: tuple[str, str], position: int | None
) -> None:
    if case[1]:
        blocked.setdefault(case, -1 if position is None else position)


def _is_behind(position: int | None, held: Sequence[int | None], blocked: int | None) -> bool:
    """Say whether an earlier message of the case is held, in the database or in this batch."""
    if blocked is not None:
        return True
    if position is None:
        return bool(held)
    return any(other is None or other < position for other in held)
