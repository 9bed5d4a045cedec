"""The hours of a window: read as they are written on its door, cut into slots, asked about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from services.intake.domain.appointment_terms import SlotHoursError
from services.kernel.calendar import WorkCalendar
from services.kernel.clock import OFFICE_HOURS, OfficeHours, legal_date
from services.kernel.times import SHANGHAI, plain

_DAY = timedelta(days=1)


def read_hours(text: str) -> OfficeHours:
    """Read `08:30-12:00,14:00-17:30`; the hours of the hall when nothing is said.

    Raises:
        SlotHoursError: these are no hours.
    """
    if not text:
        return OFFICE_HOURS
    try:
        spans = [part.split("-") for part in plain(text).replace("，", ",").split(",")]
        return OfficeHours(
            tuple((time.fromisoformat(a.strip()), time.fromisoformat(b.strip())) for a, b in spans)
        )
    except ValueError:
        raise SlotHoursError("write hours so: 08:30-12:00,14:00-17:30", "hours") from None


def slots_of(hours: OfficeHours, day: date, minutes: int) -> Iterator[tuple[datetime, datetime]]:
    """Cut a day into slots of so many minutes; what is left of a stretch is no slot.

    Raises:
        SlotHoursError: there is none.
    """
    length, found = timedelta(minutes=minutes), False
    for opens, closes in hours.spans:
        starts_at = datetime.combine(day, opens, SHANGHAI)
        closed_at = datetime.combine(day, closes, SHANGHAI)
        while minutes > 0 and starts_at + length <= closed_at:
            yield starts_at, starts_at + length
            starts_at, found = starts_at + length, True
    if not found:
        raise SlotHoursError("no stretch of these hours is as long as a slot", "minutes")


def meets_hours(
    began_at: datetime, ended_at: datetime, hours: OfficeHours, calendar: WorkCalendar
) -> bool:
    """Say whether any moment between these lies within the hours of a working day."""
    day = legal_date(began_at)
    while day <= legal_date(ended_at):
        if calendar.works(day) and any(
            began_at < datetime.combine(day, closes, SHANGHAI)
            and datetime.combine(day, opens, SHANGHAI) < ended_at
            for opens, closes in hours.spans
        ):
            return True
        day += _DAY
    return False
