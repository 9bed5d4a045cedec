"""Shows what approval did: rows from events, and the only SQL of this service."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from services.approval.projections import tasks
from services.approval.projections.tasks import TaskRow, list_tasks
from services.chassis import reference
from services.chassis.events import Event
from services.chassis.projection import Change, ReadModel


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes: of approval in its rows, of catalog in the copy."""
    if event.type in reference.READS:
        yield from reference.project(event)
    else:
        yield from tasks.project(event)


READ_MODEL = ReadModel(
    service="approval",
    ddl=(Path(__file__).parents[1] / "read_model.sql", reference.DDL),
    tables={"task": tasks.COLUMNS, **reference.TABLES},
    sources=("catalog", "approval"),
    project=project,
)

__all__ = ["READ_MODEL", "TaskRow", "list_tasks"]
