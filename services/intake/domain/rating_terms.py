"""The words of ratings: stages, levels and the scales they come in, and what is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Final

from services.intake.domain.rules import IntakeRuleError
from services.kernel.limits import Limit, Unit

STAGES: Final = (1, 2)
"""1 acceptance, 2 completion: a case is rated once at each."""
WORST: Final = 5
BAD: Final = 4
"""This level and those after it are bad."""
CONTACT_WITHIN: Final = Limit(1)
ANSWER_WITHIN: Final = Limit(15, Unit.CALENDAR_DAY)
"""So long an invitation stands; no answer is none, never a good one."""


DECIDED: Final = frozenset({0, 1})
"""Completion kinds after which the applicant is asked: granted, or not."""


class Scale(Enum):
    """How a source numbers the five levels. There is no default: a guess turns praise round."""

    BEST_1 = "1_best"
    """GB/T 39046: 1 very satisfied, 5 very dissatisfied."""
    BEST_5 = "5_best"
    """Some public interfaces: 5 very satisfied, 1 very dissatisfied."""


class RatingState(Enum):
    """Where a rating stands."""

    INVITED = "invited"
    DEFAULTED = "defaulted"
    SUBMITTED = "submitted"
    """Good or fair: nothing follows."""
    BAD = "bad"
    CONTACTED = "contacted"
    RECTIFYING = "rectifying"
    RECTIFIED = "rectified"
    FOLLOWED_UP = "followed_up"
    EXCLUDED = "excluded"


class AppealGround(Enum):
    """Why a bad rating shall not count (国办发〔2019〕51号)."""

    MISTAKEN = "mistaken"
    MALICIOUS = "malicious"


class Measure(Enum):
    """What a unit changes. A closed list: in a free text somebody might be named."""

    EXPLAINED = "explained"
    APOLOGY = "apology"
    REDONE = "redone"
    TRAINING = "training"
    PROCESS = "process"
    GUIDE = "guide"
    EQUIPMENT = "equipment"
    DISCIPLINE = "discipline"
    OTHER = "other"


@dataclass(frozen=True)
class Answer:
    """What the applicant said, without their words."""

    value: int
    scale: Scale | None
    channel: str
    options: Collection[str] = ()
    named: bool = True
    clerk: str | None = None
    """Account of the one who is rated."""
    window: str | None = None


def level_of(value: int, scale: Scale | None) -> int:
    """Give the level of GB/T 39046, 1 best and 5 worst (I10).

    Raises:
        ScaleMissingError: the source does not say which end is best.
        NoSuchLevelError: there are five levels.
    """
    if scale is None:
        raise ScaleMissingError("say whether 1 or 5 is best; it is never guessed", "scale")
    if not 1 <= value <= WORST:
        raise NoSuchLevelError("a level is 1 to 5", "value")
    return value if scale is Scale.BEST_1 else WORST + 1 - value


class ScaleMissingError(IntakeRuleError):
    """A rating came without its scale."""

    code = "scale_missing"


class NoSuchLevelError(IntakeRuleError):
    """A level outside of one to five."""

    code = "no_such_level"


class TooEarlyToRateError(IntakeRuleError):
    """The case has not reached the stage that is to be rated."""

    code = "too_early_to_rate"


class AlreadyInvitedError(IntakeRuleError):
    """One rating a case and stage: the applicant was asked already."""

    code = "already_invited"


class AlreadyRatedError(IntakeRuleError):
    """One rating a case and stage (一事一评)."""

    code = "already_rated"


class AnsweredTooLateError(IntakeRuleError):
    """The invitation has run out."""

    code = "answered_too_late"


class WrongRatingStateError(IntakeRuleError):
    """Something else has to happen to the rating first, or it is over."""

    code = "wrong_rating_state"


class OtherUnitError(IntakeRuleError):
    """It is the business of another unit."""

    code = "other_unit"


class AlreadyAppealedError(IntakeRuleError):
    """A bad rating is appealed against once."""

    code = "already_appealed"


class JudgeInOwnCaseError(IntakeRuleError):
    """Who handled the case, or the rating, does not judge the appeal."""

    code = "judge_in_own_case"


class NoAppealError(IntakeRuleError):
    """There is no appeal to judge."""

    code = "no_appeal"


class FinishInPastError(IntakeRuleError):
    """A plan ends on a day to come."""

    code = "finish_in_past"
