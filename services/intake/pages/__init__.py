"""What a person sees of intake: words and tables for the templates beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from services.chassis.web import Page
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Cell, Column, Filter, Light, Option, Table
from services.intake.answers import CasesQuery
from services.intake.projections import CaseRow

CASE_STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "submitted": ("已提交", "grey"),
    "accepted": ("在办", "amber"),
    "refused": ("不予受理", "red"),
    "completed": ("已办结", "green"),
    "retracted": ("已撤回", "grey"),
}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "intake.case-submitted.v1": ("提交申请", "Submitted", ""),
    "intake.case-accepted.v1": ("受理", "Accepted", "amber"),
    "intake.case-refused.v1": ("不予受理", "Refused", "red"),
    "intake.step-reported.v1": ("环节办理", "Step", ""),
    "intake.result-reported.v1": ("办理结果", "Result", ""),
    "intake.case-completed.v1": ("办结", "Completed", "green"),
    "intake.external-record-corrected.v1": ("外部记录更正", "Record corrected", "grey"),
    "intake.external-record-retracted.v1": ("外部记录撤回", "Record retracted", "red"),
}


def filters(query: CasesQuery) -> list[Filter]:
    """Give the filter form of the list."""
    states = [Option("", "全部"), *(Option(key, text) for key, (text, _) in CASE_STATES.items())]
    return [
        Filter(name="state", label="状态", value=query.state, options=states),
        Filter(name="department", label="部门编码", value=query.department),
        Filter(name="channel", label="渠道", value=query.channel),
        Filter(name="item_code", label="事项编码", value=query.item_code),
    ]


def case_table(query: CasesQuery, page: Page[CaseRow]) -> Table:
    """Give the list as a table."""
    told = {
        "state": query.state,
        "department": query.department,
        "channel": query.channel,
        "item_code": query.item_code,
    }
    kept = {name: value for name, value in told.items() if value}
    return Table(
        caption="办件",
        columns=[
            Column("办件编号", "Case"),
            Column("状态", "State"),
            Column("事项", "Item"),
            Column("部门", "Department"),
            Column("渠道", "Channel"),
            Column("受理", "Accepted"),
            Column("承诺时限", "Promised by"),
            Column("办结", "Completed"),
        ],
        rows=[
            [
                Cell(row.project_no, f"/cases/{row.project_no}"),
                Cell(CASE_STATES[row.state][0], light=CASE_STATES[row.state][1]),
                row.item_name or row.item_code,
                row.department or "",
                row.channel,
                shown_time(row.accepted_at),
                shown_time(row.promised_due_at),
                shown_time(row.completed_at),
            ]
            for row in page.items
        ],
        next_href=f"/?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/?{urlencode(kept)}" if query.cursor else "",
    )
