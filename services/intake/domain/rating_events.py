"""What can happen to a rating (好差评). Fields, units and sources: `contracts/intake/`.

What a person wrote is in none of them: it stands in the vault under the applicant's key.
"""

from __future__ import annotations

from datetime import date, datetime

from services.intake.domain.rating_terms import AppealGround, Measure, Scale
from services.kernel.aggregate import Fact


class EvaluationInvited(Fact):
    """The applicant was asked to rate one stage of their case."""

    TOPIC = "intake.evaluation-invited.v1"

    project_no: str
    stage: int
    channels: list[str]
    invited_at: datetime
    answer_until: datetime
    calendar_version: str
    subject_id: str


class EvaluationSubmitted(Fact):
    """The applicant rated the stage."""

    TOPIC = "intake.evaluation-submitted.v1"

    project_no: str
    stage: int
    level: int
    """1 is best, 5 is worst (GB/T 39046), whatever the source's scale."""
    scale: Scale
    value: int
    channel: str
    options: list[str]
    named: bool
    has_text: bool
    submitted_at: datetime
    clerk: str | None = None
    window: str | None = None


class EvaluationDefaulted(Fact):
    """Nobody answered in time. That is no good rating and no bad one."""

    TOPIC = "intake.evaluation-defaulted.v1"

    project_no: str
    stage: int
    answer_until: datetime


class BadReviewOpened(Fact):
    """One of the two lowest levels: it has to be followed up."""

    TOPIC = "intake.bad-review-opened.v1"

    project_no: str
    stage: int
    level: int
    contact_due_at: datetime | None = None
    """Set exactly when the rating is named: nobody else can be contacted."""
    calendar_version: str | None = None
    provisional: bool | None = None


class BadReviewContacted(Fact):
    """The unit spoke to the applicant."""

    TOPIC = "intake.bad-review-contacted.v1"

    project_no: str
    stage: int
    contacted_at: datetime
    on_time: bool
    has_note: bool


class BadReviewContactOverdue(Fact):
    """The limit for the contact passed without one. That stays so."""

    TOPIC = "intake.bad-review-contact-overdue.v1"

    project_no: str
    stage: int
    due_at: datetime
    detected_at: datetime


class RectificationPlanned(Fact):
    """The unit says what it will change and by when."""

    TOPIC = "intake.rectification-planned.v1"

    project_no: str
    stage: int
    measures: list[Measure]
    finish_by: date
    has_note: bool


class RectificationCompleted(Fact):
    """The unit has changed what it said."""

    TOPIC = "intake.rectification-completed.v1"

    project_no: str
    stage: int
    completed_at: datetime
    on_time: bool
    has_note: bool


class BadReviewFollowedUp(Fact):
    """The supervisor asked whether it is better now."""

    TOPIC = "intake.bad-review-followed-up.v1"

    project_no: str
    stage: int
    followed_up_at: datetime
    has_note: bool
    satisfied: bool | None = None


class BadReviewAppealed(Fact):
    """The unit holds the rating to be mistaken or malicious."""

    TOPIC = "intake.bad-review-appealed.v1"

    project_no: str
    stage: int
    ground: AppealGround
    evidence: list[str]
    has_note: bool


class BadReviewExcluded(Fact):
    """The appeal is right: the rating does not count."""

    TOPIC = "intake.bad-review-excluded.v1"

    project_no: str
    stage: int
    ground: AppealGround
    has_note: bool


class BadReviewUpheld(Fact):
    """The appeal is wrong: the rating stands."""

    TOPIC = "intake.bad-review-upheld.v1"

    project_no: str
    stage: int
    has_note: bool


RATING_FACTS: tuple[type[Fact], ...] = (
    EvaluationInvited,
    EvaluationSubmitted,
    EvaluationDefaulted,
    BadReviewOpened,
    BadReviewContacted,
    BadReviewContactOverdue,
    RectificationPlanned,
    RectificationCompleted,
    BadReviewFollowedUp,
    BadReviewAppealed,
    BadReviewExcluded,
    BadReviewUpheld,
)
