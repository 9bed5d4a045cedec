"""What an officer sees of the work that waits: counts, and every task with its end and its why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from services.approval.desk_answers import WorkQuery
from services.approval.pages import STATES
from services.approval.pages.desk_words import CLOCKS, Names, left, standing
from services.approval.projections.desk import UNDECIDED, Counts, Holder, Work
from services.chassis.web import Page
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Filter, Light, Option
from services.kernel.calendar import WorkCalendar

LATE: Final[Mapping[str, str]] = {"late": "已超期", "amber": "临近时限", "still": "时限中止"}


@dataclass(frozen=True)
class Line:
    """One task of the list."""

    href: str
    title: str
    number: str
    state: str
    state_light: Light
    light: Light
    """How near its end is; it stands at the left edge, with `said` in words."""
    said: str
    due: str
    """When its limit ends, as shown."""
    joint: str
    why: Sequence[str]
    """What it waits for, why its clocks stand still, how they were extended."""
    who: str
    process_href: str
    process_no: str
    department: str


@dataclass(frozen=True)
class Tile:
    """One count on top, and the list behind it."""

    name: str
    english: str
    number: int
    href: str
    light: Light
    chosen: bool


def desk_page(
    query: WorkQuery,
    page: Page[Work],
    counts: Counts,
    names: Names,
    holders: Mapping[str, Holder],
    calendar: WorkCalendar,
    now: datetime,
    *,
    scope: str,
    watching: bool,
) -> dict[str, Any]:
    """Give what `desk.html` shows.

    Args:
        scope: the department whose work it is, "" for all.
        watching: the caller sees every department.
    """
    kept = _kept(query, watching)
    more = urlencode(kept | {"cursor": page.next})
    return {
        "tiles": _tiles(query, counts, watching),
        "filters": _filters(query, names, page, watching),
        "lines": [line(work, names, holders, calendar, now) for work in page.items],
        "department": names.department(scope) if scope else "全部部门",
        "watching": watching,
        "newest": bool(query.state),
        "next_href": f"/desk?{more}" if page.next else "",
        "first_href": f"/desk?{urlencode(kept)}" if query.cursor else "",
        "filtered": bool(query.state or query.item or query.late or query.mine),
    }


def line(
    work: Work,
    names: Names,
    holders: Mapping[str, Holder],
    calendar: WorkCalendar,
    now: datetime,
) -> Line:
    """Say of one task how it stands."""
    state, state_light = STATES[work.state]
    light, said = judge(work, calendar, now)
    single = work.process_no == work.project_no
    return Line(
        href=f"/desk/tasks/{work.project_no}",
        title=names.item(work.item_code),
        number=work.project_no,
        state=state,
        state_light=state_light,
        light=light,
        said=said,
        due=shown_time(work.promised_due_at),
        joint=shown_time(work.joint_due_at)[:10] if work.state in UNDECIDED else "",
        why=why(work, names, holders, calendar),
        who=work.handler or "",
        process_href="" if single else f"/processes/{work.process_no}",
        process_no="" if single else work.process_no,
        department=names.department(work.department),
    )


def judge(work: Work, calendar: WorkCalendar, now: datetime) -> tuple[Light, str]:
    """Say how near its end a task is. A limit that has passed stays red, whatever comes later."""
    if work.state not in UNDECIDED:
        return "", ""
    ends = [one for one in (work.promised_due_at, work.joint_due_at) if one is not None]
    if work.state == "blocked":
        ends = [one for one in (work.joint_due_at,) if one is not None]
    first = min(ends, default=None)
    days, text = left(calendar, now, first) if first else (0, "")
    if work.overdue:
        passed = "、".join(CLOCKS[one] for one in work.overdue)
        return "red", f"已超{passed}"
    if work.joint_overdue:
        return "red", "已超联合时限"
    if first is not None and days < 0:
        return "red", text
    if work.suspended and work.promised_due_at is None:
        return "grey", "承诺时限中止"
    if work.state == "blocked":
        return "grey", "还不能办"
    if work.approaching is not None or (first is not None and days <= 1):
        return "amber", text or "临近时限"
    return ("green", text) if first is not None else ("grey", "不计时")


def why(
    work: Work, names: Names, holders: Mapping[str, Holder], calendar: WorkCalendar
) -> list[str]:
    """Say what keeps a task, or moved its end."""
    found = []
    if work.state == "blocked":
        for task_id in work.needs:
            holder = holders.get(task_id)
            if holder is not None:
                what = names.item(holder.item_code)
                where = names.department(holder.department)
                found.append(f"等待前置：{what}（{where}，{STATES[holder.state][0]}）")
        if not found:
            found.append("等待前置")
    found += [standing(calendar, text) for text in work.standing]
    if work.extended:
        found.append(f"已延长 {work.extended} 个工作日")
    if work.state == "approved_conditionally":
        found.append("已预先决定，等待承诺的材料补齐")
    return found


def _tiles(query: WorkQuery, counts: Counts, watching: bool) -> list[Tile]:
    kept = {"department": query.department} if watching and query.department else {}

    def tile(name: str, english: str, number: int, light: Light, **filters: str) -> Tile:
        asked = {"late": query.late, "mine": query.mine, "state": query.state}
        chosen = {key: value for key, value in asked.items() if value} == filters
        href = urlencode(kept | filters)
        told: Light = light if number else ""
        return Tile(name, english, number, f"/desk?{href}" if href else "/desk", told, chosen)

    tiles = [
        tile("待办", "To decide", counts.waiting, ""),
        tile("已超期", "Late", counts.late, "red", late="late"),
        tile("临近时限", "Near the limit", counts.amber, "amber", late="amber"),
        tile("等待前置", "Blocked", counts.blocked, "grey", state="blocked"),
        tile("时限中止", "Standing still", counts.still, "grey", late="still"),
    ]
    if not watching:
        tiles.insert(1, tile("我经办的", "Mine", counts.mine, "", mine="yes"))
    return tiles


def _filters(query: WorkQuery, names: Names, page: Page[Work], watching: bool) -> list[Filter]:
    items = {work.item_code for work in page.items} | ({query.item} if query.item else set())
    found = [
        Filter(
            name="state",
            label="状态",
            value=query.state,
            options=[
                Option("", "未决定的（先到期的在前）"),
                *(Option(key, text) for key, (text, _) in STATES.items()),
            ],
        ),
        Filter(
            name="late",
            label="时限",
            value=query.late,
            options=[Option("", "全部"), *(Option(key, text) for key, text in LATE.items())],
        ),
        Filter(
            name="item",
            label="事项",
            value=query.item,
            options=[
                Option("", "全部"),
                *(Option(code, names.item(code)) for code in sorted(items, key=names.item)),
            ],
        ),
    ]
    if watching:
        known = dict(names.departments)
        if query.department:
            known.setdefault(query.department, query.department)
        options = [Option("", "全部"), *(Option(code, text) for code, text in known.items())]
        found.append(
            Filter(name="department", label="部门", value=query.department, options=options)
        )
    else:
        options = [Option("", "本部门全部"), Option("yes", "只看我经办的")]
        found.append(Filter(name="mine", label="经办", value=query.mine, options=options))
    return found


def _kept(query: WorkQuery, watching: bool) -> dict[str, str]:
    told = {
        "state": query.state,
        "item": query.item,
        "late": query.late,
        "mine": query.mine,
        "department": query.department if watching else "",
    }
    return {name: value for name, value in told.items() if value}
