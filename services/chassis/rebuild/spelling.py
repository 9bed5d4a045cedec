"""Rows as COPY reads them: as CSV made of JSON where that says the same, else in its own format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import chain
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg2.extras import Json

from services.chassis.errors import ContractError

CSV: Final = "(FORMAT csv, NULL 'null', ESCAPE '\\')"
TEXT: Final = "(FORMAT text)"
_SAME: Final = {type(None), str, bool, int, Decimal, datetime, date, UUID, Json}
"""Types whose JSON PostgreSQL reads from CSV as it reads the spelling below."""
_OTHER_ESCAPES: Final = re.compile(rb'(?<!\\)(?:\\\\)*\\[^"\\]')
"""Escapes of JSON that CSV has not: of control characters."""
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def spell_rows(rows: Sequence[tuple[object, ...]]) -> tuple[str, bytes]:
    """Spell rows, which costs a tenth where they are plain; gives COPY's options and its input.

    Raises:
        ContractError: a value is of a type that has no spelling here, or a text holds a NUL.
    """
    if _SAME.issuperset(map(type, chain.from_iterable(rows))):
        # A line is `[1,"a",null]`, and a line feed stands nowhere else.
        lines = _lines(rows)
        if b"\\" not in lines or _OTHER_ESCAPES.search(lines) is None:
            return CSV, lines[1:-2].replace(b"]\n[", b"\n")
    return TEXT, "".join([spell(row) for row in rows]).encode()


def spell(row: Iterable[object]) -> str:
    """Spell a row in COPY's text format, each value as psycopg2 would have sent it.

    Raises:
        ContractError: a value is of a type that has no spelling here, or a text holds a NUL.
    """
    try:
        return (
            "\t".join(["\\N" if value is None else _SPELLING[type(value)](value) for value in row])
            + "\n"
        )
    except KeyError:
        return "\t".join([_slowly(value) for value in row]) + "\n"


def _json(value: Any) -> str:
    return str(value.dumps(value.adapted))


_lines: Final = msgspec.json.Encoder(enc_hook=_json).encode_lines


def _text(value: str) -> str:
    if value.isprintable() and "\\" not in value:
        return value  # nearly every text
    if "\x00" in value:
        raise ContractError("a text with a NUL character cannot be stored in PostgreSQL")
    return value.translate(_ESCAPES)


_SPELLING: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "\\N",
    str: _text,
    bool: lambda value: "t" if value else "f",
    int: str,
    float: repr,
    Decimal: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    UUID: str,
    bytes: lambda value: "\\\\x" + value.hex(),
    list: lambda value: _text(_array(value)),
    tuple: lambda value: _text(_array(value)),
    Json: lambda value: _text(value.dumps(value.adapted)),
}


def _slowly(value: object) -> str:
    for kind, spelling in _SPELLING.items():
        if isinstance(value, kind):
            _SPELLING[type(value)] = spelling
            return spelling(value)
    raise ContractError(f"a read model cannot store a {type(value).__name__}")


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(_element(value) for value in values) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return _array(value)
    if isinstance(value, Enum):
        raise ContractError("a read model cannot store an Enum inside an array")
    spelled = value if isinstance(value, str) else _SPELLING[type(value)](value)
    return '"' + spelled.replace("\\", "\\\\").replace('"', '\\"') + '"'
