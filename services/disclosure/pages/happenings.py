"""Pages of what is behind a figure of happenings: the rows, the working days, a case's events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from services.chassis import words as shared
from services.chassis.web import Page
from services.chassis.web.parts import Figure
from services.disclosure.happening_answers import (
    CaseFactView,
    DayView,
    HappeningsQuery,
    HappeningView,
)
from services.disclosure.inquiry import behind
from services.disclosure.measures import OVER, Answer, Happened, How, Measure
from services.disclosure.pages.board import figure_of
from services.disclosure.pages.open_words import FACETS
from services.disclosure.pages.screens import said_in_words
from services.disclosure.pages.words import (
    CHANNEL_NAMES,
    COUNT_NAMES,
    KIND_NAMES,
    LEVEL_NAMES,
    SOURCE_NAMES,
    Links,
    china,
    number,
    place_of,
    sign_of,
)
from services.disclosure.projections.names import Names

KINDS: Final[Mapping[str, str]] = {
    "agency": "全程代理办结",
    "bad_review": "差评",
    "breach": "超时限",
    "card": "红黄牌",
    "circular": "通报",
    "deemed": "默许",
    "department": "单位登记",
    "door": "送证上门",
    "enquiry": "咨询",
    "fee": "缴费",
    "foi_carried": "上年结转",
    "foi_new": "收到申请",
    "foi_over": "申请办结",
    "foi_overdue": "答复超时",
    "foi_replied": "答复",
    "guide": "发布服务指南",
    "inspection": "督查",
    "issue_raised": "反映问题",
    "issue_solved": "解决问题",
    "lagging": "列为滞后",
    "meeting": "并联审批会议",
    "meeting_project": "上会项目",
    "notice": "整改通知",
    "obligation_met": "督查任务完成",
    "obligation_missed": "督查任务错过",
    "outreach": "走访",
    "outreach_enterprises": "走访市场主体",
    "page_visits": "访问计数",
    "parallel": "启动并联审批",
    "published": "主动公开",
    "rank": "排名",
    "rating": "评价",
    "rectified": "差评整改",
    "region": "区划登记",
    "scheme": "并联审批方案",
    "score": "得分",
    "staff": "人员上岗",
    "task": "审批任务计时",
    "ticket": "热线工单",
    "ticket_overdue": "工单超时",
    "ticket_replied": "工单回复",
    "training": "培训",
    "village_certificate": "出具证明",
    "village_request": "申请证明",
    "visitors": "来访计数",
    "window": "窗口开放",
}
MARKS: Final[Mapping[str, str]] = {
    "on_time": "按时",
    "late": "超时",
    "online": "网上",
    "counter": "窗口",
    **shared.LIMITS,
    "JOINT": "并联时限",
    "RED": "红牌",
    "YELLOW": "黄牌",
    "QUESTIONNAIRE": "问卷",
    "VISIT": "走访",
    "SYMPOSIUM": "座谈会",
    **FACETS,
    "ENTERPRISE_ESTABLISHMENT": "企业设立",
    "GOVERNMENT_INVESTMENT": "政府投资",
    "PRIVATE_INVESTMENT": "社会投资",
}
RATINGS: Final[Mapping[str, str]] = {str(level): text for level, text, _ in shared.SATISFACTION}
FACTS: Final[Mapping[str, str]] = {
    "accepted": "受理",
    "completed": "办结",
    "corrected": "更正",
    "retracted": "撤回",
    "recalculated": "时限重算",
}
_FEN: Final = 100


@dataclass(frozen=True)
class Line:
    """One happening on the page."""

    source: str
    source_zh: str
    position: int
    place: str
    kind: str
    thing: str
    at: str
    department: str
    said: str
    case_no: str
    amount: str
    back: bool
    """It takes back what was said before."""


@dataclass(frozen=True)
class HappeningList:
    """A page of happenings behind a figure. Addresses are without the prefix."""

    measure: Measure
    figure: Figure
    count_name: str
    total: str
    sign: str
    each: bool
    """Values are counted once each: the rows do not add up to the figure."""
    lines: list[Line]
    filters: list[tuple[str, str]]
    next_href: str
    first_href: str
    csv_href: str
    known: str
    """Query with the moment and positions of the figure, for links to cases."""


def happening_list(
    said: HappeningsQuery, answer: Answer, page: Page[HappeningView], names: Names
) -> HappeningList:
    """Lay out a page of happenings."""
    measure, links = answer.measure, Links(answer.question)
    counted = behind(measure, said.part)
    if not isinstance(counted, Happened):
        raise TypeError("not a count of happenings")
    sign = sign_of(counted)
    here = links.behind(measure, said.part)
    size = urlencode({"limit": said.limit})
    total = answer.denominator if said.part == "denominator" else answer.numerator
    places = ",".join(f"{name}:{at}" for name, at in sorted(answer.question.positions.items()))
    return HappeningList(
        measure=measure,
        figure=figure_of(answer, links),
        count_name=COUNT_NAMES[counted],
        total=amount(total or 0, sign),
        sign="元" if sign == "分" else sign,
        each=OVER[counted].how in (How.WHO, How.EVER, How.UNITS),
        lines=[_line(one, sign, names) for one in page.items],
        filters=said_in_words(answer, names),
        next_href=f"{here}&{size}&{urlencode({'cursor': page.next})}" if page.next else "",
        first_href=f"{here}&{size}" if said.cursor else "",
        csv_href=links.list_csv("/happenings", measure.id, said.part),
        known=urlencode({"positions": places}),
    )


def mark_of(kind: str, mark: str) -> str:
    """Say what tells a row from others of its kind: a level of regions, of ratings, a colour ..."""
    if kind in ("region", "department") and mark.isdecimal():
        return LEVEL_NAMES[int(mark)]
    if kind == "rating":
        return RATINGS.get(mark, mark)
    return MARKS.get(mark, mark)


def amount(value: int, sign: str) -> str:
    """Write an amount; what is kept in fen is shown in yuan."""
    if sign == "分":
        whole, rest = divmod(abs(value), _FEN)
        return f"{'−' if value < 0 else ''}{whole:,}.{rest:02d} 元"
    return f"{number(value)} {sign}".strip().replace("-", "−")


def _line(one: HappeningView, sign: str, names: Names) -> Line:
    said = [
        names.items.get(one.item, one.item),
        place_of(one.region, one.region_name),
        mark_of(one.kind, one.mark),
        CHANNEL_NAMES.get(one.channel, one.channel),
    ]
    return Line(
        source=one.source,
        source_zh=SOURCE_NAMES.get(one.source, one.source),
        position=one.position,
        place=number(one.position) if one.position else "待签名",
        kind=KINDS.get(one.kind, one.kind),
        thing=one.thing,
        at=china(one.at),
        department=names.departments.get(one.department, one.department),
        said="，".join(text for text in said if text),
        case_no=one.case_no,
        amount=amount(one.amount, sign),
        back=one.amount < 0,
    )


@dataclass(frozen=True)
class DayList:
    """The working days of a period."""

    measure: Measure
    figure: Figure
    total: str
    months: list[tuple[str, str, list[str]]]
    """Month, how many, and the days; a make-up day says so."""
    csv_href: str


def day_list(answer: Answer, found: Sequence[DayView]) -> DayList:
    """Lay the working days out by month."""
    links = Links(answer.question)
    months: dict[str, list[str]] = {}
    for one in found:
        text = f"{one.day.day}日" + (f"（{one.why}调休）" if one.why else "")
        months.setdefault(f"{one.day:%Y年%m月}", []).append(text)
    return DayList(
        measure=answer.measure,
        figure=figure_of(answer, links),
        total=number(len(found)),
        months=[(month, number(len(days)), days) for month, days in months.items()],
        csv_href=links.list_csv("/working-days", answer.measure.id, "denominator"),
    )


@dataclass(frozen=True)
class CaseLine:
    """One event of a case, as figures read it."""

    source: str
    source_zh: str
    position: int
    fact: str
    said: list[tuple[str, str]]


def case_lines(found: Sequence[CaseFactView], names: Names) -> list[CaseLine]:
    """Lay out the events a case is counted by."""
    return [
        CaseLine(
            one.source,
            SOURCE_NAMES.get(one.source, one.source),
            one.position,
            FACTS.get(one.fact, one.fact) + ("（办结结果）" if one.record == "result" else ""),
            [(name, text) for name, text in _said(one, names) if text],
        )
        for one in found
    ]


def _said(one: CaseFactView, names: Names) -> list[tuple[str, str]]:
    kind, place = one.completion_kind, one.region or ""
    return [
        ("受理时间", china(one.accepted_at) if one.accepted_at else ""),
        ("承诺时限", china(one.due_at) if one.due_at else ""),
        ("办结时间", china(one.completed_at) if one.completed_at else ""),
        ("办结方式", "" if kind is None else KIND_NAMES[kind]),
        ("渠道", CHANNEL_NAMES.get(one.channel or "", one.channel or "")),
        ("部门", names.departments.get(one.department or "", one.department or "")),
        ("事项", names.items.get(one.item or "", one.item or "")),
        ("区划", " ".join(text for text in (names.regions.get(place, ""), place) if text)),
    ]
