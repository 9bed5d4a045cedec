"""What a person sees of appointments (预约): words and tables for the templates beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from services.chassis.web.parts import Cell, Column, Filter, Light, Option, Table
from services.intake.domain.appointment_terms import BookingTerms
from services.intake.domain.rules import IntakeRuleError
from services.intake.projections.appointments import AppointmentRow, SlotRow
from services.kernel.times import SHANGHAI

STATES: Final[Mapping[str, tuple[str, Light]]] = {
    "booked": ("已预约", "amber"),
    "cancelled": ("已取消", "grey"),
    "checked_in": ("已到场", "green"),
    "missed": ("爽约", "red"),
}
REASONS: Final[Mapping[str, str]] = {
    "applicant": "本人取消",
    "centre": "中心取消",
    "rest_day": "当日改为休息日",
}
REFUSALS: Final[Mapping[str, str]] = {
    "no_such_slot": "没有这个时段，请重新选择。",
    "slot_hours": "时段不能这样设置：请检查时间和每段时长；已按别的时长开放的日子不能重复开放。",
    "rest_day": "这一天是休息日，窗口不办公，请选择其他日子。",
    "slot_past": "这个时段已经开始，不能再预约或取消，请选择以后的时段。",
    "slot_full": "这个时段刚刚约满，请选择其他时段。",
    "already_booked": "这个时间您已有一个预约。",
    "too_many_open": "您的未办预约已达上限，请先取消一个或办完再约。",
    "booking_blocked": "因多次爽约，您暂时不能网上预约；仍可到窗口现场办理。",
    "no_such_appointment": "没有这个预约。",
    "appointment_over": "这个预约已经取消、办理或过期。",
    "not_yours": "这不是您的预约。",
    "check_in_time": "现在不在签到时间内。",
}
"""By code of the rule; the rest is shown in the rule's own words."""
_WEEKDAYS: Final = "一二三四五六日"


@dataclass(frozen=True)
class Choice:
    """One slot that can be chosen, or not."""

    slot_no: str
    time: str
    free: int
    capacity: int

    @property
    def light(self) -> Light:
        """Green while there are places, amber for the last one."""
        if not self.free:
            return "grey"
        return "green" if self.free > 1 else "amber"

    @property
    def said(self) -> str:
        """How many places, in words."""
        return f"余 {self.free} 个" if self.free else "已约满"


def shown_day(day: date) -> str:
    """Write a day with its weekday: `2026年11月24日（周二）`."""
    return f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def refusal_of(refused: IntakeRuleError | None) -> str:
    """Say in Chinese why something was not done; "" when nothing was refused."""
    return REFUSALS.get(refused.code, str(refused)) if refused else ""


def day_of(text: str) -> date | None:
    """Read the day of a page's address; None for what is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def booking_page(
    open_days: Sequence[tuple[str, date, int]],
    slots: Sequence[SlotRow],
    window: str,
    day: date | None,
    now: datetime,
    terms: BookingTerms,
) -> dict[str, Any]:
    """Give what `booking.html` shows: windows and days, and the slots of a chosen one."""
    windows = sorted({one[0] for one in open_days})
    days = sorted({one[1] for one in open_days if not window or one[0] == window})
    chosen = bool(window and day)
    return {
        "filters": [
            Filter(
                name="window",
                label="窗口",
                value=window,
                options=[
                    Option("", "全部窗口"),
                    *(Option(one, f"{one} 号窗口") for one in windows),
                ],
            ),
            Filter(
                name="day",
                label="日期",
                value=day.isoformat() if day else "",
                options=[
                    Option("", "全部日期"),
                    *(Option(one.isoformat(), shown_day(one)) for one in days),
                ],
            ),
        ],
        "chosen": chosen,
        "window": window,
        "day": day.isoformat() if day else "",
        "shown": f"{window} 号窗口 · {shown_day(day)}" if chosen and day else "",
        "choices": [_choice(row) for row in slots if row.starts_at > now] if chosen else [],
        "days": None if chosen else _days(open_days, window, day),
        "terms": terms,
    }


def _choice(row: SlotRow) -> Choice:
    return Choice(row.slot_no, _span(row.starts_at, row.ends_at), row.free, row.capacity)


def _days(open_days: Sequence[tuple[str, date, int]], window: str, day: date | None) -> Table:
    return Table(
        caption="可以预约的窗口和日期",
        columns=[
            Column("日期", "Day"),
            Column("窗口", "Window"),
            Column("余号", "Free", numeric=True),
        ],
        rows=[
            [
                Cell(shown_day(on), f"/booking?{urlencode({'window': at, 'day': on})}"),
                f"{at} 号窗口",
                Cell(f"{free} 个", light="green") if free else Cell("已约满", light="grey"),
            ]
            for at, on, free in sorted(open_days, key=lambda one: (one[1], one[0]))
            if (not window or at == window) and (day is None or on == day)
        ],
        empty="目前没有可以预约的时段",
        empty_hint="可以过后再看，或直接到窗口取号。Nothing can be booked now.",
    )


@dataclass(frozen=True)
class Entry:
    """One appointment of a list, with the buttons it has."""

    number: str
    time: str
    window: str
    state: str
    light: Light
    note: str
    who: str
    can_cancel: bool = False
    can_check_in: bool = False

    @property
    def serial(self) -> str:
        """The end of its number: the rest is the slot's."""
        return self.number.rpartition("-")[2]


def entries(rows: Sequence[AppointmentRow], now: datetime, terms: BookingTerms) -> list[Entry]:
    """Give the appointments of a list as they stand now."""
    return [_entry(row, now, terms) for row in rows]


def _entry(row: AppointmentRow, now: datetime, terms: BookingTerms) -> Entry:
    state, light = STATES[row.state]
    booked = row.state == "booked"
    note = REASONS.get(row.reason or "", "")
    if row.checked_in_at:
        note = f"{row.checked_in_at.astimezone(SHANGHAI):%H:%M} 签到"
    return Entry(
        number=row.appointment_no,
        time=_span(row.starts_at, row.ends_at),
        window=row.window,
        state=state,
        light=light,
        note=note,
        who="网上预约" if row.account else "窗口代约",
        can_cancel=booked and now < row.starts_at,
        can_check_in=booked and row.starts_at - terms.early <= now <= row.ends_at,
    )


def with_days(rows: Sequence[AppointmentRow]) -> list[str]:
    """Give the day of each appointment, in words."""
    return [shown_day(row.starts_at.astimezone(SHANGHAI).date()) for row in rows]


def _span(starts_at: datetime, ends_at: datetime) -> str:
    return f"{starts_at.astimezone(SHANGHAI):%H:%M}–{ends_at.astimezone(SHANGHAI):%H:%M}"
