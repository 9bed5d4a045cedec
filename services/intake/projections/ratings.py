"""Rows of ratings, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Update

RATING = (
    "project_no",
    "stage",
    "state",
    "department",
    "invited_at",
    "answer_until",
    "submitted_at",
    "level",
    "named",
    "has_text",
    "clerk",
    "contact_due_at",
    "contact_overdue",
    "finish_by",
    "appeal",
)
_STATES = {
    "intake.evaluation-defaulted.v1": "defaulted",
    "intake.bad-review-contacted.v1": "contacted",
    "intake.rectification-completed.v1": "rectified",
    "intake.bad-review-followed-up.v1": "followed_up",
}


class RatingRow(msgspec.Struct, frozen=True):
    """One rating in a list."""

    project_no: str
    stage: int
    state: str
    department: str
    invited_at: datetime
    answer_until: datetime
    submitted_at: datetime | None
    level: int | None
    """1 best, 5 worst (GB/T 39046)."""
    named: bool | None
    has_text: bool
    clerk: str | None
    contact_due_at: datetime | None
    contact_overdue: bool
    finish_by: str | None
    appeal: str | None
    """`open`, `excluded` or `upheld`."""


class _Said(msgspec.Struct, frozen=True):
    project_no: str
    stage: int
    invited_at: datetime | None = None
    answer_until: datetime | None = None
    submitted_at: datetime | None = None
    level: int | None = None
    named: bool | None = None
    has_text: bool = False
    clerk: str | None = None
    contact_due_at: datetime | None = None
    finish_by: str | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    match event.type:
        case "intake.evaluation-invited.v1":
            said = event.read(_Said)
            begun = (said.project_no, said.stage, "invited", event.body.department)
            times = (said.invited_at, said.answer_until)
            rest = (None, None, None, False, None, None, False, None, None)
            yield Insert("rating_row", (*begun, *times, *rest))
        case "intake.evaluation-submitted.v1":
            said = event.read(_Said)
            yield _set(
                said,
                state="submitted",
                submitted_at=said.submitted_at,
                level=said.level,
                named=said.named,
                has_text=said.has_text,
                clerk=said.clerk,
            )
        case "intake.bad-review-opened.v1":
            said = event.read(_Said)
            yield _set(said, state="bad", contact_due_at=said.contact_due_at)
        case "intake.bad-review-contact-overdue.v1":
            yield _set(event.read(_Said), contact_overdue=True)
        case "intake.rectification-planned.v1":
            said = event.read(_Said)
            yield _set(said, state="rectifying", finish_by=said.finish_by)
        case "intake.bad-review-appealed.v1":
            yield _set(event.read(_Said), appeal="open")
        case "intake.bad-review-excluded.v1":
            yield _set(event.read(_Said), state="excluded", appeal="excluded")
        case "intake.bad-review-upheld.v1":
            yield _set(event.read(_Said), appeal="upheld")
        case other if other in _STATES:
            yield _set(event.read(_Said), state=_STATES[other])


def _set(said: _Said, **values: object) -> Change:
    return Update("rating_row", {"project_no": said.project_no, "stage": said.stage}, values)


def list_ratings(
    database: Database,
    *,
    state: str = "",
    department: str = "",
    project_no: str = "",
    level: int = 0,
    appeal: str = "",
    overdue: bool = False,
    after: tuple[datetime, str, int] | None = None,
    limit: int = 50,
) -> list[RatingRow]:
    """List ratings, newest invitation first, from behind the key; empty filters match all."""
    moment, number, stage = after or (None, "", 0)
    rows = database.read(
        f"SELECT {', '.join(RATING)} FROM rating_row"  # noqa: S608 - our own column names
        " WHERE (%(state)s = '' OR state = %(state)s)"
        " AND (%(department)s = '' OR department = %(department)s)"
        " AND (%(project_no)s = '' OR project_no = %(project_no)s)"
        " AND (%(level)s = 0 OR level = %(level)s)"
        " AND (%(appeal)s = '' OR appeal = %(appeal)s)"
        " AND (NOT %(overdue)s OR contact_overdue)"
        " AND (%(moment)s::timestamptz IS NULL OR (invited_at, project_no, stage)"
        " < (%(moment)s::timestamptz, %(number)s, %(stage)s))"
        " ORDER BY invited_at DESC, project_no DESC, stage DESC LIMIT %(limit)s",
        {
            "state": state,
            "department": department,
            "project_no": project_no,
            "level": level,
            "appeal": appeal,
            "overdue": overdue,
            "moment": moment,
            "number": number,
            "stage": stage,
            "limit": limit,
        },
    )
    return [RatingRow(*row) for row in rows]
