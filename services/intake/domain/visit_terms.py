"""The words of visits and extended hours, and what can happen to them: `contracts/intake/`."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

from services.intake.domain.rules import IntakeRuleError
from services.kernel.aggregate import Fact


class VisitState(Enum):
    """Where a home visit stands."""

    ORDERED = "ordered"
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class VisitReason(Enum):
    """Why somebody cannot come to the hall. A closed list."""

    ELDERLY = "elderly"
    DISABLED = "disabled"
    ILL = "ill"
    PREGNANT = "pregnant"
    OTHER = "other"


class VisitOutcome(Enum):
    """What came of a visit."""

    SERVED = "served"
    NOBODY_MET = "nobody_met"
    MATERIALS_MISSING = "materials_missing"


class VisitCancelReason(Enum):
    """Why there is no visit."""

    APPLICANT = "applicant"
    CENTRE = "centre"
    CAME_TO_HALL = "came_to_hall"


class VisitNoTakenError(IntakeRuleError):
    """Another visit has this number."""

    code = "visit_no_taken"


class WrongVisitStateError(IntakeRuleError):
    """Something else has to happen to the visit first, or it is over."""

    code = "wrong_visit_state"


class VisitTimeError(IntakeRuleError):
    """A visit is arranged for a time ahead, and completed after it began."""

    code = "visit_time"


class InsideHoursError(IntakeRuleError):
    """The window is open at this time; what is done then is no extended hours."""

    code = "inside_hours"


class ExtendedTimeError(IntakeRuleError):
    """Extended hours end after they begin, are over, and are told once."""

    code = "extended_time"


class HomeVisitOrdered(Fact):
    """Somebody asked that a clerk comes; the vault knows where to. Stream: visit/<visit_no>."""

    TOPIC = "intake.home-visit-ordered.v1"

    visit_no: str
    subject_id: str
    reason: VisitReason
    ordered_at: datetime
    has_place: bool
    account: str | None = None
    item_code: str | None = None
    project_no: str | None = None


class HomeVisitScheduled(Fact):
    """A clerk will go, at this time."""

    TOPIC = "intake.home-visit-scheduled.v1"

    visit_no: str
    clerk: str
    starts_at: datetime
    scheduled_at: datetime


class HomeVisitCompleted(Fact):
    """The clerk was there."""

    TOPIC = "intake.home-visit-completed.v1"

    visit_no: str
    clerk: str
    outcome: VisitOutcome
    completed_at: datetime
    project_no: str | None = None


class HomeVisitCancelled(Fact):
    """Nobody goes."""

    TOPIC = "intake.home-visit-cancelled.v1"

    visit_no: str
    reason: VisitCancelReason
    cancelled_at: datetime


class ExtendedHoursServiceRecorded(Fact):
    """A case was handled outside of the window's hours. Stream: extended-hours/<project_no>.

    It is a service, not a time limit: no deadline of the case changes.
    """

    TOPIC = "intake.extended-hours-service-recorded.v1"

    project_no: str
    window: str
    clerk: str
    began_at: datetime
    ended_at: datetime
    working_day: bool
    calendar_version: str


VISIT_FACTS: Final[tuple[type[Fact], ...]] = (
    HomeVisitOrdered,
    HomeVisitScheduled,
    HomeVisitCompleted,
    HomeVisitCancelled,
    ExtendedHoursServiceRecorded,
)
