"""Statements that come again are prepared once a connection, and mean the same as before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from services.chassis.eventlog.database import Database
from services.chassis.eventlog.plans import AFTER
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.projection import Change, Insert, Statement

NOON = datetime(2020, 9, 25, 12, tzinfo=UTC)
MOVE = "UPDATE plan.thing SET number = %s, at = greatest(at, %s), words = %s WHERE key = %s"
PREPARED = "SELECT statement FROM pg_prepared_statements WHERE name LIKE 'plan%%'"


@pytest.fixture
def pool(database: str, log: Database, log_url: str) -> Iterator[Database]:
    """One connection, so that what is prepared can be looked at."""
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE SCHEMA plan; CREATE TABLE plan.thing"
            " (key text, number bigint, at timestamptz, words text[]);"
            " GRANT USAGE ON SCHEMA plan TO banjian_trial; GRANT ALL ON plan.thing TO banjian_trial"
        )
    connection.close()
    one = Database(log_url, maximum=1)
    yield one
    one.close()


def write(pool: Database, *changes: Change) -> None:
    work = UnitOfWork(pool)
    work.change(*changes)
    work.commit()


def test_values_mean_the_same_before_and_after_it_is_prepared(pool: Database) -> None:
    write(pool, Insert("plan.thing", ("a", 0, NOON, [])))
    for turn in range(1, AFTER + 4):
        at = NOON + timedelta(minutes=turn)
        words = [f"第{turn}次 '%s' %%", 'a"b'] if turn % 2 else []
        given = (turn, at.isoformat() if turn % 2 else at, words, "a")
        write(pool, Statement(MOVE, given))
        assert pool.read("SELECT number, at, words FROM plan.thing") == [(turn, at, words)]
    write(pool, Statement(MOVE, (None, None, None, "a")))

    assert pool.read("SELECT number, words FROM plan.thing") == [(None, None)]
    [(statement,)] = pool.read(PREPARED)
    assert "greatest(at, $2)" in statement


def test_rows_are_prepared_for_any_number_of_them(pool: Database) -> None:
    for turn in range(AFTER + 3):
        write(
            pool, *[Insert("plan.thing", (f"{turn}-{n}", n, None, None)) for n in range(turn + 1)]
        )

    total = sum(range(1, AFTER + 4))
    assert pool.read("SELECT count(*), count(DISTINCT key) FROM plan.thing") == [(total, total)]
    assert len(pool.read(PREPARED)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO plan.thing (key) SELECT format('%%s', %s) WHERE %s IS NOT NULL",
        "INSERT INTO plan.thing (key) VALUES (%s); SELECT %s",
    ],
    ids=["type-known-from-the-value-only", "several-statements"],
)
def test_what_cannot_be_prepared_goes_as_it_did(pool: Database, text: str) -> None:
    for _ in range(AFTER + 3):
        write(pool, Statement(text, ("a", 1)))

    assert pool.read("SELECT count(*) FROM plan.thing") == [(AFTER + 3,)]
    assert not [s for (s,) in pool.read(PREPARED) if ";" in s]


def test_a_schema_made_anew_under_the_same_name_is_the_one_written_to(
    database: str, pool: Database
) -> None:
    """As a rebuild does: the old read model moves away, the new one takes its name."""
    for _ in range(AFTER + 2):
        write(pool, Insert("plan.thing", ("old", 1, None, None)))
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "ALTER SCHEMA plan RENAME TO plan_old; CREATE SCHEMA plan;"
            " CREATE TABLE plan.thing (LIKE plan_old.thing);"
            " GRANT USAGE ON SCHEMA plan TO banjian_trial; GRANT ALL ON plan.thing TO banjian_trial"
        )
    connection.close()

    write(pool, Insert("plan.thing", ("new", 1, None, None)))

    assert pool.read("SELECT key FROM plan.thing") == [("new",)]
