"""A rebuild writes rows and statements in such an order that nobody sees another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.chassis.projection import Change, Insert, ReadModel, Statement
from services.chassis.rebuild import loader
from services.chassis.rebuild.loader import Loader

MODEL = ReadModel(
    service="s",
    ddl=Path(),
    tables={"rows": ("a",), "facts": ("a",), "others": ("a",)},
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

    def copy_expert(self, statement: str, content: Any, size: int) -> None:
        self.said.append(f"COPY {statement}: {content.read().split()}")

    def execute(self, script: bytes) -> None:
        self.said += script.decode().split(";\n")


@pytest.fixture(autouse=True)
def plain_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loader, "_copy", lambda self, table: table)
    monkeypatch.setattr(Loader, "_insert", lambda self, table: f"INSERT {table} ".encode())


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
