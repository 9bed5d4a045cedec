"""What intake takes and answers about ratings (好差评) over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.intake.answers import Code, Short
from services.intake.case_answers import Act
from services.intake.domain import Rating
from services.intake.domain.rating_terms import AppealGround, Measure, RatingState, Scale

Codes = Annotated[list[Code], msgspec.Meta(max_length=20)]
Text = Annotated[str, msgspec.Meta(max_length=2000)]


class Noted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command with words that go to the vault; what prints it does not print them."""

    note: Text = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    __str__ = __repr__


class InviteRating(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which ways the applicant is asked."""

    channels: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=10)]


class SubmitRating(Noted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rating; `note` is what the applicant wrote."""

    value: int
    scale: Scale | None = None
    """Which end is best; a rating without it is refused."""
    channel: Code
    options: Codes = []
    named: bool = True
    clerk: Short = ""
    """Account of the one who is rated."""
    window: Short = ""


class NotedAct(Act, frozen=True, kw_only=True):
    """An act with words that go to the vault; what prints it does not print them."""

    note: Text = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    __str__ = __repr__


class PlanRectification(Noted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the unit changes, and by which day."""

    measures: Annotated[list[Measure], msgspec.Meta(min_length=1, max_length=10)]
    finish_by: date


class FollowUp(Noted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether it is better now; null when the applicant does not say."""

    satisfied: bool | None = None


class AppealRating(Noted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a bad rating shall not count; `evidence` are numbers of documents."""

    ground: AppealGround
    evidence: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=20)]


class JudgeAppeal(Noted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """True takes the rating out, false lets it stand."""

    excluded: bool


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a rating or a ticket."""

    key: str
    state: str
    event: str
    position: int | None = None
    version: int = 0
    """Of the thing after this; say it as `expected_version` or `If-Match` in the next act."""


class RatingsQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    state: RatingState | None = None
    department: Short = ""
    project_no: Annotated[str, msgspec.Meta(max_length=50)] = ""
    level: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0
    appeal: Short = ""
    overdue: bool = False


class RatingView(msgspec.Struct, frozen=True):
    """A rating, rebuilt from its events, and how it came to be so."""

    project_no: str
    stage: int
    state: str
    department: str
    subject_id: str
    answer_until: datetime | None
    level: int | None
    named: bool
    has_text: bool
    counts: bool
    good: bool | None
    """Null when it does not count; no answer is not counted as good."""
    contact_due_at: datetime | None
    contact_overdue: bool
    finish_by: date | None
    appeal_open: bool
    version: int
    history: list[HistoryEvent]


def rating_view(rating: Rating, history: list[HistoryEvent]) -> RatingView:
    """Show the state of a rating."""
    return RatingView(
        project_no=rating.project_no,
        stage=rating.stage,
        state=rating.state.value,
        department=rating.department,
        subject_id=rating.subject_id,
        answer_until=rating.answer_until,
        level=rating.level,
        named=rating.named,
        has_text=rating.has_text,
        counts=rating.counts,
        good=rating.good,
        contact_due_at=rating.contact_due_at,
        contact_overdue=rating.overdue,
        finish_by=rating.finish_by,
        appeal_open=rating.appeal is not None,
        version=rating.version,
        history=history,
    )
