"""What kind of file this is, and its rows, one at a time, whatever the kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from services.catalog.imports.report import FileError


class Format(Enum):
    """Formats of imports and exports."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    """JSON, one object a line; read as well: one array of objects."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One row as it stands in the file; cells are texts, numbers, dates or nested JSON."""

    line: int
    cells: Mapping[str, object]
    kind: str = ""
    """What the row itself says it is (JSON's `kind`)."""
    sheet: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table with its heading still unread: `lines` are (line number, cells)."""

    title: str
    lines: Iterator[tuple[int, Sequence[object]]]


def format_of(path: Path, said: str = "") -> Format:
    """Give the format by its name, or by the first bytes when none is said.

    Raises:
        FileError: an unknown name, or an empty file.
    """
    if said:
        try:
            return Format({"json": "jsonl", "ndjson": "jsonl"}.get(said.lower(), said.lower()))
        except ValueError:
            raise FileError(
                "bad_format", "没有这种格式 (there is no such format)", "csv, xlsx 或 jsonl"
            ) from None
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise FileError("empty", "文件是空的 (the file is empty)")
    if head.startswith(b"PK\x03\x04"):
        return Format.XLSX
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileError(
            "bad_format",
            "是旧版 Excel 97-2003 工作簿 (this is a workbook of Excel 97-2003)",
            "另存为 .xlsx 或 .csv (save it as .xlsx or .csv)",
        )
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return Format.JSONL if first in (b"{", b"[") else Format.CSV
