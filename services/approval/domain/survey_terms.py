"""The words of joint site surveys (联合踏勘): who takes part, where one stands, what is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

import msgspec

from services.approval.domain.rules import ApprovalRuleError, NoTaskError, WrongDepartmentError

OFFICIALS: Final = 2
"""A substantive check needs two or more officials (行政许可法 art. 34)."""


class SurveyState(Enum):
    """Where a survey stands."""

    REQUESTED = "requested"
    PROPOSED = "proposed"
    AGREED = "agreed"
    HELD = "held"
    """Some opinion is still to come."""
    PASSED = "passed"
    FAILED_WITH_NOTICE = "failed_with_notice"
    NOT_HELD = "not_held"
    CANCELLED = "cancelled"


class ParticipantKind(Enum):
    """Who takes part beside the applicant."""

    DEPARTMENT = "department"
    UTILITY = "utility"
    """Water, power, gas: a public service company (公用企业)."""
    INTERMEDIARY = "intermediary"
    """A body that certifies or measures (中介机构)."""


class Party(Enum):
    """Whose agreement a time needs."""

    CENTRAL_WINDOW = "central_window"
    APPLICANT = "applicant"


class NotHeldCause(Enum):
    """Why a survey that was agreed did not take place."""

    APPLICANT = "applicant"
    DEPARTMENT = "department"
    """No department came; when one came it is held without the others (P13)."""
    QUORUM = "quorum"
    """A required utility or intermediary did not come, and was not waived (P15)."""
    FORCE_MAJEURE = "force_majeure"


class DeliveredBy(Enum):
    """How the applicant got a rectification opinion."""

    IN_PERSON = "in_person"
    ELECTRONIC = "electronic"
    POST = "post"


class Participant(msgspec.Struct, frozen=True, omit_defaults=True):
    """One who takes part; `code` is a department's or a company's, never a name of somebody."""

    code: str
    kind: ParticipantKind
    required: bool = True
    """Without it the survey has no quorum; every department is asked for, none is a quorum."""
    task_id: str | None = None
    """The department's task the opinion is for."""
    absence_agrees: bool | None = None
    """True where a rule says that who stays away agrees; else absence is no agreement (P13)."""


class Slot(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time at which the survey could be."""

    starts_at: datetime
    ends_at: datetime


class Attendance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who came, by the accounts of their officials."""

    code: str
    officials: list[str]


class Rectification(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to be put right."""

    item_no: int
    requirement: str
    basis: str | None = None


@dataclass(frozen=True)
class SurveyAsked:
    """A survey to be."""

    survey_no: str
    process_no: str
    participants: list[Participant]
    place: str
    stops_statutory: bool = False
    """Only where an item says so: a survey is not in art. 45's list (P16)."""
    stops_promised: bool = False
    resurvey_of: str | None = None


class SurveyRuleError(ApprovalRuleError):
    """Root of what is refused about surveys; `field` names the part of the request."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class NoSurveyError(NoTaskError):
    """There is no such survey."""


class WrongSurveyStateError(SurveyRuleError):
    """Something else has to happen first, or it is over."""


class NoDepartmentAskedError(SurveyRuleError):
    """A survey is for at least one department, each named once."""


class NoSuchSlotError(SurveyRuleError):
    """The time is none of those proposed, or none that could be."""


class NotParticipantError(SurveyRuleError):
    """Who is named does not take part."""


class OtherDepartmentError(SurveyRuleError, WrongDepartmentError):
    """A department speaks for itself only."""


class TooFewOfficialsError(SurveyRuleError):
    """Two officials or more make a department's check (art. 34, P14)."""


class QuorumError(SurveyRuleError):
    """Somebody without whom there is no survey is not there, and was not waived (P15)."""


class ApplicantAbsentError(SurveyRuleError):
    """Without the applicant it is not held (P12)."""


class WrongSurveyTimeError(SurveyRuleError):
    """It ends before it begins, lies ahead, or is said of another day."""


class OpinionGivenError(SurveyRuleError):
    """The department has said what it says; a new survey is asked for, not a second word."""


class OpinionUnwantedError(SurveyRuleError):
    """The department did not attend, so it saw nothing to speak of."""


class NothingToRectifyError(SurveyRuleError):
    """The department asked for nothing, or nothing that was put right is reported."""


class SurveyStopsNoClockError(SurveyRuleError):
    """A survey does not stop this clock unless the item says so (art. 45, P16)."""


class ReasonMissingError(SurveyRuleError):
    """It needs a reason that can be read later."""


def distinct(officials: Collection[str]) -> list[str]:
    """Give the accounts once each, in order."""
    return sorted(set(officials))
