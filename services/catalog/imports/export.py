"""The catalog out of its own log, in the format of imports, one row at a time.

Kinds with one newest form (departments, claims, ...) give it; those with versions give them all.
What a newer form replaced, and a claim that was withdrawn, stay in the log.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
import openpyxl

from services.catalog.imports.exported import ENDED, ROWS, Made, Said
from services.catalog.imports.formats import Format
from services.catalog.imports.names import COLUMNS
from services.chassis.eventlog.database import Database
from services.chassis.events import Body

KINDS: Final = tuple(ROWS)
MEDIA: Final[Mapping[Format, str]] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/x-ndjson; charset=utf-8",
}
FETCH: Final = 1000
"""Events in memory at a time."""
SHEET_ROWS: Final = 1_048_576
_PIECE = 1 << 16
_read = msgspec.json.Decoder(Body).decode
_encode = msgspec.json.Encoder().encode


def rows(database: Database, kind: str) -> Iterator[dict[str, Any]]:
    """Give the rows of a kind, in the order in which an import applies them."""
    yield from _made(database, ROWS[kind])
    if kind == "adjustment":
        yield from _made(database, ENDED)


def _made(database: Database, made: Made) -> Iterator[dict[str, Any]]:
    topics = [*made.topics, *made.without, *made.after]
    if made.newest:
        sql = (
            "SELECT topic, state FROM (SELECT DISTINCT ON (stream) xid, id, topic, state"
            " FROM events WHERE topic = ANY(%s) ORDER BY stream, version DESC) newest"
            " ORDER BY xid, id"
        )
    else:
        sql = "SELECT topic, state FROM events WHERE topic = ANY(%s) ORDER BY xid, id"
    waiting: dict[str, Any] | None = None
    for topic, state in _stream(database, sql, (topics,)):
        body = _read(bytes(state))
        data = msgspec.json.decode(body.data)
        if topic in made.without:
            continue
        if topic in made.after:  # says more of the event before it
            if waiting is not None and made.more is not None:
                made.more(waiting, data)
            continue
        if waiting is not None:
            yield waiting
        waiting = made.row(Said(topic, data)) | {"happened_at": _written(body.occurred_at)}
    if waiting is not None:
        yield waiting


def _stream(
    database: Database, sql: str, params: tuple[object, ...]
) -> Iterator[tuple[str, memoryview]]:
    """Read with a cursor of the server, so that memory stays flat."""
    with database.transaction() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 300000")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 300000")
        cursor.execute(f"DECLARE exported NO SCROLL CURSOR FOR {sql}", params)
        while True:
            cursor.execute(f"FETCH {FETCH} FROM exported")
            found = cursor.fetchall()
            if not found:
                return
            yield from found


def export(database: Database, kind: str, form: Format) -> Iterator[bytes]:
    """Give the file, piece by piece.

    Raises:
        KeyError: there is no such kind.
    """
    ROWS[kind]
    writers: Mapping[Format, Callable[[str, Iterator[dict[str, Any]]], Iterator[bytes]]] = {
        Format.CSV: _csv,
        Format.XLSX: _xlsx,
        Format.JSONL: _jsonl,
    }
    return writers[form](kind, rows(database, kind))


def _jsonl(kind: str, found: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    out = io.BytesIO()
    for row in found:
        said = {name: value for name, value in row.items() if value not in (None, "", [], {})}
        out.write(_encode({"kind": kind, **said}) + b"\n")
        if out.tell() > _PIECE:
            yield out.getvalue()
            out = io.BytesIO()
    yield out.getvalue()


def _csv(kind: str, found: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    columns = COLUMNS[kind]
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in found:
        writer.writerow([_cell(row.get(name)) for name in columns])
        if out.tell() > _PIECE:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _xlsx(kind: str, found: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """Write a workbook to a file row by row, then give that; a workbook has its index at its end.

    Every cell is text, so that no program makes a number of a code.
    """
    columns = COLUMNS[kind]
    book = openpyxl.Workbook(write_only=True)
    number = 0
    sheet: Any = None
    for count, row in enumerate(found):
        if count % (SHEET_ROWS - 1) == 0:
            number += 1
            sheet = book.create_sheet(kind if number == 1 else f"{kind} {number}")
            sheet.append(list(columns))
        sheet.append([_cell(row.get(name)) for name in columns])
        if count % 200 == 0:
            time.sleep(0)  # building a sheet waits for nothing, so others would get no turn
    if sheet is None:
        book.create_sheet(kind).append(list(columns))
    handle, place = tempfile.mkstemp(suffix=".xlsx")
    os.close(handle)
    try:
        book.save(place)
        with open(place, "rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    finally:
        os.unlink(place)


def _cell(value: object) -> str:
    """Write a value so that an import reads the same."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list) and all(isinstance(one, (str, int)) for one in value):
        return "^".join(str(one) for one in value)
    if isinstance(value, (list, dict)):
        return _encode(value).decode() if value else ""
    return str(value)


def _written(at: datetime) -> str:
    return at.isoformat()
