"""A completed case that is to be decided again, because its completion has lost its ground."""

from __future__ import annotations

from services.intake.domain.accepted import AcceptedCase
from services.intake.domain.case_events import CaseReopened
from services.intake.domain.terms import DONE, CaseState, ReopeningGround
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Cause
from services.kernel.facts import Facts


class ReopenedCase(AcceptedCase):
    """How a completion is undone; what was delivered or archived is under way again, too."""

    def __init__(self) -> None:
        super().__init__()
        self.conditional = False

    def reopen(
        self,
        facts: Facts,
        ground: ReopeningGround,
        calendar: WorkCalendar,
        task_id: str | None = None,
    ) -> bool:
        """Take the completion back; its limits are counted by today's calendar. Says whether so.

        Without effect where it is not completed, or ended by the applicant or a clerk, and where
        the completion stands on a row: what a source reports is opened by that source (I03).
        """
        if self.state not in DONE or self.completed_by is not None:
            return False
        self.record(
            CaseReopened,
            facts,
            project_no=self.project_no,
            ground=ground,
            reopened_at=facts.occurred_at,
            task_id=task_id,
            turn=self.reopenings + 1,
        )
        self.recalculate(facts, calendar, Cause.CALENDAR_AMENDED)
        return True

    @applies(CaseReopened)
    def _reopened(self, event: CaseReopened) -> None:
        self.state = CaseState.IN_REVIEW if self.task_ids else CaseState.ACCEPTED
        self.conditional = False
        self.reopenings = event.turn or self.reopenings
        self._open()
