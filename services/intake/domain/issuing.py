"""A result at the unified issuing window, until it is in the applicant's hand (统一窗口出件)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Self
from uuid import UUID

from services.intake.domain.clocks import in_time
from services.intake.domain.issuing_events import (
    PickupCodeIssued,
    PickupCodeMismatched,
    ResultCollectionOverdue,
    ResultHandedOver,
    ResultLocked,
    ResultReturned,
    ResultShelved,
    ResultUnlocked,
)
from services.intake.domain.issuing_terms import (
    SUPERVISOR,
    TRIES,
    CollectableStillError,
    Identity,
    IdentityError,
    NoPickupCodeError,
    NotSupervisorsActError,
    ResultLockedError,
    ResultState,
    ReturnGround,
    SeparatedRolesError,
    WrongResultStateError,
    collect_by,
)
from services.kernel.aggregate import Aggregate, applies
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id

_S = ResultState


class Result(Aggregate):
    """What a case ended with; stream `stream_id("result", project_no)`."""

    def __init__(self) -> None:
        self.project_no = ""
        self.item_code = ""
        self.department = ""
        self.granted = False
        self.shelf = ""
        self.state = ResultState.RETURNED
        """Not at the window, until it is shelved."""
        self.shelved_at: datetime | None = None
        self.collect_by: datetime | None = None
        self.code_digest = ""
        self.turn = 0
        """How many codes were told."""
        self.wrong = 0
        self.tried_by = ""
        self.locked = False
        self.overdue = False
        self.identity: Identity | None = None
        self.handed_over_at: datetime | None = None
        self.handed_over_by = ""
        self.returned_at: datetime | None = None
        self.reason: ReturnGround | None = None

    @classmethod
    def of(cls, project_no: str) -> Self:
        """Give the result before there is one."""
        return cls.begin(result_stream(project_no))

    @property
    def left(self) -> int:
        """How many wrong codes may still be named."""
        return 0 if self.locked else TRIES - self.wrong

    def shelve(
        self,
        facts: Facts,
        project_no: str,
        *,
        department: str,
        granted: bool,
        item_code: str = "",
        shelf: str = "",
    ) -> None:
        """Put it on a shelf of the window; again after it was returned."""
        self._in(_S.RETURNED)
        self.record(
            ResultShelved,
            facts,
            project_no=project_no,
            department=department,
            granted=granted,
            shelved_at=facts.occurred_at,
            collect_by=collect_by(facts.occurred_at),
            item_code=item_code or None,
            shelf=shelf or None,
        )

    def issue_code(self, facts: Facts, code_digest: str) -> None:
        """Note that a code was told; an earlier one is void."""
        self._in(_S.SHELVED)
        self._unlocked_only()
        self.record(
            PickupCodeIssued,
            facts,
            project_no=self.project_no,
            code_digest=code_digest,
            issued_at=facts.occurred_at,
            turn=self.turn + 1,
        )

    def hand_over(
        self,
        facts: Facts,
        *,
        matches: bool,
        identity: Identity | None,
        involved: Collection[str],
        agent: str = "",
    ) -> bool:
        """Hand it over; False when the code was wrong, which is kept and counted.

        Args:
            matches: the code named is the one that was told.
            identity: how it was shown who takes it; None when it was not.
            involved: accounts that accepted or decided the case.
        """
        self._in(_S.SHELVED)
        self._unlocked_only()
        if facts.actor.id in involved:
            raise SeparatedRolesError("who accepted or decided a case does not hand out its result")
        if not self.code_digest:
            raise NoPickupCodeError("no pick-up code was told for this result yet")
        if not matches:
            self._miss(facts)
            return False
        if identity is None:
            raise IdentityError("this is neither the applicant nor an agent of theirs")
        self.record(
            ResultHandedOver,
            facts,
            project_no=self.project_no,
            identity=identity,
            handed_over_at=facts.occurred_at,
            agent=agent or None,
            window=facts.actor.window or None,
        )
        return True

    def unlock(self, facts: Facts) -> None:
        """A supervisor looked into it."""
        if not self.locked:
            raise WrongResultStateError("it is not locked")
        if facts.actor.role != SUPERVISOR or facts.actor.id == self.tried_by:
            raise NotSupervisorsActError("a supervisor unlocks what somebody else locked")
        self.record(
            ResultUnlocked,
            facts,
            project_no=self.project_no,
            unlocked_at=facts.occurred_at,
        )

    def give_back(self, facts: Facts, reason: ReturnGround) -> None:
        """Send it back to the department; for want of an applicant only when its days are over."""
        self._in(_S.SHELVED)
        if reason is ReturnGround.NOT_COLLECTED and (
            self.collect_by is None or in_time(facts.occurred_at, self.collect_by)
        ):
            raise CollectableStillError("the applicant may still collect it")
        self.record(
            ResultReturned,
            facts,
            project_no=self.project_no,
            department=self.department,
            reason=reason,
            returned_at=facts.occurred_at,
        )

    def pass_due(self, facts: Facts, detected_at: datetime) -> None:
        """Say once that nobody came; without effect when somebody did."""
        if self.state is not _S.SHELVED or self.collect_by is None or self.overdue:
            return
        if in_time(detected_at, self.collect_by):
            return
        self.record(
            ResultCollectionOverdue,
            facts,
            project_no=self.project_no,
            due_at=self.collect_by,
            detected_at=detected_at,
        )

    def _miss(self, facts: Facts) -> None:
        self.record(
            PickupCodeMismatched,
            facts,
            project_no=self.project_no,
            wrong=self.wrong + 1,
            tried_at=facts.occurred_at,
        )
        if self.wrong >= TRIES:
            self.record(
                ResultLocked,
                facts,
                project_no=self.project_no,
                wrong=self.wrong,
                locked_at=facts.occurred_at,
            )

    def _in(self, state: ResultState) -> None:
        if self.state is not state:
            raise WrongResultStateError(f"that cannot be done while it is {self.state.value}")

    def _unlocked_only(self) -> None:
        if self.locked:
            raise ResultLockedError(f"{TRIES} wrong codes were named; a supervisor unlocks it")

    @applies(ResultShelved)
    def _shelved(self, event: ResultShelved) -> None:
        self.state, self.project_no = _S.SHELVED, event.project_no
        self.department, self.granted = event.department, event.granted
        self.item_code, self.shelf = event.item_code or "", event.shelf or ""
        self.shelved_at, self.collect_by = event.shelved_at, event.collect_by
        self.code_digest, self.wrong, self.locked, self.overdue = "", 0, False, False
        self.returned_at, self.reason = None, None

    @applies(PickupCodeIssued)
    def _code_issued(self, event: PickupCodeIssued) -> None:
        self.code_digest, self.turn, self.wrong = event.code_digest, event.turn, 0

    @applies(PickupCodeMismatched)
    def _mismatched(self, event: PickupCodeMismatched) -> None:
        self.wrong, self.tried_by = event.wrong, event.facts.actor.id

    @applies(ResultLocked)
    def _was_locked(self, event: ResultLocked) -> None:
        self.locked = True

    @applies(ResultUnlocked)
    def _was_unlocked(self, event: ResultUnlocked) -> None:
        self.locked, self.wrong = False, 0

    @applies(ResultHandedOver)
    def _handed_over(self, event: ResultHandedOver) -> None:
        self.state, self.identity = _S.HANDED_OVER, event.identity
        self.handed_over_at, self.handed_over_by = event.handed_over_at, event.facts.actor.id

    @applies(ResultCollectionOverdue)
    def _is_overdue(self, event: ResultCollectionOverdue) -> None:
        self.overdue = True

    @applies(ResultReturned)
    def _returned(self, event: ResultReturned) -> None:
        self.state, self.returned_at, self.reason = _S.RETURNED, event.returned_at, event.reason


def result_stream(project_no: str) -> UUID:
    """Give the stream of a case's result."""
    return stream_id("result", project_no)
