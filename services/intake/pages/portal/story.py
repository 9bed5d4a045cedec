"""What happened to a case, told to its applicant: the events of the case and of its materials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from services.chassis.events import Event
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Light, Moment
from services.intake.domain.accepted import AUTO
from services.intake.domain.checklists import REJECTED
from services.intake.domain.material_events import RejectionGround
from services.intake.pages import moments
from services.kernel.facts import ActorKind

Said = Mapping[str, Any]
ACCEPTED: Final = "intake.case-accepted.v1"
ROUTED: Final = "intake.case-routed.v1"
PLAIN: Final[Mapping[str, tuple[str, Light]]] = {
    "intake.case-drafted.v1": ("开始填写，已存为草稿", "grey"),
    "intake.case-submitted.v1": ("您提交了申请", ""),
    "intake.correction-notice-issued.v1": ("窗口一次性告知：需要补正", "amber"),
    "intake.correction-fault-recorded.v1": ("窗口再次告知，已按过错记录", "grey"),
    "intake.correction-received.v1": ("收到您的补正", ""),
    ACCEPTED: ("申请已受理，开始计时", "amber"),
    ROUTED: ("转给审批部门", ""),
    "intake.case-decided.v1": ("作出决定", "green"),
    "intake.case-withdrawn.v1": ("申请已撤回", "grey"),
}
"""Where the file's own title would be office language; every other event keeps its title."""
_ROLES: Final[Mapping[str, str]] = {
    "applicant": "申请人",
    "agent": "代理人",
    "clerk": "窗口工作人员",
    "officer": "审批人员",
    "issuing_clerk": "出件窗口",
    "village_clerk": "村（社区）代办员",
    "supervisor": "督办人员",
}
_MATERIALS: Final = "intake.material-"


def story(
    case: Sequence[Event], materials: Sequence[Event], reader: str, department: str = ""
) -> list[Moment]:
    """Give the timeline, the latest first.

    Args:
        reader: the account that looks.
        department: name of the department that decides; its code stays in the file.
    """
    told = [
        (event.body.occurred_at, 0, event.version, _of_case(moment, event, reader, department))
        for moment, event in zip(moments(case), case, strict=True)
    ]
    told += [
        (event.body.occurred_at, 1, event.version, moment)
        for event in materials
        if (moment := _of_material(event, reader)) is not None
    ]
    return [moment for *_, moment in sorted(told, key=lambda one: one[:3], reverse=True)]


def came(materials: Sequence[Event]) -> dict[str, float]:
    """Give when each material came last, in seconds since 1970."""
    return {
        str(
            msgspec.json.decode(event.body.data)["material_code"]
        ): event.body.occurred_at.timestamp()
        for event in materials
        if event.type in ("intake.material-received.v1", "intake.material-reused-from-library.v1")
    }


def noticed_at(case: Sequence[Event]) -> float:
    """Give when the one-time notice went out; 0 when none did."""
    for event in case:
        if event.type == "intake.correction-notice-issued.v1":
            return event.body.occurred_at.timestamp()
    return 0.0


def _of_case(moment: Moment, event: Event, reader: str, department: str) -> Moment:
    title, light = PLAIN.get(event.type, (moment.title, moment.light))
    detail = department if event.type == ROUTED and department else moment.detail
    return replace(
        moment,
        title=title,
        detail=detail,
        light=light,
        english="",
        raw="",
        actor="系统" if _by_rule(event) else _actor(event, reader),
    )


def _by_rule(event: Event) -> bool:
    """Say whether a rule did what the log puts under the account that set it off."""
    return event.type == ACCEPTED and bool(msgspec.json.decode(event.body.data)["mode"] == AUTO)


def _of_material(event: Event, reader: str) -> Moment | None:
    said: Said = msgspec.json.decode(event.body.data)
    name = said.get("name", "")
    title, detail = "", ""
    light: Light = ""
    match event.type.removeprefix(_MATERIALS):
        case "received.v1":
            title = f"收到材料：{name}"
        case "rejected.v1":
            why = REJECTED.get(RejectionGround(said["reason"]), "不符合要求")
            title, detail, light = f"材料退回：{name}", why, "red"
        case "reused-from-library.v1":
            title = f"已调用电子证照：{name}"
        case "promised.v1":
            title, detail = f"容缺后补：{name}", f"{said['due_on']} 前补交"
        case "promise-lapsed.v1":
            title, light = f"逾期未补：{name}", "red"
        case "returned.v1":
            title = f"材料已退还：{name}"
        case _:
            return None
    return Moment(
        at=shown_time(event.body.occurred_at),
        title=title,
        detail=detail,
        actor=_actor(event, reader),
        light=light,
    )


def _actor(event: Event, reader: str) -> str:
    """Say who did it by what they are; names and accounts of staff stay in the file."""
    actor = event.body.actor
    if actor.kind is not ActorKind.PERSON:
        return "系统"
    if actor.id == reader:
        return "您"
    window = f"，{actor.window} 号窗口" if actor.window else ""
    return f"{_ROLES.get(actor.role, '工作人员')}{window}"
