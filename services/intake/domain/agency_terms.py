"""The words of full agency (全程代理): scopes, states, and what is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from services.intake.domain.rules import IntakeRuleError

CLERK: Final = "clerk"
SUPERVISOR: Final = "supervisor"
LONGEST: Final = timedelta(days=730)
"""An agency ends: nobody is bound by one that was forgotten."""


class AgencyScope(Enum):
    """What an agent may do for a case."""

    FOLLOW = "follow"
    """See how it stands."""
    MATERIALS = "materials"
    """Hand in materials and corrections."""
    WITHDRAW = "withdraw"
    COLLECT = "collect"
    """Take the result at the issuing window."""
    FULL = "full"
    """全程代理: all of it."""


class AgencyState(Enum):
    """Where an agency stands."""

    APPOINTED = "appointed"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    REVOKED = "revoked"
    LAPSED = "lapsed"


class Ending(Enum):
    """Who ended an agency before its work was done."""

    APPLICANT = "applicant"
    """Revoked."""
    AGENT = "agent"
    """Declined, or laid down."""
    CENTRE = "centre"
    """Ended by a supervisor."""


@dataclass(frozen=True)
class Mandate:
    """What an applicant asks of an agent."""

    agency_no: str
    agent: str
    """Account of the agent."""
    project_nos: Collection[str]
    scope: Collection[AgencyScope]
    valid_until: datetime
    fee_fen: int = 0
    account: str | None = None
    """The applicant's account; None when a clerk writes down a paper mandate."""


class AgencyNoTakenError(IntakeRuleError):
    """Another agency has this number."""

    code = "agency_no_taken"


class AgencyFeeError(IntakeRuleError):
    """Agency is free of charge (无偿代理)."""

    code = "agency_fee"


class SelfAgencyError(IntakeRuleError):
    """Nobody is their own agent."""

    code = "self_agency"


class AgencyTermError(IntakeRuleError):
    """The mandate ends in the past, or too far ahead."""

    code = "agency_term"


class WrongAgencyStateError(IntakeRuleError):
    """Something else has to happen to the agency first, or it is over."""

    code = "wrong_agency_state"


class OthersAgencyError(IntakeRuleError):
    """This is for the agent, or for who appointed them."""

    code = "others_agency"


class OthersCaseError(IntakeRuleError):
    """The case is another applicant's."""

    code = "others_case"
