"""What can happen to a case in intake. Fields, units and sources: `contracts/intake/`."""

from __future__ import annotations

from datetime import date, datetime

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
    account: str | None = None
    declared_trust: bool | None = None
    legal_date: date | None = None
    """The day it counts for, by the cut-off of its channel (K22)."""
    notice_due_at: datetime | None = None
    """End of the five working days for the one-time notice (K24)."""
    drafted: bool | None = None
    """True when it began as a draft."""
    project_code: str | None = None
    """The project it belongs to (并联审批)."""


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
    received_on: date | None = None
    """The day the materials count as received."""
    deemed: bool | None = None
    """True when silence accepted it (行政许可法 art. 32); the mode is `auto` then."""
    rule: str | None = None
    rule_version: int | None = None
    attested: bool | None = None
    row_digest: str | None = None
    """SHA-256 of the message as it came."""
    project_code: str | None = None


class CaseRefused(Fact):
    """The centre did not take the case, says why, and what can be done about it (art. 32, 38)."""

    TOPIC = "intake.case-refused.v2"

    project_no: str
    item_code: str
    reason_code: str
    reason: str
    refused_at: datetime
    remedies: str
    channel: str | None = None
    subject_id: str | None = None
    other_authority: str | None = None
    automatic: bool | None = None
    """True when a rule refused it and no person looked."""


class CaseRefusedV1(Fact):
    """As earlier releases wrote it; never recorded any more."""

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
    row_digest: str | None = None
    """SHA-256 of the message as it came."""


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
    satisfaction: int | None = None
    """As the source numbers it."""
    satisfaction_scale: str | None = None
    row_digest: str | None = None
    """SHA-256 of the message as it came."""


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
    reopenings: int | None = None
    """How often it was reopened before; None: never."""


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
    row_digest: str | None = None
    """SHA-256 of the message as it came."""
    promised_limit: int | None = None
    """With its unit; set exactly when intake counts the promised limit from here on."""
    promised_unit: Unit | None = None
    statutory_limit: int | None = None
    """With its unit; set when the acceptance is of another item or version now."""
    statutory_unit: Unit | None = None


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
    started_at: datetime | None = None
    """From when it counts now; absent: the start did not move."""


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
