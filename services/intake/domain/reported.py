"""The part of a case that outside systems tell of: what they report, correct and delete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.intake.domain.events import (
    CaseAccepted,
    ExternalRecordCorrected,
    ExternalRecordRetracted,
    ResultReported,
    StepReported,
)
from services.intake.domain.filed import FiledCase
from services.intake.domain.items import ItemVersion
from services.intake.domain.record_events import (
    MaterialReported,
    MaterialReportRetracted,
    ProjectNoConflictDetected,
    SpecialProcedureReported,
    SpecialProcedureRetracted,
)
from services.intake.domain.records import (
    AcceptSaid,
    MaterialSaid,
    RecordKind,
    ResultSaid,
    Row,
    Said,
    Scalar,
    SpecialSaid,
    StepSaid,
    differences,
)
from services.intake.domain.rules import (
    CaseEndedError,
    CaseRefusedError,
    NotBegunError,
    ProjectNoTakenError,
)
from services.intake.domain.terms import ENDED, TURNED_AWAY, CaseState
from services.kernel.aggregate import Fact
from services.kernel.clock import Due, Kind
from services.kernel.facts import Facts


class ReportedCase(FiledCase):
    """How rows of outside systems change a case."""

    def __init__(self) -> None:
        super().__init__()

    def report_acceptance(
        self, facts: Facts, row: Row, said: AcceptSaid, item: ItemVersion, limits: dict[str, Any]
    ) -> None:
        """Take the acceptance an outside system reports, with its times as stated.

        `said` is completed by `clocks.filled`, `limits` come from `clocks.limits_of`.

        Raises:
            ProjectNoTakenError: the case belongs to another row, or ended here before (I09).
            CaseEndedError: it was deleted here as entered in error.
        """
        if self.state is CaseState.DELETED_IN_ERROR:
            raise CaseEndedError("the case was deleted here as entered in error")
        begun = self.accepted_at is not None or self.state in TURNED_AWAY | ENDED
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
            row_digest=row.digest or None,
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

    def report(
        self, facts: Facts, row: Row, said: StepSaid | ResultSaid | SpecialSaid | MaterialSaid
    ) -> None:
        """Take what an outside system reports beside the acceptance, also after the completion.

        What happened before a case was withdrawn, forwarded or voided here goes on file; a result
        of it does not: it has one end.

        Raises:
            CaseRefusedError: the centre had refused this case.
            CaseEndedError: it came to nothing here, or ended another way than by this result.
            NotBegunError: the case is not accepted yet; its acceptance may still be on its way.
        """
        if self.state is CaseState.REFUSED:
            raise CaseRefusedError("the case was refused, nothing is recorded for it")
        nothing = self.accepted_at is None and self.state in TURNED_AWAY | ENDED
        if nothing or self.state is CaseState.DELETED_IN_ERROR:
            raise CaseEndedError(f"the case is {self.state.value}, nothing is recorded for it")
        self._check_end(row.kind)
        if self.accepted_at is None:
            raise NotBegunError("the case is not accepted yet")
        self._tell(facts, row, said)

    def _check_end(self, kind: RecordKind) -> None:
        """Let a result neither give nor change nor undo the end a case had another way."""
        if kind is RecordKind.RESULT and self.state in ENDED:
            raise CaseEndedError(f"the case is {self.state.value}; a result has no effect")

    def _tell(
        self,
        facts: Facts,
        row: Row,
        said: StepSaid | ResultSaid | SpecialSaid | MaterialSaid,
        vault_changed: bool | None = None,
    ) -> None:
        names = _NAMES.get(type(said), {})
        told = {names.get(name, name): value for name, value in vars(said).items()}
        empty = {name for name, value in told.items() if value in ("", None)}
        empty |= {name for name in _NONE_IS_ZERO if told.get(name) == 0}
        if vault_changed is not None:
            told["vault_changed"] = vault_changed
        self.record(
            _FACTS[type(said)],
            facts,
            project_no=self.project_no,
            row_guid=row.row_guid,
            data_source=row.data_source,
            source_time=row.source_time,
            row_digest=row.digest or None,
            **{name: value for name, value in told.items() if name not in empty},
        )

    def conflict(self, facts: Facts, row: Row) -> bool:
        """Say once a row that another system reports under this number; nothing is merged (I09)."""
        if row.key in self.conflicts:
            return False
        self.record(
            ProjectNoConflictDetected,
            facts,
            project_no=self.project_no,
            record=row.kind.value,
            data_source=row.data_source,
            row_guid=row.row_guid,
            source_time=row.source_time,
            held_by=self.rows.owner or None,
        )
        return True

    def correct(
        self,
        facts: Facts,
        row: Row,
        said: Said,
        vault_changed: bool = False,
        counted: Due | None = None,
        item: ItemVersion | None = None,
    ) -> None:
        """Let the row's new content hold from here on; it names what changed (I02).

        `counted` is the promised limit if intake counted it (`clocks.filled`), `item` the one an
        acceptance is of now.

        Raises:
            CaseEndedError: a result of a case that ended another way.
        """
        self._check_end(row.kind)
        if isinstance(said, (SpecialSaid, MaterialSaid)):
            self._tell(facts, row, said, vault_changed)
            return
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
            row_digest=row.digest or None,
            **_relimited(changed, item, counted),
        )

    def retract(self, facts: Facts, row: Row, reason: str) -> None:
        """End the effect of a deleted row: no acceptance, no case; no result, open again (I03).

        Raises:
            CaseEndedError: a result of a case that ended another way.
        """
        self._check_end(self.rows[row.key].kind)
        told = {
            "project_no": self.project_no,
            "data_source": row.data_source,
            "row_guid": row.row_guid,
            "reason": reason,
            "source_time": row.source_time,
        }
        fact = _RETRACTS.get(self.rows[row.key].kind)
        if fact is not None:
            self.record(fact, facts, **told)
            return
        kind = self.rows[row.key].kind.value
        self.record(ExternalRecordRetracted, facts, record=kind, **told)


def _relimited(
    changed: Mapping[str, Scalar], item: ItemVersion | None, counted: Due | None
) -> dict[str, Any]:
    """Give the limits that are counted from here on, as far as a correction sets others."""
    fields: dict[str, Any] = {}
    if item is not None and counted is not None:
        fields |= {"promised_limit": item.promised.value, "promised_unit": item.promised.unit}
    other = changed.keys() & {"item_code", "item_version"}
    if item is not None and item.statutory is not None and other:
        fields |= {"statutory_limit": item.statutory.value, "statutory_unit": item.statutory.unit}
    return fields


_FACTS: Mapping[type, type[Fact]] = {
    StepSaid: StepReported,
    ResultSaid: ResultReported,
    SpecialSaid: SpecialProcedureReported,
    MaterialSaid: MaterialReported,
}
_NAMES: Mapping[type, Mapping[str, str]] = {
    SpecialSaid: {"name": "procedure_name"},
    MaterialSaid: {"name": "material_name"},
}
"""How a field is called in the event where it is not called the same."""
_NONE_IS_ZERO = ("satisfaction", "days", "size_bytes")
_RETRACTS: Mapping[RecordKind, type[Fact]] = {
    RecordKind.SPECIAL: SpecialProcedureRetracted,
    RecordKind.MATERIAL: MaterialReportRetracted,
}
