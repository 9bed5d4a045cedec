"""Reads a file of quarterly scores: every row is right, or says which field is wrong and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from services.chassis.errors import ContractError
from services.disclosure.application.supervision_acts import ImportScore
from services.disclosure.supervision_answers import RowFault
from services.kernel.times import plain

HEADINGS: Final[Mapping[str, str]] = {
    "季度": "period",
    "得分": "score",
    "名次": "rank",
    "参评数": "of_units",
    "依据文件": "source_document",
    "文件日期": "on",
    "单位": "unit",
}
"""What a column may be called in Chinese; its own name always works."""
NEEDED: Final = ("period", "score", "rank", "of_units", "source_document", "on")
MOST_ROWS: Final = 5000
MOST_BYTES: Final = 1 << 20


def read_scores(body: bytes) -> Iterator[tuple[int, ImportScore | RowFault]]:
    """Give each row with its line number.

    UTF-8 (with or without byte order mark) or GB 18030.

    Raises:
        ContractError: it is no such file, a column is missing, or there are too many rows.
    """
    rows = csv.reader(io.StringIO(_text(body), newline=""))
    heading = next(rows, None)
    if heading is None:
        raise ContractError("the file is empty", field="file")
    names = [HEADINGS.get(plain(one), plain(one).lower()) for one in heading]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise ContractError(f"these columns are missing: {', '.join(missing)}", field="file")
    known = {*NEEDED, "unit"}
    for number, row in enumerate(rows, 2):
        if number > MOST_ROWS + 1:
            raise ContractError(f"at most {MOST_ROWS} rows a file", field="file")
        if not any(cell.strip() for cell in row):
            continue
        said = {name: plain(cell) for name, cell in zip(names, row, strict=False) if name in known}
        yield number, _row(number, said)


def _row(number: int, said: Mapping[str, str]) -> ImportScore | RowFault:
    for name in NEEDED:
        if not said.get(name):
            return RowFault(number, name, "missing", "this has to be filled in")
    given = {name: value for name, value in said.items() if value}
    try:
        act = msgspec.convert({"act": "import-score", **given}, ImportScore, strict=False)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].strip("`") if "$." in str(error) else ""
        return RowFault(number, field, "format", _reason(field))
    return act


def _reason(field: str) -> str:
    return {
        "on": "a day is written 2020-10-12",
        "rank": "a whole number from 1",
        "of_units": "a whole number from 1",
        "unit": "a unit is named by its code",
    }.get(field, "not written as it has to be")


def _text(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ContractError("the file is neither UTF-8 nor GB 18030", field="file")
