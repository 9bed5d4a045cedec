"""What can happen to a full agency. Fields, units and sources: `contracts/intake/`."""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.agency_terms import AgencyScope, Ending
from services.kernel.aggregate import Fact


class AgentAppointed(Fact):
    """An applicant named an agent for their cases. Free of charge."""

    TOPIC = "intake.agent-appointed.v1"

    agency_no: str
    agent: str
    project_nos: list[str]
    scope: list[AgencyScope]
    valid_until: datetime
    fee_fen: int
    appointed_at: datetime
    account: str | None = None


class AgencyAccepted(Fact):
    """The agent takes it on; from here they act for the cases."""

    TOPIC = "intake.agency-accepted.v1"

    agency_no: str
    agent: str
    accepted_at: datetime


class AgencyCompleted(Fact):
    """The agent has carried the cases to their end."""

    TOPIC = "intake.agency-completed.v1"

    agency_no: str
    agent: str
    completed_at: datetime


class AgencyRevoked(Fact):
    """It ended before its work was done; the agent acts no more."""

    TOPIC = "intake.agency-revoked.v1"

    agency_no: str
    agent: str
    by: Ending
    revoked_at: datetime


class AgencyLapsed(Fact):
    """Its term ran out; the agent acts no more."""

    TOPIC = "intake.agency-lapsed.v1"

    agency_no: str
    agent: str
    valid_until: datetime


AGENCY_FACTS: tuple[type[Fact], ...] = (
    AgentAppointed,
    AgencyAccepted,
    AgencyCompleted,
    AgencyRevoked,
    AgencyLapsed,
)
