"""A small year through the whole way: lived, copied, sealed, rebuilt, and counted as planned."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import pytest

import contracts
from deploy.year.load import Loaded, load, refuse_unless_alone
from deploy.year.outcome import compare
from deploy.year.plan import Plan, plan
from services.chassis.errors import ConflictError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.mapper import fact_of
from services.chassis.eventlog.merkle import event_leaf
from services.chassis.names import SERVICES
from tests.integration.rebuild_logs import rebuild_of, rows
from tests.support.house import House

SCALE = 0.002
EACH = 12
"""So many events of a type are held against their contract."""


@pytest.fixture(scope="module")
def year(module_house: House) -> Iterator[tuple[House, Plan, Loaded]]:
    made = plan(SCALE)
    urls = {service: module_house.database_url_of(service) for service in SERVICES}
    loaded = load(made, module_house.database_url, urls, workers=1)
    yield module_house, made, loaded


@pytest.mark.timeout(300)
def test_disclosure_counts_what_was_planned(year: tuple[House, Plan, Loaded]) -> None:
    house, made, loaded = year
    outcome = rebuild_of(house, "disclosure")
    assert outcome.switched and outcome.positions["intake"] == loaded.events["intake"]

    found = list(compare(made, house.database_url_of("disclosure")))
    assert [
        (one.target.figure, one.counted, one.target.planned) for one in found if not one.equal
    ] == []


def test_every_log_is_sealed_as_ever(year: tuple[House, Plan, Loaded]) -> None:
    house, _, loaded = year
    for service in SERVICES:
        stored = rows(
            house,
            "SELECT l.position, l.previous, l.leaf, e.stream, e.version, e.topic, e.recorded_at,"
            f" e.state FROM {service}.ledger l JOIN {service}.events e USING (xid, id)"
            " ORDER BY l.position",
        )
        assert len(stored) == loaded.events[service] > 0
        before: dict[str, tuple[int, int]] = {}
        recorded = None
        for place, (position, previous, leaf, stream, version, topic, at, state) in enumerate(
            stored
        ):
            assert position == place + 1
            assert (previous, version - 1) == before.get(stream, (0, 0))
            before[stream] = (position, version)
            assert recorded is None or at >= recorded
            recorded = at
            assert bytes(leaf) == event_leaf(UUID(str(stream)), version, topic, at, bytes(state))


def test_every_kind_of_event_keeps_its_contract(year: tuple[House, Plan, Loaded]) -> None:
    house, _, _ = year
    seen: Counter[str] = Counter()
    for service in SERVICES:
        for topic, stream, version, state in rows(
            house,
            "SELECT topic, stream, version, state FROM (SELECT *, row_number() OVER"
            f" (PARTITION BY topic ORDER BY xid, id) AS n FROM {service}.events) AS e"
            f" WHERE n <= {EACH}",
        ):
            body = json.loads(bytes(state))
            contracts.validate(topic, body["data"])
            fact = fact_of(UUID(str(stream)), version, topic, bytes(state))
            assert fact.facts.correlation_id and fact.facts.subject
            seen[topic] += 1
    assert len(seen) > 90


def test_what_follows_names_its_cause_and_what_came_before_it(
    year: tuple[House, Plan, Loaded],
) -> None:
    house, _, _ = year
    causes = rows(
        house,
        "SELECT e.topic, c.topic, e.recorded_at > c.recorded_at,"
        " e.state->>'correlation_id' = c.state->>'correlation_id'"
        " FROM (SELECT topic, recorded_at, convert_from(state, 'UTF8')::jsonb AS state"
        "       FROM approval.events WHERE topic = 'approval.task-created.v1') AS e"
        " LEFT JOIN (SELECT stream || '/' || version AS id, topic, recorded_at,"
        "       convert_from(state, 'UTF8')::jsonb AS state FROM intake.events) AS c"
        " ON c.id = e.state->>'causation_id'",
    )
    assert causes
    assert {(cause, later, same) for _, cause, later, same in causes} <= {
        ("intake.case-accepted.v1", True, True),
        ("intake.project-opened.v1", True, True),
    }


def test_nothing_of_it_is_news(year: tuple[House, Plan, Loaded]) -> None:
    house, _, loaded = year
    for service in SERVICES:
        assert rows(house, f"SELECT position FROM {service}.relay") == [(loaded.events[service],)]
    heard = rows(house, "SELECT source, done::text FROM disclosure.inbox ORDER BY source")
    assert heard == [
        (source, f"{{[1,{loaded.events[source] + 1})}}")
        for source in ("approval", "catalog", "intake")
    ]


def test_somebody_at_work_is_refused(year: tuple[House, Plan, Loaded]) -> None:
    house, _, _ = year
    urls = {service: house.database_url_of(service) for service in SERVICES}
    refuse_unless_alone(house.database_url, urls)
    database = Database(urls["intake"])
    database.read("SELECT 1")
    with pytest.raises(ConflictError, match="banjian_intake: stop the services"):
        refuse_unless_alone(house.database_url, urls)
    database.close()


def test_a_log_that_is_not_empty_is_refused(year: tuple[House, Plan, Loaded]) -> None:
    house, made, _ = year
    urls = {service: house.database_url_of(service) for service in SERVICES}
    with pytest.raises(ConflictError, match="catalog, intake, approval, disclosure, notify"):
        load(made, house.database_url, urls)
    database = Database(house.database_url_of("intake"))
    assert database.read("SELECT count(*) FROM commands")[0][0] == 0
    database.close()
