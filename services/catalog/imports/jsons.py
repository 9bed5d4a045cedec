"""Reads JSON objects one at a time: one a line, or the elements of one array."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from services.catalog.imports.formats import Raw
from services.catalog.imports.report import FileError, RowError

OBJECT_BYTES = 1 << 20
DEPTH = 16
_decode = msgspec.json.Decoder(dict[str, object]).decode
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{\]}\n]', re.DOTALL)
_BLANK = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"


def read_objects(path: Path) -> Iterator[Raw | RowError]:
    """Give the objects of the file in order; an unreadable one is an error among the others.

    Raises:
        FileError: the array is not closed, or there is something else around its objects.
    """
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            raise FileError("empty", "文件是空的 (the file is empty)")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            start = len(_MARK) if text[:3] == _MARK else 0
            while start < len(text) and text[start : start + 1] in (b" ", b"\t", b"\r", b"\n"):
                start += 1
            yield from _array(text, start) if text[start : start + 1] == b"[" else _by_line(text)


def _by_line(text: mmap.mmap) -> Iterator[Raw | RowError]:
    number = 0
    while line := text.readline():
        number += 1
        if line := line.removeprefix(_MARK).strip(_BLANK):
            yield _read(line, number)


def _array(text: mmap.mmap, start: int) -> Iterator[Raw | RowError]:
    line = text[:start].count(b"\n") + 1
    depth, begun, begun_at, loose = 0, 0, 0, start + 1
    for token in _TOKEN.finditer(text, start):
        mark = token[0]
        if mark == b"\n":
            line += 1
        elif mark[:1] == b'"':
            line += mark.count(b"\n")
        elif mark in (b"[", b"{"):
            depth += 1
            if depth == 2:
                if text[loose : token.start()].strip(_BLANK + b","):
                    raise _not_an_array(line)
                begun, begun_at = token.start(), line
        else:
            depth -= 1
            if depth == 1:
                yield _read(text[begun : token.end()], begun_at)
                loose = token.end()
            elif depth <= 0:
                if text[loose : token.start()].strip(_BLANK + b","):
                    raise _not_an_array(line)
                if text[token.end() :].strip(_BLANK):
                    raise _not_an_array(line)
                return
    raise _not_an_array(line)


def _not_an_array(line: int) -> FileError:
    return FileError(
        "not_json",
        "不是完整的 JSON 对象数组 (this is not a whole JSON array of objects)",
        "一行一个对象，或一个数组 (send one object a line, or one array)",
        line,
    )


def _read(text: bytes, line: int) -> Raw | RowError:
    if len(text) > OBJECT_BYTES:
        return RowError(line, "", "too_large", "对象超过 1 MiB (an object has at most 1 MiB)")
    try:
        cells = _decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return RowError(
            line,
            "",
            "not_json",
            "不是 UTF-8 的 JSON 对象 (this is not a JSON object in UTF-8)",
            "检查引号、逗号和花括号 (look at quotes, commas and braces)",
        )
    kind = cells.pop("kind", "")
    return Raw(line, cells, kind if isinstance(kind, str) else "")
