"""Reads XLSX sheet by sheet, row by row, without ever holding a sheet."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl

from services.catalog.imports.formats import Sheet
from services.catalog.imports.report import FileError

UNPACKED_BYTES = 768 << 20
"""Largest sum of the unpacked parts: a packed bomb is refused before it is read."""
TEXTS_BYTES = 192 << 20
"""Largest table of shared texts, which has to be held in memory."""


def read_workbook(path: Path) -> Iterator[Sheet]:
    """Give the sheets of a workbook, hidden ones too; each has to be read before the next.

    Raises:
        FileError: it is no workbook, or too large when unpacked.
    """
    _weigh(path)
    book: Any = None
    file = path.open("rb")  # by its name openpyxl would ask for an ending
    try:
        with warnings.catch_warnings():  # styles we do not read are missing now and then
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a writer says of its size is often wrong
            yield Sheet(str(sheet.title), _lines(sheet))
    except FileError:
        raise
    except Exception as error:  # whatever openpyxl and the XML parser say of a broken file
        raise FileError(
            "broken_workbook",
            "工作簿损坏或不是 .xlsx (the workbook is damaged, or is no .xlsx)",
            "用表格软件打开后另存 (open it in a spreadsheet and save it again)",
        ) from error
    finally:
        if book is not None:
            book.close()
        file.close()


def _weigh(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as parts:
            sizes = {part.filename: part.file_size for part in parts.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError):
        raise FileError(
            "broken_workbook", "不是 .xlsx 工作簿 (this is no .xlsx workbook)"
        ) from None
    texts = sum(size for name, size in sizes.items() if name.endswith("sharedStrings.xml"))
    if sum(sizes.values()) > UNPACKED_BYTES or texts > TEXTS_BYTES:
        raise FileError(
            "too_large",
            "解压后过大 (too large when unpacked)",
            "分成几个文件，或用 CSV (split it, or send CSV)",
        )


def _lines(sheet: Any) -> Iterator[tuple[int, Sequence[object]]]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if any(cell is not None and cell != "" for cell in cells):
            yield number, [_plain(cell) for cell in cells]


def _plain(cell: object) -> object:
    """Give texts, whole numbers, floats and truth values; dates as they would be written."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        return int(cell)
    if isinstance(cell, datetime):
        midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return cell if isinstance(cell, (str, int, float)) else str(cell)
