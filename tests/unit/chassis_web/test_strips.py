"""The clock strip: every day says whether it counted and why, and no colour is needed to see it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined

from services.chassis.web import parts as module
from services.chassis.web.parts import Strip, StripDay
from services.chassis.web.strips import strip_of
from services.kernel.calendar_seed import SEED
from services.kernel.clock import Clock, Kind, Reason, explain
from services.kernel.limits import Limit, Unit
from services.kernel.times import read_time

TEMPLATES = Path(module.__file__).parent / "templates"
BEFORE_NEW_YEAR = read_time("2020-01-16 10:00:00")


def strip(
    limit: Limit,
    started_at: datetime = BEFORE_NEW_YEAR,
    today: date | None = None,
    clock: Clock | None = None,
) -> Strip:
    clock = clock or Clock(Kind.PROMISED, limit, started_at)
    return strip_of(
        explain(clock, SEED), limit.unit, title="承诺时限", english="Promise", today=today
    )


def day(strip: Strip, on: date) -> StripDay:
    return next(one for week in strip.weeks for one in week.days if one.day == on)


def drawn(strip: Strip) -> str:
    text = '{% import "parts.html" as parts with context %}{{ parts.clock_strip(strip) }}'
    loader = ChoiceLoader([DictLoader({"t": text}), FileSystemLoader(TEMPLATES)])
    page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return page.get_template("t").render(strip=strip, base="")


def test_every_kind_of_day_says_why_it_counts_or_not() -> None:
    shown = strip(Limit(10), today=date(2020, 2, 3))

    said = {
        on: (one.kind, one.mark, one.note, one.said)
        for on in (
            date(2020, 1, 16),
            date(2020, 1, 17),
            date(2020, 1, 18),
            date(2020, 1, 19),
            date(2020, 1, 24),
        )
        for one in [day(shown, on)]
    }
    assert said == {
        date(2020, 1, 16): ("start", "0", "", "2020年1月16日（周四）：起算当日不计"),
        date(2020, 1, 17): ("work", "1", "", "2020年1月17日（周五）：工作日，第 1 个工作日"),
        date(2020, 1, 18): ("weekend", "–", "周末", "2020年1月18日（周六）：周末，不计"),
        date(2020, 1, 19): (
            *("make_up", "2", "调休"),
            "2020年1月19日（周日）：调休上班（春节），第 2 个工作日",
        ),
        date(2020, 1, 24): ("holiday", "休", "春节", "2020年1月24日（周五）：春节放假，不计"),
    }
    assert day(shown, date(2020, 2, 3)).tags == ["今天"]
    last = shown.weeks[-1].days[-1]
    assert (last.day, last.due, last.tags) == (date(2020, 2, 6), True, ["截止"])
    assert last.said.endswith("第 10 个工作日，期限截止")


def test_weeks_begin_on_monday_and_hold_every_day_once() -> None:
    cells = explain(Clock(Kind.PROMISED, Limit(10), BEFORE_NEW_YEAR), SEED)

    shown = strip(Limit(10))

    assert [one.day for week in shown.weeks for one in week.days] == [one.day for one in cells]
    assert all(week.days[0].day.weekday() == 0 for week in shown.weeks[1:])
    assert not shown.folded


def test_a_suspension_names_what_it_waits_for_and_has_no_end_yet() -> None:
    clock = Clock(Kind.PROMISED, Limit(10), BEFORE_NEW_YEAR)
    still = clock.suspend(Reason.INSPECTION, read_time("2020-01-20 09:00:00"), SEED)

    shown = strip(clock.limit, clock=still)

    one = day(shown, date(2020, 1, 20))
    assert (one.kind, one.mark, one.note) == ("suspended", "停", "检验")
    assert one.said == "2020年1月20日（周一）：中止计时（检验），不计"
    assert "恢复后才有截止日" in shown.summary
    assert not any(one.due for week in shown.weeks for one in week.days)


def test_the_summary_adds_up() -> None:
    assert strip(Limit(10), today=date(2020, 2, 7)).summary == (
        "自2020年1月16日（当日不计）起，至2020年2月6日截止，共 10 个工作日；"
        "不计周末 5 天、放假 6 天；调休上班 1 天照计。今天（2020年2月7日）已在截止日之后。"
    )


def test_a_long_limit_folds_to_weeks_that_say_what_they_leave_out() -> None:
    shown = strip(Limit(45), today=date(2020, 1, 22))

    assert shown.folded
    week = shown.weeks[1]
    assert (week.mark, week.note, week.tags) == ("计 4 天", "春节1天", ["今天"])
    assert week.said == ("2020年1月20日至2020年1月26日：计 4 天，春节1天，2020年1月22日今天")
    html = drawn(shown)
    assert html.count('<li class="cell cell-week ') + html.count(
        '<li class="cell cell-week"'
    ) == len(shown.weeks)
    assert html.count("<li>2020年") + html.count('<li class="strip-marked">') == sum(
        len(week.days) for week in shown.weeks
    )


@pytest.mark.parametrize(
    ("limit", "at", "mark", "words"),
    [
        (Limit(0, Unit.IMMEDIATE), "2020-03-02 10:00:00", "当场", "当日办结，期限截止"),
        (Limit(5, Unit.HOUR), "2020-03-02 16:00:00", "3.5", "工作日，计 3.5 小时，期限截止"),
        (Limit(3, Unit.CALENDAR_DAY), "2020-03-04 16:00:00", "延", "顺延，期限截止"),
    ],
)
def test_other_units(limit: Limit, at: str, mark: str, words: str) -> None:
    last = strip(limit, read_time(at)).weeks[-1].days[-1]

    assert (last.mark, last.said.partition("：")[2]) == (mark, words)


def test_a_year_nobody_announced_is_marked() -> None:
    shown = strip(Limit(2), read_time("2098-03-03 10:00:00"))

    assert day(shown, date(2098, 3, 4)).tags == ["暂定"]
    assert day(shown, date(2098, 3, 4)).said.endswith("当年工作日历尚未公布，暂定")


def test_every_cell_has_its_text_and_its_sign() -> None:
    shown = strip(Limit(20), today=date(2020, 1, 22))

    html = drawn(shown)

    days = [one for week in shown.weeks for one in week.days]
    for one in days:
        assert f'title="{one.said}"><span class="hidden">{one.said}</span>' in html
    assert all(one.mark for one in days)
    signs = {one.kind: one.mark for one in days if one.kind not in ("work", "make_up")}
    assert len(set(signs.values())) == len(signs)
    assert {kind for kind, _, _ in shown.legend} == {one.kind for one in days}
    assert len(re.findall(r"cell-now", html)) == 1
    assert len(re.findall(r"cell-due", html)) == 1
    assert "style=" not in html


def test_what_is_shown_is_escaped() -> None:
    shown = replace(strip(Limit(2)), title="<b>甲</b>")

    assert "<b>甲" not in drawn(shown)
