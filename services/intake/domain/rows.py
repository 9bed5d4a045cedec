"""The rows of outside systems one case is made of, each in the last state that took effect."""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.checklists import material_code
from services.intake.domain.events import (
    CaseAccepted,
    ExternalRecordCorrected,
    ExternalRecordRetracted,
    ResultReported,
    StepReported,
)
from services.intake.domain.record_events import (
    MaterialReported,
    MaterialReportRetracted,
    SpecialProcedureReported,
    SpecialProcedureRetracted,
)
from services.intake.domain.records import (
    AcceptSaid,
    Known,
    MaterialSaid,
    RecordKind,
    ResultSaid,
    Row,
    Said,
    SpecialSaid,
    StepSaid,
    Verdict,
    changed,
    judge,
)
from services.intake.domain.rules import (
    NotBegunError,
    ProjectNoTakenError,
    RowGuidReusedError,
)

Reported = StepReported | ResultReported | SpecialProcedureReported | MaterialReported
Retracted = ExternalRecordRetracted | SpecialProcedureRetracted | MaterialReportRetracted


class Rows(dict[str, Known]):
    """By `Row.key`. Judges what comes, and follows the events of the case."""

    owner = ""
    """The source that reported the acceptance; others write nothing into its case (I09)."""

    def check_owner(self, row: Row) -> None:
        """Let one system alone report a case; two of them under one number are two cases.

        Raises:
            ProjectNoTakenError: the case is another source's.
        """
        if self.owner and row.data_source != self.owner:
            raise ProjectNoTakenError("another case has this project_no", "project_no")

    def judge(self, row: Row, said: Said | None) -> Verdict:
        """Say what a row means for this case.

        Raises:
            RowGuidReusedError: a known row came as an insert with other content.
            NotBegunError: a delete of a row that is not here, or not here yet.
        """
        verdict = judge(self.get(row.key), row, said)
        if verdict is Verdict.REUSED:
            raise RowGuidReusedError("this row_guid was used for other content", "row_guid")
        if verdict is Verdict.UNKNOWN:
            raise NotBegunError("there is no such row to delete")
        return verdict

    def result(self, row_guid: str | None) -> Known | None:
        """Give the result a decision names, None when there is none of this guid."""
        for key, known in self.items():
            if known.kind is RecordKind.RESULT and key.endswith(f"/{row_guid}"):
                return known
        return None

    def accepted(self, event: CaseAccepted, submitted_at: datetime | None) -> None:
        """Follow an acceptance, if an outside system reported it."""
        if event.row_guid and event.source_time:
            said = AcceptSaid(
                item_code=event.item_code,
                item_version=event.item_version,
                accepted_at=event.accepted_at,
                submitted_at=submitted_at,
                promised_due_at=event.promised_due_at,
                channel=event.channel,
                department=event.department,
                department_name=event.department_name or "",
                window=event.window or "",
                accept_doc_no=event.accept_doc_no or "",
            )
            key = f"{event.data_source}/{event.row_guid}"
            self[key] = Known(RecordKind.ACCEPT, said, event.source_time)
            self.owner = event.data_source or ""

    def reported(self, event: Reported) -> None:
        """Follow a row that is not the acceptance; a procedure or material also when changed."""
        if isinstance(event, StepReported):
            known = Known(RecordKind.PROCESS, _step(event), event.source_time)
        elif isinstance(event, ResultReported):
            known = Known(RecordKind.RESULT, _result(event), event.source_time)
        elif isinstance(event, SpecialProcedureReported):
            known = Known(RecordKind.SPECIAL, _special(event), event.source_time)
        else:
            known = Known(RecordKind.MATERIAL, _material(event), event.source_time)
        self[_key(event)] = known

    def procedures(self) -> list[SpecialSaid]:
        """Give the special procedures that stand, in the order they began."""
        said = [one.said for one in self.values() if not one.retracted]
        found = [one for one in said if isinstance(one, SpecialSaid)]
        return sorted(found, key=lambda one: (one.started_at, one.name))

    def materials(self, code: str) -> list[tuple[str, MaterialSaid]]:
        """Give the rows, by key, that say this material came."""
        return [
            (key, one.said)
            for key, one in self.items()
            if isinstance(one.said, MaterialSaid) and not one.retracted
            if material_code(one.said.name) == code
        ]

    def corrected(self, event: ExternalRecordCorrected) -> Said:
        """Follow a correction and give what the row says from here on."""
        known = self[_key(event)]
        said = changed(known.said, event.changed)
        self[_key(event)] = Known(known.kind, said, event.source_time)
        return said

    def retracted(self, event: Retracted) -> RecordKind:
        """Follow a retraction and give the kind of row that lost its effect."""
        known = self[_key(event)]
        self[_key(event)] = Known(known.kind, known.said, event.source_time, retracted=True)
        return known.kind


def _step(event: StepReported) -> StepSaid:
    return StepSaid(
        event.name,
        event.outcome,
        event.started_at,
        event.ended_at,
        event.handler or "",
        event.unit or "",
    )


def _result(event: ResultReported) -> ResultSaid:
    return ResultSaid(
        event.result,
        event.completion_kind,
        event.completed_at,
        event.satisfaction or 0,
        event.satisfaction_scale or "",
    )


def _special(event: SpecialProcedureReported) -> SpecialSaid:
    return SpecialSaid(
        event.procedure,
        event.procedure_name,
        event.started_at,
        event.ended_at,
        event.reason,
        event.outcome or "",
        event.days or 0,
    )


def _material(event: MaterialReported) -> MaterialSaid:
    return MaterialSaid(
        event.material_name,
        event.form,
        event.copies,
        event.received_at,
        event.content_hash or "",
        event.size_bytes or 0,
        event.media_type or "",
    )


def _key(event: Reported | Retracted | ExternalRecordCorrected) -> str:
    return f"{event.data_source}/{event.row_guid}"
