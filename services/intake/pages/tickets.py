"""What a person sees of hotline tickets (12345): words and tables for the templates beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from services.chassis.events import Event
from services.chassis.web import Page
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Filter, Light, Moment, Option, Table
from services.intake.domain import Ticket
from services.intake.domain.clocks import in_time
from services.intake.domain.ticket_terms import TRIES
from services.intake.projections.tickets import TicketRow
from services.intake.ticket_answers import TicketsPageQuery

STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "received": ("已受理", "grey"),
    "refused": ("不予受理", "red"),
    "dispatched": ("办理中", "amber"),
    "returned": ("已退回", "amber"),
    "replied": ("已答复", "green"),
    "followed_up": ("已回访", "green"),
    "closed": ("已办结", "green"),
}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "intake.ticket-received.v1": ("受理来电", "Received", ""),
    "intake.ticket-refused.v1": ("不予受理", "Refused", "red"),
    "intake.ticket-dispatched.v1": ("派单", "Dispatched", "amber"),
    "intake.ticket-returned.v1": ("退单", "Returned", "amber"),
    "intake.ticket-redispatched.v1": ("裁定改派", "Ruled", "amber"),
    "intake.ticket-extended.v1": ("延期", "Extended", "amber"),
    "intake.ticket-replied.v1": ("答复", "Replied", "green"),
    "intake.callback-recorded.v1": ("回访", "Called back", ""),
    "intake.ticket-closed.v1": ("办结", "Closed", "green"),
    "intake.ticket-supervised.v1": ("逾期督办", "Supervised", "red"),
}
CHANNELS: Final[Mapping[str, str]] = {
    "phone": "电话",
    "app": "移动端",
    "wechat": "微信",
    "web": "网上",
    "other": "其他",
}
GROUNDS: Final[Mapping[str, str]] = {
    "litigation": "已进入诉讼程序",
    "arbitration": "已进入仲裁程序",
    "reconsideration": "已进入行政复议程序",
    "foi": "属于政府信息公开申请",
    "petition": "已进入信访程序",
    "secret": "涉及国家秘密",
    "concluded": "已办结且无新的事实和理由",
}
ROUTES: Final[Mapping[str, str]] = {
    "court": "人民法院",
    "arbitration_body": "仲裁机构",
    "reconsideration_body": "行政复议机关",
    "foi_office": "政府信息公开工作机构",
    "petition_office": "信访部门",
    "secrecy_office": "保密行政管理部门",
    "earlier_reply": "原办理结果",
}
REASONS: Final[Mapping[str, str]] = {
    "not_our_duty": "不属于本单位职责",
    "other_region": "不属于本地区",
    "other_unit_leads": "应由其他单位主办",
    "duplicate": "重复工单",
    "incomprehensible": "诉求不清",
}
OUTCOMES: Final[Mapping[str, str]] = {
    "resolved": "已解决",
    "partly_resolved": "部分解决",
    "explained": "已解释说明",
    "not_resolved": "未解决",
}


TEXTS: Final[Mapping[str, str]] = {
    "text": "诉求内容",
    "reply": "答复内容",
    "callback": "回访记录",
}
"""What was said and answered, by part."""


def ticket_acts(ticket: Ticket, roles: frozenset[str], unit: str) -> frozenset[str]:
    """Give what a caller can do to a ticket as it stands."""
    state, found = ticket.state.value, set[str]()
    leads = "unit" in roles and bool(unit) and unit == ticket.lead_unit
    if "hotline_operator" in roles:
        if state == "received":
            found |= {"dispatch", "refusal"}
        if state == "replied" and unit not in ticket.units:
            found |= {"callbacks"}
        asked = ticket.reached or ticket.calls >= TRIES
        if state == "followed_up" or (state == "replied" and asked):
            found |= {"closing"}
    if leads and state == "dispatched":
        found |= {"reply"} if ticket.ruled else {"reply", "return"}
    if "supervisor" in roles and (not unit or unit != ticket.lead_unit):
        if state == "returned":
            found |= {"ruling"}
        if state == "dispatched" and not ticket.extended:
            found |= {"extension"}
    return frozenset(found)


def ticket_choices() -> dict[str, Mapping[str, str]]:
    """Give the choices of a ticket's forms."""
    return {"grounds": GROUNDS, "reasons": REASONS, "outcomes": OUTCOMES, "parts_said": TEXTS}


