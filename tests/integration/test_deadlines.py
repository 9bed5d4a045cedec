"""The table of deadlines: failures keep to themselves, are tried again, parked and shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from deploy.local.servers import Endpoints
from services.chassis.deadlines import Due, table
from services.chassis.deadlines.firing import Clockwork
from services.chassis.errors import NotFoundError
from services.chassis.metrics import Metrics
from tests.chaos.deadline_ground import Ground, fresh_ground
from tests.support.house import House
from tests.support.waiting import wait_until

NO_WAIT = (0.0, 0.0)


@pytest.fixture
def ground(servers: Endpoints) -> Iterator[Ground]:
    with fresh_ground(servers.database_url) as built:
        yield built


def fails_for(ground: Ground, *keys: str) -> Clockwork:
    """Give a loop whose handler fails for these keys, after it has had an effect."""

    def handler(due: Due) -> None:
        ground.note(due)
        if due.key in keys:
            raise ValueError("secret")

    metrics = Metrics("intake")
    return Clockwork(ground.application, lambda turn: turn.run(handler), metrics, backoff_s=NO_WAIT)


def counter(work: Clockwork, name: str) -> float | None:
    assert work.metrics is not None
    labels = {"banjian_service": "intake"}
    return work.metrics.registry.get_sample_value(f"banjian_deadlines_{name}_total", labels)


def test_failing_handler_is_tried_again_then_parked_and_blocks_nobody(ground: Ground) -> None:
    ground.set(10, "-1 minute")
    work = fails_for(ground, "3", "7")

    work.step()

    assert ground.fired() == ["1", "10", "2", "4", "5", "6", "8", "9"]
    assert (counter(work, "fired"), counter(work, "failed")) == (8, 2)
    for _ in NO_WAIT:
        work.step()
    database = ground.application.database
    parked = table.list_deadlines(database, state="parked")
    assert [(row.key, row.attempts, row.error) for row in parked] == [
        ("3", 3, "ValueError"),
        ("7", 3, "ValueError"),
    ]
    counted = table.count_deadlines(database)
    assert (counted.pending, counted.parked, counted.overdue_s > 59) == (0, 2, True)
    assert work.step() > 0
    assert len(ground.fired()) == 8

    table.retry(database, "k", "7")
    ground.clockwork().step()

    assert "7" in ground.fired()
    with pytest.raises(NotFoundError):
        table.retry(database, "k", "7")


def test_one_that_kills_its_process_goes_alone_and_is_parked(ground: Ground) -> None:
    ground.set(2, "-1 minute")
    ground.rows("UPDATE trial.deadlines SET attempts = 3 WHERE key = '1'")

    fails_for(ground).step()

    assert ground.fired() == ["2"]
    [row] = table.list_deadlines(ground.application.database)
    assert (row.key, row.state) == ("1", "parked")


def test_what_has_fired_at_this_moment_does_not_fire_again(ground: Ground) -> None:
    ground.set(1, "-1 minute")
    [row] = table.list_deadlines(ground.application.database)
    ground.clockwork().step()
    ground.application.change(table.set_deadline("k", "1", row.due_at))

    ground.clockwork().step()

    assert ground.fired() == ["1"]
    assert table.list_deadlines(ground.application.database) == []


def test_loop_sleeps_until_the_next_one_and_no_longer_than_a_second(ground: Ground) -> None:
    assert ground.clockwork().step() == 1.0
    ground.set(1, "300 milliseconds")
    assert 0 < ground.clockwork().step() <= 0.3


def test_operator_sees_a_failed_deadline_of_a_case_and_tries_it_again(house: House) -> None:
    ground = Ground(house.database_url, house.database_url_of("intake"))
    ground.rows(
        "INSERT INTO intake.deadlines (kind, key, due_at, try_at, state, attempts, error)"
        " VALUES ('promised_breach', 'case-1', %s, now(), 'parked', 6, 'ValueError')",
        datetime(2020, 10, 30, tzinfo=UTC),
    )

    [listed] = json.loads(house.banjian("deadlines", "list", "intake", "--json"))
    assert (listed["key"], listed["state"], listed["attempts"]) == ("case-1", "parked", 6)
    assert "ValueError" in house.banjian("deadlines", "list", "intake", "--state", "parked")
    house.banjian("deadlines", "retry", "intake", "promised_breach", "case-1")

    with house.serve("intake"):
        left = "SELECT count(*) FROM intake.deadlines"
        wait_until(lambda: ground.rows(left) == [(0,)], 20)
    ground.application.database.close()
