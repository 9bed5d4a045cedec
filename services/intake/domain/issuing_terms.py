"""The words of the unified issuing window (统一窗口出件): states, proofs, and what is refused."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import Enum
from typing import Final

from services.intake.domain.rules import IntakeRuleError
from services.kernel.times import SHANGHAI

TRIES: Final = 5
"""So many wrong pick-up codes lock a result."""
KEPT_DAYS: Final = 60
"""So many days a result waits at the window, the day of its arrival not counted."""
SUPERVISOR: Final = "supervisor"
DECIDED_KINDS: Final = frozenset({0, 1})
"""Completion kinds with a result in hand: a certificate, or a decision that there is none."""


class ResultState(Enum):
    """Where a result is."""

    SHELVED = "shelved"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"


class Identity(Enum):
    """How it was checked who takes the result."""

    NUMBER = "number"
    """The identity number shown is the applicant's."""
    AGENT = "agent"
    """An agent whose agency covers taking the result."""
    ATTESTED = "attested"
    """Intake knows no number of the applicant; the clerk compared with the paper file."""


class ReturnGround(Enum):
    """Why a result leaves the window without the applicant."""

    NOT_COLLECTED = "not_collected"
    RECALLED = "recalled"
    """The department asks for it: it is wrong, or was revoked."""


class WrongResultStateError(IntakeRuleError):
    """The result is not at the window, or something else has to happen first."""

    code = "wrong_result_state"


class NoResultError(IntakeRuleError):
    """The case has no result to hand out."""

    code = "no_result"


class ResultLockedError(IntakeRuleError):
    """Too many wrong codes; a supervisor unlocks it."""

    code = "result_locked"


class NoPickupCodeError(IntakeRuleError):
    """The applicant was given no pick-up code yet."""

    code = "no_pickup_code"


class SeparatedRolesError(IntakeRuleError):
    """Who accepts, who decides and who hands out are three (三分离)."""

    code = "separated_roles"


class IdentityError(IntakeRuleError):
    """Whoever stands at the window was not shown to be the applicant or their agent."""

    code = "identity_not_shown"


class NotForPickupError(IntakeRuleError):
    """A code is told to the applicant or their agent, and to nobody else."""

    code = "not_for_pickup"


class CollectableStillError(IntakeRuleError):
    """The days in which the applicant may collect it are not over."""

    code = "collectable_still"


class NotSupervisorsActError(IntakeRuleError):
    """Only a supervisor unlocks, and not what they locked themselves."""

    code = "not_supervisors_act"


def collect_by(shelved_at: datetime) -> datetime:
    """Give the last second in which a result waits."""
    last = shelved_at.astimezone(SHANGHAI).date() + timedelta(days=KEPT_DAYS)
    return datetime.combine(last, time(23, 59, 59), SHANGHAI)
