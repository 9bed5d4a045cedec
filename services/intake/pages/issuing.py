"""What the issuing window sees (统一窗口出件): words, tables, timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from services.chassis.events import Event
from services.chassis.web import Page
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Filter, Light, Option, Table
from services.intake.domain.issuing import Result
from services.intake.issuing_answers import ResultsPageQuery
from services.intake.projections.issuing import ResultRow

STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "shelved": ("待领取", "amber"),
    "handed_over": ("已领取", "green"),
    "returned": ("已退回部门", "grey"),
}
IDENTITIES: Final[Mapping[str, str]] = {
    "number": "核对证件号码",
    "agent": "全程代理人领取",
    "attested": "与纸质卷宗核对",
}
GROUNDS: Final[Mapping[str, str]] = {"not_collected": "逾期未领取", "recalled": "部门收回"}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "intake.result-shelved.v1": ("结果到窗", "Shelved", ""),
    "intake.pickup-code-issued.v1": ("告知取件码", "Pick-up code told", ""),
    "intake.pickup-code-mismatched.v1": ("取件码不符", "Wrong code", "amber"),
    "intake.result-locked.v1": ("锁定", "Locked", "red"),
    "intake.result-unlocked.v1": ("解锁", "Unlocked", ""),
    "intake.result-handed-over.v1": ("出件", "Handed over", "green"),
    "intake.result-collection-overdue.v1": ("逾期未领取", "Not collected", "amber"),
    "intake.result-returned.v1": ("退回部门", "Returned", ""),
}


def result_page(result: Result, events: Sequence[Event]) -> dict[str, Any]:
    """Give what `result.html` shows of a result."""
    state, light = STATES[result.state.value]
    return {
        "result": result,
        "state": state,
        "light": light,
        "identity": IDENTITIES[result.identity.value] if result.identity else "",
        "ground": GROUNDS[result.reason.value] if result.reason else "",
        "grounds": GROUNDS,
        "moments": timeline(events, TITLES),
        "shown_time": shown_time,
    }


def result_filters(query: ResultsPageQuery) -> list[Filter]:
    """Give the filter form of the list."""
    states = [Option("", "全部"), *(Option(key, text) for key, (text, _) in STATES.items())]
    return [
        Filter(name="state", label="状态", value=query.state, options=states),
        Filter(name="department", label="部门编码", value=query.department),
    ]


def result_table(query: ResultsPageQuery, page: Page[ResultRow]) -> Table:
    """Give the list as a table."""
    kept = {"state": query.state} | ({"department": query.department} if query.department else {})
    return Table(
        caption="办理结果，最近到窗的在前",
        columns=[
            Column("办件编号", "Case"),
            Column("状态", "State"),
            Column("结果", "Result"),
            Column("部门", "Department"),
            Column("架位", "Shelf"),
            Column("到窗", "Shelved", numeric=True),
            Column("保留至", "Kept until", numeric=True),
            Column("领取", "Handed over", numeric=True),
        ],
        rows=[
            [
                Cell(row.project_no, f"/issuing/{row.project_no}"),
                _state(row),
                "准予" if row.granted else "不准予",
                row.department,
                row.shelf or "–",
                shown_time(row.shelved_at),
                shown_time(row.collect_by),
                shown_time(row.handed_over_at) or "–",
            ]
            for row in page.items
        ],
        next_href=f"/issuing?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/issuing?{urlencode(kept)}" if query.cursor else "",
        empty="没有等待领取的结果" if query.state == "shelved" else "没有符合条件的结果",
        empty_hint="可以换一个状态查看。Try another state.",
    )


def _state(row: ResultRow) -> Cell:
    text, light = STATES[row.state]
    if row.state == "shelved" and row.locked:
        return Cell(f"{text}（已锁定）", light="red")
    if row.state == "shelved" and row.overdue:
        return Cell(f"{text}（逾期）", light="red")
    return Cell(text, light=light)
