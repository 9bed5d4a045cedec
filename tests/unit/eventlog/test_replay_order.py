"""Several logs are replayed in the order in which their events were recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import accumulate
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.events import Body, Event
from services.chassis.rebuild.replay import _in_order, _Source
from services.kernel.facts import Actor, ActorKind

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
BODY = Body(BEGAN, "x", Actor(ActorKind.SYSTEM, "test"), "c", msgspec.Raw(b"{}"))


def _event(source: int, position: int, second: int) -> Event:
    at = BEGAN + timedelta(seconds=second)
    return Event(str(source), "a.b.v1", UUID(int=0), 1, position, 0, at, BODY)


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=12), min_size=1, max_size=3), st.integers(1, 5)
)
def test_logs_are_merged_by_time_and_each_keeps_its_order(logs: list[list[int]], size: int) -> None:
    """What was recorded later and stands earlier holds back what stands behind it in its log."""
    told = [
        [_event(source, position, second) for position, second in enumerate(log)]
        for source, log in enumerate(logs)
    ]
    keyed = [
        list(zip(accumulate(log, max), [source] * len(log), events, strict=True))
        for source, (log, events) in enumerate(zip(logs, told, strict=True))
    ]
    expected = [event for _, _, event in merge(*keyed, key=lambda one: one[:2])]

    batches = [[log[at : at + size] for at in range(0, len(log), size)] for log in told]
    sources = [_Source(iter(some), lambda events: events) for some in batches]

    assert list(_in_order(sources)) == expected
