"""How long a case or a task took, in working days of the published calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.chassis.eventlog.reader import read_log
from services.chassis.reference.messages import CALENDARS, CalendarSaid
from services.kernel.calendar import Edition, WorkCalendar
from services.kernel.calendar_seed import SEED_EDITIONS
from services.kernel.clock import Clock, Kind
from services.kernel.clock.suspension import Suspension
from services.kernel.limits import Limit

KINDS: Final[Mapping[str, str]] = {
    "working_days": "integer",
    "suspended_days": "integer",
    "statutory_working_days": "integer",
    "statutory_suspended_days": "integer",
    "elapsed_days": "float",
    "within_promise": "boolean",
    "within_statute": "boolean",
}
"""The attributes `measure` gives, with their types."""
_DAY_S = 86_400


class Life:
    """The turns of one case or task, in the order its log has them."""

    def __init__(self) -> None:
        self.began: datetime | None = None
        self.stopped: datetime | None = None
        self._still: dict[str, list[tuple[datetime, datetime | None, str]]] = {}

    def turn(self, what: str, at: datetime, reason: str, clocks: Iterable[str]) -> None:
        """Remember one turn."""
        match what:
            case "begin":
                self.began = at
            case "stop":
                self.stopped = at
            case "reopen":
                self.stopped = None
            case "forget":
                self.began = self.stopped = None
            case "suspend":
                for clock in clocks:
                    self._still.setdefault(clock, []).append((at, None, reason))
            case "resume":
                for clock in clocks:
                    self._still[clock] = [
                        (since, at if until is None and why == reason else until, why)
                        for since, until, why in self._still.get(clock, ())
                    ]

    def still(self, clock: str) -> tuple[Suspension, ...]:
        """Give the times this clock stood still."""
        return tuple(Suspension(since, until) for since, until, _ in self._still.get(clock, ()))


def measure(life: Life, values: Mapping[str, Any], calendar: WorkCalendar) -> dict[str, Any]:
    """Give the durations of what has ended; nothing of what is still open.

    The day it began does not count, the day it ended does, days it stood still do not: as limits
    are counted. `suspended_days` are the working days the promise stood still.
    """
    if life.began is None or life.stopped is None:
        return {}
    whole = _used(life, (), calendar)
    promised = _used(life, life.still("PROMISED"), calendar)
    statutory = _used(life, life.still("STATUTORY"), calendar)
    found: dict[str, Any] = {
        "working_days": promised,
        "suspended_days": whole - promised,
        "statutory_working_days": statutory,
        "statutory_suspended_days": whole - statutory,
        "elapsed_days": round((life.stopped - life.began).total_seconds() / _DAY_S, 6),
    }
    for name, due in (("within_promise", "promised"), ("within_statute", "statutory")):
        if text := values.get(f"{due}_due_at"):
            found[name] = life.stopped <= datetime.fromisoformat(text)
    return found


def _used(life: Life, still: tuple[Suspension, ...], calendar: WorkCalendar) -> int:
    assert life.began is not None
    assert life.stopped is not None
    clock = Clock(Kind.PROMISED, Limit(1), life.began, still)
    return clock.days_used(calendar, life.stopped)


class _Day(msgspec.Struct, frozen=True):
    day: date
    label: str = ""


def calendar_of(url: str) -> WorkCalendar:
    """Give the calendar of catalog's log, and of the years it does not know the house's own."""
    editions: list[Edition] = []
    for events in read_log(url, "catalog", topics=CALENDARS):
        for event in events:
            said = event.read(CalendarSaid)
            editions.append(
                Edition(
                    said.year,
                    said.calendar_version,
                    said.document,
                    said.announced_on,
                    _days(said.days_off),
                    _days(said.work_days),
                )
            )
    told = {one.year for one in editions}
    return WorkCalendar.of([*(one for one in SEED_EDITIONS if one.year not in told), *editions])


def _days(raw: msgspec.Raw) -> dict[date, str]:
    return {one.day: one.label for one in msgspec.json.decode(raw, type=list[_Day])}
