"""The tables and figures of supervision's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from services.chassis.web.parts import (
    Cell,
    Column,
    Filter,
    Light,
    Option,
    Table,
)
from services.disclosure.pages import supervision_words as words
from services.disclosure.projections.supervision_lists import (
    CardRow,
    NoticeRow,
    ObligationRow,
    SupervisedRow,
)
from services.disclosure.supervision_answers import ScoresImported
from services.kernel.clock import legal_date

Names = Mapping[str, str]
Row = list[Cell | str | int]
SOON: Final = 2
"""Days before a limit from which it is amber."""
TITLES: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "obligations": ("督查任务", "Obligations", ("start-cycles", "meet", "end-cycle")),
    "notices": ("整改通知", "Rectification notices", ("issue-notice",)),
    "cards": ("红黄牌", "Cards", ()),
    "records": ("登记台账", "Records", ("retract",)),
    "units": ("纳入督查的单位", "Units under supervision", ("start-cycles", "end-cycle")),
}
"""Registers: title, English title, acts offered."""
GROUPS: Final = (
    (
        "督查与整改",
        "Supervise",
        ("start-cycles", "meet", "issue-notice", "record-inspection", "end-cycle"),
    ),
    (
        "通报与得分",
        "Tell",
        ("publish-circular", "name-lagging", "import-score", "hold-training"),
    ),
    (
        "征求意见与计数",
        "Ask and count",
        (
            *("hold-outreach", "raise-issue", "resolve-issue", "count-visitors"),
            *("count-page-visits", "count-enquiries", "report-fact", "retract"),
        ),
    ),
)
REGISTERS: Final = (
    ("/supervision/desk/obligations", "督查任务"),
    ("/supervision/desk/units", "纳入督查的单位"),
    ("/supervision/desk/notices", "整改通知"),
    ("/supervision/desk/cards", "红黄牌"),
    *((f"/supervision/desk/records?kind={kind}", name) for kind, name in words.KINDS.items()),
    ("/circulars", "通报（公开）"),
    ("/scores", "测评得分（公开）"),
)


@dataclass(frozen=True)
class Top:
    """One number at the head of the desk."""

    label: str
    number: int
    href: str
    note: str
    light: Light = ""


def tops(
    due: Sequence[ObligationRow],
    missed: Sequence[ObligationRow],
    notices: Sequence[NoticeRow],
    by_unit: Sequence[tuple[str, int, int]],
    monday: date,
) -> list[Top]:
    """Give the numbers at the head of the desk."""
    week = urlencode({"since": monday, "until": monday + timedelta(days=6), "state": "owed"})
    red, yellow = sum(one[1] for one in by_unit), sum(one[2] for one in by_unit)
    late = sum(one.overdue and one.state == "issued" for one in notices)
    obligations, cards = "/supervision/desk/obligations", "/supervision/desk/cards"
    return [
        Top("本周到期未办", len(due), f"{obligations}?{week}", "项任务"),
        Top(
            "逾期未办",
            len(missed),
            f"{obligations}?state=missed",
            "需要催办" if missed else "没有逾期",
            "red" if missed else "green",
        ),
        Top(
            "待整改",
            len(notices),
            "/supervision/desk/notices",
            f"其中逾期 {late} 份" if late else "没有逾期",
            "red" if late else "green",
        ),
        Top(
            "今年红牌",
            red,
            f"{cards}?colour=RED&state=standing",
            "超过时限" if red else "没有红牌",
            "red" if red else "green",
        ),
        Top(
            "今年黄牌",
            yellow,
            f"{cards}?colour=YELLOW&state=standing",
            "时限临近" if yellow else "没有黄牌",
            "amber" if yellow else "green",
        ),
    ]


def obligations(rows: Sequence[ObligationRow], names: Names, today: date, caption: str) -> Table:
    """Lay out what units owe."""
    return Table(
        caption=caption,
        columns=[
            Column("单位", "Unit"),
            Column("任务", "Owed"),
            Column("期限", "Due", numeric=True),
            Column("状态", "State"),
            Column("办理", "Act"),
        ],
        rows=[_obligation(row, names, today) for row in rows],
        empty="没有这样的任务",
        empty_hint="没有要办的，或者还没有单位纳入督查周期。Nothing is owed here.",
    )


def _obligation(row: ObligationRow, names: Names, today: date) -> Row:
    state, light = words.STATES[row.state]
    due = legal_date(row.due_at)
    shade: Light = ""
    if row.state == "owed":
        shade = "red" if due < today else "amber" if (due - today).days <= SOON else "green"
    open_ = row.state in ("owed", "missed")
    done = f"{row.met_on}，{row.evidence}" if row.met_on else ""
    return [
        words.name_of(row.unit, names),
        f"{words.CYCLES[row.cycle]} · {words.period_of(row.obligation_no.partition('.')[0])}",
        Cell(due.isoformat(), light=shade),
        Cell(state, light=light),
        Cell("登记完成", f"/supervision/write/meet?obligation_no={row.obligation_no}")
        if open_
        else done,
    ]


def notices(rows: Sequence[NoticeRow], names: Names, today: date) -> Table:
    """Lay out notices."""
    return Table(
        caption="整改通知",
        columns=[
            Column("编号", "Notice"),
            Column("单位", "Unit"),
            Column("问题", "Issues", numeric=True),
            Column("通知日期", "Issued", numeric=True),
            Column("反馈期限", "Due", numeric=True),
            Column("状态", "State"),
        ],
        rows=[_notice(row, names, today) for row in rows],
        empty="没有这样的整改通知",
        empty_hint="No notice waits.",
    )


def _notice(row: NoticeRow, names: Names, today: date) -> Row:
    state, light = words.NOTICE_STATES[row.state]
    late = row.due_on is not None and row.due_on < today
    due: Cell | str = "–"
    if row.due_on is not None:
        due = Cell(row.due_on.isoformat(), light="red" if late else "green")
    return [
        Cell(row.notice_no, f"/supervision/desk/notices/{row.notice_no}"),
        words.name_of(row.unit, names),
        len(row.issues),
        row.issued_on.isoformat(),
        due,
        Cell("逾期未反馈", light="red") if late else Cell(state, light=light),
    ]


def cards(rows: Sequence[CardRow], names: Names, caption: str, may_withdraw: bool = False) -> Table:
    """Lay out cards."""
    columns = [
        Column("牌", "Card"),
        Column("单位", "Unit"),
        Column("时限", "Limit"),
        Column("到期", "Due", numeric=True),
        Column("办件", "Case"),
    ]
    if may_withdraw:
        columns.append(Column("办理", "Act"))
    return Table(
        caption=caption,
        columns=columns,
        rows=[_card(row, names, may_withdraw) for row in rows],
        empty="没有红黄牌",
        empty_hint="审批时限临近或者超过时自动发出。Cards follow approval's limits.",
    )


def _card(row: CardRow, names: Names, may_withdraw: bool) -> Row:
    colour, light = words.COLOURS[row.colour]
    about = row.project_no or row.process_no
    standing = row.withdrawn_on is None
    shown: Row = [
        Cell(colour, light=light)
        if standing
        else Cell(f"{colour}，{words.EXCUSES.get(row.excuse or '', '已撤销')}", light="grey"),
        words.name_of(row.unit, names),
        words.CLOCKS.get(row.clock, row.clock),
        legal_date(row.due_at).isoformat(),
        about,
    ]
    if may_withdraw:
        href = f"/supervision/write/withdraw-card?warning_no={row.warning_no}"
        shown.append(Cell("撤销", href) if standing else "–")
    return shown


def cards_by_unit(rows: Sequence[tuple[str, int, int]], names: Names, year: int) -> Table:
    """Lay out how many cards units have."""
    return Table(
        caption=f"{year} 年各单位有效的红黄牌",
        columns=[
            Column("单位", "Unit"),
            Column("红牌", "Red", numeric=True),
            Column("黄牌", "Yellow", numeric=True),
        ],
        rows=[[words.name_of(unit, names), red, yellow] for unit, red, yellow in rows],
    )


def supervised(rows: Sequence[SupervisedRow], names: Names) -> Table:
    """Lay out the units under supervision."""
    return Table(
        caption="纳入督查的单位和周期",
        columns=[Column("单位", "Unit"), Column("编码", "Code"), Column("周期", "Cycles")],
        rows=[
            [
                words.name_of(row.unit, names),
                row.unit,
                "、".join(name for cycle, name in words.CYCLES.items() if cycle in row.cycles),
            ]
            for row in rows
        ],
        empty="还没有单位纳入督查周期",
        empty_hint="先把单位纳入督查周期，系统会一期接一期生成任务。Start with a unit's cycles.",
    )


def faults(outcome: ScoresImported) -> Table:
    """Lay out the rows of a file that were not taken."""
    return Table(
        caption="有误的行",
        columns=[
            Column("行", "Row", numeric=True),
            Column("列", "Column"),
            Column("问题", "Problem"),
        ],
        rows=[
            [one.row, one.field or "–", words.SAID.get(one.rule, one.message)]
            for one in outcome.faults
        ],
    )


def filters(what: str, query: Any, units: Names | None) -> list[Filter]:
    """Give the filters of a register; `units` None: who looks sees one unit only."""
    known = ({query.unit: query.unit} if query.unit else {}) | dict(units or {})
    unit = [] if units is None else [_choice("unit", "单位", query.unit, known)]
    days = [
        Filter(name="since", label="起", value=query.since, kind="date"),
        Filter(name="until", label="止", value=query.until, kind="date"),
    ]
    match what:
        case "obligations":
            states = {name: text for name, (text, _) in words.STATES.items()}
            return [
                *unit,
                _choice("cycle", "周期", query.cycle, words.CYCLES),
                _choice("state", "状态", query.state, states),
                *days,
            ]
        case "notices":
            states = {name: text for name, (text, _) in words.NOTICE_STATES.items()}
            return [*unit, _choice("state", "状态", query.state, states)]
        case "cards":
            colours = {name: text for name, (text, _) in words.COLOURS.items()}
            standing = {"standing": "有效"}
            return [
                *unit,
                _choice("colour", "颜色", query.colour, colours),
                _choice("state", "状态", query.state, standing),
                *days,
            ]
        case "records":
            return [_choice("kind", "种类", query.kind, words.KINDS), *unit, *days]
    return []


def _choice(name: str, label: str, value: str, options: Mapping[str, str]) -> Filter:
    every = [Option("", "全部"), *(Option(key, text) for key, text in options.items())]
    return Filter(name=name, label=label, value=value, options=every)
