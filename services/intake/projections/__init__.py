"""Shows cases and items: rows from events, and the only SQL of this service."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from services.chassis import reference
from services.chassis.events import Event
from services.chassis.projection import Change, ReadModel
from services.intake.projections import (
    agency,
    appointments,
    cases,
    desk,
    fees,
    issuing,
    limits,
    materials,
    places,
    ratings,
    sources,
    tickets,
    undoings,
    villages,
    visits,
)
from services.intake.projections.cases import CaseRow, cases_of_rows, list_cases
from services.intake.projections.items import catalog_of


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    yield from cases.project(event)
    yield from desk.project(event)
    yield from undoings.project(event)
    yield from fees.project(event)
    yield from ratings.project(event)
    yield from tickets.project(event)
    yield from appointments.project(event)
    yield from visits.project(event)
    yield from villages.project(event)
    yield from agency.project(event)
    yield from issuing.project(event)
    yield from limits.project(event)
    yield from sources.project(event)
    yield from materials.project(event)
    yield from places.project(event)
    yield from reference.project(event)


READ_MODEL = ReadModel(
    service="intake",
    ddl=(Path(__file__).parents[1] / "read_model.sql", reference.DDL),
    tables={
        "case_row": cases.CASE,
        "record_row": cases.RECORD,
        **desk.TABLES,
        "undoing_row": undoings.UNDOING,
        **fees.TABLES,
        "rating_row": ratings.RATING,
        "ticket_row": tickets.TICKET,
        **appointments.TABLES,
        **visits.TABLES,
        "village_row": villages.VILLAGE,
        "agency_row": agency.AGENCY,
        **sources.TABLES,
        **materials.TABLES,
        **reference.TABLES,
    },
    sources=("approval", "catalog", "intake"),
    project=project,
)

__all__ = ["READ_MODEL", "CaseRow", "cases_of_rows", "catalog_of", "list_cases", "project"]
