"""Full agency (全程代理) over HTTP."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final

from services.chassis.clock import Clock
from services.chassis.errors import ContractError, NotAllowedError, NotFoundError
from services.chassis.web import Call, Page, route
from services.chassis.web.histories import history_event, written
from services.chassis.web.paging import page_of, read_cursor
from services.intake.agency_answers import (
    AgenciesQuery,
    AgencyView,
    AppointAgent,
    agency_view,
)
from services.intake.application.ratings import Done
from services.intake.domain.agency import Agency, agency_stream
from services.intake.domain.agency_terms import Ending, Mandate
from services.intake.projections.agency import AgencyRow, list_agencies
from services.intake.rating_answers import Told
from services.intake.service.case_desk import seen_by
from services.intake.service.ratings import facts_of
from services.kernel.times import SHANGHAI

AGENT: Final = frozenset({"agent"})
APPOINTERS: Final = frozenset({"applicant", "clerk"})
SUPERVISOR: Final = frozenset({"supervisor"})
ENDERS: Final = AGENT | APPOINTERS | SUPERVISOR
WIDE: Final = frozenset({"clerk"}) | SUPERVISOR


class AgencyRoutes:
    """Routes about agencies; a part of intake's service."""

    name: str
    clock: Clock
    frame: Any
    cases: Any

    @route(
        "POST",
        "/agencies",
        request=AppointAgent,
        response=Told,
        roles=APPOINTERS,
        status=201,
        summary="Name an agent for one's cases, free of charge",
    )
    def appoint_agent(self, call: Call[AppointAgent]) -> Told:
        """A clerk writes down a paper mandate, for cases that belong to no account."""
        said, key = call.body, call.idempotency_key or None
        if said.valid_until.tzinfo is None:
            raise ContractError("valid_until needs an offset", field="valid_until")
        paper = "applicant" not in call.caller.roles
        number = _agency_no(self.clock.now(), key)
        mandate = Mandate(
            agency_no=number,
            agent=said.agent,
            project_nos=said.project_nos,
            scope=said.scope,
            valid_until=said.valid_until,
            fee_fen=said.fee_fen,
            account=None if paper else call.caller.id,
        )
        done = self.cases.appoint_agent(
            facts_of(self, call, number, APPOINTERS - ({"applicant"} if paper else {"clerk"})),
            mandate,
            key=key,
        )
        return self._told_of_agency(call, done)

    @route(
        "POST",
        "/agencies/<agency_no>/acceptance",
        response=Told,
        roles=AGENT,
        summary="Take it on, for the agent who was named",
    )
    def accept_agency(self, call: Call) -> Told:
        number, key = call.path["agency_no"], call.idempotency_key or None
        done = self.cases.accept_agency(
            facts_of(self, call, number, AGENT), number, seen=seen_by(call), key=key
        )
        return self._told_of_agency(call, done)

    @route(
        "POST",
        "/agencies/<agency_no>/completion",
        response=Told,
        roles=AGENT,
        summary="Say that the cases are carried to their end",
    )
    def complete_agency(self, call: Call) -> Told:
        number, key = call.path["agency_no"], call.idempotency_key or None
        done = self.cases.complete_agency(
            facts_of(self, call, number, AGENT), number, seen=seen_by(call), key=key
        )
        return self._told_of_agency(call, done)

    @route(
        "POST",
        "/agencies/<agency_no>/revocation",
        response=Told,
        roles=ENDERS,
        summary="End it early: the applicant revokes, the agent lays it down, the centre ends it",
    )
    def revoke_agency(self, call: Call) -> Told:
        number, key = call.path["agency_no"], call.idempotency_key or None
        role, by = self._ending(call)
        facts = facts_of(self, call, number, frozenset({role}))
        done = self.cases.revoke_agency(facts, number, by, seen=seen_by(call), key=key)
        return self._told_of_agency(call, done)

    @route(
        "GET",
        "/agencies",
        query=AgenciesQuery,
        response=Page[AgencyRow],
        roles=ENDERS,
        summary="List mandates, newest first; applicants and agents see their own",
    )
    def list_agencies(self, call: Call[None, AgenciesQuery]) -> Page[AgencyRow]:
        query = call.query
        rows = list_agencies(
            self.cases.database,
            party="" if call.caller.roles & WIDE else call.caller.id,
            state=query.state.value if query.state else "",
            project_no=query.project_no,
            after=read_cursor(query.cursor, tuple[datetime, str]),
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit, lambda row: (row.appointed_at, row.agency_no))

    @route(
        "GET",
        "/agencies/<agency_no>",
        response=AgencyView,
        roles=ENDERS,
        summary="A mandate and its history",
    )
    def get_agency(self, call: Call) -> AgencyView:
        agency = self._agency_of(call)
        events = self.cases.events_of(agency.id)
        return agency_view(agency, [history_event(event) for event in events])

    def _agency_of(self, call: Call[Any, Any]) -> Agency:
        agency: Agency | None = self.cases.state_of(Agency, agency_stream(call.path["agency_no"]))
        if agency is None:
            raise NotFoundError("there is no such agency")
        if not call.caller.roles & WIDE and call.caller.id not in (agency.agent, agency.account):
            raise NotAllowedError("this is somebody else's agency")
        return agency

    def _ending(self, call: Call[Any, Any]) -> tuple[str, Ending]:
        """Say in which role, and for whom, a caller ends an agency."""
        agency, caller = self._agency_of(call), call.caller
        if "agent" in caller.roles and caller.id == agency.agent:
            return "agent", Ending.AGENT
        if "applicant" in caller.roles and caller.id == agency.account:
            return "applicant", Ending.APPLICANT
        if "supervisor" in caller.roles:
            return "supervisor", Ending.CENTRE
        return min(caller.roles & APPOINTERS), Ending.APPLICANT

    def _told_of_agency(self, call: Call[Any, Any], done: Done) -> Told:
        place = written(call, self.cases.database, self.name, done.stream, done.version)
        return Told(done.key, done.state, place.event, place.position, done.version)


def _agency_no(now: datetime, key: str | None) -> str:
    """Make an agency number: date, serial; the same for a repeated request."""
    serial = int.from_bytes(sha256((key or token_hex(16)).encode()).digest()[:8]) % 10**11
    return f"A{now.astimezone(SHANGHAI):%Y%m%d}{serial:011}"
