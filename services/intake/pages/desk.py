"""What a clerk sees of the queue: what waits, until when, and what to look at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from services.chassis.clock import CHINA
from services.chassis.web import Page
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Cell, Column, Filter, Light, Option, Table
from services.intake.answers import CasesQuery
from services.intake.desk_answers import QueueQuery, SearchQuery
from services.intake.domain.clocks import in_time
from services.intake.domain.items import Known
from services.intake.pages import CASE_STATES, CHANNELS, case_table
from services.intake.projections import CaseRow
from services.intake.projections import desk as rows
from services.intake.projections.desk import DeskCounts, DeskRow
from services.intake.projections.visits import ContactRow
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import legal_date

WAITS: Final[Mapping[str, tuple[str, str, str]]] = {
    rows.ALL: ("全部待办", "All that waits", ""),
    rows.TODAY: ("今日须告知或受理", "Due today", "amber"),
    rows.SUBMITTED: ("待受理", "To accept", ""),
    rows.CORRECTED: ("补正已到", "Corrections in", ""),
    rows.REVIEW: ("要求人工复核", "Reviews", "amber"),
    rows.CORRECTION_PENDING: ("等申请人补正", "Applicant's turn", ""),
    rows.UNDER_WAY: ("在办", "Under way", ""),
    rows.LATE: ("在办已逾期", "Late", "red"),
}
"""What the queue may be narrowed to: Chinese, English, and its light when there is any."""
WINDOW, MINE, EVERYWHERE = "window", "mine", "all"


@dataclass(frozen=True)
class Times:
    """The moments a queue is read by."""

    now: datetime
    today: datetime
    """The first moment of tomorrow."""
    soon: datetime
    """The end of the next working day: what ends before it is amber."""

    @classmethod
    def of(cls, now: datetime, calendar: WorkCalendar) -> Times:
        """Give them by the calendar as it is known."""
        tomorrow = legal_date(now) + timedelta(days=1)
        return cls(now, _begin(tomorrow), _begin(calendar.next_working_day(tomorrow) + _DAY))


_DAY: Final = timedelta(days=1)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(0), CHINA)


@dataclass(frozen=True)
class Tile:
    """One count on top, which is a filter too."""

    text: str
    english: str
    number: int
    href: str
    light: Light
    here: bool


@dataclass(frozen=True)
class Line:
    """One case of the queue."""

    project_no: str
    href: str
    item: str
    state: str
    light: Light
    why: str
    due: str
    due_light: Light
    due_said: str
    channel: str
    department: str
    window: str
    submitted: str


def due_of(due_at: datetime | None, times: Times) -> tuple[Light, str]:
    """Say how near an end is: late in red, about to be late in amber."""
    if due_at is None:
        return "", ""
    if not in_time(times.now, due_at):
        return "red", "已逾期"
    if due_at < times.today:
        return "amber", "今天到期"
    return ("amber", "下一工作日到期") if due_at < times.soon else ("", "")


def line_of(row: DeskRow, times: Times, known: Known) -> Line:
    """Show one case of the queue."""
    state, light = CASE_STATES[row.state]
    why = {
        "submitted": "补正材料已到，请核对" if row.corrected_at else "等受理或一次性告知",
        "correction_pending": "等申请人补正",
        "decided": "先办后补，等补齐",
    }.get(row.state, "审批中" if row.state == "in_review" else "")
    if row.review:
        why = "申请人要求人工复核"
    due_light, due_said = due_of(row.due_at, times)
    if row.review and row.state not in rows.OPEN:
        due_light, due_said = "", ""
    return Line(
        row.project_no,
        f"/desk/cases/{row.project_no}",
        row.item_name or item_name(known, row.item_code, times.now),
        state,
        light,
        why,
        shown_time(row.due_at),
        due_light,
        due_said,
        CHANNELS.get(row.channel, row.channel),
        department_name(known, row.item_code, row.department, times.now),
        row.window_no or "未分窗口",
        shown_time(row.submitted_at),
    )


def department_name(known: Known, item_code: str, department: str | None, at: datetime) -> str:
    """Give the name of a case's department, its code where its item goes to another one by now."""
    listed = known.items.get(item_code)
    version = listed.in_force(at) if listed else None
    if version is not None and version.department == department:
        return version.department_name or department
    return department or "–"


def item_name(known: Known, code: str, at: datetime) -> str:
    """Give the name of an item as it is called now; its code where nothing is known."""
    listed = known.items.get(code)
    version = listed.in_force(at) if listed else None
    return version.name if version else code


