"""The ledger: gap-free, one leaf an event, the same hash in SQL and in Python."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg2
import pytest

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.merkle import event_leaf
from services.chassis.eventlog.reader import lag, position_of, read_log, tail, tip
from services.chassis.eventlog.sealer import Sealer
from tests.integration.eventlog.domain import Counters, facts, stream

ODD = [
    b"",
    b"\x00",
    b"\xff\x00'\\",
    "办件 🐈".encode(),
    b"{}",
    b"x" * 3_000_000,
]


def seal_all(log: Database) -> None:
    while lag(log, "trial").unsealed:
        Sealer(log, "trial").seal()


@pytest.mark.parametrize("topic", ["", "t", "办件.已受理.v1", "x" * 300])
def test_python_and_sql_agree_on_every_leaf(log: Database, topic: str) -> None:
    for state in ODD:
        log.run(
            "INSERT INTO events (stream, version, topic, state) VALUES (%s, %s, %s, %s)",
            (uuid4(), 2_147_483_647, topic, state),
        )
    seal_all(log)
    rows = log.run(
        "SELECT e.stream, e.version, e.topic, e.recorded_at, e.state, l.leaf"
        " FROM ledger l JOIN events e USING (xid, id)"
    )
    assert len(rows) == len(ODD)
    for own, version, name, recorded_at, state, leaf in rows:
        assert event_leaf(own, version, name, recorded_at, bytes(state)) == bytes(leaf)


@pytest.mark.parametrize(
    "moment", ["1970-01-01T00:00:00Z", "1999-12-31T23:59:59.999999Z", "2026-11-22T10:00:00.000001Z"]
)
def test_they_agree_on_microseconds_before_and_after_2000(
    log: Database, database: str, moment: str
) -> None:
    admin = psycopg2.connect(database)
    with admin, admin.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trial.events (stream, version, topic, state, recorded_at)"
            " VALUES (%s, 1, 't', 's', %s)",
            (str(uuid4()), moment),
        )
    admin.close()
    seal_all(log)
    own, recorded_at, leaf = log.run(
        "SELECT stream, recorded_at, leaf FROM ledger JOIN events USING (xid, id)"
    )[0]
    assert event_leaf(own, 1, "t", recorded_at, b"s") == bytes(leaf)


def test_concurrent_sealers_leave_no_gap_and_no_double(log: Database) -> None:
    counters = Counters(log)
    with ThreadPoolExecutor(8) as pool:
        writing = [
            pool.submit(lambda n=n: [counters.count(facts(), f"{n}-{i % 3}") for i in range(30)])
            for n in range(4)
        ]
        sealing = [
            pool.submit(lambda: [Sealer(log, "trial").seal(7) for _ in range(60)]) for _ in range(4)
        ]
        for job in [*writing, *sealing]:
            job.result()
    seal_all(log)
    rows = log.run("SELECT position FROM ledger ORDER BY position")
    assert [row[0] for row in rows] == list(range(1, 121))
    assert log.run("SELECT count(*) FROM events JOIN ledger USING (xid, id)")[0][0] == 120


def test_previous_is_the_position_of_the_streams_event_before(log: Database, log_url: str) -> None:
    counters = Counters(log)
    for name in ["a", "b", "a", "c", "b", "a"]:
        counters.count(facts(), name)
        if name == "c":
            seal_all(log)
    seal_all(log)
    found = [
        (event.position, event.previous, event.stream)
        for batch in read_log(log_url, "trial", batch=2)
        for event in batch
    ]
    a, b, c = stream("a"), stream("b"), stream("c")
    assert found == [(1, 0, a), (2, 0, b), (3, 1, a), (4, 0, c), (5, 2, b), (6, 3, a)]


def test_every_way_of_reading_gives_the_same_events(log: Database, log_url: str) -> None:
    counters = Counters(log)
    for number in range(10):
        counters.count(facts(subject=f"办件-{number}"), "办件", note="n" * number)
    seal_all(log)
    copied = [event for batch in read_log(log_url, "trial", batch=3) for event in batch]
    assert copied == tail(log, "trial", 0, 100)
    assert copied == counters.events_of(stream("办件"))
    assert [e.position for b in read_log(log_url, "trial", 2, 5) for e in b] == [3, 4, 5]
    assert tip(log, "trial") == 10
    assert position_of(log, "trial", stream("办件"), 4) == 4
    assert position_of(log, "trial", stream("办件"), 11) == 0
