"""How the desk says codes, states and refusals to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from services.chassis import words as shared
from services.chassis.clock import CHINA
from services.chassis.web.parts import Light
from services.chassis.web.strips import TITLES
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Kind, Reason, legal_date
from services.kernel.clock import Light as ClockLight

CLOCKS: Final[Mapping[str, str]] = {**shared.LIMITS, "JOINT": "联合时限"}
CLOCK_TITLES: Final = {
    **TITLES,
    Kind.JOINT: ("联合时限逐日计算", "The joint limit, day by day"),
}
CLOCK_LIGHTS: Final[Mapping[ClockLight, tuple[Light, str]]] = {
    ClockLight.GREEN: ("green", "正常"),
    ClockLight.AMBER: ("amber", "临近"),
    ClockLight.RED: ("red", "超期"),
    ClockLight.SUSPENDED: ("grey", "中止"),
}
RESULTS: Final[Mapping[str, tuple[str, Light]]] = {
    "granted": ("准予", "green"),
    "rejected": ("不予", "red"),
    "withdrawn": ("撤回", "grey"),
}
PROCESS_KINDS: Final = shared.SCHEME_KINDS
RETURN_REASONS: Final[Mapping[str, str]] = {
    "other_handler": "应由他人办理",
    "conflict_of_interest": "需要回避",
    "handler_away": "经办人不在岗",
    "check_again": "需要重新核对",
}
EXTEND_REASONS: Final[Mapping[str, str]] = {
    "complex_case": "情况复杂",
    "more_evidence": "需要进一步核实",
    "other_opinion": "等待有关机关的意见",
}
DELAY_REASONS: Final[Mapping[str, str]] = {
    "material_missing": "应交的材料没有交",
    "site_not_ready": "现场不具备条件",
    "no_show": "约定的时间没有到场",
    "unreachable": "联系不上",
}
DELAY_REMEDIES: Final[Mapping[str, str]] = {
    "supply_material": "补交材料",
    "prepare_site": "备好现场并告知",
    "agree_new_time": "重新约定时间",
    "get_in_touch": "与经办人联系",
}
REOPEN_REASONS: Final[Mapping[str, str]] = {
    "reconsideration": "行政复议决定撤销了原决定",
    "court_ruling": "法院判决撤销了原决定",
    "own_correction": "自行纠正",
}
WAIVE_REASONS: Final[Mapping[str, str]] = {
    "not_needed": "这个项目不需要办",
    "covered_by_other": "其他事项已经涵盖",
    "area_assessed": "区域评估已经涵盖",
}
OVERTURN_GROUNDS: Final[Mapping[str, str]] = {
    "art_69_1_1": "滥用职权、玩忽职守",
    "art_69_1_2": "超越法定职权",
    "art_69_1_3": "违反法定程序",
    "art_69_1_4": "申请人不具备资格或者不符合法定条件",
    "art_69_1_5": "依法可以撤销的其他情形",
    "art_69_2": "以欺骗、贿赂等不正当手段取得",
}
"""Art. 69 of the licensing law: its paragraph, and the item there."""
FRAUD: Final = "art_69_2"
VOID_GROUNDS: Final[Mapping[str, str]] = {
    "TIMELY_DECISION_LATE": "按期作出了决定，消息来迟",
    "CALENDAR_AMENDED": "工作日历调整",
    "WRONG_CLOCK": "时限有误",
}
RULES: Final[Mapping[str, str]] = {
    "promised_limit": "承诺时限届满没有决定",
    "statutory_limit": "法定时限届满没有决定",
    "joint_limit": "联合时限届满没有决定",
}
CAUSES: Final[Mapping[str, str]] = {
    "approval.task-deemed-consented.v1": "默许",
    "approval.clock-breached.v1": "超过时限",
}
LIABLE: Final[Mapping[str, str]] = {"window": "窗口", "department": "部门"}
REFUSALS: Final[Mapping[str, str]] = {
    "AlreadyDecidedError": "这项任务已经有决定，或者没有什么可以决定的了。",
    "BlockedError": "前置审批还没有完成，这项任务还不能办理。",
    "SamePersonError": "受审分离：受理这个办件的人不能作出决定。",
    "NotDelegatedError": "本部门由首席代表决定；您今天没有有效的授权。",
    "WrongDepartmentError": "这项任务属于其他部门。",
    "WrongRoleError": "这件事须由其他角色来做。",
    "NoClockError": "这项任务没有由本中心计算的时限，或者还没有开始计算。",
    "NoticeMissingError": "申请人的原因，请用“告知申请人延误”：须同时书面告知申请人和综合窗口。",
    "NotToldError": "须有书面通知的编号和预计的工作日数（行政许可法第四十五条）。",
    "IrrevocableError": "下一环节已经据此作出决定，在这里不能撤回。",
    "DoesNotStopError": "这个原因不停止这项任务的时限。",
    "AlreadySuspendedError": "已经因同一原因中止；请先恢复。",
    "NotSuspendedError": "没有因这个原因中止。",
    "SuspendedAfterDueError": "时限已经届满，超期已成事实，不能再中止。",
    "AlreadyExtendedError": "已经延长过一次；法律只允许一次。",
    "ExtendedTooLateError": "须在时限届满之前决定延长。",
    "ExtensionTooLongError": "延长的天数超过上限。",
    "NotExtendableError": "这种时限不能延长。",
    "WrongApproverError": "延长须由本行政机关负责人批准。",
    "NoReasonsError": "不予许可须说明理由和法律依据（行政许可法第三十八条）。",
    "NoRemediesError": "不予许可须写明复议机关和管辖法院（行政许可法第三十八条）。",
    "AlreadyIssuedError": "这个决定已经有文书。",
    "MeetingError": "会议须在之后的时间、至少有一个项目和一个部门；开过的会不能再记一次。",
    "NoProcessError": "没有这样的项目或会议，或者还没有到达这里。",
    "NotParticipantError": "所选的部门在这个并联审批里没有任务。",
    "NoDepartmentAskedError": "请至少选一个部门，每个部门只能选一次。",
    "NotWaivableError": "方案不允许免办这个事项。",
    "SelfEdgeError": "事项不能等待自己。",
    "NoTaskError": "这个并联审批里没有这样的任务。",
    "NotSoError": "任务现在的状态不能这样做，请看经过。",
}
"""By the name of the error's class, or of one it is derived from."""


