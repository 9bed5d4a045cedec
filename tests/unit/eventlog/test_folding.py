"""Folded changes have the effect of the changes they were, and write each row once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.extras import Json

from services.chassis.eventlog.folding import folded
from services.chassis.eventlog.rows import Shape
from services.chassis.projection import Change, Insert, Statement, Update

COLUMNS = (("key", "text"), ("number", "integer"), ("said", "jsonb"), ("code", "text"))
SHAPES = {
    "thing": Shape(COLUMNS, ("key",), frozenset({"key", "code"})),
    "other_thing": Shape(COLUMNS, ("key", "number"), frozenset({"key", "number"})),
    "watched": Shape(COLUMNS, (), frozenset({"key"})),
    "numbered": Shape((("number", "integer"), ("key", "text")), ("key",), frozenset({"key"})),
    "dated": Shape((("day", "date"), ("number", "integer")), ("day",), frozenset({"day"})),
}


def fold(*changes: Change) -> Sequence[Change]:
    return folded(changes, SHAPES)


def thing(key: object, number: object = None, *more: object) -> Insert:
    return Insert("thing", (key, number, *(more or (None, None))))


def moved(thing_key: object, **values: object) -> Update:
    return Update("thing", {"key": thing_key}, values)


def test_update_is_the_sql_it_promises() -> None:
    said = Update("a.thing", {"key": "k", "number": 1}, {"said": None, "order": 2}).statement()

    assert said == Statement(
        'UPDATE "a"."thing" SET "said" = %s, "order" = %s WHERE "key" = %s AND "number" = %s',
        (None, 2, "k", 1),
    )


@pytest.mark.parametrize("update", [Update("t", {}, {"a": 1}), Update("t", {"a": 1}, {})])
def test_update_of_every_row_or_of_nothing_is_a_mistake(update: Update) -> None:
    with pytest.raises(ValueError, match="Update of t"):
        update.statement()


def test_updates_become_part_of_the_row_that_waits() -> None:
    said = fold(thing("a", 1), thing("b", 2), moved("a", number=3), moved("a", said="{}", number=4))

    assert said == [thing("a", 4, "{}", None), thing("b", 2)]


def test_json_keeps_its_wrapping() -> None:
    told = Json({"a": "b"})

    assert fold(thing("a", 1), moved("a", said=told)) == [thing("a", 1, told, None)]


def test_updates_of_a_row_written_before_become_one() -> None:
    said = fold(moved("a", number=1), moved("b", number=2), moved("a", said="{}", number=3))

    assert said == [moved("a", number=3, said="{}"), moved("b", number=2)]


def test_rows_with_keys_of_two_columns_are_told_apart() -> None:
    rows = [Insert("other_thing", ("a", n, None, None)) for n in (1, 2)]
    said = fold(*rows, Update("other_thing", {"number": 2, "key": "a"}, {"code": "c"}))

    assert said == [rows[0], Insert("other_thing", ("a", 2, None, "c"))]


def test_a_statement_that_names_the_table_ends_it() -> None:
    step = Statement("UPDATE thing SET number = number + 1 WHERE key = %s", ("a",))

    for changes in (
        [thing("a", 1), step, moved("a", number=5)],
        [moved("a", number=1), step, moved("a", number=5)],
    ):
        assert fold(*changes) == changes
    assert fold(thing("a", 1), moved("a", number=2), step, moved("a", number=5)) == [
        thing("a", 2),
        step,
        moved("a", number=5),
    ]


def test_a_statement_about_something_else_does_not() -> None:
    step = Statement("UPDATE other_thing SET thing_no = %s", (1,))

    assert fold(thing("a", 1), step, moved("a", number=2)) == [thing("a", 2), step]


def test_after_two_rows_of_one_key_the_later_is_meant() -> None:
    """The first was deleted between, or the server refuses both."""
    gone = Statement("DELETE FROM thing WHERE key = %s", ("a",))
    said = fold(thing("a", 1), gone, thing("a", 2), moved("a", number=3))

    assert said == [thing("a", 1), gone, thing("a", 3)]


@pytest.mark.parametrize(
    "update",
    [
        moved("a", key="b"),
        moved("a", code="c"),
        Update("thing", {"number": 1}, {"said": None}),
        Update("thing", {"key": "a", "number": 1}, {"said": None}),
        moved(None, number=2),
        moved(1, number=2),
        moved(True, number=2),
        moved("a", nothing_like_it=1),
    ],
    ids=["key", "unique", "no-key", "more-than-key", "null", "other-type", "bool", "no-column"],
)
def test_what_cannot_be_folded_keeps_its_place(update: Update) -> None:
    changes = [thing("a", 1), update, moved("a", number=9)]

    assert fold(*changes) == changes


def test_a_row_that_leaves_out_the_column_is_not_given_it() -> None:
    short = Insert("thing", ("a", 1))
    changes = [short, moved("a", said="{}"), moved("a", number=2)]

    assert fold(*changes) == [short, moved("a", said="{}"), moved("a", number=2)]
    assert fold(short, moved("a", number=2)) == [Insert("thing", ("a", 2))]


def test_a_row_that_leaves_out_its_key_has_no_name() -> None:
    changes = [
        Insert("numbered", (1,)),
        Update("numbered", {"key": "a"}, {"number": 2}),
    ]

    assert fold(*changes) == changes


def test_a_table_that_is_watched_gets_every_change() -> None:
    changes = [
        Insert("watched", ("a", 1, None, None)),
        Update("watched", {"key": "a"}, {"number": 2}),
        Update("watched", {"key": "a"}, {"number": 3}),
    ]

    assert fold(*changes) == changes


def test_a_moment_may_be_spelled_in_many_ways() -> None:
    day = datetime(2020, 9, 25, tzinfo=UTC).date()
    changes = [
        Insert("dated", (day, 1)),
        Update("dated", {"day": "2020-09-25"}, {"number": 2}),
        Update("dated", {"day": day}, {"number": 3}),
    ]

    assert fold(*changes) == changes


TABLE = "CREATE TABLE thing (key text PRIMARY KEY, number text, said text, code text UNIQUE)"
KEYS = st.sampled_from(["a", "b", "1", 1])
VALUES = st.dictionaries(
    st.sampled_from(["number", "said", "code", "key"]), st.sampled_from(["x", "y", "1"]), min_size=1
)
CHANGES = st.one_of(
    st.builds(thing, KEYS, st.integers(0, 2)),
    st.builds(lambda key, number: Insert("thing", (key, number)), KEYS, st.integers(0, 2)),
    st.builds(lambda key, values: Update("thing", {"key": key}, values), KEYS, VALUES),
    st.builds(lambda code, values: Update("thing", {"code": code}, values), st.just("x"), VALUES),
    st.builds(lambda key: Statement("DELETE FROM thing WHERE key = %s", (key,)), KEYS),
    st.just(Statement("UPDATE thing SET number = number || said", ())),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(CHANGES, max_size=9))
def test_any_changes_have_the_same_effect(changes: list[Change]) -> None:
    outcome = effect(changes)

    if outcome is not None:
        assert effect(folded(changes, SHAPES)) == outcome


def effect(changes: Iterable[Change]) -> list[tuple[object, ...]] | None:
    """Give the rows after these changes, one by one; None when a server refuses them."""
    with closing(sqlite3.connect(":memory:")) as server:
        server.execute(TABLE)
        try:
            for change in changes:
                if isinstance(change, Insert):
                    columns = ", ".join(name for name, _ in COLUMNS[: len(change.row)])
                    places = ", ".join("?" * len(change.row))
                    server.execute(f"INSERT INTO thing ({columns}) VALUES ({places})", change.row)
                else:
                    said = change.statement() if isinstance(change, Update) else change
                    server.execute(said.sql.replace("%s", "?"), said.params)
            return server.execute("SELECT * FROM thing ORDER BY key").fetchall()
        except sqlite3.IntegrityError:
            return None
