"""What an event adds to the table of happenings: what is counted and is no case. Pure; only adds.

A row has the place of its event in the log, `position`; disclosure's own rows, written with their
event, have none yet and name its stream and version instead (`happened_figures` finds the place).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from services.chassis.events import Event
from services.chassis.projection import Change
from services.disclosure.projections import (
    happenings_approval,
    happenings_catalog,
    happenings_intake,
    happenings_own,
)
from services.disclosure.projections.happening_rows import HAPPENINGS

__all__ = ["HAPPENINGS", "SHOWN", "project"]

SHOWN: Final[Mapping[str, Callable[[Event], Iterable[Change]]]] = {
    **happenings_approval.SHOWN,
    **happenings_catalog.SHOWN,
    **happenings_intake.SHOWN,
    **happenings_own.SHOWN,
}


def project(event: Event) -> Iterable[Change]:
    """Give the rows this event adds; most events add none."""
    shown = SHOWN.get(event.type)
    return () if shown is None else shown(event)
