"""A case from its application to its completion."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Self, cast

from services.intake.domain.clocks import count, in_time, limits_of
from services.intake.domain.events import (
    CaseAccepted,
    CaseCompleted,
    CaseRefused,
    CaseSubmitted,
    ClockRecalculated,
    ExternalRecordCorrected,
    ExternalRecordRetracted,
    ResultReported,
    StepReported,
)
from services.intake.domain.items import ItemVersion
from services.intake.domain.records import (
    AcceptSaid,
    RecordKind,
    ResultSaid,
    Row,
    Said,
    StepSaid,
    differences,
)
from services.intake.domain.rows import Rows
from services.intake.domain.rules import (
    CaseRefusedError,
    InFutureError,
    NotBegunError,
    ProjectNoTakenError,
)
from services.intake.domain.terms import Application, CaseState, Decision
from services.intake.domain.timed import TimedCase
from services.kernel.aggregate import applies
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import Due, Kind
from services.kernel.facts import Facts
from services.kernel.identifiers import stream_id


class Case(TimedCase):
    """One case. Stream: `stream_id("case", project_no)`."""

    def __init__(self) -> None:
        super().__init__()
        self.item_code = ""
        self.item_version = 0
        self.item_name = ""
        self.case_type = ""
        self.channel = ""
        self.department = ""
        self.window: str | None = None
        self.subject_id = ""
        self.submitted_at: datetime | None = None
        self.completed_at: datetime | None = None
        self.completion_kind: int | None = None
        self.granted: bool | None = None
        self.refusal: str | None = None
        self.completed_by: str | None = None
        self.rows = Rows()
        """The rows of outside systems this case is made of."""

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

    def report_acceptance(
        self, facts: Facts, row: Row, said: AcceptSaid, item: ItemVersion, limits: dict[str, Any]
    ) -> None:
        """Take the acceptance an outside system reports, with its times as stated.

        `said` is completed by `clocks.filled`, `limits` come from `clocks.limits_of`.

        Raises:
            ProjectNoTakenError: the case belongs to another row, or was refused here (I09).
        """
        begun = self.accepted_at is not None or self.state is CaseState.REFUSED
        if begun and row.key not in self.rows:
            raise ProjectNoTakenError("another case has this project_no", "project_no")
        self.record(
            CaseAccepted,
            facts,
            project_no=self.project_no,
            item_code=item.item_code,
            item_version=item.item_version,
            item_name=item.name,
            case_type=item.case_type,
            channel=said.channel,
            department=said.department,
            department_name=said.department_name,
            window=said.window or None,
            accept_doc_no=said.accept_doc_no or None,
            accepted_at=said.accepted_at,
            promised_due_at=said.promised_due_at,
            mode="external",
            subject_id=self.subject_id,
            data_source=row.data_source,
            row_guid=row.row_guid,
            source_time=row.source_time,
            **limits,
        )

    def as_counted(self, row: Row, said: AcceptSaid) -> AcceptSaid:
        """Give a repeated acceptance the end that was counted for it: a calendar is no correction.

        One that starts otherwise, or is of another version, is counted again.
        """
        known = self.rows[row.key].said
        counted = Kind.PROMISED.value in self.counts and said.promised_due_at is None
        if counted and isinstance(known, AcceptSaid) and known.starts_as(said):
            return replace(said, promised_due_at=known.promised_due_at)
        return said

    def report(self, facts: Facts, row: Row, said: StepSaid | ResultSaid) -> None:
        """Take a step or a result an outside system reports, also after the completion.

        Raises:
            CaseRefusedError: the centre had refused this case.
            NotBegunError: the case is not accepted yet; its acceptance may still be on its way.
        """
        if self.state is CaseState.REFUSED:
            raise CaseRefusedError("the case was refused, nothing is recorded for it")
        if self.accepted_at is None:
            raise NotBegunError("the case is not accepted yet")
        self.record(
            StepReported if isinstance(said, StepSaid) else ResultReported,
            facts,
            project_no=self.project_no,
            row_guid=row.row_guid,
            data_source=row.data_source,
            source_time=row.source_time,
            **{name: value for name, value in vars(said).items() if value != ""},
        )

    def correct(
        self,
        facts: Facts,
        row: Row,
        said: Said,
        vault_changed: bool = False,
        counted: Due | None = None,
    ) -> None:
        """Let the row's new content hold from here on; it names what changed (I02).

        `counted` is the promised limit if intake counted it (`clocks.filled`).
        """
        changed = differences(self.rows[row.key].said, said)
        self.record(
            ExternalRecordCorrected,
            facts,
            project_no=self.project_no,
            record=row.kind.value,
            data_source=row.data_source,
            row_guid=row.row_guid,
            changed=changed,
            vault_changed=vault_changed,
            source_time=row.source_time,
            calendar_version=counted.calendar if counted and "promised_due_at" in changed else None,
        )

    def retract(self, facts: Facts, row: Row, reason: str) -> None:
        """End the effect of a deleted row: no acceptance, no case; no result, open again (I03)."""
        self.record(
            ExternalRecordRetracted,
            facts,
            project_no=self.project_no,
            record=row.kind.value,
            data_source=row.data_source,
            row_guid=row.row_guid,
            reason=reason,
            source_time=row.source_time,
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

    @applies(StepReported)
    def _step_reported(self, event: StepReported) -> None:
        self.rows.reported(event)

    @applies(ResultReported)
    def _result_reported(self, event: ResultReported) -> None:
        self.rows.reported(event)

    @applies(CaseCompleted)
    def _completed(self, event: CaseCompleted) -> None:
        self.state = CaseState.COMPLETED
        self.completed_at = event.completed_at
        self.completion_kind = event.completion_kind
        self.granted = event.granted
        self.completed_by = event.row_guid

    @applies(ExternalRecordCorrected)
    def _corrected(self, event: ExternalRecordCorrected) -> None:
        said = self.rows.corrected(event)
        if isinstance(said, AcceptSaid):
            for name in event.changed.keys() & _OF_ACCEPTANCE:
                setattr(self, name, getattr(said, name))
            self.counts.corrected(event, said)
        elif isinstance(said, ResultSaid) and self._stands_on(event.row_guid):
            self.completed_at = said.completed_at
            self.completion_kind = said.completion_kind
            self.granted = said.result == "granted"

    @applies(ExternalRecordRetracted)
    def _retracted(self, event: ExternalRecordRetracted) -> None:
        kind = self.rows.retracted(event)
        if kind is RecordKind.ACCEPT:
            self.state = CaseState.RETRACTED
        elif self._stands_on(event.row_guid):
            self.state = CaseState.ACCEPTED
            self._open()

    def _stands_on(self, row_guid: str) -> bool:
        return self.state is CaseState.COMPLETED and self.completed_by == row_guid

    def _open(self) -> None:
        self.completed_at = self.completion_kind = self.granted = self.completed_by = None


_TURNS = (CaseSubmitted, CaseAccepted, CaseRefused, CaseCompleted, ExternalRecordRetracted)
_RETIMES = (*_TURNS[1:], ExternalRecordCorrected, ClockRecalculated)
_OF_ACCEPTANCE = frozenset(
    {
        "item_code",
        "item_version",
        "accepted_at",
        "submitted_at",
        "promised_due_at",
        "channel",
        "department",
        "window",
    }
)
