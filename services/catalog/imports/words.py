"""Words and numbers of the national code sets, as lists spell them, to the catalog's terms."""

from __future__ import annotations

import re
from collections.abc import Mapping

from services.catalog.domain.terms import CaseType, DeemedEffect, OpenCases, Programme, PublicList
from services.catalog.imports.report import ValueIssue
from services.catalog.imports.values import text_of
from services.chassis import words as shared
from services.kernel.limits import Unit
from services.kernel.times import plain

ITEM_TYPES: Mapping[str, str] = {
    **{name: code for code, name in shared.ITEM_TYPES.items()},
    "许可": "01",
    "行政审批": "01",
    "其他": "10",
    "其他权力": "10",
    "其它行政权力": "10",
    "其他类": "10",
    "公共服务事项": "20",
}
"""GB/T 39046-2020 A.1, and what lists write for it besides."""
CASE_TYPES: Mapping[str, CaseType] = {
    **dict.fromkeys(
        ("1", "IMMEDIATE", "即办件", "即办", "即时办结", "当场办结"), CaseType.IMMEDIATE
    ),
    **dict.fromkeys(("2", "PROMISED", "承诺件", "承诺", "承诺办结", "限时办结"), CaseType.PROMISED),
}
LISTS: Mapping[str, PublicList] = {
    **{one.value: one for one in PublicList},
    **{f"{word}{end}": one for word, one in (
        ("权力", PublicList.POWER),
        ("行政权力", PublicList.POWER),
        ("责任", PublicList.RESPONSIBILITY),
        ("收费", PublicList.FEE),
        ("中介", PublicList.INTERMEDIARY),
        ("中介服务", PublicList.INTERMEDIARY),
        ("公共服务", PublicList.PUBLIC_SERVICE),
    ) for end in ("", "清单")},
}  # fmt: skip
UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("1", "G", "工作日", "个工作日", "WORKING_DAY"), Unit.WORKING_DAY),
    **dict.fromkeys(("2", "Z", "自然日", "日历日", "日", "天", "CALENDAR_DAY"), Unit.CALENDAR_DAY),
    **dict.fromkeys(("3", "H", "小时", "HOUR"), Unit.HOUR),
    **dict.fromkeys(("IMMEDIATE", "即办", "当场", "即时"), Unit.IMMEDIATE),
}
EFFECTS: Mapping[str, DeemedEffect] = {one.value: one for one in DeemedEffect}
PROGRAMMES: Mapping[str, Programme] = {one.value: one for one in Programme}
OPEN_CASES: Mapping[str, OpenCases] = {one.value: one for one in OpenCases}
LEVELS: Mapping[str, int] = {
    word: level
    for level, words in enumerate(
        (
            "国家级 国家",
            "省级 省",
            "市级 市",
            "县级 县 区级 区 区县级",
            "乡级 乡镇级 镇级 街道",
            "村级 村 社区",
        ),
        1,
    )
    for word in words.split()
}
_AMOUNT = re.compile(
    r"(?P<number>[0-9]+)(\.0+)?\s*个?(?P<unit>工作日|自然日|日历日|天|日|小时|)(内|以内)?"
)
_AT_ONCE = ("即办", "当场", "即时", "当日", "立即", "现场办结")


def read_type(value: object) -> str:
    """Give the item type, two digits; empty when the cell is empty.

    A single digit has lost its zero, in a spreadsheet; certainly.
    """
    text = plain(text_of(value)).removesuffix(".0")
    if re.fullmatch(r"[0-9]{1,2}", text, re.ASCII):
        return text.zfill(2)
    found = ITEM_TYPES.get(re.sub(r"[\s类]|事项$", "", text), ITEM_TYPES.get(text, ""))
    if text and not found:
        raise ValueIssue(
            "unknown_type",
            "不是 GB/T 39046 的事项类型 (no item type of GB/T 39046)",
            "填 01 至 10、20 或“行政许可”等 (give 01 to 10, 20, or its name)",
        )
    return found


def read_limit(value: object) -> tuple[int | None, Unit | None]:
    """Give a number and, where the cell itself says it, what it counts: `5个工作日`, `当场办结`."""
    text = plain(text_of(value))
    if not text or text in ("无", "-", "/", "—", "--"):
        return None, None
    if text.startswith(_AT_ONCE):
        return 0, None
    found = _AMOUNT.fullmatch(text)
    if found is None or int(found["number"]) > 3650:
        raise ValueIssue(
            "not_a_limit",
            "不是时限 (this is no time limit)",
            "填整数天数；半天不可 (give whole days; there is no half day)",
        )
    return int(found["number"]), UNITS[found["unit"]] if found["unit"] else None


def read_level(value: object) -> int | None:
    """Give the level, 1 nation to 7 shared; None when the cell is empty."""
    text = plain(text_of(value)).removesuffix(".0")
    if not text:
        return None
    if text in LEVELS:
        return LEVELS[text]
    if text in {"1", "2", "3", "4", "5", "6", "7"}:
        return int(text)
    raise ValueIssue("unknown_level", "不是行使层级 (no level of A.2)", "填 1 至 7 (give 1 to 7)")
