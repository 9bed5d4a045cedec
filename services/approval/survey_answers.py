"""What approval takes and answers about joint site surveys over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from services.approval.domain.survey_terms import (
    Attendance,
    DeliveredBy,
    NotHeldCause,
    Participant,
    ParticipantKind,
    Party,
    Rectification,
    Slot,
    SurveyState,
)
from services.approval.domain.surveys import Survey
from services.approval.site_answers import Accounts, Code, Hash, Moment, Reference, Short, Why
from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.kernel.clock import Kind


class Coming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One who is to take part."""

    code: Code
    kind: ParticipantKind
    required: bool = True
    absence_agrees: bool = False
    """A rule says that who stays away agrees."""

    def participant(self) -> Participant:
        """Give it as the domain says it; its task is found in the process."""
        return Participant(self.code, self.kind, self.required, None, self.absence_agrees or None)


class RequestSurvey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to come, and where; a place is a site, never somebody's home."""

    participants: Annotated[list[Coming], msgspec.Meta(min_length=1, max_length=40)]
    place: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Time(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time at which it could be."""

    starts_at: Moment
    ends_at: Moment


Times = Annotated[list[Time], msgspec.Meta(min_length=1, max_length=10)]


class ProposeTimes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times at which it could be."""

    slots: Times


class Reschedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other times, and why."""

    reason: Why
    slots: Times


class AcceptSlot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which time, and for whom: a clerk may write down what the applicant said."""

    starts_at: Moment
    party: Party | None = None
    """Default: the caller's own side."""


class Reasoned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why."""

    reason: Why


class Confirm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who will come; of a department two officials at least."""

    code: Code
    officials: Accounts


class Waive(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without whom it may be held, and why."""

    code: Code
    reason: Why


class Came(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who came for one participant."""

    code: Code
    officials: Accounts


class HoldSurvey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When it was, and who was there."""

    started_at: Moment
    ended_at: Moment
    attendance: Annotated[list[Came], msgspec.Meta(max_length=40)]
    applicant_came: bool
    place: Annotated[str, msgspec.Meta(max_length=100)] = ""

    def came(self) -> list[Attendance]:
        """Give the attendance as the domain says it."""
        return [Attendance(one.code, one.officials) for one in self.attendance]


class NotHeld(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it was not held, and who did not come."""

    cause: NotHeldCause
    absent: Annotated[list[Code], msgspec.Meta(max_length=40)] = []


class PassSite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The department finds its requirements met, under its seal."""

    seal_use_no: Reference
    document_hash: Hash
    on_the_spot: bool = True


class Requirement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to be put right."""

    requirement: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    basis: Annotated[str, msgspec.Meta(max_length=200)] = ""


class AskToRectify(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be put right, in writing, and how the applicant got it."""

    items: Annotated[list[Requirement], msgspec.Meta(min_length=1, max_length=50)]
    delivered_by: DeliveredBy
    document_hash: Hash

    def wanted(self) -> list[Rectification]:
        """Give the requirements, numbered from 1."""
        return [
            Rectification(number, one.requirement, one.basis or None)
            for number, one in enumerate(self.items, 1)
        ]


class OfDepartment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose requirements are met now."""

    department: Code


class OfDepartments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who looks again."""

    departments: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=40)]


class StopClock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which clock is to stand still, by which written notice, and for how long."""

    clock: Kind
    notice_no: Reference
    expected_days: Annotated[int, msgspec.Meta(ge=1, le=90)]


class SurveysQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    process_no: Short = ""
    department: Short = ""
    state: SurveyState | None = None


class CalendarQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which days the calendar shows."""

    day: Annotated[str, msgspec.Meta(max_length=10)] = ""
    """One of its days; default today."""
    span: Annotated[str, msgspec.Meta(max_length=5)] = "week"
    """`week` or `month`."""
    department: Short = ""


class SurveyView(msgspec.Struct, frozen=True):
    """A survey, rebuilt from its events, and how it came to be so."""

    survey_no: str
    process_no: str
    state: str
    place: str
    participants: list[Participant]
    slots: list[Slot]
    accepted: dict[str, Slot]
    agreed: Slot | None
    confirmed: dict[str, list[str]]
    waived: dict[str, str]
    started_at: datetime | None
    ended_at: datetime | None
    attended: dict[str, list[str]]
    absent: list[str]
    not_held: str | None
    day_ends_at: datetime | None
    results: dict[str, bool]
    """By department: its requirements are met."""
    wanted: dict[str, list[Rectification]]
    overdue: list[str]
    reported: list[str]
    resurveyed: dict[str, str]
    resurvey_of: str | None
    waits_for_applicant: bool
    version: int
    history: list[HistoryEvent]


def survey_view(survey: Survey, history: list[HistoryEvent]) -> SurveyView:
    """Show the state of a survey."""
    return SurveyView(
        survey_no=survey.survey_no,
        process_no=survey.process_no,
        state=survey.state.value,
        place=survey.place,
        participants=list(survey.participants.values()),
        slots=survey.slots,
        accepted=survey.accepted,
        agreed=survey.agreed,
        confirmed=survey.confirmed,
        waived=survey.waived,
        started_at=survey.started_at,
        ended_at=survey.ended_at,
        attended=survey.attended,
        absent=sorted(survey.absent),
        not_held=survey.not_held.value if survey.not_held else None,
        day_ends_at=survey.day_ends_at,
        results=survey.opinions,
        wanted=survey.asked_for,
        overdue=survey.overdue,
        reported=survey.reported,
        resurveyed=survey.resurveyed,
        resurvey_of=survey.resurvey_of,
        waits_for_applicant=survey.waits_for_applicant,
        version=survey.version,
        history=history,
    )
