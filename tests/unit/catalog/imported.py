"""Invented files for tests of imports, written in whatever way one really comes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from services.catalog.imports.plan import Plan, read_plan

NOW = datetime(2021, 1, 4, 1, 0, tzinfo=UTC)
BODY = "11511301008778183N"
"""A credit code with a right check digit, as published lists show them."""
OWN = "511A0138600000-511602000000-000"
LIST: Sequence[Mapping[str, str]] = (
    {
        "部门": "区甲局",
        "事项名称": "甲证核发",
        "事项类型": "行政许可",
        "编码": f"{OWN}-{BODY}-1-00",
    },
    {"部门": "区甲局", "事项名称": "甲证补发", "事项类型": "1", "编码": f"{OWN}-{BODY}-2-00"},
    {
        "部门": "区乙局",
        "事项名称": "乙项咨询",
        "事项类型": "20",
        "编码": "E-000021-001-1111111111111111",
    },
    {"部门": "区乙局", "事项名称": "乙项奖励", "事项类型": "行政奖励", "编码": ""},
    {"部门": "区乙局", "事项名称": "乙项确认", "事项类型": "07", "编码": "e-000022-001-222a"},
)
"""A published list of five items, as irregular as they come."""
IMPLEMENTATION = {
    "kind": "implementation",
    "task_code": "11440232MB2D06811W4000117051000",
    "task_version": 1,
    "task_name": "施工许可",
    "task_type": "01",
    "dept_code": "D07",
    "dept_name": "住房和城乡建设局",
    "project_type": 2,
    "anticipate_day": 15,
    "promise_day": 7,
    "lists": ["POWER"],
    "plan_effective_date": "2020-01-01",
}
BASIC = {
    "kind": "basic",
    "catalog_code": "000117051000",
    "task_name": "施工许可",
    "task_type": "01",
    "use_levels": [4, 5, 6],
    "plan_effective_date": "20190101",
}
CLAIM = {
    "kind": "claim",
    "catalog_code": "000117051000",
    "unit": "3412XX001",
    "unit_name": "第一镇",
    "use_level": 5,
    "batch_no": 1,
}


def csv_text(rows: Sequence[Mapping[str, object]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def json_lines(*rows: Mapping[str, object]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], path: Path) -> Path:
    book = openpyxl.Workbook(write_only=True)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(list(line))
    book.save(path)
    return path


def read(tmp_path: Path, text: bytes | str, kind: str = "", format: str = "") -> Plan:
    path = tmp_path / "file"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_plan(path, NOW, kind=kind, format=format)


def errors(plan: Plan) -> list[tuple[int, str, str]]:
    return [(error.line, error.field, error.rule) for error in plan.found.errors]
