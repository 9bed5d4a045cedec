"""What happened to a process and its tasks, in words: the timeline of a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import msgspec

from services.approval.pages import KINDS, OUTCOMES, TITLES
from services.approval.pages.desk_words import (
    CLOCKS,
    DELAY_REASONS,
    DELAY_REMEDIES,
    EXTEND_REASONS,
    LIABLE,
    OVERTURN_GROUNDS,
    REOPEN_REASONS,
    RESULTS,
    RETURN_REASONS,
    RULES,
    VOID_GROUNDS,
    WAIVE_REASONS,
    Names,
)
from services.chassis.events import Event
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Moment
from services.kernel.clock import Reason

_EFFECTS: Final = {
    "NEXT_STAGE": "转入下一环节，不等于准予",
    "GRANT": "视为准予",
    "NONE": "只记超期",
}
_CANCELLED: Final = {
    "withdrawn": "申请人撤回",
    "prerequisite_rejected": "前置审批不予许可",
    "prerequisite_withdrawn": "前置申请已撤回",
    "prerequisite_overturned": "前置的默许被撤销",
}
_REOPENED: Final = {
    **REOPEN_REASONS,
    "prerequisite_reopened": "前置审批重新办理",
    "prerequisite_rejected": "前置审批不予许可",
    "prerequisite_overturned": "前置的默许被撤销",
    "deemed_consent_voided": "默许无效",
    "task_added": "增加了部门",
    "accepted_again": "办件重新受理",
    "result_retracted": "结果已撤回",
}


def moments(
    events: Sequence[Event], names: Names, codes: dict[str, str], *, whose: bool
) -> list[Moment]:
    """Give the timeline.

    Args:
        codes: the item of each task, by its id and by the number of its case.
        whose: say of each event whose task it is about.
    """
    shown = zip(timeline(events, TITLES), events, strict=True)
    return [_in_words(moment, event, names, codes, whose) for moment, event in shown]


def of_task(events: Iterable[Event], task_id: str, project_no: str) -> list[Event]:
    """Give what happened to one task, and to the whole it belongs to."""
    found = []
    for event in events:
        said: dict[str, Any] = msgspec.json.decode(event.body.data)
        about = said.get("task_id") or said.get("project_no")
        if about in (None, task_id, project_no):
            found.append(event)
    return found


def _in_words(
    moment: Moment, event: Event, names: Names, codes: dict[str, str], whose: bool
) -> Moment:
    said: dict[str, Any] = msgspec.json.decode(event.body.data)
    told = _detail(event.type.removeprefix("approval."), said, names, codes)
    about = said.get("task_id") or said.get("project_no") or ""
    item = names.item(codes[about]) if whose and about in codes else ""
    return replace(
        moment,
        detail=" · ".join(filter(None, [item, told])),
        anchor=f"e{event.version}",
    )


def _detail(kind: str, said: dict[str, Any], names: Names, codes: dict[str, str]) -> str:
    match kind:
        case "parallel-approval-started.v1":
            days, due = said["joint_limit"], _time(said["joint_due_at"])
            return f"{len(said['tasks'])} 个事项 · 联合时限 {days} 个工作日，至 {due}"
        case "task-created.v1":
            joined = " · 中途加入" if said.get("added") else ""
            return f"{names.department(said['department'])}{joined}"
        case "task-ready.v1":
            promised = said.get("promised_due_at")
            return f"承诺时限至 {_time(promised)}" if promised else ""
        case "task-started.v1":
            return f"经办 {said['handler']}"
        case "task-returned.v1":
            return RETURN_REASONS.get(said["reason"], str(said["reason"]))
        case "step-recorded.v1":
            return f"{said['name']}：{OUTCOMES.get(said['outcome'], said['outcome'])}"
        case "task-approved.v1" | "task-rejected.v1" | "late-decision-recorded.v1":
            result = {True: "准予", False: "不予"}.get(said.get("granted"), "")  # type: ignore[arg-type]
            return " · ".join(filter(None, [result, KINDS[said["completion_kind"]]]))
        case "task-conditionally-approved.v1":
            return f"承诺书 {said['commitment_no']}，补齐材料前不发证"
        case "task-cancelled.v1":
            return _CANCELLED.get(said["reason"], str(said["reason"]))
        case "mutual-prerequisite-detected.v1":
            return " ⇄ ".join(_item(one, names, codes) for one in said["tasks"])
        case "prerequisite-deferred.v1":
            before = _item(said["prerequisite"], names, codes)
            return f"不再等待“{before}”，凭承诺书 {said['commitment_no']}"
        case "task-deemed-consented.v1":
            return f"{RULES.get(said['rule'], said['rule'])}，{_EFFECTS[said['effect']]}"
        case "deemed-consent-voided.v1":
            return VOID_GROUNDS[said["ground"]]
        case "deemed-consent-overturned.v1":
            ground = OVERTURN_GROUNDS.get(said["legal_ground"], said["legal_ground"])
            return f"{ground} · {'给予补偿或赔偿' if said['compensation'] else '不予补偿'}"
        case "task-waived.v1":
            return WAIVE_REASONS.get(said["reason"], str(said["reason"]))
        case "task-reopened.v1" | "process-reopened.v1":
            return _REOPENED.get(said["reason"], str(said["reason"]))
        case "liability-recorded.v1":
            liable = f"{LIABLE[said['liable']]} {names.department(said['unit'])}".strip()
            return f"{liable} · {RULES.get(said['rule'], said['rule'])}"
        case "process-decided.v1":
            return RESULTS[said["result"]][0]
        case "applicant-delay-noticed.v1":
            reason = DELAY_REASONS.get(said["reason"], said["reason"])
            remedy = DELAY_REMEDIES.get(said["remedy"], said["remedy"])
            both = said["to_applicant"] and said["to_window"]
            effect = "" if both else "；没有同时告知双方，不停止时限"
            return f"{reason}，请{remedy}（通知 {said['notice_no']}）{effect}"
    return _of_clock(kind, said)


def _of_clock(kind: str, said: dict[str, Any]) -> str:
    clocks = "、".join(CLOCKS[one] for one in said.get("clocks", ()))
    match kind:
        case "clock-suspended.v1":
            reason = Reason(said["reason"]).chinese
            days, notice = said["expected_days"], said["notice_no"]
            return f"{clocks} · {reason} · 预计 {days} 个工作日（通知 {notice}）"
        case "clock-resumed.v1":
            reason = Reason(said["reason"]).chinese
            return f"{clocks} · {reason}结束 · 不计 {said['excluded_days']} 个工作日{_ends(said)}"
        case "clock-extended.v1":
            reason = EXTEND_REASONS.get(said["reason"], said["reason"])
            return f"{clocks} · 延长 {said['days']} 个工作日 · {reason}{_ends(said)}"
        case "clock-recalculated.v1":
            return (
                f"{CLOCKS[said['clock']]} {_time(said['old_due_at'])} → {_time(said['new_due_at'])}"
            )
        case "deadline-approaching.v1" | "clock-breached.v1":
            return f"{CLOCKS[said['clock']]} {_time(said['due_at'])}"
    return ""


def _ends(said: dict[str, Any]) -> str:
    due = said.get("promised_due_at") or said.get("joint_due_at")
    return f" · 至 {_time(due)}" if due else ""


def _item(task_id: str, names: Names, codes: dict[str, str]) -> str:
    return names.item(codes.get(task_id, task_id.rpartition("/")[2]))


def _time(text: str) -> str:
    return shown_time(datetime.fromisoformat(text))
