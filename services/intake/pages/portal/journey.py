"""Where a case is, who has it, and the one thing its applicant does next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Light
from services.intake.domain.accepted import AUTO
from services.intake.domain.case import Case
from services.intake.domain.clocks import in_time
from services.intake.domain.items import REASONS
from services.intake.domain.terms import OPEN, RUNNING, CaseState
from services.intake.projections.fees import FeeRow
from services.kernel.money import yuan

_S = CaseState
STOPS: Final = ("填写", "提交", "受理", "审批", "办结", "领取")
CENTRE: Final = "政务服务中心窗口"
YOU: Final = "您"
APPEAL: Final = "不服的，可以依法申请行政复议或者提起行政诉讼。"


@dataclass(frozen=True)
class Next:
    """What the applicant does next, in one sentence."""

    text: str
    light: Light = "grey"
    button: str = ""
    to: str = ""
    """Where the button leads, behind the page of the case; or `again`: a new application."""


@dataclass(frozen=True)
class Stop:
    """One stop on the way of a case."""

    title: str
    state: Literal["done", "now", "ahead"]


@dataclass(frozen=True)
class Standing:
    """What the next step depends on besides the case."""

    lacking: int = 0
    """Required materials that are not there."""
    rejected: int = 0
    """Materials that came and will not do."""
    asked: int = 0
    """Things the notice still asks for."""
    brought: int = 0
    """Of those, what came since."""
    fees: Sequence[FeeRow] = ()
    waiting: bool = False
    """Its result waits at the issuing window."""
    ratable: int = 0
    """The stage that can be rated now; 0: none."""
    department: str = ""


def stops(case: Case) -> list[Stop]:
    """Give the way of a case with the place it has reached; a case that ended early stops there."""
    place = _place(case)
    over = case.state not in OPEN | {_S.DRAFT}
    return [
        Stop(
            title,
            "done" if at < place or (over and at == place) else "now" if at == place else "ahead",
        )
        for at, title in enumerate(STOPS)
    ]


def holder(case: Case, department: str) -> str:
    """Say who has it now."""
    if case.state in (_S.DRAFT, _S.CORRECTION_PENDING):
        return YOU
    if case.state is _S.SUBMITTED:
        return CENTRE
    if case.state in RUNNING | {_S.DECIDED}:
        return department or case.department or CENTRE
    if case.state is _S.COMPLETED and case.granted:
        return "统一出件窗口"
    return "已结束"


def next_step(case: Case, now: datetime, standing: Standing) -> Next:
    """Say the one thing to do; when there is nothing, what happens without it."""
    match case.state:
        case _S.DRAFT:
            return _draft(standing)
        case _S.SUBMITTED:
            return _waits(case)
        case _S.CORRECTION_PENDING:
            return _correct(case, standing)
        case _S.ACCEPTED | _S.IN_REVIEW:
            return _runs(case, now, standing)
        case _S.DECIDED:
            return Next(
                "已作出有条件的决定，请按承诺补齐材料后领取结果。",
                "amber",
                "去补材料",
                "/materials",
            )
        case _S.COMPLETED | _S.DELIVERED | _S.ARCHIVED:
            return _done(case, standing)
        case _:
            return _ended(case)


def _draft(standing: Standing) -> Next:
    if standing.lacking:
        text = f"请上传还缺的 {standing.lacking} 份必要材料，然后提交申请。"
        return Next(text, "amber", "上传材料", "/materials")
    return Next("材料已经齐了，请提交申请。", "amber", "去提交", "/materials")


def _waits(case: Case) -> Next:
    if case.notice_due_at is None:
        return Next("您现在不用做什么，窗口正在核对材料。")
    until = shown_time(case.notice_due_at)
    return Next(f"您现在不用做什么。窗口最迟在 {until} 前答复；逾期不答复，依法视为受理。")


def _correct(case: Case, standing: Standing) -> Next:
    left = standing.asked - standing.brought
    until = f"请在 {case.correction_due} 当天结束前"
    if left:
        return Next(f"{until}补交 {left} 项材料，逾期视为放弃申请。", "red", "去补正", "/materials")
    return Next(f"要补的材料都上传了，{until}点“交回补正”。", "red", "交回补正", "/materials")


def _runs(case: Case, now: datetime, standing: Standing) -> Next:
    unpaid = [one for one in standing.fees if one.state == "notified"]
    if unpaid:
        total, until = yuan(sum(one.amount_fen for one in unpaid)), _earliest(unpaid)
        by = f"请在 {until} 前" if until else "请"
        return Next(f"{by}在缴费平台缴纳 {total} 元。", "amber", "查看缴费单", "#fees")
    if standing.rejected:
        text = f"有 {standing.rejected} 份材料被退回，请换一份上传。"
        return Next(text, "red", "去上传", "/materials")
    if standing.lacking and case.mode == AUTO:  # a clerk who accepts has seen the papers
        text = f"已经自动受理，还有 {standing.lacking} 份必要材料没有交，请上传。"
        return Next(text, "amber", "去上传", "/materials")
    if case.waits_for:
        why = "、".join(reason.chinese for reason in case.waits_for)
        return Next(f"您现在不用做什么。正在等待：{why}，时限暂停计算。")
    who, due = standing.department or "审批部门", case.promised_due_at
    if due is None:
        return Next(f"您现在不用做什么，{who}正在办理。")
    if not in_time(now, due):
        return Next(f"{who}已超过承诺的 {shown_time(due)}，您可以拨打 12345 催办。", "red")
    return Next(f"您现在不用做什么。{who}承诺在 {shown_time(due)} 前办结。")


def _done(case: Case, standing: Standing) -> Next:
    if not case.granted:
        return Next(
            f"没有获得准予。{APPEAL}",
            "red",
            *_rate(standing),
        )
    if case.state is _S.COMPLETED:
        if standing.waiting:
            text = "已经准予，结果在统一出件窗口：请取得取件码，带证件去领取。"
            return Next(text, "green", "取件码", "#result")
        return Next("已经准予，请到统一出件窗口领取结果，或等候送达。", "green", *_rate(standing))
    if standing.ratable:
        return Next("结果已经送达，请为这次服务打分。", "green", *_rate(standing))
    return Next("已经全部办完，不用再做什么。", "green")


def _rate(standing: Standing) -> tuple[str, str]:
    return ("给服务打分", f"/ratings/{standing.ratable}") if standing.ratable else ("", "")


def _ended(case: Case) -> Next:
    match case.state:
        case _S.REFUSED:
            why = REASONS.get(case.refusal or "", "").replace(",", "，")
            return Next(f"{why or '申请没有受理，理由见下方。'}{APPEAL}", "red")
        case _S.NOT_REQUIRED:
            return Next("这件事依法不需要办理许可，您可以直接进行。", "green")
        case _S.ABANDONED:
            return Next(
                "没有在期限内补正，视为放弃；需要的话可以重新申请。", "grey", "重新申请", "again"
            )
        case _S.WITHDRAWN:
            return Next("申请已经撤回；需要的话可以重新申请。", "grey", "重新申请", "again")
        case _S.FORWARDED_UP:
            return Next("已经转报上级机关，由上级机关继续办理并答复您。")
        case _S.VOIDED:
            return Next("这个办件已作废，理由见下方；有疑问请联系窗口。", "red")
        case _:
            return Next("这个办件已经删除，不再办理；有疑问请联系窗口。")


def _earliest(unpaid: Sequence[FeeRow]) -> str:
    due = [one.due_at for one in unpaid if one.due_at]
    return shown_time(min(due)) if due else ""


def _place(case: Case) -> int:
    if case.state is _S.DRAFT:
        return 0
    if case.state in (_S.DELIVERED, _S.ARCHIVED):
        return 5
    if case.completed_at is not None:
        return 4
    if case.accepted_at is None:
        return 2 if case.state in OPEN else 1 if case.submitted_at else 0
    return 3
