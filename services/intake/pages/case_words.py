"""What happened to a case, in words for its timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from services.chassis import words as shared
from services.chassis.web.histories import shown_time
from services.intake.domain import Case
from services.kernel.clock import Kind, Reason

CLOCKS: Final = shared.LIMITS
HOWS: Final[Mapping[str, str]] = {
    "window": "窗口领取",
    "courier": "邮寄送达",
    "door": "送证上门",
    "electronic": "电子送达",
}
GROUNDS: Final[Mapping[str, str]] = {
    "reconsideration": "行政复议",
    "suit": "行政诉讼",
    "superior": "上级机关",
    "human_review": "人工复核",
}
REOPENINGS: Final[Mapping[str, str]] = {
    "deemed_consent_voided": "默许无效",
    "deemed_consent_overturned": "默许被撤销（行政许可法第六十九条）",
    "task_reopened": "审批重新办理",
}
ABOUT: Final[Mapping[str, str]] = {"acceptance": "自动受理", "refusal": "自动不予受理"}
Said = Mapping[str, Any]


def _time(text: str) -> str:
    return shown_time(datetime.fromisoformat(text))


def _clocks(said: Said) -> str:
    return "、".join(CLOCKS.get(kind, kind) for kind in said["clocks"])


def _notice(said: Said) -> str:
    things = "；".join(f"{one['material']}：{one['wrong']}" for one in said["items"])
    return f"{said['due_on']} 前补正 · {things}"


def _suspended(said: Said) -> str:
    reason = Reason(said["reason"]).chinese
    return f"{reason} · {_clocks(said)} · 预计 {said['expected_days']} 个工作日"


def _resumed(said: Said) -> str:
    ends = [
        f"{CLOCKS[kind]} {_time(said[name])}"
        for kind, name in (("PROMISED", "promised_due_at"), ("STATUTORY", "statutory_due_at"))
        if name in said
    ]
    excluded = f"不计 {said['excluded_days']} 个工作日"
    return " · ".join([Reason(said["reason"]).chinese, excluded, *ends])


def _withdrawn(said: Said) -> str:
    part = (
        f"部分撤回：{'、'.join(said.get('items', []))}" if said["scope"] == "part" else "全部撤回"
    )
    return " · ".join(filter(None, [part, said.get("fees_note")]))


def _decided(said: Said) -> str:
    if said["conditional"]:
        return "先办后补：材料补齐后发证"
    where = f"当场决定 · {said['decided_by']}" if said.get("on_spot") else ""
    return " · ".join(
        filter(None, ["准予" if said["granted"] else "不予", where, said.get("reason")])
    )


def _undone(said: Said) -> str:
    who = f"批准 {said['approver']}"
    asked = f"申请 {said['requested_by']}" if "requested_by" in said else ""
    return " · ".join(filter(None, [str(said["reason"]), asked, who]))


def _to_undo(said: Said) -> str:
    return f"{UNDOINGS[said['undoing']]} · {said['reason']}"


UNDOINGS: Final[Mapping[str, str]] = {"voiding": "作废", "deletion": "误录删除"}
"""What somebody asks for."""
_DETAILS: Final[Mapping[str, Callable[[Said], str]]] = {
    "intake.correction-notice-issued.v1": _notice,
    "intake.correction-fault-recorded.v1": lambda said: (
        f"首次告知 {said['first_notice_no']} 有遗漏 · {said['clerk']}"
    ),
    "intake.correction-received.v1": lambda said: (
        "已补齐" if said["full"] else f"补交 {len(said['items'])} 项，尚未补齐"
    ),
    "intake.correction-lapsed.v1": lambda said: f"应于 {said['due_on']} 前补正",
    "intake.case-abandoned.v1": lambda _: "逾期未补正",
    "intake.case-not-required.v1": lambda said: str(said["reason"]),
    "intake.refusal-overturned.v1": lambda said: GROUNDS.get(said["ground"], ""),
    "intake.case-routed.v1": lambda said: str(said["department"]),
    "intake.case-suspended.v1": _suspended,
    "intake.case-resumed.v1": _resumed,
    "intake.case-extended.v1": lambda said: f"延长 {said['days']} 个工作日",
    "intake.case-decided.v1": _decided,
    "intake.case-reopened.v1": lambda said: REOPENINGS.get(said["ground"], ""),
    "intake.case-delivered.v1": lambda said: HOWS.get(said["how"], str(said["how"])),
    "intake.case-archived.v1": lambda said: str(said.get("archive_no", "")),
    "intake.case-withdrawn.v1": _withdrawn,
    "intake.case-forwarded-up.v1": lambda said: str(said["to"]),
    "intake.case-undo-requested.v1": _to_undo,
    "intake.case-undo-declined.v1": _to_undo,
    "intake.case-voided.v1": _undone,
    "intake.case-deleted-in-error.v1": _undone,
    "intake.human-review-requested.v1": lambda said: ABOUT.get(said["about"], ""),
    "intake.human-review-concluded.v1": lambda said: (
        f"{'维持' if said['upheld'] else '不维持'} · {said['reason']}"
    ),
    "intake.acceptance-withdrawn.v1": lambda said: str(said["reason"]),
}


def detail(topic: str, said: Said) -> str:
    """Give the line under a title of the timeline; empty when the title says it all."""
    words = _DETAILS.get(topic)
    return words(said) if words else ""


def standstills(case: Case) -> list[str]:
    """Say when and why its clocks stood still."""
    return [
        f"{CLOCKS[kind.value]}：{one.reason.chinese if one.reason else ''} "
        f"{shown_time(one.since)} 至 {shown_time(one.until) or '今'}"
        for kind in (Kind.STATUTORY, Kind.PROMISED)
        for one in case.still.get(kind.value, ())
    ]
