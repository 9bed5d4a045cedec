"""The supervisor's board, the register of who answers, and review meetings, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from services.approval.desk_answers import MeetingForm, MeetingsQuery, RegisterQuery
from services.approval.pages.desk_words import (
    CAUSES,
    LIABLE,
    PROCESS_KINDS,
    RULES,
    Names,
    left,
)
from services.approval.projections import LiabilityRow, MeetingRow, ProcessRow
from services.approval.projections.desk import Watched
from services.chassis.web import Page
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Cell, Column, Figure, Filter, Light, Option, Table
from services.kernel.calendar import WorkCalendar


@dataclass(frozen=True)
class Row:
    """One department on the board."""

    code: str
    name: str
    light: Light
    said: str
    undecided: int
    late: int
    amber: int
    blocked: int
    still: int
    oldest: str
    liabilities: int


def board_page(
    rows: Sequence[Watched],
    processes: Sequence[ProcessRow],
    names: Names,
    calendar: WorkCalendar,
    now: datetime,
) -> dict[str, Any]:
    """Give what `board.html` shows: the worst department first."""
    as_of = shown_time(now)
    late, amber = sum(one.late for one in rows), sum(one.amber for one in rows)
    behind = [one for one in rows if one.late]
    return {
        "figures": [
            Figure(
                name="已超期",
                english="Red",
                value=f"{late:,}",
                unit="件",
                numerator=f"涉及 {len(behind)} 个部门",
                as_of=as_of,
                light="red" if late else "green",
                light_text="红牌" if late else "没有超期",
                cases_href="/desk?late=late",
                cases_text="查看任务",
            ),
            Figure(
                name="临近时限",
                english="Amber",
                value=f"{amber:,}",
                unit="件",
                as_of=as_of,
                light="amber" if amber else "green",
                light_text="黄牌" if amber else "没有临近的",
                cases_href="/desk?late=amber",
                cases_text="查看任务",
            ),
            Figure(
                name="未决定",
                english="Undecided",
                value=f"{sum(one.undecided for one in rows):,}",
                unit="件",
                as_of=as_of,
                cases_href="/desk",
                cases_text="查看任务",
            ),
        ],
        "rows": [_row(one, names, calendar, now) for one in rows],
        "processes": _running(processes, names, calendar, now),
    }


def _row(one: Watched, names: Names, calendar: WorkCalendar, now: datetime) -> Row:
    light: Light = "red" if one.late else "amber" if one.amber else "green"
    oldest = ""
    if one.oldest_late is not None:
        oldest = f"{left(calendar, now, one.oldest_late)[1]}（{shown_time(one.oldest_late)}）"
    elif one.late:
        oldest = "时限中止"
    return Row(
        code=one.department,
        name=names.department(one.department),
        light=light,
        said={"red": "红牌", "amber": "黄牌", "green": "正常"}[light],
        undecided=one.undecided,
        late=one.late,
        amber=one.amber,
        blocked=one.blocked,
        still=one.still,
        oldest=oldest,
        liabilities=one.liabilities,
    )


def _running(
    rows: Sequence[ProcessRow], names: Names, calendar: WorkCalendar, now: datetime
) -> Table:
    def limit(row: ProcessRow) -> Cell | str:
        if row.joint_overdue:
            return Cell("已超联合时限", light="red")
        if row.joint_due_at is None:
            return Cell("中止", light="grey")
        days, text = left(calendar, now, row.joint_due_at)
        return Cell(text, light="red" if days < 0 else "amber" if days <= 9 else "green")

    return Table(
        caption="进行中的并联审批，联合时限先到的在前",
        columns=[
            Column("项目", "Process"),
            Column("类别", "Kind"),
            Column("牵头", "Lead"),
            Column("联合时限", "Joint limit"),
            Column("截止", "Due", numeric=True),
            Column("任务", "Tasks", numeric=True),
        ],
        rows=[
            [
                Cell(row.process_no, f"/processes/{row.process_no}"),
                PROCESS_KINDS.get(row.kind, row.kind),
                names.department(row.lead),
                limit(row),
                shown_time(row.joint_due_at) or "–",
                row.tasks,
            ]
            for row in rows
        ],
        empty="没有进行中的并联审批",
        empty_hint="No project is under way.",
    )


def liability_page(
    query: RegisterQuery, page: Page[LiabilityRow], names: Names, *, watching: bool
) -> dict[str, Any]:
    """Give what `liability_register.html` shows."""
    told = {
        "department": query.department if watching else "",
        "liable": query.liable,
        "process_no": query.process_no,
    }
    kept = {name: value for name, value in told.items() if value}
    more = urlencode(kept | {"cursor": page.next})
    found = [
        Filter(
            name="liable",
            label="谁的责任",
            value=query.liable,
            options=[
                Option("", "全部"),
                *(Option(key, text) for key, text in LIABLE.items()),
            ],
        ),
        Filter(name="process_no", label="项目或办件编号", value=query.process_no),
    ]
    if watching:
        known = dict(names.departments)
        if query.department:
            known.setdefault(query.department, query.department)
        options = [Option("", "全部"), *(Option(code, text) for code, text in known.items())]
        found.insert(
            0, Filter(name="department", label="部门", value=query.department, options=options)
        )
    return {
        "filters": found,
        "table": Table(
            caption="责任记录，最近的在前",
            columns=[
                Column("登记", "Recorded"),
                Column("责任", "Liable"),
                Column("事由", "Why"),
                Column("时限", "Limit", numeric=True),
                Column("任务", "Task"),
                Column("依据的事件", "Cause"),
                Column("状态", "State"),
            ],
            rows=[_liability(row, names) for row in page.items],
            next_href=f"/liability-register?{more}" if page.next else "",
            first_href=f"/liability-register?{urlencode(kept)}" if query.cursor else "",
            empty="没有责任记录",
            empty_hint="没有哪个时限在沉默中过去。Nobody has let a limit pass in silence.",
        ),
    }


def _liability(row: LiabilityRow, names: Names) -> Sequence[Cell | str | int]:
    who = LIABLE[row.liable]
    unit = names.department(row.unit) if row.liable == "department" else row.unit
    return [
        shown_time(row.recorded_at),
        f"{who} {unit}".strip(),
        RULES.get(row.rule, row.rule),
        shown_time(row.due_at),
        Cell(row.project_no, f"/desk/tasks/{row.project_no}"),
        Cell(CAUSES.get(row.cause, row.cause), cause_href(row)),
        Cell("已撤销", light="grey") if row.withdrawn else Cell("有效", light="red"),
    ]


def cause_href(row: LiabilityRow) -> str:
    """Give where the event stands because of which somebody answers: its number is in the name."""
    version = row.liability_no.rpartition("#")[2].partition(".")[0]
    return f"/processes/{row.process_no}#e{version}"


@dataclass(frozen=True)
class Meeting:
    """One review meeting, with the form to file it while it is not held."""

    row: MeetingRow
    light: Light
    state: str
    asked: Sequence[tuple[str, str]]
    """Code and name of each department."""
    absent: str


def meetings_page(
    query: MeetingsQuery,
    page: Page[MeetingRow],
    names: Names,
    now: datetime,
    form: MeetingForm,
) -> dict[str, Any]:
    """Give what `meetings.html` shows."""
    return {
        "meetings": [_meeting(row, names, now) for row in page.items],
        "form": form,
        "shown_time": shown_time,
        "next_href": f"/review-meetings?{urlencode({'cursor': page.next})}" if page.next else "",
        "first_href": "/review-meetings" if query.cursor else "",
    }


def _meeting(row: MeetingRow, names: Names, now: datetime) -> Meeting:
    light: Light
    if row.state == "held":
        light, state = "green", "已召开"
    elif row.scheduled_at <= now:
        light, state = "amber", "待记录"
    else:
        light, state = "grey", "已安排"
    return Meeting(
        row,
        light,
        state,
        [(code, names.department(code)) for code in row.departments],
        "、".join(names.department(code) for code in row.absent),
    )
