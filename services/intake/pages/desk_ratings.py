"""What is seen of bad reviews: who waits for a contact, until when, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from services.chassis.events import Event
from services.chassis.web import Page
from services.chassis.web.histories import shown_time, timeline
from services.chassis.web.parts import Cell, Column, Filter, Light, Option, Table
from services.intake.desk_answers import BadQuery
from services.intake.domain import Rating
from services.intake.domain.rating_terms import BAD, RatingState
from services.intake.pages.desk import Times, due_of
from services.intake.pages.desk_words import APPEALS, LEVELS, MEASURES, RATED, RATINGS, STAGES
from services.intake.projections.ratings import RatingRow

_S = RatingState
_STATES: Final = ("bad", "contacted", "rectifying", "rectified", "followed_up", "excluded")
_APPEALED: Final = {"open": "申诉待裁定", "excluded": "申诉成立", "upheld": "申诉不成立"}
PARTS: Final = {
    "text": "评价内容",
    "contact": "联系记录",
    "plan": "整改说明",
    "rectified": "整改完成说明",
    "follow_up": "回访记录",
    "appeal": "申诉说明",
    "ruling": "裁定说明",
}
"""What people wrote, by part."""


def bad_filters(query: BadQuery, own: str) -> list[Filter]:
    """Give the filter form; `own`: the unit the caller is confined to."""
    states = [Option("", "全部"), *(Option(key, RATINGS[key][0]) for key in _STATES)]
    late = [Option("", "全部"), Option("yes", "逾期未联系的")]
    found = [
        Filter(name="state", label="状态", value=query.state, options=states),
        Filter(name="overdue", label="联系时限", value=query.overdue, options=late),
    ]
    if not own:
        found.append(Filter(name="department", label="部门编码", value=query.department))
    return found


def bad_table(query: BadQuery, page: Page[RatingRow], times: Times) -> Table:
    """Give the bad reviews as a table."""
    told = {"state": query.state, "overdue": query.overdue, "department": query.department}
    kept = {name: value for name, value in told.items() if value}
    return Table(
        caption="差评，最近评价的在前",
        columns=[
            Column("办件和环节", "Case"),
            Column("状态", "State"),
            Column("评价", "Level"),
            Column("联系截止", "Contact by"),
            Column("部门", "Department"),
            Column("评价时间", "Rated", numeric=True),
            Column("申诉", "Appeal"),
        ],
        rows=[_row(one, times) for one in page.items],
        next_href=f"/desk/ratings?{urlencode(kept | {'cursor': page.next})}" if page.next else "",
        first_href=f"/desk/ratings?{urlencode(kept)}" if query.cursor else "",
        empty="没有差评",
        empty_hint="No bad reviews.",
    )


def _row(one: RatingRow, times: Times) -> list[Cell | str | int]:
    state, light = RATINGS[one.state]
    due, due_light = shown_time(one.contact_due_at), ""
    if one.state == "bad" and one.contact_due_at:
        due_light, said = due_of(one.contact_due_at, times)
        due = f"{due} {said}".strip()
    elif one.contact_overdue:
        due, due_light = f"{due} 曾逾期", "red"
    contact: Cell | str = Cell(due, light=due_light) if due_light else due  # type: ignore[arg-type]  # a light
    place = f"/desk/ratings/{one.project_no}/{one.stage}"
    return [
        Cell(f"{one.project_no} · {STAGES[one.stage]}", place),
        Cell(state, light=light),
        LEVELS[one.level] if one.level else "–",
        contact or "匿名，不联系",
        one.department,
        shown_time(one.submitted_at),
        _APPEALED.get(one.appeal or "", "–"),
    ]


def acts_of(rating: Rating, roles: frozenset[str], unit: str) -> frozenset[str]:
    """Give what a caller can do: the rated unit sets right, the supervisor asks and rules."""
    found = set[str]()
    if "unit" in roles and unit == rating.department:
        if rating.awaits_contact:
            found |= {"contact"}
        if rating.state is (_S.CONTACTED if rating.named else _S.BAD):
            found |= {"plan"}
        if rating.state is _S.RECTIFYING:
            found |= {"rectification"}
        appealable = rating.state in (_S.BAD, _S.CONTACTED, _S.RECTIFYING, _S.RECTIFIED)
        if appealable and not rating.appealed:
            found |= {"appeal"}
    if "supervisor" in roles and (not unit or unit != rating.department):
        if rating.state is _S.RECTIFIED:
            found |= {"follow-up"}
        if rating.appeal is not None:
            found |= {"ruling"}
    return frozenset(found)


def next_step(rating: Rating) -> str:
    """Say what comes next, in a sentence."""
    match rating.state:
        case _S.BAD if rating.awaits_contact:
            return "被评价的部门在一个工作日内联系评价人，核实情况。"
        case _S.BAD | _S.CONTACTED:
            return "被评价的部门提出整改措施和期限。"
        case _S.RECTIFYING:
            return f"整改期限 {rating.finish_by}；改好后登记完成。"
        case _S.RECTIFIED:
            return "督办人员回访，问评价人是否满意。"
        case _S.EXCLUDED:
            return "申诉成立，不计入统计。"
    return ""


def rating_page(
    rating: Rating, events: Sequence[Event], times: Times, roles: frozenset[str], unit: str
) -> dict[str, Any]:
    """Give what `desk_rating.html` shows of one rating."""
    state, light = RATINGS[rating.state.value]
    waits = rating.awaits_contact
    due_light: Light = ""
    due_said = ""
    if waits:
        due_light, due_said = due_of(rating.contact_due_at, times)
    elif rating.overdue:
        due_light, due_said = "red", "曾逾期"
    return {
        "rating": rating,
        "state": state,
        "light": light,
        "bad": rating.level is not None and rating.level >= BAD,
        "level": LEVELS.get(rating.level or 0, "–"),
        "stage": STAGES[rating.stage],
        "due": shown_time(rating.contact_due_at),
        "due_light": due_light,
        "due_said": due_said,
        "next_step": next_step(rating),
        "acts": acts_of(rating, roles, unit),
        "measures": {one.value: text for one, text in MEASURES.items()},
        "grounds": {one.value: text for one, text in APPEALS.items()},
        "moments": timeline(events, RATED)[::-1],
        "appealed": APPEALS[rating.appeal] if rating.appeal else "",
    }
