"""Reading the next batch while one takes effect: nothing of it counts before its turn."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from services.chassis.bus.consumer import Collected, Consumer
from services.chassis.bus.held import count_held
from services.chassis.bus.settling import Turn
from services.chassis.bus.subscriber import Subscriber
from tests.integration.bus.street import Effects, Street, history, in_order, running
from tests.support.waiting import wait_until

CASES, EACH = 20, 10
ALL = list(range(1, CASES * EACH + 1))


def reading_ahead(
    street: Street,
    effects: Effects,
    then: Callable[[Subscriber, int], None] = lambda subscriber, turn: None,
) -> Subscriber:
    """Make a subscriber that reads ahead in each turn, as the nameko loop does, and then `then`."""
    subscriber = street.subscriber(effects, batch=7)
    turns = 0

    def dispatch(turn: Turn) -> None:
        nonlocal turns
        turns += 1
        subscriber.read_ahead()
        then(subscriber, turns)
        turn.run(effects.on_events)

    subscriber.on_events = subscriber._settling.on_events = dispatch
    return subscriber


def told(street: Street) -> list[int]:
    return sorted(position for _, position, _ in street.effects())


def test_each_takes_effect_once_and_in_order(street: Street, effects: Effects) -> None:
    events = history(CASES, EACH)
    ahead = 0

    def look(subscriber: Subscriber, turn: int) -> None:
        nonlocal ahead
        ahead += subscriber._ahead is not None

    street.publish(events + events)
    with running(reading_ahead(street, effects, look)):
        wait_until(lambda: street.count() >= len(ALL))

    assert told(street) == ALL
    assert in_order(street.effects())
    assert ahead > 0
    assert not any(count_held(street.database("beta")).values())


def interrupted(street: Street, effects: Effects) -> None:
    """Consume until one is told to stop with a batch read ahead, and then whatever is left."""

    def stop(subscriber: Subscriber, turn: int) -> None:
        if subscriber._ahead is not None:
            subscriber.stop.set()

    street.publish(history(CASES, EACH))
    first = reading_ahead(street, effects, stop)
    first.run()
    assert 0 < street.count() < len(ALL) - 7
    second = street.subscriber(effects)
    while second.step(wait_s=1.0):
        pass
    second._close()


def test_what_was_read_ahead_comes_again_to_the_next(street: Street, effects: Effects) -> None:
    interrupted(street, effects)
    wait_until(lambda: street.count() >= len(ALL))
    assert told(street) == ALL


def test_acknowledging_what_was_only_read_would_lose_it(
    street: Street, effects: Effects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutation of the test above."""

    def everything(self: Consumer, collected: Collected) -> None:
        self._channel.basic_ack(0, multiple=True)

    monkeypatch.setattr(Consumer, "ack", everything)
    interrupted(street, effects)
    assert len(told(street)) < len(ALL)


def test_a_connection_lost_while_reading_ahead_costs_duplicates_only(
    street: Street, effects: Effects
) -> None:
    def cut(subscriber: Subscriber, turn: int) -> None:
        if turn in (2, 3, 5):
            assert subscriber._consumer is not None
            subscriber._consumer._connection.transport.sock.shutdown(socket.SHUT_RDWR)
            subscriber._ahead = None
            subscriber.read_ahead()
            assert subscriber._ahead is None

    street.publish(history(CASES, EACH))
    with running(reading_ahead(street, effects, cut)):
        wait_until(lambda: street.count() >= len(ALL), timeout=60)

    assert told(street) == ALL
    assert in_order(street.effects())
