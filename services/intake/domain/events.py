"""What can happen to a case in intake. Fields, units and sources: `contracts/intake/`."""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.records import Scalar
from services.kernel.aggregate import Fact
from services.kernel.clock import Cause, Kind
from services.kernel.limits import Unit


class CaseSubmitted(Fact):
    """An application reached the centre."""

    TOPIC = "intake.case-submitted.v1"

    project_no: str
    item_code: str
    channel: str
    subject_id: str
    submitted_at: datetime
    item_version_seen: int | None = None
    handling_form: str | None = None
    window: str | None = None
    data_source: str | None = None
    row_guid: str | None = None


class CaseAccepted(Fact):
    """The centre took the case under one version of its item, which stays with it (V01)."""

    TOPIC = "intake.case-accepted.v1"

    project_no: str
    item_code: str
    item_version: int
    item_name: str
    case_type: str
    channel: str
    department: str
    accepted_at: datetime
    mode: str
    department_name: str | None = None
    window: str | None = None
    accept_doc_no: str | None = None
    promised_due_at: datetime | None = None
    calendar_version: str | None = None
    """Set exactly when intake counted the promised limit itself."""
    subject_id: str | None = None
    data_source: str | None = None
    row_guid: str | None = None
    source_time: datetime | None = None
    promised_limit: int | None = None
    """With its unit; set exactly when intake counted the promised limit itself."""
    promised_unit: Unit | None = None
    statutory_due_at: datetime | None = None
    statutory_calendar: str | None = None
    statutory_limit: int | None = None
    statutory_unit: Unit | None = None
    provisional: bool | None = None
    """True when a limit runs into a year whose calendar is not published."""


class CaseRefused(Fact):
    """The centre did not take the case, and says why."""

    TOPIC = "intake.case-refused.v1"

    project_no: str
    item_code: str
    reason_code: str
    reason: str
    refused_at: datetime
    channel: str | None = None
    subject_id: str | None = None


class StepReported(Fact):
    """An outside system reported one finished step."""

    TOPIC = "intake.step-reported.v1"

    project_no: str
    row_guid: str
    data_source: str
    name: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    source_time: datetime
    handler: str | None = None
    unit: str | None = None


class ResultReported(Fact):
    """An outside system reported how the case ended."""

    TOPIC = "intake.result-reported.v1"

    project_no: str
    row_guid: str
    data_source: str
    result: str
    completion_kind: int
    completed_at: datetime
    source_time: datetime


class CaseCompleted(Fact):
    """The case is done."""

    TOPIC = "intake.case-completed.v1"

    project_no: str
    completion_kind: int
    granted: bool
    completed_at: datetime
    on_time: bool | None = None
    subject_id: str | None = None
    row_guid: str | None = None
    """The reported result it stands on, if any."""


class ExternalRecordCorrected(Fact):
    """An outside system changed a row (I02)."""

    TOPIC = "intake.external-record-corrected.v1"

    project_no: str
    record: str
    data_source: str
    row_guid: str
    changed: dict[str, Scalar]
    vault_changed: bool
    source_time: datetime
    calendar_version: str | None = None
    """Set exactly when intake counted the promised limit in `changed`."""


class ExternalRecordRetracted(Fact):
    """An outside system deleted a row; its effect ends, its history stays (I03)."""

    TOPIC = "intake.external-record-retracted.v1"

    project_no: str
    record: str
    data_source: str
    row_guid: str
    reason: str
    source_time: datetime


class ClockRecalculated(Fact):
    """A limit of an open case was counted again; what it was before is kept (K06, K07)."""

    TOPIC = "intake.clock-recalculated.v1"

    project_no: str
    clock: Kind
    old_due_at: datetime
    new_due_at: datetime
    """The same moment when only the calendar is provisional no more."""
    calendar_version: str
    cause: Cause
    provisional: bool | None = None


class DeadlineApproaching(Fact):
    """The promised limit of an open case is about to end (amber)."""

    TOPIC = "intake.deadline-approaching.v1"

    project_no: str
    clock: Kind
    due_at: datetime


class ClockBreached(Fact):
    """A limit passed while the case was open (red). That stays so, whatever comes later."""

    TOPIC = "intake.clock-breached.v1"

    project_no: str
    clock: Kind
    due_at: datetime
    detected_at: datetime
    """When we noticed, by the database's clock; later than the event after a downtime."""


class RecordRefused(Fact):
    """The reply to a row that could not be taken."""

    TOPIC = "intake.record-refused.v1"

    data_source: str
    record: str
    reason_code: str
    reason: str
    row_guid: str | None = None
    project_no: str | None = None
    field: str | None = None
