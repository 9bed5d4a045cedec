"""When offices are open, until when an act counts for a day, and which day that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from services.kernel.calendar import WorkCalendar
from services.kernel.times import SHANGHAI

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OfficeHours:
    """The hours of every working day, morning first; times are in Asia/Shanghai."""

    spans: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or any(later <= before for before, later in pairwise(edges)):
            raise ValueError("office hours follow each other, each opens before it closes")

    @property
    def closes(self) -> time:
        """When the last counter closes."""
        return self.spans[-1][1]

    @property
    def seconds(self) -> int:
        """Open seconds of a day."""
        return sum(_seconds(closes) - _seconds(opens) for opens, closes in self.spans)

    def elapsed(self, moment: time) -> int:
        """Count the open seconds of the day until this moment."""
        at = _seconds(moment)
        return sum(
            max(0, min(at, _seconds(closes)) - _seconds(opens)) for opens, closes in self.spans
        )

    def at(self, elapsed: int) -> time:
        """Give the first moment at which so many open seconds, at least one, have passed."""
        for opens, closes in self.spans:
            length = _seconds(closes) - _seconds(opens)
            if elapsed <= length:
                return _time(_seconds(opens) + elapsed)
            elapsed -= length
        raise ValueError("a day has no more open seconds")


OFFICE_HOURS = OfficeHours(((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30))))
"""The hours of the hall unless a window has its own."""

ONLINE: time | None = None
"""Cut-off of what arrives online: the day ends at 24:00 (民法典 art. 203)."""


def legal_date(moment: datetime) -> date:
    """Give the day of a moment where the law is: in Asia/Shanghai, whatever its offset (K23)."""
    if moment.tzinfo is not SHANGHAI:
        moment = moment.astimezone(SHANGHAI)
    return moment.date()


def received_on(moment: datetime, closes: time | None, calendar: WorkCalendar) -> date:
    """Give the day an act counts for, by the cut-off of its channel (民法典 art. 203; K22).

    Online (`ONLINE`) it is its own day until 24:00. At a counter that closes, what comes after
    closing, or on a rest day, counts for the next working day.
    """
    day = legal_date(moment)
    if closes is None:
        return day
    if moment.astimezone(SHANGHAI).time().replace(microsecond=0) > closes:
        day += _DAY
    return calendar.next_working_day(day)


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _time(seconds: int) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
