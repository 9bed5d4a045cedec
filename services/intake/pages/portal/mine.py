"""The list of an account's cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from services.chassis.web import Page
from services.chassis.web.histories import shown_time
from services.chassis.web.parts import Filter, Light, Option
from services.intake.pages.portal.words import STATES
from services.intake.projections import CaseRow
from services.intake.projections.agency import AgencyRow

OFFERED: Final = (
    "draft",
    "correction_pending",
    "submitted",
    "accepted",
    "in_review",
    "completed",
    "delivered",
    "refused",
    "withdrawn",
    "abandoned",
)
"""States somebody would look for, those that wait for them first."""
YOURS: Final = frozenset({"draft", "correction_pending"})
"""Here the applicant has something to do."""


@dataclass(frozen=True)
class Line:
    """One case of the list."""

    number: str
    name: str
    state: str
    light: Light
    note: str
    yours: bool


def filters(state: str, item_code: str, names: Mapping[str, str]) -> list[Filter]:
    """Give the filter form; `names` are the items of the account's cases, by code."""
    items = [Option("", "全部"), *(Option(code, name) for code, name in names.items())]
    states = [Option("", "全部"), *(Option(one, STATES[one][0]) for one in OFFERED)]
    return [
        Filter(name="state", label="状态", value=state, options=states),
        Filter(name="item_code", label="事项", value=item_code, options=items),
    ]


def lines(rows: Sequence[CaseRow], names: Mapping[str, str]) -> list[Line]:
    """Give the rows in words; `names` are the items' by code, for what is not accepted yet."""
    return [
        Line(
            number=row.project_no,
            name=row.item_name or names.get(row.item_code) or row.item_code,
            state=STATES[row.state][0],
            light=STATES[row.state][1],
            note=_note(row),
            yours=row.state in YOURS,
        )
        for row in rows
    ]


def pages(page: Page[CaseRow], told: Mapping[str, str], cursor: str) -> tuple[str, str]:
    """Give where the first and the next page are, "" where there is none."""
    kept = {name: text for name, text in told.items() if text}
    first = "/my/cases" + (f"?{urlencode(kept)}" if kept else "") if cursor else ""
    return first, f"/my/cases?{urlencode(kept | {'cursor': page.next})}" if page.next else ""


def mandates(rows: Sequence[AgencyRow], account: str) -> list[str]:
    """Give the numbers of the cases this account acts for, each once."""
    mine = [one for row in rows if row.agent == account for one in row.project_nos]
    return list(dict.fromkeys(mine))


def _note(row: CaseRow) -> str:
    if row.completed_at:
        return f"{shown_time(row.completed_at)} 办结"
    if row.accepted_at and row.promised_due_at:
        return f"承诺 {shown_time(row.promised_due_at)} 前办结"
    begun = "开始填写" if row.state == "draft" else "提交"
    return f"{shown_time(row.submitted_at)} {begun}"
