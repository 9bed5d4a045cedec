"""What a person sees of intake: words and tables for the templates beside this file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from services.chassis import words as shared
from services.chassis.events import Event
from services.chassis.web import Page
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Filter, Light, Moment, Option, Table
from services.intake.answers import CasesQuery
from services.intake.domain import REASONS, Case
from services.intake.domain.case_titles import TITLES
from services.intake.domain.clocks import in_time
from services.intake.pages import case_words, clocks
from services.intake.projections import CaseRow
from services.kernel.calendar import Edition
from services.kernel.clock import Kind

CASE_STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "draft": ("草稿", "grey"),
    "submitted": ("已提交", "grey"),
    "correction_pending": ("待补正", "amber"),
    "accepted": ("在办", "amber"),
    "in_review": ("审批中", "amber"),
    "decided": ("已决定，待补齐材料", "amber"),
    "completed": ("已办结", "green"),
    "delivered": ("已送达", "green"),
    "archived": ("已归档", "grey"),
    "refused": ("不予受理", "red"),
    "not_required": ("不受理", "grey"),
    "withdrawn": ("申请人撤回", "grey"),
    "abandoned": ("视为放弃", "grey"),
    "forwarded_up": ("已转报上级", "grey"),
    "voided": ("已作废", "red"),
    "deleted_in_error": ("误录删除", "red"),
    "retracted": ("已撤回", "grey"),
}
MODES: Final[Mapping[str, str]] = {
    "manual": "人工受理",
    "auto": "自动受理",
    "deemed": "逾期未告知，视为受理",
    "external": "外部系统受理",
}

CHANNELS: Final[Mapping[str, str]] = {
    "window": "窗口",
    "comprehensive_window": "综合窗口",
    "online": "网上",
    "pc": "电脑端",
    "mobile": "移动端",
    "wechat": "微信",
    "village": "村级代办点",
    "courier": "快递",
    "post": "邮寄",
    "hotline": "热线",
    "provincial": "省级系统",
    "other": "其他",
}
"""A sender's own word for its channel is shown as it is."""
OUTCOMES: Final = shared.STEP_OUTCOMES
RESULTS: Final[Mapping[str, str]] = {"granted": "准予", "rejected": "不予", "other": "其他"}
KINDS: Final = shared.COMPLETION_KINDS
CLOCKS: Final = shared.LIMITS
CAUSES: Final[Mapping[str, str]] = {
    "CALENDAR_AMENDED": "工作日历公布或调整",
    "RETROACTIVE_START": "起算时间追溯",
    "CORRECTION": "外部记录更正",
}
RECORDS: Final[Mapping[str, str]] = {"accept": "受理", "process": "环节", "result": "结果"}


def case_page(
    case: Case, events: Sequence[Event], at: datetime, editions: Collection[Edition] = ()
) -> dict[str, Any]:
    """Give what `case.html` shows of a case as it stands at this moment.

    `editions` of the calendar show its limits day by day; without them they are dates only.
    """
    state, light = CASE_STATES[case.state.value]
    due_at = case.promised_due_at
    return {
        "case": case,
        "state": state,
        "light": light,
        "overdue": case.is_open and due_at is not None and not in_time(at, due_at),
        "approaching": case.is_open and due_at is not None and case.approached == due_at,
        "promised": clocks.strip(case, Kind.PROMISED, editions, at),
        "statutory": clocks.strip(case, Kind.STATUTORY, editions, at),
        "calendars": sorted({counted.calendar for counted in case.counts.values()}),
        "channel": CHANNELS.get(case.channel, case.channel),
        "refusal": REASONS.get(case.refusal, "见经过") if case.refusal else "",
        "mode": MODES.get("deemed" if case.deemed else case.mode, ""),
        "waits_for": "、".join(reason.chinese for reason in case.waits_for),
        "standstills": case_words.standstills(case),
        "ending": _ending(case.granted, case.completion_kind),
        "moments": moments(events),
        "shown_time": shown_time,
    }


def moments(events: Sequence[Event]) -> list[Moment]:
    """Give the timeline of a case: a step by its own name, what came of it in words."""
    return [
        _in_words(moment, event)
        for moment, event in zip(timeline(events, TITLES), events, strict=True)
    ]


