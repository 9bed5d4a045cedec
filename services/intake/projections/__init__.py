"""Shows cases and items: rows from events, and the only SQL of this service."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from services.chassis import reference
from services.chassis.events import Event
from services.chassis.projection import Change, ReadModel
from services.intake.projections import cases, fees, ratings, tickets
from services.intake.projections.cases import CaseRow, cases_of_rows, list_cases
from services.intake.projections.items import catalog_of


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    yield from cases.project(event)
    yield from fees.project(event)
    yield from ratings.project(event)
    yield from tickets.project(event)
    yield from reference.project(event)


READ_MODEL = ReadModel(
    service="intake",
    ddl=(Path(__file__).parents[1] / "read_model.sql", reference.DDL),
    tables={
        "case_row": cases.CASE,
        "record_row": cases.RECORD,
        **fees.TABLES,
        "rating_row": ratings.RATING,
        "ticket_row": tickets.TICKET,
        **reference.TABLES,
    },
    sources=("catalog", "intake"),
    project=project,
)

__all__ = ["READ_MODEL", "CaseRow", "cases_of_rows", "catalog_of", "list_cases", "project"]