def tiles(counts: DeskCounts, query: QueueQuery) -> list[Tile]:
    """Give the counts on top; each leads to its part of the queue."""
    numbers = {
        rows.ALL: counts.submitted + counts.corrected + counts.review,
        rows.TODAY: counts.today,
        rows.SUBMITTED: counts.submitted,
        rows.CORRECTED: counts.corrected,
        rows.REVIEW: counts.review,
        rows.CORRECTION_PENDING: counts.correction,
        rows.UNDER_WAY: counts.running,
        rows.LATE: counts.late,
    }
    return [
        Tile(
            text,
            english,
            numbers[waits],
            _href(query, waits=waits),
            light if numbers[waits] else "",  # type: ignore[arg-type]  # one of the lights
            waits == waits_of(query),
        )
        for waits, (text, english, light) in WAITS.items()
    ]


def waits_of(query: QueueQuery) -> str:
    """Give what the queue is narrowed to; all of it for a word that is not known."""
    return query.waits if query.waits in WAITS else rows.ALL


def scope_of(query: QueueQuery, window: str) -> str:
    """Give whose cases are asked for; who sits at no window sees everybody's."""
    wanted = query.scope if query.scope in (WINDOW, MINE, EVERYWHERE) else WINDOW
    return EVERYWHERE if wanted == WINDOW and not window else wanted


def queue_filters(query: QueueQuery, window: str, items: Mapping[str, str]) -> list[Filter]:
    """Give the filter form of the queue."""
    scopes = [Option(MINE, "我经手告知的"), Option(EVERYWHERE, "全部窗口")]
    if window:
        scopes.insert(0, Option(WINDOW, f"{window} 号窗口和未分窗口的"))
    channels = [Option("", "全部"), *(Option(key, text) for key, text in CHANNELS.items())]
    states = [Option(key, text) for key, (text, _, _) in WAITS.items()]
    return [
        Filter(name="waits", label="状态", value=waits_of(query), options=states),
        Filter(name="scope", label="范围", value=scope_of(query, window), options=scopes),
        Filter(name="channel", label="渠道", value=query.channel, options=channels),
        Filter(name="item_code", label="事项编码", value=query.item_code),
        Filter(name="department", label="部门编码", value=query.department),
    ]


def queue_page(
    query: QueueQuery,
    page: Page[DeskRow],
    counts: DeskCounts,
    times: Times,
    known: Known,
    window: str,
    hand_overs: Sequence[ContactRow] = (),
) -> dict[str, Any]:
    """Give what `desk_queue.html` shows."""
    return {
        "tiles": tiles(counts, query),
        "lines": [line_of(row, times, known) for row in page.items],
        "shown": WAITS[waits_of(query)][0],
        "filters": queue_filters(query, window, {}),
        "next_href": _href(query, cursor=page.next) if page.next else "",
        "first_href": _href(query) if query.cursor else "",
        "hand_overs": [
            (one, *due_of(one.due_at, times), shown_time(one.due_at)) for one in hand_overs
        ],
        "today": shown_day(times.now),
    }


def shown_day(at: datetime) -> str:
    """Write a day with its weekday."""
    day = legal_date(at)
    return f"{day:%Y-%m-%d} 星期{'一二三四五六日'[day.weekday()]}"


def _href(query: QueueQuery, **changed: str) -> str:
    told = {
        "waits": query.waits,
        "scope": query.scope,
        "channel": query.channel,
        "item_code": query.item_code,
        "department": query.department,
    } | changed
    kept = {name: value for name, value in told.items() if value}
    return f"/desk/queue?{urlencode(kept)}" if kept else "/desk/queue"


def search_filters(query: SearchQuery, wrong: str = "") -> list[Filter]:
    """Give the form of a search by what stands in no vault."""
    error = {wrong: "请写成 2026-11-24 这样的日期"} if wrong else {}
    return [
        Filter(name="number", label="办件编号", value=query.number, kind="search"),
        Filter(name="item_code", label="事项编码", value=query.item_code),
        Filter(
            name="since",
            label="提交日期起",
            value=query.since,
            kind="date",
            error=error.get("since", ""),
        ),
        Filter(
            name="until",
            label="提交日期止",
            value=query.until,
            kind="date",
            error=error.get("until", ""),
        ),
    ]


def found_table(query: SearchQuery, page: Page[CaseRow], caption: str) -> Table:
    """Give what a search found; each leads to the clerk's page of the case."""
    plain = case_table(CasesQuery(), page)
    told = {
        "number": query.number,
        "item_code": query.item_code,
        "since": query.since,
        "until": query.until,
    }
    kept = {name: value for name, value in told.items() if value}
    return Table(
        caption=caption,
        columns=[Column("办件编号", "Case"), *plain.columns[1:]],
        rows=[
            [Cell(one.project_no, f"/desk/cases/{one.project_no}"), *row[1:]]
            for one, row in zip(page.items, plain.rows, strict=True)
        ],
        next_href=f"/desk/search?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/desk/search?{urlencode(kept)}" if query.cursor else "",
        empty="没有找到办件",
        empty_hint="请核对编号、证件号码或者日期。Nothing was found.",
    )
