"""How many confirms a publisher leaves outstanding: more while they come quickly, less when not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from services.chassis.bus import publisher
from services.chassis.bus.publisher import (
    FIRST_WINDOW,
    LEAST_WINDOW,
    QUICK_S,
    SLOW_S,
    WINDOW,
    Publisher,
    next_window,
)

QUICK, STEADY, SLOW = 0.1, 0.6, 1.5
"""Seconds of an answer. What it confirms has waited for the answer before it too: twice as long."""


class Broker:
    """A connection whose broker takes so long to confirm the older half of what is under way."""

    frame_max = 131_072

    def __init__(self, answer_s: float) -> None:
        self.answer_s = answer_s
        self.now = 1000.0
        self.asked: list[int] = []
        """How much was under way each time somebody waited for confirms."""
        self.most = WINDOW
        """Confirmed by one answer."""
        self.sent = 0
        self.confirmed = 0
        self.bytes_sent = 0
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)
        self.channel_id = 1
        self.sock = self.transport = self

    def channel(self) -> Broker:
        return self

    def confirm_select(self) -> None:
        """Every publisher asks for confirms."""

    def settimeout(self, timeout_s: float) -> None:
        """Nothing here takes real time."""

    def write(self, data: bytes) -> None:
        self.sent += data.count(b"one message")

    def drain_events(self, timeout: float) -> None:
        under_way = self.sent - self.confirmed
        self.asked.append(under_way)
        self.now += self.answer_s
        self.confirmed += min((under_way + 1) // 2, self.most)
        for heard in self.events["basic_ack"]:
            heard(self.confirmed, True)


class Street:
    """A publisher at a broker that takes `answer_s` for each answer."""

    def __init__(self, patched: pytest.MonkeyPatch, answer_s: float, window: int = WINDOW) -> None:
        self.broker = Broker(answer_s)
        patched.setattr(publisher, "open_connection", lambda *_, **__: self.broker)
        patched.setattr(publisher, "time", SimpleNamespace(monotonic=lambda: self.broker.now))
        self.publisher = Publisher("amqp://shop@nowhere/", confirm_timeout_s=60.0, window=window)
        self.left: list[tuple[int, int]] = []
        """Unconfirmed after each message, and the window then."""

    def windows(self, times: int) -> list[int]:
        """Publish until it has waited so often more; give how much was under way each time."""
        begun = len(self.broker.asked)
        for _ in range(times * WINDOW):
            if len(self.broker.asked) >= begun + times:
                break
            self.publisher.publish(
                "alpha.events", "a.b", b"one message", partition_key="p", content_type="text/plain"
            )
            self.left.append((self.publisher.unconfirmed, self.publisher.window))
        return self.broker.asked[begun : begun + times]


def test_the_window_grows_to_its_most_and_not_past_it_while_confirms_are_quick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    street = Street(monkeypatch, QUICK)
    assert street.windows(6) == [FIRST_WINDOW, 1000, 2000, WINDOW, WINDOW, WINDOW]


def test_the_window_stays_when_confirms_are_neither_quick_nor_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    street = Street(monkeypatch, STEADY)
    assert street.windows(5) == [FIRST_WINDOW] * 5


def test_the_window_shrinks_to_its_least_and_not_below_it_when_confirms_are_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    street = Street(monkeypatch, SLOW)
    windows = street.windows(16)
    assert windows == sorted(windows, reverse=True)
    assert windows[0] == FIRST_WINDOW
    assert windows[-4:] == [LEAST_WINDOW] * 4


def test_a_window_that_shrank_grows_again_when_the_broker_recovers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    street = Street(monkeypatch, SLOW)
    assert street.windows(16)[-1] == LEAST_WINDOW
    street.broker.answer_s = QUICK
    windows = street.windows(12)
    assert windows == sorted(windows)
    assert windows[-3:] == [WINDOW] * 3


def test_a_full_window_waits_for_its_older_half_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    street = Street(monkeypatch, 0.01)
    street.broker.most = 10
    street.windows(1)
    assert street.left[-2:] == [(FIRST_WINDOW - 1, FIRST_WINDOW), (FIRST_WINDOW // 2, 1000)]


@pytest.mark.parametrize("window", [1, 2, 30, 75, 700, WINDOW])
def test_never_more_is_under_way_than_the_window(
    window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = Street(monkeypatch, QUICK, window=window)
    for answer_s in (QUICK, STEADY, SLOW, QUICK, SLOW):
        street.broker.answer_s = answer_s
        street.windows(12)
    assert max(street.broker.asked) == window
    assert [one for one in street.left if one[0] >= one[1]] == []
    street.publisher.confirm()
    assert street.publisher.unconfirmed == 0
    assert street.broker.sent == street.broker.confirmed == len(street.left)


@pytest.mark.parametrize(
    ("took_s", "dared", "most", "then"),
    [
        (QUICK_S - 0.01, 500, 4000, 1000),
        (QUICK_S, 500, 4000, 500),
        (SLOW_S, 500, 4000, 500),
        (SLOW_S + 0.01, 500, 4000, 250),
        (0.0, 2500, 4000, 4000),
        (0.0, 4000, 4000, 4000),
        (9.0, 75, 4000, LEAST_WINDOW),
        (9.0, LEAST_WINDOW, 4000, LEAST_WINDOW),
        (9.0, 10, 10, 10),
    ],
)
def test_the_next_window_at_its_borders(took_s: float, dared: int, most: int, then: int) -> None:
    assert next_window(dared, took_s, most) == then
