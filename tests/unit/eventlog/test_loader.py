"""A rebuild writes rows and statements in such an order that nobody sees another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from psycopg2 import sql

from services.chassis.eventlog.rows import Shape
from services.chassis.projection import Change, Insert, ReadModel, Statement, Update
from services.chassis.rebuild import loader
from services.chassis.rebuild.loader import Loader

MODEL = ReadModel(
    service="s",
    ddl=Path(),
    tables={"rows": ("a",), "facts": ("a",), "others": ("a",), "keyed": ("k", "v", "w")},
    sources=("s",),
    project=lambda event: (),
    derived={"cases": ("facts",)},
)


class Written:
    """What reaches the server, in order; spells nothing."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def cursor(self) -> Written:
        return self

    def __enter__(self) -> Written:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def mogrify(self, statement: str, values: tuple[object, ...]) -> bytes:
        return (statement % values).encode()

    def copy_expert(self, statement: sql.Composed, content: Any, size: int) -> None:
        table = statement.seq[0]
        assert isinstance(table, sql.SQL)
        self.said.append(f"COPY {table.string}: {content.read().decode().split()}")

    def execute(self, script: bytes) -> None:
        self.said += script.decode().split(";\n")


@pytest.fixture(autouse=True)
def plain_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loader, "_copy", lambda self, table: sql.SQL(table))
    monkeypatch.setattr(Loader, "_insert", lambda self, table: f"INSERT {table} ".encode())
    monkeypatch.setattr(Loader, "_shape", lambda self, table: KEYED)


KEYED = Shape((("k", "text"), ("v", "integer"), ("w", "text")), ("k",), frozenset({"k"}))


def written(*changes: Change) -> list[str]:
    server = Written()
    into = Loader(server, MODEL, "s_model_next")
    into.apply(changes)
    into.flush()
    into.close()
    return server.said


def row(table: str, value: int) -> Insert:
    return Insert(table, (value,))


def test_a_statement_sees_the_rows_before_it_and_not_those_after() -> None:
    said = written(row("rows", 1), row("rows", 2), Statement("UPDATE rows", ()), row("rows", 3))

    assert said == ["INSERT rows (1),(2)", "UPDATE rows", "COPY rows: ['3']"]


def test_rows_no_statement_names_wait_for_one_copy() -> None:
    said = written(row("rows", 1), Statement("UPDATE more", ()), row("rows", 2))

    assert said == ["UPDATE more", "COPY rows: ['1', '2']"]


def test_a_table_that_a_trigger_fills_counts_as_the_rows_it_is_filled_from() -> None:
    said = written(row("facts", 1), row("others", 2), Statement("DELETE FROM cases", ()))

    assert said == ["INSERT facts (1)", "DELETE FROM cases", "COPY others: ['2']"]


def test_many_rows_are_copied_even_before_a_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "COPY_FROM_ROWS", 2)

    said = written(row("rows", 1), row("rows", 2), Statement("UPDATE rows_part", ()))

    assert said == ["COPY rows: ['1', '2']", "UPDATE rows_part"]


def keyed(key: str, **values: object) -> Update:
    return Update("keyed", {"k": key}, values)


def test_an_update_changes_the_row_that_waits_and_its_row_is_written_once() -> None:
    said = written(Insert("keyed", ("x", 1, "a")), row("rows", 2), keyed("x", v=2, w=None))

    assert said == ["COPY keyed: ['\"x\",2,null']", "COPY rows: ['2']"]


def test_updates_of_rows_that_are_there_wait_for_each_other() -> None:
    said = written(keyed("x", v=1), keyed("y", v=2), keyed("x", v=3), keyed("z", w="a", v=4))

    together = 'UPDATE "s_model_next"."keyed" AS t SET "v" = said."v"'
    assert [line[: len(together)] for line in said[:1]] == [together]
    assert '[{"v":3,"k":"x"},{"v":2,"k":"y"}]' in said[0]
    assert '"w" = said."w", "v" = said."v"' in said[1]
    assert len(said) == 2


def test_an_update_before_a_row_of_its_key_leaves_that_row_alone() -> None:
    said = written(keyed("x", v=1), Insert("keyed", ("x", 9, "a")))

    assert said[0].startswith("UPDATE")
    assert said[1] == 'COPY keyed: [\'"x",9,"a"\']'


def test_a_statement_stands_behind_the_updates_before_it() -> None:
    said = written(
        Insert("keyed", ("x", 1, "a")),
        keyed("y", v=2),
        Statement("DELETE FROM keyed", ()),
        keyed("x", v=3),
    )

    assert [line.split()[0] for line in said] == ["UPDATE", "INSERT", "DELETE", "UPDATE"]


@pytest.mark.parametrize(
    "change",
    [
        Update("keyed", {"w": "a"}, {"v": 2}),
        Update("keyed", {"k": 1}, {"v": 2}),
        keyed("x", k="y"),
    ],
    ids=["by another column", "by a key of another type", "of the key"],
)
def test_an_update_of_who_knows_which_row_is_a_statement(change: Update) -> None:
    said = written(Insert("keyed", ("x", 1, "a")), change)

    assert [line.split()[0] for line in said] == ["INSERT", "UPDATE"]
