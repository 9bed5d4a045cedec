"""Reads CSV as it really comes: with or without a mark, in UTF-8 or GBK, by comma, tab or other."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from services.catalog.imports.formats import Sheet
from services.catalog.imports.report import FileError

CELL_CHARACTERS = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",\t;|"
_PIECE = 1 << 20


def read_table(path: Path) -> Sheet:
    """Give the one table of a CSV file.

    Raises:
        FileError: no charset we read, or broken quoting; at the latest while its lines are read.
    """
    return Sheet("", _lines(path, charset_of(path)))


def charset_of(path: Path) -> str:
    """Find the charset: a mark decides, else UTF-8 if all of it is, else GB 18030 if all of it is.

    Raises:
        FileError: it is text in neither.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = [charset for mark, charset in _MARKS if head.startswith(mark)]
    for charset in marked or ("utf-8", "gb18030"):
        if _is_text(path, charset):
            return charset
    raise FileError(
        "bad_charset",
        "既不是 UTF-8 也不是 GBK 文本 (text in neither UTF-8 nor GBK)",
        "另存为 UTF-8 的 CSV (save it as CSV in UTF-8)",
    )


def _is_text(path: Path, charset: str) -> bool:
    decoder = codecs.getincrementaldecoder(charset)()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(path: Path, charset: str) -> Iterator[tuple[int, Sequence[object]]]:
    csv.field_size_limit(CELL_CHARACTERS)
    with path.open(encoding=charset, newline="") as file:
        delimiter = _delimiter(file.read(65536))
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=False)
        begun = 1
        try:
            for cells in reader:
                if any(cell and not cell.isspace() for cell in cells):
                    yield begun, cells
                begun = reader.line_num + 1
        except csv.Error:
            raise FileError(
                "broken_table",
                "引号不配对或单元格过长 (a quotation mark is not closed, or a cell is too long)",
                "检查该行的引号 (look at the quotation marks of this line)",
                begun,
            ) from None


def _delimiter(head: str) -> str:
    """Take what parts the first lines most evenly; a comma when nothing does."""
    lines = [line for line in head.splitlines()[:20] if line.strip()][:10]

    def score(delimiter: str) -> int:
        return sum(min(line.count(delimiter), 30) for line in lines)

    best = max(_DELIMITERS, key=score)
    return best if score(best) > 0 else ","
