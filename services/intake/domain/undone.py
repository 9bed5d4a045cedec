"""How a case is undone: one person asks for it, another one confirms it, or declines."""

from __future__ import annotations

from dataclasses import dataclass

from services.intake.domain.case_events import (
    CaseDeletedInError,
    CaseVoided,
)
from services.intake.domain.case_rules import NotYoursError, SameApproverError, UndoStateError
from services.intake.domain.endings import EndedCase
from services.intake.domain.undo_events import CaseUndoDeclined, CaseUndoRequested, Undoing
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Facts

CONFIRMING = "supervisor"
"""The role that confirms; with the own sign-in, never in the name of somebody else."""


@dataclass(frozen=True)
class UndoAsked:
    """What somebody asks for, until somebody else has answered it."""

    undoing: Undoing
    by: str
    """Account of who asks."""
    reason: str


class UndoneCase(EndedCase):
    """Voiding and deletion in two steps. While it is asked for, the case goes on as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.undo: UndoAsked | None = None
        """What is asked for and not answered yet."""

    def ask_undoing(self, facts: Facts, undoing: Undoing, reason: str) -> None:
        """Ask that it be voided, or deleted as entered in error.

        Raises:
            UndoStateError: something is asked for already.
            CaseStateError: it ended another way, or counts nowhere already.
        """
        if self.undo is not None:
            raise UndoStateError("this is asked for already, and waits for an answer")
        self._check_undoing(undoing)
        self.record(
            CaseUndoRequested,
            facts,
            project_no=self.project_no,
            undoing=undoing,
            reason=reason,
            requested_at=facts.occurred_at,
        )

    def confirm_undoing(self, facts: Facts, undoing: Undoing, calendar: WorkCalendar) -> None:
        """Do what was asked for; who confirms it is its approver.

        Raises:
            UndoStateError: nobody asked for this.
            SameApproverError: who asked confirms it.
            CaseStateError: it ended another way meanwhile.
        """
        asked = self._asked(undoing)
        if facts.actor.id == asked.by:
            raise SameApproverError("somebody else approves it", "approver")
        if undoing is Undoing.VOIDING:
            self._void(facts, facts.actor.id, asked.reason, calendar, asked.by)
        else:
            self._delete(facts, facts.actor.id, asked.reason, asked.by)

    def decline_undoing(self, facts: Facts, undoing: Undoing, reason: str) -> None:
        """Leave the case as it is; who asked may take that back.

        Raises:
            UndoStateError: nobody asked for this.
            NotYoursError: it is neither a supervisor nor who asked.
        """
        asked = self._asked(undoing)
        if facts.actor.id != asked.by and facts.actor.role != CONFIRMING:
            raise NotYoursError("a supervisor declines it, or who asked takes it back")
        self.record(
            CaseUndoDeclined,
            facts,
            project_no=self.project_no,
            undoing=undoing,
            reason=reason,
            declined_at=facts.occurred_at,
        )

    def _asked(self, undoing: Undoing) -> UndoAsked:
        if self.undo is None or self.undo.undoing is not undoing:
            raise UndoStateError("nobody asked for this")
        return self.undo

    @applies(CaseUndoRequested)
    def _undo_requested(self, event: CaseUndoRequested) -> None:
        self.undo = UndoAsked(event.undoing, event.facts.actor.id, event.reason)

    @applies(CaseUndoDeclined)
    def _undo_declined(self, event: CaseUndoDeclined) -> None:
        self.undo = None

    @applies(CaseVoided)
    def _voided(self, event: CaseVoided) -> None:
        super()._voided(event)
        self.undo = None

    @applies(CaseDeletedInError)
    def _deleted(self, event: CaseDeletedInError) -> None:
        super()._deleted(event)
        self.undo = None
