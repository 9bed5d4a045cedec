"""Rows of slots and appointments, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from services.chassis.eventlog.database import Database
from services.chassis.events import Event
from services.chassis.projection import Change, Insert, Statement, Update
from services.kernel.times import SHANGHAI

SLOT: Final = ("slot_no", "window_no", "starts_at", "ends_at", "capacity", "taken")
APPOINTMENT: Final = (
    "appointment_no",
    "slot_no",
    "window_no",
    "starts_at",
    "ends_at",
    "state",
    "booked_at",
    "subject_id",
    "account",
    "item_code",
    "checked_in_at",
    "reason",
)
TABLES: Final[Mapping[str, Sequence[str]]] = {
    "slot_row": SLOT,
    "appointment_row": APPOINTMENT,
}


class SlotRow(msgspec.Struct, frozen=True):
    """One slot in a list."""

    slot_no: str
    window: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int

    @property
    def free(self) -> int:
        """How many places nobody has."""
        return max(0, self.capacity - self.taken)


class AppointmentRow(msgspec.Struct, frozen=True):
    """One appointment in a list."""

    appointment_no: str
    slot_no: str
    window: str
    starts_at: datetime
    ends_at: datetime
    state: str
    booked_at: datetime
    subject_id: str
    account: str | None
    """Null when a clerk booked it."""
    item_code: str | None
    checked_in_at: datetime | None
    reason: str | None
    """Why it was cancelled."""


class _Slot(msgspec.Struct, frozen=True):
    slot_no: str
    window: str
    starts_at: datetime
    ends_at: datetime
    capacity: int


class _Resized(msgspec.Struct, frozen=True):
    slot_no: str
    capacity: int = 0


class _Booked(msgspec.Struct, frozen=True):
    appointment_no: str
    slot_no: str
    window: str
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    subject_id: str
    account: str | None = None
    item_code: str | None = None


class _Said(msgspec.Struct, frozen=True):
    appointment_no: str
    slot_no: str
    checked_in_at: datetime | None = None
    reason: str | None = None


def project(event: Event) -> Iterable[Change]:
    """Give what an event changes in the rows."""
    match event.type:
        case "intake.appointment-slot-opened.v1":
            opened = event.read(_Slot)
            yield Insert("slot_row", (*msgspec.structs.astuple(opened), 0))
        case "intake.appointment-slot-closed.v1":
            # Without a place nobody finds it free; what is taken goes with its cancellations.
            closed = event.read(_Resized)
            yield _slot(closed.slot_no, capacity=0)
        case "intake.appointment-slot-resized.v1":
            changed = event.read(_Resized)
            yield _slot(changed.slot_no, capacity=changed.capacity)
        case "intake.appointment-booked.v1":
            said = event.read(_Booked)
            times = (said.starts_at, said.ends_at, "booked", said.booked_at)
            who = (said.subject_id, said.account, said.item_code, None, None)
            row = (said.appointment_no, said.slot_no, said.window, *times, *who)
            yield Insert("appointment_row", row)
            yield _taken(said.slot_no, 1)
        case "intake.appointment-cancelled.v1":
            told = event.read(_Said)
            yield _set(told, state="cancelled", reason=told.reason)
            yield _taken(told.slot_no, -1)
        case "intake.appointment-checked-in.v1":
            told = event.read(_Said)
            yield _set(told, state="checked_in", checked_in_at=told.checked_in_at)
        case "intake.appointment-missed.v1":
            yield _set(event.read(_Said), state="missed")


def _set(said: _Said, **values: object) -> Change:
    return Update("appointment_row", {"appointment_no": said.appointment_no}, values)


def _slot(slot_no: str, **values: object) -> Change:
    return Update("slot_row", {"slot_no": slot_no}, values)


def _taken(slot_no: str, change: int) -> Change:
    return Statement("UPDATE slot_row SET taken = taken + %s WHERE slot_no = %s", (change, slot_no))


def list_slots(
    database: Database,
    *,
    window: str = "",
    day: date | None = None,
    from_: datetime | None = None,
    free: bool = False,
    after: tuple[datetime, str] | None = None,
    limit: int = 500,
) -> list[SlotRow]:
    """List slots, the next first, from behind the key (starts_at, slot_no).

    Args:
        day: in Asia/Shanghai; None for every day.
        from_: only those that begin later.
        free: only those with a place.
    """
    begins = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) if day else None
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(SLOT)} FROM slot_row"  # noqa: S608 - our own column names
        " WHERE (%(window)s = '' OR window_no = %(window)s)"
        " AND (%(begins)s::timestamptz IS NULL OR (starts_at >= %(begins)s::timestamptz"
        " AND starts_at < %(begins)s::timestamptz + interval '1 day'))"
        " AND (%(from)s::timestamptz IS NULL OR starts_at > %(from)s::timestamptz)"
        " AND (NOT %(free)s OR taken < capacity)"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (starts_at, slot_no) > (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY starts_at, slot_no LIMIT %(limit)s",
        {
            "window": window,
            "begins": begins,
            "from": from_,
            "free": free,
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [SlotRow(*row) for row in rows]


def bookable(database: Database, from_: datetime) -> list[tuple[str, date, int]]:
    """Give the windows and days with slots ahead, and how many places are free in each."""
    rows = database.read(
        "SELECT window_no, (starts_at AT TIME ZONE 'Asia/Shanghai')::date AS day,"
        " sum(capacity - taken) FROM slot_row WHERE starts_at > %s"
        " GROUP BY window_no, day ORDER BY window_no, day LIMIT 1000",
        (from_,),
    )
    return [(window, day, int(free)) for window, day, free in rows]


def list_appointments(
    database: Database,
    *,
    window: str = "",
    day: date | None = None,
    account: str = "",
    state: str = "",
    after: tuple[datetime, str] | None = None,
    limit: int = 500,
) -> list[AppointmentRow]:
    """List appointments by their time, from behind the key (starts_at, appointment_no)."""
    begins = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) if day else None
    moment, key = after or (None, "")
    rows = database.read(
        f"SELECT {', '.join(APPOINTMENT)} FROM appointment_row"  # noqa: S608 - our own names
        " WHERE (%(window)s = '' OR window_no = %(window)s)"
        " AND (%(account)s = '' OR account = %(account)s)"
        " AND (%(state)s = '' OR state = %(state)s)"
        " AND (%(begins)s::timestamptz IS NULL OR (starts_at >= %(begins)s::timestamptz"
        " AND starts_at < %(begins)s::timestamptz + interval '1 day'))"
        " AND (%(moment)s::timestamptz IS NULL"
        " OR (starts_at, appointment_no) > (%(moment)s::timestamptz, %(key)s))"
        " ORDER BY starts_at, appointment_no LIMIT %(limit)s",
        {
            "window": window,
            "account": account,
            "state": state,
            "begins": begins,
            "moment": moment,
            "key": key,
            "limit": limit,
        },
    )
    return [AppointmentRow(*row) for row in rows]
