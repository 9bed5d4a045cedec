"""Shows notices and deliveries: rows from events, and the only SQL of this service."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from services.chassis.events import Event
from services.chassis.projection import Change, ReadModel
from services.notify.projections import deliveries, notices
from services.notify.projections.deliveries import DeliveryRow, list_deliveries
from services.notify.projections.notices import Notice, get_notice, list_notices


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    return chain(notices.project(event), deliveries.project(event))


READ_MODEL = ReadModel(
    service="notify",
    ddl=Path(__file__).parents[1] / "read_model.sql",
    tables={"notice": notices.COLUMNS, "delivery": deliveries.COLUMNS},
    sources=("notify",),
    project=project,
)

__all__ = [
    "READ_MODEL",
    "DeliveryRow",
    "Notice",
    "get_notice",
    "list_deliveries",
    "list_notices",
]
