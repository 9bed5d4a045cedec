"""What is counted of the house: departments, windows, staff, regions, schemes, guides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final

from services.chassis.events import Event
from services.chassis.projection import Change
from services.disclosure.messages import happened as said_of
from services.disclosure.projections.happening_rows import (
    row,
)

_DAY: Final = timedelta(days=1)


def _department(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Department)
    told = {"region": said.region, "department": said.department, "mark": str(said.level)}
    yield row(
        event,
        "department",
        said.department,
        said.since,
        amount=int(said.resident),
        **told,  # type: ignore[arg-type]
    )
    if said.until is not None:
        yield row(
            event,
            "department",
            said.department,
            said.until + _DAY,
            amount=0,
            **told,  # type: ignore[arg-type]
        )


def _region(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Region)
    return (row(event, "region", said.region, region=said.region, mark=str(said.level)),)


def _window(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Window)
    opened = said.since is not None
    return (
        row(
            event,
            "window",
            said.window,
            said.since or said.on,
            amount=int(opened),
            department=said.department or "",
            mark=said.kind,
        ),
    )


def _staff(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Staff)
    serves = said.since is not None and said.window is not None
    return (
        row(
            event,
            "staff",
            said.staff,
            said.since or said.on,
            amount=int(serves),
            department=said.unit,
            who=said.window,
        ),
    )


def _scheme(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Scheme)
    at, lead = said.effective_from, said.lead
    return (row(event, "scheme", said.scheme, at, department=lead, mark=said.kind),)


def _guide(event: Event) -> Iterable[Change]:
    said = event.read(said_of.Guide)
    return (row(event, "guide", said.item_code, item=said.item_code),)


SHOWN: Final[Mapping[str, Callable[[Event], Iterable[Change]]]] = {
    "catalog.department-registered.v1": _department,
    "catalog.parallel-scheme-published.v1": _scheme,
    "catalog.region-registered.v1": _region,
    "catalog.service-guide-published.v1": _guide,
    "catalog.staff-assigned.v1": _staff,
    "catalog.staff-left.v1": _staff,
    "catalog.window-closed.v1": _window,
    "catalog.window-opened.v1": _window,
}
