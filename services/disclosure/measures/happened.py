"""What each count of happenings is: which rows, what of them is added up or told apart, its words.

A happening is one countable fact of the table `happenings`. Taking one back is a further row of the
same kind with a negative amount, so that no figure about the past ever changes at its positions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from services.disclosure.measures.quantities import Happened


class How(Enum):
    """How rows make a number."""

    SUM = "amounts added up"
    TIMES = "rows, those that take back not counted"
    EACH = "things, each once, unless it was taken back"
    WHO = "values of `who` of things that were not taken back, each once"
    EVER = "values of `who`, each once, whatever was taken back later"
    UNITS = "departments, each once, whatever was taken back later"
    NEWEST = "of each thing the row said last, their amounts added up"
    LAST = "the row said last of the highest mark"


class Reach(Enum):
    """Which rows the period lets through."""

    WITHIN = "what happened in it"
    UNTIL = "what happened by its end"
    STOCK = "what happened by as_of, whatever the period"


@dataclass(frozen=True, kw_only=True)
class Over:
    """One count: `kinds` of happenings of the logs of `sources`, with one of `marks`."""

    zh: str
    sign: str
    kinds: tuple[str, ...]
    sources: tuple[str, ...] = ("intake",)
    how: How = How.SUM
    marks: tuple[str, ...] = ()
    """Empty: whatever its mark."""
    channels: tuple[str, ...] = ()
    reach: Reach = Reach.WITHIN
    amount: str = "amount"
    """SQL of what a row adds (`How.SUM` only); may name the period's beginning."""


OWN: Final = ("disclosure",)
APPROVAL: Final = ("approval",)
CATALOG: Final = ("catalog",)
APP: Final = "app"
ONLINE: Final = "online"
_FOI_OPEN: Final = "CASE kind WHEN 'foi_new' THEN amount ELSE -amount END"
_FOI_LEFT: Final = (
    "CASE WHEN kind = 'foi_new' THEN amount WHEN at < %(begin)s THEN -amount ELSE 0 END"
)


def _stock(zh: str, sign: str, *kinds: str, marks: tuple[str, ...] = ()) -> Over:
    return Over(
        zh=zh,
        sign=sign,
        kinds=kinds,
        sources=CATALOG,
        how=How.NEWEST,
        marks=marks,
        reach=Reach.STOCK,
    )


def _own(zh: str, sign: str, *kinds: str, how: How = How.SUM, **more: tuple[str, ...]) -> Over:
    return Over(zh=zh, sign=sign, kinds=kinds, sources=OWN, how=how, **more)  # type: ignore[arg-type]


def _approval(zh: str, sign: str, *kinds: str, how: How = How.SUM) -> Over:
    return Over(zh=zh, sign=sign, kinds=kinds, sources=APPROVAL, how=how)


