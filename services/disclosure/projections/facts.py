"""What an event adds to the facts figures are counted from. Pure; decodes only what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from services.chassis.events import Event
from services.chassis.projection import Change, Insert
from services.disclosure.messages import (
    Accepted,
    Completed,
    Corrected,
    Fields,
    Moved,
    Recalculated,
    Retracted,
    Uncounted,
)
from services.disclosure.projections import catalog_facts

FACTS: Final = (
    "source",
    "position",
    "fact",
    "case_no",
    "record",
    "accepted_at",
    "accepted_month",
    "due_at",
    "completed_at",
    "completed_month",
    "kind",
    "channel",
    "department",
    "item",
    "region",
)
FIGURES: Final = ("id", "measure", "published_at", "figure")
CORRECTIONS: Final = ("id", "version", "corrected_at", "correction")


def month_of(moment: datetime) -> int:
    """Number the month on the clock of the place where it happened: year * 12 + month - 1."""
    return moment.year * 12 + moment.month - 1


def project(event: Event) -> Iterable[Change]:
    """Give the rows this event adds; most events add none."""
    shown = SHOWN.get(event.type)
    return () if shown is None else shown(event)


def _accepted(event: Event) -> Iterable[Change]:
    said = event.read(Accepted)
    return (
        Insert(
            "facts",
            (
                event.source,
                event.position,
                "accepted",
                said.project_no,
                "accept",
                said.accepted_at,
                month_of(said.accepted_at),
                said.promised_due_at,
                None,
                None,
                None,
                said.channel,
                said.department,
                said.item_code,
                event.body.region,
            ),
        ),
    )


def _completed(event: Event) -> Iterable[Change]:
    said = event.read(Completed)
    at = said.completed_at
    return (
        Insert(
            "facts",
            (
                *(event.source, event.position, "completed", said.project_no, "result"),
                *(None, None, None, at, month_of(at), said.completion_kind),
                *(None, None, None, None),
            ),
        ),
    )


def _corrected(event: Event) -> Iterable[Change]:
    said = event.read(Corrected)
    new = said.changed
    if said.record == "process" or new == _UNCHANGED:
        return ()
    return (
        Insert(
            "facts",
            (
                event.source,
                event.position,
                "corrected",
                said.project_no,
                said.record,
                new.accepted_at,
                month_of(new.accepted_at) if new.accepted_at else None,
                new.promised_due_at,
                new.completed_at,
                month_of(new.completed_at) if new.completed_at else None,
                new.completion_kind,
                new.channel,
                new.department,
                new.item_code,
                None,
            ),
        ),
    )


def _retracted(event: Event) -> Iterable[Change]:
    said = event.read(Retracted)
    if said.record == "process":
        return ()
    return (
        Insert(
            "facts",
            (event.source, event.position, "retracted", said.project_no, said.record, *[None] * 10),
        ),
    )


def _uncounted(event: Event) -> Iterable[Change]:
    """Take a case out of every measure, as a retraction of its acceptance does (S06t).

    Deleted in error, or its acceptance by rule withdrawn; what was published before stays as it was
    at its position of the log.
    """
    said = event.read(Uncounted)
    row = (event.source, event.position, "retracted", said.project_no, "accept")
    return (Insert("facts", (*row, *[None] * 10)),)


def _reopened(event: Event) -> Iterable[Change]:
    """Take a completion back, as the retraction of a result does: not completed from here on."""
    said = event.read(Uncounted)
    row = (event.source, event.position, "retracted", said.project_no, "result")
    return (Insert("facts", (*row, *[None] * 10)),)


def _moved(event: Event) -> Iterable[Change]:
    said = event.read(Moved)
    if said.promised_due_at is None:
        return ()
    row = (event.source, event.position, "recalculated", said.project_no, "accept")
    return (Insert("facts", (*row, None, None, said.promised_due_at, *[None] * 7)),)


def _recalculated(event: Event) -> Iterable[Change]:
    said = event.read(Recalculated)
    if said.clock != "PROMISED":
        return ()
    row = (event.source, event.position, "recalculated", said.project_no, "accept")
    return (Insert("facts", (*row, None, None, said.new_due_at, *[None] * 7)),)


def _statistic_published(event: Event) -> Iterable[Change]:
    figure = msgspec.json.decode(event.body.data, type=_Measured)
    return (
        Insert(
            "figures",
            (event.stream, figure.measure, event.body.occurred_at, bytes(event.body.data).decode()),
        ),
    )


def _statistic_corrected(event: Event) -> Iterable[Change]:
    said = bytes(event.body.data).decode()
    row = (event.stream, event.version, event.body.occurred_at, said)
    return (Insert("corrections", row),)


class _Measured(msgspec.Struct):
    measure: str


_UNCHANGED: Final = Fields()
SHOWN: Final[Mapping[str, Callable[[Event], Iterable[Change]]]] = {
    **catalog_facts.SHOWN,
    "intake.case-accepted.v1": _accepted,
    "intake.case-completed.v1": _completed,
    "intake.clock-recalculated.v1": _recalculated,
    "intake.case-resumed.v1": _moved,
    "intake.case-extended.v1": _moved,
    "intake.case-deleted-in-error.v1": _uncounted,
    "intake.acceptance-withdrawn.v1": _uncounted,
    "intake.case-reopened.v1": _reopened,
    "intake.external-record-corrected.v1": _corrected,
    "intake.external-record-retracted.v1": _retracted,
    "disclosure.statistic-published.v1": _statistic_published,
    "disclosure.statistic-corrected.v1": _statistic_corrected,
}
