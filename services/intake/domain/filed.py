"""What is known of a case, and how it follows rows of outside systems that are on file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.events import (
    ExternalRecordCorrected,
    ExternalRecordRetracted,
    ResultReported,
    StepReported,
)
from services.intake.domain.record_events import (
    MaterialReported,
    MaterialReportRetracted,
    ProjectNoConflictDetected,
    SpecialProcedureReported,
    SpecialProcedureRetracted,
)
from services.intake.domain.records import AcceptSaid, Procedure, RecordKind, ResultSaid
from services.intake.domain.rows import Rows
from services.intake.domain.terms import DONE, CaseState
from services.intake.domain.timed import TimedCase
from services.kernel.aggregate import applies
from services.kernel.clock import STOPPED_BY, TERMS, Kind, Suspension


@dataclass(frozen=True, slots=True)
class Standing(Suspension):
    """A time of standing still that an outside system reported."""


class FiledCase(TimedCase):
    """What is known of a case, and how it follows its rows."""

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
        self.conflicts: frozenset[str] = frozenset()
        """Keys of rows of other systems under the same number."""

    def _restate(self) -> None:
        """Let the limits stand still, and be longer, as the procedures say that stand now.

        It follows from the last state of each row alone, so their order does not matter. Approved
        extensions: the longest, within what the law allows (行政许可法 art. 42).
        """
        procedures = self.rows.procedures()
        for kind in (Kind.STATUTORY, Kind.PROMISED):
            own = [one for one in self.still.get(kind.value, ()) if not isinstance(one, Standing)]
            told = [
                Standing(one.started_at, one.ended_at, one.reason)
                for one in procedures
                if one.procedure is Procedure.OTHER and one.reason in STOPPED_BY[kind]
            ]
            if own or told or kind.value in self.still:
                self.still = {**self.still, kind.value: (*own, *told)}
        granted = [
            one.days
            for one in procedures
            if one.procedure is Procedure.EXTENSION and one.outcome == "approved"
        ]
        self.counts.extra = min(max(granted, default=0), TERMS[Kind.STATUTORY].most)

    @applies(StepReported)
    def _step_reported(self, event: StepReported) -> None:
        self.rows.reported(event)

    @applies(ResultReported)
    def _result_reported(self, event: ResultReported) -> None:
        self.rows.reported(event)

    @applies(SpecialProcedureReported)
    def _procedure_reported(self, event: SpecialProcedureReported) -> None:
        self.rows.reported(event)
        self._restate()

    @applies(MaterialReported)
    def _material_reported(self, event: MaterialReported) -> None:
        self.rows.reported(event)

    @applies(SpecialProcedureRetracted)
    def _procedure_retracted(self, event: SpecialProcedureRetracted) -> None:
        self.rows.retracted(event)
        self._restate()

    @applies(MaterialReportRetracted)
    def _material_retracted(self, event: MaterialReportRetracted) -> None:
        self.rows.retracted(event)

    @applies(ProjectNoConflictDetected)
    def _conflict_detected(self, event: ProjectNoConflictDetected) -> None:
        self.conflicts |= {f"{event.data_source}/{event.row_guid}"}

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
            if self.state is not CaseState.DELETED_IN_ERROR:
                self.state = CaseState.RETRACTED
        elif self._stands_on(event.row_guid):
            self.state = CaseState.ACCEPTED
            self._open()

    def _stands_on(self, row_guid: str) -> bool:
        return self.state in DONE and self.completed_by == row_guid

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
