"""What can be done to an accepted case: it stands still, goes on, ends, is handed out and kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.eventlog.application import command
from services.intake.application.case_intake import CaseIntake
from services.intake.application.cases import Receipt, stream_of
from services.intake.domain import (
    Case,
    Standstill,
)
from services.intake.domain.agency_terms import AgencyScope
from services.intake.domain.endings import WHOLE
from services.intake.domain.terms import ReopeningGround
from services.intake.domain.undo_events import Undoing
from services.kernel.clock import Reason
from services.kernel.facts import Facts


class CaseActs(CaseIntake):
    """The acts after the acceptance."""

    @command
    def withdraw_case(
        self,
        facts: Facts,
        project_no: str,
        scope: str = WHOLE,
        items: Sequence[str] = (),
        fees_note: str = "",
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Take it back, whole or in part. What is paid later goes back (M02)."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, day: case.withdraw(about, scope, items, fees_note, day),
            AgencyScope.WITHDRAW,
        )

    @command
    def forward_case(
        self,
        facts: Facts,
        project_no: str,
        to: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Hand it to a higher authority."""
        return self._act(
            facts, project_no, seen, lambda case, about, day: case.forward_up(about, to, day)
        )

    @command
    def ask_undoing(
        self,
        facts: Facts,
        project_no: str,
        undoing: Undoing,
        reason: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Ask that it be voided, or deleted as entered in error; somebody else confirms that."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, _: case.ask_undoing(about, undoing, reason),
        )

    @command
    def confirm_undoing(
        self,
        facts: Facts,
        project_no: str,
        undoing: Undoing,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Void or delete it, as somebody else asked."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, day: case.confirm_undoing(about, undoing, day),
        )

    @command
    def decline_undoing(
        self,
        facts: Facts,
        project_no: str,
        undoing: Undoing,
        reason: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Leave it as it is."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, _: case.decline_undoing(about, undoing, reason),
        )

    @command
    def decide_on_spot(
        self,
        facts: Facts,
        project_no: str,
        granted: bool,
        reason: str = "",
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Decide an immediate item at the window."""
        return self._act(
            facts,
            project_no,
            seen,
            lambda case, about, _: case.decide_on_spot(about, granted, reason),
        )

    @command
    def deliver_case(
        self,
        facts: Facts,
        project_no: str,
        how: str,
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Say that the applicant has the result."""
        return self._act(facts, project_no, seen, lambda case, about, _: case.deliver(about, how))

    @command
    def archive_case(
        self,
        facts: Facts,
        project_no: str,
        archive_no: str = "",
        *,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Close the file for good."""
        return self._act(
            facts, project_no, seen, lambda case, about, _: case.archive(about, archive_no)
        )

    @command
    def suspend_case(
        self,
        facts: Facts,
        project_no: str,
        reason: str,
        from_: datetime | None,
        expected_days: int,
        *,
        notice_no: str | None = None,
        task_id: str | None = None,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Let the clocks this reason stops stand still, from now on when `from_` is None.

        The item may name more reasons than the usual ones.
        """
        case = self._case_for(facts, project_no, seen)
        since = from_ or facts.occurred_at
        said = Standstill(reason, since, expected_days, task_id, notice_no)
        calendar = self._catalog(()).calendar
        case.suspend(self._about(facts, case), said, calendar, self._also(case))
        return self._keep_case(case, calendar)

    @command
    def resume_case(
        self,
        facts: Facts,
        project_no: str,
        on: datetime | None = None,
        reason: str = "",
        *,
        task_id: str | None = None,
        seen: int | None = None,
        key: str | None = None,
    ) -> Receipt:
        """Let them go on, now when `on` is None: for this reason, or for the one there is."""
        case = self._case_for(facts, project_no, seen)
        calendar = self._catalog(()).calendar
        named = reason or next((one.value for one in case.waits_for), Reason.HEARING.value)
        moment = on or facts.occurred_at
        case.resume(self._about(facts, case), named, moment, calendar, task_id)
        return self._keep_case(case, calendar)

    @command
    def extend_case(
        self,
        facts: Facts,
        project_no: str,
        days: int,
        role: str,
        decided_on: datetime,
        *,
        task_id: str | None = None,
    ) -> Receipt:
        """Give its clocks more time, as approval decided."""
        case = self._case_for(facts, project_no, None)
        calendar = self._catalog(()).calendar
        case.extend(self._about(facts, case), days, role, decided_on, calendar, task_id)
        return self._keep_case(case, calendar)

    @command
    def reopen_case(
        self, facts: Facts, project_no: str, ground: ReopeningGround, task_id: str | None = None
    ) -> Receipt:
        """Take back a completion that lost its ground; without effect where there is none."""
        case = self._case_for(facts, project_no, None)
        calendar = self._catalog(()).calendar
        case.reopen(self._about(facts, case), ground, calendar, task_id)
        return self._keep_case(case, calendar)

    @command
    def let_case_fall(self, facts: Facts, project_no: str) -> Receipt:
        """Complete a case nobody decides any more, because what it waited for was refused."""
        return self._act(facts, project_no, None, lambda case, about, day: case.fall(about, day))

    @command
    def route_case(
        self, facts: Facts, project_no: str, department: str, task_id: str, waits: bool = False
    ) -> None:
        """Say that approval has it; of a case that is not here nothing is said."""
        case = self.find(Case, stream_of(project_no))
        if case is not None:
            case.route(self._about(facts, case), department, task_id, waits)
            self._file(case)

    @command
    def task_ready(self, facts: Facts, project_no: str, ready_at: datetime) -> None:
        """Count the limits of a project's case from when its task waits no longer."""
        case = self.find(Case, stream_of(project_no))
        if case is None:
            return
        known = self._catalog(())
        case.task_ready(self._about(facts, case), ready_at, known.calendar)
        if case.pending:
            self._file(case, known.calendar)
            self._watch_calendar(known, [project_no])