def _in_words(moment: Moment, event: Event) -> Moment:
    said: dict[str, Any] = msgspec.json.decode(event.body.data)
    match event.type:
        case "intake.case-submitted.v1":
            return replace(moment, detail=f"渠道：{CHANNELS.get(said['channel'], said['channel'])}")
        case "intake.case-accepted.v1" if said.get("promised_due_at"):
            due_at = datetime.fromisoformat(said["promised_due_at"])
            note = " · 暂定（该年工作日历尚未公布）" if said.get("provisional") else ""
            mode = "deemed" if said.get("deemed") else said["mode"]
            how = f"{MODES.get(mode, mode)} · " if mode in ("deemed", "auto") else ""
            return replace(moment, detail=f"{how}承诺时限 {shown_time(due_at)}{note}")
        case "intake.case-refused.v1" | "intake.case-refused.v2":
            told = [said["reason"], said.get("other_authority"), said.get("remedies")]
            return replace(moment, detail=" · ".join(part for part in told if part))
        case "intake.step-reported.v1":
            handler = f"经办 {said['handler']}" if said.get("handler") else ""
            outcome = OUTCOMES.get(said["outcome"], said["outcome"])
            return replace(
                moment,
                title=f"环节：{said['name']}",
                detail=" · ".join(filter(None, [outcome, handler, said.get("unit")])),
                light="amber" if said["outcome"] == "return" else "",
            )
        case "intake.result-reported.v1":
            result = RESULTS.get(said["result"], said["result"])
            return replace(moment, detail=f"{result} · {KINDS[said['completion_kind']]}")
        case "intake.case-completed.v1":
            in_time = {True: "按期办结", False: "逾期办结"}.get(said.get("on_time"))  # type: ignore[arg-type]
            ending = _ending(said["granted"], said["completion_kind"])
            return replace(
                moment,
                detail=" · ".join(filter(None, [in_time, ending])),
                light="red" if said.get("on_time") is False else "green",
            )
        case "intake.external-record-corrected.v1":
            fields = "、".join(said["changed"]) or "申请人信息"
            return replace(moment, detail=f"{RECORDS[said['record']]}记录更正：{fields}")
        case "intake.clock-recalculated.v1":
            old, new = (_shown(said[name]) for name in ("old_due_at", "new_due_at"))
            moved = f"{old} → {new}" if old != new else f"{new}（不变，已按公布的日历确定）"
            cause = CAUSES.get(said["cause"], said["cause"])
            return replace(moment, detail=f"{CLOCKS[said['clock']]} {moved} · {cause}")
        case "intake.deadline-approaching.v1" | "intake.clock-breached.v1":
            return replace(moment, detail=f"{CLOCKS[said['clock']]} {_shown(said['due_at'])}")
        case "intake.external-record-retracted.v1":
            return replace(moment, detail=f"{RECORDS[said['record']]}记录由来源系统删除")
    return replace(moment, detail=case_words.detail(event.type, said)) if said else moment


def _shown(time: str) -> str:
    return shown_time(datetime.fromisoformat(time))


def _ending(granted: bool | None, kind: int | None) -> str:
    return "" if kind is None else f"{'准予' if granted else '不予'} · {KINDS[kind]}"


def filters(query: CasesQuery) -> list[Filter]:
    """Give the filter form of the list."""
    states = [Option("", "全部"), *(Option(key, text) for key, (text, _) in CASE_STATES.items())]
    own = {query.channel: query.channel} if query.channel else {}
    codes = {**own, **CHANNELS}
    channels = [Option("", "全部"), *(Option(key, text) for key, text in codes.items())]
    return [
        Filter(name="state", label="状态", value=query.state, options=states),
        Filter(name="department", label="部门编码", value=query.department),
        Filter(name="channel", label="渠道", value=query.channel, options=channels),
        Filter(name="window", label="窗口", value=query.window),
        Filter(name="item_code", label="事项编码", value=query.item_code),
    ]


def case_table(query: CasesQuery, page: Page[CaseRow]) -> Table:
    """Give the list as a table."""
    told = {
        "state": query.state,
        "department": query.department,
        "channel": query.channel,
        "item_code": query.item_code,
        "window": query.window,
        "account": query.account,
    }
    kept = {name: value for name, value in told.items() if value}
    return Table(
        caption="办件，最近提交的在前",
        columns=[
            Column("办件编号", "Case"),
            Column("状态", "State"),
            Column("事项", "Item"),
            Column("部门", "Department"),
            Column("渠道", "Channel"),
            Column("受理", "Accepted", numeric=True),
            Column("承诺时限", "Promised by", numeric=True),
            Column("办结", "Completed", numeric=True),
        ],
        rows=[
            [
                Cell(row.project_no, f"/cases/{row.project_no}"),
                Cell(CASE_STATES[row.state][0], light=CASE_STATES[row.state][1]),
                row.item_name or row.item_code,
                row.department or "–",
                CHANNELS.get(row.channel, row.channel),
                shown_time(row.accepted_at) or "–",
                shown_time(row.promised_due_at) or "–",
                shown_time(row.completed_at) or "–",
            ]
            for row in page.items
        ],
        next_href=f"/?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/?{urlencode(kept)}" if query.cursor else "",
    )
