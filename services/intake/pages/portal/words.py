"""States and refusals in the words an applicant reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.chassis import words as shared
from services.chassis.web.parts import Light
from services.intake.domain.refused_case import NO_JURISDICTION

PERSON: Final = 1
AUDIENCES: Final[Mapping[int, str]] = {**shared.AUDIENCES, PERSON: "自然人（个人）"}
"""Whom an item serves (GB/T 39046 A.4)."""
STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "draft": ("草稿，尚未提交", "grey"),
    "submitted": ("已提交，等待受理", "amber"),
    "correction_pending": ("需要您补正", "red"),
    "accepted": ("已受理", "amber"),
    "in_review": ("审批中", "amber"),
    "decided": ("已作决定，待补齐材料", "amber"),
    "completed": ("已办结", "green"),
    "delivered": ("已送达", "green"),
    "archived": ("已归档", "grey"),
    "refused": ("不予受理", "red"),
    "not_required": ("无需办理", "grey"),
    "withdrawn": ("已撤回", "grey"),
    "abandoned": ("逾期未补正，视为放弃", "grey"),
    "forwarded_up": ("已转报上级机关", "grey"),
    "voided": ("已作废", "red"),
    "deleted_in_error": ("误录，已删除", "grey"),
    "retracted": ("已撤回", "grey"),
}
FEES: Final[Mapping[str, tuple[str, Light]]] = {
    "assessed": ("已核定，等待缴费通知", "grey"),
    "notified": ("待缴费", "amber"),
    "paid": ("已缴费", "green"),
    "refunded": ("已退费", "grey"),
    "waived": ("已减免", "green"),
    "lapsed": ("缴费通知已失效", "red"),
}
LEVELS: Final = shared.SATISFACTION
"""The template draws a face for each."""
STAGES: Final[Mapping[int, str]] = {1: "受理服务", 2: "办理结果"}
REFUSALS: Final[Mapping[str, str]] = {
    "case_state": "办件现在的状态不能这样办理，请看本页上方的说明。",
    "case_over": "办件已经结束，不再收取材料。",
    "material_not_asked": "这个事项不要求提交这份材料。",
    "material_state": "这份文件没有收下：它与已退回或已收下的文件相同，请换一份。",
    "file_refused": "这个文件没有收下。请上传 PDF、OFD、PNG、JPG、DOCX 或 XLSX 文件，"
    "内容完整，扩展名与内容一致，不超过 50 MB。",
    "promise_day": "补交的日期要在今天之后。",
    "own_promise": "只能在受理之前承诺后补，而且最晚在 10 个工作日内补交。",
    "material_shared": "这份材料由部门共享获取，您不用交。",
    "wrong_result_state": "结果已经不在统一出件窗口，请看下面的经过。",
    "not_for_pickup": "取件码只告知申请人，或者有权代领的代理人。",
    "result_locked": "取件码错得太多，已经锁定，请联系出件窗口。",
    "unknown_correction": "这一项不在告知书里，或者已经补交。",
    "not_by_rule": "这个决定是工作人员作出的，不是自动作出的。",
    "review_state": "已经有人在复核，请等待结论。",
    "already_rated": "您已经评价过，一事一评。",
    "answered_too_late": "评价期限已过。",
    "too_early_to_rate": "还没有办到这一步，办到后再来评价。",
    "silence_accepted": "五个工作日内没有告知，已依法视为受理。",
}
"""By the stable code of a rule; any other is said in the rule's own words."""
REFUSED_FOR: Final[Mapping[str, str]] = {NO_JURISDICTION: "不属于本机关职权范围"}


def refusal_of(error: Exception | None) -> str:
    """Say why something was not done; "" when nothing was refused."""
    if error is None:
        return ""
    return REFUSALS.get(str(getattr(error, "code", "")), str(error))
