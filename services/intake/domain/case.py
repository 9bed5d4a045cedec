"""A case from its application to its completion; each base says one part of it."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from services.intake.domain import case_events
from services.intake.domain.case_events import (
    AcceptanceWithdrawn,
    CaseDecided,
    CaseResumed,
    CaseRouted,
    CaseSuspended,
)
from services.intake.domain.case_rules import (
    NotImmediateError,
)
from services.intake.domain.clocks import in_time
from services.intake.domain.events import (
    CaseAccepted,
    CaseCompleted,
    CaseRefused,
    CaseSubmitted,
    ClockRecalculated,
    ExternalRecordCorrected,
    ExternalRecordRetracted,
)
from services.intake.domain.record_events import (
    SpecialProcedureReported,
    SpecialProcedureRetracted,
)
from services.intake.domain.records import ResultSaid
from services.intake.domain.recounts import LimitRecounted
from services.intake.domain.reopened import ReopenedCase
from services.intake.domain.terms import (
    ENDED,
    RUNNING,
    CaseState,
    Decision,
)
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Facts

IMMEDIATE = "IMMEDIATE"


class Case(ReopenedCase):
    """One case. Stream: `stream_id("case", project_no)`."""

    def __init__(self) -> None:
        super().__init__()

    @property
    def on_time(self) -> bool | None:
        """Whether it ended within the promised limit; None while open or when none was promised."""
        if self.completed_at is None or self.promised_due_at is None:
            return None
        return in_time(self.completed_at, self.promised_due_at)

    @property
    def turned(self) -> bool:
        """Whether what is pending may have opened or closed it."""
        return any(isinstance(fact, _TURNS) for fact in self.pending)

    @property
    def retimed(self) -> bool:
        """Whether what is pending may have given or taken an end, or moved one."""
        return any(
            isinstance(fact, _RETIMES) or (isinstance(fact, CaseRouted) and fact.waits)
            for fact in self.pending
        )

    def route(self, facts: Facts, department: str, task_id: str, waits: bool = False) -> None:
        """Say that approval has it; without effect where that is known, or it is over.

        Args:
            waits: its task waits for others of the project.
        """
        if self.rows or not self.running or task_id in self.task_ids:
            return
        self.record(
            CaseRouted,
            facts,
            project_no=self.project_no,
            department=department,
            task_ids=[task_id],
            waits=waits or None,
        )

    def decide_on_spot(self, facts: Facts, granted: bool, reason: str = "") -> None:
        """Decide an immediate item at the window.

        受审分离 (A03) holds for everything else: approval refuses who accepted. An immediate item
        (即办件) is accepted and decided in one go, often with one clerk at the window, so here the
        same person may decide; the event names them, and who accepted stands in the acceptance.

        Raises:
            NotImmediateError: it is no immediate item.
            CaseStateError: it is not under way.
        """
        self._must(RUNNING, "only a case that is under way is decided")
        if self.case_type != IMMEDIATE:
            raise NotImmediateError("only immediate items are decided at the window")
        self.record(
            CaseDecided,
            facts,
            project_no=self.project_no,
            granted=granted,
            conditional=False,
            decided_at=facts.occurred_at,
            on_spot=True,
            decided_by=facts.actor.id,
            reason=reason or None,
        )
        self._complete(facts, granted, 0 if granted else 1, facts.occurred_at)

    def complete(
        self, facts: Facts, decision: Decision, calendar: WorkCalendar | None = None
    ) -> bool:
        """Complete the case as approval decided; a decision that has lost its ground has no effect.

        A reported result that was corrected meanwhile counts as corrected. A pre-decision decides
        and does not complete. `calendar` ends what stands still.
        """
        if self.state not in _DECIDABLE:
            return False
        ground = self.rows.result(decision.row_guid)
        if ground is not None and ground.retracted:
            return False
        if decision.conditional and self.state is CaseState.DECIDED:
            return False
        if self.suspended and calendar is not None:
            self.wind_up(facts, calendar)
        if not self.rows:
            self.record(
                CaseDecided,
                facts,
                project_no=self.project_no,
                granted=decision.granted,
                conditional=decision.conditional,
                decided_at=decision.decided_at,
                decided_by=decision.decided_by,
                task_id=decision.task_id,
            )
        if decision.conditional:
            return True
        said = cast(ResultSaid, ground.said) if ground else None
        self._complete(
            facts,
            said.result == "granted" if said else decision.granted,
            said.completion_kind if said else decision.completion_kind,
            said.completed_at if said else decision.decided_at,
            decision.row_guid,
        )
        return True

    def _complete(
        self, facts: Facts, granted: bool, kind: int, at: datetime, row_guid: str | None = None
    ) -> None:
        due_at = self.promised_due_at
        self.record(
            CaseCompleted,
            facts,
            project_no=self.project_no,
            completion_kind=kind,
            granted=granted,
            completed_at=at,
            on_time=None if due_at is None else in_time(at, due_at),
            subject_id=self.subject_id or None,
            row_guid=row_guid,
            reopenings=self.reopenings or None,
        )

    @applies(CaseRouted)
    def _routed(self, event: CaseRouted) -> None:
        self.state = CaseState.IN_REVIEW
        self.task_ids = (*self.task_ids, *event.task_ids)
        self.waits = bool(event.waits)

    @applies(CaseDecided)
    def _decided(self, event: CaseDecided) -> None:
        if event.conditional:
            self.state = CaseState.DECIDED
            self.conditional = True

    @applies(CaseCompleted)
    def _completed(self, event: CaseCompleted) -> None:
        if self.state not in ENDED:
            self.state = CaseState.COMPLETED
        self.completed_at = event.completed_at
        self.completion_kind = event.completion_kind
        self.granted = event.granted
        self.completed_by = event.row_guid


_DECIDABLE = RUNNING | {CaseState.DECIDED}
_TURNS = (
    CaseSubmitted,
    CaseAccepted,
    CaseRefused,
    CaseCompleted,
    ExternalRecordRetracted,
    case_events.CaseAbandoned,
    case_events.CaseNotRequired,
    case_events.CaseWithdrawn,
    case_events.CaseVoided,
    case_events.CaseDeletedInError,
    case_events.RefusalOverturned,
    case_events.CaseReopened,
    AcceptanceWithdrawn,
)
_RETIMES = (
    *_TURNS,
    ExternalRecordCorrected,
    ClockRecalculated,
    SpecialProcedureReported,
    SpecialProcedureRetracted,
    CaseSuspended,
    CaseResumed,
    case_events.CaseExtended,
    CaseDecided,
    LimitRecounted,
    case_events.CorrectionNoticeIssued,
    case_events.CorrectionReceived,
)
