"""The directory: what can be filtered by, and one line a hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from services.catalog.pages import words
from services.catalog.projections.items import Counted
from services.catalog.projections.search import Hit
from services.chassis.web.parts import Cell, Column, Filter, Option, Table

KINDS: Final = {"item": "本县事项", "claim": "乡镇、村（社区）认领的事项"}
_KEPT: Final = (
    "q",
    "kind",
    "department",
    "item_type",
    "case_type",
    "level",
    "audience",
    "resident",
    "list",
    "topic",
    "status",
    "unit",
    "as_of",
)
_ANY: Final = Option("", "全部")


def kept(query: Any) -> dict[str, str]:
    """Give the question's own fields as texts, for a link that keeps them; no paging."""
    told = {name: getattr(query, name) for name in _KEPT}
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else str(value)
        for name, value in told.items()
        if value not in ("", 0, None)
    }


def link(told: Mapping[str, str], **changed: str) -> str:
    """Give the directory's address for a question with some fields changed; "" takes one away."""
    values = {name: value for name, value in {**told, **changed}.items() if value}
    return f"/?{urlencode(values)}" if values else "/"


def filters(query: Any, departments: Sequence[Counted]) -> list[Filter]:
    """Give the fields beside the search box."""
    known = {one.key: one.label for one in departments}
    if query.department:
        known.setdefault(query.department, query.department)
    return [
        Filter(
            name="department",
            label="部门 Department",
            value=query.department,
            options=[_ANY, *(Option(key, label) for key, label in known.items())],
        ),
        Filter(
            name="item_type",
            label="事项类型 Type",
            value=query.item_type,
            options=[_ANY, *(Option(key, text) for key, text in words.ITEM_TYPES.items())],
        ),
        Filter(
            name="case_type",
            label="办件类型 Case type",
            value=query.case_type,
            options=[_ANY, *(Option(key, text) for key, text in words.CASE_TYPES.items())],
        ),
        Filter(
            name="audience",
            label="服务对象 For",
            value=str(query.audience or ""),
            options=[_ANY, *(Option(str(key), text) for key, text in words.AUDIENCES.items())],
        ),
        Filter(
            name="level",
            label="行使层级 Level",
            value=str(query.level or ""),
            options=[_ANY, *(Option(str(key), text) for key, text in words.LEVELS.items())],
        ),
        Filter(
            name="status",
            label="状态 Status",
            value=query.status,
            options=[
                Option("", "可办理和已冻结"),
                Option("in_force", "有效"),
                Option("pending", "尚未生效"),
                Option("frozen", "已冻结"),
                Option("cancelled", "已取消"),
                Option("superseded", "已并入其他事项"),
                Option("split", "已拆分"),
            ],
        ),
    ]


def line(hit: Hit) -> dict[str, Any]:
    """Give what the list shows of one hit."""
    claim = hit.kind == "claim"
    status, _, light = words.STATUSES[hit.status]
    href = f"/items/{hit.item_code or hit.code}"
    if claim and not hit.item_code:
        href = f"/?{urlencode({'q': hit.catalog_code})}"
    facts = [words.ITEM_TYPES.get(hit.item_type, hit.item_type)]
    if hit.level:
        facts.append(words.LEVELS.get(hit.level, str(hit.level)))
    if not claim:
        facts.append(words.CASE_TYPES.get(hit.case_type, hit.case_type))
        promised = hit.promised_limit_days or 0
        facts.append(f"承诺 {words.limit(promised, hit.promised_unit)}")
        if hit.visits is not None:
            facts.append("零跑腿" if hit.visits == 0 else f"到现场 {hit.visits} 次")
    if hit.fully_online:
        facts.append("全程网办")
    return {
        "name": hit.name,
        "href": href,
        "unit": hit.unit_name,
        "code": hit.catalog_code if claim else hit.code,
        "facts": facts,
        "light": light if hit.status != "in_force" else "",
        "status": status,
    }


def versions_table(state: Any, item_code: str) -> Table:
    """Give the versions of an item with their ranges and status."""

    def row(version: Any) -> list[Cell | str | int]:
        status, _, light = words.STATUSES[version.status]
        until = words.day(version.effective_until) or "—"
        return [
            Cell(
                f"第 {version.item_version} 版",
                f"/items/{item_code}/versions/{version.item_version}",
            ),
            Cell(status, light=light),
            words.day(version.effective_from),
            until,
            words.day(version.published_at),
            words.ORIGINS.get(version.origin or "", "—"),
        ]

    return Table(
        caption="各版本，最新的在前",
        columns=[
            Column("版本", "Version"),
            Column("状态", "Status"),
            Column("生效", "From"),
            Column("失效", "Until"),
            Column("公布", "Published"),
            Column("来源", "Origin"),
        ],
        rows=[row(version) for version in state.versions],
    )
