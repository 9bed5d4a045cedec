"""Shows what approval did: rows from events, and the only SQL of this service."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from services.approval.projections import (
    applicants,
    catalog,
    certificates,
    commitments,
    desk,
    processes,
    sources,
    surveys,
    tasks,
)
from services.approval.projections.applicants import is_awaited
from services.approval.projections.catalog import delegation_for, scheme_of
from services.approval.projections.processes import (
    LiabilityRow,
    MeetingRow,
    ProcessRow,
    list_liabilities,
    list_meetings,
    list_processes,
)
from services.approval.projections.tasks import TaskRow, count_tasks, homes_of, list_tasks
from services.chassis import reference
from services.chassis.events import Event
from services.chassis.projection import Change, ReadModel


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes: of approval in its rows, of catalog in the copy."""
    if event.type in reference.READS:
        yield from reference.project(event)
    elif event.type in catalog.READS:
        yield from catalog.project(event)
    elif event.type in sources.READS:
        yield from sources.project(event)
    elif event.type in certificates.READS:
        yield from certificates.project_seals(event)
    else:
        yield from tasks.project(event)
        yield from desk.project(event)
        yield from processes.project(event)
        yield from surveys.project(event)
        yield from commitments.project(event)
        yield from applicants.project(event)
        yield from certificates.project(event)


READ_MODEL = ReadModel(
    service="approval",
    ddl=(Path(__file__).parents[1] / "read_model.sql", reference.DDL),
    tables={
        "task": tasks.COLUMNS,
        "process": processes.PROCESS,
        "liability": processes.LIABILITY,
        "meeting": processes.MEETING,
        "survey_row": surveys.SURVEY,
        "commitment_row": commitments.COMMITMENT,
        "case_applicant": applicants.APPLICANT,
        "member_case": applicants.MEMBER,
        "decision_row": certificates.DECISION,
        "certificate_row": certificates.CERTIFICATE,
        **reference.TABLES,
    },
    sources=("catalog", "intake", "approval"),
    project=project,
)

__all__ = [
    "READ_MODEL",
    "LiabilityRow",
    "MeetingRow",
    "ProcessRow",
    "TaskRow",
    "count_tasks",
    "delegation_for",
    "homes_of",
    "is_awaited",
    "list_liabilities",
    "list_meetings",
    "list_processes",
    "list_tasks",
    "scheme_of",
]
