"""What outside systems tell of special procedures and materials, and what intake answers them."""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.records import Procedure
from services.kernel.aggregate import Fact
from services.kernel.clock import Reason


class SpecialProcedureReported(Fact):
    """An outside system reported a special procedure; told again, the row says this from now on."""

    TOPIC = "intake.special-procedure-reported.v1"

    project_no: str
    row_guid: str
    data_source: str
    procedure: Procedure
    procedure_name: str
    started_at: datetime
    source_time: datetime
    ended_at: datetime | None = None
    """None while it runs."""
    reason: Reason | None = None
    """None when its name is none that stops a clock."""
    outcome: str | None = None
    days: int | None = None
    vault_changed: bool | None = None
    """Set exactly when the row was known and changed."""
    row_digest: str | None = None


class SpecialProcedureRetracted(Fact):
    """The outside system deleted the row of a special procedure: it never was."""

    TOPIC = "intake.special-procedure-retracted.v1"

    project_no: str
    row_guid: str
    data_source: str
    reason: str
    source_time: datetime


class MaterialReported(Fact):
    """An outside system holds a material; told again, the row says this from now on."""

    TOPIC = "intake.material-reported.v1"

    project_no: str
    row_guid: str
    data_source: str
    material_name: str
    form: str
    copies: int
    source_time: datetime
    received_at: datetime | None = None
    content_hash: str | None = None
    size_bytes: int | None = None
    media_type: str | None = None
    vault_changed: bool | None = None
    """Set exactly when the row was known and changed."""
    row_digest: str | None = None


class MaterialReportRetracted(Fact):
    """The outside system deleted the row of a material."""

    TOPIC = "intake.material-report-retracted.v1"

    project_no: str
    row_guid: str
    data_source: str
    reason: str
    source_time: datetime


class ProjectNoConflictDetected(Fact):
    """Another system reports a case under this number; nothing of it is taken (I09)."""

    TOPIC = "intake.project-no-conflict-detected.v1"

    project_no: str
    record: str
    data_source: str
    row_guid: str
    source_time: datetime
    held_by: str | None = None
    """The source whose case it is; None: it was begun here."""


class RecordTurnedDown(Fact):
    """The reply to a row that could not be taken; before, version 1 (`events.RecordRefused`)."""

    TOPIC = "intake.record-refused.v2"

    data_source: str
    record: str
    reason_code: str
    reason: str
    row_guid: str | None = None
    project_no: str | None = None
    field: str | None = None
    row_digest: str | None = None


class RecordQuarantined(Fact):
    """The reply to a row that waits until the catalog knows what it names (I05)."""

    TOPIC = "intake.record-quarantined.v1"

    data_source: str
    record: str
    reason_code: str
    reason: str
    row_guid: str | None = None
    project_no: str | None = None
    field: str | None = None
    row_digest: str | None = None


FACTS: tuple[type[Fact], ...] = (
    SpecialProcedureReported,
    SpecialProcedureRetracted,
    MaterialReported,
    MaterialReportRetracted,
    ProjectNoConflictDetected,
)
REPLIES: tuple[type[Fact], ...] = (RecordTurnedDown, RecordQuarantined)
"""Told to one source: it stands in their routing key."""
