"""Rows written as JSON arrive as the same rows written value by value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import psycopg2
import pytest
from psycopg2.extras import Json

from services.chassis.errors import BanjianError
from services.chassis.eventlog.database import Database
from services.chassis.eventlog.rows import shape_of
from services.chassis.eventlog.unit_of_work import UnitOfWork
from services.chassis.projection import Change, Insert, Statement, Update

ROW = (
    7,
    "引号 ' \" \\ 和 %s",
    True,
    datetime(2020, 9, 25, 17, 30, 0, 123456, timezone(timedelta(hours=8))),
    date(2020, 9, 27),
    Decimal("1234567890.05"),
    UUID("6f0bd2e1-6f0c-5d0e-9a53-5f3d5a3a6d10"),
    ["一", "二"],
    '{"名": [1, null]}',
    None,
)
COLUMNS = """
    number bigint, said text, yes boolean, at timestamptz, day date, amount numeric(16, 2), id uuid,
    words text[], said_json jsonb, nothing text, later text DEFAULT 'default'
"""


@pytest.fixture
def table(database: str, log: Database) -> Iterator[Database]:
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            f"CREATE SCHEMA odd; CREATE TABLE odd.rows ({COLUMNS});"
            ' CREATE TABLE odd.raw ("order" integer, body bytea);'
            " CREATE TABLE odd.plain (key text, turn integer, said jsonb, code text UNIQUE,"
            " PRIMARY KEY (key, turn));"
            " CREATE UNIQUE INDEX some_plain ON odd.plain (said) WHERE turn > 9;"
            " CREATE TABLE odd.simple (key text PRIMARY KEY, said jsonb, code text UNIQUE);"
            " CREATE TABLE odd.referring (key text PRIMARY KEY REFERENCES odd.simple);"
            " CREATE TABLE odd.alone (key text PRIMARY KEY, said jsonb, number integer);"
            " GRANT USAGE ON SCHEMA odd TO banjian_trial;"
            " GRANT ALL ON ALL TABLES IN SCHEMA odd TO banjian_trial"
        )
    connection.close()
    yield log


def written(pool: Database, *changes: Change) -> None:
    work = UnitOfWork(pool)
    work.change(*changes)
    work.commit()


def test_every_kind_of_value_arrives_as_it_would_by_itself(table: Database) -> None:
    written(table, Insert("odd.rows", ROW), Insert("odd.rows", (8, *[None] * 9)))

    first, second = table.read("SELECT * FROM odd.rows ORDER BY number")

    assert first == (*ROW[:8], {"名": [1, None]}, None, "default")
    assert second == (8, *[None] * 9, "default")


def test_json_may_come_adapted(table: Database) -> None:
    written(table, Insert("odd.rows", (*ROW[:8], Json({"a": "b"}))))

    assert table.read("SELECT said_json FROM odd.rows") == [({"a": "b"},)]


def test_bytes_arrive_too(table: Database) -> None:
    written(table, Insert("odd.raw", (1, b"\x00\xff")), Insert("odd.raw", (2, b"")))

    assert [(n, bytes(b)) for n, b in table.read('SELECT * FROM odd.raw ORDER BY "order"')] == [
        (1, b"\x00\xff"),
        (2, b""),
    ]


def test_what_json_holds_is_the_same_in_a_row_and_in_an_update(table: Database) -> None:
    told = [Json({"a": 1}), Json("text"), Json(None), '{"a": [2]}', None]
    for number, said in enumerate(told):
        written(table, Insert("odd.alone", (f"{number}", None, 0)))
        written(table, Update("odd.alone", {"key": f"{number}"}, {"said": said}))
        folded = Update("odd.alone", {"key": f"{number} folded"}, {"said": said})
        written(table, Insert("odd.alone", (f"{number} folded", None, 0)), folded)

    rows = table.read("SELECT said::text FROM odd.alone ORDER BY key")
    assert rows[::2] == rows[1::2]
    assert rows[::2] == [('{"a": 1}',), ('"text"',), ("null",), ('{"a": [2]}',), (None,)]


def test_row_and_its_update_are_one_write(table: Database) -> None:
    move = Update("odd.alone", {"key": "a"}, {"number": 2})
    written(table, Insert("odd.alone", ("a", None, 1)), move)
    assert table.read("SELECT number, ctid::text FROM odd.alone") == [(2, "(0,1)")]
    step = Statement("UPDATE odd.alone SET number = number * 10 WHERE key = %s", ("a",))
    written(table, step, move._replace(values={"number": 3}), step)
    assert table.read("SELECT number FROM odd.alone") == [(30,)]


def test_shape_tells_what_makes_rows_unique(table: Database) -> None:
    alone = shape_of(table, "odd.alone")
    assert (alone.key, alone.unique) == (("key",), {"key"})
    plain = shape_of(table, "odd.plain")
    assert (plain.key, plain.unique) == (("key", "turn"), {"key", "turn", "said", "code"})
    assert shape_of(table, "odd.raw").key == ()


def test_table_that_others_watch_is_written_change_by_change(table: Database) -> None:
    assert [shape_of(table, f"odd.{name}").key for name in ("simple", "referring")] == [(), ()]


def test_rows_keep_their_order_within_a_table(table: Database) -> None:
    written(table, *(Insert("odd.rows", (n,)) for n in (3, 1, 2)))

    assert table.read("SELECT number FROM odd.rows ORDER BY ctid") == [(3,), (1,), (2,)]


@pytest.mark.parametrize(
    ("row", "what"),
    [((1, "a\0b", True), "NUL"), ((1, "x", "perhaps"), "not a boolean"), (("many", "x", True), "")],
)
def test_bad_value_is_an_error_and_nothing_is_written(
    table: Database, row: tuple[object, ...], what: str
) -> None:
    with pytest.raises(BanjianError):
        written(table, Insert("odd.rows", (0, "fine", True)), Insert("odd.rows", row))

    assert table.read("SELECT count(*) FROM odd.rows") == [(0,)], what


def test_table_that_is_not_there_is_an_error(table: Database) -> None:
    with pytest.raises(BanjianError):
        written(table, Insert("nowhere", (1,)))
