"""What intake can be told of home visits (上门服务) and of extended hours (延时服务)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.errors import NotFoundError
from services.chassis.eventlog.application import command
from services.chassis.vault import Opening
from services.intake.application.cases import Cases
from services.intake.application.ratings import Done
from services.intake.application.seen import check_seen
from services.intake.domain.case import Case
from services.intake.domain.opening_hours import read_hours
from services.intake.domain.visit_terms import (
    VisitCancelReason,
    VisitNoTakenError,
    VisitOutcome,
    VisitReason,
)
from services.intake.domain.visits import ExtendedHours, HomeVisit, extended_stream, visit_stream
from services.kernel.clock import legal_date
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


@dataclass(frozen=True)
class Order:
    """A home visit somebody asks for."""

    visit_no: str
    reason: VisitReason
    account: str = ""
    subject_id: str = ""
    """A person known already; derived when empty."""
    item_code: str | None = None
    project_no: str | None = None


class Visits(Cases):
    """What the centre does outside of its hall and its hours."""

    @command
    def order_home_visit(
        self,
        facts: Facts,
        said: Order,
        place: str,
        told: Mapping[str, str],
        *,
        key: str | None = None,
    ) -> Done:
        """Ask for a visit. Where to, and who it is, goes to the vault and nowhere else."""
        if self.find(HomeVisit, visit_stream(said.visit_no)) is not None:
            raise VisitNoTakenError("another visit has this number", "visit_no")
        if said.project_no:
            self._case_served(said.project_no)
        subject_id = said.subject_id or who_is_visited(said.visit_no)
        visit = HomeVisit.order(
            self._of_visit(facts, said.visit_no),
            said.visit_no,
            subject_id,
            said.reason,
            account=said.account,
            item_code=said.item_code,
            project_no=said.project_no,
        )
        if said.subject_id:
            self._note(subject_id, place_field(said.visit_no), place)
        else:
            kept = {**told, place_field(said.visit_no): place}
            self.change(self._vault.introducing(subject_id, kept))
        self.change(self._vault.holding(subject_id, said.visit_no))
        return self._file_visit(visit)

    @command
    def schedule_home_visit(
        self,
        facts: Facts,
        visit_no: str,
        clerk: str,
        starts_at: datetime,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Say which clerk goes, and when."""
        visit = self._visit(visit_no, seen)
        visit.schedule(self._of_visit(facts, visit_no), clerk, starts_at)
        return self._file_visit(visit)

    @command
    def complete_home_visit(
        self,
        facts: Facts,
        visit_no: str,
        outcome: VisitOutcome,
        project_no: str | None = None,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Say what came of it, and which case if one began there."""
        visit = self._visit(visit_no, seen)
        if project_no:
            self._case_served(project_no)
        visit.complete(self._of_visit(facts, visit_no), outcome, project_no)
        return self._file_visit(visit)

    @command
    def cancel_home_visit(
        self,
        facts: Facts,
        visit_no: str,
        reason: VisitCancelReason,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Done:
        """Call it off."""
        visit = self._visit(visit_no, seen)
        visit.cancel(self._of_visit(facts, visit_no), reason)
        return self._file_visit(visit)

    def visit_place(self, visit: HomeVisit, opening: Opening) -> str:
        """Give where to go; that it was opened is written down."""
        field = place_field(visit.visit_no)
        return self._texts(visit.subject_id, [field], opening).get(field, "")

    @command
    def record_extended_hours(
        self,
        facts: Facts,
        project_no: str,
        window: str,
        began_at: datetime,
        ended_at: datetime,
        hours: str = "",
        *,
        key: str | None = None,
    ) -> Done:
        """Record that a case was handled outside of the window's hours. Moves no deadline."""
        case = self._case_served(project_no)
        about = replace(facts, subject=project_no, region=self._region, department=case.department)
        found = self.find(ExtendedHours, extended_stream(project_no))
        found = found or ExtendedHours.of(project_no)
        calendar = self._catalog(()).calendar
        opened = read_hours(self.door_hours(window, legal_date(began_at), hours))
        found.tell(about, project_no, window, began_at, ended_at, opened, calendar)
        self.keep(found)
        return Done(project_no, "recorded", str(found.id), found.version)

    def _case_served(self, project_no: str) -> Case:
        case = self.find(Case, stream_id("case", project_no))
        if case is None:
            raise NotFoundError("there is no such case")
        return case

    def _visit(self, visit_no: str, seen: int | None = None) -> HomeVisit:
        visit = self.find(HomeVisit, visit_stream(visit_no))
        if visit is None:
            raise NotFoundError("there is no such visit")
        check_seen(self, visit, seen)
        return visit

    def _of_visit(self, facts: Facts, visit_no: str) -> Facts:
        return replace(facts, subject=visit_no, region=self._region)

    def _file_visit(self, visit: HomeVisit) -> Done:
        """Keep a visit; while it is open the person is not erased."""
        if not visit.is_open:
            self.change(self._vault.releasing(visit.subject_id, visit.visit_no))
        self.keep(visit)
        return Done(visit.visit_no, visit.state.value, str(visit.id), visit.version)


def who_is_visited(visit_no: str) -> str:
    """Give the reference to who is visited; says nothing about the person."""
    return f"s-{stream_id('subject', f'visit/{visit_no}').hex[:16]}"


def place_field(visit_no: str) -> str:
    """Give the vault field with the place of a visit."""
    return f"visit_{visit_no}"
