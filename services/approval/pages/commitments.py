"""What a person sees of commitment letters: the register, and one letter, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from services.approval.commitment_answers import RegisterQuery
from services.approval.domain.commitments import Commitment
from services.approval.projections.commitments import RUNNING, CommitmentCounts, CommitmentRow
from services.chassis.events import Event
from services.chassis.web import Page
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import (
    Cell,
    Column,
    Figure,
    Filter,
    Light,
    Moment,
    Option,
    Table,
)

STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "requested": ("待审查", "grey"),
    "eligible": ("可以承诺，待签署", "amber"),
    "refused": ("不予采用", "red"),
    "signed": ("已签署", "amber"),
    "decided": ("已预先决定，待补齐", "amber"),
    "fulfilled": ("已履行", "green"),
    "breached": ("逾期未补齐", "red"),
    "lapsed": ("预先决定失效", "red"),
    "deemed_withdrawn": ("视为撤回申请", "red"),
    "rectifying": ("责令限期整改", "red"),
    "revoked": ("应予撤销证照", "red"),
    "withdrawn": ("申请人撤回", "grey"),
}
SCHEMES: Final[Mapping[str, str]] = {
    "SUPPLEMENT_LATER": "先办后补",
    "TOLERANCE": "容缺受理",
    "NOTICE_AND_PROMISE": "告知承诺",
}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "approval.commitment-requested.v1": ("申请承诺", "Requested", ""),
    "approval.commitment-eligibility-checked.v1": ("适用条件审查", "Eligibility", ""),
    "approval.commitment-refused.v1": ("不予采用", "Refused", "red"),
    "approval.commitment-letter-signed.v1": ("签署《提交资料承诺书》", "Signed", ""),
    "approval.conditional-decision-made.v1": ("预先作出审批决定", "Conditional decision", "amber"),
    "approval.commitment-material-received.v1": ("补齐材料", "Material received", ""),
    "approval.commitment-fulfilled.v1": ("承诺履行", "Fulfilled", "green"),
    "approval.commitment-deadline-extended.v1": ("延长期限", "Extended", "amber"),
    "approval.commitment-breached.v1": ("逾期未履行", "Breached", "red"),
    "approval.pre-decision-lapsed.v1": ("预先决定失效", "Lapsed", "red"),
    "approval.case-deemed-withdrawn.v1": ("视为撤回申请", "Deemed withdrawn", "red"),
    "approval.rectification-ordered.v1": ("责令限期整改", "Rectification", "red"),
    "approval.commitment-revocation-ordered.v1": ("应予撤销证照", "Revocation", "red"),
    "approval.commitment-withdrawn.v1": ("申请人撤回承诺", "Withdrawn", "grey"),
}
REASONS: Final[Mapping[str, str]] = {
    "not_eligible": "不互为前置，也不属上级权限",
    "not_consulted": "未向前置部门请示咨询",
    "policy_unfit": "不符合法律或产业政策",
    "credit_flagged": "信用记录有未修复的失信",
    "prerequisite_rejected": "前置部门不予许可",
    "breached": "逾期未补齐",
}
BARS: Final[Mapping[str, str]] = {
    "commitment_open": "承诺尚未履行，不得发证",
    "commitment_breached": "承诺逾期未履行，不得发证",
    "pre_decision_lapsed": "预先决定已失效，不得发证",
    "case_deemed_withdrawn": "申请视为撤回，不得发证",
    "revocation_ordered": "证照应予撤销",
    "prerequisite_open": "前置审批未完成，不得发证",
}


def register_page(
    query: RegisterQuery, page: Page[CommitmentRow], counts: CommitmentCounts, now: datetime
) -> dict[str, Any]:
    """Give what `commitment_register.html` shows."""
    as_of = shown_time(now)
    kept, broken = counts.kept, counts.broken
    return {
        "figures": [
            Figure(
                name="履行中",
                english="Running",
                value=str(counts.running),
                unit="件",
                as_of=as_of,
                light="red" if counts.overdue else "",
                light_text=f"其中 {counts.overdue} 件已过期限" if counts.overdue else "",
            ),
            Figure(
                name="已履行",
                english="Kept",
                value=str(kept),
                unit="件",
                numerator=f"按期履行 {kept} 件",
                denominator=f"已到期 {kept + broken} 件",
                as_of=as_of,
            ),
            Figure(name="未履行", english="Broken", value=str(broken), unit="件", as_of=as_of),
        ],
        "filters": _filters(query),
        "table": _table(query, page, now),
    }


def _filters(query: RegisterQuery) -> list[Filter]:
    return [
        Filter(
            name="outcome",
            label="履行情况",
            value=query.outcome,
            options=[
                Option("", "全部"),
                Option("running", "履行中"),
                Option("kept", "已履行"),
                Option("broken", "未履行"),
            ],
        ),
        Filter(
            name="scheme",
            label="承诺方式",
            value=query.scheme,
            options=[Option("", "全部"), *(Option(key, text) for key, text in SCHEMES.items())],
        ),
        Filter(name="department", label="部门编码", value=query.department),
    ]


def _table(query: RegisterQuery, page: Page[CommitmentRow], now: datetime) -> Table:
    told = {"outcome": query.outcome, "scheme": query.scheme, "department": query.department}
    kept = {name: value for name, value in told.items() if value}
    more = urlencode(kept | {"cursor": page.next})
    return Table(
        caption="承诺书，最近申请的在前",
        columns=[
            Column("编号", "Letter"),
            Column("承诺方式", "Scheme"),
            Column("状态", "State"),
            Column("部门", "Department"),
            Column("期限", "Due", numeric=True),
            Column("材料", "Papers", numeric=True),
            Column("办件", "Case"),
        ],
        rows=[
            [
                Cell(row.commitment_no, f"/commitments/{row.commitment_no}"),
                SCHEMES[row.scheme],
                _state(row, now),
                row.department,
                (shown_time(row.due_at) or "–") + ("（已延期）" if row.extended else ""),
                f"{row.received}/{row.promised}",
                Cell(row.project_no, f"/tasks/{row.project_no}"),
            ]
            for row in page.items
        ],
        next_href=f"/commitment-register?{more}" if page.next else "",
        first_href=f"/commitment-register?{urlencode(kept)}" if query.cursor else "",
    )


def _state(row: CommitmentRow, now: datetime) -> Cell:
    text, light = STATES[row.state]
    if row.state in RUNNING and row.due_at is not None and row.due_at < now:
        return Cell(f"{text}（已过期限）", light="red")
    return Cell(text, light=light)


def commitment_page(letter: Commitment, events: Sequence[Event], now: datetime) -> dict[str, Any]:
    """Give what `commitment.html` shows."""
    state, light = STATES[letter.state.value]
    return {
        "letter": letter,
        "state": state,
        "light": light,
        "scheme": SCHEMES[letter.scheme.value],
        "bar": BARS[letter.bar.value] if letter.bar else "",
        "reason": REASONS.get(letter.reason, letter.reason),
        "shown_time": shown_time,
        "papers": Table(
            caption="承诺补齐的材料",
            columns=[Column("材料", "Paper"), Column("收到", "Received", numeric=True)],
            rows=[
                [one.title, shown_time(letter.received.get(code)) or "未收到"]
                for code, one in letter.materials.items()
            ],
        ),
        "moments": [
            _in_words(moment, event)
            for moment, event in zip(timeline(events, TITLES), events, strict=True)
        ],
    }


def _in_words(moment: Moment, event: Event) -> Moment:
    said: dict[str, Any] = msgspec.json.decode(event.body.data)
    detail = ""
    match event.type.removeprefix("approval."):
        case "commitment-requested.v1":
            papers = "、".join(one["title"] for one in said["materials"])
            detail = f"{SCHEMES[said['scheme']]} · {papers}"
        case "commitment-eligibility-checked.v1":
            facts = [
                "互为前置" if said["mutual_prerequisite"] else "不互为前置",
                f"上级权限 {said['higher_authority']}" if said.get("higher_authority") else "",
                f"已请示咨询 {said['consultation_no']}" if said.get("consultation_no") else "",
                "符合政策" if said["policy_fit"] else "不符合政策",
                "信用记录有失信" if said["credit_flagged"] else "信用记录无失信",
            ]
            detail = " · ".join(filter(None, facts))
        case "commitment-refused.v1":
            detail = REASONS[said["reason"]]
        case "commitment-letter-signed.v1":
            detail = f"期限 {_time(said['due_at'])}"
        case "conditional-decision-made.v1":
            detail = "补齐前不发证" if said["certificate_withheld"] else "当场发证"
        case "commitment-material-received.v1":
            detail = f"{said['material_code']}{'' if said['on_time'] else ' · 逾期'}"
        case "commitment-deadline-extended.v1":
            detail = f"{_time(said['old_due_at'])} → {_time(said['new_due_at'])} · {said['reason']}"
        case "commitment-breached.v1":
            detail = f"缺 {'、'.join(said['missing'])} · 期限 {_time(said['due_at'])}"
        case "pre-decision-lapsed.v1":
            detail = REASONS[said["cause"]]
        case "rectification-ordered.v1":
            detail = f"{said['days']} 个工作日，至 {_time(said['due_at'])}"
    return replace(moment, detail=detail)


def _time(text: str) -> str:
    return shown_time(datetime.fromisoformat(text))
