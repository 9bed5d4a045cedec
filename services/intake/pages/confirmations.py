"""What is seen of requests to void or delete a case: what, why, by whom, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from services.chassis.web import Page
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Filter, Light
from services.intake.desk_answers import ConfirmationsQuery
from services.intake.domain.items import Known
from services.intake.pages import CASE_STATES
from services.intake.pages.case_words import UNDOINGS
from services.intake.pages.desk import department_name, item_name
from services.intake.projections.undoings import UndoingRow


@dataclass(frozen=True)
class Asked:
    """One request, as its line shows it."""

    project_no: str
    href: str
    item: str
    what: str
    light: Light
    reason: str
    by: str
    own: bool
    """Of who looks: it is for somebody else to confirm."""
    since: str
    department: str
    window: str
    state: str
    state_light: Light


def confirmations_page(
    query: ConfirmationsQuery,
    page: Page[UndoingRow],
    waiting: int,
    known: Known,
    at: datetime,
    viewer: str,
) -> dict[str, Any]:
    """Give what `desk_confirmations.html` shows; `viewer`: the account that looks."""
    told = {"department": query.department, "window": query.window}
    kept = {name: value for name, value in told.items() if value}
    return {
        "waiting": waiting,
        "narrowed": bool(kept),
        "filters": [
            Filter(name="department", label="部门编码", value=query.department),
            Filter(name="window", label="窗口", value=query.window),
        ],
        "lines": [_line(row, known, at, viewer) for row in page.items],
        "next_href": _href(kept | {"cursor": page.next}) if page.next else "",
        "first_href": _href(kept) if query.cursor else "",
    }


def _line(row: UndoingRow, known: Known, at: datetime, viewer: str) -> Asked:
    state, state_light = CASE_STATES[row.state]
    return Asked(
        row.project_no,
        f"/desk/cases/{row.project_no}",
        row.item_name or item_name(known, row.item_code, at),
        UNDOINGS[row.undoing],
        "red" if row.undoing == "deletion" else "amber",
        row.reason,
        row.asked_by,
        row.asked_by == viewer,
        shown_time(row.requested_at),
        department_name(known, row.item_code, row.department, at),
        f"{row.window_no} 号窗口" if row.window_no else "未分窗口",
        state,
        state_light,
    )


def _href(kept: dict[str, str]) -> str:
    return f"/desk/confirmations?{urlencode(kept)}" if kept else "/desk/confirmations"
