"""The ends of a case besides its decision, and what follows a completion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.intake.domain.case_events import (
    CaseArchived,
    CaseDeletedInError,
    CaseDelivered,
    CaseForwardedUp,
    CaseVoided,
    CaseWithdrawn,
)
from services.intake.domain.case_rules import CaseStateError, SameApproverError
from services.intake.domain.clocks import in_time
from services.intake.domain.events import CaseCompleted
from services.intake.domain.refused_case import RefusedCase
from services.intake.domain.terms import DONE, OPEN, CaseState
from services.intake.domain.undo_events import Undoing
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.facts import Facts

VOID, FORWARDED, OTHER = 2, 4, 6
"""Completion kinds of what ends here (办结方式); 3, deleted in error, has no completion."""
WHOLE: Final = "whole"
PART: Final = "part"
GONE: Final = frozenset({CaseState.DELETED_IN_ERROR, CaseState.RETRACTED})


class EndedCase(RefusedCase):
    """How a case ends without a decision; an accepted one is completed with it, by its kind."""

    def __init__(self) -> None:
        super().__init__()
        self.withdrawn_items: tuple[str, ...] = ()
        """Parts of it the applicant took back."""
        self.delivered_at: datetime | None = None
        self.archived_at: datetime | None = None
        self.reopenings = 0
        """How often a completion was taken back."""

    def withdraw(
        self, facts: Facts, scope: str, items: Sequence[str], fees_note: str, calendar: WorkCalendar
    ) -> None:
        """Take the application back, whole or in part; a part leaves the rest under way.

        Raises:
            CaseStateError: it is decided or over; or a part without its items.
        """
        self._must(OPEN | {CaseState.DRAFT}, "only what is not decided can be withdrawn")
        if (scope == PART) != bool(items):
            raise CaseStateError("a part is named by its items, the whole is not", "items")
        accepted = self.accepted_at is not None
        if scope == WHOLE and accepted:
            self.wind_up(facts, calendar)
        self.record(
            CaseWithdrawn,
            facts,
            project_no=self.project_no,
            scope=scope,
            withdrawn_at=facts.occurred_at,
            items=list(items) or None,
            fees_note=fees_note or None,
            subject_id=self.subject_id or None,
        )
        if scope == WHOLE and accepted:
            self._end_as(facts, OTHER)

    def forward_up(self, facts: Facts, to: str, calendar: WorkCalendar) -> None:
        """Hand it to a higher authority (转报); here it is completed with that.

        Raises:
            CaseStateError: it is not under way.
        """
        if not self.running:
            self._must((), "only an accepted case that is under way is forwarded")
        self.wind_up(facts, calendar)
        self.record(
            CaseForwardedUp,
            facts,
            project_no=self.project_no,
            to=to,
            forwarded_at=facts.occurred_at,
        )
        self._end_as(facts, FORWARDED)

    def void(self, facts: Facts, approver: str, reason: str, calendar: WorkCalendar) -> None:
        """Declare it without effect (作废), as somebody else approved on paper.

        A completed one keeps the day it was completed on.

        Raises:
            CaseStateError: it ended another way already.
            SameApproverError: who does it approves it.
        """
        _check_approver(facts, approver)
        self._void(facts, approver, reason, calendar)

    def delete_in_error(self, facts: Facts, approver: str, reason: str) -> None:
        """Compensate an entry that should never have been, as somebody else approved on paper.

        It counts nowhere, its history stays.

        Raises:
            CaseStateError: it is deleted or retracted already.
            SameApproverError: who does it approves it.
        """
        _check_approver(facts, approver)
        self._delete(facts, approver, reason)

    def _check_undoing(self, undoing: Undoing) -> None:
        if undoing is Undoing.VOIDING:
            self._must(OPEN | DONE, "only what stands can be voided")
        elif self.state in GONE:
            self._must((), "it counts nowhere already")

    def _void(
        self,
        facts: Facts,
        approver: str,
        reason: str,
        calendar: WorkCalendar,
        requested_by: str | None = None,
    ) -> None:
        self._check_undoing(Undoing.VOIDING)
        if self.running:
            self.wind_up(facts, calendar)
        self.record(
            CaseVoided,
            facts,
            project_no=self.project_no,
            approver=approver,
            reason=reason,
            voided_at=facts.occurred_at,
            requested_by=requested_by,
        )
        if self.accepted_at is not None:
            self._end_as(facts, VOID)

    def _delete(
        self, facts: Facts, approver: str, reason: str, requested_by: str | None = None
    ) -> None:
        self._check_undoing(Undoing.DELETION)
        self.record(
            CaseDeletedInError,
            facts,
            project_no=self.project_no,
            approver=approver,
            reason=reason,
            deleted_at=facts.occurred_at,
            requested_by=requested_by,
        )

    def fall(self, facts: Facts, calendar: WorkCalendar) -> None:
        """Complete it without a decision, because what it waited for was refused (P06).

        Without effect where it is not under way, or an outside system has it.
        """
        if self.running and not self.rows.owner:
            self.wind_up(facts, calendar)
            self._end_as(facts, OTHER)

    def deliver(self, facts: Facts, how: str) -> None:
        """Say that the applicant has the result.

        Raises:
            CaseStateError: it is not completed, or was delivered already.
        """
        self._must({CaseState.COMPLETED}, "only a completed case is delivered, once")
        self.record(
            CaseDelivered,
            facts,
            project_no=self.project_no,
            how=how,
            delivered_at=facts.occurred_at,
        )

    def archive(self, facts: Facts, archive_no: str = "") -> None:
        """Close the file for good.

        Raises:
            CaseStateError: something is still to come.
        """
        self._must(
            {CaseState.COMPLETED, CaseState.DELIVERED}, "only what is completed is archived, once"
        )
        self.record(
            CaseArchived,
            facts,
            project_no=self.project_no,
            archived_at=facts.occurred_at,
            archive_no=archive_no or None,
        )

    def _end_as(self, facts: Facts, kind: int) -> None:
        completed_at = self.completed_at or facts.occurred_at
        due_at = self.promised_due_at
        self.record(
            CaseCompleted,
            facts,
            project_no=self.project_no,
            completion_kind=kind,
            granted=False,
            completed_at=completed_at,
            on_time=None if due_at is None else in_time(completed_at, due_at),
            subject_id=self.subject_id or None,
            reopenings=self.reopenings or None,
        )

    @applies(CaseWithdrawn)
    def _withdrawn(self, event: CaseWithdrawn) -> None:
        if event.scope == WHOLE:
            self.state = CaseState.WITHDRAWN
            self.ended_at = event.withdrawn_at
        else:
            self.withdrawn_items = (*self.withdrawn_items, *(event.items or ()))

    @applies(CaseForwardedUp)
    def _forwarded(self, event: CaseForwardedUp) -> None:
        self.state = CaseState.FORWARDED_UP
        self.ended_at = event.forwarded_at

    @applies(CaseVoided)
    def _voided(self, event: CaseVoided) -> None:
        self.state = CaseState.VOIDED
        self.ended_at = event.voided_at

    @applies(CaseDeletedInError)
    def _deleted(self, event: CaseDeletedInError) -> None:
        self.state = CaseState.DELETED_IN_ERROR
        self.ended_at = event.deleted_at

    @applies(CaseDelivered)
    def _delivered(self, event: CaseDelivered) -> None:
        self.state = CaseState.DELIVERED
        self.delivered_at = event.delivered_at

    @applies(CaseArchived)
    def _archived(self, event: CaseArchived) -> None:
        self.state = CaseState.ARCHIVED
        self.archived_at = event.archived_at


def _check_approver(facts: Facts, approver: str) -> None:
    if approver == facts.actor.id:
        raise SameApproverError("somebody else approves it", "approver")
