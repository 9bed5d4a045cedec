"""A case from its application to its completion."""

from __future__ import annotations

from datetime import datetime
from typing import Self, cast

from services.intake.domain.clocks import count, in_time, limits_of
from services.intake.domain.events import (
    CaseAccepted,
    CaseCompleted,
    CaseRefused,
    CaseSubmitted,
    ClockRecalculated,
    ExternalRecordCorrected,
    ExternalRecordRetracted,
)
from services.intake.domain.items import ItemVersion
from services.intake.domain.records import (
    ResultSaid,
    Row,
)
from services.intake.domain.reported import ReportedCase
from services.intake.domain.rules import (
    InFutureError,
)
from services.intake.domain.terms import Application, CaseState, Decision
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Kind
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Case(ReportedCase):
    """One case. Stream: `stream_id("case", project_no)`."""

    def __init__(self) -> None:
        super().__init__()
        self.refusal: str | None = None

    @classmethod
    def submit(cls, facts: Facts, said: Application, row: Row | None = None) -> Self:
        """Take in an application.

        Raises:
            InFutureError: it claims to be handed in later than now (A02).
        """
        submitted_at = said.submitted_at or facts.occurred_at
        if submitted_at > facts.occurred_at:
            raise InFutureError("an application cannot be handed in later than now", "submitted_at")
        case = cls.begin(stream_id("case", said.project_no))
        case.record(
            CaseSubmitted,
            facts,
            **vars(said) | {"submitted_at": submitted_at},
            data_source=row.data_source if row else None,
            row_guid=row.row_guid if row else None,
        )
        return case

    @property
    def on_time(self) -> bool | None:
        """Whether it ended within the promised limit; None while open or when none was promised."""
        if self.completed_at is None or self.promised_due_at is None:
            return None
        return in_time(self.completed_at, self.promised_due_at)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be decided; as long, its applicant is not erased."""
        return self.state in (CaseState.SUBMITTED, CaseState.ACCEPTED)

    @property
    def turned(self) -> bool:
        """Whether what is pending may have opened or closed it."""
        return any(isinstance(fact, _TURNS) for fact in self.pending)

    @property
    def retimed(self) -> bool:
        """Whether what is pending may have given or taken an end, or moved one."""
        return any(isinstance(fact, _RETIMES) for fact in self.pending)

    def accept(
        self, facts: Facts, item: ItemVersion, accepted_at: datetime, calendar: WorkCalendar
    ) -> None:
        """Accept at the window, under the version in force; both limits are counted here."""
        limit = count(Kind.PROMISED, item.promised, accepted_at, calendar)
        self.record(
            CaseAccepted,
            facts,
            project_no=self.project_no,
            item_code=item.item_code,
            item_version=item.item_version,
            item_name=item.name,
            case_type=item.case_type,
            channel=self.channel,
            department=item.department,
            department_name=item.department_name,
            window=self.window,
            accepted_at=accepted_at,
            promised_due_at=limit.at,
            mode="manual",
            subject_id=self.subject_id,
            **limits_of(item, accepted_at, calendar, limit),
        )

    def refuse(self, facts: Facts, reason_code: str, reason: str) -> None:
        """Refuse the application with a reason for the applicant."""
        self.record(
            CaseRefused,
            facts,
            project_no=self.project_no,
            item_code=self.item_code,
            reason_code=reason_code,
            reason=reason,
            refused_at=facts.occurred_at,
            channel=self.channel,
            subject_id=self.subject_id,
        )

    def complete(self, facts: Facts, decision: Decision) -> bool:
        """Complete the case as approval decided; a decision that has lost its ground has no effect.

        A reported result that was corrected meanwhile counts as corrected.
        """
        if self.state is not CaseState.ACCEPTED:
            return False
        ground = self.rows.result(decision.row_guid)
        if ground is not None and ground.retracted:
            return False
        said = cast(ResultSaid, ground.said) if ground else None
        completed_at = said.completed_at if said else decision.decided_at
        due_at = self.promised_due_at
        self.record(
            CaseCompleted,
            facts,
            project_no=self.project_no,
            completion_kind=said.completion_kind if said else decision.completion_kind,
            granted=said.result == "granted" if said else decision.granted,
            completed_at=completed_at,
            on_time=None if due_at is None else in_time(completed_at, due_at),
            subject_id=self.subject_id or None,
            row_guid=decision.row_guid,
        )
        return True

    @applies(CaseSubmitted)
    def _submitted(self, event: CaseSubmitted) -> None:
        self.project_no = event.project_no
        self.item_code = event.item_code
        self.channel = event.channel
        self.window = event.window
        self.subject_id = event.subject_id
        self.submitted_at = event.submitted_at

    @applies(CaseAccepted)
    def _accepted(self, event: CaseAccepted) -> None:
        self.state = CaseState.ACCEPTED
        self.item_version = event.item_version
        self.item_name = event.item_name
        self.case_type = event.case_type
        self.channel = event.channel
        self.department = event.department
        self.window = event.window
        self.accepted_at = event.accepted_at
        self.promised_due_at = event.promised_due_at
        self.counts.accepted(event)
        self._open()
        self.rows.accepted(event, self.submitted_at)

    @applies(CaseRefused)
    def _refused(self, event: CaseRefused) -> None:
        self.state = CaseState.REFUSED
        self.refusal = event.reason_code

    @applies(CaseCompleted)
    def _completed(self, event: CaseCompleted) -> None:
        self.state = CaseState.COMPLETED
        self.completed_at = event.completed_at
        self.completion_kind = event.completion_kind
        self.granted = event.granted
        self.completed_by = event.row_guid


_TURNS = (CaseSubmitted, CaseAccepted, CaseRefused, CaseCompleted, ExternalRecordRetracted)
_RETIMES = (*_TURNS[1:], ExternalRecordCorrected, ClockRecalculated)