def ticket_page(ticket: Ticket, events: Sequence[Event], at: datetime) -> dict[str, Any]:
    """Give what `ticket.html` shows of a ticket at this moment."""
    state, light = STATES[ticket.state.value]
    waits = ticket.state.value == "dispatched" and ticket.due_at is not None
    return {
        "ticket": ticket,
        "state": state,
        "light": light,
        "overdue": waits and ticket.due_at is not None and not in_time(at, ticket.due_at),
        "channel": CHANNELS.get(ticket.channel, ticket.channel),
        "outcome": OUTCOMES[ticket.outcome.value] if ticket.outcome else "",
        "ground": GROUNDS[ticket.ground.value] if ticket.ground else "",
        "moments": moments(events),
        "shown_time": shown_time,
    }


def moments(events: Sequence[Event]) -> list[Moment]:
    """Give the timeline of a ticket, in words."""
    return [
        replace(moment, detail=_detail(event))
        for moment, event in zip(timeline(events, TITLES), events, strict=True)
    ]


def _detail(event: Event) -> str:
    said: dict[str, Any] = msgspec.json.decode(event.body.data)
    match event.type:
        case "intake.ticket-received.v1":
            return f"渠道：{CHANNELS.get(said['channel'], said['channel'])}"
        case "intake.ticket-refused.v1":
            return f"{GROUNDS[said['ground']]} · 请向{ROUTES[said['route']]}提出"
        case "intake.ticket-dispatched.v1" | "intake.ticket-redispatched.v1":
            helping = f" · 协办 {'、'.join(said['co_units'])}" if said["co_units"] else ""
            return f"主办 {said['lead_unit']}{helping} · 时限 {_time(said['due_at'])}"
        case "intake.ticket-returned.v1":
            return REASONS[said["reason"]]
        case "intake.ticket-extended.v1":
            return f"{_time(said['old_due_at'])} → {_time(said['new_due_at'])}"
        case "intake.ticket-replied.v1":
            return f"{OUTCOMES[said['outcome']]} · {'按期' if said['on_time'] else '逾期'}"
        case "intake.callback-recorded.v1":
            return _opinion(said.get("satisfied")) if said["reached"] else "未接通"
        case "intake.ticket-closed.v1":
            return _opinion(said.get("satisfied"))
        case "intake.ticket-supervised.v1":
            return f"时限 {_time(said['due_at'])}"
    return ""


def _opinion(satisfied: bool | None) -> str:
    return {True: "满意", False: "不满意", None: "未评价"}[satisfied]


def _time(text: str) -> str:
    return shown_time(datetime.fromisoformat(text))


def ticket_filters(query: TicketsPageQuery) -> list[Filter]:
    """Give the filter form of the list."""
    states = [Option("", "全部"), *(Option(key, text) for key, (text, _) in STATES.items())]
    return [
        Filter(name="state", label="状态", value=query.state, options=states),
        Filter(name="unit", label="主办或协办单位编码", value=query.unit),
        Filter(name="topic", label="诉求类别", value=query.topic),
    ]


def ticket_table(query: TicketsPageQuery, page: Page[TicketRow]) -> Table:
    """Give the list as a table."""
    told = {"state": query.state, "unit": query.unit, "topic": query.topic}
    kept = {name: value for name, value in told.items() if value}
    return Table(
        caption="热线工单，最近受理的在前",
        columns=[
            Column("工单编号", "Ticket"),
            Column("状态", "State"),
            Column("诉求类别", "Topic"),
            Column("主办单位", "Lead unit"),
            Column("受理", "Received", numeric=True),
            Column("时限", "Due", numeric=True),
            Column("答复", "Replied", numeric=True),
            Column("督办", "Supervised"),
        ],
        rows=[
            [
                Cell(row.ticket_no, f"/hotline/{row.ticket_no}"),
                Cell(STATES[row.state][0], light=STATES[row.state][1]),
                row.topic,
                row.lead_unit or "–",
                shown_time(row.received_at),
                shown_time(row.due_at) or "–",
                shown_time(row.replied_at) or "–",
                Cell("已督办", light="red") if row.supervised else "–",
            ]
            for row in page.items
        ],
        next_href=f"/hotline?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/hotline?{urlencode(kept)}" if query.cursor else "",
    )
