"""Rows of agencies, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Update

AGENCY = (
    "agency_no",
    "state",
    "agent",
    "account",
    "project_nos",
    "scope",
    "valid_until",
    "appointed_at",
    "accepted_at",
    "ended_at",
)


class AgencyRow(msgspec.Struct, frozen=True):
    """One mandate in a list."""

    agency_no: str
    state: str
    agent: str
    account: str | None
    project_nos: list[str]
    scope: list[str]
    valid_until: datetime
    appointed_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None


class _Said(msgspec.Struct, frozen=True):
    agency_no: str
    agent: str
    account: str | None = None
    project_nos: list[str] = []
    scope: list[str] = []
    valid_until: datetime | None = None
    appointed_at: datetime | None = None
    accepted_at: datetime | None = None
    completed_at: datetime | None = None
    revoked_at: datetime | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    match event.type:
        case "intake.agent-appointed.v1":
            said = event.read(_Said)
            row = (said.agency_no, "appointed", said.agent, said.account, list(said.project_nos))
            rest = (list(said.scope), said.valid_until, said.appointed_at, None, None)
            yield Insert("agency_row", (*row, *rest))
        case "intake.agency-accepted.v1":
            said = event.read(_Said)
            yield _set(said, state="accepted", accepted_at=said.accepted_at)
        case "intake.agency-completed.v1":
            said = event.read(_Said)
            yield _set(said, state="completed", ended_at=said.completed_at)
        case "intake.agency-revoked.v1":
            said = event.read(_Said)
            yield _set(said, state="revoked", ended_at=said.revoked_at)
        case "intake.agency-lapsed.v1":
            said = event.read(_Said)
            yield _set(said, state="lapsed", ended_at=said.valid_until)


def _set(said: _Said, **values: object) -> Change:
    return Update("agency_row", {"agency_no": said.agency_no}, values)


def list_agencies(
    database: Database,
    *,
    party: str = "",
    state: str = "",
    project_no: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[AgencyRow]:
    """List mandates, newest first, from behind the key (appointed_at, agency_no).

    Args:
        party: account of the agent, or of who appointed them.
    """
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(AGENCY)} FROM agency_row"  # noqa: S608 - our own column names
        " WHERE (%(party)s = '' OR agent = %(party)s OR account = %(party)s)"
        " AND (%(state)s = '' OR state = %(state)s)"
        " AND (%(project_no)s = '' OR %(project_no)s = ANY(project_nos))"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (appointed_at, agency_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY appointed_at DESC, agency_no DESC LIMIT %(limit)s",
        {
            "party": party,
            "state": state,
            "project_no": project_no,
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [AgencyRow(*row) for row in rows]
