"""The ways an application comes, and the day it counts for (K22)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from services.kernel.calendar import WorkCalendar
from services.kernel.clock import OFFICE_HOURS, ONLINE, legal_date, received_on
from services.kernel.times import SHANGHAI

CUT_OFFS: Final[Mapping[str, time | None]] = {
    "window": OFFICE_HOURS.closes,
    "comprehensive_window": OFFICE_HOURS.closes,
    "village": OFFICE_HOURS.closes,
    "courier": OFFICE_HOURS.closes,
    "post": OFFICE_HOURS.closes,
    "online": ONLINE,
    "pc": ONLINE,
    "mobile": ONLINE,
    "wechat": ONLINE,
    "hotline": ONLINE,
    "provincial": ONLINE,
}
"""Until when what comes by a channel counts for its day; any other channel has the whole day.

Counters close; a letter or parcel is received by somebody at a counter.
"""


def at_counter(channel: str) -> bool:
    """Say whether the applicant stood at a counter, or somebody came to them."""
    return channel in ("window", "comprehensive_window", "village")


def counts_for(channel: str, moment: datetime, calendar: WorkCalendar) -> date:
    """Give the legal date of what came by this channel at this moment."""
    return received_on(moment, CUT_OFFS.get(channel), calendar)


def as_of(day: date, moment: datetime) -> datetime:
    """Give the moment from which something counts: itself, or the beginning of its legal date."""
    if legal_date(moment) == day:
        return moment
    return datetime.combine(day, time(0), SHANGHAI)
