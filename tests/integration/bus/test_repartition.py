"""The number of partitions changes under load: nothing lost, doubled or reordered, no restart."""

from __future__ import annotations

import threading

import pytest

from services.chassis.bus.generation import active_generation
from services.chassis.bus.repartition import repartition
from services.chassis.errors import RuleError, UnavailableError
from tests.integration.bus.street import LISTENS, Effects, Street, event, in_order, running
from tests.support.waiting import wait_until


def change(street: Street, partitions: int, timeout_s: float = 60) -> int:
    return repartition(
        street.vhost.management_url,
        street.vhost.amqp_uri,
        street.database("beta"),
        "beta",
        partitions,
        timeout_s=timeout_s,
        listens=LISTENS,
    )


def test_partitions_change_under_load_with_two_consumers(street: Street) -> None:
    first, second = Effects(street.database("beta")), Effects(street.database("beta"))
    done = threading.Event()
    written = 0

    def load() -> None:
        nonlocal written
        version = 0
        while not done.is_set():
            version += 1
            street.write([event(f"case-{n}", version, 0) for n in range(50)])
            written += 50
            done.wait(0.02)

    loader = threading.Thread(target=load)
    with (
        running(street.subscriber(first)),
        running(street.subscriber(second)),
        running(street.relay()),
    ):
        loader.start()
        try:
            wait_until(lambda: street.count() > 200)
            assert change(street, 7) == 2
            assert change(street, 3) == 3
            before = street.count()
            wait_until(lambda: street.count() > before + 500)
        finally:
            done.set()
            loader.join()
        wait_until(lambda: street.count() >= written, timeout=60)

    rows = street.effects()
    assert sorted(position for _, position, _ in rows) == list(range(1, written + 1))
    assert in_order(rows)
    assert active_generation(street.database("beta")) == (3, 3)
    queues = {name for name in street.vhost.queues() if name.startswith("beta.g")}
    assert queues == {"beta.g3.p0", "beta.g3.p1", "beta.g3.p2"}


def test_a_change_nobody_drains_fails_and_goes_on_when_repeated(street: Street) -> None:
    effects = Effects(street.database("beta"))
    with running(street.subscriber(effects)):
        wait_until(lambda: active_generation(street.database("beta")) == (1, 4))

    with pytest.raises(UnavailableError, match="run this again"):
        change(street, 2, timeout_s=0.5)
    with pytest.raises(RuleError, match="on its way to 2 partitions"):
        change(street, 5)

    street.publish([event("a", 1, 1)])
    with running(street.subscriber(effects)):
        assert change(street, 2) == 2
        street.publish([event("b", 1, 2)])
        wait_until(lambda: street.count() == 2)
    assert change(street, 2) == 2
