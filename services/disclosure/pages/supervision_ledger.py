"""The ledger of what was recorded: trainings, inspections, outreach, counts, reported facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from services.chassis.web.parts import Cell, Column, Table
from services.disclosure.pages import supervision_words as words
from services.disclosure.projections.supervision_lists import IssueRow, RecordRow

Names = Mapping[str, str]
Row = list[Cell | str | int]


def records(rows: Sequence[RecordRow], names: Names) -> Table:
    """Lay out trainings, inspections, outreach, counts, reported facts."""
    return Table(
        caption="登记台账，最近的在前",
        columns=[
            Column("种类", "Kind"),
            Column("日期", "Day", numeric=True),
            Column("内容", "What"),
            Column("数量", "Amount", numeric=True),
            Column("编号", "Number"),
            Column("办理", "Act"),
        ],
        rows=[_record(row, names) for row in rows],
        empty="还没有登记",
        empty_hint="Nothing was recorded.",
    )


def _record(row: RecordRow, names: Names) -> Row:
    what, amount = _said(row, names)
    day = row.said_on.isoformat()
    if row.until_on != row.said_on:
        day = f"{day} 至 {row.until_on}"
    counted = row.kind in ("hall-visitors-counted", "page-visits-counted", "enquiries-counted")
    asked = {"kind": row.kind, "record_no": row.title if counted else row.record_no}
    if counted:
        asked |= {"begin": row.said_on.isoformat(), "page": str(row.detail.get("page", ""))}
    undo = Cell("撤销", f"/supervision/write/retract?{urlencode(asked)}")
    return [
        words.KINDS.get(row.kind, row.kind),
        day,
        what,
        amount,
        row.record_no,
        Cell("已撤销", light="grey") if row.retracted else undo,
    ]


def _said(row: RecordRow, names: Names) -> tuple[str, str]:
    detail, number = row.detail, f"{row.amount:,}"
    match row.kind:
        case "training-held":
            return row.title, f"{number} 人次"
        case "inspection-recorded":
            found = [words.CRITERIA.get(one["criterion"], "") for one in detail["findings"]]
            how = "暗访" if detail["covert"] else "督查"
            said = "、".join(found) or "没有发现问题"
            return f"{how} {words.name_of(row.unit, names)}：{said}", f"{number} 个问题"
        case "outreach-held":
            form = words.FORMS.get(detail["form"], "")
            said = f"{form} {row.title}".strip()
            return f"{said}（企业 {detail['enterprises']} 家）", number
        case "page-visits-counted":
            return f"{detail['page']}（{row.title}）", f"{number} 次"
        case "reported-fact-recorded":
            said = f"{row.title}（{detail['source_document']}）"
            return said, f"{detail['value']} {detail['unit']}"
    return row.title, f"{number} 人次"


def issues(rows: Sequence[IssueRow]) -> Table:
    """Lay out the problems that were named."""
    return Table(
        caption="征求到的问题，未解决的在前",
        columns=[
            Column("问题", "Problem"),
            Column("提出", "Raised", numeric=True),
            Column("状态", "State"),
            Column("办理", "Act"),
        ],
        rows=[
            [
                row.body or row.issue_no,
                row.raised_on.isoformat(),
                Cell("已解决", light="green") if row.resolved_on else Cell("待解决", light="amber"),
                row.solution or f"{row.resolved_on}"
                if row.resolved_on
                else Cell("登记解决", f"/supervision/write/resolve-issue?issue_no={row.issue_no}"),
            ]
            for row in rows
        ],
        empty="没有征求到问题",
        empty_hint="No problem was named.",
    )
