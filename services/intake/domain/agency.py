"""An agent who carries somebody's cases from end to end (全程代理, 无偿代理; DOMAIN.md 1.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from services.intake.domain.agency_events import (
    AgencyAccepted,
    AgencyCompleted,
    AgencyLapsed,
    AgencyRevoked,
    AgentAppointed,
)
from services.intake.domain.agency_terms import (
    CLERK,
    LONGEST,
    SUPERVISOR,
    AgencyFeeError,
    AgencyNoTakenError,
    AgencyScope,
    AgencyState,
    AgencyTermError,
    Ending,
    Mandate,
    OthersAgencyError,
    SelfAgencyError,
    WrongAgencyStateError,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = AgencyState


class Agency(Aggregate):
    """One mandate; stream `stream_id("agency", agency_no)`."""

    def __init__(self) -> None:
        self.agency_no = ""
        self.agent = ""
        self.account: str | None = None
        self.project_nos: list[str] = []
        self.scope: list[AgencyScope] = []
        self.valid_until: datetime | None = None
        self.state = AgencyState.APPOINTED
        self.appointed_at: datetime | None = None
        self.accepted_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.ended_by: Ending | None = None

    @classmethod
    def of(cls, agency_no: str) -> Self:
        """Give the agency before anybody was appointed."""
        return cls.begin(agency_stream(agency_no))

    @property
    def is_open(self) -> bool:
        """Whether the agent acts, or may still take it on."""
        return self.state in (_S.APPOINTED, _S.ACCEPTED)

    def appoint(self, facts: Facts, said: Mandate) -> None:
        """Name the agent. Who pays for it is refused: agency is free."""
        if self.version:
            raise AgencyNoTakenError("another agency has this number", "agency_no")
        if said.fee_fen:
            raise AgencyFeeError("agency is free of charge: no fee may be taken", "fee_fen")
        if said.agent in (said.account, facts.actor.id):
            raise SelfAgencyError("nobody is their own agent", "agent")
        if not facts.occurred_at < said.valid_until <= facts.occurred_at + LONGEST:
            raise AgencyTermError(f"it ends within {LONGEST.days} days from now", "valid_until")
        self.record(
            AgentAppointed,
            facts,
            agency_no=said.agency_no,
            agent=said.agent,
            project_nos=sorted(set(said.project_nos)),
            scope=sorted(set(said.scope), key=lambda one: one.value),
            valid_until=said.valid_until,
            fee_fen=0,
            appointed_at=facts.occurred_at,
            account=said.account,
        )

    def accept(self, facts: Facts) -> None:
        """The agent takes it on."""
        self._in(_S.APPOINTED)
        self._of_the_agent(facts)
        if self.valid_until is None or facts.occurred_at >= self.valid_until:
            raise AgencyTermError("its term has run out")
        self.record(
            AgencyAccepted,
            facts,
            agency_no=self.agency_no,
            agent=self.agent,
            accepted_at=facts.occurred_at,
        )

    def complete(self, facts: Facts) -> None:
        """The agent has carried the cases to their end."""
        self._in(_S.ACCEPTED)
        self._of_the_agent(facts)
        self.record(
            AgencyCompleted,
            facts,
            agency_no=self.agency_no,
            agent=self.agent,
            completed_at=facts.occurred_at,
        )

    def revoke(self, facts: Facts, by: Ending) -> None:
        """End it early: the applicant revokes, the agent lays it down, the centre ends it."""
        self._in(_S.APPOINTED, _S.ACCEPTED)
        if by is Ending.AGENT:
            self._of_the_agent(facts)
        elif by is Ending.CENTRE:
            if facts.actor.role != SUPERVISOR:
                raise OthersAgencyError("a supervisor ends it for the centre")
        elif not self._of_who_appointed(facts):
            raise OthersAgencyError("who appointed the agent revokes it")
        self.record(
            AgencyRevoked,
            facts,
            agency_no=self.agency_no,
            agent=self.agent,
            by=by,
            revoked_at=facts.occurred_at,
        )

    def lapse(self, facts: Facts) -> None:
        """Its term ran out; without effect when it ended before."""
        if self.is_open and self.valid_until is not None:
            self.record(
                AgencyLapsed,
                facts,
                agency_no=self.agency_no,
                agent=self.agent,
                valid_until=self.valid_until,
            )

    def _in(self, *states: AgencyState) -> None:
        if self.state not in states:
            raise WrongAgencyStateError(f"that cannot be done while it is {self.state.value}")

    def _of_who_appointed(self, facts: Facts) -> bool:
        """A paper mandate names no account: a clerk writes down that it was revoked."""
        if self.account is None:
            return facts.actor.role == CLERK
        return facts.actor.id == self.account

    def _of_the_agent(self, facts: Facts) -> None:
        if facts.actor.id != self.agent:
            raise OthersAgencyError("the agent who was named does this")

    @applies(AgentAppointed)
    def _appointed(self, event: AgentAppointed) -> None:
        self.agency_no, self.agent, self.account = event.agency_no, event.agent, event.account
        self.project_nos, self.scope = list(event.project_nos), list(event.scope)
        self.valid_until, self.appointed_at = event.valid_until, event.appointed_at

    @applies(AgencyAccepted)
    def _accepted(self, event: AgencyAccepted) -> None:
        self.state, self.accepted_at = _S.ACCEPTED, event.accepted_at

    @applies(AgencyCompleted)
    def _completed(self, event: AgencyCompleted) -> None:
        self.state, self.ended_at = _S.COMPLETED, event.completed_at

    @applies(AgencyRevoked)
    def _revoked(self, event: AgencyRevoked) -> None:
        self.state, self.ended_at, self.ended_by = _S.REVOKED, event.revoked_at, event.by

    @applies(AgencyLapsed)
    def _lapsed(self, event: AgencyLapsed) -> None:
        self.state, self.ended_at = _S.LAPSED, event.valid_until


def agency_stream(agency_no: str) -> UUID:
    """Give the stream of an agency."""
    return stream_id("agency", agency_no)
