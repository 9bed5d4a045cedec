"""The rows of a file one by one, each with a reader of its kind, whatever the file's format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from services.catalog.imports.formats import Format, Raw, Sheet, format_of
from services.catalog.imports.headers import Heading, Lines, find_heading, is_ordinal
from services.catalog.imports.jsons import read_objects
from services.catalog.imports.names import LIST, NAMES, guess, kind_of_sheet
from services.catalog.imports.report import FileError, Findings, RowError
from services.catalog.imports.rows import Kind, Reader
from services.catalog.imports.tables import read_table
from services.catalog.imports.values import text_of
from services.catalog.imports.workbooks import read_workbook


def readers_of(
    path: Path, now: datetime, format: str, kind: str, found: Findings
) -> Iterator[Reader | RowError]:
    """Give a reader for each row, or what makes it unreadable.

    Raises:
        FileError: the file as a whole cannot be read; at the latest while its rows are.
    """
    kinds = {*NAMES, LIST, ""}
    if kind not in kinds:
        raise FileError(
            "unknown_kind",
            "没有这种行 (there is no such kind)",
            f"{', '.join(sorted(kinds - {''}))}",
        )
    match format_of(path, format):
        case Format.JSONL:
            for one in read_objects(path):
                if isinstance(one, RowError):
                    yield one
                else:
                    yield _reader(one, one.kind or kind, now)
        case Format.CSV:
            yield from _of_sheets([read_table(path)], now, kind, found)
        case Format.XLSX:
            yield from _of_sheets(read_workbook(path), now, kind, found)


def _reader(raw: Raw, kind: str, now: datetime) -> Reader | RowError:
    kind = kind or guess(frozenset(raw.cells)) or ""
    if kind == LIST:
        return Reader(raw, Kind.IMPLEMENTATION.value, now, lenient=True)
    if kind not in NAMES:
        return RowError(
            raw.line,
            "kind",
            "unknown_kind",
            "没有这种行 (there is no such kind)",
            f"填 {', '.join(NAMES)} (give one of these)",
            raw.sheet,
        )
    return Reader(raw, kind, now)


def _of_sheets(
    sheets: Iterable[Sheet], now: datetime, said: str, found: Findings
) -> Iterator[Reader | RowError]:
    known = 0
    for sheet in sheets:
        heading, lines = find_heading(sheet, kind_of_sheet(sheet.title) or said)
        if heading is None or not _is_table(heading):
            found.passed_over.append(sheet.title)
            continue
        known += 1
        yield from _of_lines(sheet, heading, lines, now, found)
    if not known:
        raise FileError(
            "unknown_heading",
            "找不到可识别的表头 (no line is a heading with names we know)",
            "第一行写国家标准字段名，如 task_code、task_name；或用 --kind 指明种类"
            " (begin with the national names, or say the kind)",
        )


def _is_table(heading: Heading) -> bool:
    """A list needs a name or a code; anything else a name of its kind."""
    if heading.kind == LIST:
        return bool({"task_name", "task_code", "main_item"} & heading.known)
    return bool(NAMES[heading.kind] & heading.known)


def _of_lines(
    sheet: Sheet,
    heading: Heading,
    lines: Lines,
    now: datetime,
    found: Findings,
) -> Iterator[Reader | RowError]:
    kind = heading.kind
    lenient = kind in (LIST, "implementation") and not heading.national
    own = dict(zip(heading.names, heading.own, strict=True))
    above: dict[str, object] = {}
    for line, values in lines:
        cells = {
            name: value
            for name, value in zip(heading.names, values, strict=False)
            if value is not None and value != "" and not is_ordinal(name)
        }
        surplus = [text for one in values[len(heading.names) :] if (text := text_of(one))]
        if surplus:
            cells["surplus cells"] = " | ".join(surplus)
        filled = {name for name, value in cells.items() if text_of(value)}
        if not filled or (lenient and _is_remark(filled, cells)):
            found.remarks += any(text_of(value) for value in values)
            continue
        for unit, text in heading.units.items():
            cells.setdefault(unit, text)
        raw = Raw(line, cells, kind, sheet.title)
        if not lenient:
            yield Reader(raw, kind, now, own=own)
            continue
        reader = Reader(raw, Kind.IMPLEMENTATION.value, now, lenient=True, own=own)
        if not filled & {"dept_code", "dept_name"} and above:
            cells.update(above)
            reader.flag("department_inherited")
        above = {name: cells[name] for name in ("dept_code", "dept_name") if name in cells}
        yield reader


def _is_remark(filled: set[str], cells: Mapping[str, object]) -> bool:
    """Tell a heading of a section, a note or a sum from a row: one cell, and no code."""
    if len(filled) > 1 or "task_code" in filled:
        return False
    (name,) = filled
    text = text_of(cells[name])
    marks = ("一、", "二、", "三、", "四、", "五、", "六、", "七、", "八、", "九、", "十、")
    notes = ("注", "备注", "说明", "合计", "总计", "共", "填表", "（", "(")
    return name != "task_name" or text.startswith((*marks, *notes))
