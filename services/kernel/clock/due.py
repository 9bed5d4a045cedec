"""The end of a limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from services.kernel.times import SHANGHAI

LAST_SECOND = time(23, 59, 59)
"""How 24:00 is written: the last second that still belongs to the day."""


@dataclass(frozen=True, slots=True)
class Due:
    """The last second of a limit and the calendar versions it was counted by."""

    at: datetime
    calendar: str
    provisional: bool = False
    """Counted through a year that is not announced yet: it may move when it is."""

    @property
    def day(self) -> date:
        """The last day, in Asia/Shanghai."""
        return self.at.astimezone(SHANGHAI).date()

    def passed(self, moment: datetime) -> bool:
        """Tell whether the limit is over at this moment. Its last second is still in time."""
        return moment.replace(microsecond=0) > self.at