@dataclass(frozen=True)
class Names:
    """What items and departments are called."""

    items: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)

    def item(self, code: str) -> str:
        """Give an item's name, its code when nobody has told."""
        return self.items.get(code, code)

    def department(self, code: str) -> str:
        """Give a department's name, its code when nobody has told."""
        return self.departments.get(code, code)


def refusal(error: Exception) -> str:
    """Say in Chinese why something was refused."""
    for kind in type(error).__mro__:
        if kind.__name__ in REFUSALS:
            return REFUSALS[kind.__name__]
    return "按规定不能这样办理。"


def left(calendar: WorkCalendar, now: datetime, due_at: datetime) -> tuple[int, str]:
    """Give how many working days remain after today (less than 0: passed), and the words."""
    today, day = legal_date(now).toordinal(), legal_date(due_at).toordinal()
    if due_at < now:
        late = calendar.through(today) - calendar.through(day)
        return -max(1, late), f"已过 {late} 个工作日" if late > 0 else "今天已过"
    remains = calendar.through(day) - calendar.through(today)
    return remains, f"还剩 {remains} 个工作日" if remains > 0 else "今天截止"


def standing(calendar: WorkCalendar, text: str) -> str:
    """Say why clocks stand still and until when, from `REASON/since/expected working days`."""
    name, since, days = text.rsplit("/", 2)
    return stands(calendar, Reason(name), datetime.fromisoformat(since), int(days))


def stands(calendar: WorkCalendar, reason: Reason, since: datetime, days: int) -> str:
    """Say why clocks stand still, since when, and when they are expected to go on."""
    first = legal_date(since)
    text = f"中止：{reason.chinese}，{shown_day(first)} 起"
    if not days:
        return text
    ordinal = calendar.nth(calendar.through(first.toordinal()) + days)
    return f"{text}，预计 {shown_day(date.fromordinal(ordinal))} 恢复"


def shown_day(moment: date | datetime | None) -> str:
    """Write a day short, `9月7日`; "" for none."""
    if moment is None:
        return ""
    day = moment.astimezone(CHINA) if isinstance(moment, datetime) else moment
    return f"{day.month}月{day.day}日"
