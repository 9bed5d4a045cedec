"""When the sealer looks again."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest

from services.chassis.bus.sealing import BACKOFF_S, IDLE_S, ROUND_S, Sealing
from services.chassis.errors import UnavailableError
from services.chassis.eventlog.sealer import AT_ONCE, Sealer


class Paused(threading.Event):
    """Ends the sealing after so many looks, and keeps the pauses between them."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout or 0.0)
        return self.is_set()


def pauses(found: Iterable[int | None]) -> list[float]:
    """Give the pauses of a sealing whose looks find so many events; None: the database is away."""
    looks = iter(found)

    class Scripted(Sealer):
        def __init__(self) -> None:
            pass

        def seal(self, limit: int = AT_ONCE) -> int:
            sealed = next(looks, -1)
            if sealed is None:
                raise UnavailableError("away")
            if sealed < 0:
                paused.set()
                return AT_ONCE  # no pause of its own
            return sealed

    sealing, paused = Sealing(Scripted()), Paused()
    sealing._ended = paused
    with sealing:
        sealing._thread.join(10)
    return paused.pauses


def test_a_log_whose_end_was_reached_is_left_alone_for_a_round() -> None:
    assert pauses([1, 2, AT_ONCE - 1]) == [ROUND_S] * 3


def test_more_to_seal_is_sealed_without_a_pause() -> None:
    assert pauses([AT_ONCE, AT_ONCE, 1]) == [ROUND_S]


def test_an_idle_log_is_looked_at_ever_less_often() -> None:
    waited = pauses([0] * 20)
    assert waited[0] == IDLE_S[0] and waited[-1] == IDLE_S[1] < ROUND_S
    assert waited == sorted(waited)


def test_after_a_seal_the_log_is_looked_at_often_again() -> None:
    assert pauses([*[0] * 20, 1, 0])[-2:] == [ROUND_S, IDLE_S[0]]


def test_trouble_is_met_with_longer_and_longer_pauses() -> None:
    waited = pauses([None] * 10)
    assert waited[0] == pytest.approx(BACKOFF_S[0]) and waited[-1] == BACKOFF_S[1]
