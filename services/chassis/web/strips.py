"""A clock, day by day, as the component `clock_strip` of `parts.html` draws it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from services.chassis.web.parts import Strip, StripDay, StripKind, StripWeek
from services.kernel.clock import Day, Kind, Why
from services.kernel.limits import Unit

FOLD_ABOVE: Final = 42
"""Days; a longer strip shows weeks, so that it still is one glance."""
TITLES: Final = {
    Kind.PROMISED: ("承诺时限逐日计算", "The promised limit, day by day"),
    Kind.STATUTORY: ("法定时限逐日计算", "The statutory limit, day by day"),
}
"""Of the strips of the two limits every case and task has."""
_WEEKDAYS: Final = "一二三四五六日"
_KINDS: Final[Mapping[Why, tuple[StripKind, str, str, str]]] = {
    Why.START: ("start", "0", "", "起算当日，不计"),
    Why.WORKING_DAY: ("work", "1", "", "工作日，计入；数字是第几个"),
    Why.CALENDAR_DAY: ("work", "1", "", "计入；数字是第几天"),
    Why.MAKE_UP: ("make_up", "1", "调休", "周末调休上班，计入"),
    Why.WEEKEND: ("weekend", "–", "周末", "周末，不计"),
    Why.HOLIDAY: ("holiday", "休", "放假", "放假，不计"),
    Why.SUSPENDED: ("suspended", "停", "中止", "中止计时，不计"),
    Why.MOVED: ("moved", "延", "顺延", "末日遇休息日，顺延"),
}
"""Kind, sign, note, meaning."""
_UNITS: Final[Mapping[Unit, str]] = {
    Unit.WORKING_DAY: "个工作日",
    Unit.CALENDAR_DAY: "天",
    Unit.HOUR: "个工作小时",
    Unit.IMMEDIATE: "当场",
}


def strip_of(
    cells: Sequence[Day],
    unit: Unit,
    *,
    title: str,
    english: str = "",
    today: date | None = None,
    today_said: str = "今天",
) -> Strip:
    """Make the strip of a clock from `services.kernel.clock.explain`.

    Args:
        cells: at least the day it starts.
        today: marked where it lies among the days; of an ended clock the day it ended, with
            `today_said` for its name.
    """
    days = [_day(one, unit, today, today_said) for one in cells]
    weeks = [_week(list(rest)) for _, rest in groupby(days, lambda one: one.day.isocalendar()[:2])]
    return Strip(
        title=title,
        english=english,
        summary=_summary(cells, unit, today, today_said),
        weeks=weeks,
        folded=len(days) > FOLD_ABOVE,
        legend=_legend(cells, unit, len(days) > FOLD_ABOVE),
    )


def _day(one: Day, unit: Unit, today: date | None, today_said: str) -> StripDay:
    kind, mark, note, _ = _KINDS[one.why]
    at_once = one.why is Why.START and one.due
    tags = [
        text
        for text, holds in (
            ("起算", one.why is Why.START and not at_once),
            (today_said, one.day == today),
            ("截止", one.due),
            ("暂定", one.provisional and one.why is not Why.START),
        )
        if holds
    ]
    if at_once:
        kind, mark, why = "work", "当场", "当日办结"
    else:
        why = _why(one, unit)
        if one.why is Why.SUSPENDED and one.reasons:
            note = one.reasons[0].chinese
        elif one.why is Why.HOLIDAY and one.name:
            note = one.name
        if one.counted:
            mark = _hours(one) if unit is Unit.HOUR else str(one.number)
    told = [why, *(_TAGS.get(text, text) for text in tags if text != "起算")]
    return StripDay(
        day=one.day,
        kind=kind,
        mark=mark,
        note=note,
        said=f"{_date(one.day)}（周{_WEEKDAYS[one.day.weekday()]}）：" + "，".join(told),
        tags=tags,
        due=one.due,
        now=one.day == today,
    )


_TAGS: Final = {"截止": "期限截止", "暂定": "当年工作日历尚未公布，暂定"}


def _why(one: Day, unit: Unit) -> str:
    said = one.why.chinese
    if one.why is Why.MAKE_UP and one.name:
        said = f"{said}（{one.name}）"
    elif one.why is Why.HOLIDAY and one.name:
        said = f"{one.name}{said}"
    elif one.why is Why.SUSPENDED and one.reasons:
        said = f"{said}（{'、'.join(reason.chinese for reason in one.reasons)}）"
    if not one.counted:
        return said if one.why in (Why.START, Why.MOVED) else f"{said}，不计"
    if unit is Unit.HOUR:
        return f"{said}，计 {_hours(one)} 小时"
    return f"{said}，第 {one.number} {_UNITS[unit]}"


def _week(days: Sequence[StripDay]) -> StripWeek:
    counted = sum(one.kind in ("work", "make_up") for one in days)
    others = Counter(
        one.note for one in days if one.kind in ("holiday", "suspended", "make_up") and one.note
    )
    note = "、".join(f"{name}{number}天" for name, number in others.items())
    ends = f"{_date(days[0].day)}至{_date(days[-1].day)}"
    marked = [f"{_date(one.day)}{tag}" for one in days for tag in one.tags if tag != "暂定"]
    return StripWeek(
        days=days,
        mark=f"计 {counted} 天",
        note=note,
        said="，".join(filter(None, [f"{ends}：计 {counted} 天", note, *marked])),
    )


def _legend(cells: Sequence[Day], unit: Unit, folded: bool) -> list[tuple[StripKind, str, str]]:
    if folded:
        return [("week", "计", "每格一周：计入几天，下面是其中的放假、中止和调休")]
    if cells[0].due:  # at once: one cell, which says it all
        return []
    found = [_KINDS[why] for why in dict.fromkeys(one.why for one in cells)]
    hours = unit is Unit.HOUR
    return [
        (kind, mark, "计入；数字是当天计入的小时" if hours and kind == "work" else meaning)
        for kind, mark, _, meaning in found
    ]


def _summary(cells: Sequence[Day], unit: Unit, today: date | None, today_said: str) -> str:
    first, last = cells[0], cells[-1]
    if last.why is Why.START and last.due:
        return f"当场办结：{_date(last.day)}当日截止。"
    found = Counter(one.why for one in cells)
    left_out = [
        f"{name} {found[why]} 天"
        for why, name in ((Why.WEEKEND, "周末"), (Why.HOLIDAY, "放假"), (Why.SUSPENDED, "中止"))
        if found[why]
    ]
    since = "当日不计" if first.why is Why.START else "当时起计"
    said = [f"自{_date(first.day)}（{since}）起"]
    if last.due:
        said.append(f"，至{_date(last.day)}截止，共 {last.number} {_UNITS[unit]}")
    else:
        said.append(f"，已计 {last.number} {_UNITS[unit]}；现在中止，恢复后才有截止日")
    if left_out:
        said.append(f"；不计{'、'.join(left_out)}")
    if found[Why.MAKE_UP]:
        said.append(f"；调休上班 {found[Why.MAKE_UP]} 天照计")
    if last.due and today is not None and today > last.day:
        said.append(f"。{today_said}（{_date(today)}）已在截止日之后")
    return "".join(said) + "。"


def _hours(one: Day) -> str:
    return f"{round(one.seconds / 3600, 2):g}"


def _date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
