"""The part of a case that outside systems tell of: what they report, correct and delete."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.intake.domain.events import (
    CaseAccepted,
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
from services.intake.domain.rules import CaseRefusedError, NotBegunError, ProjectNoTakenError
from services.intake.domain.terms import CaseState
from services.intake.domain.timed import TimedCase
from services.kernel.aggregate import applies
from services.kernel.clock import Due, Kind
from services.kernel.facts import Facts


class ReportedCase(TimedCase):
    """What is known of a case, and how rows of outside systems change it."""

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
        self.completed_by: str | None = None
        self.rows = Rows()
        """The rows of outside systems this case is made of."""

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

    @applies(StepReported)
    def _step_reported(self, event: StepReported) -> None:
        self.rows.reported(event)

    @applies(ResultReported)
    def _result_reported(self, event: ResultReported) -> None:
        self.rows.reported(event)

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
