"""The words of hotline tickets (12345): states, grounds, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Final

from services.intake.domain.rules import IntakeRuleError
from services.kernel.limits import Limit

HANDLED_WITHIN: Final = Limit(5)
"""Working days from the dispatch, the day of the dispatch not counted (H01)."""
EXTENDED_BY: Final = 5
"""Working days more, once."""
RETURNED_WITHIN: Final = timedelta(hours=24)
"""Hours on the clock, nights and rest days too."""
SUPERVISOR: Final = "supervisor"
"""The role that extends and rules."""
TRIES: Final = 3
"""So many calls without an answer end the asking."""


class TicketState(Enum):
    """Where a ticket stands."""

    RECEIVED = "received"
    REFUSED = "refused"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    REPLIED = "replied"
    FOLLOWED_UP = "followed_up"
    CLOSED = "closed"


class RefusalGround(Enum):
    """What the hotline does not take. A closed list (潍坊 art. 19 and its like)."""

    LITIGATION = "litigation"
    ARBITRATION = "arbitration"
    RECONSIDERATION = "reconsideration"
    FOI = "foi"
    PETITION = "petition"
    SECRET = "secret"
    CONCLUDED = "concluded"


class Route(Enum):
    """Where else the caller can turn to."""

    COURT = "court"
    ARBITRATION_BODY = "arbitration_body"
    RECONSIDERATION_BODY = "reconsideration_body"
    FOI_OFFICE = "foi_office"
    PETITION_OFFICE = "petition_office"
    SECRECY_OFFICE = "secrecy_office"
    EARLIER_REPLY = "earlier_reply"


ROUTES: Final[Mapping[RefusalGround, Route]] = {
    RefusalGround.LITIGATION: Route.COURT,
    RefusalGround.ARBITRATION: Route.ARBITRATION_BODY,
    RefusalGround.RECONSIDERATION: Route.RECONSIDERATION_BODY,
    RefusalGround.FOI: Route.FOI_OFFICE,
    RefusalGround.PETITION: Route.PETITION_OFFICE,
    RefusalGround.SECRET: Route.SECRECY_OFFICE,
    RefusalGround.CONCLUDED: Route.EARLIER_REPLY,
}
"""Nobody is turned away without being told where to go."""


class ReturnReason(Enum):
    """Why a unit gives a ticket back. A closed list: in a free text somebody might be named."""

    NOT_OUR_DUTY = "not_our_duty"
    OTHER_REGION = "other_region"
    OTHER_UNIT_LEADS = "other_unit_leads"
    DUPLICATE = "duplicate"
    INCOMPREHENSIBLE = "incomprehensible"


class Outcome(Enum):
    """What came of a ticket, as the unit says."""

    RESOLVED = "resolved"
    PARTLY_RESOLVED = "partly_resolved"
    EXPLAINED = "explained"
    NOT_RESOLVED = "not_resolved"


class TicketNoTakenError(IntakeRuleError):
    """Another ticket has this number."""

    code = "ticket_no_taken"


class WrongTicketStateError(IntakeRuleError):
    """Something else has to happen to the ticket first, or it is over."""

    code = "wrong_ticket_state"


class OtherUnitsTicketError(IntakeRuleError):
    """Another unit leads."""

    code = "other_units_ticket"


class ReturnedTooLateError(IntakeRuleError):
    """A wrong assignment is given back within 24 hours."""

    code = "returned_too_late"


class DispatchRuledError(IntakeRuleError):
    """Who leads was ruled; that is not given back."""

    code = "dispatch_ruled"


class ExtendedBeforeError(IntakeRuleError):
    """A ticket is extended once."""

    code = "extended_before"


class ExtendedAfterDueError(IntakeRuleError):
    """More time is granted before the limit has passed."""

    code = "extended_after_due"


class NotSupervisorError(IntakeRuleError):
    """Only the supervisor extends or rules, and not for their own unit."""

    code = "not_supervisor"


class NotCalledBackError(IntakeRuleError):
    """The caller has not been asked yet."""

    code = "not_called_back"


class LeadAlsoHelpsError(IntakeRuleError):
    """The unit that leads is not one of those that help."""

    code = "lead_also_helps"
