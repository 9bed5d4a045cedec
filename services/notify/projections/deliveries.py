"""Rows of deliveries, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement

COLUMNS: Final = (
    "delivery_no",
    "project_no",
    "kind",
    "state",
    "certificates",
    "waybill_no",
    "status",
    "attempts",
    "ordered_at",
    "moved_at",
    "served_at",
    "signed_by",
    "by_other",
)


class DeliveryRow(msgspec.Struct, frozen=True):
    """One delivery in a list; says nothing about whom or where."""

    delivery_no: str
    project_no: str
    kind: str
    state: str
    """ordered, dispatched, in_transit, delivered, failed, returned."""
    certificates: list[str]
    waybill_no: str | None
    status: str | None
    """What the carrier last said."""
    attempts: int
    ordered_at: datetime
    moved_at: datetime
    served_at: datetime | None
    """The day of service; empty until it is signed for, and for a parcel that came back."""
    signed_by: str | None
    by_other: bool
    """Somebody else than the holder signed: to be looked at."""


class _Said(msgspec.Struct, frozen=True):
    delivery_no: str
    project_no: str = ""
    kind: str = ""
    certificates: list[str] = []
    waybill_no: str = ""
    status: str = ""
    attempts: int = 0
    ordered_at: datetime | None = None
    handed_at: datetime | None = None
    tracked_at: datetime | None = None
    failed_at: datetime | None = None
    returned_at: datetime | None = None
    signed_at: datetime | None = None
    signed_by: str = ""
    by_other: bool = False


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    match event.type:
        case "notify.delivery-ordered.v1":
            said = event.read(_Said)
            begun = (said.delivery_no, said.project_no, said.kind, "ordered", said.certificates)
            at = said.ordered_at
            yield Insert("delivery", (*begun, None, None, 0, at, at, None, None, False))
        case "notify.parcel-handed-to-courier.v1":
            said = event.read(_Said)
            columns = "state = 'dispatched', waybill_no = %s, moved_at = %s"
            yield _set(said, columns, said.waybill_no, said.handed_at)
        case "notify.parcel-tracked.v1":
            said = event.read(_Said)
            columns = "state = 'in_transit', status = %s, moved_at = %s"
            yield _set(said, columns, said.status, said.tracked_at)
        case "notify.delivery-failed.v1":
            said = event.read(_Said)
            columns = "state = 'failed', attempts = %s, moved_at = %s"
            yield _set(said, columns, said.attempts, said.failed_at)
        case "notify.parcel-returned.v1":
            said = event.read(_Said)
            yield _set(said, "state = 'returned', moved_at = %s", said.returned_at)
        case "notify.delivery-completed.v1":
            said = event.read(_Said)
            columns = "state = 'delivered', moved_at = %s, served_at = %s,"
            columns += " signed_by = %s, by_other = %s"
            at = said.signed_at
            yield _set(said, columns, at, at, said.signed_by, said.by_other)


def _set(said: _Said, columns: str, *values: object) -> Change:
    return Statement(
        f"UPDATE delivery SET {columns} WHERE delivery_no = %s",  # noqa: S608 - our own words
        (*values, said.delivery_no),
    )


def list_deliveries(
    database: Database,
    *,
    project_no: str = "",
    state: str = "",
    by_other: bool | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[DeliveryRow]:
    """List deliveries, newest first, from behind the key; empty filters match all."""
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(COLUMNS)} FROM delivery"  # noqa: S608 - our own column names
        " WHERE (%(project_no)s = '' OR project_no = %(project_no)s)"
        " AND (%(state)s = '' OR state = %(state)s)"
        " AND (%(by_other)s::boolean IS NULL OR by_other = %(by_other)s)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (ordered_at, delivery_no) < (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY ordered_at DESC, delivery_no DESC LIMIT %(limit)s",
        {
            "project_no": project_no,
            "state": state,
            "by_other": by_other,
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [DeliveryRow(*row) for row in rows]