_H = Happened
OVER: Final[Mapping[Happened, Over]] = {
    _H.CLOCKS_STARTED: _approval("开始计时的审批任务", "个", "task"),
    _H.CLOCKS_BREACHED: _approval("超时限的审批任务", "个", "breach", how=How.EACH),
    _H.DEEMED: _approval("默许", "件", "deemed"),
    _H.FEES_NET: Over(zh="实收", sign="分", kinds=("fee",)),
    _H.APP_PAYMENTS: Over(
        zh="移动应用缴费", sign="笔", kinds=("fee",), how=How.TIMES, channels=(APP,)
    ),
    _H.APP_PAID: Over(
        zh="移动应用缴费额",
        sign="分",
        kinds=("fee",),
        channels=(APP,),
        amount="greatest(amount, 0)",
    ),
    _H.ONLINE_UNITS: Over(
        zh="有网上缴费的单位", sign="个", kinds=("fee",), how=How.UNITS, marks=(ONLINE,)
    ),
    _H.ONLINE_CHARGES: Over(
        zh="有网上缴费的收费项目", sign="项", kinds=("fee",), how=How.EVER, marks=(ONLINE,)
    ),
    _H.PROJECTS: _approval("并联审批项目", "个", "parallel"),
    _H.MEETINGS: _approval("并联审批会议", "次", "meeting"),
    _H.PROJECTS_REVIEWED: _approval("上会项目", "个", "meeting_project", how=How.EACH),
    _H.AGENCY_PRINCIPALS: Over(zh="委托人", sign="家", kinds=("agency",), how=How.WHO),
    _H.DOOR_CASES: Over(
        zh="送证上门的办件",
        sign="件",
        kinds=("door",),
        sources=("approval", "intake"),
        how=How.EACH,
    ),
    _H.VILLAGE_ISSUED: Over(zh="出具证明", sign="份", kinds=("village_certificate",)),
    _H.VILLAGE_REQUESTED: Over(zh="申请证明", sign="份", kinds=("village_request",)),
    _H.PUBLISHED: _own("主动公开", "条", "published"),
    _H.PAGE_VISITS: _own("访问", "次", "page_visits", how=How.NEWEST),
    _H.ENQUIRIES: Over(
        zh="咨询投诉",
        sign="人次",
        kinds=("ticket", "enquiry"),
        sources=("intake", "disclosure"),
        how=How.NEWEST,
    ),
    _H.TICKETS: Over(zh="热线工单", sign="件", kinds=("ticket",)),
    _H.ATTENDANCES: _own("参训", "人次", "training", how=How.NEWEST),
    _H.TRAININGS: _own("培训", "次", "training", how=How.EACH),
    _H.NOTICES: _own("整改通知", "份", "notice", how=How.EACH),
    _H.CIRCULARS: _own("通报", "份", "circular", how=How.EACH),
    _H.LAGGING: _own("滞后单位", "个", "lagging", how=How.WHO),
    _H.SCORE: _own("得分", "百分之一分", "score", how=How.LAST),
    _H.RANK: _own("名次", "", "rank", how=How.LAST),
    _H.ISSUES_RAISED: _own("反映的问题", "个", "issue_raised"),
    _H.ISSUES_SOLVED: _own("解决的问题", "个", "issue_solved"),
    _H.QUESTIONNAIRES: _own("问卷", "份", "outreach", how=How.NEWEST, marks=("QUESTIONNAIRE",)),
    _H.VISITS: _own("走访", "次", "outreach", how=How.NEWEST, marks=("VISIT",)),
    _H.SYMPOSIA: _own("座谈会", "次", "outreach", how=How.NEWEST, marks=("SYMPOSIUM",)),
    _H.ENTERPRISES: _own("市场主体", "家", "outreach_enterprises", how=How.NEWEST),
    _H.INSPECTIONS: _own("督查", "次", "inspection", how=How.EACH),
    _H.RED_CARDS: _own("红牌", "张", "card", how=How.NEWEST, marks=("RED",)),
    _H.YELLOW_CARDS: _own("黄牌", "张", "card", how=How.NEWEST, marks=("YELLOW",)),
    _H.OBLIGATIONS_DUE: _own(
        "到期的督查任务", "项", "obligation_met", "obligation_missed", how=How.EACH
    ),
    _H.OBLIGATIONS_MET: _own("按时完成", "项", "obligation_met", how=How.EACH, marks=("on_time",)),
    _H.FOI_DUE: _own("应答复", "件", "foi_replied", "foi_overdue", how=How.EACH),
    _H.FOI_TIMELY: _own("按时答复", "件", "foi_replied", how=How.EACH, marks=("on_time",)),
    _H.FOI_CAME: _own("新收与上年结转", "件", "foi_new", "foi_carried"),
    _H.FOI_ACCOUNTED: Over(
        zh="办结与结转下年",
        sign="件",
        kinds=("foi_new", "foi_over"),
        sources=OWN,
        reach=Reach.UNTIL,
        amount=_FOI_LEFT,
    ),
    _H.FOI_NEW: _own("新收", "件", "foi_new"),
    _H.FOI_CARRIED_OVER: _own("上年结转", "件", "foi_carried"),
    _H.FOI_OVER: _own("办结", "件", "foi_over"),
    _H.FOI_OPEN: Over(
        zh="结转下年",
        sign="件",
        kinds=("foi_new", "foi_over"),
        sources=OWN,
        reach=Reach.UNTIL,
        amount=_FOI_OPEN,
    ),
    _H.RATINGS: Over(zh="评价", sign="次", kinds=("rating",)),
    _H.SATISFIED: Over(zh="基本满意及以上", sign="次", kinds=("rating",), marks=("1", "2", "3")),
    _H.BAD_REVIEWS: Over(zh="差评", sign="件", kinds=("bad_review",)),
    _H.RECTIFIED: Over(zh="已整改", sign="件", kinds=("rectified",)),
    _H.TICKETS_DUE: Over(
        zh="应回复工单", sign="件", kinds=("ticket_replied", "ticket_overdue"), how=How.EACH
    ),
    _H.TICKETS_TIMELY: Over(
        zh="按时回复", sign="件", kinds=("ticket_replied",), how=How.EACH, marks=("on_time",)
    ),
    _H.VISITORS: _own("来访", "人次", "visitors", how=How.NEWEST),
    _H.DEPARTMENTS: _stock("进驻单位", "个", "department"),
    _H.WINDOWS: _stock("窗口", "个", "window"),
    _H.WINDOW_STAFF: _stock("窗口工作人员", "人", "staff"),
    _H.TOWNSHIPS: _stock("乡镇（街道）", "个", "region", marks=("5",)),
    _H.VILLAGES: _stock("行政村（社区）", "个", "region", marks=("6",)),
    _H.SCHEMES: _stock("并联审批方案", "套", "scheme"),
    _H.GUIDES: Over(
        zh="标准化的服务指南", sign="项", kinds=("guide",), sources=CATALOG, how=How.EACH
    ),
}
