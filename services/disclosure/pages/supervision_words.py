"""The words of supervision on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.chassis import words as shared
from services.chassis.web.parts import Light

CYCLES: Final[Mapping[str, str]] = {
    "WEEKLY_UPDATE": "一周一更新",
    "MONTHLY_DISPATCH": "一月一调度",
    "QUARTERLY_MONITORING": "一季一监测",
    "HALF_YEAR_INSPECTION": "半年一督查",
    "ANNUAL_APPRAISAL": "一年一考评",
}
STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "owed": ("待办", "amber"),
    "met": ("按期完成", "green"),
    "missed": ("逾期未办", "red"),
    "met_late": ("逾期完成", "grey"),
}
NOTICE_STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "issued": ("待反馈", "amber"),
    "answered": ("待核查", "amber"),
    "verified": ("已销号", "green"),
    "retracted": ("已撤销", "grey"),
}
COLOURS: Final[Mapping[str, tuple[str, Light]]] = {
    "YELLOW": ("黄牌", "amber"),
    "RED": ("红牌", "red"),
}
GROUNDS: Final = {"APPROACHING": "时限临近", "BREACHED": "超过时限"}
CLOCKS: Final = {**shared.LIMITS, "JOINT": "并联总时限"}
EXCUSES: Final = {
    "LIABILITY_WITHDRAWN": "责任已撤销",
    "LIMIT_MOVED": "时限已重新计算",
    "WRONG": "核查后撤销",
}
FORMS: Final = {"QUESTIONNAIRE": "调查问卷", "VISIT": "走访", "SYMPOSIUM": "座谈会"}
CRITERIA: Final = {
    "RULES_POSTED": "规章制度未上墙",
    "ITEMS_POSTED": "办理项目未上墙",
    "FLOW_POSTED": "工作流程图未上墙",
    "CONTACT_POSTED": "联系方式未上墙",
    "HOTLINE_POSTED": "举报电话未上墙",
    "CONVENIENT": "便民高效方面有问题",
    "OPEN": "公开透明方面有问题",
    "LAWFUL": "依法公正方面有问题",
    "FREE_AGENCY": "代办收取费用",
    "ATTENDANCE": "工作人员不在岗",
}
KINDS: Final = {
    "training-held": "培训",
    "inspection-recorded": "督查、暗访",
    "outreach-held": "问卷、走访、座谈",
    "hall-visitors-counted": "大厅人流",
    "page-visits-counted": "专栏访问",
    "enquiries-counted": "咨询投诉",
    "reported-fact-recorded": "填报数据",
}
RETRACTED: Final = {
    **KINDS,
    "rectification-notice-issued": "整改通知",
    "circular-published": "通报",
    "lagging-unit-named": "工作滞后单位",
    "score-imported": "测评得分",
}
WHY: Final = {
    "ENTERED_TWICE": "重复登记",
    "WRONG_FIGURES": "数据有误",
    "DID_NOT_HAPPEN": "没有发生",
}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "disclosure.rectification-notice-issued.v1": ("发出整改通知", "Issued", "amber"),
    "disclosure.rectification-answered.v1": ("反馈整改情况", "Answered", ""),
    "disclosure.rectification-verified.v1": ("核查", "Verified", "green"),
    "disclosure.rectification-overdue.v1": ("逾期未反馈", "Overdue", "red"),
    "disclosure.supervision-record-retracted.v1": ("撤销", "Taken back", "grey"),
}
SAID: Final[Mapping[str, str]] = {
    "personal_data": "里面有身份证件号码或者手机号码，请去掉。",
    "in_the_future": "日期不能晚于今天。",
    "already_recorded": "已经登记过；登记错了的先撤销。",
    "retracted": "没有这条登记，或者已经撤销。",
    "not_under_supervision": "没有这项任务。",
    "notice_state": "这份通知现在不能这样办理，请看下面的经过。",
    "not_the_unit": "只能办理本单位的。",
    "empty": "这一项要填写。",
    "score": "得分在 0 到 100 之间，最多两位小数；名次不能大于参评单位数。",
    "counted_before": "这些日期已经统计过，不能重复登记。",
    "value_text": "只写数，不写单位。",
    "unknown_period": "时段或者日期不对：不能早于开始日期，季度写作 2020Q3。",
}


def name_of(unit: str, names: Mapping[str, str]) -> str:
    """Give a unit in words, if its name is known."""
    return "未知单位" if unit == "UNKNOWN" else names.get(unit, unit)


def period_of(text: str) -> str:
    """Give a period in words: 2020-W38, 2020-M09, 2020-09, 2020-Q3, 2020Q3, 2020-H1, 2020-Y."""
    year, rest = text[:4], text[4:].lstrip("-")
    number = rest.lstrip("WMQHY").lstrip("0")
    match rest[:1]:
        case "W":
            return f"{year}年第{number}周"
        case "Q":
            return f"{year}年第{number}季度"
        case "H":
            return f"{year}年{'上' if number == '1' else '下'}半年"
        case "M" | "0" | "1":
            return f"{year}年{number}月"
    return f"{year}年"
