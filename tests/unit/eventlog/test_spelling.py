"""Rows reach COPY with the values they have, whichever way they are spelled."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg2.extras import Json

from services.chassis.errors import ContractError
from services.chassis.rebuild.spelling import CSV, TEXT, spell_rows

AT = datetime(2020, 2, 29, 8, 30, tzinfo=UTC)


def test_plain_rows_are_csv_and_nothing_is_not_the_word_null() -> None:
    options, spelled = spell_rows(
        [
            (None, "null", True, 3, Decimal("1.50"), AT),
            ("甲", "", False, -1, date(2020, 2, 29), UUID(int=1)),
            (Json({"a": 'say "yes"'}), "", None, 0, None, None),
        ]
    )

    assert options == CSV
    assert spelled.decode().split("\n") == [
        'null,"null",true,3,"1.50","2020-02-29T08:30:00Z"',
        '"甲","",false,-1,"2020-02-29","00000000-0000-0000-0000-000000000001"',
        r'"{\"a\": \"say \\\"yes\\\"\"}","",null,0,null,null',
    ]


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ("a\tb\nc", "a\\tb\\nc"),
        ([1, None, "x,y"], '{"1",NULL,"x,y"}'),
        (b"\x01", r"\\x01"),
        (1.5, "1.5"),
    ],
)
def test_what_json_says_otherwise_is_spelled_as_text(value: object, spelled: str) -> None:
    options, lines = spell_rows([("a", value)])

    assert (options, lines.decode()) == (TEXT, f"a\t{spelled}\n")


@given(st.lists(st.tuples(st.text('ab]\\"[,. 甲null'), st.text(']\\"[')), min_size=1))
def test_texts_of_marks_come_back(rows: list[tuple[str, str]]) -> None:
    options, spelled = spell_rows(rows)

    assert options == CSV
    read = csv.reader(io.StringIO(spelled.decode()), escapechar="\\", doublequote=False)
    assert [tuple(row) for row in read] == rows


def test_what_no_column_holds_is_refused() -> None:
    for value in ("\x00", {"a": 1}, object()):
        with pytest.raises(ContractError):
            spell_rows([(value,)])
