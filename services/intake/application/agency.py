"""What intake can be told of full agency (全程代理), and who may act for whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.chassis.deadlines import Due, cancel_deadlines, set_deadline
from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.intake.application.cases import Cases, stream_of
from services.intake.application.ratings import Done
from services.intake.application.seen import check_seen
from services.intake.domain.agency import Agency, agency_stream
from services.intake.domain.agency_terms import AgencyScope, Ending, Mandate, OthersCaseError
from services.intake.domain.case import Case
from services.intake.domain.rules import NotBegunError
from services.kernel.facts import Actor, ActorKind, Facts

LAPSE: Final = "agency_lapse"
"""Due when a mandate's term is over; the key is the agency_no."""


class Agencies(Cases):
    """The mandates of agents."""

    @command
    def appoint_agent(self, facts: Facts, said: Mandate, *, key: str | None = None) -> Done:
        """Name an agent for these cases, free of charge.

        Raises:
            NotBegunError: there is no such case.
            OthersCaseError: one of them is another applicant's.
        """
        for number in said.project_nos:
            case = self.find(Case, stream_of(number))
            if case is None:
                raise NotBegunError("there is no such case, or not yet")
            if getattr(case, "account", None) != said.account:
                raise OthersCaseError("the case is another applicant's", "project_nos")
        found = self.find(Agency, agency_stream(said.agency_no))
        agency = found or Agency.of(said.agency_no)
        agency.appoint(replace(facts, subject=said.agency_no), said)
        self.change(set_deadline(LAPSE, said.agency_no, said.valid_until))
        return self._file_agency(agency)

    @command
    def accept_agency(
        self, facts: Facts, agency_no: str, *, seen: int | None = None, key: str | None = None
    ) -> Done:
        """The agent takes it on."""
        agency = self._agency(agency_no, seen)
        agency.accept(facts)
        return self._file_agency(agency)

    @command
    def complete_agency(
        self, facts: Facts, agency_no: str, *, seen: int | None = None, key: str | None = None
    ) -> Done:
        """The agent has carried the cases to their end."""
        agency = self._agency(agency_no, seen)
        agency.complete(facts)
        return self._file_agency(agency)

    @command
    def revoke_agency(
        self,
        facts: Facts,
        agency_no: str,
        by: Ending,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """End it before its work was done."""
        agency = self._agency(agency_no, seen)
        agency.revoke(facts, by)
        return self._file_agency(agency)

    def acts_for(
        self, account: str, project_no: str, scope: AgencyScope = AgencyScope.FOLLOW
    ) -> bool:
        """Tell whether this account is the accepted agent of a case now, by the database's clock.

        Args:
            scope: what they want to do; following a case is part of every mandate.
        """
        covered = [AgencyScope.FULL.value, scope.value]
        return bool(
            account
            and self.database.read(
                "SELECT 1 FROM agency_row WHERE agent = %s AND state = 'accepted'"
                " AND %s = ANY(project_nos) AND valid_until > clock_timestamp()"
                " AND (%s OR scope && %s::text[]) LIMIT 1",
                (account, project_no, scope is AgencyScope.FOLLOW, covered),
            )
        )

    def fire(self, due: Due) -> None:
        """End a mandate whose term is over; deadlines of others go on to them."""
        if due.kind != LAPSE:
            super().fire(due)
            return
        agency = self._agency(due.key)
        facts = Facts(due.due_at, due.key, Actor(ActorKind.SYSTEM, "intake"), due.id)
        agency.lapse(replace(facts, region=self._region))
        self.keep(agency)

    def _agency(self, agency_no: str, seen: int | None = None) -> Agency:
        agency = self.find(Agency, agency_stream(agency_no))
        if agency is None:
            raise NotFoundError("there is no such agency")
        check_seen(self, agency, seen)
        return agency

    def _file_agency(self, agency: Agency) -> Done:
        if not agency.is_open:
            self.change(cancel_deadlines((LAPSE,), agency.agency_no))
        self.keep(agency)
        return Done(agency.agency_no, agency.state.value, str(agency.id), agency.version)
