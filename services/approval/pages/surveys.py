"""What a person sees of joint site surveys: the calendar, and one survey, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from services.approval.domain.surveys import Survey
from services.approval.projections.surveys import SurveyRow
from services.approval.survey_answers import CalendarQuery
from services.chassis.events import Event
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Filter, Light, Moment, Option, Table
from services.kernel.times import SHANGHAI

STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "requested": ("待约时间", "grey"),
    "proposed": ("待双方同意", "amber"),
    "agreed": ("已约定", "green"),
    "held": ("已踏勘，待意见", "amber"),
    "passed": ("符合要求", "green"),
    "failed_with_notice": ("须整改", "red"),
    "not_held": ("未成行", "red"),
    "cancelled": ("已取消", "grey"),
}
TITLES: Final[Mapping[str, tuple[str, str, Light]]] = {
    "approval.joint-survey-requested.v1": ("申请联合踏勘", "Requested", ""),
    "approval.survey-time-proposed.v1": ("提出时间", "Times proposed", ""),
    "approval.survey-slot-accepted.v1": ("一方同意", "Accepted", ""),
    "approval.survey-time-agreed.v1": ("时间约定", "Agreed", "green"),
    "approval.survey-rescheduled.v1": ("改期", "Rescheduled", "amber"),
    "approval.survey-cancelled.v1": ("取消", "Cancelled", "grey"),
    "approval.survey-participant-confirmed.v1": ("确认参加", "Confirmed", ""),
    "approval.survey-quorum-waived.v1": ("免于到场", "Waived", "amber"),
    "approval.joint-survey-held.v1": ("现场踏勘", "Held", ""),
    "approval.survey-participant-absent.v1": ("缺席", "Absent", "red"),
    "approval.survey-not-held.v1": ("未成行", "Not held", "red"),
    "approval.survey-opinion-issued.v1": ("现场出具意见并加盖审批专用章", "Passed", "green"),
    "approval.rectification-opinion-issued.v1": ("书面整改意见", "To rectify", "red"),
    "approval.survey-opinion-overdue.v1": ("当日未出具意见", "Overdue", "red"),
    "approval.survey-concluded.v1": ("踏勘结束", "Concluded", ""),
    "approval.rectification-reported.v1": ("报告已整改", "Rectified", ""),
    "approval.resurvey-requested.v1": ("申请复勘", "Resurvey", ""),
}
CAUSES: Final[Mapping[str, str]] = {
    "applicant": "申请人未到场，承诺时限自此中止",
    "department": "部门未到场",
    "quorum": "必须到场的公用企业或中介机构未到场",
    "force_majeure": "不可抗力",
}
PARTIES: Final[Mapping[str, str]] = {"central_window": "综合窗口", "applicant": "申请人"}
KINDS: Final[Mapping[str, str]] = {
    "department": "部门",
    "utility": "公用企业",
    "intermediary": "中介机构",
}
DELIVERED: Final[Mapping[str, str]] = {
    "in_person": "当面送达",
    "electronic": "电子送达",
    "post": "邮寄送达",
}
_WEEKDAYS: Final = "一二三四五六日"
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Shown:
    """The days a calendar shows, Monday first."""

    month: bool
    since: datetime
    until: datetime
    days: Sequence[date]
    today: date
    first: date
    """Of the month, or of the week."""


@dataclass(frozen=True)
class Entry:
    """One survey of a day."""

    href: str
    time: str
    place: str
    who: str
    state: str
    light: Light
    warning: str


@dataclass(frozen=True)
class CalendarDay:
    """One day of the calendar."""

    label: str
    weekday: str
    entries: Sequence[Entry]
    today: bool
    outside: bool
    """Of another month."""


def calendar_of(query: CalendarQuery, now: datetime) -> Shown:
    """Find the days to show; a day that is none is today."""
    today = now.astimezone(SHANGHAI).date()
    try:
        day = date.fromisoformat(query.day) if query.day else today
    except ValueError:
        day = today
    month = query.span == "month"
    first = day.replace(day=1) if month else day - day.weekday() * _DAY
    start = first - first.weekday() * _DAY
    length = 7
    if month:
        last = (first + 31 * _DAY).replace(day=1) - _DAY
        length = ((last - start).days // 7 + 1) * 7
    days = [start + number * _DAY for number in range(length)]
    edges = [datetime.combine(one, time(), SHANGHAI) for one in (start, days[-1] + _DAY)]
    return Shown(month, edges[0], edges[1], days, today, first)


def calendar_page(
    query: CalendarQuery, shown: Shown, rows: Sequence[SurveyRow], waiting: Sequence[SurveyRow]
) -> dict[str, Any]:
    """Give what `survey_calendar.html` shows."""
    by_day: dict[date, list[SurveyRow]] = {}
    for row in sorted(rows, key=lambda row: (str(row.starts_at), row.survey_no)):
        if row.starts_at is not None and row.state != "cancelled":
            by_day.setdefault(row.starts_at.astimezone(SHANGHAI).date(), []).append(row)
    step = 31 if shown.month else 7
    before = shown.first - _DAY if shown.month else shown.first - 7 * _DAY
    last = shown.days[-1]
    name = f"{shown.first.year} 年 {shown.first.month} 月"
    week = f"{shown.days[0]:%Y-%m-%d} 至 {last:%m-%d}"
    return {
        "filters": [
            Filter(name="day", label="日期", value=query.day, kind="date"),
            Filter(
                name="span",
                label="范围",
                value="month" if shown.month else "week",
                options=[Option("week", "一周"), Option("month", "一月")],
            ),
            Filter(name="department", label="部门或单位编码", value=query.department),
        ],
        "heading": name if shown.month else week,
        "days": [_day(one, shown, by_day.get(one, [])) for one in shown.days],
        "month": shown.month,
        "count": sum(len(found) for found in by_day.values()),
        "before_href": _href(query, shown, before),
        "after_href": _href(query, shown, shown.first + step * _DAY),
        "waiting": _waiting(waiting),
    }


def _href(query: CalendarQuery, shown: Shown, day: date) -> str:
    kept = {"day": day.isoformat(), "span": "month" if shown.month else "week"}
    if query.department:
        kept["department"] = query.department
    return f"/survey-calendar?{urlencode(kept)}"


def _day(day: date, shown: Shown, rows: Sequence[SurveyRow]) -> CalendarDay:
    return CalendarDay(
        label=f"{day.month} 月 {day.day} 日",
        weekday=f"周{_WEEKDAYS[day.weekday()]}",
        entries=[_entry(row) for row in rows],
        today=day == shown.today,
        outside=shown.month and day.month != shown.first.month,
    )


def _entry(row: SurveyRow) -> Entry:
    state, light = STATES[row.state]
    times = [
        moment.astimezone(SHANGHAI).strftime("%H:%M")
        for moment in (row.starts_at, row.ends_at)
        if moment is not None
    ]
    warnings = []
    if row.overdue:
        warnings.append(f"当日未出具意见：{'、'.join(row.overdue)}")
    if row.absent:
        warnings.append(f"缺席：{'、'.join(row.absent)}")
    return Entry(
        href=f"/surveys/{row.survey_no}",
        time="–".join(times),
        place=row.place,
        who="、".join([*row.departments, *row.others]),
        state=state,
        light=light,
        warning="；".join(warnings),
    )


def _waiting(rows: Sequence[SurveyRow]) -> Table:
    return Table(
        caption="已申请、尚未提出时间的踏勘",
        columns=[
            Column("编号", "Survey"),
            Column("申请", "Requested", numeric=True),
            Column("地点", "Place"),
            Column("参加", "Who"),
        ],
        rows=[
            [
                Cell(row.survey_no, f"/surveys/{row.survey_no}"),
                shown_time(row.requested_at),
                row.place,
                "、".join([*row.departments, *row.others]),
            ]
            for row in rows
        ],
        empty="没有等待约定时间的踏勘",
        empty_hint="Nothing waits for a time.",
    )


def survey_page(survey: Survey, events: Sequence[Event]) -> dict[str, Any]:
    """Give what `survey.html` shows."""
    state, light = STATES[survey.state.value]
    return {
        "survey": survey,
        "state": state,
        "light": light,
        "shown_time": shown_time,
        "participants": Table(
            caption="参加单位",
            columns=[
                Column("单位", "Who"),
                Column("类别", "Kind"),
                Column("必须到场", "Required"),
                Column("到场人员", "Came"),
                Column("意见", "Result"),
            ],
            rows=[
                [
                    code,
                    KINDS[one.kind.value],
                    ("已免" if code in survey.waived else "是") if one.required else "否",
                    "、".join(survey.attended.get(code, survey.confirmed.get(code, []))) or "–",
                    _result(survey, code),
                ]
                for code, one in survey.participants.items()
            ],
        ),
        "wanted": [
            (code, one.item_no, one.requirement, one.basis or "", code in survey.reported)
            for code, items in survey.asked_for.items()
            for one in items
        ],
        "moments": moments_of(events),
    }


def _result(survey: Survey, code: str) -> Cell | str:
    if code in survey.opinions:
        passed = survey.opinions[code]
        return Cell("符合要求", light="green") if passed else Cell("须整改", light="red")
    if code in survey.overdue:
        return Cell("当日未出具", light="red")
    if code in survey.absent:
        agreed = survey.absent[code]
        return Cell("缺席，按规定视为同意" if agreed else "缺席", light="red")
    return Cell("待出具", light="amber") if code in survey.awaited else "–"


def _detail(event: Event) -> str:
    said: dict[str, Any] = msgspec.json.decode(event.body.data)
    match event.type.removeprefix("approval."):
        case "joint-survey-requested.v1":
            return f"{said['place']} · {'、'.join(one['code'] for one in said['participants'])}"
        case "survey-time-proposed.v1":
            return "；".join(_time(one["starts_at"]) for one in said["slots"])
        case "survey-slot-accepted.v1":
            return f"{PARTIES[said['party']]} · {_time(said['slot']['starts_at'])}"
        case "survey-time-agreed.v1":
            return _time(said["starts_at"])
        case "survey-rescheduled.v1" | "survey-cancelled.v1":
            return str(said["reason"])
        case "survey-participant-confirmed.v1":
            return f"{said['participant']} · {'、'.join(said['officials'])}"
        case "survey-quorum-waived.v1":
            return f"{said['participant']} · {said['reason']}"
        case "joint-survey-held.v1":
            came = "、".join(one["code"] for one in said["attendance"])
            return f"{_time(said['started_at'])} 至 {_time(said['ended_at'])} · 到场 {came}"
        case "survey-participant-absent.v1":
            agreed = "按规定视为同意" if said["deemed_agreement"] else "不视为同意"
            return f"{said['participant']} · {agreed}{'，应担责任' if said['liable'] else ''}"
        case "survey-not-held.v1":
            return CAUSES[said["cause"]]
        case "survey-opinion-issued.v1":
            return f"{said['department']} · 用印 {said['seal_use_no']}"
        case "rectification-opinion-issued.v1":
            late = "" if said["on_time"] else " · 逾期出具"
            how = DELIVERED[said["delivered_by"]]
            return f"{said['department']} · {len(said['items'])} 项 · {how}{late}"
        case "survey-opinion-overdue.v1" | "rectification-reported.v1":
            return str(said["department"])
        case "survey-concluded.v1":
            return "全部符合要求" if said["passed"] else f"须整改：{'、'.join(said['failed'])}"
        case "resurvey-requested.v1":
            return f"{'、'.join(said['departments'])} · {said['resurvey_no']}"
    return ""


def moments_of(events: Sequence[Event]) -> list[Moment]:
    """Give the timeline of a survey, in words."""
    return [
        replace(moment, detail=_detail(event))
        for moment, event in zip(timeline(events, TITLES), events, strict=True)
    ]


def _time(text: str) -> str:
    return shown_time(datetime.fromisoformat(text))
