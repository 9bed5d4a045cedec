"""What intake takes and answers about full agency (全程代理) over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from services.chassis.web import PageQuery
from services.chassis.web.histories import HistoryEvent
from services.intake.answers import Code, Number
from services.intake.domain.agency import Agency
from services.intake.domain.agency_terms import AgencyScope, AgencyState


class AppointAgent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mandate. Free of charge: a fee is refused."""

    agent: Code
    """Account of the agent."""
    project_nos: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=100)]
    scope: Annotated[list[AgencyScope], msgspec.Meta(min_length=1, max_length=5)] = msgspec.field(
        default_factory=lambda: [AgencyScope.FULL]
    )
    valid_until: datetime
    """With offset."""
    fee_fen: Annotated[int, msgspec.Meta(ge=0)] = 0


class AgenciesQuery(PageQuery, frozen=True, kw_only=True):
    """Filters of the list."""

    state: AgencyState | None = None
    project_no: Number = ""


class AgencyView(msgspec.Struct, frozen=True):
    """A mandate, rebuilt from its events, and how it came to be so."""

    agency_no: str
    state: str
    agent: str
    account: str | None
    project_nos: list[str]
    scope: list[str]
    valid_until: datetime | None
    appointed_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    version: int
    history: list[HistoryEvent]


def agency_view(agency: Agency, history: list[HistoryEvent]) -> AgencyView:
    """Show the state of a mandate."""
    return AgencyView(
        agency_no=agency.agency_no,
        state=agency.state.value,
        agent=agency.agent,
        account=agency.account,
        project_nos=agency.project_nos,
        scope=[one.value for one in agency.scope],
        valid_until=agency.valid_until,
        appointed_at=agency.appointed_at,
        accepted_at=agency.accepted_at,
        ended_at=agency.ended_at,
        ended_by=agency.ended_by.value if agency.ended_by else None,
        version=agency.version,
        history=history,
    )
