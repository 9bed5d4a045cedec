"""The rows of outside systems one case is made of, each in the last state that took effect."""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.events import (
    CaseAccepted,
    ExternalRecordCorrected,
    ExternalRecordRetracted,
    ResultReported,
    StepReported,
)
from services.intake.domain.records import (
    AcceptSaid,
    Known,
    RecordKind,
    ResultSaid,
    Row,
    Said,
    StepSaid,
    Verdict,
    changed,
    judge,
)
from services.intake.domain.rules import NotBegunError, RowGuidReusedError


class Rows(dict[str, Known]):
    """By `Row.key`. Judges what comes, and follows the events of the case."""

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

    def reported(self, event: StepReported | ResultReported) -> None:
        """Follow a step or a result."""
        if isinstance(event, StepReported):
            known = Known(RecordKind.PROCESS, _step(event), event.source_time)
        else:
            result = ResultSaid(event.result, event.completion_kind, event.completed_at)
            known = Known(RecordKind.RESULT, result, event.source_time)
        self[_key(event)] = known

    def corrected(self, event: ExternalRecordCorrected) -> Said:
        """Follow a correction and give what the row says from here on."""
        known = self[_key(event)]
        said = changed(known.said, event.changed)
        self[_key(event)] = Known(known.kind, said, event.source_time)
        return said

    def retracted(self, event: ExternalRecordRetracted) -> RecordKind:
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


def _key(
    event: StepReported | ResultReported | ExternalRecordCorrected | ExternalRecordRetracted,
) -> str:
    return f"{event.data_source}/{event.row_guid}"
