"""Waiting until a feed is through: only a quiet house with nothing under way counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from deploy.feed import arrival
from deploy.feed.arrival import Look, wait_until_through
from services.chassis.errors import UnavailableError

BEFORE = Look(handled=100, positions={"intake": 5}, arrived={"intake": 5})
DONE = replace(BEFORE, handled=110, positions={"intake": 15}, arrived={"intake": 15})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrival, "LOOK_EVERY_S", 0.0)


def looks(*seen: Look | Exception) -> Callable[[], Look]:
    waiting = list(seen)

    def look() -> Look:
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(found, Exception):
            raise found
        return found

    return look


@pytest.mark.parametrize(
    "unfinished",
    [
        replace(DONE, queued=1),
        replace(DONE, unsent=1),
        replace(DONE, waiting=1),
        replace(DONE, arrived={"intake": 14}),
        replace(DONE, handled=109),
    ],
)
def test_house_with_work_left_is_not_through(unfinished: Look) -> None:
    with pytest.raises(UnavailableError, match="Nothing has moved"):
        wait_until_through(looks(unfinished), BEFORE, 10, stuck_after_s=0.05)


def test_quiet_house_is_through() -> None:
    half = replace(DONE, queued=3)

    assert wait_until_through(looks(BEFORE, half, DONE), BEFORE, 10) == DONE


def test_restarted_intake_counts_from_zero_and_is_believed_when_quiet() -> None:
    restarted = replace(DONE, handled=2)

    assert wait_until_through(looks(restarted), BEFORE, 10) == restarted


def test_process_that_is_away_for_a_while_is_awaited() -> None:
    away = UnavailableError("intake does not answer")

    assert wait_until_through(looks(away, away, DONE), BEFORE, 10) == DONE


def test_process_that_stays_away_ends_the_waiting() -> None:
    with pytest.raises(UnavailableError, match="intake"):
        wait_until_through(looks(UnavailableError("intake")), BEFORE, 10, stuck_after_s=0.05)
