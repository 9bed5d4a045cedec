"""Names of prepared statements: no two texts share one, whoever asks at the same moment."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.chassis.eventlog.plans import AFTER, MOST, Plans

THREADS = 8
TEXTS = MOST - THREADS


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads take turns after every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def named(plans: Plans, ready: threading.Barrier, first: int) -> set[tuple[str, str]]:
    """Ask for a share of the texts until each has a name; give the names."""
    ready.wait()
    texts = [f"SELECT {number}" for number in range(first, TEXTS, THREADS)]
    asked = (plans._plan(text) for text in texts for _ in range(AFTER + 1))
    return {plan for plan in asked if plan is not None}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("turn", range(20))
def test_threads_never_give_two_texts_one_name(turn: int) -> None:
    plans, ready = Plans(), threading.Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [pool.submit(named, plans, ready, first) for first in range(THREADS)]
        found = set.union(*(job.result() for job in jobs))

    assert len({name for name, _ in found}) == len(found) == TEXTS
