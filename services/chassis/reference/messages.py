"""How catalog's events read where a copy of them is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

import msgspec

ITEM_PUBLISHED: Final = "catalog.item-published.v1"
ITEM_CANCELLED: Final = "catalog.item-cancelled.v1"
ITEM_SUPERSEDED: Final = "catalog.item-superseded.v1"
ITEM_SPLIT: Final = "catalog.item-split.v1"
ITEM_FROZEN: Final = "catalog.item-frozen.v1"
ITEM_UNFROZEN: Final = "catalog.item-unfrozen.v1"
CALENDAR_PUBLISHED: Final = "catalog.work-calendar-published.v1"
CALENDAR_AMENDED: Final = "catalog.work-calendar-amended.v1"
SCHEME_PUBLISHED: Final = "catalog.parallel-scheme-published.v1"
WINDOW_OPENED: Final = "catalog.window-opened.v1"
WINDOW_CLOSED: Final = "catalog.window-closed.v1"
CALENDARS: Final = frozenset({CALENDAR_PUBLISHED, CALENDAR_AMENDED})


class Span(msgspec.Struct, frozen=True):
    """A stretch of the day in which a window is open."""

    begins: str
    ends: str


class WindowOpened(msgspec.Struct, frozen=True):
    """A window of the hall, and its hours."""

    window: str
    label: str
    since: date
    hours: list[Span] = []


class WindowClosed(msgspec.Struct, frozen=True):
    """It is open no more from this day on."""

    window: str
    on: date


class Units(msgspec.Struct, frozen=True):
    """What of a listing decides how limits are counted."""

    statutory_unit: str = "WORKING_DAY"
    promised_unit: str = "WORKING_DAY"


class ItemPublished(msgspec.Struct, frozen=True):
    """One version of an item."""

    item_code: str
    item_version: int
    name: str
    item_type: str
    case_type: str
    department: str
    department_name: str
    statutory_limit_days: int
    promised_limit_days: int
    lists: list[str]
    effective_from: datetime
    listing: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def units(self) -> Units:
        return msgspec.json.decode(self.listing, type=Units | None) or Units()


class ItemEnded(msgspec.Struct, frozen=True):
    """An item was cancelled."""

    item_code: str
    effective_from: datetime


class ItemSuperseded(msgspec.Struct, frozen=True):
    """An item went into another one."""

    item_code: str
    by: str
    effective_from: datetime


class ItemSplit(msgspec.Struct, frozen=True):
    """An item became several."""

    item_code: str
    into: list[str]
    effective_from: datetime


class ItemFrozen(msgspec.Struct, frozen=True):
    """No new cases for a while."""

    item_code: str
    effective_from: datetime
    until: datetime | None = None


class CalendarSaid(msgspec.Struct, frozen=True):
    """The arrangement of one year, whole, published or amended."""

    year: int
    calendar_version: int
    document: str
    announced_on: date
    days_off: msgspec.Raw
    work_days: msgspec.Raw


class SchemePublished(msgspec.Struct, frozen=True):
    """One version of a parallel-approval scheme."""

    scheme: str
    scheme_version: int
    label: str
    kind: str
    lead: str
    joint_limit_days: int
    joint_extension_days: int
    effective_from: datetime
    members: msgspec.Raw


READS: Final[Mapping[str, type[msgspec.Struct]]] = {
    ITEM_PUBLISHED: ItemPublished,
    ITEM_CANCELLED: ItemEnded,
    ITEM_SUPERSEDED: ItemSuperseded,
    ITEM_SPLIT: ItemSplit,
    ITEM_FROZEN: ItemFrozen,
    ITEM_UNFROZEN: ItemEnded,
    CALENDAR_PUBLISHED: CalendarSaid,
    CALENDAR_AMENDED: CalendarSaid,
    SCHEME_PUBLISHED: SchemePublished,
    WINDOW_OPENED: WindowOpened,
    WINDOW_CLOSED: WindowClosed,
}
"""Everything a copy needs; part of the `messages.READS` of who keeps one."""
