"""What can happen to a joint site survey. Fields, units and sources: `contracts/approval/`.

The subject is the process_no. Officials are accounts; a place is a site, never somebody's home.
"""

from __future__ import annotations

from datetime import datetime

from services.approval.domain.survey_terms import (
    Attendance,
    DeliveredBy,
    NotHeldCause,
    Participant,
    ParticipantKind,
    Party,
    Rectification,
    Slot,
)
from services.kernel.aggregate import Fact


class JointSurveyRequested(Fact):
    """Departments ask to see the site together."""

    TOPIC = "approval.joint-survey-requested.v1"

    survey_no: str
    process_no: str
    participants: list[Participant]
    place: str
    requested_by: str
    stops_statutory: bool = False
    stops_promised: bool = False
    resurvey_of: str | None = None


class SurveyTimeProposed(Fact):
    """The central window proposes times."""

    TOPIC = "approval.survey-time-proposed.v1"

    survey_no: str
    process_no: str
    slots: list[Slot]


class SurveySlotAccepted(Fact):
    """One of the two sides takes one of the times."""

    TOPIC = "approval.survey-slot-accepted.v1"

    survey_no: str
    process_no: str
    party: Party
    slot: Slot


class SurveyTimeAgreed(Fact):
    """Both sides took the same time."""

    TOPIC = "approval.survey-time-agreed.v1"

    survey_no: str
    process_no: str
    starts_at: datetime
    ends_at: datetime
    agreed_at: datetime


class SurveyRescheduled(Fact):
    """The agreed time is given up for others."""

    TOPIC = "approval.survey-rescheduled.v1"

    survey_no: str
    process_no: str
    reason: str
    slots: list[Slot]
    old_starts_at: datetime | None = None


class SurveyCancelled(Fact):
    """There will be no survey."""

    TOPIC = "approval.survey-cancelled.v1"

    survey_no: str
    process_no: str
    reason: str


class SurveyParticipantConfirmed(Fact):
    """Somebody says who will come."""

    TOPIC = "approval.survey-participant-confirmed.v1"

    survey_no: str
    process_no: str
    participant: str
    kind: ParticipantKind
    officials: list[str]


class SurveyQuorumWaived(Fact):
    """It may be held without this one (P15)."""

    TOPIC = "approval.survey-quorum-waived.v1"

    survey_no: str
    process_no: str
    participant: str
    reason: str
    waived_by: str


class JointSurveyHeld(Fact):
    """It took place; opinions follow by the end of that day."""

    TOPIC = "approval.joint-survey-held.v1"

    survey_no: str
    process_no: str
    started_at: datetime
    ended_at: datetime
    place: str
    attendance: list[Attendance]
    day_ends_at: datetime


class SurveyParticipantAbsent(Fact):
    """Somebody did not come though it was held."""

    TOPIC = "approval.survey-participant-absent.v1"

    survey_no: str
    process_no: str
    participant: str
    kind: ParticipantKind
    liable: bool
    deemed_agreement: bool
    task_id: str | None = None


class SurveyNotHeld(Fact):
    """It did not take place. By the applicant's absence, the promised clock stands still from
    then on (P12)."""

    TOPIC = "approval.survey-not-held.v1"

    survey_no: str
    process_no: str
    cause: NotHeldCause
    agreed_start: datetime
    noted_at: datetime
    absent: list[str]


class SurveyOpinionIssued(Fact):
    """A department finds that the site meets the requirements, under its seal."""

    TOPIC = "approval.survey-opinion-issued.v1"

    survey_no: str
    process_no: str
    department: str
    passed: bool
    on_the_spot: bool
    officials: list[str]
    issued_at: datetime
    on_time: bool
    seal_use_no: str
    document_hash: str
    task_id: str | None = None


class RectificationOpinionIssued(Fact):
    """A department says in writing what is to be put right."""

    TOPIC = "approval.rectification-opinion-issued.v1"

    survey_no: str
    process_no: str
    department: str
    items: list[Rectification]
    officials: list[str]
    issued_at: datetime
    on_time: bool
    delivered_by: DeliveredBy
    document_hash: str
    task_id: str | None = None


class SurveyOpinionOverdue(Fact):
    """The day of the survey ended without a department's word (P10)."""

    TOPIC = "approval.survey-opinion-overdue.v1"

    survey_no: str
    process_no: str
    department: str
    due_at: datetime
    detected_at: datetime
    task_id: str | None = None


class SurveyConcluded(Fact):
    """Every department that attended has spoken."""

    TOPIC = "approval.survey-concluded.v1"

    survey_no: str
    process_no: str
    passed: bool
    failed: list[str]
    absent: list[str]


class RectificationReported(Fact):
    """The applicant says that it is put right."""

    TOPIC = "approval.rectification-reported.v1"

    survey_no: str
    process_no: str
    department: str
    reported_at: datetime
    item_nos: list[int]


class ResurveyRequested(Fact):
    """Departments ask to see again what was put right."""

    TOPIC = "approval.resurvey-requested.v1"

    survey_no: str
    process_no: str
    resurvey_no: str
    departments: list[str]


SURVEY_FACTS: tuple[type[Fact], ...] = (
    JointSurveyRequested,
    SurveyTimeProposed,
    SurveySlotAccepted,
    SurveyTimeAgreed,
    SurveyRescheduled,
    SurveyCancelled,
    SurveyParticipantConfirmed,
    SurveyQuorumWaived,
    JointSurveyHeld,
    SurveyParticipantAbsent,
    SurveyNotHeld,
    SurveyOpinionIssued,
    RectificationOpinionIssued,
    SurveyOpinionOverdue,
    SurveyConcluded,
    RectificationReported,
    ResurveyRequested,
)
